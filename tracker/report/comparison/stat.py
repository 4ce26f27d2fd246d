"""The counts of a comparison, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.changes import AXES
from tracker.report.comparison import words as wording
from tracker.report.comparison.sentences import select_shifts
from tracker.report.layout import draw, line
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.changes import Comparison


def render_stat(comparison: Comparison) -> str:
    """Return the size of both sides, then changes by operation, priorities by status and shifts by axis.

    What does not occur has no line.
    """
    return draw((line(f"{name:<14}{words}".rstrip()) for name, words in _rows(comparison)), color=False)


def _rows(comparison: Comparison) -> Iterator[tuple[str, str]]:
    old, new = comparison.old, comparison.new
    yield "compared", f"{one_line(old.name)} {wording.ARROW} {one_line(new.name)}"
    yield "length", f"{wording.size_words(old)} {wording.ARROW} {wording.size_words(new)}"
    yield "sentences", f"{len(old.version.segments):,} {wording.ARROW} {len(new.version.segments):,}"
    yield "aligned", wording.aligned_words(comparison)
    changes = comparison.changes
    for operation in wording.OPERATIONS:
        yield from _count(f"  {operation}", sum(change.operation == operation for change in changes))
    yield from _count("  moved", sum(change.moved for change in changes))
    if judged := wording.decisions_summary(comparison):
        yield "applies", judged
    sure = [topic for topic in comparison.topics if topic.claimed or topic.share_unsure]
    unsure = sum(topic.share_unsure for topic in sure)
    yield from _count("priorities", len(sure))
    for status, name in wording.STATUSES.items():
        of_these = f"  {unsure:,} with share unsure" if status == "kept" and unsure else ""
        yield from _count(f"  {name}", sum(topic.outcome == status for topic in sure), of_these)
    yield from _count("  perhaps", len(comparison.topics) - len(sure))
    shifts = [row.shift for row in select_shifts(comparison, AXES)]
    yield from _count("shifts", len(shifts))
    for axis in AXES:
        some = [shift for shift in shifts if shift.axis == axis]
        if some:
            yield f"  {axis}", f"{len(some):>5,}  {wording.tally_shifts(some)}"


def _count(name: str, number: int, of_these: str = "") -> Iterator[tuple[str, str]]:
    if number:
        yield name, f"{number:>5,}{of_these}"
