"""Chains of links that go forward on both sides: the heaviest one, and each link's part in all of them."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class ChainBlock(NamedTuple):
    """A stretch of the old text beside a stretch of the new one; all four bounds are inside."""

    old_first: int
    old_last: int
    new_first: int
    new_last: int
    gain: float
    """What a chain gains by holding this block; above zero for the heaviest chain."""


def pair_block(old: int, new: int, gain: float) -> ChainBlock:
    """Return the block of one sentence beside one."""
    return ChainBlock(old, old, new, new, gain)


def find_heaviest_chain(blocks: Sequence[ChainBlock]) -> tuple[int, ...]:
    """Return the indices of the blocks in the chain with the greatest total gain, in order.

    In a chain each block begins after the one before it has ended, on both sides. This is the monotone
    alignment by dynamic programming with free skips, over the given blocks alone: n blocks cost
    n log n steps instead of one step for each cell of the matrix. Of equal chains the first found wins.
    """
    best = _PrefixBest(max((block.new_last for block in blocks), default=0) + 1)
    totals = [0.0] * len(blocks)
    before = [-1] * len(blocks)
    for starts, ends in _sweep(blocks):
        for index in starts:
            total, before[index] = best.below(blocks[index].new_first)
            totals[index] = total + blocks[index].gain
        for index in ends:
            best.raise_to(blocks[index].new_last, totals[index], index)
    return _walk_back(before, best.below(best.size)[1])


def _sweep(blocks: Sequence[ChainBlock]) -> Iterator[tuple[list[int], list[int]]]:
    """Yield, along the old text, the blocks that start at a sentence and those that end there."""
    rows: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for index, block in enumerate(blocks):
        rows[block.old_first][0].append(index)
        rows[block.old_last][1].append(index)
    return (rows[row] for row in sorted(rows))


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


def weigh_blocks(blocks: Sequence[ChainBlock], old: int, new: int) -> tuple[float, ...]:
    """Return for each block the probability that it is in the chain, if chains are drawn by their odds.

    ``gain`` is the log odds of a block by itself, and may be below zero; ``old`` and ``new`` are the sizes of
    the two texts. A chain's weight is the product of its blocks' odds; the sums over all chains come
    from one pass forward and one backward, as in a hidden Markov model, in n log n steps.
    """
    forward = _sum_chains(blocks, new)
    mirrored = [
        ChainBlock(
            *(old - 1 - block.old_last, old - 1 - block.old_first),
            *(new - 1 - block.new_last, new - 1 - block.new_first),
            block.gain,
        )
        for block in blocks
    ]
    backward = _sum_chains(mirrored, new)
    whole = reduce(_add_logs, forward, 0.0)
    return tuple(
        round(math.exp(min(0.0, ahead + behind - block.gain - whole)), 8)
        for ahead, behind, block in zip(forward, backward, blocks, strict=True)
    )


def _sum_chains(blocks: Sequence[ChainBlock], size: int) -> list[float]:
    """Return for each block the log of the summed weights of the chains that end with it."""
    below = _PrefixSum(size)
    totals = [0.0] * len(blocks)
    for starts, ends in _sweep(blocks):
        for index in starts:
            totals[index] = blocks[index].gain + _add_logs(0.0, below.below(blocks[index].new_first))
        for index in ends:
            below.add(blocks[index].new_last, totals[index])
    return totals


def _add_logs(one: float, other: float) -> float:
    if one < other:
        one, other = other, one
    return one if other == -math.inf else one + math.log1p(math.exp(other - one))


class _PrefixSum:
    """The log of the sum stored below a position (a Fenwick tree of log sums)."""

    def __init__(self, size: int) -> None:
        self._values = [-math.inf] * (size + 1)

    def below(self, position: int) -> float:
        total = -math.inf
        while position > 0:
            total = _add_logs(total, self._values[position])
            position &= position - 1
        return total

    def add(self, position: int, value: float) -> None:
        position += 1
        while position < len(self._values):
            self._values[position] = _add_logs(self._values[position], value)
            position += position & -position
