"""What an edit means, on separate axes; silent where the evidence is not plain: ``find_shifts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.comparison.shifts.dates import find_date_shifts
from tracker.comparison.shifts.figures import find_figure_shifts
from tracker.comparison.shifts.rewording import read_rewording
from tracker.comparison.shifts.strength import find_strength_shifts

if TYPE_CHECKING:
    from tracker.model import Change, Shift, Version

__all__ = ["find_shifts"]

_EDITED = {"reworded", "split", "merged"}


def find_shifts(old: Version, new: Version, change: Change) -> tuple[Shift, ...]:
    """Return the shifts of one change: strength first, then figures, then dates, each in text order.

    Evidence gives offsets into the text of the segment it names. There is none for a change that leaves
    the words alone, between two languages, or where less than half of the words are kept.
    """
    if change.operation not in _EDITED or old.language != new.language:
        return ()
    rewording = read_rewording(old, new, change)
    if not rewording.comparable:
        return ()
    return (
        *find_strength_shifts(rewording),
        *find_figure_shifts(rewording),
        *find_date_shifts(rewording),
    )
