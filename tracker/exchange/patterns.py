"""Patterns of paths, such as ``{country}/{session}_{year}.txt``: read by them, and found by looking."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import islice, product, zip_longest
from typing import TYPE_CHECKING, Final, get_args

from tracker.errors import ReferenceInvalid
from tracker.model.texts import Language, TextKind
from tracker.references import find_country, read_session, resolve_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.references import Body


_PATTERN_FIELDS: Final[Mapping[str, str]] = {
    "country": r"[^/]+?",
    "session": r"[^/]+?",
    "item": r"[^/]+?",
    "year": r"\d{4}",
    "date": r"\d{4}(?:-\d\d(?:-\d\d)?)?",
    "language": r"[a-z]{2}",
    "kind": r"[a-z]+",
    "any": r"[^/]*?",
}
"""What may be in braces, and what it matches; ``{any}`` is ignored."""

_FIELD = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern that whole relative paths with ``/`` are read by."""

    readings: tuple[re.Pattern[str], ...]
    """With the shortest country first, then the longest: in ``United Kingdom 79`` a blank is part of it."""

    def fits(self, name: str) -> bool:
        """Return whether a path has the form of the pattern."""
        return self.readings[0].fullmatch(name) is not None

    def read(self, name: str, body: Body) -> dict[str, str] | None:
        """Return the fields of a path, a country as its code and a session as its label; none if it differs.

        Raises ``ReferenceInvalid`` where a country or session is unknown, and where a field stands twice
        and its places do not agree.
        """
        matches = [match for regex in self.readings if (match := regex.fullmatch(name))]
        faults = []
        for match in matches:
            try:
                return _read(match, body)
            except ReferenceInvalid as error:
                faults.append(error)
        if faults:
            raise faults[0]
        return None


def compile_pattern(pattern: str, required: Iterable[str] = ("country", "session")) -> PathPattern:
    """Return a pattern to read paths by.

    Raises ``ReferenceInvalid`` for an unknown field, or a pattern that lacks one of the fields required.
    """
    names = _FIELD.findall(pattern)
    for name in names:
        if name not in _PATTERN_FIELDS:
            raise ReferenceInvalid(
                f"pattern {pattern!r}: unknown field {{{name}}}; expected one of {', '.join(_PATTERN_FIELDS)}"
            )
    for needed in required:
        if needed not in names:
            raise ReferenceInvalid(f"pattern {pattern!r}: it names no {{{needed}}}")
    longest = {**_PATTERN_FIELDS, "country": r"[^/]+"}
    return PathPattern(tuple(_compile(pattern, fields) for fields in (_PATTERN_FIELDS, longest)))


def _compile(pattern: str, fields: Mapping[str, str]) -> re.Pattern[str]:
    # Text and names of fields alternate; a field that stands twice has a group each time.
    pieces = _FIELD.split(pattern)
    groups = (f"(?P<{name}_{at}>{fields[name]})" for at, name in enumerate(pieces[1::2]))
    texts = map(re.escape, pieces[::2])
    return re.compile("".join(text + group for text, group in zip_longest(texts, groups, fillvalue="")))


def _read(match: re.Match[str], body: Body) -> dict[str, str]:
    fields: dict[str, str] = {}
    for group, text in match.groupdict().items():
        name = group.rpartition("_")[0]
        value = _READERS.get(name, _as_written)(text, body)
        if name != "any" and fields.setdefault(name, value) != value:
            raise ReferenceInvalid(f"its path names two of {{{name}}}: {fields[name]} and {value}")
    return fields


@cache
def _read_country(text: str, _body: Body) -> str:
    return find_country(text).code


@cache
def _read_label(text: str, body: Body) -> str:
    return resolve_session(body, text).label


def _as_written(text: str, _body: Body) -> str:
    return text


_READERS: Final[Mapping[str, Callable[[str, Body], str]]] = {
    "country": _read_country,
    "session": _read_label,
}


_PARTS = re.compile(r"([/_.,()]+| +- +|(?<!\d)-(?=\d)|(?<=\d)-|\s+(?=\d)|(?<=\d)\s+)")
"""What stands between the parts of a path; Guinea-Bissau and United Kingdom are one part each."""
_FINER = re.compile(r"([\W_]+)")
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_ANYTHING = re.compile(r"\{any\}(?:[^/{}]*\{any\})+")
_YEARS = range(1945, 2100)
_SHOWN = 4
_MOST_SHAPES = 20
_MOST_PATTERNS = 50
_MOST = 0.9
"""The share of paths that a field must fit: one strange folder is no reason to see nothing."""
_RIVAL = 4
"""A pattern that fits a quarter as many files as the best is a rival, which the user decides about."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pattern that was found by looking at paths, and how many of them it fits."""

    pattern: str
    fits: int


def choose_pattern(names: Sequence[str], body: Body, *, with_country: bool) -> Proposal:
    """Return the pattern that the paths of a folder follow; ``with_country`` where they name countries.

    Raises ``ReferenceInvalid`` where they follow none, or more than one is possible, with all of these.
    """
    found = _propose(names, body, with_country=with_country)
    if not found:
        raise ReferenceInvalid(_none_found(names, body, with_country=with_country))
    best = found[0]
    rivals = [each for each in found if each.fits * _RIVAL >= best.fits]
    listed = " or ".join(
        f"--pattern {shlex.quote(each.pattern)} ({each.fits:,} fit)" for each in rivals[:_SHOWN]
    )
    if len(rivals) > 1:
        raise ReferenceInvalid(f"more than one pattern is possible for {len(names):,} paths: choose {listed}")
    if best.fits * 2 < len(names):
        raise ReferenceInvalid(
            f"no pattern fits half of {len(names):,} paths; if it is meant, write {listed}"
        )
    return best


def _none_found(names: Sequence[str], body: Body, *, with_country: bool) -> str:
    if not names:
        return "there are no files in the folder; name the one that holds them"
    example = f"paths such as {names[0]!r}"
    if with_country and _propose(names, body, with_country=False):
        return f"{example} name a session of {body.id}, but no country; add --country, such as --country GBR"
    missing = "country and session" if with_country else "session"
    return (
        f"{example} do not show {missing} of {body.id}; say what they name with"
        " --pattern '{country}/{session}_{any}.txt'"
    )


def _propose(names: Sequence[str], body: Body, *, with_country: bool) -> list[Proposal]:
    """Return the patterns that paths may follow, those that fit most of them first."""
    coarse, fine = (_proposals(names, body, parts, with_country=with_country) for parts in (_PARTS, _FINER))
    return fine if fine and (not coarse or fine[0].fits > coarse[0].fits) else coarse


def _proposals(
    names: Sequence[str], body: Body, parts: re.Pattern[str], *, with_country: bool
) -> list[Proposal]:
    shapes: dict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for name in (each for each in names if "{" not in each):
        pieces = parts.split(_DATE.sub("\\1\0\\2\0\\3", name))
        shapes[tuple(pieces[1::2])].append([piece.replace("\0", "-") for piece in pieces[::2]])
    required = ("country", "session") if with_country else ("session",)
    common = sorted(shapes.items(), key=lambda shape: -len(shape[1]))[:_MOST_SHAPES]
    written = dict.fromkeys(
        pattern
        for marks, rows in common
        for pattern in _fill_shape(marks, rows, body, with_country=with_country)
    )
    counted = [
        Proposal(pattern, sum(_fits(compiled, name, body) for name in names))
        for pattern in islice(written, _MOST_PATTERNS)
        for compiled in [compile_pattern(pattern, required)]
    ]
    return sorted((each for each in counted if each.fits), key=lambda each: (-each.fits, each.pattern))


def _fill_shape(
    marks: Sequence[str], rows: Sequence[Sequence[str]], body: Body, *, with_country: bool
) -> Iterator[str]:
    """Yield the patterns of paths of one shape; where it has none, of those with figures at one place."""
    whole = list(_fill(marks, list(zip(*rows, strict=True)), body, with_country=with_country))
    yield from whole
    alike: dict[tuple[bool, ...], list[Sequence[str]]] = defaultdict(list)
    for row in rows:
        alike[tuple(map(str.isdigit, row))].append(row)
    if not whole and len(alike) > 1:
        for part in alike.values():
            yield from _fill(marks, list(zip(*part, strict=True)), body, with_country=with_country)


def _fits(pattern: PathPattern, name: str, body: Body) -> bool:
    try:
        return pattern.read(name, body) is not None
    except ReferenceInvalid:
        return False


Column = tuple[str, ...]
"""The parts of paths that stand at one place."""


def _fill(
    marks: Sequence[str], columns: Sequence[Column], body: Body, *, with_country: bool
) -> Iterator[str]:
    """Yield the patterns of paths of one shape: one for each choice of what names country and session."""
    last = len(columns) - 1  # the ending of the file's name
    places = range(last if marks and marks[-1].endswith(".") else last + 1)
    plain = {place: field for place in places if (field := _plain_field(columns[place], body))}
    years = [place for place, field in plain.items() if field == "year"]
    free = [place for place in places if place not in plain]
    sessions = _choices(columns, free, lambda text: _session(text, body))
    sessions = _varying(_of_the_years(sessions, columns, years, body), columns)
    countries = _varying(_choices(columns, free, _country), columns) if with_country else [()]
    for session, country in product(sessions, countries):
        if not set(session) & set(country):
            fields = plain | dict.fromkeys(session, "session") | dict.fromkeys(country, "country")
            yield _write(marks, columns, fields)


def _plain_field(column: Column, body: Body) -> str | None:
    if all(_DATE.fullmatch(text) for text in column):
        return "date"
    if all(text in get_args(TextKind) for text in column):
        return "kind"
    if all(text in get_args(Language) for text in column):
        return "language"
    is_year = all(re.fullmatch("[0-9]{4}", text) and int(text) in _YEARS for text in column)
    return "year" if is_year and not all(_session(text, body) for text in column) else None


def _choices(
    columns: Sequence[Column], places: Sequence[int], read: Callable[[str], str | None]
) -> list[tuple[int, ...]]:
    """Return the places that may hold a field; places that always agree are one choice."""
    alike: dict[tuple[str | None, ...], tuple[int, ...]] = {}
    for place in places:
        values = tuple(map(read, columns[place]))
        if _are_most(value is not None for value in values):
            alike[values] = (*alike.get(values, ()), place)
    return list(alike.values())


def _are_most(true: Iterable[bool]) -> bool:
    told = tuple(true)
    return sum(told) >= _MOST * len(told)


def _of_the_years(
    sessions: list[tuple[int, ...]], columns: Sequence[Column], years: Sequence[int], body: Body
) -> list[tuple[int, ...]]:
    """Keep the places whose sessions met in the years beside them, if there are any."""
    met = [
        places
        for places in sessions
        for year in years
        if _are_most(
            (read := read_session(body, text)) is not None and read.year == int(beside)
            for text, beside in zip(columns[places[0]], columns[year], strict=True)
        )
    ]
    return met or sessions


def _varying(choices: list[tuple[int, ...]], columns: Sequence[Column]) -> list[tuple[int, ...]]:
    return [places for places in choices if len(set(columns[places[0]])) > 1] or choices


@cache
def _country(text: str) -> str | None:
    try:
        return find_country(text).code
    except ReferenceInvalid:
        return None


@cache
def _session(text: str, body: Body) -> str | None:
    found = read_session(body, text) if any(map(str.isdigit, text)) else None
    return found.label if found else None


def _write(marks: Sequence[str], columns: Sequence[Column], fields: Mapping[int, str]) -> str:
    written = []
    for place, (column, mark) in enumerate(zip(columns, (*marks, ""), strict=True)):
        is_same = len(set(column)) == 1 and "{" not in column[0]
        written += [f"{{{fields[place]}}}" if place in fields else column[0] if is_same else "{any}", mark]
    return _ANYTHING.sub("{any}", "".join(written))
