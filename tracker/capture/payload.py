"""The body of an answer: counted as it comes, unpacked within bounds, and whole or not at all."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ENCODINGS: Final = "gzip, deflate"
"""What is asked for; Brotli and Zstandard would each need a package."""

_MOST_CODINGS = 2
_STEP = 256 * 1024
_RATIO = 200
_EARLY = 1024 * 1024
_GZIP, _ZLIB, _RAW = 31, 15, -15
_ZLIB_METHOD = 8
"""RFC 1950: the low half of the first byte. No packer begins a raw stream with it."""


def unpack(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return a whole body out of its chunks as they came, unpacked where it has a ``Content-Encoding``.

    Two encodings in a row are undone, more are refused. Raises ``Fault``: ``too large`` over ``limit`` bytes
    as sent or unpacked, ``bomb`` where a megabyte or more is over 200 times what was sent, ``truncated``
    where the packing ends before its end, ``undecodable`` for another encoding, or bytes not in it.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    codings = [name for name in reversed(names) if name not in {"", "identity"}]
    unknown = next((name for name in codings if name not in _INFLATERS), None)
    if unknown or len(codings) > _MOST_CODINGS:
        raise Fault("undecodable", f"Content-Encoding: {encoding}")
    counter = _Counter(limit)
    stream = counter.count_sent(chunks)
    for name in codings:
        stream = _INFLATERS[name](stream)
    return b"".join(counter.count_unpacked(stream))


class _Counter:
    """Counts bytes on both sides of the unpacking, and stops it where they are too many."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._sent = 0

    def count_sent(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self._sent += len(chunk)
            if self._sent > self._limit:
                raise Fault("too large", f"over {self._limit} bytes")
            yield chunk

    def count_unpacked(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        unpacked = 0
        for chunk in chunks:
            unpacked += len(chunk)
            if unpacked > max(min(_EARLY, self._limit), _RATIO * self._sent):
                raise Fault("bomb", f"{self._sent} bytes unpack to {unpacked} and more")
            if unpacked > self._limit:
                raise Fault("too large", f"over {self._limit} bytes unpacked")
            yield chunk


def _ungzip(chunks: Iterable[bytes]) -> Iterator[bytes]:
    return _inflate(chunks, lambda _first: _GZIP, "gzip")


def _undeflate(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Undo ``deflate``, which many servers send without the header that the standard wants."""
    return _inflate(chunks, lambda first: _ZLIB if first & 0x0F == _ZLIB_METHOD else _RAW, "deflate")


_INFLATERS: Final[dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]]] = {
    "gzip": _ungzip,
    "x-gzip": _ungzip,
    "deflate": _undeflate,
}


def _inflate(chunks: Iterable[bytes], window: Callable[[int], int], name: str) -> Iterator[bytes]:
    """Unpack in steps of 256 KB at most, so that a bomb is stopped before it fills the memory."""
    inflater = None
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflater is None or inflater.eof:
                inflater = zlib.decompressobj(window(rest[0]))
            try:
                yield inflater.decompress(rest, _STEP)
            except zlib.error as error:
                raise Fault("undecodable", f"not {name} as said: {error}") from error
            rest = inflater.unconsumed_tail or inflater.unused_data
    if inflater is not None and not inflater.eof:
        yield inflater.flush()
        if not inflater.eof:
            raise Fault("truncated", f"the {name} data ends before its end")
