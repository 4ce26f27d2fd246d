"""Deadlines that gave way to an open time, or the other way round: ``by 2025``, ``as soon as possible``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.changes.shifts.dates import find_deadline, read_moments
from tracker.changes.shifts.rules import find_terms, load_terms
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Passage, Rewording
    from tracker.model.changes import Direction

_FILE = "deadlines.toml"


@dataclass(frozen=True, slots=True)
class _When:
    kind: str
    """``date``, ``relative`` or ``open``."""
    start: int
    end: int


def find_deadline_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the deadline that became another kind of time, where each side has exactly one."""
    old, new = (_read(passage, rewording.language) for passage in (rewording.old, rewording.new))
    if len(old) != 1 or len(new) != 1 or old[0].kind == new[0].kind:
        return ()
    before = rewording.old.cite(old[0].start, old[0].end)
    after = rewording.new.cite(new[0].start, new[0].end)
    if not before or not after:
        return ()
    rule = f"deadline: {old[0].kind} > {new[0].kind} (ours)"
    return (Shift("date", _direct(old[0].kind, new[0].kind), before, after, rule),)


def _direct(old: str, new: str) -> Direction:
    """Return the direction; a year and ``next year`` cannot be told apart without the day of speaking."""
    if new == "open":
        return "loosened"
    return "tightened" if old == "open" else "changed"


def _read(passage: Passage, language: str) -> list[_When]:
    found = [
        _When("date", moment.deadline_start, moment.end)
        for moment in read_moments(passage, 0, len(passage.text), language)
        if moment.deadline_start is not None
    ]
    for term in find_terms(passage.text, load_terms(_FILE, "relative", language)):
        lead = find_deadline(passage.text, term.start, language)
        found.append(_When("relative", term.start if lead is None else lead, term.end))
    undated = find_terms(passage.text, load_terms(_FILE, "open", language))
    found.extend(_When("open", term.start, term.end) for term in undated)
    return found
