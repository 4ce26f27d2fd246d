"""Patterns of paths, such as ``{country}/{session}_{year}.txt``, and what a path says by them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from tracker.errors import ReferenceInvalid
from tracker.references import find_country, resolve_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.references import Body

PATTERN_FIELDS: Final[Mapping[str, str]] = {
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
        if name not in PATTERN_FIELDS:
            raise ReferenceInvalid(
                f"pattern {pattern!r}: unknown field {{{name}}}; expected one of {', '.join(PATTERN_FIELDS)}"
            )
    for needed in required:
        if needed not in names:
            raise ReferenceInvalid(f"pattern {pattern!r}: it names no {{{needed}}}")
    longest = {**PATTERN_FIELDS, "country": r"[^/]+"}
    return PathPattern(tuple(_compile(pattern, fields) for fields in (PATTERN_FIELDS, longest)))


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
