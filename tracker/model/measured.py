"""How a second reader was measured: by what careful readers coded, beside the program and the readers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some hold."""

    held: int
    of: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one status: how many claims are true, and how many of the firm ones are found."""

    true: Share
    found: Share


@dataclass(frozen=True, slots=True)
class StatusRow:
    """What is claimed of one status: alone, with the coder, and by a reader judged by the other."""

    status: str
    alone: Scores
    joined: Scores
    reader: Scores


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Krippendorff's alpha of one level against all others, or of all levels; None where one code is used."""

    level: str
    coder: float | None
    readers: float | None


@dataclass(frozen=True, slots=True)
class CoderMeasured:
    """What was measured of one coder on coded pairs."""

    coder: str
    pairs: int
    countries: int
    cells: int
    """Levels that the coder answered, one for each side of a topic."""
    unsure: int
    """Those for which the coder gave none."""
    refused: int
    """Rows that were left open, since what came could not be used."""
    tokens: int | None
    seconds: float | None
    """Both are None for a sheet."""
    alpha: float | None
    """Of the coder with the readers, of levels told apart by weight; None where its answers weigh nothing."""
    statuses: tuple[StatusRow, ...]
    levels: tuple[LevelRow, ...]
