"""The body of an answer: counted as it comes, unpacked within bounds, and whole or not at all."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import Fault
from tracker.inputs.inflate import Meter, NotInflated, inflate

if TYPE_CHECKING:
    from collections.abc import Iterable

ENCODINGS: Final = "gzip, deflate"
"""What is asked for; Brotli and Zstandard would each need a package."""

_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
_MOST_CODINGS = 2
_EARLY = 1024 * 1024
_LONGEST = 100


def unpack(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return a whole body out of its chunks as they came, unpacked where it has a ``Content-Encoding``.

    Two encodings in a row are undone, each within the same bounds; more are refused. Raises ``Fault``:
    ``too large`` over ``limit`` bytes as sent or unpacked, ``bomb`` where a megabyte or more is over 200
    times what was sent, or where it is made of members that hold next to nothing, ``truncated`` where the
    packing ends before its end, ``undecodable`` for another encoding, or bytes not in it.
    """
    meter = Meter(_EARLY, limit)
    stream = meter.take(chunks)
    for coding in _read_codings(encoding):
        stream = (piece.data for piece in inflate(stream, coding, meter))
    # A list of chunks would take forty times the room where each has one byte.
    whole = BytesIO()
    try:
        for data in stream:
            whole.write(data)
    except NotInflated as error:
        raise Fault(error.cause, error.detail) from error
    return whole.getvalue()


def _read_codings(encoding: str) -> list[str]:
    """Return the codings to be undone, the last one first. Raises ``Fault``."""
    names = [name.strip().lower() for name in encoding.split(",")]
    codings = [name for name in reversed(names) if name not in {"", "identity"}]
    if len(codings) > _MOST_CODINGS or not _KNOWN.issuperset(codings):
        raise Fault("undecodable", f"Content-Encoding: {encoding[:_LONGEST]}")
    return codings
