"""Edited sentences and what their edits mean, for a report: redlines, shifts of wording, changed facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.comparison import selection
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import quote, read_edits
from tracker.report.document import Entry, Quote, Redline, Section, Span
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.changes import Change, Comparison
    from tracker.model.texts import Side
    from tracker.report.comparison.selection import ShiftRow
    from tracker.report.redline import SideName

CONTEXT: Final = 8
"""Words kept on each side of an edit where not everything is shown."""
_NAME: Final = "name"


def show_changes(comparison: Comparison, changes: Sequence[Change], *, everything: bool) -> Iterator[Section]:
    """Yield the sentences that changed, each with what happened to it, where, and its id."""
    if not changes:
        return
    cited = selection.cite_changes(comparison)
    ranked = changes if everything else sorted(changes, key=_weigh)
    entries = (_show_change(comparison, change, cited[change.id], everything=everything) for change in ranked)
    yield Section("sentences", tuple(entries), note=wording.tally_changes(comparison))


def _weigh(change: Change) -> tuple[bool, ...]:
    """Order changes for a short report: decided by people, shifted in wording, in facts, edited."""
    axes = {shift.axis for shift in change.shifts}
    return (
        not change.decided,
        axes.isdisjoint(selection.WORDING_AXES),
        not axes,
        not (change.old and change.new),
    )


def _show_change(comparison: Comparison, change: Change, cited: str, *, everything: bool) -> Entry:
    old = [comparison.old.version.segments[index] for index in change.old]
    new = [comparison.new.version.segments[index] for index in change.new]
    claim = (
        Span(wording.change_words(change), "bold"),
        Span(f"  {wording.places(old, new)}  "),
        Span(cited, "dim"),
    )
    notes = tuple(Span(wording.decision_words(decision), "bold") for decision in change.decided)
    return Entry(
        claim,
        notes=notes,
        evidence=(_show_text(comparison, change, everything=everything),),
        change=change.id,
        kinds=selection.kinds_of_change(change),
    )


def _show_text(comparison: Comparison, change: Change, *, everything: bool) -> Quote | Redline:
    """Return the redline of what is on both sides; what is on one, or was kept, is quoted."""
    if change.old and change.new and (change.operation != "kept" or change.decided):
        return Redline(read_edits(change.edits, None if everything else CONTEXT))
    if change.new:
        return _quote_whole(comparison.new, "new", change.new)
    return _quote_whole(comparison.old, "old", change.old)


def _quote_whole(side: Side, name: SideName, indexes: Sequence[int]) -> Quote:
    text = one_line(" ".join(side.version.segments[index].text for index in indexes))
    return Quote("", text, at=(name, indexes[0]))


def show_shifts(
    comparison: Comparison, *, context: bool, everything: bool, only: Collection[str] = ()
) -> Iterator[Section]:
    """Yield what became stronger or weaker, and the figures, dates and names that changed.

    With ``context`` the sentence that holds the words follows each; elsewhere its redline is in the report.
    Between sessions figures and dates are named alone, unless everything is asked for, and names only where
    they are: two sentences tell nothing of what the whole of a speech names.
    """
    revision = selection.is_revision(comparison)
    facts = [axis for axis in selection.FACT_AXES if revision or everything or only or axis != _NAME]
    title = "figures, dates and names" if _NAME in facts else "figures and dates"
    if not revision:
        title += " in sentences that correspond"
    for heading, axes in (("wording", selection.WORDING_AXES), (title, facts)):
        rows = selection.select_shifts(comparison, axes, only)
        if rows:
            entries = (_show_shift(comparison, row, context=context, rule=everything) for row in rows)
            note = wording.tally_shifts(row.shift for row in rows)
            named = axes is facts and not (only or revision)
            yield Section(heading, tuple(entries), note=note, rows=1, most=0 if named else None)


def _show_shift(comparison: Comparison, row: ShiftRow, *, context: bool, rule: bool) -> Entry:
    words = wording.shift_words(row.shift)
    sides = [(segment,) if segment else () for segment in (row.old, row.new)]
    where = f"{wording.places(*sides)} {row.source}".strip()
    claim = (Span(row.shift.direction, "bold"), Span(f"  {words}  "), Span(where, "dim"))
    shown_rule = rule or wording.is_human_decision(row.shift)
    notes = (Span(f"by {one_line(row.shift.rule)}", "dim"),) if shown_rule else ()
    brief = words if row.shift.axis in selection.FACT_AXES else f"{row.shift.direction} {words}"
    return Entry(
        claim,
        notes=notes,
        evidence=_quote_shift(comparison, row) if context else (),
        brief=brief,
        topic=row.topic,
        change=row.change,
        kinds=(row.shift.axis,),
    )


def _quote_shift(comparison: Comparison, row: ShiftRow) -> tuple[Quote, ...]:
    """Return the sentence that holds the words now, or held them."""
    name, segment, evidence = (
        ("new", row.new, row.shift.new) if row.new else ("old", row.old, row.shift.old)
    )  # fmt: skip
    if segment is None:
        return ()
    marked = (evidence.start, evidence.end) if evidence else None
    return (quote(comparison, "new" if name == "new" else "old", segment.ordinal, marked),)
