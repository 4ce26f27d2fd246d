"""How much is tried: little with every run of the tests, all in the long checks (``TRACKER_THOROUGH=1``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

IS_THOROUGH: Final = bool(os.environ.get("TRACKER_THOROUGH"))
_QUICK: Final = 20

long = pytest.mark.long
"""Marks a test, or a case of one, that only the long checks run (see ``tests/conftest.py``)."""

T = TypeVar("T")


def examples(number: int) -> int:
    """Return how many examples of this number to try."""
    return number if IS_THOROUGH else min(number, _QUICK)


def size(number: int) -> int:
    """Return the size to try where the long checks try this one."""
    return number if IS_THOROUGH else number // 10


def few(number: int, *cases: T) -> tuple[T, ...]:
    """Return so many of the first cases, where each runs the same code; the long checks try all."""
    return cases if IS_THOROUGH else cases[:number]


def some(number: int, cases: Iterable[T]) -> list[T]:
    """Return so many of the cases, at even distances; the long checks try all."""
    every = list(cases)
    if IS_THOROUGH or number >= len(every):
        return every
    return [every[at * len(every) // number] for at in range(number)]
