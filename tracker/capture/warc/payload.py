"""The document in a record of a WARC: unpacked within limits, complete or not at all."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final

from tracker.capture.causes import FetchFault
from tracker.capture.read.extract import MAX_BYTES
from tracker.capture.warc.stream import find_header, read_digest
from tracker.capture.web.payload import unpack

if TYPE_CHECKING:
    from tracker.capture.warc.reading import WarcRecord

RENAMED: Final = "x-crawl-"
"""The prefix of transfer headers of a body that is kept unpacked."""

_CHUNK = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_LAST = re.compile(rb"(?:[^\r\n]+\r\n)*\r\n")
_LINE_END = b"\r\n"
_GZIP = b"\x1f\x8b"
# A length in 64 bits has no more.
_MOST_DIGITS = 20


def read_payload(record: WarcRecord, content: bytes | None) -> bytes:
    """Return the document that a response or resource holds.

    Raises ``FetchFault``: ``truncated`` where the capture says so, or its chunks or its packing end too
    early, ``wrong length`` where HTTP announced another one, ``altered`` where the payload digest is
    another, and as ``unpack`` does.
    """
    if content is None:
        raise FetchFault("too large", f"over {MAX_BYTES // 1024**2} MB")
    if record.truncated or record.is_segment:
        raise FetchFault("truncated", f"the capture was cut short ({record.truncated or 'segmented'})")
    body = _join_chunks(record, content)
    _check_length(record, body)
    _check_digest(record.payload_digest, body, content)
    return unpack([body], _encoding(record, body), MAX_BYTES)


def restore_headers(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return headers under their original names, where a writer of WARCs had renamed them."""
    return tuple((_restore(name), value) for name, value in headers)


def _restore(name: str) -> str:
    bare = name[len(RENAMED) :]
    is_renamed = name.lower().startswith(RENAMED) and bare.lower() in SENT_AS
    return bare if is_renamed else name


SENT_AS: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that describe how a body was sent."""


def _join_chunks(record: WarcRecord, content: bytes) -> bytes:
    """Return a body without its chunks; many tools store it without them and keep the header."""
    is_chunked = "chunked" in find_header(record.headers, "transfer-encoding").lower()
    return _unchunk(content) if is_chunked and _CHUNK.match(content) else content


def _unchunk(content: bytes) -> bytes:
    """Join chunks (RFC 9112, 7.1) up to their end; trailers and later bytes are ignored."""
    body, at = BytesIO(), 0
    with memoryview(content) as view:
        while head := _CHUNK.match(content, at):
            size, at = int(head[1], 16), head.end()
            if not size and _LAST.match(content, at):
                return body.getvalue()
            body.write(view[at : at + size])
            if view[at + size : at + size + 2] != _LINE_END:
                break
            at += size + 2
    raise FetchFault("truncated", "its chunks end before their end")


def _check_length(record: WarcRecord, body: bytes) -> None:
    announced = find_header(record.headers, "content-length").lstrip("0") or "0"
    if find_header(record.headers, "transfer-encoding") or find_header(record.headers, "content-encoding"):
        return
    if find_header(record.headers, "content-length").isdecimal() and announced != str(len(body)):
        raise FetchFault(
            "wrong length", f"{announced[:_MOST_DIGITS]} bytes were announced, {len(body)} are there"
        )


def _check_digest(said: str, body: bytes, content: bytes) -> None:
    """Check the payload digest of the body or, as many writers compute it, of its chunks."""
    digest = read_digest(said)
    if digest and not (digest.is_of(body) or digest.is_of(content)):
        raise FetchFault("altered", "its bytes are not those of its WARC-Payload-Digest")


def _encoding(record: WarcRecord, body: bytes) -> str:
    """Return the encoding of a body; one that is declared as gzip and is not was stored unpacked."""
    named = find_header(record.headers, "content-encoding")
    is_packed = body.startswith(_GZIP)
    return "" if named.lower() in {"gzip", "x-gzip"} and not is_packed else named
