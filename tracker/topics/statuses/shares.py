"""Whether a topic's share of the words moved: intervals by resampling blocks, corrected over all topics."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from random import Random
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BLOCK: Final = 5
"""Segments resampled together: neighbouring sentences are about the same thing."""
_DRAWS: Final = 200
"""Enough for a standard error to within five per cent; tails are not read from the draws."""
_SEED: Final = 20101
_ERROR: Final = 0.05
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A statement as the shares see it: words by segment, and the segments of each topic."""

    words: Sequence[int]
    segments: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """New share less old share: the interval at the level that the correction leaves, and the verdict."""

    interval: tuple[float, float]
    shown: bool


def compare_shares(topics: Sequence[str], old: Occupancy, new: Occupancy) -> dict[str, Difference]:
    """Return, for each topic, the interval of its new share less its old one and whether it excludes zero.

    Standard errors come from resampling blocks of five neighbouring segments on each side; the family-wise
    error of five per cent is kept over all topics by Holm's (1979) procedure. Intervals cover how the words
    fall on sentences, not what else might have been said. The same input gives the same answer.
    """
    if not topics:
        return {}
    before, after = _resample(topics, old), _resample(topics, new)
    gaps = {topic: after[topic][0] - before[topic][0] for topic in topics}
    errors = {topic: hypot(after[topic][1], before[topic][1]) for topic in topics}
    chances = {topic: _chance(gaps[topic], errors[topic]) for topic in topics}
    return _apply_holm(gaps, errors, chances)


def _chance(gap: float, error: float) -> float:
    if error == 0:
        return 0.0 if gap else 1.0
    return 2 * (1 - _NORMAL.cdf(abs(gap) / error))


def _apply_holm(
    gaps: Mapping[str, float], errors: Mapping[str, float], chances: Mapping[str, float]
) -> dict[str, Difference]:
    found: dict[str, Difference] = {}
    rejecting = True
    for rank, topic in enumerate(sorted(chances, key=lambda topic: (chances[topic], topic))):
        level = _ERROR / (len(chances) - rank)
        reach = _NORMAL.inv_cdf(1 - level / 2) * errors[topic]
        rejecting = rejecting and chances[topic] < level
        interval = (round(gaps[topic] - reach, 4), round(gaps[topic] + reach, 4))
        found[topic] = Difference(interval, rejecting and not interval[0] <= 0 <= interval[1])
    return found


def _resample(topics: Sequence[str], side: Occupancy) -> dict[str, tuple[float, float]]:
    """Return each topic's share and the standard error of it over resampled blocks."""
    length = len(side.words)
    blocks = [range(start, min(start + _BLOCK, length)) for start in range(0, length, _BLOCK)]
    totals = [sum(side.words[place] for place in block) for block in blocks]
    random = Random(_SEED)  # noqa: S311  resampling, not secrecy
    draws = [random.choices(range(len(blocks)), k=len(blocks)) for _ in range(_DRAWS)]
    sums = [sum(map(totals.__getitem__, draw)) for draw in draws]
    results: dict[str, tuple[float, float]] = {}
    for topic in topics:
        about = frozenset(side.segments[topic])
        counts = [sum(side.words[place] for place in block if place in about) for block in blocks]
        shares = [
            sum(map(counts.__getitem__, draw)) / (total or 1) for draw, total in zip(draws, sums, strict=True)
        ]
        results[topic] = (sum(counts) / (sum(totals) or 1), _spread(shares))
    return results


def _spread(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
