"""Patterns of paths, such as ``{country}/{session}_{year}.txt``, and what a path says by them."""

from __future__ import annotations

import re
from functools import cache
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


def compile_pattern(pattern: str, required: Iterable[str] = ("country", "session")) -> re.Pattern[str]:
    """Return the regular expression of a pattern; it matches whole relative paths with ``/``.

    A field that stands twice has a numbered group each time, which ``read_parts`` joins. Raises
    ``ReferenceInvalid`` for an unknown field, or a pattern that lacks one of the fields required.
    """
    seen: list[str] = []
    parts = []
    end = 0
    for match in _FIELD.finditer(pattern):
        name = match[1]
        if name not in PATTERN_FIELDS:
            raise ReferenceInvalid(
                f"pattern {pattern!r}: unknown field {{{name}}}; expected one of {', '.join(PATTERN_FIELDS)}"
            )
        group = f"(?P<{name}_{seen.count(name)}>{PATTERN_FIELDS[name]})"
        parts += [re.escape(pattern[end : match.start()]), group]
        seen.append(name)
        end = match.end()
    parts.append(re.escape(pattern[end:]))
    for needed in required:
        if needed not in seen:
            raise ReferenceInvalid(f"pattern {pattern!r}: it names no {{{needed}}}")
    return re.compile("".join(parts))


def read_parts(match: re.Match[str], body: Body) -> dict[str, str]:
    """Return the fields of a path: a country as its code and a session as its label.

    Raises ``ReferenceInvalid`` where a country or session is unknown, and where a field stands twice and
    its places do not agree.
    """
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
