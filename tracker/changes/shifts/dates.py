"""Years, dates and deadlines that moved, were set or were given up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import TermMatch, find_terms, load_terms, load_values

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Fragment, Rewording, SideText
    from tracker.model.changes import Direction, Shift

_FILE = "dates.toml"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_LEAD = 25
"""Characters before a date in which a word like ``by`` makes it a deadline."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as written, as exact as it was written: year, year and month, or all three."""

    start: int
    end: int
    parts: tuple[int, ...]
    deadline_start: int | None
    """Where the words begin that make it a deadline."""


def find_date_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the dates that changed in place, and deadlines that were set or given up.

    A deadline that became another kind of time comes alone; where too few words are kept, there is
    nothing else.
    """
    deadlines = _find_deadline_shifts(rewording)
    if deadlines or not rewording.comparable:
        return deadlines
    moments = [(place, read_moments(place.old), read_moments(place.new)) for place in rewording.substitutions]
    shifts = [shift for _, old, new in moments for shift in compare_moments(rewording, old, new)]
    alone = [(place.old, moment) for place, old, _ in moments for moment in old]
    alone += [(place.new, moment) for place, _, new in moments for moment in new]
    if len(alone) == 1:
        ((part, moment),) = alone
        if moment.deadline_start is not None and moment.deadline_start >= part.start:
            words = TermMatch("deadline", moment.deadline_start, moment.end)
            shifts += rewording.shift_alone("date", ("added", "removed"), part.passage, words, "deadline")
    return tuple(shifts)


def read_moments(part: Fragment) -> list[Moment]:
    """Return the dates in a part of a passage that name their year; the year of a resolution is none."""
    text, language = part.passage.text, part.passage.language
    found: list[Moment] = []
    for token in part.select(part.passage.tokens):
        if token.kind != "date" or token.start < part.start or token.end > part.end:
            continue
        bracketed = text[: token.start].endswith("(") and text[token.end :].startswith(")")
        parts = _read_parts(token.text, language)
        if parts and not bracketed:  # resolution 1325 (2000)
            lead = find_deadline(text, token.start, language)
            found.append(Moment(token.start, token.end, parts, lead))
    return found


def _read_parts(text: str, language: str) -> tuple[int, ...]:
    iso = _ISO.fullmatch(text)
    if iso:
        return (int(iso[1]), int(iso[2]), int(iso[3]))
    years = _YEAR.findall(text)
    if len(years) != 1:
        return ()
    months = [month for month in (_read_month(word, language) for word in _WORD.findall(text)) if month]
    days = [int(day) for day in _DAY.findall(_YEAR.sub(" ", text))]
    if not months:
        return () if days else (int(years[0]),)
    return (int(years[0]), months[0], *days[:1]) if len(months) == 1 and len(days) <= 1 else ()


def _read_month(word: str, language: str) -> int | None:
    names = load_values(_FILE, "months", language)
    lowered = word.lower()
    return next((int(number) for name, number in names.items() if lowered.startswith(name)), None)


def find_deadline(text: str, start: int, language: str) -> int | None:
    """Return where the words begin that make a date at ``start`` a deadline."""
    offset = max(0, start - _LEAD)
    leads = find_terms(text[offset:start], load_terms(_FILE, "deadlines", language))
    if not leads or text[offset + leads[-1].end : start].strip():
        return None
    return offset + leads[-1].start


def compare_moments(rewording: Rewording, old: list[Moment], new: list[Moment]) -> tuple[Shift, ...]:
    """Return the shift of a date where each side has one, as exact as the other."""
    if len(old) != 1 or len(new) != 1:
        return ()
    before, after = old[0].parts, new[0].parts
    amount = _subtract(before, after) if len(before) == len(after) and before != after else None
    if amount is None:
        return ()
    rule = "year" if len(before) == 1 else "date"
    if old[0].deadline_start is not None and new[0].deadline_start is not None:
        rule = "deadline"
    direction: Direction = "later" if after > before else "earlier"
    return rewording.shift("date", direction, old[0], new[0], rule, amount)


def _subtract(old: tuple[int, ...], new: tuple[int, ...]) -> str | None:
    match len(old):
        case 1:
            return _count(new[0] - old[0], "year")
        case 2:
            return _count((new[0] - old[0]) * 12 + new[1] - old[1], "month")
    try:
        return _count((date(*new) - date(*old)).days, "day")
    except ValueError:  # 31 June
        return None


def _count(number: int, unit: str) -> str:
    return f"{number:+d} {unit}" if abs(number) == 1 else f"{number:+d} {unit}s"


def _find_deadline_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the deadline that became another kind of time, where each side has exactly one."""
    old, new = _read_deadlines(rewording.old), _read_deadlines(rewording.new)
    if len(old) != 1 or len(new) != 1 or old[0].term == new[0].term:
        return ()
    # A year and "next year" cannot be compared without the day of speaking.
    direction: Direction = "tightened" if old[0].term == "open" else "changed"
    if new[0].term == "open":
        direction = "loosened"
    rule = f"deadline: {old[0].term} > {new[0].term} (ours)"
    return rewording.shift("date", direction, old[0], new[0], rule)


def _read_deadlines(passage: SideText) -> list[TermMatch]:
    """Return the deadlines of a passage by their kinds: ``date``, ``relative`` or ``open``."""
    found = [
        TermMatch("date", moment.deadline_start, moment.end)
        for moment in read_moments(passage.whole)
        if moment.deadline_start is not None
    ]
    for term in passage.whole.find(load_terms(_FILE, "relative", passage.language)):
        lead = find_deadline(passage.text, term.start, passage.language)
        found.append(TermMatch("relative", term.start if lead is None else lead, term.end))
    undated = passage.whole.find(load_terms(_FILE, "open", passage.language))
    return [*found, *(TermMatch("open", term.start, term.end) for term in undated)]
