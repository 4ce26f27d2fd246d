"""Topics of a codebook that nobody taught, by the words it shares with a sentence and by similarity.

A sentence is about a topic where its words cover those of one of the topic's phrases, where most of what it
shares with the codebook is that topic's, and where its vector is nearer to the topic than to the others. A
word in passing has little of the three, and a paraphrase has the last. In a long text something looks alike
by chance: the best sentence of a topic must be the better, the longer the text.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import log
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from tracker.inputs.compiled import read_packaged
from tracker.model.topics import Mention
from tracker.text.encoder import multiply
from tracker.topics.vocabulary.codebook import Codebook, compile_codebook, find_weighed_stems, is_english
from tracker.topics.vocabulary.stems import find_words
from tracker.topics.vocabulary.taught import probability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.model.topics import Vocabulary
    from tracker.text.encoder import Encoder, Vectors

    Reals = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_DAMPING: Final = 1.0
"""What speaks for no topic: a common word that only one topic has is not what a sentence is about."""
_CEILING: Final = 10
"""Times the similarity, the highest standing: to be the nearest of those that are all far says nothing."""
_FEWEST_TOPICS: Final = 5
"""With fewer topics to be compared with, none stands above the others."""
_MET: Final = 0.05
"""The share of sentences with a term from which text and codebook are in one language."""
_LEAST_WORD: Final = 0.15
"""The weight from which a word is quoted: function words weigh less."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """By sentence and topic, what speaks for the topic, each from 0 to about 1 but ``standing``."""

    cover: Reals
    """The weight of a phrase's stems that the sentence holds, of the best phrase."""
    share: Reals
    """The weight of what the sentence shares with the topic, of all that it shares with the codebook."""
    term: Reals
    """Whether a term is met as the vocabulary has it."""
    foreign: bool
    """Whether only the text or only the codebook is English, so that a word shared is an accident."""
    similarity: Reals | None = None
    """The product of the sentence's vector with that of the topic's label and terms."""
    standing: Reals | None = None
    """How near the topic is, in standard deviations above the mean over the topics."""


def find_similar(
    sentences: Sequence[str],
    rows: Sequence[tuple[Mention, ...]],
    vocabulary: Vocabulary,
    language: str,
    encoder: Encoder | None,
) -> tuple[tuple[Mention, ...], ...]:
    """Return the mentions of the topics that sentences are about, in order of place.

    ``rows`` are those by terms and hints; they stay where the sentence is about their topic, with its
    probability for confidence. Another topic is quoted by the rarest word that it shares with the sentence,
    or by the whole sentence, with method ``similar``.
    """
    if not sentences:
        return ()
    book = compile_codebook(vocabulary, language)
    evidence = weigh_evidence(sentences, rows, book, encoder)
    odds, named = judge(evidence)
    return tuple(
        _mention(
            index, sentences[index], rows[index], {book.topics[at]: odds[index, at] for at in found}, book
        )
        for index, found in enumerate(map(np.flatnonzero, named))
    )


def weigh_evidence(
    sentences: Sequence[str],
    rows: Sequence[tuple[Mention, ...]],
    book: Codebook,
    encoder: Encoder | None,
) -> Evidence:
    """Return what speaks for each topic in each sentence; without an encoder, in words alone."""
    held = np.zeros((len(sentences), len(book.columns)))
    term = np.zeros((len(sentences), len(book.topics)))
    places = {topic: place for place, topic in enumerate(book.topics)}
    for index, (sentence, row) in enumerate(zip(sentences, rows, strict=True)):
        stems = find_weighed_stems(sentence, book.language)
        held[index, [book.columns[stem] for stem in stems if stem in book.columns]] = 1
        term[index, [places[mention.topic] for mention in row if mention.method == "term"]] = 1
    cover = np.maximum.reduceat(
        held @ book.weights.T / (book.weights.sum(axis=1) + 1e-6), book.starts, axis=1
    )
    each = held @ np.maximum.reduceat(book.weights, book.starts, axis=0).T
    share = each / (each.sum(axis=1, keepdims=True) + _DAMPING)
    met = term.any(axis=1).mean() >= _MET
    foreign = not met and is_english(" ".join(sentences)) != book.english
    evidence = Evidence(cover, share, term, foreign)
    if encoder is None:
        return evidence
    vectors = encoder.encode(sentences)
    descriptions, phrases = book.encode(encoder)
    similarity = _multiply(vectors, descriptions)
    nearest = np.maximum.reduceat(_multiply(vectors, phrases), book.starts, axis=1)
    both = (similarity + nearest) / 2
    spread = both.std(axis=1, keepdims=True)
    standing = (both - both.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-4)
    if len(book.topics) < _FEWEST_TOPICS:
        standing = np.zeros_like(standing)
    most = _CEILING * np.maximum(similarity, 0)
    return replace(evidence, similarity=similarity, standing=np.minimum(standing, most))


def _multiply(vectors: Vectors, others: Vectors) -> Reals:
    products: Reals = multiply(vectors, others).astype(np.float64).round(4)
    return products


def judge(evidence: Evidence) -> tuple[Reals, Flags]:
    """Return the log-odds of each topic in each sentence, and which of them count in this text."""
    odds = _add(_choose_weights(evidence)["sentence"], evidence).round(4)
    return odds, (odds >= _load_weights()["least"]) & admit(evidence)


def admit(evidence: Evidence) -> Flags:
    """Return by topic whether its best sentence is good enough for a text of this length."""
    best = _add(_choose_weights(evidence)["text"], evidence).max(axis=0).round(4)
    admitted: Flags = best >= round(log(len(evidence.cover) / _load_weights()["usual"]), 4)
    return admitted


def _choose_weights(evidence: Evidence) -> Mapping[str, Mapping[str, float]]:
    """Return the weights for what there is: without an encoder words, in another language similarity."""
    table = _load_weights()
    if evidence.similarity is None:
        return cast("Mapping[str, Mapping[str, float]]", table["words"])
    return cast("Mapping[str, Mapping[str, float]]", table["similarity" if evidence.foreign else "both"])


def _add(weights: Mapping[str, float], evidence: Evidence) -> Reals:
    total = np.full(evidence.cover.shape, float(weights["bias"]))
    for name, weight in weights.items():
        if name != "bias" and weight:
            total += weight * getattr(evidence, name)
    return total


@cache
def _load_weights() -> Mapping[str, Any]:
    return read_packaged(__package__, "similar.toml")


def _mention(
    index: int, sentence: str, row: tuple[Mention, ...], named: Mapping[str, float], book: Codebook
) -> tuple[Mention, ...]:
    chances = {topic: probability(odds) for topic, odds in named.items()}
    kept = [
        replace(each, confidence=chances[each.topic])
        for each in row
        if each.method == "term" and each.topic in chances
    ]
    for topic in chances.keys() - {each.topic for each in kept}:
        start, end = _find_rarest(sentence, topic, book)
        kept.append(Mention(index, topic, start, end, sentence[start:end], chances[topic], "similar"))
    return tuple(sorted(kept, key=lambda each: (each.start, each.end, each.topic)))


def _find_rarest(sentence: str, topic: str, book: Codebook) -> tuple[int, int]:
    """Return where the word is that weighs most of those shared with a topic; else the whole sentence."""
    at = book.topics.index(topic)
    weights = book.weights[book.list_phrases(at)].max(axis=0)
    best, span = _LEAST_WORD, (0, len(sentence))
    for word in find_words(sentence, book.language):
        weight = float(weights[book.columns[word.stem]]) if word.stem in book.columns else 0.0
        if weight > best:
            best, span = weight, (word.start, word.end)
    return span
