"""Which session of a body a line of text names: ``Statement at the 31st session of the CCPCJ``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.references import match_session
from tracker.workflows.importing.written_dates import find_dates, without_dates

if TYPE_CHECKING:
    from tracker.references import Body

_TOKEN = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")
_MARK = re.compile(r"sess|s[eé]ss|sesi|meet|^e?s+-?\d|^cop\d", re.IGNORECASE)
_WIDEST = 8
"""Words of the longest wording looked for: ``thirty-first regular session of the Commission``."""


def find_sessions(body: Body, text: str) -> tuple[str, ...]:
    """Return the labels of the sessions that a text names, none twice; dates are read over.

    A number alone is no session, unless it is all that the text says; it takes the word or the body's
    name beside it.
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
    return _sessions_of_year(body, int(written[:4]))


def only_date(text: str) -> str | None:
    """Return the one date that a text names; none where it names several, or none."""
    dates = find_dates(text)
    return dates[0] if len(dates) == 1 else None


@lru_cache(maxsize=256)
def _sessions_of_year(body: Body, year: int) -> tuple[str, ...]:
    first = body.kinds[0]
    numbers = (number for number in range(1, min(first.last, 999) + 1) if first.year_of(number) == year)
    return tuple(first.label.format(n=number) for number in numbers)


def _longest(body: Body, tokens: list[str], start: int) -> tuple[int, str | None]:
    for width in range(min(_WIDEST, len(tokens) - start), 0, -1):
        window = " ".join(tokens[start : start + width])
        if _is_telling(body, window) and (session := match_session(body, window)):
            return width, session.label
    return 0, None


def _is_telling(body: Body, window: str) -> bool:
    """Tell whether more than a number stands there: a word for a session, or a name of the body."""
    if any(_MARK.search(token) for token in window.split()):
        return True
    return any(name.lower() in window.lower() for name in (body.id, body.name, *body.aliases))
