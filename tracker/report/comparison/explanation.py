"""Why one change was judged as it was, on a terminal: its words, candidates, thresholds and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.decisions.applied import METHOD
from tracker.report.comparison.passages import read_edits
from tracker.report.comparison.words import change_words, decision_words, places, quoted, shift_words
from tracker.report.document import Span
from tracker.report.layout import Line, draw, line, mark_edits, shorten, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.changes import Candidate, Change, Comparison
    from tracker.model.texts import Segment

_INDENT, _DEEPER = "  ", "    "


def render_explanation(
    comparison: Comparison,
    change: Change,
    candidates: Sequence[Candidate],
    thresholds: tuple[float, float],
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the explanation of one change as text of ``width`` columns.

    ``candidates`` are those that share a segment with the change, the most probable first; ``thresholds`` the
    probabilities from which a link is accepted in its place, and out of order.
    """
    lines = [
        *_change(comparison, change, width),
        *_link(change, thresholds, width),
        *_candidates(comparison, change, candidates, width),
        *_shifts(change, width),
    ]
    return draw(lines, color=color)


def _change(comparison: Comparison, change: Change, width: int) -> Iterator[Line]:
    yield (
        Span(f"#{change.id}  {change_words(change)}  {_places(comparison, change.old, change.new)}", "bold"),
    )
    yield from wrap(mark_edits(read_edits(change.edits)), width, _DEEPER, _DEEPER)
    for decision in change.decided:
        yield from wrap([Span(decision_words(decision), "bold")], width, _INDENT, _DEEPER)


def _link(change: Change, thresholds: tuple[float, float], width: int) -> Iterator[Line]:
    accept, accept_move = thresholds
    if change.method == METHOD:
        said = "linked by a person"
    elif change.old and change.new:
        said = f"linked by {change.method}, probability {change.confidence:.4f}"
    else:
        said = "unaligned: no candidate was accepted, or a more probable link took its segment"
    rule = f"a link is accepted from {accept:.2f} in its place, from {accept_move:.2f} out of order"
    yield line()
    yield from wrap(f"{said}; {rule}.", width)


def _candidates(
    comparison: Comparison, change: Change, candidates: Sequence[Candidate], width: int
) -> Iterator[Line]:
    yield line()
    if not candidates:
        yield line("No candidates were scored: equal segments are linked first, and others share too little.")
    else:
        yield line("Candidates, in place and out of order:", "bold")
    for each in candidates:
        taken = "taken" if (each.old, each.new) == (change.old, change.new) else ""
        figures = f"{each.in_place:.4f}  {each.moved:.4f}"
        yield line(f"{_INDENT}{figures}  {_places(comparison, each.old, each.new)}  {taken}".rstrip())
        for sign, side, indexes in (("-", comparison.old, each.old), ("+", comparison.new, each.new)):
            text = " ".join(one_line(side.version.segments[index].text) for index in indexes)
            yield line(f"{_DEEPER}{sign} {quoted(shorten(text, width - 8))}", "dim")


def _shifts(change: Change, width: int) -> Iterator[Line]:
    if change.shifts:
        yield line()
        yield line("Shifts, each by its rule:", "bold")
    for shift in change.shifts:
        words = f"{shift.axis}, {shift.direction}: {shift_words(shift)}; by {one_line(shift.rule)}"
        yield from wrap(words, width, _INDENT, _DEEPER)


def _places(comparison: Comparison, old: Sequence[int], new: Sequence[int]) -> str:
    def segments(indexes: Sequence[int], pool: Sequence[Segment]) -> list[Segment]:
        return [pool[index] for index in indexes]

    return places(
        segments(old, comparison.old.version.segments), segments(new, comparison.new.version.segments)
    )
