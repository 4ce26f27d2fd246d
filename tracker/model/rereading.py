"""What is read out of kept bytes again: the versions of a snapshot, and what another reading changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.citing import Reference
    from tracker.model.decisions import Ruling


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """One version of a snapshot; of several the last counts."""

    id: int
    reference: Reference
    extractor: str
    media_type: str
    language: str
    words: int
    made: str
    """When the run began that read it."""
    release: str
    """Of the program, whose rules cut it."""
    confirmed: tuple[str, ...] = ()
    """Other extractors that read exactly the same."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A snapshot with what is needed to read its document again."""

    id: int
    reference: Reference
    document: str
    """The SHA-256 of its bytes."""
    version: int
    """The number of the version that counts."""
    language: str | None
    """As it was declared; None where the text has to tell it."""
    name: str | None
    """The file or address that was read."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A source that gave a snapshot, and the address that was asked for."""

    source: str
    address: str
    content_type: str | None = None
    """With which its bytes came: of their encoding the server may have said more than they do."""


RereadStatus = Literal["extraction", "same", "skipped", "unverifiable", "unreadable"]
"""*extraction*: other text or cutting from the same bytes. *unreadable* now, though it was read before;
*unverifiable* where its reader died or was ended at its bounds, so that nothing tells."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What reading a snapshot's bytes again came to; the snapshot itself is as it was."""

    reference: Reference
    status: RereadStatus
    was: str | None = None
    """The extractor of the version that counted; None where it was withdrawn."""
    now: str | None = None
    reason: str = ""
    """Why it was not read."""
    sentences: tuple[int, int] = (0, 0)
    """How many segments there were, and are."""
    gone: tuple[str, ...] = ()
    """Segments that are no longer read."""
    come: tuple[str, ...] = ()
    """Segments that were not read before."""
    followed: int = 0
    """Decisions of people on segments that are still there."""
    lost: tuple[Ruling, ...] = ()
    """Decisions of people on segments that are there no longer."""
