"""Where two long runs of words may be parted, so that each part is compared by itself."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 4000
"""Parts of both sides, words and blanks, that are compared at once: Myers's algorithm takes time with the
square of what differs, and forty thousand words of which a tenth differ took minutes."""
_STEP = 2000


class Stretch(NamedTuple):
    """``old[old_start:old_end]`` beside ``new[new_start:new_end]``."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        """The parts on both sides."""
        return self.old_end - self.old_start + self.new_end - self.new_start


def part_stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[Stretch]:
    """Yield stretches of two runs of words that hold them whole, in order; a short pair is one stretch.

    Long ones are cut at words that both sides have once, in the longest common order of these (as Bram
    Cohen's patience diff does), and in equal shares where there are none.
    """
    if len(old) + len(new) <= LONGEST:
        yield Stretch(0, len(old), 0, len(new))
        return
    at = 0, 0
    for i, j in (*_find_common(old, new), (len(old), len(new))):
        stretch = Stretch(at[0], i, at[1], j)
        if stretch.size >= _STEP or i == len(old):
            yield from _share(stretch)
            at = i, j


def _share(stretch: Stretch) -> Iterator[Stretch]:
    shares = -(-stretch.size // LONGEST)
    cuts = [
        (
            stretch.old_start + (stretch.old_end - stretch.old_start) * n // shares,
            stretch.new_start + (stretch.new_end - stretch.new_start) * n // shares,
        )
        for n in range(shares + 1)
    ]
    for (i, j), (k, m) in pairwise(cuts):
        yield Stretch(i, k, j, m)


def _find_common(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of words that either side has once, the most that keep their order."""
    once_old, once_new = _find_once(old), _find_once(new)
    pairs = [(i, once_new[word]) for word, i in once_old.items() if word in once_new]
    tops: list[int] = []
    """By the length of a run, less one: the least place in the new text at which such a run ends."""
    ends: list[int] = []
    before = [-1] * len(pairs)
    for index, (_, j) in enumerate(pairs):
        length = bisect_left(tops, j)
        before[index] = ends[length - 1] if length else -1
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [index]
    return _walk_back(pairs, before, ends[-1] if ends else -1)


def _find_once(words: Sequence[str]) -> dict[str, int]:
    counts = Counter(words)
    return {word: place for place, word in enumerate(words) if counts[word] == 1}


def _walk_back(pairs: Sequence[tuple[int, int]], before: Sequence[int], last: int) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    while last >= 0:
        chain.append(pairs[last])
        last = before[last]
    return chain[::-1]
