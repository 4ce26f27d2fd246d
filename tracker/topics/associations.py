"""Words that often occur with a topic: how much a sentence is about it, beyond the terms that name it.

The weight of a word for a topic is the logarithm of how much more often it is in sentences that name the
topic than chance would have it (pointwise mutual information: Church and Hanks 1990, "Word Association
Norms, Mutual Information, and Lexicography"), counted in the UN General Debate Corpus.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from functools import cache, lru_cache, partial
from math import sqrt
from operator import sub
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.inputs.compiled import read_compiled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_FILE: Final = "associations.en.tsv.gz"
_FEWEST: Final = 4
"""Words added to a sentence's, so that of very short ones no great score is made."""
_HIGHEST: Final = 3
_USUAL_NEAR: Final = (0.95, 0.53, 0.53)
_USUAL_HIGHEST: Final = (1.24, 1.02)
"""Mean scores of sentences that name a topic and of their neighbours, and the highest of speeches that do not
name it. Scores are given less these, so that nothing is said of a topic without associations."""


class Associations(NamedTuple):
    """By stem, the topics beside which it often stands, and how often."""

    vocabulary: str
    """The digest of the vocabulary that they were counted with."""
    weights: Mapping[str, str]
    """Topics and weights, each behind a tab."""
    topics: frozenset[str]
    """Those that were named often enough to know."""


class PmiScores:
    """How far each sentence of a text, given by its stems, speaks of each topic."""

    def __init__(self, sentences: Sequence[Collection[str]]) -> None:
        self._sentences = sentences
        self._weights: dict[int, list[dict[str, float]]] = {}
        self._scores: dict[tuple[str, int], float] = {}

    def find_near(self, topic: str, place: int) -> tuple[float, float, float]:
        """Return the scores of a sentence that names a topic, and of those before and after it."""
        if topic not in load_associations().topics:
            return 0.0, 0.0, 0.0
        scores = (self._score(topic, at) for at in (place, place - 1, place + 1))
        own, before, after = map(sub, scores, _USUAL_NEAR)
        return own, before, after

    def find_highest(self, topic: str) -> tuple[float, float]:
        """Return the highest score of all sentences for an unnamed topic, and the mean of three."""
        if topic not in load_associations().topics:
            return 0.0, 0.0
        scores = (self._score(topic, place) for place in range(len(self._sentences)))
        highest = sorted(scores, reverse=True)[:_HIGHEST]
        most, mean = map(sub, (max(highest, default=0.0), sum(highest) / _HIGHEST), _USUAL_HIGHEST)
        return most, mean

    def _score(self, topic: str, place: int) -> float:
        if (topic, place) not in self._scores:
            self._scores[topic, place] = self._add_up(topic, place)
        return self._scores[topic, place]

    def _add_up(self, topic: str, place: int) -> float:
        if not 0 <= place < len(self._sentences):
            return 0.0
        if place not in self._weights:
            found = map(_weigh, sorted(self._sentences[place]))
            self._weights[place] = [weights for weights in found if weights]
        total = 0.0
        for weights in self._weights[place]:
            total += weights.get(topic, 0.0)
        return total / sqrt(len(self._sentences[place]) + _FEWEST)


@lru_cache(maxsize=65536)
def _weigh(stem: str) -> dict[str, float]:
    """Return the weights of a stem, by topic."""
    _, *parts = load_associations().weights.get(stem, "").split("\t")
    return dict(zip(parts[::2], map(float, parts[1::2]), strict=True))


@cache
def load_associations() -> Associations:
    """Return what ships with the package.

    The file holds a line of the vocabulary's digest and the corpus's name, then a line for each topic and
    stem: topic, stem and weight, with tabs between them.
    """
    # Read as lines 74 ms, as kept 8; few of the words are in a text.
    place = Path(__file__).with_name(_FILE)
    vocabulary, weights, topics = read_compiled(place, [place, Path(__file__)], partial(_read, place))
    return Associations(vocabulary, weights, frozenset(topics))


def _read(file: Path) -> list[Any]:
    head, *rows = gzip.decompress(file.read_bytes()).decode("utf-8").splitlines()
    weights: dict[str, str] = defaultdict(str)
    topics = {}
    for row in rows:
        topic, stem, weight = row.split("\t")
        weights[stem] += f"\t{topic}\t{weight}"
        topics[topic] = True
    return [head.partition("\t")[0], weights, list(topics)]
