"""The ids of changes, as a report prints them: ``#3f2a9c``, by as many of their letters as are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.errors import DecisionInvalid, NotInArchive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model.changes import Change, Comparison

_SHORT = 12


def may_be_change(name: str) -> bool:
    """Return whether a name may be the id of a change, and not the name of a topic."""
    wanted = name.removeprefix("#").lower()
    return not wanted or all(char in "0123456789abcdef" for char in wanted)


def read_change_id(name: str) -> str:
    """Return how the id of a change begins; raises ``DecisionInvalid`` for what is no such id."""
    wanted = name.removeprefix("#").lower()
    if not wanted or not may_be_change(name):
        raise DecisionInvalid(
            f"{name!r} is not a change id; tracker diff --all prints ids after '#'; a statement needs --topic"
        )
    return wanted


def find_change(comparison: Comparison, name: str) -> Change:
    """Return the change whose id begins with a name.

    Raises ``NotInArchive`` where no change of the comparison has such an id, and ``DecisionInvalid`` where
    several have.
    """
    wanted = read_change_id(name)
    found = {change.id: change for change in comparison.changes if change.id.startswith(wanted)}
    if not found:
        raise NotInArchive(f"this comparison has no change #{wanted}; tracker diff --all lists them")
    check_one_change(wanted, found)
    return next(iter(found.values()))


def check_one_change(wanted: str, found: Iterable[str]) -> None:
    """Raise ``DecisionInvalid`` where the ids of several changes begin so."""
    if len(ids := sorted(found)) > 1:
        listed = ", ".join(f"#{each[:_SHORT]}" for each in ids)
        raise DecisionInvalid(f"#{wanted} matches several changes: {listed}; use a longer id")
