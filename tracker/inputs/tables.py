"""TOML that people write, as values: read strictly, key by key."""

from __future__ import annotations

import re
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ValueReader: TypeAlias = "Callable[[object], Any]"
"""Returns a value as the program has it, or raises ``ValueError`` with what is expected."""

_Read = TypeVar("_Read")
# Characters of one value; many servers refuse longer addresses.
_LONGEST = 2000


class InvalidKey(ValueError):
    """A value that a key cannot have; the message says what is allowed, and ``path`` where it stands."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.path: tuple[str, ...] = (key,) if key else ()


def read_table(
    value: object,
    readers: Mapping[str, ValueReader],
    *,
    expected: str = "expected a table",
    unknown: str = "",
) -> dict[str, Any]:
    """Return the values of a table, each read by its key's reader.

    Raises ``InvalidKey`` where it is no table, for a key without a reader, and for a value that its reader
    refuses; the messages for the first two may be given.
    """
    if not isinstance(value, dict):
        raise InvalidKey("", expected)
    for key in value:
        if key not in readers:
            raise InvalidKey(key, unknown or f"unknown key; there are {', '.join(readers)}")
    return {key: read_inside(key, readers[key], inside) for key, inside in value.items()}


def read_inside(key: str, read: Callable[..., _Read], *arguments: object) -> _Read:
    """Return what a reader returns; where it refuses, the key goes before the place of the fault."""
    try:
        return read(*arguments)
    except InvalidKey as fault:
        fault.path = (key, *fault.path)
        raise
    except ValueError as error:
        raise InvalidKey(key, str(error)) from error


def read_text(value: object) -> str:
    """Return a printable text on one line."""
    if not isinstance(value, str):
        raise ValueError("expected a text in quotes")  # noqa: TRY004 - the value is a user's, not a programmer's
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST:
        raise ValueError("expected a text that prints, on one line")
    return value.strip()


def read_texts(value: object, example: str = "aside") -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list):
        raise ValueError(f'expected a list of texts, such as ["{example}"]')  # noqa: TRY004
    return tuple(read_text(one) for one in value)


def read_choice(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise ValueError("expected true or false")  # noqa: TRY004 - as above
    return value


def read_day(value: object) -> str:
    """Return a day as an ISO date."""
    # A date of TOML and a text are both allowed.
    text = str(value) if isinstance(value, date) else read_text(value)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("expected a day such as 2024-09-01") from None


def number(least: float, most: float) -> Callable[[object], float]:
    """Return a reader of numbers from ``least`` to ``most``."""

    def read(value: object) -> float:
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not isfinite(value) or not least <= value <= most:  # type: ignore[arg-type, operator]
            raise ValueError(f"expected a number from {least:g} to {most:g}")
        return float(value)  # type: ignore[arg-type]

    return read


def whole_number(least: int, most: int) -> Callable[[object], int]:
    """Return a reader of whole numbers from ``least`` to ``most``."""

    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"expected a whole number from {least} to {most}")
        return value

    return read


def one_of(*choices: str) -> Callable[[object], str]:
    """Return a reader of one of a few words."""

    def read(value: object) -> str:
        if value not in choices:
            raise ValueError(f"expected {' or '.join(map(repr, choices))}")
        return str(value)

    return read


def matching(pattern: re.Pattern[str], expected: str) -> Callable[[object], str]:
    """Return a reader of texts that match a pattern as a whole."""

    def read(value: object) -> str:
        text = read_text(value)
        if not pattern.fullmatch(text):
            raise ValueError(f"expected {expected}")
        return text

    return read


_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE = re.compile(rf"\s*\[\s*({_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")


def find_line(text: str, *path: str) -> int:
    """Return the line, from 1, of a key or table, or else of the nearest table around it."""
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
    """Return the length of a found path if it is the beginning of the wanted one; else 0."""
    return len(found) if found == path[: len(found)] else 0
