"""The sentence of a text that is most like a given one, wherever it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.alignment.similarity import (
    FEWEST_STEMS,
    LEAST_COVER,
    find_cover,
    join_units,
    measure,
    read_unit,
    sum_weights,
    weigh_unit,
)
from tracker.alignment.stems import weigh_stems
from tracker.alignment.weights import load_weights, to_probability
from tracker.text.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.alignment.similarity import Unit

_MEASURED = 6
"""How many sentences are measured, those that share most of what is rare."""
_WIDEST = 3
_NEARLY_SURE = 0.9999
"""Only the same words are certain."""


@dataclass(frozen=True, slots=True)
class Similar:
    """One sentence, or neighbouring ones, by their places; and the probability that they are the same."""

    places: tuple[int, ...]
    chance: float


def find_similar(text: str, others: Sequence[str], least: float) -> Similar | None:
    """Return the sentence most like a given one, or the run of up to three that make it up together.

    None where the probability of likeness is below ``least``, or where either has fewer than four stems.
    Order and place play no part: a lone sentence has none. The weights are those of a pair of texts.
    """
    raw = _read(text)
    units = [_read(other) for other in others]
    weights = weigh_stems(unit.stems for unit in (raw, *units))
    given = weigh_unit(raw, weights)
    nearest = _rank(given, units, weights)
    runs = dict.fromkeys(run for place in nearest for run in _runs_around(place, units, given, weights))
    chances = {run: _chance(given, _join(run, units, weights), weights) for run in runs}
    best = max(chances, key=lambda run: (chances[run], -len(run), -run[0]), default=None)
    if best is None or chances[best] < least:
        return None
    return Similar(best, chances[best])


def rate_likeness(old: str, new: str, old_text: Sequence[str], new_text: Sequence[str]) -> float:
    """Return the probability that two sentences of a pair of texts are alike, wherever they stand.

    0 where either has fewer than four stems.
    """
    weights = weigh_stems(_read(each).stems for each in (*old_text, *new_text))
    return _chance(_weigh(old, weights), _weigh(new, weights), weights)


def _weigh(text: str, weights: Mapping[str, float]) -> Unit:
    return weigh_unit(_read(text), weights)


@lru_cache(maxsize=50_000)
def _read(text: str) -> Unit:
    """Read a sentence once, however many wordings it is held against."""
    return read_unit(fold(text))


def _rank(given: Unit, units: Sequence[Unit], weights: Mapping[str, float]) -> list[int]:
    scores: list[tuple[float, int]] = []
    for place, unit in enumerate(units):
        shared = unit.stems & given.stems
        if shared:
            square = sum_weights(shared, weights)[1]
            norm = weigh_unit(unit, weights).norm
            scores.append((-round(square / norm, 4), place))
    return [place for _, place in sorted(scores)[:_MEASURED]]


def _runs_around(
    place: int, units: Sequence[Unit], given: Unit, weights: Mapping[str, float]
) -> Iterator[tuple[int, ...]]:
    """Yield the sentence alone, then runs with neighbours of which the given one holds the greater part."""
    yield (place,)
    held = [
        at
        for at in range(max(0, place - _WIDEST + 1), min(len(units), place + _WIDEST))
        if find_cover(weigh_unit(units[at], weights), given, weights) >= LEAST_COVER
    ]
    for width in range(2, _WIDEST + 1):
        for first in range(place - width + 1, place + 1):
            run = tuple(range(first, first + width))
            if set(run) <= set(held):
                yield run


def _join(run: Sequence[int], units: Sequence[Unit], weights: Mapping[str, float]) -> Unit:
    return join_units([weigh_unit(units[at], weights) for at in run], weights)


def _chance(given: Unit, other: Unit, weights: Mapping[str, float]) -> float:
    if min(len(given.stems), len(other.stems)) < FEWEST_STEMS:
        return 0.0
    chance = to_probability(load_weights().likeness.logit(measure(given, other, weights)))
    return min(round(chance, 4), _NEARLY_SURE)
