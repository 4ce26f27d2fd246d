"""The topics of a statement, and a comparison, as plain records with stable names.

What a column means stands below its field, and what values it may have in its type: tables in all forms, and
the page that describes them, are made from both. What each has of a comparison is at the end.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeAlias

from tracker.model.changes import Axis, Change, Direction, LinkMethod, Operation, list_shifts, place_shift
from tracker.model.decisions import Decision
from tracker.model.texts import Natural, Positive, Proportion
from tracker.model.topics import Level, Status, TopicKind, VocabularyName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from _typeshed import DataclassInstance

    from tracker.model.changes import Comparison
    from tracker.model.decisions import Opinion
    from tracker.model.texts import Side
    from tracker.model.topics import TopicChange, TopicReading

RowKind = Literal["topics", "changes", "shifts"]
Row: TypeAlias = dict[str, str | int | float | bool | None]

LevelOrAbsent: TypeAlias = Literal[Level, "absent"]
"""A level, or that a statement which was read does not have the topic."""
Body: TypeAlias = Annotated[str, ("description", "The body's code, such as UNGA.")]
Country: TypeAlias = Annotated[
    str, ("description", "The code of the country or group that speaks: ISO 3166-1 alpha-3, or our own.")
]
CountryName: TypeAlias = Annotated[str, ("description", "The country's name.")]
Session: TypeAlias = Annotated[
    str,
    ("description", "The session's label, such as 79 or 31-reconvened: a text, also where it is a number."),
]
Language: TypeAlias = Annotated[
    str, ("description", "The language of the text (ISO 639-1); und where it is none that is recognised.")
]
TopicId: TypeAlias = Annotated[str, ("description", "The topic's id in the vocabulary.")]
Label: TypeAlias = Annotated[str, ("description", "The topic's name.")]
Kind: TypeAlias = Annotated[TopicKind, ("description", "A policy theme, or a named situation.")]
StatedLevel: TypeAlias = Annotated[
    LevelOrAbsent,
    (
        "description",
        "What the statement does with the topic, or people decided; a priority if declared or substantive.",
    ),
]
Sentences: TypeAlias = Annotated[Natural, ("description", "How many sentences are about it.")]
Words: TypeAlias = Annotated[
    Natural, ("description", "How many words these sentences have; of Chinese, characters.")
]
Rule: TypeAlias = Annotated[str, ("description", "The rule that gave the level.")]
Quote: TypeAlias = Annotated[str, ("description", "The sentence that shows the level best.")]
Paragraph: TypeAlias = Annotated[
    Positive, ("description", "The paragraph of the quote, counted from 1; paragraphs are ours.")
]
Share: TypeAlias = Annotated[Proportion, ("description", "Share of the statement's words, ceremony apart.")]
Claimed: TypeAlias = Annotated[Status, ("description", "What is claimed to have become of the topic.")]
Likely: TypeAlias = Annotated[
    Status, ("description", "What may have become of the topic, not certain enough to be claimed.")
]
Certainty: TypeAlias = Annotated[
    Proportion, ("description", "How sure the status is, or the likely one; null without either.")
]
Measured: TypeAlias = Annotated[
    bool,
    ("description", "Whether such probabilities were measured for topic and language; else approximate."),
]
ShareUnsure: TypeAlias = Annotated[
    bool,
    ("description", "Whether its levels are sure, and only the change of its share may be called otherwise."),
]
Priority: TypeAlias = Annotated[
    Proportion, ("description", "The probability that a careful reader calls it a priority.")
]
Presence: TypeAlias = Annotated[
    Proportion, ("description", "The probability that a careful reader finds it in the statement at all.")
]
DecidedBy: TypeAlias = Annotated[
    str, ("description", "Who decided about it, with semicolons between; null where nobody did.")
]
"""Columns of several tables; what they mean stands beside their bounds, in the words of JSON Schema."""


@dataclass(frozen=True, slots=True)
class StatementTopic:
    """What one statement does with one topic, with the sentence that shows it best."""

    topic: str
    label: str
    level: Level | None = None
    """None where somebody decided that it is absent."""
    sentences: Natural = 0
    words: Natural = 0
    share: Proportion = 0.0
    """Share of the statement's words, ceremony apart."""
    rule: str | None = None
    """The rule that gave the level."""
    priority: Proportion | None = None
    """The probability that a careful reader calls it a priority; None where it was not fitted."""
    presence: Proportion | None = None
    """The probability that a careful reader finds it in the statement at all."""
    decided: Decision | None = None
    paragraph: Positive | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class StatementTopics:
    """The topics of one statement, or of a file, as JSON has them."""

    statement: str
    """A reference as text, or a file's name."""
    language: str
    words: Natural
    sha256: str | None
    """The digest of the document's bytes."""
    vocabulary: VocabularyName
    topics: tuple[StatementTopic, ...]
    """Most said first; what somebody decided to be absent comes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTopicRecord:
    """A topic of one statement, most said first; those that somebody decided to be absent come last."""

    statement: str
    """The reference of the statement, or a file's name."""
    topic: TopicId
    label: Label
    level: StatedLevel
    sentences: Sentences
    words: Words
    share: Share
    rule: Rule | None
    priority: Priority | None
    presence: Presence | None
    decided_by: DecidedBy | None
    paragraph: Paragraph | None
    quote: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRecord:
    """A topic that is a priority on either side, or may be, in the order of the JSON."""

    old: str
    """The reference of the earlier statement, or a file's name."""
    new: str
    """The same of the later statement."""
    topic: TopicId
    label: Label
    kind: Kind
    status: Claimed | None
    likely: Likely | None
    certainty: Certainty | None
    measured: Measured
    share_unsure: ShareUnsure
    old_level: LevelOrAbsent
    """What the old side makes of the topic."""
    old_sentences: Natural
    """Sentences of the old side about it."""
    old_share: Share
    old_quote: str | None
    """The sentence of the old side that shows the level best."""
    new_level: LevelOrAbsent
    """What the new side makes of the topic."""
    new_sentences: Natural
    """Sentences of the new side about it."""
    new_share: Share
    new_quote: str | None
    """The sentence of the new side that shows the level best."""
    share_change: Annotated[float, ("minimum", -1), ("maximum", 1)]
    """The new share less the old one."""
    decided_by: DecidedBy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord:
    """A group of sentences and what happened to it, in the order of the new text."""

    old: str
    """The reference of the earlier statement, or a file's name."""
    new: str
    """The same of the later statement."""
    id: str
    """The id of the change, which stays the same where the words do."""
    operation: Operation
    """What happened to the sentences."""
    moved: bool
    """Whether they stand elsewhere."""
    confidence: Proportion
    """The probability that a careful reader would link the two sides."""
    method: LinkMethod
    """How they were linked; none where one side is empty."""
    old_paragraph: Positive | None
    """The first paragraph on the old side, counted from 1."""
    new_paragraph: Positive | None
    """The first paragraph on the new side."""
    old_text: str | None
    """The sentences of the old side, joined by blanks; null where there is none."""
    new_text: str | None
    """The sentences of the new side."""
    shifts: str | None
    """Axis and direction of each shift, as in strength=weaker; figure=raised."""
    decided_by: DecidedBy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRecord:
    """A shift of strength, figure, date, name, scope or negation: of changes first, then of topics."""

    old: str
    """The reference of the earlier statement, or a file's name."""
    new: str
    """The same of the later statement."""
    change: str | None
    """The id of the change that it is part of."""
    topic: str | None
    """Where it is between what both sides say best on a topic, and no change: the topic's id."""
    axis: Axis
    """strength, figure, date, name, scope or negation."""
    direction: Direction
    """Where it went on that axis."""
    amount: str | None
    """For figures and dates, the computed difference."""
    old_words: str | None
    """The words of the old side that show it."""
    new_words: str | None
    """The words of the new side that show it."""
    old_paragraph: Positive | None
    """The paragraph of the words on the old side, counted from 1."""
    new_paragraph: Positive | None
    """The paragraph of the words on the new side."""
    old_sentence: str | None
    """The sentence around the words of the old side."""
    new_sentence: str | None
    """The sentence around the words of the new side."""
    rule: str
    """The rule or published scale that decided."""


# A comparison as records ---------------------------------------------------------------------------------


def topic_rows(comparison: Comparison) -> Iterator[TopicRecord]:
    """Yield a record for each topic that is a priority on either side, or may be, as JSON orders them."""
    for topic in comparison.topics:
        yield TopicRecord(
            old=comparison.old.name,
            new=comparison.new.name,
            topic=topic.topic,
            label=topic.label,
            kind=topic.kind,
            status=topic.status,
            likely=topic.likely,
            certainty=topic.certainty,
            measured=topic.measured,
            share_unsure=topic.share_unsure,
            old_level=_level(topic.old),
            old_sentences=_count(topic.old),
            old_share=_share(topic.old),
            old_quote=_quote(topic.old, comparison.old),
            new_level=_level(topic.new),
            new_sentences=_count(topic.new),
            new_share=_share(topic.new),
            new_quote=_quote(topic.new, comparison.new),
            share_change=round(_share(topic.new) - _share(topic.old), 4),
            decided_by=_people(topic, comparison.opinions),
        )


def change_rows(comparison: Comparison) -> Iterator[ChangeRecord]:
    """Yield a record for each change, in the order of the new text: both sides, and what shifted."""
    for change in comparison.changes:
        yield ChangeRecord(
            old=comparison.old.name,
            new=comparison.new.name,
            id=change.id,
            operation=change.operation,
            moved=change.moved,
            confidence=change.confidence,
            method=change.method,
            old_paragraph=_paragraph(comparison.old, change.old),
            new_paragraph=_paragraph(comparison.new, change.new),
            old_text=_text(comparison.old, change.old),
            new_text=_text(comparison.new, change.new),
            shifts="; ".join(f"{shift.axis}={shift.direction}" for shift in change.shifts) or None,
            decided_by=_names(change),
        )


def shift_rows(comparison: Comparison) -> Iterator[ShiftRecord]:
    """Yield a record for each shift, in the order of ``list_shifts``."""
    for holder, shift in list_shifts(comparison):
        old, new = place_shift(comparison, holder, shift)
        yield ShiftRecord(
            old=comparison.old.name,
            new=comparison.new.name,
            change=holder.id if isinstance(holder, Change) else None,
            topic=None if isinstance(holder, Change) else holder.topic,
            axis=shift.axis,
            direction=shift.direction,
            amount=shift.amount,
            old_words=shift.old.text if shift.old else None,
            new_words=shift.new.text if shift.new else None,
            old_paragraph=old.paragraph if old else None,
            new_paragraph=new.paragraph if new else None,
            old_sentence=old.text if old else None,
            new_sentence=new.text if new else None,
            rule=shift.rule,
        )


TABLES: Final[Mapping[RowKind, tuple[type, Callable[[Comparison], Iterator[DataclassInstance]]]]] = {
    "topics": (TopicRecord, topic_rows),
    "changes": (ChangeRecord, change_rows),
    "shifts": (ShiftRecord, shift_rows),
}
"""The tables of a comparison: the type of their rows, and what yields these."""


def list_rows(comparison: Comparison, of: RowKind = "topics") -> list[Row]:
    """Return plain records with stable names, of topics, changes or shifts, as data frames take them.

    Raises ``ValueError`` for rows of anything else.
    """
    return [asdict(record) for record in list_records(comparison, of)]


def list_records(comparison: Comparison, of: RowKind) -> Iterator[DataclassInstance]:
    """Yield the records of topics, changes or shifts; raises ``ValueError`` for anything else."""
    if of not in TABLES:
        raise ValueError(f"rows of {of!r}: expected one of {', '.join(TABLES)}")
    return TABLES[of][1](comparison)


def _level(reading: TopicReading | None) -> LevelOrAbsent:
    return reading.level if reading else "absent"


def _count(reading: TopicReading | None) -> int:
    return len(reading.segments) if reading else 0


def _share(reading: TopicReading | None) -> float:
    return reading.share if reading else 0.0


def _quote(reading: TopicReading | None, side: Side) -> str | None:
    return reading.quote_from(side.version) or None if reading else None


def _people(topic: TopicChange, opinions: Sequence[Opinion]) -> str | None:
    decisions = [reading.decided for reading in (topic.old, topic.new) if reading] + [topic.absent]
    models = (f"{each.coder} (model)" for each in opinions if each.odds and each.topic == topic.topic)
    return "; ".join(dict.fromkeys([*(each.person for each in decisions if each), *models])) or None


def _names(change: Change) -> str | None:
    return "; ".join(dict.fromkeys(decision.person for decision in change.decided)) or None


def _paragraph(side: Side, places: Sequence[int]) -> int | None:
    return min((side.version.segments[place].paragraph for place in places), default=None)


def _text(side: Side, places: Sequence[int]) -> str | None:
    return " ".join(side.version.segments[place].text for place in places) or None
