"""What an edit means, on separate axes; nothing is said where the evidence is unclear: ``find_shifts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.comparing.passages.rewording import is_readable, read_rewording
from tracker.comparing.shifts.counterparts import find_ask_shifts
from tracker.comparing.shifts.dates import find_date_shifts
from tracker.comparing.shifts.figures import find_figure_shifts
from tracker.comparing.shifts.force import find_force_shifts, say_one_way
from tracker.comparing.shifts.forms import (
    changes_force,
    is_ceremonial,
    is_same_object,
    keeps_nearly_all,
    tells_only,
)
from tracker.comparing.shifts.names import find_name_shifts, replaces_actor
from tracker.comparing.shifts.scope import find_negation_shifts, find_scope_shifts
from tracker.comparing.shifts.strength import find_condition_shifts, find_strength_shifts
from tracker.model.changes import AXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.comparing.passages.rewording import Rewording
    from tracker.model.changes import Axis, Change, Shift
    from tracker.model.texts import Version

_EDITED = {"reworded", "split", "merged"}


def _find_strength(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the strength shifts; none where another actor is named or the evidence points both ways.

    What stands in one place comes first; the whole sentence speaks where no such place does.
    """
    if replaces_actor(rewording) or tells_only(rewording) or is_ceremonial(rewording):
        return ()
    is_near = rewording.comparable and is_same_object(rewording) and not find_negation_shifts(rewording)
    near = _find_near(rewording) if is_near else ()
    if not keeps_nearly_all(rewording) and all(shift.rule.startswith("modifier") for shift in near):
        near = ()
    whole = find_force_shifts(rewording)
    heard = [shift for shift in whole if not (near and shift.rule.startswith("modifier"))]
    if not say_one_way(rewording, (*near, *heard)):
        return ()
    replaced = [shift for shift in whole if shift.old and shift.new]
    return near if any(shift.old and shift.new for shift in near) else (*replaced, *near) if near else whole


def _find_near(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the shifts of strength that stand in one place each, all else there being alike."""
    words = find_strength_shifts(rewording)
    asks = () if any(shift.old and shift.new for shift in words) else find_ask_shifts(rewording)
    return (*asks, *words, *find_condition_shifts(rewording))


_FINDERS: Final[Mapping[Axis, Callable[[Rewording], tuple[Shift, ...]]]] = {
    "strength": _find_strength,
    "figure": find_figure_shifts,
    "date": find_date_shifts,
    "name": find_name_shifts,
    "scope": find_scope_shifts,
    "negation": find_negation_shifts,
}

QUESTIONS: Final = ("sentences", *AXES, "level")
"""What people decide, in the order in which answers are listed."""


def find_shifts(old: Version, new: Version, change: Change) -> tuple[Shift, ...]:
    """Return the shifts of one change, those of wording before those of facts, each in the order of ``AXES``.

    Evidence gives offsets into the text of the segment it names. There is none for a change that leaves
    the words alone, is between two languages or has over 20,000 characters; where less than half of the
    words are kept, none but a deadline that became another kind of time, and figures and dates where the
    words are nearly the same in another order.
    """
    if change.operation not in _EDITED or old.language != new.language or not is_readable(change):
        return ()
    rewording = read_rewording(old, new, change)
    return tuple(
        shift
        for about in ("wording", "facts")
        for name, axis in AXES.items()
        if axis.about == about and (rewording.comparable or axis.always)
        for shift in _FINDERS[name](rewording)
    )


def find_ungraded(old: Version, new: Version, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the edited sentences that promise, ask or judge in other words and got no direction."""
    return tuple(
        change
        for change in changes
        if change.operation in _EDITED
        and is_readable(change)
        and changes_force(read_rewording(old, new, change))
        and not any(shift.axis == "strength" for shift in change.shifts)
    )
