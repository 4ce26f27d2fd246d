"""What the archive is told and answers: declarations, entries, and other readings of kept bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from tracker.model.facts import Facts

if TYPE_CHECKING:
    from tracker.model.decisions import Ruling
    from tracker.model.ledger import Announcement
    from tracker.model.texts import Place, Reference


@dataclass(frozen=True, slots=True)
class Declaration(Facts):
    """What the person who adds a document says about it; nothing is required but the statement."""

    reference: Reference
    """Country, body, session and item; kind and language where they are declared."""
    kind_inferred: bool = False
    language_inferred: bool = False
    title_inferred: bool = False
    """The title was read out of the document; it never takes the place of a declared one."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is recorded where a document holds many statements: the document's digest, and a place in it."""

    document: str
    """SHA-256 of the bytes of the whole document."""
    place: Place


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
    elsewhere: tuple[str, ...] = ()
    """Other statements that a new snapshot has the text of, word for word."""
    doubt: str | None = None
    """Why a night would have put before a person what a person recorded."""

    @property
    def at_snapshot(self) -> Reference:
        """The reference of the snapshot."""
        return replace(self.reference, snapshot=self.snapshot)


@dataclass(frozen=True, slots=True)
class Checked:
    """How often the sources that gave a snapshot were found to say the same."""

    times: int
    in_full: int
    """Of these, the checks at which the whole text came; at the others the server said "not modified"."""
    last: str
    longest_gap_days: int
    """The most days between two checks in a row; an edit that was taken back in between was never seen."""
    by_wrong_clock: int = 0
    """Checks dated later than a run whose clock was said to be right; they count for no gap."""


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
    checked: Checked | None = None
    """None for what no source of the watch list gave."""
    kind_inferred: bool = False
    """The kind in its reference was inferred from the text, and declared by nobody."""
    clock_confirmed: bool | None = None
    """Whether servers confirmed the clock of the night that captured it; None for what no night did."""
    challenged: bool = False
    """Whether a text that looks more like a statement took its place, and no person confirmed it since."""


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
class Appearance:
    """How a snapshot came into the archive."""

    reference: Reference
    document: str
    """The SHA-256 of its bytes."""
    observed: str
    recorded: str
    """When the run began that recorded it: of what an import brings, later than it was observed."""
    announced: Announcement | None
    """How the publisher announced the change; None where no check of a source gave a change."""
    cause: str
    """What the check that gave it says; empty where there is none, and where nothing is to be said."""
    detail: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One segment that a search found."""

    reference: Reference
    delivered: str | None
    paragraph: int
    segment: int
    snippet: str
    """The segment's text with each match between U+0002 and U+0003, for the renderer to mark."""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Where to search; what is None is not narrowed."""

    country: str | None = None
    body: str | None = None
    session: str | None = None
    language: str | None = None
    years: tuple[int | None, int | None] = (None, None)
    """The first and the last, both included; a statement's year is that of its date, else of its session."""
    sessions: tuple[str | None, str | None] = (None, None)
    """Labels of the body's sessions, the first and the last, both included."""


SearchOrder = Literal["best", "oldest", "newest"]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of what a search found, and how much that is in all."""

    hits: tuple[Hit, ...]
    first: int
    """The number of the first hit of the page, from 1."""
    limit: int
    """How many hits a page may have."""
    passages: int
    """How many hits there are in all, in so many statements of so many countries."""
    statements: int
    countries: int


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
class CaptureSource:
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
    """The result of reading a snapshot's bytes again; the snapshot itself is unchanged."""

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
