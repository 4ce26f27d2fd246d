"""The archive as tables for other programs: statements, their sentences and their topics as plain records.

``doc_id`` is the same in all of them: the reference of a statement with edition and snapshot. What becomes of
a topic, of sentences and of words between two statements is told in ``tracker.model.rows``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from tracker.model.facts import Facts
from tracker.model.rows import (
    Body,
    Country,
    DecidedBy,
    Kind,
    Label,
    Language,
    Measured,
    Paragraph,
    Presence,
    Priority,
    Quote,
    Rule,
    Sentences,
    Session,
    Share,
    StatedLevel,
    TopicId,
    Words,
)
from tracker.model.texts import Natural, Positive, SegmentKind, TextKind

DocId: TypeAlias = Annotated[
    str,
    (
        "description",
        "The reference with edition and snapshot, as XAA/UNGA/79~prepared.en@1: it never means another text.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """A statement with its text, in the columns that readtext and quanteda begin with."""

    doc_id: DocId
    text: str
    """The clean text. In JSON Lines and Parquet a blank line parts paragraphs; in CSV it is one line."""
    country: Country
    body: Body
    session: Session
    year: int | None
    """The year of the statement, or else that of the session; null where neither is known."""
    kind: TextKind | None
    """The kind of text; null where nobody declared it and the wording shows none."""
    language: Language
    speaker: str | None
    """Who spoke, where it was declared."""


# Fields of the last base come first.
@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRow(Facts, TextRow):
    """A statement with its text and what was declared; readtext and quanteda begin with its first columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow(CorpusRow):
    """A statement with its text and what else is known of it."""

    item: str | None
    """The agenda item, where a session has several statements of a country."""
    kind_inferred: bool
    """Whether the kind was told from the wording and nobody declared it."""
    words: Natural
    """The number of words; of characters, for Chinese."""
    observed: str
    """The instant (UTC) at which this text was seen."""
    sha256: str
    """The digest of the document as received."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTopicRow:
    """A topic that a statement has, and what the statement does with it."""

    doc_id: DocId
    topic: TopicId
    label: Label
    kind: Kind
    level: StatedLevel
    sentences: Sentences
    words: Words
    share: Share
    rule: Rule | None = None
    priority: Priority | None = None
    presence: Presence | None = None
    measured: Measured
    paragraph: Paragraph | None = None
    quote: Quote | None = None
    decided_by: DecidedBy | None = None
