"""Links that break the common order of two texts: what speaks for each, and which are taken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tracker.alignment.similarity import FEWEST_STEMS, LEAST_COVER
from tracker.alignment.weights import PLAIN_FEATURES, to_probability

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.alignment.groups import Group
    from tracker.alignment.pairing import Pairing

_LEAST_RISE = 0.3
"""Set by hand: from 0 to 1.2 the F1 of the development sets, whose coders left out moves, is the same."""
_UNSEEN = 0.3
"""How many edited sentences are taken to have moved where none moved word for word."""


def judge_moves(
    pairing: Pairing, measured: Mapping[Group, Sequence[float]], settled: Collection[Group]
) -> dict[Group, float]:
    """Return the probability of each group as a move, beside the ``settled`` ones that keep the order.

    The first features of each are those of ``PLAIN_FEATURES``.

    Order being no help, likeness is weighed against accident. Each of the sentences that are free on the
    one side may look like each of those on the other; the more of them, and the fewer sentences moved
    word for word, the stronger must be the evidence. Of two speeches that hardly correspond
    no order is expected, and nothing is held against breaking it.
    """
    moved, equal = len(pairing.moved), len(pairing.moved) + len(pairing.in_order)
    free_old = len(pairing.old) - sum(len(group.old) for group in settled) - equal
    free_new = len(pairing.new) - sum(len(group.new) for group in settled) - equal
    prior = math.log((moved + _UNSEEN) / max(1, free_old * free_new)) * pairing.kinship**2
    return {
        group: _judge_move(pairing, group, features, min(0.0, prior)) for group, features in measured.items()
    }


def _judge_move(pairing: Pairing, group: Group, features: Sequence[float], prior: float) -> float:
    shortest = min(
        sum(len(pairing.old[i].stems) for i in group.old), sum(len(pairing.new[j].stems) for j in group.new)
    )
    if shortest < FEWEST_STEMS:
        return 0.0
    named = dict(zip(PLAIN_FEATURES, features, strict=False))
    if named["grouped"] and (named["weakest"] < LEAST_COVER or named["rise"] < _LEAST_RISE):
        return 0.0
    return to_probability(named["likeness"] + prior)


def choose_moves(
    chances: Mapping[Group, float], settled: Iterable[Group], accept: float
) -> dict[Group, float]:
    """Return the strongest groups among the sentences that are left, wherever they stand."""
    used_old = {i for group in settled for i in group.old}
    used_new = {j for group in settled for j in group.new}
    likely = [group for group, chance in chances.items() if chance >= accept]
    moves: dict[Group, float] = {}
    for group in sorted(likely, key=lambda group: (-chances[group], group.old, group.new)):
        if used_old.isdisjoint(group.old) and used_new.isdisjoint(group.new):
            moves[group] = chances[group]
            used_old.update(group.old)
            used_new.update(group.new)
    return moves
