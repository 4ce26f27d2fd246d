"""Words that often occur with a topic: how much a sentence is about it, beyond the terms that name it.

The weight of a word for a topic is the logarithm of how much more often it is in sentences that name the
topic than chance would have it (pointwise mutual information: Church and Hanks 1990, "Word Association
Norms, Mutual Information, and Lexicography"), counted in the UN General Debate Corpus.
"""

from __future__ import annotations

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
    """By topic, the stems that often stand beside it, and how often; of topics named often enough to know."""

    vocabulary: str
    """The digest of the vocabulary that they were counted with."""
    weights: Mapping[str, str]
    """Stems and weights, each behind a tab."""


class PmiScores:
    """How far each sentence of a text, given by its stems, speaks of each topic."""

    def __init__(self, sentences: Sequence[Collection[str]]) -> None:
        self._lengths = [sqrt(len(stems) + _FEWEST) for stems in sentences]
        self.places: dict[str, list[int]] = defaultdict(list)
        """By stem, the sentences that hold it."""
        for place, stems in enumerate(sentences):
            for stem in stems:
                self.places[stem].append(place)
        self._scores: dict[str, list[float]] = {}

    def find_near(self, topic: str, place: int) -> tuple[float, float, float]:
        """Return the scores of a sentence that names a topic, and of those before and after it."""
        if topic not in load_associations().weights:
            return 0.0, 0.0, 0.0
        scores = self._find_scores(topic)
        near = (scores[at] if 0 <= at < len(scores) else 0.0 for at in (place, place - 1, place + 1))
        own, before, after = map(sub, near, _USUAL_NEAR)
        return own, before, after

    def find_highest(self, topic: str) -> tuple[float, float]:
        """Return the highest score of all sentences for an unnamed topic, and the mean of three."""
        if topic not in load_associations().weights:
            return 0.0, 0.0
        highest = sorted(self._find_scores(topic), reverse=True)[:_HIGHEST]
        most, mean = map(sub, (max(highest, default=0.0), sum(highest) / _HIGHEST), _USUAL_HIGHEST)
        return most, mean

    def _find_scores(self, topic: str) -> list[float]:
        """Return the scores of all sentences, found from a topic's stems: few of them are in a text."""
        if topic not in self._scores:
            totals = [0.0] * len(self._lengths)
            weights = _weigh(topic)
            for stem in sorted(filter(self.places.__contains__, weights)):
                for place in self.places[stem]:
                    totals[place] += weights[stem]
            self._scores[topic] = [
                total / length for total, length in zip(totals, self._lengths, strict=True)
            ]
        return self._scores[topic]


@lru_cache(maxsize=1024)
def _weigh(topic: str) -> dict[str, float]:
    """Return the weights of a topic's stems."""
    _, *parts = load_associations().weights[topic].split("\t")
    return dict(zip(parts[::2], map(float, parts[1::2]), strict=True))


@cache
def load_associations() -> Associations:
    """Return what ships with the package.

    The file holds a line of the vocabulary's digest and the corpus's name, then a line for each topic and
    stem: topic, stem and weight, with tabs between them.
    """
    # Read as lines 74 ms, as kept 8; few of the topics are asked for.
    place = Path(__file__).with_name(_FILE)
    return Associations(*read_compiled(place, [place, Path(__file__)], partial(_read, place)))


def _read(file: Path) -> list[Any]:
    import gzip  # noqa: PLC0415 (2 ms, where the table is not as it was installed)

    head, *rows = gzip.decompress(file.read_bytes()).decode("utf-8").splitlines()
    weights: dict[str, str] = defaultdict(str)
    for row in rows:
        topic, stem, weight = row.split("\t")
        weights[topic] += f"\t{stem}\t{weight}"
    return [head.partition("\t")[0], weights]
