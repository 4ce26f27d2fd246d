"""A vocabulary that was taught: the model beside its file, read and written, and the topics it names."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.topics.vocabulary.stems import read_sentence
from tracker.errors import VocabularyInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_report
from tracker.model.strict import NotAsTyped, read_typed
from tracker.model.topics import Mention, TopicModel, TopicWeights
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.comparing.topics.vocabulary.stems import Word
    from tracker.model.topics import Vocabulary


_FORMAT: Final = "tracker topic model 1"


MODEL_ENDING: Final = ".model.json"


_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class _WrittenTopic:
    bias: float
    terms: dict[str, float]
    words: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Written:
    """What is read of a model's file."""

    language: str
    threshold: float
    topics: dict[str, _WrittenTopic]


def model_path(vocabulary: Path) -> Path:
    """Return where the model of a vocabulary's file is: beside it."""
    return vocabulary.with_suffix(MODEL_ENDING)


def attach_model(vocabulary: Vocabulary, path: Path) -> Vocabulary:
    """Return the vocabulary with the model of a file, its digest covering both; without a file, as it is.

    Raises ``VocabularyInvalid`` for a file that is no model, or the model of another vocabulary.
    """
    try:
        data = read_file(path)
    except FileNotFoundError:
        return vocabulary
    except OSError as error:
        raise VocabularyInvalid(f"{path}: cannot be read: {error.strerror}") from error
    content = _read_object(data, path)
    if content.get("vocabulary") != vocabulary.content:
        raise VocabularyInvalid(
            f"{path}: learned for other topics or terms than {vocabulary.name} has now;"
            " run tracker topics learn again, or remove the file"
        )
    model = _read_model(content, path)
    unknown = {topic.topic for topic in model.topics} - {topic.id for topic in vocabulary.topics}
    if unknown:
        raise VocabularyInvalid(
            f"{path}: damaged ({min(unknown)[:_LONGEST]!r} is no topic); run tracker topics learn again"
        )
    return teach(vocabulary, model)


def teach(vocabulary: Vocabulary, model: TopicModel) -> Vocabulary:
    """Return a vocabulary that names by a model, else by terms; its digest covers both."""
    return replace(vocabulary, model=model, recognition="terms")


def make_model(language: str, threshold: float, topics: tuple[TopicWeights, ...]) -> TopicModel:
    """Return a model under the digest of its content."""
    weights = [
        (topic.topic, topic.bias, sorted(topic.words.items()), sorted(topic.terms.items()))
        for topic in topics
    ]
    content = json.dumps([language, threshold, weights], ensure_ascii=False)
    return TopicModel(language, threshold, topics, digest_text(content))


def format_model(model: TopicModel, vocabulary: Vocabulary, facts: Mapping[str, Mapping[str, object]]) -> str:
    """Return the text of a model's file, one weight a line, the heaviest first.

    ``facts`` are figures by topic, for those who read the file; nothing rests on them.
    """
    topics = {
        topic.topic: {
            **facts.get(topic.topic, {}),
            "bias": topic.bias,
            "terms": _heaviest_first(topic.terms),
            "words": _heaviest_first(topic.words),
        }
        for topic in model.topics
    }
    head = {"format": _FORMAT, "vocabulary": vocabulary.content}
    content = {**head, "language": model.language, "threshold": model.threshold, "topics": topics}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _heaviest_first(weights: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(weights.items(), key=lambda item: (-abs(item[1]), item[0])))


def _read_object(data: bytes, path: Path) -> dict[str, object]:
    try:
        content = parse_report(data)
    except ValueError as error:
        raise VocabularyInvalid(f"{path}: not valid JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise VocabularyInvalid(f"{path}: no model of this release; run tracker topics learn again")
    return content


def _read_model(content: dict[str, object], path: Path) -> TopicModel:
    try:
        written = read_typed(_Written, content)
    except NotAsTyped as error:
        raise VocabularyInvalid(f"{path}: damaged ({error}); run tracker topics learn again") from error
    rows = [TopicWeights(name, each.bias, each.words, each.terms) for name, each in written.topics.items()]
    return make_model(written.language, written.threshold, tuple(rows))


_LONGEST_RUN: Final = 3
"""Stems in a run of words. On coded recommendations up to three did a little better than up to two."""


Weighed = tuple[tuple[int, float], ...]
"""The topics, by place in the model, that a feature speaks for or against, and how much."""


class _CompiledModel(NamedTuple):
    """A model turned round for reading sentences: from words and terms to the topics they weigh for."""

    threshold: float
    places: Mapping[str, int]
    """The topics, by id, and their places in what follows."""
    biases: tuple[float, ...]
    words: Mapping[str, Weighed]
    terms: Mapping[str, Weighed]


def find_taught(
    sentences: Sequence[str], rows: Sequence[tuple[Mention, ...]], model: TopicModel, language: str
) -> tuple[tuple[Mention, ...], ...]:
    """Return the mentions of the topics that a model names, in order of place.

    ``rows`` are those by terms and hints; of another language than the model's they are returned as they are.
    """
    if model.language != language:
        return tuple(rows)
    compiled = _compile(_Key(model.digest, model))
    return tuple(
        _recognise(index, sentence, read_sentence(sentence, language), mentions, compiled)
        for index, (sentence, mentions) in enumerate(zip(sentences, rows, strict=True))
    )


@dataclass(frozen=True, slots=True)
class _Key:
    """A model, found by its digest and then compared: one that was edited is another."""

    digest: str
    model: TopicModel = field(hash=False)


@lru_cache(maxsize=16)
def _compile(key: _Key) -> _CompiledModel:
    model = key.model
    return _CompiledModel(
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
    for length in range(1, _LONGEST_RUN + 1):
        for start in range(len(stems) - length + 1):
            runs.setdefault(" ".join(stems[start : start + length]), (start, length))
    return runs


def _recognise(
    index: int, sentence: str, words: Sequence[Word], mentions: Sequence[Mention], model: _CompiledModel
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
    runs: Mapping[str, tuple[int, int]], terms: Iterable[str], model: _CompiledModel
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
    model: _CompiledModel,
) -> tuple[int, int]:
    """Return where the run is that weighs most for a topic, the first and shortest of equals."""
    best, span = 0.0, (0, len(sentence))
    for run, (start, length) in runs.items():
        weight = next((weight for at, weight in model.words.get(run, ()) if at == place), 0.0)
        if weight > best:
            best, span = weight, (words[start].start, words[start + length - 1].end)
    return span
