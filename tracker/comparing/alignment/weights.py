"""The fitted weights of the alignment, as shipped in ``alignment.toml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

from tracker.inputs.compiled import read_packaged
from tracker.text.tables import read_by_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.text.encoder import Encoder

LEXICAL = "lexical"
"""The weights for words alone; those of each encoder are under ``Encoder.weights``."""

LIKENESS_FEATURES = (
    *("cosine", "cosine_squared", "containment", "cover", "characters", "characters_squared"),
    *("order", "evidence", "lengths", "brevity"),
)
NEARNESS_FEATURES = ("nearness", "nearness_squared", "lift")
PLAIN_FEATURES = ("likeness", "support", "gap", "lead")
PLACE_FEATURES = (
    *("likeness", "support", "gap", "common_order", "paraphrase"),
    *("paraphrase_likeness", "paraphrase_gap"),
)
MOVE_FEATURES = ("likeness",)
ANCHOR_FEATURES = ("free_pairs", "crosses", "offset")
_CONTEXT_FEATURES = (
    *PLAIN_FEATURES,
    *("ordered", "alone", "diagonal", "near_diagonal", "rivals"),
    *ANCHOR_FEATURES,
)
_PAIR_FEATURES = (
    *("common_order", "paraphrase", "coverage", "breadth"),
    *("paraphrase_coverage", "paraphrase_breadth"),
)
LINK_FEATURES = (*_CONTEXT_FEATURES, *_PAIR_FEATURES, *(f"paraphrase_{name}" for name in _CONTEXT_FEATURES))
_JOIN_FEATURES = (
    *("likeness_gain", "explained", "rest", "lengths"),
    *("closed", "beyond", "chance", "opposite"),
)
_JOIN_NEARNESS = ("nearness_gain", "nearness_before")


class Logistic(NamedTuple):
    """A probability from features: the logistic function of their weighted sum."""

    intercept: float
    weights: tuple[float, ...]

    def logit(self, features: Sequence[float]) -> float:
        """Return the log odds; four decimals, so that every machine gives the same answer."""
        total: float = sum(map(mul, self.weights, features), start=self.intercept)
        return round(total, 4)


@dataclass(frozen=True, slots=True)
class AlignmentWeights:
    """What was fitted: likeness of two sentences alone, a pair in its place, a link among its rivals."""

    likeness: Logistic
    place: Logistic
    link: Logistic
    move: Logistic
    """How much more often moved sentences reach a likeness than a pair of unrelated ones does."""
    join: Logistic
    """Whether a free neighbour of a link belongs to it."""
    accept: float
    """The probability from which a link is reported."""
    accept_move: float
    """The same, for a link that breaks the common order."""


@lru_cache(maxsize=8192)
def to_probability(logit: float) -> float:
    """Return the probability of some log odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def name_features(part: str, *, encoded: bool) -> tuple[str, ...]:
    """Return the features that a part of the weights is of, in the order in which they are measured."""
    if part in {"place", "move"}:
        return PLACE_FEATURES if part == "place" else MOVE_FEATURES
    if part == "join":
        own = (*_JOIN_FEATURES, *_JOIN_NEARNESS) if encoded else _JOIN_FEATURES
        pair = ("common_order", "coverage", "paraphrase")
        return (*own, *pair, *(f"paraphrase_{name}" for name in own))
    if part == "likeness":
        return (*LIKENESS_FEATURES, *NEARNESS_FEATURES) if encoded else LIKENESS_FEATURES
    near = (*NEARNESS_FEATURES, *(f"paraphrase_{name}" for name in NEARNESS_FEATURES)) if encoded else ()
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
    return AlignmentWeights(**parts, accept=table["accept"], accept_move=table["accept_move"])
