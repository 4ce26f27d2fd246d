"""Statements of many sessions and countries as plain records with stable names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from tracker.model.panels import PanelState
from tracker.model.rows import (
    Body,
    Certainty,
    Claimed,
    Country,
    CountryName,
    DecidedBy,
    Kind,
    Label,
    Language,
    Likely,
    Measured,
    Priority,
    Quote,
    Rule,
    Sentences,
    Session,
    Share,
    ShareUnsure,
    StatedLevel,
    TopicId,
    Words,
)
from tracker.model.series import SessionState
from tracker.model.texts import Positive, Proportion

Year: TypeAlias = Annotated[int, ("description", "The year in which the session began.")]
Before: TypeAlias = Annotated[str, ("description", "The session that statuses are against.")]
Decided: TypeAlias = Annotated[str, ("description", "When somebody decided on the level, in UTC.")]
Said: TypeAlias = Annotated[str, ("description", "The level that had been read, where somebody decided.")]
Against: TypeAlias = Annotated[
    str, ("description", "Who answered otherwise, and what, with semicolons between.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRecord:
    """A topic of one country at one session; one row without a topic for a statement that was not read."""

    body: Body
    country: Country
    name: CountryName
    session: Session
    year: Year | None
    state: PanelState
    """Whether there was something to read; several statements: none of them is the country's own."""
    topic: TopicId | None = None
    label: Label | None = None
    level: StatedLevel | None = None
    sentences: Sentences | None = None
    share: Share | None = None
    status: Claimed | None = None
    likely: Likely | None = None
    certainty: Certainty | None = None
    measured: Measured | None = None
    share_unsure: ShareUnsure | None = None
    before: Before | None
    statement: str | None
    """The reference of what was read, with edition and snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRecord:
    """A topic at one session of a series; sessions that were not read have their state and nothing else."""

    series: str
    """The country and the body."""
    session: Session
    kind: str
    """The kind of session: regular, special, emergency ..."""
    year: Year | None
    state: SessionState
    """Whether there was something to read."""
    topic: TopicId
    label: Label
    level: StatedLevel | None = None
    sentences: Sentences | None = None
    words: Words | None = None
    share: Share | None = None
    rule: Rule | None = None
    priority: Priority | None = None
    status: Claimed | None = None
    likely: Likely | None = None
    certainty: Certainty | None = None
    measured: Measured | None = None
    share_unsure: ShareUnsure | None = None
    before: Before | None = None
    decided_by: DecidedBy | None = None
    decided: Decided | None = None
    said: Said | None = None
    against: Against | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRecord:
    """A topic of one country at one session of a body."""

    body: Body
    session: Session
    year: Year | None
    country: Country
    name: CountryName
    language: Language
    statements: str
    """The references of what was read, with semicolons between."""
    topic: TopicId
    label: Label
    level: StatedLevel
    sentences: Sentences
    words: Words
    share: Share
    rule: Rule | None
    priority: Priority | None
    measured: Measured | None
    quote: Quote | None
    decided_by: DecidedBy | None = None
    decided: Decided | None = None
    said: Said | None = None
    against: Against | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord:
    """What became of a topic in one country's statements between two sessions, or may have become."""

    body: Body
    old: Session
    new: Session
    country: Country
    name: CountryName
    topic: TopicId
    label: Label
    kind: Kind
    status: Claimed | None
    likely: Likely | None
    certainty: Certainty | None
    measured: Measured
    share_unsure: ShareUnsure


@dataclass(frozen=True, slots=True, kw_only=True)
class SayingRecord:
    """One place where what is traced was said; one row for a statement that does not say it."""

    reference: str
    """The reference of the statement and its edition."""
    country: Country | None
    session: Session | None
    year: Year | None
    language: Language
    said: Literal["exact", "loose", "no"]
    """In the same words, in similar ones, or not at all."""
    similarity: Proportion | None = None
    """How alike the words are: 1 where they are the same."""
    asked: str | None = None
    """The phrase, or the id of the topic, that it is."""
    paragraph: Positive | None = None
    """The paragraph, counted from 1."""
    words: str | None = None
    """The words that match."""
    sentence: str | None = None
    """The sentence around them."""
