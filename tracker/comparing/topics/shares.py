"""Whether a topic takes more of the words, less, or as much as readers call the same, and how surely."""

from __future__ import annotations

from functools import cache
from math import exp, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tracker.model.topics import Status

_CLUSTERING: Final = 3.0
"""By what the variance of a share exceeds that of segments drawn one by one, since neighbouring sentences are
about the same thing. Of 60 speeches of the General Debate: 3.2 in blocks of twelve sentences, 2.5 in five."""
_DEVIATIONS: Final = 1.9599639845400536
"""Within so many standard deviations lie 95 % of a normal distribution; ``statistics`` takes 3 ms to load."""


class Occupancy(NamedTuple):
    """A statement as the shares see it: words by segment; by topic the words on it, and segments about it."""

    words: Sequence[int]
    spoken: Mapping[str, int]
    segments: Mapping[str, Sequence[int]]


class Difference(NamedTuple):
    """How a topic's share differs between two statements."""

    interval: tuple[float, float]
    """New share less old share, with 95 %: nothing is lost that was not there, none exceeds the whole."""
    chances: Mapping[Status, float]
    """How likely readers say that it takes more, the same (*kept*) or less."""

    @property
    def likeliest(self) -> Status:
        """What readers most likely say; of equals, *kept*."""
        return max(self.chances, key=lambda status: (self.chances[status], status == "kept"))


_UNCOMPARED: Final[Mapping[Status, float]] = {"kept": 1.0}


class ShareWeights(NamedTuple):
    """What was fitted of how readers call a change of share."""

    spoken: float
    about: float
    """How much a rise of the words on it counts, and one of the words of the sentences about it."""
    same: float
    """From where on a rise is as likely one as none."""
    claimed: Mapping[str, Mapping[str, float]]
    """Of *kept*, and of what *moved* up or down, by how many of the claims are to be true, such as ``0.9``,
    the chance from which they are made."""


@cache
def load_shares() -> ShareWeights:
    """Return the shipped weights."""
    return ShareWeights(**read_packaged(__package__, "shares.toml"))


def find_least(status: Status, sure: float) -> float:
    """Return the chance from which *more*, *kept* or *less* is claimed of a topic whose level is sure."""
    return load_shares().claimed["kept" if status == "kept" else "moved"][f"{sure:.1f}"]


def compare_shares(
    topics: Collection[str], old: Occupancy, new: Occupancy, compared: Collection[str]
) -> dict[str, Difference]:
    """Return how the share of each topic differs.

    What two statements say is all there is: unsure is which passages are about a topic, and what readers call
    a change. The chances of those ``compared`` come from an ordered regression (McCullagh 1980, "Regression
    Models for Ordinal Data") on what readers said: its score is how far the words on a topic, and those of
    the sentences about it, rose, each beside what a count of such a size may err. Others are kept.

    Intervals are those of proportions of overdispersed counts (McCullagh and Nelder 1989), as if of a third
    of the statement's segments: Wilson's (1927) for a share and Newcombe's (1998, his method 10) for a
    difference, both of which stay within what is possible.
    """
    return {
        topic: Difference(
            _find_gap(_measure(topic, old), _measure(topic, new)),
            _find_chances(topic, old, new) if topic in compared else _UNCOMPARED,
        )
        for topic in topics
    }


def _find_chances(topic: str, old: Occupancy, new: Occupancy) -> dict[Status, float]:
    weights = load_shares()
    spoken, about = (
        [count(topic, side) / (sum(side.words) or 1) for side in (old, new)]
        for count in (_count_spoken, _count_about)
    )
    score = weights.spoken * find_rise(*spoken) + weights.about * find_rise(*about)
    up, down = (1 / (1 + exp(weights.same - turned)) for turned in (score, -score))
    return {"more": round(up, 4), "kept": round(1 - up - down, 4), "less": round(down, 4)}


def _count_spoken(topic: str, side: Occupancy) -> int:
    return side.spoken.get(topic, 0)


def _count_about(topic: str, side: Occupancy) -> int:
    return sum(side.words[place] for place in side.segments.get(topic, ()))


def find_rise(old: float, new: float) -> float:
    """Return a change of share in percentage points, beside what shares of this size may err."""
    return 100 * (new - old) / sqrt(100 * (new + old) + 1)


class _Share(NamedTuple):
    """A share of one statement, and its interval."""

    value: float
    low: float
    high: float


def _measure(topic: str, side: Occupancy) -> _Share:
    counted = [words for words in side.words if words]
    value, size = _count_spoken(topic, side) / (sum(counted) or 1), max(1.0, len(counted) / _CLUSTERING)
    square = _DEVIATIONS**2
    middle = (value + square / (2 * size)) / (1 + square / size)
    reach = sqrt(square * (value * (1 - value) / size + square / (4 * size * size))) / (1 + square / size)
    return _Share(value, max(0.0, middle - reach), min(1.0, middle + reach))


def _find_gap(old: _Share, new: _Share) -> tuple[float, float]:
    gap = new.value - old.value
    below = sqrt((new.value - new.low) ** 2 + (old.high - old.value) ** 2)
    above = sqrt((new.high - new.value) ** 2 + (old.value - old.low) ** 2)
    return round(max(gap - below, -old.value), 4), round(min(gap + above, 1 - old.value), 4)
