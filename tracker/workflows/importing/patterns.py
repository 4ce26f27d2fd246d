"""File name patterns: ``{country}/{session}_{year}.txt`` reads a statement's particulars from a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIELDS: Mapping[str, str] = {
    "country": r"[^/]+?",
    "session": r"[^/]+?",
    "item": r"[^/]+?",
    "year": r"\d{4}",
    "date": r"\d{4}(?:-\d\d(?:-\d\d)?)?",
    "language": r"[a-z]{2}",
    "kind": r"[a-z]+",
    "any": r"[^/]*?",
}
"""What may stand in braces, and what it matches; ``{any}`` is read over."""

_FIELD = re.compile(r"\{(\w*)\}")


def compile_pattern(pattern: str, required: Iterable[str] = ("country", "session")) -> re.Pattern[str]:
    """Return the regular expression of a pattern; it matches whole relative paths with ``/``.

    Raises ``ReferenceInvalid`` for an unknown field, one that stands twice, or a pattern that lacks one
    of the fields required.
    """
    seen: set[str] = set()
    parts = []
    end = 0
    for match in _FIELD.finditer(pattern):
        parts += [re.escape(pattern[end : match.start()]), _group(match[1], pattern, seen)]
        end = match.end()
    parts.append(re.escape(pattern[end:]))
    for needed in required:
        if needed not in seen:
            raise ReferenceInvalid(f"pattern {pattern!r}: it names no {{{needed}}}")
    return re.compile("".join(parts))


def _group(name: str, pattern: str, seen: set[str]) -> str:
    if name not in FIELDS:
        raise ReferenceInvalid(f"pattern {pattern!r}: no field {{{name}}}; there are {', '.join(FIELDS)}")
    if name == "any":
        return FIELDS[name]
    if name in seen:
        raise ReferenceInvalid(f"pattern {pattern!r}: {{{name}}} stands twice")
    seen.add(name)
    return f"(?P<{name}>{FIELDS[name]})"
