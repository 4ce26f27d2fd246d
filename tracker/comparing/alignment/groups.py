"""Pairs of sentences that may be linked, measured; and links grown by the neighbours that belong to them."""

from __future__ import annotations

import math
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.alignment.chains import ChainBlock
from tracker.comparing.alignment.pairing import NOTHING
from tracker.comparing.alignment.similarity import find_cover, join_units, measure
from tracker.comparing.alignment.weights import Joined, Plain, to_probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.comparing.alignment.pairing import Pairing
    from tracker.comparing.alignment.weights import AlignmentWeights

_SCRAP = 3
_WIDEST = 6
"""Sentences of one side in one link, at most. The widest split or merge in the development sets has four."""


class Group(NamedTuple):
    """Neighbouring sentences of the old text beside neighbouring ones of the new."""

    old: tuple[int, ...]
    new: tuple[int, ...]

    def block(self, gain: float) -> ChainBlock:
        """Return its place in a chain."""
        return ChainBlock(self.old[0], self.old[-1], self.new[0], self.new[-1], gain)


def propose_groups(pairing: Pairing) -> tuple[Group, ...]:
    """Return the candidate pairs that are worth measuring, in order."""
    equal = (*pairing.in_order, *pairing.moved)
    taken_old, taken_new = {i for i, _ in equal}, {j for _, j in equal}
    return tuple(
        Group((i,), (j,))
        for i, j in sorted(pairing.alike)
        if i not in taken_old and j not in taken_new and not _is_scrap(pairing, i, j)
    )


def _is_scrap(pairing: Pairing, i: int, j: int) -> bool:
    """Tell whether one is a mere scrap of the other: "Instead." says nothing about a sentence."""
    shorter, longer = sorted((len(pairing.old[i].sequence), len(pairing.new[j].sequence)))
    return shorter < _SCRAP and longer > 2 * shorter


def measure_link(pairing: Pairing, group: Group) -> Plain:
    """Return one pair by itself, its neighbours and its rivals."""
    i, j = group.old[0], group.new[0]
    likeness = pairing.alike.get((i, j), NOTHING)
    rivals = [best for best in (pairing.best_old[i], pairing.best_new[j]) if best > likeness]
    gap = abs((2 * i + 1) / (2 * len(pairing.old)) - (2 * j + 1) / (2 * len(pairing.new)))
    lead = min(0.0, to_probability(likeness) - to_probability(max(rivals, default=NOTHING)))
    return Plain(likeness, _find_support(pairing, i, j), gap, lead)


def _find_support(pairing: Pairing, i: int, j: int) -> float:
    """Return how far the pairs just before and just after are alike, 0 to 2."""
    find = pairing.alike.get
    before = max(find((i - 1, j - 1), NOTHING), find((i - 1, j - 2), NOTHING), find((i - 2, j - 1), NOTHING))
    after = max(find((i + 1, j + 1), NOTHING), find((i + 1, j + 2), NOTHING), find((i + 2, j + 1), NOTHING))
    return to_probability(before) + to_probability(after)


Used = tuple[set[int], set[int]]
"""The sentences of either side that are in a link."""


class Joining(NamedTuple):
    """A link, and a free neighbour of it on one side that may be part of it."""

    group: Group
    side: int
    """0 where the neighbour is in the old text, 1 where it is in the new one."""
    step: int
    """-1 before the link, 1 behind it."""

    @property
    def members(self) -> tuple[int, ...]:
        """The sentences of the link on the side of the neighbour."""
        return self.group.new if self.side else self.group.old

    @property
    def opposite(self) -> tuple[int, ...]:
        """The sentences of the link on the other side."""
        return self.group.old if self.side else self.group.new

    @property
    def neighbour(self) -> int:
        """The sentence that may join."""
        return _step_out(self.members, self.step)

    @property
    def beyond(self) -> int:
        """The sentence that the neighbour would belong to if both texts went on side by side."""
        return _step_out(self.opposite, self.step)

    @property
    def wider(self) -> Group:
        """The link with the neighbour in it."""
        return self.beside(tuple(sorted((*self.members, self.neighbour))), self.opposite)

    def beside(self, here: tuple[int, ...], there: tuple[int, ...]) -> Group:
        """Return sentences of the neighbour's side beside others as a group."""
        return Group(there, here) if self.side else Group(here, there)


def _step_out(run: tuple[int, ...], step: int) -> int:
    return run[0] - 1 if step < 0 else run[-1] + 1


def find_used(pairing: Pairing, groups: Iterable[Group]) -> Used:
    """Return the sentences that are in an equal pair or in one of the groups."""
    old, new = {i for group in groups for i in group.old}, {j for group in groups for j in group.new}
    for i, j in (*pairing.in_order, *pairing.moved):
        old.add(i)
        new.add(j)
    return old, new


def find_joinings(pairing: Pairing, group: Group, used: Used) -> Iterator[Joining]:
    """Yield the free neighbours of a group."""
    for side, size in enumerate((len(pairing.old), len(pairing.new))):
        for joining in (Joining(group, side, -1), Joining(group, side, 1)):
            is_free = 0 <= joining.neighbour < size and joining.neighbour not in used[side]
            if is_free and len(joining.members) < _WIDEST:
                yield joining


def measure_joining(
    pairing: Pairing, joining: Joining, chance: float, used: Used, chances: Mapping[Group, float]
) -> tuple[float, ...]:
    """Return what a neighbour brings to a link; ``chance`` is that of the link before it grew.

    ``chances`` are those of each pair of sentences by itself.
    """
    sides = (pairing.new, pairing.old) if joining.side else (pairing.old, pairing.new)
    joined = join_units([sides[0][place] for place in joining.members], pairing.weights)
    opposite = join_units([sides[1][place] for place in joining.opposite], pairing.weights)
    x, beyond = joining.neighbour, joining.beyond
    alike_beyond = pairing.alike.get((beyond, x) if joining.side else (x, beyond), NOTHING)
    brought = Joined(
        likeness_gain=_measure_likeness(pairing, joining.wider) - _measure_likeness(pairing, joining.group),
        explained=find_cover(sides[0][x], opposite, pairing.weights),
        rest=1 - find_cover(opposite, joined, pairing.weights),
        lengths=math.log((1 + len(opposite.sequence)) / (1 + len(joined.sequence))),
        closed=float(not 0 <= beyond < len(sides[1]) or beyond in used[1 - joining.side]),
        beyond=to_probability(alike_beyond),
        chance=chance,
        opposite=float(len(joining.opposite)),
        own=max(chances.get(joining.beside((x,), (each,)), 0.0) for each in joining.opposite),
    )
    features = (*brought, *_measure_nearness(pairing, joining))
    pair = pairing.common_order, pairing.coverage, pairing.paraphrase
    return (*features, *pair, *(pairing.paraphrase * feature for feature in features))


def _measure_likeness(pairing: Pairing, group: Group) -> float:
    """Return the log odds of likeness of a group read as one sentence on each side."""
    if len(group.old) == len(group.new) == 1:
        return pairing.alike.get((group.old[0], group.new[0]), NOTHING)
    old = join_units([pairing.old[i] for i in group.old], pairing.weights)
    new = join_units([pairing.new[j] for j in group.new], pairing.weights)
    near = pairing.nearness.measure(group.old, group.new) if pairing.nearness else ()
    return pairing.likeness.logit((*measure(old, new, pairing.weights), *near))


def _measure_nearness(pairing: Pairing, joining: Joining) -> tuple[float, ...]:
    if pairing.nearness is None:
        return ()
    before, after = (
        pairing.nearness.measure(each.old, each.new).nearness for each in (joining.group, joining.wider)
    )
    return round(after - before, 4), before


def grow_groups(
    pairing: Pairing, chosen: Mapping[Group, float], chances: Mapping[Group, float], weights: AlignmentWeights
) -> dict[Group, float]:
    """Return the chosen groups, each with the free neighbours that belong to it, the likeliest first.

    ``chances`` are those of each pair of sentences by itself.
    """
    used = find_used(pairing, chosen)
    grown = dict(chosen)

    def weigh(group: Group, first: float) -> Iterator[tuple[float, Joining, float]]:
        for joining in find_joinings(pairing, group, used):
            features = measure_joining(pairing, joining, first, used, chances)
            yield -to_probability(weights.join.logit(features)), joining, first

    waiting = [entry for group, chance in chosen.items() for entry in weigh(group, chance)]
    heapify(waiting)
    while waiting and -waiting[0][0] >= weights.accept_join:
        minus, joining, first = heappop(waiting)
        if joining.group in grown and joining.neighbour not in used[joining.side]:
            used[joining.side].add(joining.neighbour)
            grown[joining.wider] = min(grown.pop(joining.group), -minus)
            for entry in weigh(joining.wider, first):
                heappush(waiting, entry)
    return grown
