"""Web archives for tests, written with warcio as other archives write them, and read back whole."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from warcio.archiveiterator import WARCIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

PROFILE = "http://netpreserve.org/warc/1.0/revisit/"
URL = "https://example.org/79/statement"


@dataclass(frozen=True, slots=True)
class Made:
    """One record; a response where nothing else is said."""

    body: bytes | str = b""
    url: str = URL
    date: str = "2024-09-24T10:00:00Z"
    status: str = "200 OK"
    type: str = "response"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain"),)
    fields: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    """Its id; by default told from all the rest."""

    @property
    def id(self) -> str:
        return self.name or f"urn:test:{hashlib.sha256(repr(self).encode()).hexdigest()[:12]}"


def write_warc(path: Path, records: Iterable[Made], *, packed: bool = True) -> Path:
    """Write a WARC of records."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=packed)
        for record in records:
            writer.write_record(_create(writer, record))
    return path


def pack_as_one(path: Path, records: Iterable[Made]) -> Path:
    """Write a WARC that is packed as a whole, which no reader can seek in."""
    plain = write_warc(path.with_suffix(".plain"), records, packed=False).read_bytes()
    path.write_bytes(gzip.compress(plain))
    return path


def read_whole(path: Path) -> list[tuple[Mapping[str, str], Any, bytes]]:
    """Return fields, HTTP head and content of all records; every digest in them is compared."""
    return list(_read(path))


def by_type(path: Path) -> dict[str, list[tuple[Mapping[str, str], Any, bytes]]]:
    """Return the records of a WARC by their type."""
    found: dict[str, list[tuple[Mapping[str, str], Any, bytes]]] = {}
    for record in read_whole(path):
        found.setdefault(record[0]["WARC-Type"], []).append(record)
    return found


def _read(path: Path) -> Iterator[tuple[Mapping[str, str], Any, bytes]]:
    with path.open("rb") as file:
        iterator = WARCIterator(file, check_digests="raise")
        for record in iterator:
            content = record.raw_stream.read()
            assert record.digest_checker.passed is not False
            yield dict(record.rec_headers.headers), record.http_headers, content
        assert not iterator.err_count


def _create(writer: WARCWriter, record: Made) -> Any:  # noqa: ANN401 (warcio is untyped)
    body = record.body.encode() if isinstance(record.body, str) else record.body
    fields = {"WARC-Record-ID": f"<{record.id}>", "WARC-Date": record.date, **record.fields}
    head = None
    if record.type in {"response", "revisit"} and record.status:
        head = StatusAndHeaders(record.status, list(record.headers), protocol="HTTP/1.1")
    if record.type == "request":
        head = StatusAndHeaders("GET / HTTP/1.1", list(record.headers), is_http_request=True)
    return writer.create_warc_record(
        record.url,
        record.type,
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=fields.get("Content-Type", ""),
        warc_headers_dict=fields,
        http_headers=head,
    )
