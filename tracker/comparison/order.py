"""The heaviest chain of links that goes forward on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the old text beside a stretch of the new one; all four bounds are inside."""

    old_first: int
    old_last: int
    new_first: int
    new_last: int
    gain: float
    """What a chain gains by holding this block; more than zero."""


def find_heaviest_chain(blocks: Sequence[Block]) -> tuple[int, ...]:
    """Return the indices of the blocks in the chain with the greatest total gain, in order.

    In a chain each block begins after the one before it has ended, on both sides. This is the monotone
    alignment by dynamic programming with free skips, over the given blocks alone: n blocks cost
    n log n steps instead of one step for each cell of the matrix. Of equal chains the first found wins.
    """
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for index, block in enumerate(blocks):
        starts.setdefault(block.old_first, []).append(index)
        ends.setdefault(block.old_last, []).append(index)
    best = _PrefixBest(max((block.new_last for block in blocks), default=0) + 1)
    totals = [0.0] * len(blocks)
    before = [-1] * len(blocks)
    for row in sorted({*starts, *ends}):
        for index in starts.get(row, ()):
            total, before[index] = best.below(blocks[index].new_first)
            totals[index] = total + blocks[index].gain
        for index in ends.get(row, ()):
            best.raise_to(blocks[index].new_last, totals[index], index)
    return _walk_back(before, best.below(best.size)[1])


def _walk_back(before: Sequence[int], last: int) -> tuple[int, ...]:
    chain: list[int] = []
    while last >= 0:
        chain.append(last)
        last = before[last]
    return tuple(reversed(chain))


class _PrefixBest:
    """The best value stored below a position (a Fenwick tree of maxima)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._values = [(0.0, -1)] * (size + 1)

    def below(self, position: int) -> tuple[float, int]:
        best = (0.0, -1)
        while position > 0:
            if self._values[position][0] > best[0]:
                best = self._values[position]
            position &= position - 1
        return best

    def raise_to(self, position: int, value: float, index: int) -> None:
        position += 1
        while position <= self.size:
            if value > self._values[position][0]:
                self._values[position] = (value, index)
            position += position & -position
