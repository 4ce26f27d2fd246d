"""The fitted weights of the alignment, as shipped in ``alignment.toml``."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Logistic:
    """A probability from features: the logistic function of their weighted sum."""

    intercept: float
    weights: tuple[float, ...]

    def logit(self, features: Sequence[float]) -> float:
        """Return the log odds; four decimals, so that every machine gives the same answer."""
        total: float = sum(map(mul, self.weights, features), start=self.intercept)
        return round(total, 4)


@dataclass(frozen=True, slots=True)
class Weights:
    """What was fitted: likeness of two sentences alone, a group in its place, a link among its rivals."""

    likeness: Logistic
    place: Logistic
    link: Logistic
    accept: float
    """The probability from which a link is reported."""
    accept_move: float
    """The same, for a link that breaks the common order."""


def to_probability(logit: float) -> float:
    """Return the probability of some log odds."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def load_weights(*, encoded: bool = False) -> Weights:
    """Return the shipped weights: those for words alone, or those for words and sentence vectors."""
    table = tomllib.loads(resources.files(__package__).joinpath("alignment.toml").read_text("utf-8"))
    parts = {
        name: Logistic(part["intercept"], tuple(part["weights"].values()))
        for name, part in table["encoded" if encoded else "lexical"].items()
    }
    return Weights(**parts, accept=table["accept"], accept_move=table["accept_move"])
