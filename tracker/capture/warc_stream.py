"""The bytes of a WARC as they are read: unpacked record by record, counted, and never more than is sane."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_HEAD: Final = 1024 * 1024
"""Bytes between one record's content and the next one's: real heads have a few kilobytes."""

BOMB: Final = 256 * 1024 * 1024
"""A record may unpack to more than this only if it is not over 200 times what is packed."""

_RATIO = 200
_BLOCK = 64 * 1024
_GZIP = 31
_MAGIC = b"\x1f\x8b"


class Damaged(Exception):
    """A WARC that cannot be read on; caught in this package and turned into an error that names the file."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset
        """Of the record at fault, in the file."""
        self.why = why


class WarcStream:
    """A file from an offset on, which must be the beginning of a record, packed or not."""

    def __init__(self, file: BinaryIO, start: int = 0) -> None:
        file.seek(start)
        self._file = file
        self._start = start
        self._position = 0
        self._room: int | None = None
        self._members = _Members(file, start) if _is_packed(file, start) else None
        self._read: Callable[[int], bytes] = self._members.read if self._members else file.read

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes or less; none at the end of the file. Raises ``Damaged``."""
        data = self._read(size)
        self._position += len(data)
        if self._room is not None:
            self._room -= len(data)
            if self._room < 0:
                raise Damaged(self._here(), f"it has no end within {LONGEST_HEAD:,} bytes")
        return data

    def tell(self) -> int:
        """Return how many bytes were read, unpacked."""
        return self._position

    def begin_head(self) -> None:
        """Bound what is read from now on: it is held in memory."""
        self._room = LONGEST_HEAD

    def begin_content(self) -> None:
        """Read without bound: whoever does so lets the bytes go."""
        self._room = None

    def offset_of(self, position: int) -> int | None:
        """Return where in the file the record is that begins at a position; None inside a packed one."""
        return self._start + position if self._members is None else self._members.starts.get(position)

    def _here(self) -> int:
        return self._start + self._position if self._members is None else self._members.start


class _Members:
    """Unpacks the members of a gzip file, each of which is one record."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self.start = start
        """Of the member at hand, in the file."""
        self.starts: dict[int, int] = {}
        """Of the latest members, by the position of their first byte."""
        self._file = file
        self._inflater: zlib._Decompress | None = None
        self._pending = b""
        self._read_up_to = start
        self._given = 0
        self._unpacked = 0

    def read(self, size: int) -> bytes:
        """Return what comes next, at most so much and at most to the end of a member."""
        while True:
            self._fill()
            if self._inflater is None:
                if not self._pending:
                    return b""
                self._begin()
            data = self._inflate(_BLOCK if size < 0 else size)
            if data:
                self._given += len(data)
                return data

    def _fill(self) -> None:
        if self._pending:
            return
        self._pending = self._file.read(_BLOCK)
        self._read_up_to += len(self._pending)
        if self._inflater and not self._pending:
            raise Damaged(self.start, "it is cut off")

    def _begin(self) -> None:
        self.start = self._read_up_to - len(self._pending)
        self.starts = {**dict(list(self.starts.items())[-2:]), self._given: self.start}
        self._inflater = zlib.decompressobj(_GZIP)
        self._unpacked = 0

    def _inflate(self, size: int) -> bytes:
        inflater = self._inflater or zlib.decompressobj(_GZIP)
        try:
            data = inflater.decompress(self._pending, size)
        except zlib.error as error:
            raise Damaged(self.start, f"it cannot be unpacked ({error})") from error
        self._pending = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        self._unpacked += len(data)
        packed = self._read_up_to - len(self._pending) - self.start
        if self._unpacked > BOMB and self._unpacked > _RATIO * packed:
            raise Damaged(self.start, f"{packed:,} bytes of it unpack to {self._unpacked:,} and more")
        if inflater.eof:
            self._inflater = None
        return data


def _is_packed(file: BinaryIO, start: int) -> bool:
    magic = file.read(len(_MAGIC))
    file.seek(start)
    return magic == _MAGIC
