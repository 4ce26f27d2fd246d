"""Words that keep a topic's company: how far a sentence speaks of a topic, beyond the terms that name it.

The weight of a word for a topic is the logarithm of how much oftener it stands in sentences that name the
topic than chance would have it (pointwise mutual information: Church and Hanks 1990, "Word Association
Norms, Mutual Information, and Lexicography"), counted in the UN General Debate Corpus.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_FILE: Final = "associations.en.tsv.gz"
_FEWEST: Final = 4
"""Words added to a sentence's, so that of very short ones no great score is made."""
_HIGHEST: Final = 3


@dataclass(frozen=True, slots=True)
class Associations:
    """By stem, the topics whose company it keeps, and how much."""

    vocabulary: str
    """The digest of the vocabulary that they were counted with."""
    weights: Mapping[str, Sequence[tuple[str, float]]]

    def score(self, stems: Collection[str]) -> dict[str, float]:
        """Return by topic how far a sentence of these stems speaks of it."""
        sums: dict[str, float] = defaultdict(float)
        for stem in sorted(stems):
            for topic, weight in self.weights.get(stem, ()):
                sums[topic] += weight
        return {topic: total / sqrt(len(stems) + _FEWEST) for topic, total in sums.items()}


class Company:
    """How far each sentence of a text, given by its stems, speaks of each topic."""

    def __init__(self, sentences: Sequence[Collection[str]]) -> None:
        self._scores = [load_associations().score(stems) for stems in sentences]

    def find_near(self, topic: str, place: int) -> tuple[float, float, float]:
        """Return the scores of a sentence, of the one before it and of the one after it."""
        return self._score(topic, place), self._score(topic, place - 1), self._score(topic, place + 1)

    def find_highest(self, topic: str) -> tuple[float, float]:
        """Return the highest score of all sentences, and the mean of the three highest."""
        highest = sorted((scores.get(topic, 0.0) for scores in self._scores), reverse=True)[:_HIGHEST]
        return max(highest, default=0.0), sum(highest) / _HIGHEST

    def _score(self, topic: str, place: int) -> float:
        return self._scores[place].get(topic, 0.0) if 0 <= place < len(self._scores) else 0.0


@cache
def load_associations() -> Associations:
    """Return what ships with the package.

    The file holds a line of the vocabulary's digest and the corpus's name, then a line for each topic and
    stem: topic, stem and weight, with tabs between them.
    """
    data = gzip.decompress(files(__package__).joinpath(_FILE).read_bytes())
    head, *rows = data.decode("utf-8").splitlines()
    weights: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in rows:
        topic, stem, weight = row.split("\t")
        weights[stem].append((topic, float(weight)))
    return Associations(head.partition("\t")[0], weights)
