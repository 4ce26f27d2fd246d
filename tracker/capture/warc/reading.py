"""Reading a WARC: all its records, or the place where the file is damaged."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from tracker.capture.causes import LONGEST_QUOTE, FetchFault
from tracker.capture.read import MAX_BYTES
from tracker.capture.warc.stream import (
    LONGEST_HEAD,
    HeadTooLong,
    RecordBody,
    WarcDamaged,
    WarcStream,
    find_header,
    read_digest,
    read_head,
)
from tracker.capture.web.payload import redact, unpack
from tracker.errors import WarcUnusable
from tracker.inputs.files import open_file
from tracker.inputs.passwords import strip_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.capture.warc.stream import MessageHead

# Bytes that are read at a time.
_STEP = 256 * 1024
_VERSION = re.compile(rb"WARC/(?:1\.[01]|0\.1[78])", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,18}")
_STATUS = re.compile(r"[1-9][0-9]{2}")
_WITH_MESSAGE = frozenset({"response", "request", "revisit"})
_WARC, _GZIP = b"WARC/", b"\x1f\x8b"
_ALTERED = "altered: its bytes are not those of its WARC-Block-Digest"
_REPACK = "repair it with: warcio recompress FILE NEW"


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """The head of one record; missing fields are empty."""

    offset: int
    """Where it begins in the file."""
    id: str
    """Without brackets."""
    type: str
    url: str
    date: str
    """An ISO 8601 instant in UTC, to the second; empty where the record has none."""
    media_type: str
    """Of the document: from the HTTP answer, or else from the record."""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Of the HTTP message, as sent, with credentials redacted."""
    payload_digest: str = ""
    refers_to: str = ""
    refers_to_url: str = ""
    refers_to_date: str = ""
    concurrent_to: tuple[str, ...] = ()
    profile: str = ""
    truncated: str = ""
    is_segment: bool = False
    fault: str = ""
    """Why its content is not used, although its end is certain."""


@contextmanager
def open_warc(path: Path) -> Iterator[Warc]:
    """Open a WARC, packed or not. Raises ``WarcUnusable`` where it is none."""
    try:
        with open_file(path) as file:
            head = file.read(len(_WARC))
            if not head.startswith((_WARC, _GZIP)):
                raise WarcUnusable(f"{path} is no WARC: it begins with neither WARC/ nor gzip's mark")
            yield Warc(path, file)
    except IsADirectoryError:
        raise WarcUnusable(f"{path} is a folder; name a WARC file") from None
    except OSError as error:
        raise WarcUnusable(f"{path}: {error.strerror}") from None


class Warc:
    """A WARC open for reading. Every method raises ``WarcUnusable`` where the file is damaged."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file

    def records(self, wanted: Callable[[WarcRecord], bool]) -> Iterator[tuple[WarcRecord, bytes | None]]:
        """Yield all records in the order of the file, the wanted ones with their content.

        The content of others, of one over 50 MB, and of one with a fault is None; an HTTP head is not part of
        it. Every record is read to its end, and its block digest checked, before it is yielded.
        """
        yield from self._read(0, wanted)

    def content(self, offset: int) -> tuple[WarcRecord, bytes]:
        """Return the record that begins at an offset, and its content."""
        for record, content in self._read(offset, lambda _record: True):
            return record, content or b""
        raise WarcUnusable(f"{self.path} has no record at byte {offset:,} any more; it was changed")

    def _read(
        self, start: int, wanted: Callable[[WarcRecord], bool]
    ) -> Iterator[tuple[WarcRecord, bytes | None]]:
        stream = WarcStream(self._file, start)
        try:
            begun = _begin(stream, start, is_first=True)
            while begun:
                yield _read_record(stream, *begun, wanted)
                begun = _begin(stream, begun[0])
        except WarcDamaged as damage:
            raise WarcUnusable(_describe_damage(self.path, damage)) from damage


def _describe_damage(path: Path, damage: WarcDamaged) -> str:
    """Describe where a file is damaged, and how to get the records before."""
    remedy = (
        f"; for the records before it: head -c {damage.offset} {path.name} > PART" if damage.offset else ""
    )
    why = " ".join(damage.why.split())[:LONGEST_QUOTE]
    return f"{path}: the record at byte {damage.offset:,}: {why}; nothing was taken from the file{remedy}"


def _begin(stream: WarcStream, before: int, *, is_first: bool = False) -> tuple[int, bytes] | None:
    """Return where the next record begins, and its first line; None at the end of the file.

    ``before`` is the place of the last record: a blank line follows it, if its length is right.
    """
    is_next, room = is_first, LONGEST_HEAD
    while room > 0:
        offset = stream.offset()
        line = stream.readline(room)
        if not line:
            return None
        if line.strip():
            if not is_next:
                raise WarcDamaged(before, "it is longer or shorter than its Content-Length says")
            if offset is None:
                raise WarcDamaged(before, f"other records are packed with it; {_REPACK}")
            return offset, line
        is_next, room = True, room - len(line)
    raise WarcDamaged(before, f"nothing follows it within {LONGEST_HEAD:,} bytes")


def _read_record(
    stream: WarcStream, offset: int, first: bytes, wanted: Callable[[WarcRecord], bool]
) -> tuple[WarcRecord, bytes | None]:
    if not _VERSION.match(first):
        raise WarcDamaged(offset, "its head is damaged or cut off")
    try:
        head = read_head(stream.readline, first)
    except HeadTooLong as error:
        raise WarcDamaged(offset, str(error)) from error
    length = head.read("content-length")
    if not (head.is_whole and _LENGTH.fullmatch(length)):
        raise WarcDamaged(offset, "it is cut off, or has no Content-Length")
    # Older writers compute the digest of a revisit in different ways.
    is_checked = head.read("warc-type") != "revisit"
    declared = read_digest(head.read("warc-block-digest")) if is_checked else None
    block = RecordBody(stream, int(length), declared)
    record = _describe_record(head, block, offset)
    content = _read_content(block, offset, is_kept=wanted(record))
    fault = record.fault or ("" if block.is_right() else _ALTERED)
    return (replace(record, fault=fault), None) if fault else (record, content)


def _read_message(type_: str, url: str, block: RecordBody) -> MessageHead | None:
    """Return the HTTP head at the beginning of a record; None where there is none."""
    if type_ not in _WITH_MESSAGE or not url.startswith(("http:", "https:")):
        return None
    first = block.readline(LONGEST_HEAD)
    return read_head(block.readline, first) if first else None


def _describe_record(head: MessageHead, block: RecordBody, offset: int) -> WarcRecord:
    type_, url, fault = head.read("warc-type"), _bare(head.read("warc-target-uri")).replace(" ", "%20"), ""
    http: MessageHead | None = None
    try:
        http = _read_message(type_, url, block)
    except HeadTooLong as error:
        fault = f"malformed: {error}"
    declared = http.read("content-type") if http else head.read("content-type")
    return WarcRecord(
        offset,
        id=_bare(head.read("warc-record-id")),
        type=type_.lower(),
        url=url,
        date=_read_date(head.read("warc-date")),
        media_type=declared.partition(";")[0].strip().lower(),
        status=_read_status(http.first_line) if http and type_ != "request" else None,
        headers=redact(http.fields) if http else (),
        payload_digest=head.read("warc-payload-digest"),
        refers_to=_bare(head.read("warc-refers-to")),
        refers_to_url=_bare(head.read("warc-refers-to-target-uri")),
        refers_to_date=_read_date(head.read("warc-refers-to-date")),
        concurrent_to=tuple(
            _bare(value) for name, value in head.fields if name.lower() == "warc-concurrent-to"
        ),
        profile=_bare(head.read("warc-profile")),
        truncated=head.read("warc-truncated"),
        is_segment=bool(head.read("warc-segment-number")),
        fault=fault,
    )


def _read_content(block: RecordBody, offset: int, *, is_kept: bool) -> bytes | None:
    """Read a record to its end, in steps; return its content if it is wanted and not too long."""
    kept = BytesIO() if is_kept and block.missing <= MAX_BYTES else None
    while piece := block.read(_STEP):
        if kept is not None:
            kept.write(piece)
    if block.missing:
        raise WarcDamaged(offset, f"it is cut off: {block.missing:,} bytes are missing")
    return None if kept is None else kept.getvalue()


def _read_status(line: str) -> int | None:
    code = line.partition(" ")[2].strip().partition(" ")[0]
    return int(code) if _STATUS.fullmatch(code) else None


def _read_date(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


def _bare(uri: str) -> str:
    return strip_user(uri.removeprefix("<").removesuffix(">"))


RENAMED: Final = "x-crawl-"
"""The prefix of transfer headers of a body that is kept unpacked."""

_CHUNK = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_LAST = re.compile(rb"(?:[^\r\n]+\r\n)*\r\n")
_LINE_END = b"\r\n"
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
