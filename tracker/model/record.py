"""What the archive is told, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.citing import Reference


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the person who adds a document says about it; nothing is required but the statement."""

    reference: Reference
    """Country, body, session and item; kind and language where they are declared."""
    kind_inferred: bool = False
    language_inferred: bool = False
    statement_type: str | None = None
    """General debate, item, explanation of vote, right of reply or joint."""
    title: str | None = None
    title_inferred: bool = False
    """The title was read out of the document; it never takes the place of a declared one."""
    delivered: str | None = None
    url: str | None = None
    symbol: str | None = None
    speaker: str | None = None
    post: str | None = None
    on_behalf_of: str | None = None


Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A declared value that a later declaration has replaced; the archive keeps both."""

    field: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of recording a document: the edition, its snapshot and whether that is a new one."""

    reference: Reference
    outcome: Outcome
    snapshot: int
    amended: tuple[Amendment, ...] = ()


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """One snapshot of an edition as ``tracker log`` shows it."""

    reference: Reference
    observed: str
    sha256: str
    size: int
    media_type: str
    extractor: str
    language: str
    words: int
    source: str | None


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One edition as ``tracker list`` shows it."""

    reference: Reference
    kind_inferred: bool
    delivered: str | None
    title: str | None
    speaker: str | None
    post: str | None
    words: int
    snapshots: int
    observed: str
    """When the latest snapshot was taken."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One segment that a search found."""

    reference: Reference
    delivered: str | None
    paragraph: int
    segment: int
    snippet: str
    """The segment's text with each match between U+0002 and U+0003, for the renderer to mark."""
