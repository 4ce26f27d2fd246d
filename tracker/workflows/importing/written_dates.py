"""Dates as people write them in a line of text: ``2022-05-16``, ``16 May 2022``, ``mai 2022``, ``2022``."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from tracker.changes.shifts.rules import load_values

_BARE_YEAR = r"(?P<year>(?:19|20|21)\d\d)(?!\d)"
_YEAR = r"(?<![\d.])" + _BARE_YEAR
_MONTH = r"(?P<month>[^\W\d_]{3,12})\.?"
_DAY = r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|º)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        _YEAR + r"(?P<mark>[-/.])(?P<number>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?!\d)",
        # Day before month, as the United Nations write; 05/16/2022 is in no calendar and is left alone.
        r"(?<!\d)(?P<day>\d{1,2})(?P<mark>[/.])(?P<number>\d{1,2})(?P=mark)" + _BARE_YEAR,
        _DAY + r"(?: de| of)? " + _MONTH + r",?(?: de| of| del)? " + _YEAR,
        _MONTH + r" (?P<day>\d{1,2})(?:st|nd|rd|th)?,? " + _YEAR,
        _YEAR + r"-(?P<number>\d{2})(?![\d-])",
        _MONTH + r",?(?: de| del)? " + _YEAR,
        r"(?<![/-])" + _YEAR + r"(?![-/]\d)",
    )
)


def find_dates(text: str) -> tuple[str, ...]:
    """Return the dates that a text names, as exact as it names them (EDTF), in the order they stand in.

    Months may be written in English, French and Spanish. What is in no calendar is left out.
    """
    found: dict[int, str] = {}
    for form in _FORMS:
        for match in form.finditer(text):
            written = _read(match)
            if written:
                found[match.start()] = written
                text = f"{text[: match.start()]}{'_' * len(match[0])}{text[match.end() :]}"
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))


def without_dates(text: str) -> str:
    """Return a text with the dates that ``find_dates`` finds replaced by blanks."""
    for form in _FORMS:
        text = form.sub(lambda match: " " * len(match[0]) if _read(match) else match[0], text)
    return text


def _read(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else _month_number(parts.get("month"))
    if parts.get("month") and month is None:
        return None
    numbers = [int(parts["year"]), month, int(parts["day"]) if parts.get("day") else None]
    try:
        date(numbers[0] or 1, numbers[1] or 1, numbers[2] or 1)
    except ValueError:
        return None
    return "-".join(f"{number:02}" for number in numbers if number is not None)


def _month_number(word: str | None) -> int | None:
    lowered = (word or "").lower()
    return next((int(number) for name, number in _months() if lowered.startswith(name)), None)


@lru_cache(maxsize=1)
def _months() -> tuple[tuple[str, str], ...]:
    tables = (load_values("figures.toml", "months", language) for language in ("en", "fr", "es"))
    names = {name: number for table in tables for name, number in table.items()}
    return tuple(sorted(names.items(), key=lambda item: -len(item[0])))
