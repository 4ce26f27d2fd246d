"""Years, dates and deadlines that moved, were set or were given up."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.passages.rewording import is_reordered
from tracker.comparing.passages.terms import TermMatch, find_terms, load_terms, load_values
from tracker.comparing.shifts.pairs import LEAST_MOVED, Match, drop_kept, pair_spans

if TYPE_CHECKING:
    from tracker.comparing.passages.rewording import Fragment, Rewording, SideText
    from tracker.model.changes import Direction, Shift

_FILE = "dates.toml"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SHORT_END = re.compile(r"[-/\u2010\u2011\u2013](\d\d)(?![\d/-])")
"""The 24 of 2023/24."""
_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_LEAP = 2000
"""The year of a date that names none."""
_LEAD = 25
"""Characters before a date in which a word like ``by`` makes it a deadline."""


class Moment(NamedTuple):
    """A date as written, as exact as it was written: year, year and month, or all three; 0 for no year."""

    start: int
    end: int
    parts: tuple[int, ...]
    deadline_start: int | None
    """Where the words begin that make it a deadline."""
    until: tuple[int, ...] = ()
    """The last year of a period."""


@lru_cache(maxsize=1)
def find_date_shifts(rewording: Rewording) -> tuple[Shift, ...]:
    """Return the dates that changed, and deadlines that were set or given up.

    A deadline that became another kind of time comes alone; where too few words are kept, there is
    nothing else.
    """
    deadlines = _find_deadline_shifts(rewording)
    if deadlines or not (rewording.comparable or is_reordered(rewording)):
        return deadlines
    match = Match(_is_as_exact, _is_equal)
    found = read_moments(rewording.old.whole), read_moments(rewording.new.whole)
    old, new = drop_kept(rewording, found, match)
    shifts = [
        shift
        for pair in pair_spans(rewording, old, new, match)
        if pair.there or pair.alike >= LEAST_MOVED
        for shift in compare_moments(rewording, [pair.old], [pair.new])
    ]
    if len(old) + len(new) == 1:
        (passage, moment) = (rewording.old, old[0]) if old else (rewording.new, new[0])
        parts = (place.old if old else place.new for place in rewording.substitutions)
        lead = moment.deadline_start
        if lead is not None and any(part.start <= lead and moment.end <= part.end for part in parts):
            words = TermMatch("deadline", lead, moment.end)
            shifts += rewording.shift_alone("date", ("added", "removed"), passage, words, "deadline")
    return tuple(shifts)


def _is_as_exact(old: Moment, new: Moment) -> bool:
    """Return whether both are years, months, days or periods, and name their year or do not."""
    yearless = [not moment.parts[0] for moment in (old, new)]
    return len(old.parts) == len(new.parts) and bool(old.until) == bool(new.until) and len({*yearless}) == 1


def _is_equal(old: Moment, new: Moment) -> bool:
    return (old.parts, old.until) == (new.parts, new.until)


def read_moments(part: Fragment) -> list[Moment]:
    """Return the dates in a part of a passage, a period as one; the year of a resolution is none."""
    text, language = part.passage.text, part.passage.language
    found: list[Moment] = []
    for token in part.select(part.passage.tokens):
        dated = token.kind == "date" or (token.kind == "number" and _is_foreign_year(token.text))
        if not dated or token.start < part.start or token.end > part.end:
            continue
        bracketed = text.endswith("(", 0, token.start) and text.startswith(")", token.end)
        parts = _read_parts(_western(token.text), language)
        if not parts or bracketed:  # resolution 1325 (2000)
            continue
        if (
            found
            and len(parts) == len(found[-1].parts) == 1
            and _spans(text, found[-1], token.start, language)
        ):
            found[-1] = found[-1]._replace(end=token.end, until=parts)
            continue
        lead = find_deadline(text, token.start, language)
        short = _SHORT_END.match(text, token.end) if len(parts) == 1 else None
        until = (parts[0] // 100 * 100 + int(short[1]),) if short else ()
        found.append(Moment(token.start, short.end() if short else token.end, parts, lead, until))
    return found


def _western(text: str) -> str:
    """Return a date with the digits 0 to 9 for those of any script."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def _is_foreign_year(text: str) -> bool:
    """Return whether a number is a year in digits other than 0 to 9."""
    return not text.isascii() and bool(_YEAR.fullmatch(_western(text)))


def _spans(text: str, start: Moment, end: int, language: str) -> bool:
    """Return whether only the sign or word of a period stands between a year and the next."""
    gap = text[start.end : end]
    if start.until or not gap.strip(" -‐‑–"):
        return not start.until and bool(gap.strip())
    between = find_terms(text[max(0, start.start - 10) : start.start], load_terms(_FILE, "between", language))
    return bool(between) and gap.strip() in load_terms(_FILE, "and", language)


def _read_parts(text: str, language: str) -> tuple[int, ...]:
    iso = _ISO.fullmatch(text) or _CHINESE.fullmatch(text)
    if iso:
        return tuple(int(part) for part in iso.groups() if part)
    dotted = _DOTTED.fullmatch(text)
    if dotted:
        return (int(dotted[3]), int(dotted[2]), int(dotted[1]))
    years = _YEAR.findall(text)
    months = [month for month in (_read_month(word, language) for word in _WORD.findall(text)) if month]
    days = [int(day) for day in _DAY.findall(_YEAR.sub(" ", text))]
    if len(years) > 1 or len(months) > 1 or len(days) > 1:
        return ()
    if not months or not years:
        return () if bool(days) == bool(years) else (int(years[0]),) if years else (0, *months, *days)
    return (int(years[0]), months[0], *days)


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
    if not _is_as_exact(old[0], new[0]) or _is_equal(old[0], new[0]):
        return ()
    amount = _subtract(before, after)
    if amount is None:
        return ()
    rule = "year" if len(before) == 1 else "date"
    if old[0].deadline_start is not None and new[0].deadline_start is not None:
        rule = "deadline"
    direction: Direction = "later" if after > before else "earlier"
    if old[0].until and (after > before) != (new[0].until > old[0].until):
        return rewording.shift("date", "changed", old[0], new[0], rule)
    return rewording.shift("date", direction, old[0], new[0], rule, amount)


def _subtract(old: tuple[int, ...], new: tuple[int, ...]) -> str | None:
    match len(old):
        case 1:
            return _count(new[0] - old[0], "year")
        case 2:
            return _count((new[0] - old[0]) * 12 + new[1] - old[1], "month")
    try:
        days = [date(parts[0] or _LEAP, parts[1], parts[2]) for parts in (old, new)]
        return _count((days[1] - days[0]).days, "day")
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
