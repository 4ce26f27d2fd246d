"""The archive as tables for other programs: statements, their sentences and their topics as plain records.

``doc_id`` is the same in all of them: the reference of a statement with edition and snapshot. What becomes of
a topic, of sentences and of words between two statements is told in ``tracker.model.rows``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from tracker.model.rows import DecidedBy, LevelOrAbsent, Share
from tracker.model.texts import Natural, Positive, Proportion, SegmentKind, TextKind
from tracker.model.topics import TopicKind

DocId: TypeAlias = Annotated[
    str, ("description", "The statement's reference with edition and snapshot, which stays what it is.")
]


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """A statement with its text, in the columns that readtext and quanteda begin with."""

    doc_id: DocId
    text: str
    """The clean text. In JSON Lines and Parquet a blank line parts paragraphs; in CSV it is one line."""
    country: str
    """The code of the country or group that speaks (ISO 3166-1 alpha-3)."""
    body: str
    """The body, such as UNGA."""
    session: str
    """The session's label, such as 79 or 31-reconvened: text, whatever a reader takes it for."""
    year: int | None
    """The year of the statement, or else that of the session; null where neither is known."""
    kind: TextKind | None
    """The kind of text; null where nobody declared it and the wording shows none."""
    language: str
    """The language of the text (ISO 639-1); und where it is none that is recognised."""
    speaker: str | None
    """Who spoke, where it was declared."""


@dataclass(frozen=True, slots=True)
class StatementRow(CorpusRow):
    """A statement with its text and what else is known of it."""

    item: str | None
    """The agenda item, where a session has several statements of a country."""
    post: str | None
    """The speaker's post."""
    on_behalf_of: str | None
    """The group spoken for."""
    delivered: str | None
    """When it was delivered: a date, a month or a year (EDTF)."""
    title: str | None
    """Its title."""
    symbol: str | None
    """Its document symbol."""
    url: str | None
    """Where it was published, as declared."""
    kind_inferred: bool
    """Whether the kind was told from the wording and nobody declared it."""
    words: Natural
    """The number of words; of characters, for Chinese."""
    observed: str
    """The instant (UTC) at which this text was seen."""
    sha256: str
    """The digest of the document as received."""


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """A sentence, heading or item of a list, and the topics that it counts for."""

    doc_id: DocId
    paragraph: Positive
    """The paragraph, counted from 1; paragraphs are ours."""
    sentence: Positive
    """The place in the statement, counted from 1."""
    unit: SegmentKind
    """What it is."""
    text: str
    """Its text."""
    topics: str | None
    """The ids of its topics, in the vocabulary's order, with semicolons between; null where it has none."""
    terms: str | None
    """For each of these topics the words here that name it; nothing where it is named near by."""
    levels: str | None
    """For each of these topics the level that the whole statement gives it."""


@dataclass(frozen=True, slots=True)
class StatementTopicRow:
    """A topic that a statement has, and what the statement does with it."""

    doc_id: DocId
    topic: str
    """The topic's id in the vocabulary."""
    label: str
    """The topic's name."""
    kind: TopicKind
    """A theme, or the situation in a country."""
    level: LevelOrAbsent
    """What the statement does with it; absent where somebody decided so. It is a priority where the level is
    declared or substantive."""
    sentences: Natural
    """Sentences about it."""
    words: Natural
    """Words of these sentences."""
    share: Share
    rule: str | None
    """The rule that gave the level."""
    priority: Proportion | None
    """The probability that a careful reader calls it a priority; null where only a person said so."""
    presence: Proportion | None
    """The probability that a careful reader finds it in the statement at all."""
    measured: bool
    """Whether these probabilities were measured for the topic and the language; else they are approximate."""
    paragraph: Positive | None
    """The paragraph of the sentence that shows the level best."""
    quote: str | None
    """That sentence."""
    decided_by: DecidedBy | None
