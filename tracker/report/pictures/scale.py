"""Round numbers along an axis, and places for labels that would touch."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_STEPS = (1, 2, 5, 10)


def choose_ticks(most: float, count: int = 5) -> tuple[float, ...]:
    """Return round numbers at one distance from zero to ``most`` or just above it, about so many."""
    rough = max(most, 0.1) / count
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in _STEPS if factor * power >= rough * 0.999)
    return tuple(round(step * at, 6) for at in range(ceil(max(most, 0.1) / step - 1e-9) + 1))


def choose_every(width: float, step: float) -> int:
    """Return of how many places in a row one can have a label of a width, so that none touch."""
    return next((every for every in (1, 2, 5, 10, 20, 50) if every * step >= width), 100)


def spread(wanted: Sequence[float], least: float, top: float, bottom: float) -> list[float]:
    """Return places near the wanted ones, at least so far from each other, between top and bottom."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = [0.0] * len(wanted)
    height = top
    for at in order:
        places[at] = height = max(wanted[at], height)
        height += least
    limit = bottom
    for at in reversed(order):
        places[at] = limit = min(places[at], limit)
        limit -= least
    shift = max(0.0, top - min(places, default=top))
    for before, after in pairwise(order):
        places[after] = max(places[after], places[before] + least)
    return [place + shift for place in places]
