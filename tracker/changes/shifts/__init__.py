"""What an edit means, on separate axes; silent where the evidence is not plain: ``find_shifts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.changes.shifts.conditions import find_condition_shifts
from tracker.changes.shifts.counterparts import counterpart_shifts, find_ask_shifts
from tracker.changes.shifts.dates import find_date_shifts, find_deadline_shifts
from tracker.changes.shifts.figures import find_figure_shifts
from tracker.changes.shifts.names import find_name_shifts, replaces_actor
from tracker.changes.shifts.requests import Grade, compare_grades, grade_request
from tracker.changes.shifts.rewording import is_readable, read_rewording
from tracker.changes.shifts.scope import find_negation_shifts, find_scope_shifts
from tracker.changes.shifts.strength import find_strength_shifts

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Rewording
    from tracker.model.changes import Change, Shift
    from tracker.model.texts import Version

__all__ = ["Grade", "compare_grades", "counterpart_shifts", "find_shifts", "grade_request"]

_EDITED = {"reworded", "split", "merged"}


def find_shifts(old: Version, new: Version, change: Change) -> tuple[Shift, ...]:
    """Return the shifts of one change: strength, scope, negation, figures, dates, names, in this order.

    Evidence gives offsets into the text of the segment it names. There is none for a change that leaves
    the words alone, is between two languages or has over 20,000 characters; where less than half of the
    words are kept, none but a deadline that became another kind of time.
    """
    if change.operation not in _EDITED or old.language != new.language or not is_readable(change):
        return ()
    rewording = read_rewording(old, new, change)
    deadlines = find_deadline_shifts(rewording)
    if not rewording.comparable:
        return deadlines
    return (
        *_find_strength(rewording),
        *find_scope_shifts(rewording),
        *find_negation_shifts(rewording),
        *find_figure_shifts(rewording),
        *(deadlines or find_date_shifts(rewording)),
        *find_name_shifts(rewording),
    )


def _find_strength(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the strength shifts; none where a negation was edited or another actor is named."""
    if find_negation_shifts(rewording) or replaces_actor(rewording):
        return ()
    words = find_strength_shifts(rewording)
    said_of_both = any(shift.old and shift.new for shift in words)
    asks = () if said_of_both else find_ask_shifts(rewording)
    return (*asks, *words, *find_condition_shifts(rewording))
