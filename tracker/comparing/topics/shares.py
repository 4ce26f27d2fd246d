"""Whether a topic takes more of the words, less, or as much as readers call the same, and how surely."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import exp, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tracker.inputs.compiled import read_packaged
from tracker.model.topics import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Occupancy(NamedTuple):
    """A statement as the shares see it: words by segment; by topic the words on it, and segments about it."""

    words: Sequence[int]
    spoken: Mapping[str, int]
    segments: Mapping[str, Sequence[int]]


Chances: TypeAlias = Mapping[Status, float]
"""How likely readers say that a topic takes more of the words, the same (*kept*) or less."""
_UNCOMPARED: Final[Chances] = {"kept": 1.0}


def find_likeliest(chances: Chances) -> Status:
    """Return what readers most likely say; of equals, *kept*."""
    return max(chances, key=lambda status: (chances[status], status == "kept"))


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
) -> dict[str, Chances]:
    """Return how likely readers call the share of each topic more, the same or less.

    What two statements say is all there is: unsure is which passages are about a topic, and what readers call
    a change. The chances of those ``compared`` come from an ordered regression (McCullagh 1980, "Regression
    Models for Ordinal Data") on what readers said: its score is how far the words on a topic, and those of
    the sentences about it, rose, each beside what a count of such a size may err. Others are kept.
    """
    return {topic: _find_chances(topic, old, new) if topic in compared else _UNCOMPARED for topic in topics}


def _find_chances(topic: str, old: Occupancy, new: Occupancy) -> Chances:
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
