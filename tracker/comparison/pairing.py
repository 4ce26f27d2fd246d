"""Two texts side by side: how alike their sentences are, and how much corresponds at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.comparison.candidates import find_candidates
from tracker.comparison.order import Block, find_heaviest_chain
from tracker.comparison.similarity import (
    Unit,
    measure,
    read_unit,
    weigh_unit,
)
from tracker.comparison.stems import weigh_stems
from tracker.comparison.weights import Logistic, to_probability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EQUAL = 8.0
"""The log odds of likeness that stand for equal sentences."""
NOTHING = -8.0
"""The log odds that stand for sentences with nothing in common."""
_CONSTANT = 2
_HALF_KINSHIP = 0.1
_PLAIN = 0.45


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two texts with the log odds of likeness of each candidate pair.

    Equal sentences are set apart: they need no measuring, and count as wholly alike.
    """

    old: tuple[Unit, ...]
    new: tuple[Unit, ...]
    weights: Mapping[str, float]
    likeness: Logistic
    alike: Mapping[tuple[int, int], float]
    """Log odds of likeness of the candidates and the equal pairs."""
    best_old: Mapping[int, float]
    best_new: Mapping[int, float]
    kinship: float
    """How much of the two texts corresponds in order beyond what chance gives, 0 to 1."""
    looseness: float
    """The part of the kinship that is not between plainly alike sentences."""


def pair_texts(
    old: Sequence[str], new: Sequence[str], equal: Sequence[tuple[int, int]], likeness: Logistic
) -> Pairing:
    """Return two folded texts paired; ``equal`` names the pairs of equal sentences."""
    raw_old, raw_new = [read_unit(text) for text in old], [read_unit(text) for text in new]
    weights = weigh_stems(unit.stems for unit in (*raw_old, *raw_new))
    units_old = tuple(weigh_unit(unit, weights) for unit in raw_old)
    units_new = tuple(weigh_unit(unit, weights) for unit in raw_new)
    taken_old, taken_new = {i for i, _ in equal}, {j for _, j in equal}
    candidates = find_candidates(
        {i: unit for i, unit in enumerate(units_old) if i not in taken_old},
        {j: unit for j, unit in enumerate(units_new) if j not in taken_new},
        weights,
    )
    alike = {
        (i, j): likeness.logit(measure(units_old[i], units_new[j], weights)) for i, j in candidates
    } | dict.fromkeys(equal, _EQUAL)
    return Pairing(
        units_old,
        units_new,
        weights,
        likeness,
        alike,
        _best_by(alike, 0),
        _best_by(alike, 1),
        *_find_kinship(alike, len(old), len(new)),
    )


def _best_by(alike: Mapping[tuple[int, int], float], side: int) -> dict[int, float]:
    best: dict[int, float] = {}
    for pair, logit in alike.items():
        best[pair[side]] = max(best.get(pair[side], NOTHING), logit)
    return best


def _find_kinship(
    alike: Mapping[tuple[int, int], float], size_old: int, size_new: int
) -> tuple[float, float]:
    """Return kinship and looseness, each 0 to 1.

    Kinship is the weight of the best chain less that of the best chain through the new text read
    backwards. Texts of one kind share words by chance, in one order as well as in the other; texts of
    which one was made from the other share them in the same order. Looseness is the part of it that
    comes from sentences which are not plainly alike: high in a retelling, low in a revision.
    """
    if not alike:
        return 0.0, 0.0
    size = min(size_old, size_new) + _CONSTANT
    chances = [(i, j, to_probability(logit)) for (i, j), logit in sorted(alike.items())]
    forward = [Block(i, i, j, j, math.sqrt(chance)) for i, j, chance in chances]
    chain = find_heaviest_chain(forward)
    excess = max(0.0, _weigh(forward, chain) - _weigh_by_chance(forward, size_new)) / size
    plain = math.fsum(chances[index][2] for index in chain) / size
    kinship = excess / (excess + _HALF_KINSHIP)
    return round(kinship, 4), round(kinship * max(0.0, 1 - plain / _PLAIN), 4)


def _weigh_by_chance(blocks: Sequence[Block], size: int) -> float:
    """Return the weight of the best chain where order means nothing: the new text read backwards."""
    places = [size - 1 - block.new_first for block in blocks]
    backward = [
        Block(block.old_first, block.old_last, place, place, block.gain)
        for block, place in zip(blocks, places, strict=True)
    ]
    return _weigh(backward, find_heaviest_chain(backward))


def _weigh(blocks: Sequence[Block], chain: Sequence[int]) -> float:
    return math.fsum(blocks[index].gain for index in chain)
