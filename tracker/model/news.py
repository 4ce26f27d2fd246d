"""What a night has to tell: each event once, and what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.changes import Edit, Operation
    from tracker.model.ledger import Check, SourceState
    from tracker.model.texts import Reference

Severity = Literal["failure", "warning", "note"]
"""A *failure* is of the program or the archive; a *warning* needs a person; a *note* needs nobody."""

NewsKind = Literal[
    "new", "changed silently", "changed", "moved", "came back", "well again", "quarantined", "rejected",
    "unreachable", "gone", "robots-denied",
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
class News:
    """One event of a night; the same failure of the same source is none the next night."""

    kind: NewsKind
    severity: Severity
    check: Check
    is_open: bool
    """Whether the source is open: what is restricted or embargoed is not quoted in messages."""
    revision: Revision | None = None


ConcernKind = Literal["night missed", "failing", "gone", "overdue", "waiting", "open to others"]


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about the archive that a person should look at, or, as a note, may."""

    kind: ConcernKind
    severity: Severity
    subject: str
    """A source's id, a reference, or the archive itself."""
    reference: Reference | None
    """The statement that it is about."""
    since: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """The state of every watched source at an instant, and what a person should look at."""

    instant: str
    sources: tuple[SourceState, ...]
    concerns: tuple[Concern, ...]
    """Those that need a person, failures first."""
    notes: tuple[Concern, ...] = ()
    """What needs nobody: what is gone and was captured, and documents of sources that are well again."""
    news: tuple[News, ...] = ()
    """What the last night told."""
