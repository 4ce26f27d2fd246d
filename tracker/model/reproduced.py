"""A comparison that was computed again from its JSON, and what came out otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Part = Literal["basis", "text", "finding", "file"]
"""What a comparison rests on, the two texts in the file, what it says of them; a file beside it in a zip."""


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


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """What is in a replication zip beside its comparisons, against what these and an archive say."""

    number: int
    left_out: tuple[str, ...]
    """What nothing there is can tell."""
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The comparisons of a file, and of a zip the other files in it."""

    reports: tuple[Reproduced, ...]
    files: CheckedFiles | None

    @property
    def is_same(self) -> bool:
        """Whether nothing came out otherwise."""
        of_files = self.files.differences if self.files else ()
        return not (of_files or any(each.differences for each in self.reports))
