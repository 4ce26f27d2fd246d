"""A comparison that was computed again from its JSON, and what came out otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Part = Literal["basis", "text", "finding"]
"""What a comparison rests on, the two texts in the file, and what it says of them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what the file has; None where one of the two lacks it."""

    part: Part
    place: tuple[str, ...]
    """From the whole to the value: ``topics``, ``climate``, ``status``."""
    then: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What was computed again, from what, and how it differs."""

    old: str
    new: str
    archive: str | None
    """The folder of the archive that has both texts; None where the file alone was used."""
    left_out: tuple[str, ...]
    """What the file alone cannot tell again."""
    changes: int
    topics: int
    differences: tuple[Difference, ...]
