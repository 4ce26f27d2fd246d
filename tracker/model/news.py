"""What a night has to tell: each event once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from tracker.model.changes import Edit, Operation
    from tracker.model.health import Severity
    from tracker.model.ledger import Check
    from tracker.model.texts import Reference

MANY: Final = 3
"""Sources of one host that fail alike, or are well again, from which on the host is told once."""

NewsKind = Literal[
    "new", "better candidate", "changed silently", "changed", "reads otherwise", "moved", "came back",
    "well again", "quarantined", "rejected", "unreachable", "gone", "robots-denied",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revision:
    """What a change of a text came to."""

    old: Reference
    new: Reference
    old_words: int
    new_words: int
    sentences: tuple[tuple[Operation, int], ...]
    """How many sentences were reworded, new, dropped and so on; those that were kept are not counted."""
    first: tuple[tuple[Edit, ...], ...]
    """The first sentences that changed, each by its edits."""


@dataclass(frozen=True, slots=True)
class FirstText:
    """What came in where nothing was, or in the place of something else."""

    title: str | None
    """Its first heading, or else the title of the statement."""
    words: int
    sentence: str
    """The first that is neither a heading nor a salutation, as far as there is one."""


@dataclass(frozen=True, slots=True)
class News:
    """One event of a night; the same failure of the same source is none the next night."""

    kind: NewsKind
    severity: Severity
    check: Check
    is_open: bool
    """Whether its source and both texts are: what is restricted or embargoed is not quoted in messages."""
    revision: Revision | None = None
    first: FirstText | None = None
    series: Reference | None = None
    """Of an index, country and body of what it lists."""
