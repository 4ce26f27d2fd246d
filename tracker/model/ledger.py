"""What the ledger keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from tracker.model.watching import Validators

if TYPE_CHECKING:
    from tracker.model.clock_readings import ClockReading
    from tracker.model.texts import Reference
    from tracker.model.watching import Exchange


RunKind = Literal[
    "record", "add", "import", "judge", "snapshot", "review", "expect", "reextract", "withdraw", "repair",
    "groups",
]  # fmt: skip
"""What a run did; ``record`` is a writing that was given no name."""

RunStatus = Literal["running", "complete", "failed", "interrupted"]

CheckOutcome = Literal[
    "new", "changed", "unchanged", "moved", "quarantined", "rejected", "unreachable", "gone", "robots-denied"
]
"""The result of one check of one source."""

GOOD_OUTCOMES: Final = frozenset({"new", "changed", "unchanged", "moved"})
"""The outcomes of a source that is well; ``snapshot`` counts the others as findings."""

CHALLENGED: Final = "challenged"
"""The cause of a review of a snapshot whose place a better candidate took."""

Announcement = Literal["corrigendum", "last-modified", "silent"]
"""How the publisher announced a change: in words, by the server's date, or not at all."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check of one source, with the evidence; instants in UTC."""

    source: str
    address: str
    outcome: CheckOutcome
    observed: str
    seconds: float
    cause: str = ""
    detail: str = ""
    reference: Reference | None = None
    """The edition that the source feeds, as far as it was named."""
    snapshot: Reference | None = None
    """The snapshot that was made, or found to be still what is published."""
    url: str | None = None
    """Where the answer came from, after redirects."""
    http_status: int | None = None
    sha256: str | None = None
    """Of the bytes received; None where none came, as with "not modified"."""
    size: int | None = None
    announced: Announcement | None = None
    validators: Validators = field(default_factory=Validators)
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run as ``tracker status --runs`` shows it; what older releases did not note is None."""

    id: int
    kind: RunKind | None
    command: str | None
    started: str
    ended: str | None
    status: RunStatus | None
    release: str
    watch_list: str | None
    """The SHA-256 of the watch list that was read."""
    outcomes: tuple[tuple[CheckOutcome, int], ...] = ()
    snapshots: int = 0
    rereadings: int = 0
    """Versions it made of snapshots that were there before."""
    clock: ClockReading | None = None
    """What servers said of its clock; None for a run that asked none, or did not come to its end."""


@dataclass(frozen=True, slots=True)
class DiscoveredLink:
    """A link that an index led to, as the archive remembers it; it is watched from then on, once named."""

    source: str
    """The index."""
    address: str
    text: str
    reference: Reference | None
    """By the index's rule, or as a person named it."""
    refused: bool = False
    """A person said that it is no statement; it is not fetched again."""


@dataclass(frozen=True, slots=True)
class Review:
    """A document that was not accepted, waiting for a person or decided by one."""

    id: int
    source: str
    address: str
    reference: Reference | None
    """As proposed; None where somebody has to name it."""
    sha256: str
    size: int
    media_type: str
    cause: str
    detail: str
    observed: str
    verdict: Literal["accept", "reject"] | None = None
    person: str | None = None
    decided: str | None = None
    reason: str | None = None
    snapshot: Reference | None = None
    """What became of it once accepted; of what was challenged, the snapshot that it is."""


WITHDRAWN: Final = "withdrawn"
ELSEWHERE: Final = "withdrawn elsewhere"
TOLD_CAUSES: Final = (WITHDRAWN, ELSEWHERE)
"""The causes of checks of what was withdrawn: they say so, and nothing of what it holds."""

READ_ELSEWHERE: Final = "read elsewhere"
"""The cause of a check of an address that is missing (404, 410), while its statement is read at another."""

Expected = Literal["expected", "no statement", "withdrawn"]
"""What is known of a statement that is not there; ``withdrawn`` takes back what was noted before."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A statement that is expected, or known never to have been made, and who says so."""

    reference: Reference
    state: Expected
    person: str
    noted: str
    due: str | None = None
    """An ISO date by which it is expected."""
    note: str | None = None
    captured: str | None = None
    """When its first snapshot was taken, where there is one."""
