"""A codebook turned into phrases, weighed words and vectors that sentences are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING, Final

import numpy as np

from tracker.text.commonness import find_stems, load_commonness
from tracker.text.detection import detect_language
from tracker.text.identity import fold
from tracker.topics.vocabulary.stems import find_words, is_ideograph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tracker.model.topics import Topic, Vocabulary
    from tracker.text.encoder import Encoder, Vectors

    Reals = NDArray[np.float64]

_RARE: Final = 11.0
_SAMPLE: Final = 10_000
_ENGLISH: Final = 0.3
"""The share of stems that the table of English lists. Four English codebooks have .49 to .88, labels in
French, Spanish and German .18 and less."""


@dataclass(frozen=True, slots=True)
class Codebook:
    """A vocabulary turned into what sentences are held against."""

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
    _encoded: dict[str, tuple[Vectors, Vectors]] = field(default_factory=dict)

    def list_phrases(self, place: int) -> slice:
        """Return where the phrases of a topic are, given its place."""
        return slice(self.starts[place], (*self.starts[1:], len(self.phrases))[place])

    def encode(self, encoder: Encoder) -> tuple[Vectors, Vectors]:
        """Return the vectors of the topics, each of label and terms as one text, and of all phrases."""
        if encoder.name not in self._encoded:
            rows = [self.phrases[self.list_phrases(place)] for place in range(len(self.topics))]
            whole = [f"{label}: {', '.join(terms)}" if terms else label for label, *terms in rows]
            self._encoded[encoder.name] = encoder.encode(whole), encoder.encode(self.phrases)
        return self._encoded[encoder.name]


@dataclass(frozen=True, slots=True)
class _Key:
    digest: str
    language: str
    vocabulary: Vocabulary = field(compare=False)


def compile_codebook(vocabulary: Vocabulary, language: str) -> Codebook:
    """Return a vocabulary ready for sentences of a language, compiled once."""
    return _compile(_Key(vocabulary.digest, language, vocabulary))


@lru_cache(maxsize=16)
def _compile(key: _Key) -> Codebook:
    above = {topic.broader for topic in key.vocabulary.topics}
    # A topic without terms that has narrower ones groups them, and nothing names it.
    topics = [topic for topic in key.vocabulary.topics if any(topic.terms.values()) or topic.id not in above]
    rows = [_list_phrases(topic, key.language) for topic in topics]
    starts = np.cumsum([0, *map(len, rows)])[:-1]
    phrases = tuple(phrase for row in rows for phrase in row)
    stems = [find_weighed_stems(phrase, key.language) for phrase in phrases]
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    common = {stem: bits for found in stems for stem, bits in found.items()}
    columns = {stem: place for place, stem in enumerate(sorted(common))}
    held = np.zeros((len(phrases), len(columns)))
    for place, found in enumerate(stems):
        held[place, [columns[stem] for stem in found]] = 1
    general = np.array([common[stem] for stem in columns]) / _RARE
    topics_with = np.array([len(set(owners[held[:, place] > 0])) for place in columns.values()])
    rare = np.log((len(topics) + 1) / topics_with) / log(len(topics) + 1)
    ids = tuple(topic.id for topic in topics)
    weights = held * general * rare
    english = is_english("; ".join(phrases))
    return Codebook(key.language, ids, phrases, tuple(map(int, starts)), columns, weights, english)


def _list_phrases(topic: Topic, language: str) -> tuple[str, ...]:
    terms = (*topic.terms.get(language, ()), *topic.terms.get("und", ()))
    translated = language != "en" and language in topic.terms
    return tuple(dict.fromkeys(terms if translated else (topic.label, *terms)))


def is_english(text: str) -> bool:
    """Whether a text is English, or a list of words that are mostly such as English speeches have."""
    language = detect_language(text)
    if language != "und":
        return language == "en"
    bits = find_weighed_stems(text[:_SAMPLE], "en").values()
    return sum(each < _RARE for each in bits) > _ENGLISH * len(bits)


def find_weighed_stems(text: str, language: str) -> dict[str, float]:
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
