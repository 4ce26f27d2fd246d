"""The heads of records, and of HTTP messages in them, within bounds; read as warcio reads them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from hashlib import _Hash


@dataclass(frozen=True, slots=True)
class Told:
    """A digest that was told."""

    algorithm: str
    value: bytes

    def begin(self) -> _Hash:
        """Return what computes a digest by the same algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def is_of(self, data: bytes) -> bool:
        """Tell whether it is the digest of these bytes."""
        computed = self.begin()
        computed.update(data)
        return computed.digest() == self.value


def read_digest(text: str) -> Told | None:
    """Read ``sha1:3I42H3S6…``; None for an algorithm or a writing that nobody here knows."""
    algorithm, _, written = text.partition(":")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        return None
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    try:
        value = bytes.fromhex(written) if len(written) == 2 * size else base64.b32decode(written)
    except (ValueError, binascii.Error):
        return None
    return Told(algorithm, value) if len(value) == size else None


LONGEST_HEAD: Final = 1024 * 1024
"""Bytes: real heads have a few kilobytes, with cookies some tens of them."""

MOST_LINES: Final = 1000
"""Of one head: servers send a hundred at most (Apache's limit), WARCs have some twenty."""


class Endless(Exception):
    """A head that has no end within bounds."""

    def __init__(self) -> None:
        super().__init__(f"its head has no end within {LONGEST_HEAD:,} bytes and {MOST_LINES:,} lines")


@dataclass(frozen=True, slots=True)
class Head:
    """A first line, and fields as they were sent; longer lines may be folded."""

    first_line: str
    fields: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True
    """Whether a blank line ends it, and not the end of what there is."""

    def read(self, name: str) -> str:
        """Return the first field of a name, given in lower case; empty where there is none."""
        return next((value.strip() for key, value in self.fields if key.lower() == name), "")


def read_head(readline: Callable[[int], bytes], first: bytes) -> Head:
    """Read a head whose first line has been read. Raises ``Endless``.

    ``readline`` returns a line of at most so many bytes. A line is UTF-8, or else Latin-1; one without a
    colon is read over.
    """
    if not _decode(first):
        return Head("")
    lines: list[str] = []
    room = LONGEST_HEAD - len(first)
    while data := readline(room):
        room -= len(data)
        if room <= 0 or len(lines) == MOST_LINES:
            raise Endless
        line = _decode(data)
        if not line:
            return Head(_decode(first), tuple(_fields(lines)))
        lines.append(line)
    return Head(_decode(first), tuple(_fields(lines)), is_whole=False)


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    starts = [number for number, line in enumerate(lines) if not number or not line.startswith((" ", "\t"))]
    for start, end in pairwise([*starts, len(lines)]):
        name, colon, value = lines[start].partition(":")
        if colon:
            yield name.rstrip(" \t"), "".join([value.lstrip(), *lines[start + 1 : end]])


def _decode(line: bytes) -> str:
    try:
        return line.decode("utf-8").rstrip()
    except UnicodeDecodeError:
        return line.decode("latin-1").rstrip()
