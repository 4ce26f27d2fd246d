"""What is told of an archive's sources, nights and years, worked out of what the ledger keeps.

Of a night each event is told once, as news; what a person should look at is a concern until it is settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from tracker.model.changes import Counted, Edit
    from tracker.model.ledger import Check, RunEntry
    from tracker.model.texts import Reference


Severity = Literal["failure", "warning", "note"]
"""A *failure* is of the program or the archive; a *warning* needs a person; a *note* needs nobody."""

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
    sentences: tuple[tuple[Counted, int], ...]
    """How many sentences were reworded, new, dropped and so on, and moved; the others are not counted."""
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


@dataclass(frozen=True, slots=True)
class SourceState:
    """The state of a source: its latest check, its last success, and the failures since."""

    last: Check
    succeeded: str | None
    """When it was last found as it should be; None where it never was."""
    failures: int
    """Checks in a row, up to the latest, that found no statement."""
    since: str | None
    """When that row began."""
    waiting: int
    """Documents of it that wait for a review."""


ConcernKind = Literal[
    "unwatched",
    "night missed",
    "clock",
    "embargo",
    "failing",
    "changes every night",
    "gone",
    "overdue",
    "waiting",
    "open to others",
    "withdrawn",
    "diverged",
    "edited",
    "put back",
    "unprotected",
]


@dataclass(frozen=True, slots=True)
class Concern:
    """Something about the archive that a person should look at, or, as a note, may."""

    kind: ConcernKind
    subject: str
    """A source's id, a reference, or the archive itself."""
    since: str | None
    detail: str
    severity: Severity = "warning"
    reference: Reference | None = None
    """The statement that it is about."""


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
    outdated: int = 0
    """Snapshots that other extractors than today's have read, and no ``reextract`` since."""
    sandbox: str = ""
    """How far documents are read in a sandbox here: ``full``, or what is missing."""
    last_run: RunEntry | None = None
    """The last that wrote to the archive, of any kind."""


@dataclass(frozen=True, slots=True)
class BodyYear:
    """One body's year: statements, and addresses that went."""

    body: str
    expected: int = 0
    """Statements noted as expected, by when they were due; without a due date, by when that was noted."""
    captured: int = 0
    """Statements whose first snapshot was taken in the year."""
    late: int = 0
    """Of those expected, captured after the due date."""
    missing: int = 0
    """Of those expected, due and not captured."""
    silent: int = 0
    """Statements of which a person noted in the year that they were not made."""
    gone: int = 0
    """Sources confirmed in the year to be gone."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """How one person decided on quarantined documents in a year."""

    person: str
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Year:
    """An archive's year, as far as it has gone."""

    year: int
    until: str
    """The last day counted."""
    bodies: tuple[BodyYear, ...]
    nights: int
    """Nights with a complete run."""
    missed: tuple[str, ...]
    """Days without one, from the archive's first night on."""
    reviewers: tuple[Reviewer, ...]
    waiting: int
    """Quarantined documents that still wait."""
