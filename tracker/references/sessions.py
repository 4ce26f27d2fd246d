"""Sessions of a body: from what people write (``S-36``, ``XV``) to one label, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import ReferenceInvalid
from tracker.references.bodies import find_body, fold_body, match_bodies
from tracker.references.names import fold_letters, fold_name, is_plain, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracker.references.bodies import Body, SessionKind

SortKey = tuple[int, int, int, int, tuple[tuple[int, int, str], ...]]

_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
_PARTIAL = re.compile(r"((?:19|20|21)[0-9]{2})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")
_PLAIN = frozenset({"regular", "annual", "dated", "free"})
_BARE = frozenset({"{n}", "{year}"})
"""Labels without a word, by which a session needs none: that of a body's summits is the year alone."""
_YEARS = range(1900, 2200)
_UNDATED = 9999
"""A year after all others."""
_EXAMPLE_YEAR = 2022
_LONGEST = 120

_TWO = re.compile(r"(\w+)\s*(?:[-–,:;>]|->|\.\.+|to|vs|and|\s)\s*(\w+)")
_SLUG = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a body, under the one label it is kept by."""

    body: str
    label: str
    """``31``, ``31-reconvened``, ``S-36``, ``COP26``, ``2024`` ..."""
    kind: str
    number: int | None
    year: int | None
    """The year in which it opened, where that is known."""
    starts: str | None = None
    """Its first and last day (or month) as ISO dates, where the label itself says so."""
    ends: str | None = None


def resolve_session(body: Body | str, text: str) -> Session:
    """Return the session of a body that a text stands for, under its canonical label.

    Understands labels, ordinals in figures, words and Roman numerals, the body's own name beside them
    and the kinds of session: ``31``, ``thirty-first regular session``, ``reconvened 31st``, ``HRC52``,
    ``36th special session``, ``S36``, ``COP 26``. A label comes back as it was. ``body`` may be a name.

    Raises ``ReferenceInvalid`` for an unknown body, and where the text is none of these, with examples;
    for a year at a body that numbers its sessions, with the numbers of that year.
    """
    place = find_body(body) if isinstance(body, str) else body
    found = match_session(place, text)
    if found is None:
        raise ReferenceInvalid(_unreadable(place, text))
    return found


@lru_cache(maxsize=1024)
def match_session(body: Body, text: str) -> Session | None:
    """Return the session of a body that a text stands for, or none where it stands for none."""
    if not is_plain(text) or len(text) > _LONGEST:
        return None
    folded = fold_letters(text).strip()
    bare = _body_names(body).sub(" ", folded).strip()
    reading = read_session_words(bare, _kind_words(body))
    numbered = (_fit(body, kind, bare, reading) for kind in body.kinds)
    # Any slug, as written first: the body's name may be a part of it (sc-reform).
    free = (
        Session(body.id, slug, kind.name, None, None)
        for kind in body.kinds
        for slug in (folded, bare)
        if "{free}" in kind.label and _SLUG.fullmatch(slug)
    )
    return next((session for session in chain(numbered, free) if session), None)


def read_session(body: Body | str, label: str) -> Session | None:
    """Return what is known about a session by its label, None where no rule reads it."""
    if not isinstance(body, str):
        return match_session(body, label)
    # Not cached by a name: which body that is depends on the archive in use.
    found = match_bodies(body)
    return match_session(found[0], label) if len(found) == 1 else None


def read_year(body: str, label: str, delivered: Iterable[str | None]) -> int | None:
    """Return the year of a session: that of its statements, else the one its label gives."""
    dates = sorted(date for date in delivered if date)
    if dates and dates[0][:4].isdecimal():
        return int(dates[0][:4])
    session = read_session(body, label)
    return session.year if session else None


def read_bound(body: Body | str | None, text: str) -> int | str:
    """Return what bounds a series: the year that a text is, or the label of a session of the body.

    Four figures from 1900 to 2199 are a year at every body. Raises ``ReferenceInvalid`` as
    ``resolve_session`` does, and without a body for all that is no year.
    """
    if _YEAR.fullmatch(text):
        return int(text)
    if body is None:
        raise ReferenceInvalid(
            f"{show(text)} is no year, such as 2015; for sessions name their body: --body UNGA"
        )
    return resolve_session(body, text).label


def is_partial_date(text: str) -> bool:
    """Tell whether a text is ``2024``, ``2024-05`` or ``2024-05-20``, and on the calendar.

    Years run from 1900 to 2199.
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=256)
def sessions_of_year(body: Body, year: int) -> tuple[str, ...]:
    """Return the labels of the sessions of a body's first kind that opened in a year."""
    first = body.kinds[0]
    numbers = (number for number in range(1, min(first.last, 999) + 1) if first.year_of(number) == year)
    return tuple(first.label.format(n=number) for number in numbers)


def same_kind(body: Body | str, label_a: str, label_b: str) -> bool:
    """Tell whether two sessions may be neighbours: regular with regular, special with special.

    Labels that cannot be read are of one kind with each other only. Raises nothing.
    """
    one, other = read_session(body, label_a), read_session(body, label_b)
    return (one and one.kind) == (other and other.kind)


def session_sort_key(body: Body | str, label: str) -> SortKey:
    """Return the key that puts the sessions of one body in order: year, kind, number, follow-up, label.

    A session follows the one that its label goes on from: ``31-reconvened`` follows ``31``. A session whose
    year no rule gives takes that of the latest one before it. Unknown bodies and labels sort last, figures
    by value. All parts but the last are whole numbers from 0 to 99999. Raises nothing.
    """
    found = read_session(body, label)
    if found is None:
        return (_UNDATED, 0, 0, 0, _natural(label))
    place = find_body(body) if isinstance(body, str) else body
    follows = found.kind in _following(place)
    rank = 0 if follows else [kind.name for kind in place.kinds].index(found.kind)
    year = found.year or _year_before(place, found)
    return (year, rank, found.number or 0, int(follows), _natural(label))


def _year_before(body: Body, session: Session) -> int:
    if session.number is None:
        return _UNDATED
    named = (kind for kind in body.kinds if kind.name == session.kind)
    kind = body.kinds[0] if session.kind in _following(body) else next(named)
    if not (kind.years or kind.steps):
        return _UNDATED
    earlier = (kind.year_of(number) for number in range(session.number, 0, -1))
    return next((year for year in earlier if year), 0)


@lru_cache(maxsize=64)
def _following(body: Body) -> frozenset[str]:
    """Return the kinds whose labels go on from those of the first: ``31-reconvened`` from ``31``."""
    first = body.kinds[0].label
    return frozenset(kind.name for kind in body.kinds[1:] if kind.label.startswith(first))


def _natural(label: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.findall(r"[0-9]{1,8}|[^0-9]+", fold_letters(label))
    return tuple(
        (0, int(part), "") if part[0].isascii() and part.isdigit() else (1, 0, part) for part in parts
    )


@lru_cache(maxsize=64)
def _kind_words(body: Body) -> Mapping[str, frozenset[str]]:
    """Return the words by which sessions of its kinds are asked for: those of a kind's name and label."""
    found: dict[str, frozenset[str]] = {}
    for kind in (kind for kind in body.kinds if kind.name not in _PLAIN):
        named = kind.name.split()
        label = fold_letters(kind.label.removeprefix(body.kinds[0].label) or kind.label)
        found |= dict.fromkeys(re.findall(r"(?<![{a-z])[a-z]+(?![a-z}])", label), frozenset(named))
        found |= {word: frozenset({word}) for word in named}
    return found


@lru_cache(maxsize=64)
def _body_names(body: Body) -> re.Pattern[str]:
    """Match the body's own names, and the last part of its id (``CBD-COP`` says ``COP15``)."""
    names = sorted({*fold_body(body), fold_name(body.id.rpartition("-")[2])}, key=len, reverse=True)
    written = "|".join(r"[\W_]+".join(map(re.escape, name.split())) for name in names)
    return re.compile(
        rf"(?<![a-z0-9])(?:{written})(?:(?<=[0-9])(?![0-9])|(?<![0-9])(?:(?![a-z])|(?=e?ss?-?[0-9])))/?"
    )


def _fit(body: Body, kind: SessionKind, bare: str, reading: Reading | None) -> Session | None:
    if "{date}" in kind.label:
        is_date = is_partial_date(bare)
        return Session(body.id, bare, kind.name, None, int(bare[:4]), bare, bare) if is_date else None
    if reading is None or "{free}" in kind.label or not _suits(kind, reading.marks):
        return None
    return _fit_number(body, kind, reading.number)


def _fit_number(body: Body, kind: SessionKind, number: int) -> Session | None:
    if "{year}" in kind.label:
        year = kind.year_of(number) or number
        return Session(body.id, str(number), kind.name, None, year) if number in _YEARS else None
    if not 1 <= number <= kind.last:
        return None
    return Session(body.id, kind.label.format(n=number), kind.name, number, kind.year_of(number))


def _suits(kind: SessionKind, marks: frozenset[str]) -> bool:
    """Match marks with a kind. ``meeting`` alone says nothing, except where meetings are a kind."""
    own = frozenset(kind.name.split())
    if not marks and kind.label in _BARE:
        return True
    asked = marks if "meeting" in own else marks - {"meeting"}
    return asked <= {"regular"} if kind.name in _PLAIN else asked == own


def _unreadable(body: Body, text: str) -> str:
    fault = f"cannot read {show(text.strip())} as a session of {body.id}; expected a label such as"
    examples = " or ".join(dict.fromkeys(_example(kind) for kind in body.kinds))
    word = text.strip()
    if _YEAR.fullmatch(word) and (numbers := sessions_of_year(body, int(word))):
        return f"{fault} {examples} ({body.id} numbers its sessions; in {word}: {', '.join(numbers)})"
    two = _TWO.fullmatch(word)
    labels = [found.label for part in (two.groups() if two else ()) if (found := match_session(body, part))]
    return f"{fault} {examples}" + (
        f" (two sessions are two words: {' '.join(labels)})" if labels[1:] else ""
    )


def _example(kind: SessionKind) -> str:
    past = (n for n in range(min(kind.last, 999), 0, -1) if (kind.year_of(n) or _UNDATED) <= _EXAMPLE_YEAR)
    return kind.label.format(n=next(past, 1), year=2024, date="2024-05-20", free="opening-segment")


_NONE: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})
_MARKS: dict[str, frozenset[str]] = {
    word: frozenset(marks.split())
    for marks, words in {
        "regular": "regular ordinary ordinaire ordinario annual plenary substantive",
        "reconvened": "reconvened reconvene",
        "resumed": "resumed resumption reprise bis",
        "special": "s ss special extraordinary extraordinaire extraordinario",
        "emergency": "emergency urgence",
        "emergency special": "es ess",
        "meeting": "meeting meetings pv",
        "": "session sessions sess the of and de la le du d conference periodo sesiones sesion",
    }.items()
    for word in words.split()
}

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TEENS = "seventeen eighteen nineteen"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

_NUMBERS: dict[str, int] = {
    **{word: value for value, word in enumerate(f"{_UNITS} {_TEENS}".split(), 1)},
    **{f"{word}th": value for value, word in enumerate(f"{_UNITS} {_TEENS}".split(), 1)},
    **{word: value for value, word in enumerate(_ORDINALS.split(), 1)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
    **{f"{word[:-1]}ieth": value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
}
_HUNDRED = {"hundred": 100, "hundredth": 100}

_SUFFIX = re.compile(r"(?<=[0-9])(?:st|nd|rd|th|er|re|e|eme|o|a|º|ª)(?![a-z])")
_ROMAN = re.compile(r"(?:xl|l)?x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"ix": 9, "iv": 4, "xl": 40, "l": 50, "x": 10, "v": 5, "i": 1}
_WORD = re.compile(r"[0-9]+|[a-z]+")
_BETWEEN = re.compile(r"[\s,.()-]*")


class Reading(NamedTuple):
    """What a session's wording comes to: its marks (``special``, ``reconvened`` ...) and its number."""

    marks: frozenset[str]
    number: int


def read_session_words(text: str, own: Mapping[str, frozenset[str]] = _NONE) -> Reading | None:
    """Read the folded wording of a session; none where a word is unknown or there is not one number.

    ``own`` are the words that are marks at a body, before those that are marks everywhere.
    """
    plain = _SUFFIX.sub("", text)
    if _BETWEEN.fullmatch(_WORD.sub("", plain)) is None:
        return None
    marks = {**_MARKS, **own}
    words = _WORD.findall(plain)
    said = [marks[word] for word in words if word in marks]
    number = _read_number([word for word in words if word not in marks])
    return None if number is None else Reading(frozenset().union(*said), number)


def _read_number(words: list[str]) -> int | None:
    if len(words) != 1:
        return _read_spelled(words)
    if words[0].isdigit():
        return int(words[0])
    return _read_spelled(words) or _read_roman(words[0])


def _read_spelled(words: list[str]) -> int | None:
    total = 0
    for word in words:
        if word in _HUNDRED and total < len(_NUMBERS):
            total = (total or 1) * 100
            continue
        value = _NUMBERS.get(word)
        # "thirty first" adds up and "first thirty" does not: each number must fit below the one before.
        if value is None or total % (100 if value >= _NUMBERS["ten"] else 10):
            return None
        total += value
    return total or None


def _read_roman(word: str) -> int | None:
    if not _ROMAN.fullmatch(word):
        return None
    return sum(_ROMAN_VALUES[part] for part in re.findall("ix|iv|xl|[lxvi]", word)) or None
