"""Which pairs of sentences are worth measuring: the equal ones first, then those that share rare words."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from tracker.comparing.alignment.chains import find_heaviest_chain, pair_block

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.comparing.alignment.similarity import Stemmed
    from tracker.text.encoder import Vectors

_MANY_REPEATS = 1024
"""Pairs of one repeated sentence above which not all are weighed, which would be quadratic, but those that
the common order suggests. In a speech of the General Debate a sentence comes 19 times at most: 361 pairs."""
_WINDOW = 4096
"""Repeated sentences of either side that are put in order at once, in time with the square of them."""
_NEIGHBOUR_BONUS = 0.25


def match_equals(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Pair the segments that are equal; return the pairs in the order of the old text.

    A repeated sentence goes with the occurrence that the common order and its neighbours suggest; what
    is left over is paired in turn. Longer sentences weigh more. What is repeated very often is put in order
    between the others.
    """
    pairs, many = _equal_pairs(old, new)
    known = set(pairs)
    blocks = []
    for i, j in pairs:
        neighbours = ((i - 1, j - 1) in known) + ((i + 1, j + 1) in known)
        gain = (1 + len(old[i].split())) * (1 + _NEIGHBOUR_BONUS * neighbours)
        blocks.append(pair_block(i, j, gain))
    matched = dict(pairs[index] for index in find_heaviest_chain(blocks))
    if many:
        matched |= _pair_repeated(old, new, matched, many)
        matched |= _pair_beside(old, new, _pair_left(old, new, matched, many), matched)
    return tuple(sorted((matched | _pair_left(old, new, matched)).items()))


def _equal_pairs(old: Sequence[str], new: Sequence[str]) -> tuple[list[tuple[int, int]], set[str]]:
    """Return every pair of equal segments, in order, and the texts that have too many."""
    places = _places(new)
    pairs: list[tuple[int, int]] = []
    many: set[str] = set()
    for text, here in _places(old).items():
        there = places.get(text, [])
        if len(here) * len(there) > max(_MANY_REPEATS, len(here), len(there)):
            many.add(text)
        else:
            pairs.extend((i, j) for i in here for j in there)
    return sorted(pairs), many


def _pair_repeated(
    old: Sequence[str], new: Sequence[str], chain: Mapping[int, int], many: Collection[str]
) -> dict[int, int]:
    """Pair what is repeated very often, in order between the neighbouring pairs of the chain."""
    found: dict[int, int] = {}
    at = 0, 0
    for i, j in (*sorted(chain.items()), (len(old), len(new))):
        here = [place for place in range(at[0], i) if old[place] in many]
        there = [place for place in range(at[1], j) if new[place] in many]
        ordered = _find_order([old[place] for place in here], [new[place] for place in there])
        found |= {here[one]: there[other] for one, other in ordered}
        at = i + 1, j + 1
    return found


def _find_order(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of the longest common order, window by window: the first half of each counts."""
    i = j = 0
    while i < len(old) and j < len(new):
        is_last = max(len(old) - i, len(new) - j) <= _WINDOW
        most = _WINDOW if is_last else _WINDOW // 2
        blocks = Indel.opcodes(old[i : i + _WINDOW], new[j : j + _WINDOW]).as_matching_blocks()
        pairs = ((block.a + n, block.b + n) for block in blocks for n in range(block.size))
        found = [(one, other) for one, other in pairs if max(one, other) < most]
        yield from ((i + one, j + other) for one, other in found)
        last = found[-1] if found and max(found[-1]) >= most // 2 else (most, most)
        i, j = i + last[0] + 1, j + last[1] + 1


def _pair_beside(
    old: Sequence[str], new: Sequence[str], moved: Mapping[int, int], matched: Mapping[int, int]
) -> dict[int, int]:
    """Return pairs that moved, and the equal ones without a partner before and behind each."""
    found = dict(moved)
    used = {*matched.values(), *moved.values()}
    for pair in moved.items():
        for step in (-1, 1):
            i, j = pair[0] + step, pair[1] + step
            while 0 <= i < len(old) and 0 <= j < len(new) and old[i] == new[j]:
                if i in found or i in matched or j in used:
                    break
                found[i] = j
                used.add(j)
                i, j = i + step, j + step
    return found


def _pair_left(
    old: Sequence[str], new: Sequence[str], matched: Mapping[int, int], without: Collection[str] = ()
) -> dict[int, int]:
    """Pair in turn what is equal and has no partner, some texts left out."""
    used = set(matched.values())
    left = {text: [j for j in there if j not in used] for text, there in _places(new).items()}
    return {
        i: j
        for text, here in _places(old).items()
        if text not in without
        for i, j in zip([i for i in here if i not in matched], left.get(text, ()), strict=False)
    }


def _places(texts: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        places.setdefault(text, []).append(index)
    return places


_KEPT = 6
_ROUNDING = 0.0001
"""As far apart as two cosines at most are that are one when they are rounded."""
_NEAR = 3
_TOUCHES = 1500
"""Postings read for one sentence, rarest stems first: 5,000 sentences beside 5,000 stay under a minute."""


def find_candidates(
    old: Mapping[int, Stemmed], new: Mapping[int, Stemmed], weights: Mapping[str, float]
) -> tuple[tuple[int, int], ...]:
    """Return the pairs (old, new) in which either is among the most similar to the other, in order."""
    rarest_first = sorted(weights, key=lambda stem: (-weights[stem], stem))
    ranks = {stem: rank for rank, stem in enumerate(rarest_first)}
    forward = {(i, j) for i, found in _nearest(old, new, weights, ranks) for j in found}
    backward = {(i, j) for j, found in _nearest(new, old, weights, ranks) for i in found}
    return tuple(sorted(forward | backward))


def _nearest(
    these: Mapping[int, Stemmed],
    those: Mapping[int, Stemmed],
    weights: Mapping[str, float],
    ranks: Mapping[str, int],
) -> list[tuple[int, Sequence[int]]]:
    postings: dict[str, list[int]] = {}
    for place, unit in those.items():
        for stem in unit.stems:
            postings.setdefault(stem, []).append(place)
    scale = (max(those, default=0) + 1) / (max(these, default=0) + 1)
    return [
        (place, _best(sorted(unit.stems, key=ranks.__getitem__), place * scale, those, postings, weights))
        for place, unit in these.items()
    ]


def _best(
    stems: Iterable[str],
    beside: float,
    those: Mapping[int, Stemmed],
    postings: Mapping[str, Sequence[int]],
    weights: Mapping[str, float],
) -> Sequence[int]:
    scores: dict[int, float] = defaultdict(float)
    touched = 0
    for stem in stems:
        places = postings.get(stem, ())
        if touched and touched + len(places) > _TOUCHES:
            break
        if len(places) > _TOUCHES:
            places = _select_near(places, beside)
        touched += len(places)
        square = weights[stem] * weights[stem]
        for place in places:
            scores[place] += square
    cosines = {place: score / those[place].norm for place, score in scores.items()}
    # No other of 80 is among the first as they are rounded; to round them all took twice as long.
    least = min(sorted(cosines.values())[-_KEPT:], default=0.0) - _ROUNDING
    ranked = sorted([(-round(cosine, 4), place) for place, cosine in cosines.items() if cosine >= least])
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
