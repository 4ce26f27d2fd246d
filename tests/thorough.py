"""How much is tried: little with every run of the tests, all in the long checks (``TRACKER_THOROUGH=1``)."""

from __future__ import annotations

import os
from typing import Final

IS_THOROUGH: Final = bool(os.environ.get("TRACKER_THOROUGH"))
_QUICK: Final = 20


def examples(number: int) -> int:
    """Return how many examples of this number to try."""
    return number if IS_THOROUGH else min(number, _QUICK)


def size(number: int) -> int:
    """Return the size to try where the long checks try this one."""
    return number if IS_THOROUGH else number // 10
