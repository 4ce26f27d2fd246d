"""``tracker export warc``: kept documents with the evidence of their capture, as a web archive."""

from __future__ import annotations

import hashlib
from http.client import responses
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote, urlsplit

from tracker import __version__
from tracker.capture.row_texts import is_table_extractor
from tracker.capture.warc.reading import RENAMED, SENT_AS
from tracker.capture.warc.writing import (
    FORMAT,
    STANDARD,
    HttpMessage,
    WarcOutput,
    name_record,
    open_writer,
    write_uri,
)
from tracker.errors import TrackerError
from tracker.exchange.exports import choose_holdings, new_target
from tracker.exchange.warc_metadata import (
    MEDIA_TYPE,
    NOT_MODIFIED,
    SAME_BYTES,
    SAME_TEXT,
    write_metadata,
)
from tracker.files import draft_file
from tracker.inputs.passwords import is_web_address
from tracker.model.preserving import Exported
from tracker.record.reading.holdings import open_holdings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.model.ledger import Check
    from tracker.model.preserving import Holding
    from tracker.model.watching import Exchange
    from tracker.record.reading.holdings import Holdings


def export_warc(archive: Path, target: Path, wanted: Sequence[str], *, private: bool = False) -> Exported:
    """Write the snapshots behind references, or all, into a new WARC, whole or not at all.

    It is packed, each record by itself, where its name ends in ``.gz``. The same record gives the same
    bytes. Open material only, unless ``private``. Raises ``WarcUnusable`` where warcio is not installed, and
    as ``new_target`` and ``choose_holdings`` do.
    """
    with (
        new_target(target, archive, private=private) as permissions,
        open_holdings(archive, private=private) as holdings,
    ):
        found, closed = choose_holdings(archive, holdings, wanted)
        # A WARC has a record for a document, and none for a part of one.
        chosen = tuple(each for each in found if not is_table_extractor(each.extractor))
        if not chosen:
            raise TrackerError("these are rows of a table, which no WARC holds; use: tracker export bag")
        with draft_file(target, permissions) as out:
            contents = _write(holdings, chosen, out, packed=target.name.endswith(".gz"))
            if len(chosen) < len(found):
                contents["left-out row"] = len(found) - len(chosen)
            out.seek(0)
            sha256 = hashlib.file_digest(out, "sha256").hexdigest()
    return Exported(str(target), contents, target.stat().st_size, sha256, closed)


def _write(holdings: Holdings, chosen: Sequence[Holding], out: BinaryIO, *, packed: bool) -> dict[str, int]:
    writer = open_writer(out, packed=packed)
    writer.write(_describe(chosen))
    contents = {"response": 0, "resource": 0, "revisit": 0}
    for holding in chosen:
        for record in list_records(holding, holdings.checks(holding), holdings.document(holding.sha256)):
            writer.write(record)
            if record.type in contents:
                contents[record.type] += 1
    return contents


def _describe(chosen: Sequence[Holding]) -> WarcOutput:
    """Return the first record, which says what the others are; its date is that of the latest snapshot."""
    parts = {
        "software": f"tracker/{__version__}",
        "format": FORMAT,
        "conformsTo": STANDARD,
        "description": "Snapshots of national statements at UN bodies. Bodies are kept unpacked: headers"
        " that told how one was sent are prefixed X-Crawl-. Protocol version and reason phrase are not"
        " recorded: every answer is written as HTTP/1.1 with the standard's phrase.",
    }
    everything = hashlib.sha256(" ".join(f"{each.id} {each.sha256}" for each in chosen).encode())
    date = max(each.observed for each in chosen)
    content = "".join(f"{name}: {value}\r\n" for name, value in parts.items()).encode()
    return WarcOutput(
        "warcinfo",
        name_record("warcinfo", date, everything.hexdigest()),
        date,
        {"Content-Type": "application/warc-fields"},
        content,
    )


_BRINGING = frozenset({"new", "changed", "quarantined"})
_OK, _UNCHANGED = 200, 304
_BODILESS = frozenset({204, 304})
_RESPONSE, _REQUEST = "application/http; msgtype=response", "application/http; msgtype=request"


def list_records(holding: Holding, checks: Sequence[Check], data: bytes) -> Iterator[WarcOutput]:
    """Yield the records of one snapshot: its document first, then each check that found it still there."""
    bringing = next((check for check in checks if _has_brought(check, holding)), None)
    if bringing:
        original = _write_response(holding, bringing, data)
        yield from _write_way(holding, bringing)
        yield original
        yield _write_request(original, bringing.exchanges[-1])
    else:
        original = _write_resource(holding, _locate(holding, checks), data)
        yield original
    yield _write_metadata(original, holding, bringing)
    for check in checks:
        if check is not bringing and check.outcome in {"unchanged", "moved"}:
            yield from _write_revisit(original, holding, check)


def _has_brought(check: Check, holding: Holding) -> bool:
    """Return whether an answer is the first with this document."""
    return (
        check.outcome in _BRINGING
        and check.sha256 == holding.sha256
        and bool(check.exchanges)
        and check.exchanges[-1].status == _OK
    )


def _write_response(holding: Holding, check: Check, data: bytes) -> WarcOutput:
    last = check.exchanges[-1]
    return WarcOutput(
        "response",
        name_record("response", str(holding.declaration.reference), last.url, check.observed, holding.sha256),
        check.observed,
        {
            "WARC-Target-URI": write_uri(last.url),
            "WARC-Payload-Digest": f"sha256:{holding.sha256}",
            "WARC-Identified-Payload-Type": holding.media_type,
            "Content-Type": _RESPONSE,
        },
        data,
        _answer(last, len(data)),
    )


def _write_resource(holding: Holding, uri: str, data: bytes) -> WarcOutput:
    return WarcOutput(
        "resource",
        name_record("resource", str(holding.declaration.reference), holding.observed, holding.sha256),
        holding.observed,
        {
            "WARC-Target-URI": uri,
            "WARC-Payload-Digest": f"sha256:{holding.sha256}",
            "WARC-Identified-Payload-Type": holding.media_type,
            "Content-Type": holding.media_type,
        },
        data,
    )


def _write_way(holding: Holding, check: Check) -> Iterator[WarcOutput]:
    """Yield what was met on the way to a document, robots.txt and redirects; their bodies are not kept."""
    for number, exchange in enumerate(check.exchanges[:-1]):
        if exchange.status is None:
            continue
        reference = str(holding.declaration.reference)
        answer = WarcOutput(
            "response",
            name_record("way", reference, str(number), exchange.url, exchange.requested, holding.sha256),
            exchange.requested,
            {
                "WARC-Target-URI": write_uri(exchange.url),
                "Content-Type": _RESPONSE,
                **({} if _is_bodiless(exchange) else {"WARC-Truncated": "unspecified"}),
            },
            message=_answer(exchange, 0),
        )
        yield answer
        yield _write_request(answer, exchange)


def _write_revisit(original: WarcOutput, holding: Holding, check: Check) -> Iterator[WarcOutput]:
    """Yield a record that a replay reads as the original: its head has to be that of an answer with a body.

    Of any other answer, a 304 or one with other bytes, the block is left out and the head told as metadata.
    """
    last = check.exchanges[-1] if check.exchanges else None
    uri = original.fields["WARC-Target-URI"]
    profile = _find_profile(holding, check)
    is_shown = last is not None and profile == SAME_BYTES
    revisit = WarcOutput(
        "revisit",
        name_record("revisit", original.id, check.source, check.observed),
        check.observed,
        {
            "WARC-Target-URI": write_uri(last.url) if last else uri,
            "WARC-Profile": profile,
            "WARC-Refers-To": f"<{original.id}>",
            "WARC-Refers-To-Target-URI": uri,
            "WARC-Refers-To-Date": original.date,
            **({} if profile == SAME_TEXT else {"WARC-Payload-Digest": f"sha256:{holding.sha256}"}),
            **({"Content-Type": _RESPONSE} if is_shown else {}),
            **({"WARC-Truncated": "length"} if profile == SAME_BYTES else {}),
        },
        message=_answer(last, holding.size) if last and is_shown else None,
    )
    yield revisit
    if last:
        yield _write_request(revisit, last)
    yield _write_metadata(revisit, holding, check, with_answer=not is_shown)


def _find_profile(holding: Holding, check: Check) -> str:
    if check.http_status == _UNCHANGED:
        return NOT_MODIFIED
    return SAME_BYTES if check.sha256 == holding.sha256 else SAME_TEXT


def _write_request(answer: WarcOutput, exchange: Exchange) -> WarcOutput:
    parts = urlsplit(write_uri(exchange.url))
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return WarcOutput(
        "request",
        name_record("request", answer.id),
        answer.date,
        {
            "WARC-Target-URI": answer.fields["WARC-Target-URI"],
            "WARC-Concurrent-To": f"<{answer.id}>",
            "Content-Type": _REQUEST,
        },
        message=HttpMessage(f"GET {path} HTTP/1.1", exchange.request_headers),
    )


def _write_metadata(
    about: WarcOutput, holding: Holding, check: Check | None, *, with_answer: bool = False
) -> WarcOutput:
    return WarcOutput(
        "metadata",
        name_record("metadata", about.id),
        about.date,
        {
            "WARC-Target-URI": about.fields["WARC-Target-URI"],
            "WARC-Refers-To": f"<{about.id}>",
            "Content-Type": MEDIA_TYPE,
        },
        write_metadata(holding, check, with_answer=with_answer),
    )


def _answer(exchange: Exchange, size: int) -> HttpMessage:
    """Return the head of an answer as it fits a body of a size, which follows or is the original's."""
    status = exchange.status or 0
    headers = tuple((_rename(name, value, size), value) for name, value in exchange.headers)
    return HttpMessage(f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}", headers)


def _rename(name: str, value: str, size: int) -> str:
    """Rename a header that describes how the body was sent, and not how it is kept."""
    fits = name.lower() == "content-length" and value.strip() == str(size)
    return f"{RENAMED.title()}{name}" if name.lower() in SENT_AS and not fits else name


def _is_bodiless(exchange: Exchange) -> bool:
    lengths = [value.strip() for name, value in exchange.headers if name.lower() == "content-length"]
    return exchange.status in _BODILESS or lengths == ["0"]


def _locate(holding: Holding, checks: Sequence[Check]) -> str:
    """Return where a document came from as a URI; a path, which may be relative, as one of a file."""
    addresses = [check.url for check in checks if check.outcome in _BRINGING]
    place = next(filter(None, addresses), holding.source or holding.sha256)
    return write_uri(place) if is_web_address(place) else f"file:///{quote(place.lstrip('/'))}"
