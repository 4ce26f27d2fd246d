"""The body of an answer, unpacked within limits, complete or not at all; redacted headers and validators."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import LONGEST_QUOTE, FetchFault
from tracker.inputs.inflate import Meter, NotInflated, inflate
from tracker.inputs.passwords import strip_user, strip_users
from tracker.model.watching import Validators

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie"})
_ADDRESSES = frozenset({"content-location", "location", "referer"})
_REDACTED = "(redacted)"


# Of one message; Python's own client accepts a hundred.
MOST_HEADERS: Final = 200


def redact(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the first ``MOST_HEADERS`` headers with credentials redacted, those in addresses too."""
    return tuple((name, _redact(name.lower(), value)) for name, value in islice(headers, MOST_HEADERS))


def _redact(name: str, value: str) -> str:
    if name in _SECRET:
        return _REDACTED
    return strip_user(value) if name in _ADDRESSES else strip_users(value)


def decode_header(line: bytes) -> str:
    """Return a line of a head: UTF-8, or else Latin-1."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


_SETTLED: Final = timedelta(seconds=60)
"""The least age of a usable date: ``Last-Modified`` counts whole seconds, and clocks differ."""

# Characters: entity tags have less than a hundred; many servers refuse a request with a head over 8 KB.
_LONGEST_VALUE = 1024


def read_validators(headers: Mapping[str, str], now: datetime) -> Validators:
    """Return the validators of an answer for later conditional requests.

    A ``Last-Modified`` in the future, or less than a minute old, does not show changes reliably and is left
    out, as is a validator that cannot be sent back unchanged.
    """
    return Validators(_plain(headers.get("etag")), _settled(headers.get("last-modified"), now))


def conditions(validators: Validators) -> dict[str, str]:
    """Return the headers of a conditional request; none where there are no validators."""
    asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in asked.items() if value}


def merge(earlier: Validators, later: Validators) -> Validators:
    """Return the validators after a 304, which need not repeat those of the request."""
    return Validators(later.etag or earlier.etag, later.last_modified or earlier.last_modified)


def _plain(value: str | None) -> str | None:
    return (
        value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALUE else None
    )


def _settled(value: str | None, now: datetime) -> str | None:
    text = _plain(value)
    if text is None:
        return None
    try:
        modified = parsedate_to_datetime(text)
    except ValueError:
        return None
    return text if modified.tzinfo and modified <= now - _SETTLED else None


ENCODINGS: Final = "gzip, deflate"
"""What requests accept; Brotli and Zstandard would each need a package."""

_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})
# Servers use one; each more multiplies the size of a bomb.
_MOST_CODINGS = 2
# Up to a megabyte a bomb does no harm.
_EARLY = 1024 * 1024


def unpack(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Return a whole body from its chunks, unpacked where it has a ``Content-Encoding``.

    Up to two encodings are undone, each within the same limits. Raises ``FetchFault``: ``too large`` over
    ``limit`` bytes as sent or unpacked, ``bomb`` where a megabyte or more is over 200 times what was sent, or
    consists of nearly empty members, ``truncated`` where packed data ends too early, ``undecodable`` for
    another encoding, or bytes that are not in it.
    """
    meter = Meter(_EARLY, limit)
    stream = meter.take(chunks)
    for coding in _read_codings(encoding):
        stream = (piece.data for piece in inflate(stream, coding, meter))
    # A list of chunks would take forty times the memory where each has one byte.
    whole = BytesIO()
    try:
        for data in stream:
            whole.write(data)
    except NotInflated as error:
        raise FetchFault(error.cause, error.detail) from error
    return whole.getvalue()


def _read_codings(encoding: str) -> list[str]:
    """Return the encodings to undo, the last one first. Raises ``FetchFault``."""
    names = [name.strip().lower() for name in encoding.split(",")]
    codings = [name for name in reversed(names) if name not in {"", "identity"}]
    if len(codings) > _MOST_CODINGS or not _KNOWN.issuperset(codings):
        raise FetchFault("undecodable", f"Content-Encoding: {encoding[:LONGEST_QUOTE]}")
    return codings
