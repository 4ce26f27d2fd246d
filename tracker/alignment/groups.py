"""Sentences and runs of sentences that may be linked: proposed, measured, grown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.alignment.chains import ChainBlock
from tracker.alignment.pairing import NOTHING
from tracker.alignment.similarity import find_cover, join_units, measure
from tracker.alignment.weights import to_probability

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tracker.alignment.pairing import Pairing

_WIDEST = 3
_WORTH_GROWING = -2.0
"""Log odds of likeness below which a pair is not tried as part of a split or a merge."""
_SCRAP = 3
_LEAST_NEARNESS = 0.3
_NEARLY_CHOSEN = 0.78
"""The share of what is needed to be chosen that a group must have to be grown into."""
_LEAST_GAIN = 0.3
"""By how much the log odds of likeness must rise for a group to take in one more sentence. From 0 to 0.6 the
F1 of the development sets is the same, and 1.2 takes 0.002 off at most."""


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring sentences of the old text beside neighbouring ones of the new."""

    old: tuple[int, ...]
    new: tuple[int, ...]

    def block(self, gain: float) -> ChainBlock:
        """Return its place in a chain."""
        return ChainBlock(self.old[0], self.old[-1], self.new[0], self.new[-1], gain)

    def holds(self, other: Group) -> bool:
        """Tell whether all of another group is in it."""
        return set(self.old).issuperset(other.old) and set(self.new).issuperset(other.new)


def propose_groups(pairing: Pairing) -> tuple[Group, ...]:
    """Return the candidate pairs, and the splits and merges that are worth measuring, in order."""
    equal = (*pairing.in_order, *pairing.moved)
    taken_old, taken_new = {i for i, _ in equal}, {j for _, j in equal}
    groups: dict[Group, None] = {}
    for (i, j), logit in sorted(pairing.alike.items()):
        if i in taken_old or j in taken_new:
            continue
        groups[Group((i,), (j,))] = None
        if logit >= _WORTH_GROWING:
            for width in range(2, _WIDEST + 1):
                for run in _runs_around(i, width, len(pairing.old), taken_old):
                    groups[Group(run, (j,))] = None
                for run in _runs_around(j, width, len(pairing.new), taken_new):
                    groups[Group((i,), run)] = None
    return tuple(group for group in groups if _all_share(pairing, group))


def _runs_around(place: int, width: int, size: int, taken: set[int]) -> list[tuple[int, ...]]:
    runs = (tuple(range(start, start + width)) for start in range(place - width + 1, place + 1))
    return [run for run in runs if run[0] >= 0 and run[-1] < size and taken.isdisjoint(run)]


def _all_share(pairing: Pairing, group: Group) -> bool:
    if len(group.old) == len(group.new) == 1:
        # Neither is a mere scrap of the other: "Instead." says nothing about a sentence.
        units = pairing.old[group.old[0]], pairing.new[group.new[0]]
        shorter, longer = sorted(len(unit.sequence) for unit in units)
        return shorter >= _SCRAP or longer <= 2 * shorter
    near = pairing.nearness
    return all(
        not pairing.old[i].stems.isdisjoint(pairing.new[j].stems)
        or (near is not None and near.measure((i,), (j,))[0] >= _LEAST_NEARNESS)
        for i in group.old
        for j in group.new
    )


def measure_link(pairing: Pairing, group: Group) -> tuple[float, ...]:
    """Return the features named in ``PLAIN_FEATURES`` for one group."""
    likeness, weakest, likeness_gain = _measure_group(pairing, group)
    rival = _find_rival(pairing, group)
    middle_old = (group.old[0] + group.old[-1] + 1) / (2 * len(pairing.old))
    middle_new = (group.new[0] + group.new[-1] + 1) / (2 * len(pairing.new))
    grouped = float(len(group.old) + len(group.new) > 2)  # noqa: PLR2004 - more than a pair
    support = _find_support(pairing, group)
    gap = abs(middle_old - middle_new)
    lead = min(0.0, to_probability(likeness) - to_probability(rival))
    return (likeness, support, gap, lead, grouped, weakest, likeness_gain)


def grow_groups(
    pairing: Pairing,
    chosen: Mapping[Group, float],
    chances: Mapping[Group, float],
    accept: float,
) -> dict[Group, float]:
    """Return the chosen groups, each grown by free neighbours for as long as likeness rises.

    ``chances`` are those of the groups that were proposed: one of these must come near to being chosen
    by itself to be grown into. Wider ones have likeness alone to speak for them.
    """
    equal = (*pairing.in_order, *pairing.moved)
    used_old = {i for i, _ in equal} | {i for group in chosen for i in group.old}
    used_new = {j for _, j in equal} | {j for group in chosen for j in group.new}
    grown: dict[Group, float] = {}
    for first, chance in chosen.items():
        group, probability = first, chance
        while better := _grow_once(pairing, group, (used_old, used_new), chances, accept):
            group, probability = better[0], min(chance, better[1])
            used_old.update(group.old)
            used_new.update(group.new)
        grown[group] = probability
    return grown


def _grow_once(
    pairing: Pairing,
    group: Group,
    used: tuple[Collection[int], Collection[int]],
    chances: Mapping[Group, float],
    accept: float,
) -> tuple[Group, float] | None:
    floor = measure_link(pairing, group)[0] + _LEAST_GAIN
    tried = {
        wider: measure_link(pairing, wider)[0]
        for wider in _wider(pairing, group, *used)
        if max(len(wider.old), len(wider.new)) > _WIDEST or chances.get(wider, 0.0) >= _NEARLY_CHOSEN * accept
    }
    best = max(tried, key=lambda wider: tried[wider], default=None)
    if best is None or tried[best] < floor or to_probability(tried[best]) < accept:
        return None
    return best, to_probability(tried[best])


def _wider(
    pairing: Pairing, group: Group, used_old: Collection[int], used_new: Collection[int]
) -> Iterator[Group]:
    for i in (group.old[0] - 1, group.old[-1] + 1):
        if 0 <= i < len(pairing.old) and i not in used_old:
            yield Group(tuple(sorted((*group.old, i))), group.new)
    for j in (group.new[0] - 1, group.new[-1] + 1):
        if 0 <= j < len(pairing.new) and j not in used_new:
            yield Group(group.old, tuple(sorted((*group.new, j))))


def _measure_group(pairing: Pairing, group: Group) -> tuple[float, float, float]:
    """Return likeness, the cover of the weakest member, and the gain over the best single pair."""
    old = join_units([pairing.old[i] for i in group.old], pairing.weights)
    new = join_units([pairing.new[j] for j in group.new], pairing.weights)
    single = len(group.old) == len(group.new) == 1
    if single:
        return pairing.alike.get((group.old[0], group.new[0]), NOTHING), 0.0, 0.0
    near = pairing.nearness.measure(group.old, group.new) if pairing.nearness else ()
    likeness = pairing.likeness.logit((*measure(old, new, pairing.weights), *near))
    members = [find_cover(pairing.old[i], new, pairing.weights) for i in group.old]
    members += [find_cover(pairing.new[j], old, pairing.weights) for j in group.new]
    inner = max(pairing.alike.get((i, j), NOTHING) for i in group.old for j in group.new)
    return likeness, min(members), likeness - inner


def _find_rival(pairing: Pairing, group: Group) -> float:
    """Return the best log odds of a member with a sentence outside the group."""
    tops = [
        (pairing.best_old.get(i, NOTHING), [pairing.alike.get((i, j), NOTHING) for j in group.new])
        for i in group.old
    ]
    tops += [
        (pairing.best_new.get(j, NOTHING), [pairing.alike.get((i, j), NOTHING) for i in group.old])
        for j in group.new
    ]
    return max((top for top, own in tops if top > max(own)), default=NOTHING)


def _find_support(pairing: Pairing, group: Group) -> float:
    """Return how far the pairs just before and just after the group are alike, 0 to 2."""
    before = [(1, 1), (1, 2), (2, 1)]
    return sum(
        max(to_probability(pairing.alike.get((i + sign * a, j + sign * b), NOTHING)) for a, b in before)
        for i, j, sign in (
            (group.old[0], group.new[0], -1),
            (group.old[-1], group.new[-1], 1),
        )
    )
