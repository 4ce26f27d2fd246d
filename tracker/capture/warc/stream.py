"""The bytes of a WARC as they are read: unpacked record by record, counted, and never more than is sane."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from tracker.inputs.inflate import Meter, NotInflated, Piece, inflate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.capture.warc.heads import Told

BOMB: Final = 256 * 1024 * 1024
"""A file may unpack to more than this only if it is not over 200 times what is packed."""

_BLOCK = 64 * 1024
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
        self._start = start
        self._is_packed = file.read(len(_MAGIC)) == _MAGIC
        file.seek(start)
        blocks = iter(lambda: file.read(_BLOCK), b"")
        # What stands before the offset counts as read: what passed in reading all passes in reading one.
        meter = Meter(BOMB, taken=start)
        self._pieces = inflate(meter.take(blocks), "gzip", meter) if self._is_packed else _count(blocks)
        self._buffer = b""
        self._at = 0
        self._member = 0
        self._begins_member = True

    def readline(self, most: int) -> bytes:
        """Return the next line with its end, or so much of it; none at the end of the file."""
        parts: list[bytes] = []
        while most > 0 and self._fill():
            end = self._buffer.find(b"\n", self._at, self._at + most) + 1
            parts.append(self._take(end - self._at if end else most))
            most -= len(parts[-1])
            if end:
                break
        return b"".join(parts)

    def read(self, size: int) -> bytes:
        """Return so many bytes or less; none at the end of the file. Raises ``Damaged``."""
        return self._take(size) if self._fill() else b""

    def offset(self) -> int | None:
        """Return where in the file the next byte is; None inside a packed one."""
        self._fill()
        if not self._is_packed:
            return self._start + self._member + self._at
        return self._start + self._member if self._begins_member and not self._at else None

    def _take(self, size: int) -> bytes:
        data = self._buffer[self._at : self._at + size]
        self._at += len(data)
        return data

    def _fill(self) -> bool:
        """See to it that there is something to take, and tell whether there is."""
        if self._at < len(self._buffer):
            return True
        try:
            piece = next(self._pieces, None)
        except NotInflated as error:
            raise Damaged(self._start + error.start, _tell(error)) from error
        if piece is None:
            return False
        self._begins_member = piece.start != self._member or not self._buffer
        self._buffer, self._at, self._member = piece.data, 0, piece.start
        return True


class Block:
    """All that one record holds, digested as it is read."""

    def __init__(self, stream: WarcStream, length: int, told: Told | None) -> None:
        self.missing = length
        """How many bytes of it are not read; at the end of the file, how many it lacks."""
        self._stream = stream
        self._told = told
        self._computed = told.begin() if told else None

    def read(self, size: int) -> bytes:
        """Return so many bytes or less; none at its end, or that of the file."""
        return self._digest(self._stream.read(min(size, self.missing))) if self.missing else b""

    def readline(self, most: int) -> bytes:
        """Return the next line, or so much of it; none at the end."""
        return self._digest(self._stream.readline(min(most, self.missing)))

    def is_right(self) -> bool:
        """Tell whether what was read has the digest that was told, if one was."""
        return self._told is None or self._computed is None or self._computed.digest() == self._told.value

    def _digest(self, data: bytes) -> bytes:
        self.missing -= len(data)
        if self._computed:
            self._computed.update(data)
        return data


def _count(blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Yield blocks of a plain file, each as a member of its own."""
    position = 0
    for block in blocks:
        yield Piece(block, position)
        position += len(block)


def _tell(error: NotInflated) -> str:
    if error.cause == "truncated":
        return "it is cut off"
    return error.detail if error.cause == "bomb" else f"it cannot be unpacked ({error.detail})"
