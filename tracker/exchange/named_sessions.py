"""Sessions and dates that a line of text names, in words or figures."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.comparing.passages.terms import load_values
from tracker.references import match_session, sessions_of_year

if TYPE_CHECKING:
    from tracker.references import Body

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
    """Return the dates that a text names, as exactly as it names them (EDTF), in their order.

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
    tables = (load_values("dates.toml", "months", language) for language in ("en", "fr", "es"))
    names = {name: number for table in tables for name, number in table.items()}
    return tuple(sorted(names.items(), key=lambda item: -len(item[0])))


_TOKEN = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")
_MARK = re.compile(r"sess|s[eé]ss|sesi|meet|^e?s+-?\d|^cop\d", re.IGNORECASE)
_WIDEST = 8
"""Words of the longest name that is looked for: ``thirty-first regular session of the Commission``."""


def find_sessions(body: Body, text: str) -> tuple[str, ...]:
    """Return the labels of the sessions that a text names, each once; dates are ignored.

    A number alone is no session, unless the text is only this number; it needs the word or the body's name
    beside it.
    """
    bare = without_dates(text)
    tokens = _TOKEN.findall(bare)
    is_number = len(tokens) == 1 and any(char.isdigit() for char in tokens[0])
    if is_number and (whole := match_session(body, tokens[0])):
        return (whole.label,)
    labels: list[str] = []
    start = 0
    while start < len(tokens):
        width, label = _longest(body, tokens, start)
        if label:
            labels.append(label)
        start += max(width, 1)
    return tuple(dict.fromkeys(labels))


def sessions_of_date(body: Body, written: str) -> tuple[str, ...]:
    """Return the sessions of a body that a date may belong to: by its own label, or those of its year."""
    for text in (written, written[:4]):
        session = match_session(body, text)
        if session and session.year == int(written[:4]) and session.number is None:
            return (session.label,)
    return sessions_of_year(body, int(written[:4]))


def only_date(text: str) -> str | None:
    """Return the one date that a text names; none where it names several, or none."""
    dates = find_dates(text)
    return dates[0] if len(dates) == 1 else None


def _longest(body: Body, tokens: list[str], start: int) -> tuple[int, str | None]:
    for width in range(min(_WIDEST, len(tokens) - start), 0, -1):
        window = " ".join(tokens[start : start + width])
        if _names_session(body, window) and (session := match_session(body, window)):
            return width, session.label
    return 0, None


def _names_session(body: Body, window: str) -> bool:
    """Return whether there is more than a number: a word for a session, or a name of the body."""
    if any(_MARK.search(token) for token in window.split()):
        return True
    return any(name.lower() in window.lower() for name in (body.id, body.name, *body.aliases))
