"""How alike two sentences are, by evidence that means the same in every pair of texts."""

from __future__ import annotations

import math
from collections import Counter
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from tracker.comparing.alignment.weights import Likeness
from tracker.text.commonness import find_stems, load_commonness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def weigh_stems(sentences: Iterable[frozenset[str]]) -> Mapping[str, float]:
    """Return for each stem what sharing it tells, from about 0 to 11 bits.

    The bits by which the stem is rare before the United Nations (``commonness.toml``), times its rarity
    within the two texts: the name of a fable's hero is rare in general and says nothing inside the fable.
    """
    counts: Counter[str] = Counter()
    total = 0
    for stems in sentences:
        counts.update(stems)
        total += 1
    general, rare = load_commonness()
    scale = math.log(total + 2)
    return {
        stem: max(general.get(stem, rare), 0.5) * math.log((total + 2) / count) / scale
        for stem, count in counts.items()
    }


FEWEST_STEMS = 4
"""Shorter sentences look alike by accident: wherever order is no help, they are linked only where equal."""
LEAST_COVER = 0.6
"""Of each of several sentences linked as one where order is no help, how much the other side must hold."""
_LONGEST, _MOST_STEMS = 20_000, 4000
"""What is compared letter by letter and stem by stem, in quadratic time: the beginning of what is longer."""


class Stemmed(NamedTuple):
    """One sentence, or several joined, made ready for comparing."""

    folded: str
    sequence: tuple[str, ...]
    stems: frozenset[str]
    mass: float = 0.0
    """The sum of its stems' weights."""
    norm: float = 0.0
    """The length of its vector of weights."""


def read_unit(folded: str) -> Stemmed:
    """Return a folded sentence with its stems, not yet weighed."""
    sequence = find_stems(folded)
    return Stemmed(folded, sequence, frozenset(sequence))


def weigh_unit(unit: Stemmed, weights: Mapping[str, float]) -> Stemmed:
    """Return the unit with its mass and norm by the weights."""
    mass, square = sum_weights(unit.stems, weights)
    return Stemmed(unit.folded, unit.sequence, unit.stems, mass, math.sqrt(square))


def join_units(units: Sequence[Stemmed], weights: Mapping[str, float]) -> Stemmed:
    """Return neighbouring units as if they were one sentence."""
    if len(units) == 1:
        return units[0]
    return weigh_unit(
        Stemmed(
            " ".join(unit.folded for unit in units),
            tuple(stem for unit in units for stem in unit.sequence),
            frozenset().union(*(unit.stems for unit in units)),
        ),
        weights,
    )


def measure(old: Stemmed, new: Stemmed, weights: Mapping[str, float]) -> Likeness:
    """Return how alike two sentences are, from 0 to 1 but for the last three."""
    mass, square = sum_weights(old.stems & new.stems, weights)
    cosine = square / (old.norm * new.norm) if square else 0.0
    covers = (mass / old.mass if old.mass else 0.0, mass / new.mass if new.mass else 0.0)
    characters = fuzz.ratio(old.folded[:_LONGEST], new.folded[:_LONGEST]) / 100
    return Likeness(
        cosine=cosine,
        cosine_squared=cosine * cosine,
        containment=max(covers),
        cover=min(covers),
        characters=characters,
        characters_squared=characters * characters,
        order=Indel.normalized_similarity(old.sequence[:_MOST_STEMS], new.sequence[:_MOST_STEMS]),
        evidence=math.log1p(mass),
        lengths=abs(math.log((1 + len(old.sequence)) / (1 + len(new.sequence)))),
        brevity=1 / (1 + min(len(old.sequence), len(new.sequence))),
    )


def sum_weights(stems: Iterable[str], weights: Mapping[str, float]) -> tuple[float, float]:
    """Return the sum of the stems' weights and of their squares, the same in whatever order they come."""
    listed = [weights[stem] for stem in stems]
    return math.fsum(listed), math.fsum(map(mul, listed, listed))


def find_cover(part: Stemmed, whole: Stemmed, weights: Mapping[str, float]) -> float:
    """Return the share of one unit's mass that the other one holds, 0 to 1."""
    return sum_weights(part.stems & whole.stems, weights)[0] / part.mass if part.mass else 0.0
