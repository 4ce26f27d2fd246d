"""Years, dates and deadlines that moved, were set or were given up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tracker.changes.shifts.rules import find_terms, load_terms, load_values
from tracker.model.changes import Shift

if TYPE_CHECKING:
    from tracker.changes.shifts.rewording import Passage, Rewording, Substitution
    from tracker.model.changes import Direction, Evidence

_FILE = "figures.toml"
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
    """Return the dates that changed in place, and deadlines that were set or given up."""
    moments = [
        (
            place,
            read_moments(rewording.old, place.old_start, place.old_end, rewording.language),
            read_moments(rewording.new, place.new_start, place.new_end, rewording.language),
        )
        for place in rewording.substitutions
    ]
    shifts = [compare_moments(rewording.old, rewording.new, old, new) for _, old, new in moments]
    if all(not (old or new) or len(old) + len(new) == 1 for _, old, new in moments):
        shifts += _find_one_sided(rewording, moments)
    return tuple(shift for shift in shifts if shift)


def read_moments(passage: Passage, start: int, end: int, language: str) -> list[Moment]:
    """Return the dates of a stretch of a passage that name their year; the year of a resolution is none."""
    found: list[Moment] = []
    for token in passage.tokens:
        if token.kind != "date" or token.start < start or token.end > end:
            continue
        bracketed = passage.text[: token.start].endswith("(") and passage.text[token.end :].startswith(")")
        parts = _read_parts(token.text, language)
        if parts and not bracketed:  # resolution 1325 (2000)
            lead = find_deadline(passage.text, token.start, language)
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


def compare_moments(
    passage_old: Passage, passage_new: Passage, old: list[Moment], new: list[Moment]
) -> Shift | None:
    """Return the shift of a date where each side has one, as exact as the other."""
    if (
        len(old) != 1
        or len(new) != 1
        or len(old[0].parts) != len(new[0].parts)
        or old[0].parts == new[0].parts
    ):
        return None
    before = passage_old.cite(old[0].start, old[0].end)
    after = passage_new.cite(new[0].start, new[0].end)
    direction: Direction = "later" if new[0].parts > old[0].parts else "earlier"
    amount = _subtract(old[0].parts, new[0].parts)
    if not before or not after or amount is None:
        return None
    return Shift("date", direction, before, after, _name(old[0], new[0]), amount)


def _name(old: Moment, new: Moment) -> str:
    if old.deadline_start is not None and new.deadline_start is not None:
        return "deadline"
    return "year" if len(old.parts) == 1 else "date"


def _subtract(old: tuple[int, ...], new: tuple[int, ...]) -> str | None:
    match len(old):
        case 1:
            return _count(new[0] - old[0], "year")
        case 2:
            return _count((new[0] - old[0]) * 12 + new[1] - old[1], "month")
    try:
        days = (date(new[0], new[1], new[2]) - date(old[0], old[1], old[2])).days
    except ValueError:  # 31 June
        return None
    return _count(days, "day")


def _count(number: int, unit: str) -> str:
    return f"{number:+d} {unit}" if abs(number) == 1 else f"{number:+d} {unit}s"


def _find_one_sided(
    rewording: Rewording, moments: list[tuple[Substitution, list[Moment], list[Moment]]]
) -> list[Shift | None]:
    """Return deadlines that are on one side only, where the whole phrase was put in or taken out."""
    shifts: list[Shift | None] = []
    total = sum(len(old) + len(new) for _, old, new in moments)
    for place, old, new in moments if total == 1 else ():
        for moment in old:
            cited = _cite_phrase(rewording.old, moment, place.old_start)
            shifts.append(Shift("date", "removed", cited, None, "deadline") if cited else None)
        for moment in new:
            cited = _cite_phrase(rewording.new, moment, place.new_start)
            shifts.append(Shift("date", "added", None, cited, "deadline") if cited else None)
    return shifts


def _cite_phrase(passage: Passage, moment: Moment, start: int) -> Evidence | None:
    if moment.deadline_start is None or moment.deadline_start < start:
        return None
    return passage.cite(moment.deadline_start, moment.end)


_DEADLINES_FILE = "deadlines.toml"


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
    for term in find_terms(passage.text, load_terms(_DEADLINES_FILE, "relative", language)):
        lead = find_deadline(passage.text, term.start, language)
        found.append(_When("relative", term.start if lead is None else lead, term.end))
    undated = find_terms(passage.text, load_terms(_DEADLINES_FILE, "open", language))
    found.extend(_When("open", term.start, term.end) for term in undated)
    return found
