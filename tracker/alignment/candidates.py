"""Which pairs of sentences are worth measuring: the equal ones first, then those that share rare words."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from tracker.alignment.chains import find_heaviest_chain, pair_block

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.alignment.similarity import Stemmed
    from tracker.text.encoder import Vectors

_MANY_REPEATS = 1024
"""Pairs of one repeated sentence above which occurrences are paired in turn: all pairs would be quadratic. In
a speech of the General Debate a sentence comes 19 times at most, which gives 361."""
_NEIGHBOUR_BONUS = 0.25


def match_equals(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Pair the segments that are equal; return the pairs in the order of the old text.

    A repeated sentence goes with the occurrence that the common order and its neighbours suggest; what
    is left over is paired in turn. Longer sentences weigh more.
    """
    pairs = _equal_pairs(old, new)
    known = set(pairs)
    blocks = []
    for i, j in pairs:
        neighbours = ((i - 1, j - 1) in known) + ((i + 1, j + 1) in known)
        gain = (1 + len(old[i].split())) * (1 + _NEIGHBOUR_BONUS * neighbours)
        blocks.append(pair_block(i, j, gain))
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


_KEPT = 6
_NEAR = 3
_TOUCHES = 1500
"""Postings read for one sentence, rarest stems first: 5,000 sentences beside 5,000 stay under a minute."""


def find_candidates(
    old: Mapping[int, Stemmed], new: Mapping[int, Stemmed], weights: Mapping[str, float]
) -> tuple[tuple[int, int], ...]:
    """Return the pairs (old, new) in which either is among the most similar to the other, in order."""
    forward = {(i, j) for i, found in _nearest(old, new, weights) for j in found}
    backward = {(i, j) for j, found in _nearest(new, old, weights) for i in found}
    return tuple(sorted(forward | backward))


def _nearest(
    these: Mapping[int, Stemmed], those: Mapping[int, Stemmed], weights: Mapping[str, float]
) -> list[tuple[int, Sequence[int]]]:
    postings: dict[str, list[int]] = {}
    for place, unit in those.items():
        for stem in unit.stems:
            postings.setdefault(stem, []).append(place)
    scale = (max(those, default=0) + 1) / (max(these, default=0) + 1)
    return [(place, _best(unit, place * scale, those, postings, weights)) for place, unit in these.items()]


def _best(
    unit: Stemmed,
    beside: float,
    those: Mapping[int, Stemmed],
    postings: Mapping[str, Sequence[int]],
    weights: Mapping[str, float],
) -> Sequence[int]:
    scores: dict[int, float] = {}
    touched = 0
    for stem in sorted(unit.stems, key=lambda stem: (-weights[stem], stem)):
        places = postings.get(stem, ())
        if touched and touched + len(places) > _TOUCHES:
            break
        if len(places) > _TOUCHES:
            places = _select_near(places, beside)
        touched += len(places)
        square = weights[stem] * weights[stem]
        for place in places:
            scores[place] = scores.get(place, 0.0) + square
    ranked = sorted((-round(score / those[place].norm, 4), place) for place, score in scores.items())
    return [place for _, place in ranked[:_KEPT]]


def _select_near(places: Sequence[int], beside: float) -> Sequence[int]:
    """Return, of the places of a very common stem, those nearest to a sentence."""
    first = bisect_left(places, beside) - _TOUCHES // 2
    first = max(0, min(first, len(places) - _TOUCHES))
    return places[first : first + _TOUCHES]


def find_near(cosines: Vectors, old: Sequence[int], new: Sequence[int]) -> set[tuple[int, int]]:
    """Return the pairs in which either is among the nearest in meaning to the other.

    Row r and column c of the cosines are the sentences ``old[r]`` and ``new[c]``.
    """
    if not old or not new:
        return set()
    forward = [(-row).argsort(kind="stable")[:_NEAR].tolist() for row in cosines]
    backward = [(-column).argsort(kind="stable")[:_NEAR].tolist() for column in cosines.T]
    near = {(old[r], new[c]) for r, found in enumerate(forward) for c in found}
    return near | {(old[r], new[c]) for c, found in enumerate(backward) for r in found}
