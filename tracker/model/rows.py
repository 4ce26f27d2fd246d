"""The topics of a statement, and a comparison, as plain records with stable names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Change, Comparison
    from tracker.model.decisions import Decision
    from tracker.model.texts import Natural, Positive, Proportion, Side
    from tracker.model.topics import Level, TopicChange, TopicReading, VocabularyName

RowKind = Literal["topics", "changes"]
Row: TypeAlias = dict[str, str | int | float | bool | None]

_ABSENT: Final = "absent"


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


def topic_rows(comparison: Comparison) -> Iterator[Row]:
    """Yield a record for each topic that is a priority on either side, or may be, in the report's order.

    ``status`` is what is claimed, ``possible`` what is less sure: one of them is None, or both. Shares are
    from 0 to 1, and None stands for what is not known. Quotations are the leading passages of each side.
    """
    for topic in comparison.topics:
        yield {
            "old": comparison.old.name,
            "new": comparison.new.name,
            "topic": topic.topic,
            "label": topic.label,
            "kind": topic.kind,
            "status": topic.status,
            "possible": topic.possible,
            "certainty": topic.certainty,
            "measured": topic.measured,
            "share_unsure": topic.share_unsure,
            **_side("old", topic.old, comparison.old),
            **_side("new", topic.new, comparison.new),
            "share_change": round(_share(topic.new) - _share(topic.old), 4),
            "decided_by": _people(topic),
        }


def change_rows(comparison: Comparison) -> Iterator[Row]:
    """Yield a record for each change, in the order of the new text: both sides, and what shifted.

    ``shifts`` names axis and direction, as in ``strength=weaker; figure=raised``. Paragraphs are the first
    ones, counted from 1.
    """
    for change in comparison.changes:
        yield {
            "old": comparison.old.name,
            "new": comparison.new.name,
            "id": change.id,
            "operation": change.operation,
            "moved": change.moved,
            "confidence": change.confidence,
            "method": change.method,
            "old_paragraph": _paragraph(comparison.old, change.old),
            "new_paragraph": _paragraph(comparison.new, change.new),
            "old_text": _text(comparison.old, change.old),
            "new_text": _text(comparison.new, change.new),
            "shifts": "; ".join(f"{shift.axis}={shift.direction}" for shift in change.shifts) or None,
            "decided_by": _names(change),
        }


def _side(name: str, reading: TopicReading | None, side: Side) -> Row:
    if reading is None:
        return {f"{name}_level": _ABSENT, f"{name}_sentences": 0, f"{name}_share": 0.0, f"{name}_quote": None}
    return {
        f"{name}_level": reading.level,
        f"{name}_sentences": len(reading.segments),
        f"{name}_share": reading.share,
        f"{name}_quote": side.version.segments[reading.leading].text,
    }


def _share(reading: TopicReading | None) -> float:
    return reading.share if reading else 0.0


def _people(topic: TopicChange) -> str | None:
    decisions = [reading.decided for reading in (topic.old, topic.new) if reading] + [topic.absent]
    return "; ".join(dict.fromkeys(each.person for each in decisions if each)) or None


def _names(change: Change) -> str | None:
    return "; ".join(dict.fromkeys(decision.person for decision in change.decided)) or None


def _paragraph(side: Side, places: Sequence[int]) -> int | None:
    return min((side.version.segments[place].paragraph for place in places), default=None)


def _text(side: Side, places: Sequence[int]) -> str | None:
    return " ".join(side.version.segments[place].text for place in places) or None
