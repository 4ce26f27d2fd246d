"""What an edit means, on separate axes; nothing is said where the evidence is unclear: ``find_shifts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.comparing.passages.forms import changes_force
from tracker.comparing.passages.rewording import is_readable, read_passages, read_rewording
from tracker.comparing.passages.terms import read_rules
from tracker.comparing.shifts.dates import find_date_shifts
from tracker.comparing.shifts.figures import find_figure_shifts
from tracker.comparing.shifts.names import find_name_shifts
from tracker.comparing.shifts.negation import find_negation_shifts
from tracker.comparing.shifts.scope import find_scope_shifts
from tracker.comparing.shifts.strength import find_strength_shifts
from tracker.model.changes import AXES, EDITED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.comparing.passages.rewording import Rewording
    from tracker.model.changes import Axis, Change, Shift
    from tracker.model.texts import Version

_GRADED: Final = {"strength", "negation"}
"""Axes that say what became of a promise, a request or a judgement: one that is turned has no strength."""


_FINDERS: Final[Mapping[Axis, Callable[[Rewording], tuple[Shift, ...]]]] = {
    "strength": find_strength_shifts,
    "figure": find_figure_shifts,
    "date": find_date_shifts,
    "name": find_name_shifts,
    "scope": find_scope_shifts,
    "negation": find_negation_shifts,
}

_TABLES: Final[Mapping[Axis, tuple[str, str]]] = {
    "strength": ("force.toml", "force"),
    "name": ("names.toml", "openers"),
    "scope": ("scope.toml", "part"),
    "negation": ("polarity.toml", "denials"),
}
"""By axis the table without which nothing is found in a language."""

QUESTIONS: Final = ("sentences", *AXES, "level")
"""What people decide, in the order in which answers are listed."""


def find_shifts(old: Version, new: Version, change: Change) -> tuple[Shift, ...]:
    """Return the shifts of one change, those of wording before those of facts, each in the order of ``AXES``.

    Evidence gives offsets into the text of the segment it names. There is none for a change that leaves
    the words alone, is between two languages or has over 20,000 characters; where less than half of the
    words are kept, none but a deadline that became another kind of time, and figures and dates where the
    words are nearly the same in another order; figures also where they are but for a clause of one side.
    """
    if change.operation not in EDITED or old.language != new.language or not is_readable(change):
        return ()
    rewording = read_rewording(old, new, change)
    return tuple(
        shift
        for about in ("wording", "facts")
        for name, axis in AXES.items()
        if axis.about == about and (rewording.comparable or axis.always)
        for shift in _FINDERS[name](rewording)
    )


def list_unread(language: str) -> tuple[Axis, ...]:
    """Return the axes on which nothing is found in a language, for want of a table."""
    return tuple(
        axis
        for axis, (file, table) in _TABLES.items()
        if language not in read_rules(file)[table] and not (axis == "name" and lists_names(language))
    )


def lists_names(language: str) -> bool:
    """Return whether a language has no large letters, and a list of the states and bodies that are told."""
    return language in read_rules("names.toml")["listed"]


def find_ungraded(old: Version, new: Version, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the edited sentences that ask, promise or judge in other words, neither graded nor turned."""
    return tuple(
        change
        for change in changes
        if change.operation in EDITED
        and is_readable(change)
        and not any(shift.axis in _GRADED for shift in change.shifts)
        and changes_force(*read_passages(old, new, change))
    )
