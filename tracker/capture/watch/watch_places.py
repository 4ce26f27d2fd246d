"""Where in a TOML file a key stands: the parser of the standard library does not say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")


def find_line(text: str, *path: str) -> int:
    """Return the line, from 1, of a key or table; that of the nearest table around it where there is none."""
    best, line = 0, 1
    for number, found in _paths(text):
        shared = _shared(found, path)
        if shared > best:
            best, line = shared, number
    return line


def _paths(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        if heading := _TABLE.match(line):
            table = _split(heading[1])
            yield number, table
        elif assignment := _ASSIGNMENT.match(line):
            yield number, table + _split(assignment[1])


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, dotted))


def _shared(found: tuple[str, ...], path: tuple[str, ...]) -> int:
    """Return how many parts two paths share, if the one found leads to the other."""
    return len(found) if found == path[: len(found)] else 0
