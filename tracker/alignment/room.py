"""Where a group stands among the links that are all but certain: the room they leave to it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from tracker.alignment.chains import Block, find_heaviest_chain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.alignment.groups import Group

_CERTAIN = 0.5
"""The probability in the common order from which a group is an anchor for the others."""


def measure_rooms(
    chances: Mapping[Group, float], in_order: Sequence[tuple[int, int]], sizes: tuple[int, int]
) -> list[tuple[float, float, float]]:
    """Return the features named in ``ROOM_FEATURES`` for each group.

    Room is the logarithm of how many pairs could stand between the anchor before and the one after;
    outside is 1 where the group crosses them; skew tells how unlike its places between them are.
    """
    anchors = _find_anchors(chances, in_order)
    before, after = [anchor.old_last for anchor in anchors], [anchor.old_first for anchor in anchors]
    return [_measure(group, anchors, before, after, sizes) for group in chances]


def _find_anchors(chances: Mapping[Group, float], in_order: Sequence[tuple[int, int]]) -> list[Block]:
    blocks = [
        Block(group.old[0], group.old[-1], group.new[0], group.new[-1], chance)
        for group, chance in chances.items()
        if chance >= _CERTAIN
    ]
    blocks += [Block(i, i, j, j, 1.0) for i, j in in_order]
    return [blocks[index] for index in find_heaviest_chain(blocks)]


def _measure(
    group: Group,
    anchors: Sequence[Block],
    before: Sequence[int],
    after: Sequence[int],
    sizes: tuple[int, int],
) -> tuple[float, float, float]:
    last, first = bisect_left(before, group.old[0]) - 1, bisect_right(after, group.old[-1])
    while last >= 0 and _overlaps(anchors[last], group):
        last -= 1
    while first < len(anchors) and _overlaps(anchors[first], group):
        first += 1
    top, left = (anchors[last].old_last + 1, anchors[last].new_last + 1) if last >= 0 else (0, 0)
    bottom, right = (anchors[first].old_first, anchors[first].new_first) if first < len(anchors) else sizes
    if group.new[0] < left or group.new[-1] >= right:
        return round(math.log(sizes[0] * sizes[1]), 4), 1.0, 0.0
    high, wide = bottom - top, right - left
    skew = (group.old[0] + group.old[-1] + 1 - 2 * top) / (2 * high)
    skew -= (group.new[0] + group.new[-1] + 1 - 2 * left) / (2 * wide)
    return round(math.log(high * wide), 4), 0.0, round(abs(skew), 4)


def _overlaps(anchor: Block, group: Group) -> bool:
    return anchor.new_first <= group.new[-1] and group.new[0] <= anchor.new_last
