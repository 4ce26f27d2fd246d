"""Packed bytes unpacked: the one place that inflates what came from others.

zlib hands back what it has not used at every call, by copying it. Fed a whole body at once, it copies that
for each member and each step, which is quadratic: 4 MB of empty members took 8 s. So it is fed slices. And
nothing that it gives goes uncounted: each member of a file, and each stage of a body that is packed twice.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

InflateCause = Literal["truncated", "undecodable", "bomb", "too large"]

RATIO: Final = 200
"""What may come out, times what went in: texts pack to a tenth, pages of tables to a fiftieth; zlib could
reach 1,032."""

FREE_MEMBERS: Final = 1000
"""Members that a stream may have whatever is in them; beyond, each must hold ``_LEAST_MEMBER`` bytes."""

_LEAST_MEMBER = 100
"""Bytes a member holds at least, on the average. Packers make members of 64 KB (bgzip) or more, and a WARC
one for each record, the shortest head of which has more than this."""

_FEW = 16
_SLICE, _STEP = 4096, 64 * 1024
"""Bytes taken at once: less after so many members, as zlib copies at each end of one what follows it."""
_GZIP, _ZLIB, _RAW = 31, 15, -15
_ZLIB_METHOD = 8
"""RFC 1950: the low half of the first byte. No packer begins a raw stream with it."""


class NotInflated(Exception):
    """Bytes that do not unpack, or not within bounds; caught by whoever asked, and told in his own terms."""

    def __init__(self, cause: InflateCause, detail: str, start: int = 0) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause: InflateCause = cause
        self.detail = detail
        self.start = start
        """Of the member at fault, in the packed bytes."""


class Piece(NamedTuple):
    """Some of what was packed, 64 KB at most and never none."""

    data: bytes
    start: int
    """Where the member that it is from begins, in the packed bytes."""


class Meter:
    """Counts what goes into the first stage of a stream, and what each of its stages has given so far."""

    def __init__(self, free: int, most: int | None = None, taken: int = 0) -> None:
        self._free = free if most is None else min(free, most)
        """Up to so many bytes nothing is a bomb."""
        self._most = most
        self._taken = taken

    def take(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Count what is sent. Raises ``NotInflated``, ``too large``, where it is over the bound."""
        for chunk in chunks:
            self._taken += len(chunk)
            if self._most is not None and self._taken > self._most:
                raise NotInflated("too large", f"over {self._most:,} bytes")
            yield chunk

    def check(self, given: int, start: int) -> None:
        """Compare what one stage has given with the bounds. Raises ``NotInflated``."""
        if given > max(self._free, RATIO * self._taken):
            raise NotInflated("bomb", f"{self._taken:,} bytes unpack to {given:,} and more", start)
        if self._most is not None and given > self._most:
            raise NotInflated("too large", f"over {self._most:,} bytes unpacked", start)


def inflate(chunks: Iterable[bytes], coding: str, meter: Meter) -> Iterator[Piece]:
    """Undo one coding of ``CODINGS``, a piece at a time, in time linear in what goes in and comes out.

    Of gzip one member may follow another, each whole (RFC 1952); of the others a stream is all there is.
    What is behind the end, be it zeros, is no padding to be read over. Raises ``NotInflated`` as ``Meter``
    does; ``bomb`` too where members hold next to nothing, ``undecodable`` for bytes in no such coding, and
    ``truncated`` where they end before their end.
    """
    stage = _Stage(coding, meter)
    for packed in stage.cut(chunks):
        rest = packed
        while rest:
            data, rest = stage.step(rest)
            if data:
                yield Piece(data, stage.start)
    data = stage.finish()
    if data:
        yield Piece(data, stage.start)


class _Stage:
    """Undoes one coding of a stream."""

    def __init__(self, coding: str, meter: Meter) -> None:
        self.start = 0
        self._coding = coding
        self._meter = meter
        self._inflater: zlib._Decompress | None = None
        self._taken = self._given = self._members = 0

    def cut(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield slices of what is packed: large ones, until members turn out to be many."""
        for chunk in chunks:
            at = 0
            while at < len(chunk):
                size = _SLICE if self._members > _FEW else _STEP
                yield chunk[at : at + size]
                at += size

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        """Return what comes of some bytes, and those of them that are not used yet."""
        inflater = self._inflater = self._inflater or self._begin(packed[0])
        try:
            data = inflater.decompress(packed, _STEP)
        except zlib.error as error:
            raise NotInflated("undecodable", f"not {self._coding} as said: {error}", self.start) from error
        rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
        self._taken += len(packed) - len(rest)
        if inflater.eof:
            self._inflater = None
        return self._count(data), rest

    def finish(self) -> bytes:
        """Return what zlib still held back when there was no more to take."""
        if self._inflater is None:
            return b""
        data = self._inflater.flush()
        if not self._inflater.eof:
            raise NotInflated("truncated", f"the {self._coding} data ends before its end", self.start)
        return self._count(data)

    def _begin(self, first: int) -> zlib._Decompress:
        if self._members and first != _MORE.get(self._coding):
            told = f"what follows the {self._coding} data is no part of it"
            raise NotInflated("undecodable", told, self.start)
        self.start = self._taken
        self._members += 1
        if self._members > FREE_MEMBERS + self._given // _LEAST_MEMBER:
            told = f"{self._members:,} members of it hold {self._given:,} bytes"
            raise NotInflated("bomb", told, self.start)
        # Many servers send "deflate" without the header that the standard wants.
        is_raw = self._coding == "deflate" and first & 0x0F != _ZLIB_METHOD
        return zlib.decompressobj(_RAW if is_raw else CODINGS[self._coding])

    def _count(self, data: bytes) -> bytes:
        self._given += len(data)
        self._meter.check(self._given, self.start)
        return data


CODINGS: Final = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB, "zlib": _ZLIB}
"""By the name of a coding, zlib's window."""

_MORE: Final = {"gzip": 0x1F, "x-gzip": 0x1F}
"""How a member begins that may follow another."""
