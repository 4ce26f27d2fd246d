"""Which segments of two texts are the same, word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.alignment.chains import Block, find_heaviest_chain

if TYPE_CHECKING:
    from collections.abc import Sequence

_MANY_REPEATS = 1024
"""Pairs of one repeated sentence above which occurrences are paired in turn: all pairs would be quadratic."""
_NEIGHBOUR_BONUS = 0.25


def match_equals(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Pair the segments that are equal; return the pairs in the order of the old text.

    A repeated sentence goes with the occurrence that the common order and its neighbours suggest; what
    is left over is paired in turn. Longer sentences weigh more.
    """
    pairs = _equal_pairs(old, new)
    known = set(pairs)
    blocks = [Block(i, i, j, j, _gain(i, j, len(old[i].split()), known)) for i, j in pairs]
    chain = [pairs[index] for index in find_heaviest_chain(blocks)]
    return tuple(sorted((*chain, *_pair_left(old, new, chain))))


def _equal_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    places = _places(new)
    pairs: list[tuple[int, int]] = []
    for text, here in _places(old).items():
        there = places.get(text, [])
        if len(here) * len(there) > _MANY_REPEATS:
            pairs.extend(zip(here, there, strict=False))
        else:
            pairs.extend((i, j) for i in here for j in there)
    return sorted(pairs)


def _gain(i: int, j: int, words: int, known: set[tuple[int, int]]) -> float:
    neighbours = ((i - 1, j - 1) in known) + ((i + 1, j + 1) in known)
    return (1 + words) * (1 + _NEIGHBOUR_BONUS * neighbours)


def _pair_left(
    old: Sequence[str], new: Sequence[str], chain: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    used_old = {i for i, _ in chain}
    used_new = {j for _, j in chain}
    left = {text: [j for j in here if j not in used_new] for text, here in _places(new).items()}
    moved: list[tuple[int, int]] = []
    for text, here in _places(old).items():
        free = [i for i in here if i not in used_old]
        moved.extend(zip(free, left.get(text, []), strict=False))
    return moved


def _places(texts: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        places.setdefault(text, []).append(index)
    return places
