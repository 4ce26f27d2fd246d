"""Topics recognised by a taught vocabulary, and the words of a sentence that decided it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.model.topics import Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.topics import TopicModel, Vocabulary
    from tracker.topics.vocabulary.stems import Word

LONGEST_RUN: Final = 3
"""Stems in a run of words. On coded recommendations up to three did a little better than up to two."""

Weighed = tuple[tuple[int, float], ...]
"""The topics, by place in the model, that a feature speaks for or against, and how much."""


class CompiledModel(NamedTuple):
    """A model turned round for reading sentences: from words and terms to the topics they weigh for."""

    threshold: float
    places: Mapping[str, int]
    """The topics, by id, and their places in what follows."""
    biases: tuple[float, ...]
    words: Mapping[str, Weighed]
    terms: Mapping[str, Weighed]


@dataclass(frozen=True, slots=True)
class _Key:
    digest: str
    model: TopicModel = field(compare=False)


def compile_model(vocabulary: Vocabulary, language: str) -> CompiledModel | None:
    """Return the vocabulary's model ready to use; None without one, or for another language than its own."""
    model = vocabulary.model
    if model is None or model.language != language:
        return None
    return _compile(_Key(model.digest, model))


@lru_cache(maxsize=16)
def _compile(key: _Key) -> CompiledModel:
    model = key.model
    return CompiledModel(
        threshold=model.threshold,
        places={topic.topic: place for place, topic in enumerate(model.topics)},
        biases=tuple(topic.bias for topic in model.topics),
        words=_turn_round(topic.words for topic in model.topics),
        terms=_turn_round(topic.terms for topic in model.topics),
    )


def _turn_round(weights: Iterable[Mapping[str, float]]) -> dict[str, Weighed]:
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, row in enumerate(weights):
        for feature, weight in row.items():
            found[feature].append((place, weight))
    return {feature: tuple(row) for feature, row in found.items()}


def find_runs(stems: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return the runs of one to three stems of a sentence, each with its first place and its length."""
    runs: dict[str, tuple[int, int]] = {}
    for length in range(1, LONGEST_RUN + 1):
        for start in range(len(stems) - length + 1):
            runs.setdefault(" ".join(stems[start : start + length]), (start, length))
    return runs


def recognise(
    index: int, sentence: str, words: Sequence[Word], mentions: Sequence[Mention], model: CompiledModel
) -> tuple[Mention, ...]:
    """Return the mentions of the topics that a model names in a sentence, in order of place.

    ``mentions`` are those by terms and hints; they stay where the model names their topic, with its
    probability for confidence. A topic without one is mentioned by the words that weigh most for it, or by
    the whole sentence where none does. Topics that the model was not taught stay as they are.
    """
    runs = find_runs([word.stem for word in words])
    terms = {mention.topic for mention in mentions if mention.method == "term"}
    named = _name(runs, terms, model)
    kept = [mention for mention in mentions if mention.topic not in model.places]
    for mention in mentions:
        if mention.topic in named:
            method = "term" if mention.method == "term" else "learned"
            kept.append(replace(mention, confidence=named[mention.topic], method=method))
    learned = [
        Mention(index, topic, start, end, sentence[start:end], named[topic], "learned")
        for topic in named.keys() - {mention.topic for mention in kept}
        for start, end in [_find_evidence(model.places[topic], sentence, words, runs, model)]
    ]
    return tuple(sorted((*kept, *learned), key=lambda mention: (mention.start, mention.end, mention.topic)))


def _name(
    runs: Mapping[str, tuple[int, int]], terms: Iterable[str], model: CompiledModel
) -> dict[str, float]:
    scores = list(model.biases)
    for table, features in ((model.words, runs), (model.terms, sorted(terms))):
        for feature in features:
            for place, weight in table.get(feature, ()):
                scores[place] += weight
    likely = ((topic, probability(scores[place])) for topic, place in model.places.items())
    return {topic: value for topic, value in likely if value >= model.threshold}


def probability(score: float) -> float:
    """Return the probability of log-odds, rounded to four decimals as all that is compared."""
    return round(1 / (1 + exp(-max(-30.0, score))), 4)


def _find_evidence(
    place: int,
    sentence: str,
    words: Sequence[Word],
    runs: Mapping[str, tuple[int, int]],
    model: CompiledModel,
) -> tuple[int, int]:
    """Return where the run is that weighs most for a topic, the first and shortest of equals."""
    best, span = 0.0, (0, len(sentence))
    for run, (start, length) in runs.items():
        weight = next((weight for at, weight in model.words.get(run, ()) if at == place), 0.0)
        if weight > best:
            best, span = weight, (words[start].start, words[start + length - 1].end)
    return span
