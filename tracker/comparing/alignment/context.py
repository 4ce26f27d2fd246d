"""What the rest of two texts says about one group: order, neighbours and rivals, all weighed at once."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.alignment.chains import find_heaviest_chain, pair_block, weigh_blocks
from tracker.comparing.alignment.groups import measure_link
from tracker.comparing.alignment.weights import Anchored, Around, OfTexts, Place, to_probability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.comparing.alignment.chains import ChainBlock
    from tracker.comparing.alignment.groups import Group
    from tracker.comparing.alignment.pairing import Pairing
    from tracker.comparing.alignment.weights import Logistic, Plain

_TAKEN = 0.5
"""The probability in the common order from which a group is an anchor for the others."""


def measure_anchors(
    chances: Mapping[Group, float], in_order: Sequence[tuple[int, int]], sizes: tuple[int, int]
) -> list[Anchored]:
    """Return where each group lies between the groups that are certain.

    Free pairs: the logarithm of how many pairs are between the anchor before and the one after; crosses: 1
    where the group crosses them; offset: how far its places between them differ.
    """
    anchors = _find_anchors(chances, in_order)
    before, after = [anchor.old_last for anchor in anchors], [anchor.old_first for anchor in anchors]
    return [_measure(group, anchors, before, after, sizes) for group in chances]


def _find_anchors(chances: Mapping[Group, float], in_order: Sequence[tuple[int, int]]) -> list[ChainBlock]:
    blocks = [group.block(chance) for group, chance in chances.items() if chance >= _TAKEN]
    blocks += [pair_block(i, j, 1.0) for i, j in in_order]
    return [blocks[index] for index in find_heaviest_chain(blocks)]


def _measure(
    group: Group,
    anchors: Sequence[ChainBlock],
    before: Sequence[int],
    after: Sequence[int],
    sizes: tuple[int, int],
) -> Anchored:
    last, first = bisect_left(before, group.old[0]) - 1, bisect_right(after, group.old[-1])
    while last >= 0 and _overlaps(anchors[last], group):
        last -= 1
    while first < len(anchors) and _overlaps(anchors[first], group):
        first += 1
    top, left = (anchors[last].old_last + 1, anchors[last].new_last + 1) if last >= 0 else (0, 0)
    bottom, right = (anchors[first].old_first, anchors[first].new_first) if first < len(anchors) else sizes
    if group.new[0] < left or group.new[-1] >= right:
        return Anchored(round(math.log(sizes[0] * sizes[1]), 4), crosses=1.0, offset=0.0)
    high, wide = bottom - top, right - left
    offset = (group.old[0] + group.old[-1] + 1 - 2 * top) / (2 * high)
    offset -= (group.new[0] + group.new[-1] + 1 - 2 * left) / (2 * wide)
    return Anchored(round(math.log(high * wide), 4), crosses=0.0, offset=round(abs(offset), 4))


def _overlaps(anchor: ChainBlock, group: Group) -> bool:
    return anchor.new_first <= group.new[-1] and group.new[0] <= anchor.new_last


_CERTAIN = 13.8155
"""The log odds of one in a million, beyond which a probability says no more."""
_EQUAL = 8.0
_AT_THE_EDGE = 0.5
"""What stands for a neighbour beyond the beginning or the end of a text."""


class _Chances(NamedTuple):
    """The probability of each group in the common order, and the sums that show its rivals."""

    of: Mapping[Group, float]
    old: Sequence[float]
    new: Sequence[float]
    starts: Mapping[tuple[int, int], float]
    ends: Mapping[tuple[int, int], float]


def measure_place(pairing: Pairing, plain: Plain) -> Place:
    """Return a group at its place in the two texts."""
    return Place(
        likeness=plain.likeness,
        support=plain.support,
        gap=plain.gap,
        common_order=pairing.common_order,
        paraphrase=pairing.paraphrase,
        paraphrase_likeness=pairing.paraphrase * plain.likeness,
        paraphrase_gap=pairing.paraphrase * plain.gap,
    )


def measure_links(pairing: Pairing, groups: Sequence[Group], place: Logistic) -> list[tuple[float, ...]]:
    """Return the features named in ``LINK_FEATURES`` for each group; with vectors, the encoded ones."""
    plain = [measure_link(pairing, group) for group in groups]
    alone = [place.logit(measure_place(pairing, features)) for features in plain]
    chances = _find_chances(pairing, groups, alone)
    paraphrase = pairing.paraphrase
    texts = OfTexts(
        common_order=pairing.common_order,
        paraphrase=paraphrase,
        coverage=pairing.coverage,
        breadth=pairing.breadth,
        paraphrase_coverage=paraphrase * pairing.coverage,
        paraphrase_breadth=paraphrase * pairing.breadth,
    )
    anchored = measure_anchors(chances.of, pairing.in_order, (len(pairing.old), len(pairing.new)))
    measured: list[tuple[float, ...]] = []
    for group, features, odds, free_pairs in zip(groups, plain, alone, anchored, strict=True):
        whole = (*features, *_look_around(pairing, group, chances, odds), *free_pairs)
        near = pairing.nearness.measure(group.old, group.new) if pairing.nearness else ()
        measured.append(
            (*whole, *texts, *(paraphrase * x for x in whole), *near, *(paraphrase * x for x in near))
        )
    return measured


def _find_chances(pairing: Pairing, groups: Sequence[Group], alone: Sequence[float]) -> _Chances:
    blocks = [group.block(odds) for group, odds in zip(groups, alone, strict=True)]
    blocks += [pair_block(i, j, _EQUAL) for i, j in pairing.in_order]
    found = weigh_blocks(blocks, len(pairing.old), len(pairing.new))
    chances = dict(zip(groups, found, strict=False))
    old, new = [0.0] * len(pairing.old), [0.0] * len(pairing.new)
    starts, ends = dict.fromkeys(pairing.in_order, 1.0), dict.fromkeys(pairing.in_order, 1.0)
    for group, chance in chances.items():
        for i in group.old:
            old[i] += chance
        for j in group.new:
            new[j] += chance
        first, last = (group.old[0], group.new[0]), (group.old[-1], group.new[-1])
        starts[first] = max(starts.get(first, 0.0), chance)
        ends[last] = max(ends.get(last, 0.0), chance)
    return _Chances(chances, old, new, starts, ends)


def _look_around(pairing: Pairing, group: Group, chances: _Chances, alone: float) -> Around:
    """Return the chances of a group, on its diagonal, beside it, and of its best-placed rivals."""
    i, j, k, m = group.old[0], group.new[0], group.old[-1], group.new[-1]
    ends, starts = chances.ends.get, chances.starts.get
    before = ends((i - 1, j - 1), 0.0), ends((i - 2, j - 1), 0.0), ends((i - 1, j - 2), 0.0)
    after = starts((k + 1, m + 1), 0.0), starts((k + 2, m + 1), 0.0), starts((k + 1, m + 2), 0.0)
    first = before[0] if i and j else _AT_THE_EDGE
    last = after[0] if k + 1 < len(pairing.old) and m + 1 < len(pairing.new) else _AT_THE_EDGE
    rivals = max(*(chances.old[i] for i in group.old), *(chances.new[j] for j in group.new))
    return Around(
        ordered=_log_odds(chances.of[group]),
        alone=alone,
        diagonal=round(first + last, 4),
        near_diagonal=round(max(before) + max(after), 4),
        rivals=round(rivals - chances.of[group], 4),
    )


def _log_odds(chance: float) -> float:
    if chance <= to_probability(-_CERTAIN):
        return -_CERTAIN
    if chance >= to_probability(_CERTAIN):
        return _CERTAIN
    return round(math.log(chance / (1 - chance)), 4)
