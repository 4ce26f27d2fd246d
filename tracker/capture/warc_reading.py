"""Reading a WARC with warcio: every record in turn, whole, or the place where the file is damaged."""

from __future__ import annotations

import re
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tracker.capture.secrets import redact
from tracker.capture.warc_digests import read_digest
from tracker.capture.warc_stream import Damaged, WarcStream
from tracker.errors import WarcUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MISSING: Final = "WARC needs warcio; install it with: pip install 'tracker[warc]'"

MOST_BYTES: Final = 50 * 1024 * 1024
"""A longer content is read over: no statement is so long."""

_MOST_HEADERS = 200
_STEP = 256 * 1024
_LONGEST_WHY = 300
_STATUS = re.compile(r"[1-9][0-9]{2}")
_WARC, _GZIP = b"WARC/", b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """The head of one record; of a field that is missing the value is empty."""

    offset: int
    """Where it begins in the file."""
    id: str
    """Without the brackets around it."""
    type: str
    url: str
    date: str
    """An ISO 8601 instant in UTC, to the second; empty where the record names none."""
    media_type: str
    """Of the document: by the HTTP answer, or else by the record."""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Of the HTTP message, as sent; those that let somebody in are blank."""
    payload_digest: str = ""
    refers_to: str = ""
    refers_to_url: str = ""
    refers_to_date: str = ""
    concurrent_to: tuple[str, ...] = ()
    profile: str = ""
    truncated: str = ""
    is_segment: bool = False


@contextmanager
def open_warc(path: Path) -> Iterator[Warc]:
    """Open a WARC, packed or not. Raises ``WarcUnusable`` where it is none, or warcio is not installed."""
    try:
        with path.open("rb") as file:
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
        """Yield all records in the order of the file, those wanted with their content.

        None is the content of the others, and of one over 50 MB. An HTTP head is no part of it. Every
        record is read to its end and its block digest compared before it is given.
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
        iterator = _iterate(stream)
        offset = start
        try:
            while True:
                stream.begin_head()
                found = _next(iterator, stream, offset)
                if found is None:
                    return
                offset = _place(stream, iterator, offset)
                stream.begin_content()
                with _damage_at(partial(int, offset)):
                    block = _Block(found)
                    record = _read_head(found, block, offset)
                    content = _read_content(block, offset, is_kept=wanted(record))
                yield record, content
        except Damaged as damage:
            raise WarcUnusable(_tell_damage(self.path, damage)) from damage


def _tell_damage(path: Path, damage: Damaged) -> str:
    """Say where a file is damaged, and how to get what stands before."""
    remedy = f"; for what stands before: head -c {damage.offset} {path.name} > PART" if damage.offset else ""
    why = " ".join(damage.why.split())[:_LONGEST_WHY]
    return f"{path}: the record at byte {damage.offset:,}: {why}; nothing was taken from the file{remedy}"


def _iterate(stream: WarcStream) -> Any:  # noqa: ANN401 (warcio is untyped)
    try:
        from warcio.archiveiterator import WARCIterator
    except ImportError:
        raise WarcUnusable(MISSING) from None
    # Heads of HTTP are parsed apart: warcio takes one that is cut off for the end of the file, and fails on
    # digests that it cannot read.
    return WARCIterator(stream, no_record_parse=True)


def _next(iterator: Any, stream: WarcStream, before: int) -> Any:  # noqa: ANN401 (as above)
    """Return warcio's next record, None at the end; what it only prints is an error of the one before."""
    with redirect_stderr(StringIO()), _damage_at(lambda: _begins_at(iterator, stream, before)):
        found = next(iterator, None)
    if iterator.err_count:
        raise Damaged(before, "it is longer or shorter than its Content-Length says")
    return found


def _begins_at(iterator: Any, stream: WarcStream, before: int) -> int:  # noqa: ANN401 (as above)
    """Return where the record stands that warcio could not read."""
    offset = None if iterator.err_count else stream.offset_of(iterator.offset)
    return before if offset is None else offset


@contextmanager
def _damage_at(tell: Callable[[], int]) -> Iterator[None]:
    """Put down to a record whatever warcio raises over it: it has no error of its own for most damage."""
    try:
        yield
    except (Damaged, OSError, MemoryError):
        raise
    except Exception as error:
        raise Damaged(tell(), "its head is damaged or cut off") from error


def _place(stream: WarcStream, iterator: Any, before: int) -> int:  # noqa: ANN401 (as above)
    offset = stream.offset_of(iterator.offset)
    if offset is None:
        raise Damaged(before, "other records are packed with it; mend that with: warcio recompress FILE NEW")
    return offset


class _Block:
    """All that a record holds, digested as it is read."""

    def __init__(self, found: Any) -> None:  # noqa: ANN401 (as above)
        self.told = read_digest(str(found.rec_headers.get_header("WARC-Block-Digest") or ""))
        if found.rec_type == "revisit":
            # Of what, older writers did not agree.
            self.told = None
        self.computed = self.told.begin() if self.told else None
        self._stream = found.raw_stream

    @property
    def missing(self) -> int:
        """How many bytes of it are not read; at the end of the file, how many it lacks."""
        return int(self._stream.limit)

    def read(self, size: int) -> bytes:
        return self._digest(self._stream.read(size))

    def readline(self) -> bytes:
        return self._digest(self._stream.readline())

    def _digest(self, data: bytes) -> bytes:
        if self.computed:
            self.computed.update(data)
        return data


def _read_message(found: Any, block: _Block) -> Any:  # noqa: ANN401 (as above)
    """Return the HTTP head at the beginning of a record, None where there is none."""
    from warcio.recordloader import ArcWarcRecordLoader

    uri = found.rec_headers.get_header("WARC-Target-URI") or ""
    return ArcWarcRecordLoader(verify_http=False).load_http_headers(found.rec_type, uri, block, found.length)


def _read_head(found: Any, block: _Block, offset: int) -> WarcRecord:  # noqa: ANN401 (as above)
    fields = found.rec_headers
    length = fields.get_header("Content-Length") or ""
    if not (length.isascii() and length.isdigit()):
        raise Damaged(offset, "it is cut off, or has no Content-Length")

    def read(name: str) -> str:
        return str(fields.get_header(name) or "").strip()

    http = _read_message(found, block)
    headers = http.headers[:_MOST_HEADERS] if http else ()
    declared = http.get_header("Content-Type") if http else read("Content-Type")
    return WarcRecord(
        offset,
        id=_bare(read("WARC-Record-ID")),
        type=read("WARC-Type").lower(),
        url=read("WARC-Target-URI"),
        date=_read_date(read("WARC-Date")),
        media_type=str(declared or "").partition(";")[0].strip().lower(),
        status=_read_status(http.get_statuscode()) if http and found.rec_type != "request" else None,
        headers=redact((str(name), str(value)) for name, value in headers),
        payload_digest=read("WARC-Payload-Digest"),
        refers_to=_bare(read("WARC-Refers-To")),
        refers_to_url=_bare(read("WARC-Refers-To-Target-URI")),
        refers_to_date=_read_date(read("WARC-Refers-To-Date")),
        concurrent_to=tuple(
            _bare(value) for name, value in fields.headers if name.lower() == "warc-concurrent-to"
        ),
        profile=_bare(read("WARC-Profile")),
        truncated=read("WARC-Truncated"),
        is_segment=bool(read("WARC-Segment-Number")),
    )


def _read_content(block: _Block, offset: int, *, is_kept: bool) -> bytes | None:
    """Read a record to its end, in steps; return its content where it is wanted and not too long."""
    kept: list[bytes] | None = [] if is_kept and block.missing <= MOST_BYTES else None
    while piece := block.read(_STEP):
        if kept is not None:
            kept.append(piece)
    if block.missing:
        raise Damaged(offset, f"it is cut off: {block.missing:,} bytes are missing")
    if block.told and block.computed and block.computed.digest() != block.told.value:
        raise Damaged(offset, "its bytes are not those of its WARC-Block-Digest")
    return None if kept is None else b"".join(kept)


def _read_status(code: str) -> int | None:
    return int(code) if _STATUS.fullmatch(code) else None


def _read_date(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if instant.tzinfo else ""


def _bare(uri: str) -> str:
    return uri.removeprefix("<").removesuffix(">")
