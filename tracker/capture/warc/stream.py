"""The bytes of a WARC as they are read: digests, headers and bodies of records, all within limits."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO, Final

from tracker.capture.web.payload import decode_header
from tracker.inputs.inflate import Meter, NotInflated, Piece, inflate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from hashlib import _Hash


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that a WARC declares."""

    algorithm: str
    value: bytes

    def begin(self) -> _Hash:
        """Return a new computation with the same algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def is_of(self, data: bytes) -> bool:
        """Tell whether it is the digest of these bytes."""
        computed = self.begin()
        computed.update(data)
        return computed.digest() == self.value


def read_digest(text: str) -> Digest | None:
    """Read ``sha1:3I42H3S6…``; None for an unknown algorithm or notation."""
    algorithm, _, written = text.partition(":")
    if algorithm not in hashlib.algorithms_guaranteed or algorithm.startswith("shake"):
        return None
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    try:
        value = bytes.fromhex(written) if len(written) == 2 * size else base64.b32decode(written)
    except (ValueError, binascii.Error):
        return None
    return Digest(algorithm, value) if len(value) == size else None


LONGEST_HEAD: Final = 1024 * 1024
"""Bytes: real heads have a few kilobytes, with cookies up to a hundred."""

_MOST_LINES: Final = 1000
"""The most lines of a head: servers send a hundred at most (Apache's limit), WARCs have about twenty."""


class HeadTooLong(Exception):
    """A head without an end within the limits."""

    def __init__(self) -> None:
        super().__init__(f"its head has no end within {LONGEST_HEAD:,} bytes and {_MOST_LINES:,} lines")


@dataclass(frozen=True, slots=True)
class MessageHead:
    """A first line, and fields as they were sent, with folded lines joined."""

    first_line: str
    fields: tuple[tuple[str, str], ...] = ()
    is_whole: bool = True
    """Whether a blank line ends it, and not the end of the file."""

    def read(self, name: str) -> str:
        """Return the first field with a name in lower case; empty where there is none."""
        return find_header(self.fields, name)


def read_head(readline: Callable[[int], bytes], first: bytes) -> MessageHead:
    """Read a head whose first line has been read. Raises ``HeadTooLong``.

    ``readline`` returns a line up to a number of bytes. A line is UTF-8, or else Latin-1; one without a colon
    is ignored.
    """
    first_line = decode_header(first).rstrip()
    if not first_line:
        return MessageHead("")
    lines: list[str] = []
    room = LONGEST_HEAD - len(first)
    while data := readline(room):
        room -= len(data)
        if room <= 0 or len(lines) == _MOST_LINES:
            raise HeadTooLong
        line = decode_header(data).rstrip()
        if not line:
            return MessageHead(first_line, tuple(_fields(lines)))
        lines.append(line)
    return MessageHead(first_line, tuple(_fields(lines)), is_whole=False)


def _fields(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    starts = [number for number, line in enumerate(lines) if not number or not line.startswith((" ", "\t"))]
    for start, end in pairwise([*starts, len(lines)]):
        name, colon, value = lines[start].partition(":")
        if colon:
            yield name.rstrip(" \t"), "".join([value.lstrip(), *lines[start + 1 : end]])


def find_header(fields: Iterable[tuple[str, str]], name: str) -> str:
    """Return the first field with a name in lower case; empty where there is none."""
    return next((value.strip() for key, value in fields if key.lower() == name), "")


BOMB: Final = 256 * 1024 * 1024
"""A file may unpack to more than this only up to 200 times its size."""

# Bytes that are read at a time.
_BLOCK = 64 * 1024
_MAGIC = b"\x1f\x8b"


class WarcDamaged(Exception):
    """A WARC that cannot be read further; this package turns it into an error that names the file."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset
        """Where the damaged record begins in the file."""
        self.why = why


class WarcStream:
    """A file from an offset on, at which a record must begin, packed or not."""

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        file.seek(start)
        self._start = start
        self._is_packed = file.read(len(_MAGIC)) == _MAGIC
        file.seek(start)
        blocks = iter(lambda: file.read(_BLOCK), b"")
        # Bytes before the offset count as read: limits are the same for all records and for one.
        meter = Meter(BOMB, taken=start)
        self._pieces = inflate(meter.take(blocks), "gzip", meter) if self._is_packed else _count(blocks)
        self._buffer = b""
        self._at = 0
        self._member = 0
        self._begins_member = True

    def readline(self, most: int) -> bytes:
        """Return the next line with its end, up to ``most`` bytes; empty at the end of the file."""
        parts: list[bytes] = []
        while most > 0 and self._fill():
            end = self._buffer.find(b"\n", self._at, self._at + most) + 1
            parts.append(self._take(end - self._at if end else most))
            most -= len(parts[-1])
            if end:
                break
        return b"".join(parts)

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; empty at the end of the file. Raises ``WarcDamaged``."""
        return self._take(size) if self._fill() else b""

    def offset(self) -> int | None:
        """Return the place of the next byte in the file; None inside packed data."""
        self._fill()
        if not self._is_packed:
            return self._start + self._member + self._at
        return self._start + self._member if self._begins_member and not self._at else None

    def _take(self, size: int) -> bytes:
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        return data

    def _fill(self) -> bool:
        """Fill the buffer, and tell whether it has any bytes."""
        if self._at < len(self._buffer):
            return True
        try:
            piece = next(self._pieces, None)
        except NotInflated as error:
            raise WarcDamaged(self._start + error.start, _explain(error)) from error
        if piece is None:
            return False
        self._begins_member = piece.start != self._member or not self._buffer
        self._buffer, self._at, self._member = piece.data, 0, piece.start
        return True


class RecordBody:
    """The content of one record, with its digest computed while it is read."""

    def __init__(self, stream: WarcStream, length: int, declared: Digest | None) -> None:
        self.missing = length
        """How many bytes of it are not read yet; at the end of the file, how many it lacks."""
        self._stream = stream
        self._declared = declared
        self._computed = declared.begin() if declared else None

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; empty at its end, or that of the file."""
        return self._digest(self._stream.read(min(size, self.missing))) if self.missing else b""

    def readline(self, most: int) -> bytes:
        """Return the next line, up to ``most`` bytes; empty at the end."""
        return self._digest(self._stream.readline(min(most, self.missing)))

    def is_right(self) -> bool:
        """Tell whether the content has its declared digest, if there is one."""
        return (
            self._declared is None
            or self._computed is None
            or self._computed.digest() == self._declared.value
        )

    def _digest(self, data: bytes) -> bytes:
        self.missing -= len(data)
        if self._computed:
            self._computed.update(data)
        return data


def _count(blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Yield blocks of a plain file as pieces."""
    position = 0
    for block in blocks:
        yield Piece(block, position)
        position += len(block)


def _explain(error: NotInflated) -> str:
    if error.cause == "truncated":
        return "it is cut off"
    return error.detail if error.cause == "bomb" else f"it cannot be unpacked ({error.detail})"
