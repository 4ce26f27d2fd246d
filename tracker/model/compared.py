"""The tables of a comparison: what its topics, changes and shifts are as plain records."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from tracker.model.changes import Change, list_shifts, place_shift
from tracker.model.rows import ChangeRecord, ShiftRecord, TopicRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from _typeshed import DataclassInstance

    from tracker.model.changes import Comparison
    from tracker.model.decisions import Opinion
    from tracker.model.rows import LevelOrAbsent, Row, RowKind
    from tracker.model.texts import Side
    from tracker.model.topics import TopicChange, TopicReading


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
