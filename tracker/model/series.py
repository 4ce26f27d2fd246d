"""Topics over the sessions of a series, and over the countries of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tracker.model.topics import Level, PhraseChange, Status, Vocabulary


@dataclass(frozen=True, slots=True)
class Standing:
    """What a series does with one topic at one session; several statements of a session count together."""

    topic: str
    level: Level | None
    """None where it is absent."""
    sentences: int
    words: int
    share: float
    rule: str
    status: Status | None
    """Against the session before, of its kind; None where it is a priority at neither, or not asked for."""
    quote: str
    """The segment that shows the level best."""
    priority: float | None = None
    """The probability that a careful reader calls it a priority; None where not fitted, or absent."""


SessionState = Literal["read", "no statement", "withdrawn", "no text"]


@dataclass(frozen=True, slots=True)
class TimelineSession:
    """A session of a series: one at which the country spoke, or one of the same kind between such."""

    label: str
    kind: str
    """Regular, special ...: sessions of one kind are neighbours."""
    year: int | None
    state: SessionState
    """``no statement``: the archive knows none. ``withdrawn``: nothing of it may be read. ``no text``: none
    that the vocabulary can be met in."""
    statements: tuple[str, ...] = ()
    """The references of what was read, with edition and snapshot."""
    before: str | None = None
    """The session that statuses are against."""
    standings: tuple[Standing, ...] = ()
    """In the vocabulary's order: the topics present, and those that were a priority before and are absent."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Topics through the sessions of a series, kind by kind, each in order."""

    series: str
    vocabulary: Vocabulary
    sessions: tuple[TimelineSession, ...]
    unfitted: str | None = None
    """Why some sessions, or all, have no status that was asked for; None where each has."""


@dataclass(frozen=True, slots=True)
class CountryReading:
    """What one country does with each topic at a session."""

    country: str
    name: str
    statements: tuple[str, ...]
    language: str
    standings: tuple[Standing, ...]
    """In the vocabulary's order, absent topics left out; without statuses."""


@dataclass(frozen=True, slots=True)
class SessionReading:
    """The countries that spoke at one session, by code, and what each does with the topics."""

    body: str
    session: str
    year: int | None
    vocabulary: Vocabulary
    spoke: int
    """How many countries were read, of which those asked for are here."""
    countries: tuple[CountryReading, ...]


@dataclass(frozen=True, slots=True)
class PhraseUse:
    """A phrase that sets a session apart, with one sentence that uses it, there or elsewhere."""

    change: PhraseChange
    """Old is all other sessions of the series, new the session itself."""
    reference: str
    paragraph: int
    quote: str


@dataclass(frozen=True, slots=True)
class PhraseSession:
    """One session of a series and the phrases that set it apart from all its other sessions."""

    label: str
    year: int | None
    statements: tuple[str, ...]
    phrases: tuple[PhraseUse, ...]


@dataclass(frozen=True, slots=True)
class PhraseSeries:
    """Sessions of a series, each compared by its phrases with the other sessions in the same language."""

    series: str
    language: str
    read: tuple[str, ...]
    """All sessions in that language that were read, in their order."""
    prior: str
    """The name and digest of the prior."""
    vocabulary: Vocabulary
    sessions: tuple[PhraseSession, ...]
    """Those asked for."""
