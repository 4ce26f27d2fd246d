"""``tracker export warc``: kept documents with the evidence of their capture, as a web archive."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO

from tracker import __version__
from tracker.archive.reading.holdings import open_holdings
from tracker.capture.warc.writing import FORMAT, STANDARD, WarcOutput, name_record, open_writer
from tracker.exchange.exports import choose_holdings
from tracker.exchange.target import new_target
from tracker.exchange.warc_records import list_records
from tracker.files import draft_file
from tracker.model.preserving import Exported

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.archive.reading.holdings import Holdings
    from tracker.model.preserving import Holding


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
        chosen, closed = choose_holdings(archive, holdings, wanted)
        with draft_file(target, permissions) as out:
            contents = _write(holdings, chosen, out, packed=target.name.endswith(".gz"))
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
