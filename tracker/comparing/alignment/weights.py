"""The fitted weights of the alignment, as shipped in ``alignment.toml``."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from tracker.inputs.compiled import read_packaged
from tracker.text.word_tables import read_by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.encoder import Encoder

LEXICAL = "lexical"
"""The weights for words alone; those of each encoder are under ``Encoder.weights``."""


class Likeness(NamedTuple):
    """How alike two sentences are. What each feature is, here and below: ``docs/refitting.md``."""

    cosine: float
    cosine_squared: float
    containment: float
    cover: float
    characters: float
    characters_squared: float
    order: float
    evidence: float
    lengths: float
    brevity: float


class Lift(NamedTuple):
    """How near the vectors of two sentences are."""

    nearness: float
    nearness_squared: float
    lift: float


class Plain(NamedTuple):
    """A pair of sentences by itself, its neighbours and its rivals."""

    likeness: float
    support: float
    gap: float
    lead: float


class Place(NamedTuple):
    """A pair of sentences at its place in two texts."""

    likeness: float
    support: float
    gap: float
    common_order: float
    paraphrase: float
    paraphrase_likeness: float
    paraphrase_gap: float


class Around(NamedTuple):
    """How probable a pair, its neighbours and its rivals are, over all chains."""

    ordered: float
    alone: float
    diagonal: float
    near_diagonal: float
    rivals: float


class Anchored(NamedTuple):
    """Where a pair lies between the nearest certain ones."""

    free_pairs: float
    crosses: float
    offset: float


class OfTexts(NamedTuple):
    """What is the same for all pairs of two texts."""

    common_order: float
    paraphrase: float
    coverage: float
    breadth: float
    paraphrase_coverage: float
    paraphrase_breadth: float


class Joined(NamedTuple):
    """What a neighbour brings to a link that it may be part of."""

    likeness_gain: float
    explained: float
    rest: float
    lengths: float
    closed: float
    beyond: float
    chance: float
    opposite: float
    own: float


LIKENESS_FEATURES = Likeness._fields
_CONTEXT_FEATURES = (*Plain._fields, *Around._fields, *Anchored._fields)
LINK_FEATURES = (
    *_CONTEXT_FEATURES,
    *OfTexts._fields,
    *(f"paraphrase_{name}" for name in _CONTEXT_FEATURES),
)
_MOVE_FEATURES = ("likeness",)
REUSE_FEATURES = ("likeness", "support", "ordered", "common_order")
_JOIN_NEARNESS = ("nearness_gain", "nearness_before")
_SIMPLE = {"place": Place._fields, "move": _MOVE_FEATURES, "reuse": REUSE_FEATURES}
"""The parts of the weights that have the same features with an encoder and without."""


class Logistic(NamedTuple):
    """A probability from features: the logistic function of their weighted sum."""

    intercept: float
    weights: tuple[float, ...]

    def logit(self, features: Sequence[float]) -> float:
        """Return the log odds; four decimals, so that every machine gives the same answer."""
        total: float = sum(map(mul, self.weights, features), start=self.intercept)
        return round(total, 4)


class AlignmentWeights(NamedTuple):
    """What was fitted: likeness of two sentences alone, a pair in its place, a link among its rivals."""

    likeness: Logistic
    place: Logistic
    link: Logistic
    move: Logistic
    """How much more often moved sentences reach a likeness than a pair of unrelated ones does."""
    join: Logistic
    """Whether a free neighbour of a link belongs to it."""
    reuse: Logistic
    """Whether one speech says again what the one before it said."""
    accept: float
    """The probability from which a link is reported, in its place or as said again."""
    accept_join: float
    """The same, for a neighbour to join a link."""
    accept_move: float
    """The same, for a link that breaks the common order."""


@lru_cache(maxsize=8192)
def to_probability(logit: float) -> float:
    """Return the probability of some log odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def name_features(part: str, *, encoded: bool) -> tuple[str, ...]:
    """Return the features that a part of the weights is of, in the order in which they are measured."""
    if part in _SIMPLE:
        return _SIMPLE[part]
    if part == "join":
        own = (*Joined._fields, *_JOIN_NEARNESS) if encoded else Joined._fields
        pair = ("common_order", "coverage", "paraphrase")
        return (*own, *pair, *(f"paraphrase_{name}" for name in own))
    if part == "likeness":
        return (*Likeness._fields, *Lift._fields) if encoded else Likeness._fields
    near = (*Lift._fields, *(f"paraphrase_{name}" for name in Lift._fields)) if encoded else ()
    return (*LINK_FEATURES, *near)


def load_weights(encoder: Encoder | None = None) -> AlignmentWeights:
    """Return the shipped weights that were fitted with an encoder's vectors, or for words alone."""
    return read_weights(encoder.weights if encoder else LEXICAL)


@cache
def read_weights(name: str) -> AlignmentWeights:
    """Return weights by their name in ``alignment.toml``. Raises ``KeyError`` for an unknown name."""
    table = read_packaged(__package__, "alignment.toml")
    parts = {
        key: Logistic(
            part["intercept"], read_by_name(part["weights"], name_features(key, encoded=name != LEXICAL))
        )
        for key, part in table[name].items()
    }
    return AlignmentWeights(
        **parts,
        accept=table["accept"],
        accept_join=table["accept_join"],
        accept_move=table["accept_move"],
    )
