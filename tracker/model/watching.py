"""What is watched, fetched and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, Literal

if TYPE_CHECKING:
    from tracker.model.texts import Extraction, Reference, Version


Access = Literal["open", "restricted", "embargoed"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an edition is found, or an index that leads to statements; one table of ``watch.toml``."""

    OPTIONAL: ClassVar = ("models", "noindex")

    id: str
    address: str
    """A URL, or a path relative to the archive's folder."""
    is_index: bool = False
    reference: Reference | None = None
    """The edition it feeds; None for an index and for a candidate without a rule."""
    rule: str | None = None
    """For an index, the template of the references it proposes, for example ``GBR/UNGA/{session}``."""
    links: str | None = None
    """For an index, the regular expression that an address must match."""
    link_text: str | None = None
    """For an index, the regular expression that the text of a link must match."""
    exclude: str | None = None
    """For an index, the regular expression of addresses that are left alone, though they match."""
    selector: str | None = None
    remove: tuple[str, ...] = ()
    language: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    pace: float | None = None
    """The least seconds between two requests to its host; None for the list's own."""
    rights: str | None = None
    access: Access = "open"
    open_from: str | None = None
    """The first day on which embargoed material is open; None where that is unknown."""
    models: bool = False
    """Whether language models may be shown it, though it is not open."""
    noindex: bool = False
    """Whether pages that are published of it ask search engines to leave them out."""
    min_words: int | None = None
    min_links: int | None = None
    """For an index, the number of links with which it is in order; None where its own past tells."""


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What holds for all sources; times in seconds."""

    contact: str | None = None
    pace: float = 2.0
    connections: int = 4
    timeout: float = 30.0
    max_megabytes: int = 50
    full_check_days: int = 30
    longest_gap_days: int | None = None
    """The most days between two checks of what has long been unchanged or gone; None for as many as above."""
    allow_private: tuple[str, ...] = ()
    """Hosts, each with its port where it has one, that may resolve to private addresses."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a watch list reaches that came with a mirror and is not accepted yet."""

    path: str
    number: int
    """Of its sources."""
    private: tuple[str, ...]
    """Hosts that it allows to be inside the network, for any source or link."""
    inside: tuple[Source, ...]
    """Sources on such a host."""
    files: tuple[Source, ...]
    """Sources that are files of the archive's folder."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Who ended the watching of a source or a link, when and why; one table ``[closed.ID]``."""

    id: str
    by: str
    on: str
    reason: str
    superseded_by: str | None = None
    """The address or the id of what took its place."""

    def __str__(self) -> str:
        return f"closed on {self.on} by {self.by}: {self.reason}"


@dataclass(frozen=True, slots=True)
class WatchList:
    """All sources of an archive, with the text of the file that names them and its SHA-256."""

    settings: WatchSettings
    sources: tuple[Source, ...]
    text: str
    sha256: str
    closed: tuple[Closing, ...] = ()
    """Sources and links of indexes that are not asked any more."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about its last answer, to ask whether there is a newer one."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and the head of its answer, kept as evidence; instants in UTC, ISO 8601."""

    requested: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    status: int | None
    """None where no answer came."""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def content_type(self) -> str | None:
        """The answer's ``Content-Type``, with its charset."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), None)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer of a source, after redirects; ``data`` is None where the server says it has not changed."""

    source: str
    url: str
    data: bytes | None
    media_type: str | None
    exchanges: tuple[Exchange, ...]
    validators: Validators
    seconds: float


FetchOutcome = Literal["unreachable", "gone", "robots-denied"]


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """Why there is no answer of a source: the outcome, a short cause from a fixed list, and the details."""

    source: str
    outcome: FetchOutcome
    cause: str
    detail: str
    exchanges: tuple[Exchange, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Discovery:
    """A link that an index led to, with the reference its rule proposes."""

    source: str
    address: str
    text: str
    reference: Reference | None


CHALLENGE: Final = "better candidate"
"""The cause of a document that took the place of one that looks less like a statement."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a document may become a snapshot; where not, the rule that stopped it and its evidence.

    One that is accepted in place of another text has a cause as well, ``CHALLENGE``.
    """

    accepted: bool
    cause: str = ""
    """A short name from the rules: login, error page, challenge, consent, empty, collapsed ..."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that was fetched and read, before anything is decided about it."""

    source: Source
    fetched: Fetched
    extraction: Extraction
    version: Version


@dataclass(frozen=True, slots=True)
class Kept:
    """What the archive keeps of one earlier snapshot; the text is that of its latest version."""

    reference: Reference
    observed: str
    sha256: str
    words: int
    language: str
    extractor: str
    text: str


@dataclass(frozen=True, slots=True)
class History:
    """What an arrival is judged by: earlier snapshots, and the same text elsewhere."""

    snapshots: tuple[Kept, ...] = ()
    """The latest snapshots of the edition that the source feeds, newest first; empty at its first capture."""
    twins: tuple[Reference, ...] = ()
    """Other statements that have exactly the same bytes or the same clean text."""
    siblings: tuple[Kept, ...] = ()
    """At a first capture, what is kept of the nearest sessions of the same country and body.

    Also where what is kept is not confirmed.
    """
    is_confirmed: bool = True
    """Whether a person recorded or accepted any of the snapshots."""
