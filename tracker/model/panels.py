"""Topics of many countries over sessions, and what became of each topic among the countries of a group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from tracker.model.series import CountedTopic
    from tracker.model.texts import Natural, Proportion
    from tracker.model.topics import Level, Status, TopicKind, Vocabulary, VocabularyName


@dataclass(frozen=True, slots=True)
class PanelCell:
    """What one country does with one topic at one session, and what became of the topic since before."""

    PUBLISHED: ClassVar = (
        "topic", "level", "sentences", "share", "status", "likely", "certainty", "measured", "share_unsure",
    )  # fmt: skip

    topic: str
    level: Level | None
    """None where it is absent."""
    sentences: Natural
    share: Proportion
    """Share of the words of the statement, ceremony apart."""
    status: Status | None
    """What is claimed to have become of it; None where nothing is."""
    likely: Status | None
    """What may have become of it, not certain enough to be claimed."""
    certainty: Proportion | None
    """How sure the status is, or the likely one; None without either."""
    measured: bool
    """Whether the certainty was measured for the topic and the language; else it is approximate."""
    share_unsure: bool
    """Whether its levels are sure, and only the change of its share may be called otherwise."""
    priority: Proportion | None = None
    """The probability that a careful reader calls it a priority; None where it is absent, or decided."""


PanelState = Literal["read", "no statement", "several statements", "no text"]


@dataclass(frozen=True, slots=True)
class PanelEntry:
    """One country at one session."""

    country: str
    session: str
    year: int | None
    state: PanelState
    """``no statement``: the archive may read none. ``several statements``: on several items, and none is the
    country's own. ``no text``: none that the vocabulary can be met in."""
    statement: str | None
    """The reference of what was read, with edition and snapshot."""
    before: str | None
    """The session that statuses are against: the latest one before, of its kind, at which it spoke."""
    cells: tuple[PanelCell, ...]
    """In the vocabulary's order: the topics present, and those of which something became since before."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Countries by sessions by topics."""

    body: str
    sessions: tuple[str, ...]
    countries: str | None
    """The countries and groups asked for; None for all that spoke."""
    named: str | None
    """The same by their names."""
    vocabulary: Vocabulary
    sure: Proportion
    """How many of the claims are to be true, as chosen."""
    unmeasured: str | None
    """Why some statuses, or all, are not claimed and their certainties are approximate, if so."""
    entries: tuple[PanelEntry, ...]
    """By country, then in order of session; a country of a group only at sessions when it belonged."""


@dataclass(frozen=True, slots=True)
class PanelTable:
    """A panel as JSON has it."""

    body: str
    sessions: tuple[str, ...]
    countries: str | None
    """The countries and groups asked for; None for all that spoke."""
    vocabulary: VocabularyName
    sure: Proportion
    """How many of the claims are to be true, as chosen."""
    unmeasured: str | None
    """Why some statuses, or all, are not claimed and their certainties are approximate, if so."""
    topics: tuple[CountedTopic, ...]
    """A priority of most statements first."""
    entries: tuple[PanelEntry, ...]
    """By country, then in order of session; a country of a group only at sessions when it belonged."""


@dataclass(frozen=True, slots=True)
class CountryMove:
    """What became of a topic in one country's statements."""

    country: str
    status: Status | None
    """What is claimed to have become of it; None where nothing is."""
    likely: Status | None
    """What may have become of it, not certain enough to be claimed."""
    certainty: Proportion | None
    """How sure the status is, or the likely one."""
    measured: bool
    """Whether the certainty was measured for the topic and the language; else it is approximate."""
    share_unsure: bool
    """Whether its levels are sure, and only the change of its share may be called otherwise."""


@dataclass(frozen=True, slots=True)
class MovedTopic:
    """A topic, and what became of it in the statements of several countries."""

    id: str
    label: str
    kind: TopicKind
    countries: tuple[CountryMove, ...]
    """Those in whose statements something became of it, or may have."""


@dataclass(frozen=True, slots=True)
class CountriesDiff:
    """What became of each topic between two sessions, country by country."""

    body: str
    old: str
    new: str
    countries: str
    """The countries and groups asked for."""
    vocabulary: VocabularyName
    sure: Proportion
    """How many of the claims are to be true, as chosen."""
    unmeasured: str | None
    """Why some statuses, or all, are not claimed and their certainties are approximate, if so."""
    compared: tuple[str, ...]
    """The countries with a statement at both sessions."""
    missing: tuple[str, ...]
    """Countries asked for of which one of the two statements is not there, or cannot be read."""
    topics: tuple[MovedTopic, ...]
    """Those that most took up or dropped first."""
