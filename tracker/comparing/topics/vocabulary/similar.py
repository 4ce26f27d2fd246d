"""Topics of a codebook that nobody taught, by the words it shares with a sentence and by similarity.

A sentence is about a topic where its words cover those of one of the topic's phrases, where most of what it
shares with the codebook is that topic's, and where its vector is nearer to the topic than to the others. A
word in passing has little of the three, and a paraphrase has the last. In a long text something looks alike
by chance: the best sentence of a topic must be the better, the longer the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from math import log
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from tracker.comparing.topics.vocabulary.load import digested
from tracker.comparing.topics.vocabulary.stems import find_words, is_ideograph
from tracker.comparing.topics.vocabulary.taught import probability
from tracker.inputs.compiled import read_packaged
from tracker.model.topics import Mention
from tracker.text.commonness import find_stems, load_commonness
from tracker.text.detection import detect_language
from tracker.text.encoder import multiply
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tracker.comparing.topics.vocabulary.load import Digested
    from tracker.model.topics import Topic, Vocabulary
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
_RARE: Final = 11.0
_SAMPLE: Final = 10_000
_ENGLISH: Final = 0.3
"""The share of stems that the table of English lists. Four English codebooks have .49 to .88, labels in
French, Spanish and German .18 and less."""


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
    or by the whole sentence, with method ``similar``. Where most sentences hold a term, the codebook was
    written for such texts: a sentence with a term is taken at its word, and similarity names the others.
    """
    if not sentences:
        return ()
    book = compile_codebook(vocabulary, language)
    evidence = weigh_evidence(sentences, rows, book, encoder)
    odds, named = _judge(evidence)
    at_its_word = _is_covered(rows)
    return tuple(
        rows[index]
        if at_its_word and _holds_term(rows[index])
        else _mention(
            index, sentences[index], rows[index], {book.topics[at]: odds[index, at] for at in found}, book
        )
        for index, found in enumerate(map(np.flatnonzero, named))
    )


def _is_covered(rows: Sequence[tuple[Mention, ...]]) -> bool:
    """Whether so many sentences of a text hold a term that terms are to be relied on; a few say little."""
    table = _load_weights()
    return sum(map(_holds_term, rows)) >= float(table["covered"]) * (len(rows) + float(table["few"]))


def _holds_term(row: Sequence[Mention]) -> bool:
    return any(mention.method == "term" for mention in row)


@dataclass(frozen=True, slots=True)
class Codebook:
    """A vocabulary as phrases, weighed words and vectors that sentences are compared with."""

    language: str
    topics: tuple[str, ...]
    phrases: tuple[str, ...]
    """The label and the terms of each topic in turn."""
    starts: tuple[int, ...]
    """The place of each topic's first phrase, its label."""
    columns: Mapping[str, int]
    """Stems, and their columns in ``weights``."""
    weights: Reals
    """By phrase and stem: how rare the stem is in general, times how rare among the topics."""

    english: bool
    _encoded: dict[tuple[str, str], tuple[Vectors, Vectors]] = field(default_factory=dict)

    def list_phrases(self, place: int) -> slice:
        """Return where the phrases of a topic are, given its place."""
        return slice(self.starts[place], (*self.starts[1:], len(self.phrases))[place])

    def encode(self, encoder: Encoder) -> tuple[Vectors, Vectors]:
        """Return the vectors of the topics, each of label and terms as one text, and of all phrases."""
        # By its stamp too: one of a user's own may keep its name when it is trained again.
        asked = encoder.name, encoder.stamp
        if asked not in self._encoded:
            rows = [self.phrases[self.list_phrases(place)] for place in range(len(self.topics))]
            whole = [f"{label}: {', '.join(terms)}" if terms else label for label, *terms in rows]
            self._encoded[asked] = encoder.encode(whole), encoder.encode(self.phrases)
        return self._encoded[asked]


def compile_codebook(vocabulary: Vocabulary, language: str) -> Codebook:
    """Return a vocabulary ready for sentences of a language, compiled once."""
    return _compile(digested(vocabulary, language))


@lru_cache(maxsize=16)
def _compile(key: Digested) -> Codebook:
    above = {topic.broader for topic in key.topics}
    # A topic without terms that has narrower ones groups them, and nothing names it.
    topics = [topic for topic in key.topics if any(topic.terms.values()) or topic.id not in above]
    rows = [_list_phrases(topic, key.language) for topic in topics]
    starts = np.cumsum([0, *map(len, rows)])[:-1]
    phrases = tuple(phrase for row in rows for phrase in row)
    stems = [_find_weighed_stems(phrase, key.language) for phrase in phrases]
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    common = {stem: bits for found in stems for stem, bits in found.items()}
    columns = {stem: place for place, stem in enumerate(sorted(common))}
    holds = np.zeros((len(phrases), len(columns)))
    for place, found in enumerate(stems):
        holds[place, [columns[stem] for stem in found]] = 1
    general = np.array([common[stem] for stem in columns]) / _RARE
    topics_with = np.array([len(set(owners[holds[:, place] > 0])) for place in columns.values()])
    rare = np.log((len(topics) + 1) / topics_with) / log(len(topics) + 1)
    ids = tuple(topic.id for topic in topics)
    weights = holds * general * rare
    english = _is_english("; ".join(phrases))
    return Codebook(key.language, ids, phrases, tuple(map(int, starts)), columns, weights, english)


def _list_phrases(topic: Topic, language: str) -> tuple[str, ...]:
    terms = (*topic.terms.get(language, ()), *topic.terms.get("und", ()))
    translated = language != "en" and language in topic.terms
    return tuple(dict.fromkeys(terms if translated else (topic.label, *terms)))


def _is_english(text: str) -> bool:
    """Whether a text is English, or a list of words that are mostly such as English speeches have."""
    language = detect_language(text)
    if language != "und":
        return language == "en"
    bits = _find_weighed_stems(text[:_SAMPLE], "en").values()
    return sum(each < _RARE for each in bits) > _ENGLISH * len(bits)


def _find_weighed_stems(text: str, language: str) -> dict[str, float]:
    """Return the stems of a text with the bits by which each is rare; of ideographs, those of pairs."""
    bands, rare = load_commonness()
    found: dict[str, float] = {}
    last = None
    for word in find_words(text, language):
        folded = fold(word.text)
        if last and is_ideograph(last.text) and is_ideograph(word.text) and last.end == word.start:
            found[last.text + word.text] = rare
        elif not is_ideograph(word.text):
            found[word.stem] = bands.get(folded, bands.get("".join(find_stems(folded)), rare))
        last = word
    return found


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


def weigh_evidence(
    sentences: Sequence[str],
    rows: Sequence[tuple[Mention, ...]],
    book: Codebook,
    encoder: Encoder | None,
) -> Evidence:
    """Return what speaks for each topic in each sentence; without an encoder, in words alone."""
    holds = np.zeros((len(sentences), len(book.columns)))
    term = np.zeros((len(sentences), len(book.topics)))
    places = {topic: place for place, topic in enumerate(book.topics)}
    for index, (sentence, row) in enumerate(zip(sentences, rows, strict=True)):
        stems = _find_weighed_stems(sentence, book.language)
        holds[index, [book.columns[stem] for stem in stems if stem in book.columns]] = 1
        term[index, [places[mention.topic] for mention in row if mention.method == "term"]] = 1
    cover = np.maximum.reduceat(
        holds @ book.weights.T / (book.weights.sum(axis=1) + 1e-6), book.starts, axis=1
    )
    each = holds @ np.maximum.reduceat(book.weights, book.starts, axis=0).T
    share = each / (each.sum(axis=1, keepdims=True) + _DAMPING)
    met = term.any(axis=1).mean() >= _MET
    foreign = not met and _is_english(" ".join(sentences)) != book.english
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


def _judge(evidence: Evidence) -> tuple[Reals, Flags]:
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
