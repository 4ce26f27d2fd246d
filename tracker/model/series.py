"""Topics over the sessions of a series, and over the countries of a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from tracker.model.phrases import DistinctivePhrase

if TYPE_CHECKING:
    from tracker.model.decisions import Decision
    from tracker.model.texts import Natural, Positive, Proportion
    from tracker.model.topics import Level, Status, TopicKind, Vocabulary, VocabularyName


@dataclass(frozen=True, slots=True)
class Standing:
    """What a series does with one topic at one session; several statements of a session count together."""

    topic: str
    level: Level | None
    """None where it is absent."""
    sentences: Natural
    words: Natural
    share: Proportion
    """Share of the words of the statement, ceremony apart."""
    rule: str
    quote: str
    """The segment that shows the level best."""
    priority: Proportion | None = None
    """The probability that a careful reader calls it a priority; None where it is absent."""
    status: Status | None = None
    """What is claimed to have become of it since the session before, of its kind; None where nothing is, and
    where that was not asked for."""
    likely: Status | None = None
    """What may have become of it, not certain enough to be claimed."""
    certainty: Proportion | None = None
    """How sure the status is, or the likely one; None without either."""
    measured: bool = False
    """Whether both probabilities were measured for the topic and the language; else they are approximate."""
    share_unsure: bool = False
    """Whether its levels are sure, and only the change of its share may be called otherwise."""
    decided: Decision | None = None
    """Who decided on the level, or that it is absent, where somebody did."""


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
    unmeasured: str | None = None
    """Why some statuses, or all, are not claimed and their certainties are approximate, if so."""
    sure: Proportion = 0.9
    """How many of the claims are to be true, as chosen."""


@dataclass(frozen=True, slots=True)
class CountryReading:
    """What one country does with each topic at a session."""

    country: str
    name: str
    statements: tuple[str, ...]
    language: str
    standings: tuple[Standing, ...]
    """In the vocabulary's order, absent topics left out unless by decision; without statuses."""


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
class CountedTopic:
    """A topic, and at how many sessions, or for how many countries, it is a priority."""

    id: str
    label: str
    kind: TopicKind
    priorities: Natural


@dataclass(frozen=True, slots=True)
class TimelineTable:
    """A timeline as JSON has it."""

    series: str
    vocabulary: VocabularyName
    topics: tuple[CountedTopic, ...]
    """Strongest first: a priority at most sessions, then by share of the words."""
    unmeasured: str | None
    """Why some statuses, or all, are not claimed and their certainties are approximate, if so."""
    sure: Proportion
    """How many of the claims are to be true, as chosen."""
    sessions: tuple[TimelineSession, ...]
    """Kind by kind, each in order."""


@dataclass(frozen=True, slots=True)
class CountriesTopic(CountedTopic):
    """A topic, and how many countries give it each level."""

    share_of_countries: Proportion
    """Of those that were read, the share that has it as a priority."""
    declared: Natural
    substantive: Natural
    acknowledged: Natural
    mentioned: Natural


@dataclass(frozen=True, slots=True)
class CountryStanding:
    """What one country does with one topic; without a status, which needs a session before."""

    topic: str
    level: Level | None
    """None where a person decided that it is absent."""
    sentences: Natural
    words: Natural
    share: Proportion
    """Share of the words of the statement, ceremony apart."""
    rule: str
    quote: str
    """The segment that shows the level best."""
    priority: Proportion | None
    """The probability that a careful reader calls it a priority."""
    measured: bool
    """Whether that was measured for the topic and the language; else it is approximate."""
    decided: Decision | None
    """Who decided on the level, or that it is absent, where somebody did."""


@dataclass(frozen=True, slots=True)
class TopicApart:
    """A priority of a country that a fifth of the countries that spoke or fewer have."""

    topic: str
    score: Annotated[float, ("minimum", 0)]
    """Share of the words times the log of countries to each that has it."""
    others: Natural
    """Other countries that have it as a priority."""


@dataclass(frozen=True, slots=True)
class CountryTopics:
    """A country and its topics, of those listed."""

    country: str
    name: str
    language: str
    statements: tuple[str, ...]
    standings: tuple[CountryStanding, ...]
    """Of the topics listed; absent ones are left out, save those that a person decided are absent."""
    apart: tuple[TopicApart, ...]
    """The most telling first."""


@dataclass(frozen=True, slots=True)
class CountriesTable:
    """The countries of a session as JSON has them."""

    body: str
    session: str
    year: int | None
    spoke: Natural
    """How many countries were read, of which those asked for are listed."""
    vocabulary: VocabularyName
    topics: tuple[CountriesTopic, ...]
    """A priority of most countries first, then by share of the words."""
    countries: tuple[CountryTopics, ...]
    """By code."""


@dataclass(frozen=True, slots=True)
class PhraseUse(DistinctivePhrase):
    """A phrase that sets a session apart, with one sentence that uses it, there or elsewhere."""

    reference: str
    paragraph: Positive
    quote: str


@dataclass(frozen=True, slots=True)
class PhraseSession:
    """One session of a series and the phrases that set it apart from all its other sessions."""

    session: str
    year: int | None
    statements: tuple[str, ...]
    phrases: tuple[PhraseUse, ...]
    """Emerging before vanished, the highest score first."""


@dataclass(frozen=True, slots=True)
class PhraseSeries:
    """Sessions of a series, each compared by its phrases with the other sessions in the same language."""

    series: str
    language: str
    read: tuple[str, ...]
    """All sessions in that language that were read, in their order."""
    prior: str
    """Name and digest; ``flat``, or ``none`` where there are no phrases."""
    threshold: float
    """The least score."""
    least_uses: Natural
    vocabulary: VocabularyName
    sessions: tuple[PhraseSession, ...]
    """Those asked for."""
