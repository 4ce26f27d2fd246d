"""Whether a topic's share of the words moved: bounded intervals, and a test corrected over all topics."""

from __future__ import annotations

from math import erfc, inf, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_CLUSTERING: Final = 3.0
"""By what the variance of a share exceeds that of segments drawn one by one, since neighbouring sentences are
about the same thing. Of 60 speeches of the General Debate: 3.2 in blocks of twelve sentences, 2.5 in five."""
_ERROR: Final = 0.05
_DEVIATIONS: Final = 1.9599639845400536
"""Within so many standard deviations lie 95 % of a normal distribution; ``statistics`` takes 3 ms to load."""
_MUCH: Final = 2.0
"""By what a share must be multiplied or divided to be another one to a reader."""


class Occupancy(NamedTuple):
    """A statement as the shares see it: words by segment, and the words on each topic."""

    words: Sequence[int]
    spoken: Mapping[str, int]


class Difference(NamedTuple):
    """How a topic's share differs between two statements, with 95 % intervals."""

    interval: tuple[float, float]
    """New share less old share: nothing is lost that was not there, and no share exceeds the whole."""
    ratio: tuple[float, float]
    """New share divided by old share; infinite where the old one may be nothing."""
    shown: bool
    """Whether it is larger or smaller, by a test that counts all topics that were tested."""

    @property
    def unsure(self) -> bool:
        """Whether the share may as well have halved or doubled."""
        return self.ratio[0] <= 1 / _MUCH or self.ratio[1] >= _MUCH


class _Share(NamedTuple):
    """A share of one statement, how many segments drawn one by one it is worth, and its interval."""

    value: float
    size: float
    low: float
    high: float


def compare_shares(
    topics: Collection[str], old: Occupancy, new: Occupancy, tested: Collection[str]
) -> dict[str, Difference]:
    """Return how the share of each topic differs.

    Each share is a proportion of overdispersed counts (McCullagh and Nelder, 1989): as if of a third of the
    statement's segments. Intervals are Wilson's (1927) for a share, Newcombe's (1998, his method 10) for a
    difference and Donner and Zou's (2012) for a ratio, all of which stay within what is possible. Those
    ``tested`` are compared by a score test, with a family-wise error of five per cent by Holm's (1979)
    procedure. Intervals cover how the words fall on sentences, not what else might have been said.
    """
    sides = {topic: (_measure(topic, old), _measure(topic, new)) for topic in topics}
    shown = _apply_holm({topic: _chance(*sides[topic]) for topic in tested})
    return {
        topic: Difference(_find_gap(before, after), _find_ratio(before, after), topic in shown)
        for topic, (before, after) in sides.items()
    }


def _measure(topic: str, side: Occupancy) -> _Share:
    counted = [words for words in side.words if words]
    spoken = side.spoken.get(topic, 0)
    value, size = spoken / (sum(counted) or 1), max(1.0, len(counted) / _CLUSTERING)
    square = _DEVIATIONS**2
    middle = (value + square / (2 * size)) / (1 + square / size)
    reach = sqrt(square * (value * (1 - value) / size + square / (4 * size * size))) / (1 + square / size)
    return _Share(value, size, max(0.0, middle - reach), min(1.0, middle + reach))


def _find_gap(old: _Share, new: _Share) -> tuple[float, float]:
    gap = new.value - old.value
    below = sqrt((new.value - new.low) ** 2 + (old.high - old.value) ** 2)
    above = sqrt((new.high - new.value) ** 2 + (old.value - old.low) ** 2)
    return round(max(gap - below, -old.value), 4), round(min(gap + above, 1 - old.value), 4)


def _find_ratio(old: _Share, new: _Share) -> tuple[float, float]:
    product = new.value * old.value
    low = old.high * (2 * old.value - old.high)
    high = old.low * (2 * old.value - old.low)
    least = product - sqrt(max(0.0, product**2 - new.low * (2 * new.value - new.low) * low))
    most = product + sqrt(max(0.0, product**2 - new.high * (2 * new.value - new.high) * high))
    return (
        round(least / low, 4) if low else 0.0,
        round(most / high, 4) if high else inf,
    )


def _chance(old: _Share, new: _Share) -> float:
    """Return how likely two statements of one share differ so much by accident."""
    pooled = (old.value * old.size + new.value * new.size) / (old.size + new.size)
    error = sqrt(pooled * (1 - pooled) * (1 / old.size + 1 / new.size))
    return erfc(abs(new.value - old.value) / error / sqrt(2)) if error else 1.0


def _apply_holm(chances: Mapping[str, float]) -> frozenset[str]:
    """Return the topics whose difference is no accident, however many were tested."""
    shown: set[str] = set()
    for rank, topic in enumerate(sorted(chances, key=lambda topic: (chances[topic], topic))):
        if chances[topic] >= _ERROR / (len(chances) - rank):
            break
        shown.add(topic)
    return frozenset(shown)
