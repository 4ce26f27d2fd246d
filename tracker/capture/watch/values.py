"""Readers of single values of a watch list; each raises ``ValueError`` with what it expects."""

from __future__ import annotations

import re
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HOST = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[\w.-]+|[0-9a-fA-F:]+)(?::\d{1,5})?")
# Characters of one value; many servers refuse longer addresses.
_LONGEST = 2000


def read_text(value: object) -> str:
    """Return a printable text on one line."""
    if not isinstance(value, str):
        raise ValueError("expected a text in quotes")  # noqa: TRY004 - the value is a user's, not a programmer's
    if not value.strip() or not value.isprintable() or len(value) > _LONGEST:
        raise ValueError("expected a text that prints, on one line")
    return value.strip()


def read_texts(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if not isinstance(value, list):
        raise ValueError('expected a list of texts, such as ["aside"]')  # noqa: TRY004
    return tuple(read_text(one) for one in value)


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


def read_hosts(value: object) -> tuple[str, ...]:
    """Return a list of hosts, each with or without a port."""
    read = matching(_HOST, "hosts, each as host or host:port")
    return tuple(read(host) for host in read_texts(value))


def read_day(value: object) -> str:
    """Return a day as an ISO date."""
    # A date of TOML and a text are both allowed.
    text = str(value) if isinstance(value, date) else read_text(value)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("expected a day such as 2024-09-01") from None


def read_address(value: object) -> str:
    """Return a URL as written. Raises ``ValueError`` for one that is not HTTP, or holds a password."""
    text = read_text(value)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not an address: {error}") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("expected an address that begins with http:// or https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address with a user name or password; those do not belong in a watch list")
    if text.split() != [text] or "\\" in text:
        raise ValueError("an address with blanks or backslashes; write them as %20 and %5C")
    return text


def read_path(value: object) -> str:
    """Return a path that stays inside the folder to which it is relative."""
    text = read_text(value)
    if text.startswith(("/", "~", "\\")) or ".." in text.replace("\\", "/").split("/") or "://" in text:
        raise ValueError("expected a path inside the archive's folder")
    return text


def read_expression(value: object) -> str:
    """Return a regular expression as written."""
    text = read_text(value)
    try:
        re.compile(text)
    except (re.error, OverflowError) as error:
        raise ValueError(f"not a regular expression: {error}") from None
    except RecursionError:
        raise ValueError("not a regular expression that can be used: it is nested too deeply") from None
    return text


def read_selector(value: object) -> str:
    """Return a CSS selector as written."""
    from cssselect import HTMLTranslator, SelectorError

    text = read_text(value)
    try:
        HTMLTranslator().css_to_xpath(text)
    except SelectorError as error:
        raise ValueError(f"not a CSS selector: {error}") from None
    except RecursionError:
        raise ValueError("not a CSS selector that can be used: it is nested too deeply") from None
    return text


def read_selectors(value: object) -> tuple[str, ...]:
    """Return a list of CSS selectors."""
    return tuple(read_selector(one) for one in read_texts(value))


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
