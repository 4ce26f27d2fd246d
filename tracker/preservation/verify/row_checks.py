"""What must be true of rows: numbers without gaps, no dangling references, digests and texts that agree."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tracker.model.verifying import Finding
from tracker.preservation.verify.findings import REPAIR
from tracker.record.access.refusals import is_public_copy
from tracker.record.schema.connection import FILE_NAME
from tracker.record.statements.encoding import read_spans
from tracker.record.statements.queries import EDITION_NAME, SNAPSHOT_NAME, STATEMENT_NAME, WITH_STATEMENTS
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from tracker.model.verifying import CheckName
    from tracker.preservation.verify.findings import Findings


class RowCheck(NamedTuple):
    """A query that finds nothing in a sound record; it is skipped where one of its tables does not exist."""

    check: CheckName
    tables: tuple[str, ...]
    query: str
    what: str
    """Names a row that was found, by its columns."""
    meaning: str


ROW_CHECKS = (
    RowCheck(
        "rows", ("runs",),
        "SELECT id + 1 FROM runs AS run WHERE id < (SELECT max(id) FROM runs)"
        " AND NOT EXISTS (SELECT 1 FROM runs WHERE id = run.id + 1)",
        "run {0}", "it is not there, though a later one is: its row was deleted",
    ),
    RowCheck(
        "rows", ("statements", "editions", "snapshots"),
        f"SELECT {EDITION_NAME}, count(*), max(ordinal) FROM snapshots {WITH_STATEMENTS}"  # noqa: S608 (our names)
        " GROUP BY edition HAVING max(ordinal) <> count(*)",
        "{0}", "of its {2} snapshots {1} are there: the rest were deleted",
    ),
    RowCheck(
        "rows", ("statements", "editions", "snapshots"),
        f"SELECT {EDITION_NAME} FROM editions JOIN statements ON statements.id = statement"  # noqa: S608 (as above)
        " WHERE editions.id NOT IN (SELECT edition FROM snapshots)",
        "{0}", "the edition has no snapshot: what it had was deleted",
    ),
    RowCheck(
        "rows", ("statements", "editions"),
        f"SELECT {STATEMENT_NAME} FROM statements"  # noqa: S608 (as above)
        " WHERE id NOT IN (SELECT statement FROM editions)",
        "{0}", "the statement has no edition: what it had was deleted",
    ),
    RowCheck(
        "rows", ("statements", "editions", "snapshots", "versions"),
        f"SELECT {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS}"  # noqa: S608 (as above)
        " WHERE snapshots.id NOT IN (SELECT snapshot FROM versions)"
        " AND document NOT IN (SELECT document FROM standing_withdrawals WHERE act = 'destroy')",
        "{0}", "the snapshot has no version: what was read in it was deleted",
    ),
    RowCheck(
        "rows", ("documents", "outcomes", "snapshots", "reviews"),
        "SELECT sha256 FROM documents WHERE sha256 NOT IN (SELECT document FROM snapshots)"
        " AND sha256 NOT IN (SELECT document FROM reviews)"
        # What an index listed is kept for its check alone.
        " AND sha256 NOT IN (SELECT sha256 FROM outcomes WHERE reference IS NULL AND sha256 IS NOT NULL"
        " AND outcome NOT IN ('quarantined', 'rejected'))",
        "document {0:.12}", "no snapshot and no review has it: the one that did was deleted",
    ),
    RowCheck(
        "ledger", ("outcomes", "snapshots"),
        "SELECT outcomes.id, outcomes.run, outcomes.source FROM outcomes"
        " JOIN snapshots ON snapshots.id = snapshot"
        " WHERE outcome IN ('new', 'changed') AND sha256 <> document",
        "check {0} of {2} in run {1}", "it says that it received other bytes than its snapshot has",
    ),
    RowCheck(
        "ledger", ("outcomes", "documents"),
        "SELECT outcomes.id, run, source FROM outcomes JOIN documents USING (sha256)"
        " WHERE outcomes.size <> documents.size",
        "check {0} of {2} in run {1}", "it received bytes of this digest, and of another size",
    ),
    RowCheck(
        # Of what was imported the source is the record of a web archive, whose name has colons of its own.
        "ledger", ("runs", "outcomes"),
        "SELECT id, run, source FROM outcomes WHERE instr(source, ':')"
        " AND run NOT IN (SELECT id FROM runs WHERE kind = 'import')"
        " AND substr(source, instr(source, ':') + 1) <> substr(digest(address), 1, 12)",
        "check {0} of {2} in run {1}", "its source is named by another address than the one it asked for",
    ),
    RowCheck(
        "ledger", ("outcomes", "exchanges"),
        "SELECT outcome, count(*), max(ordinal) FROM exchanges GROUP BY outcome"
        " HAVING max(ordinal) <> count(*)",
        "check {0}", "of its {2} requests {1} are there: the rest were deleted",
    ),
    RowCheck(
        "ledger", ("runs", "outcomes", "repeats"),
        "SELECT repeats.id, outcomes.source FROM repeats JOIN outcomes ON outcomes.id = repeats.outcome"
        " WHERE outcomes.outcome <> 'unchanged' OR repeats.run = outcomes.run",
        "repeat {0} of {1}", "what it repeats is a check of its own run, or one that found something else",
    ),
    RowCheck(
        "ledger", ("reviews", "snapshots"),
        "SELECT reviews.id FROM reviews JOIN snapshots ON snapshots.id = snapshot"
        " WHERE reviews.document <> snapshots.document",
        "review {0}", "it accepted another document than its snapshot has",
    ),
)  # fmt: skip

_LEDGER = ("outcomes", "exchanges", "repeats", "clocks", "candidates", "reviews", "expectations")
_NOT_KEPT = """
SELECT count(*) FROM outcomes WHERE sha256 IS NOT NULL AND sha256 NOT IN (SELECT sha256 FROM documents)
"""


def check_rows(connection: sqlite3.Connection, findings: Findings) -> None:
    """Check what must be true between rows."""
    connection.create_function("digest", 1, lambda text: sha256(str(text).encode()).hexdigest())
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in there.intersection(_LEDGER):
        findings.count("ledger", connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608
    is_partial = is_public_copy(connection)
    for each in ROW_CHECKS:
        for row in connection.execute(each.query).fetchall() if there.issuperset(each.tables) else ():
            finding = (each.check, each.what.format(*row), f"{FILE_NAME}, table {each.tables[-1]}")
            if each.check == "rows" and is_partial:
                meaning = "not all that belongs to it is there: the public mirror lacked what is closed"
                findings.unverifiable(*finding, meaning)
            else:
                findings.fault(*finding, each.meaning.format(*row), REPAIR)
    if "outcomes" in there and (number := connection.execute(_NOT_KEPT).fetchone()[0]):
        meaning = (
            "of the bytes that these checks received only the digest was kept: they were an index that listed"
            " the same as before, or had the text of a document that is there"
        )
        where = f"{FILE_NAME}, table outcomes"
        findings.add(Finding("unverifiable", "ledger", "checks", where, meaning, number=number))


class StoredSegment(NamedTuple):
    """A segment of a version, as the record has it."""

    ordinal: int
    paragraph: int
    start: int
    end: int
    text: str


def document_faults(name: str, size: int, data: bytes) -> Iterator[str]:
    """Yield what is wrong with a document's bytes, as the end of a sentence that begins with "it"."""
    found = sha256(data).hexdigest()
    if found != name:
        yield f"has other bytes: their sha256 is {found[:12]}"
    elif len(data) != size:
        yield f"has {len(data):,} bytes and is said to have {size:,}"


def text_faults(text: str, digest: str, spans: str, raw: str | None) -> Iterator[str]:
    """Yield what is wrong with a version's text: its digest, then the map to ``raw``, where that is known."""
    found = digest_text(text)
    if found != digest:
        yield f"has another text: its sha256 is {found[:12]}, not {digest[:12]}"
        return
    yield from _span_faults(text, spans, raw)


def segment_faults(text: str, segments: Sequence[StoredSegment]) -> Iterator[str]:
    """Yield the first thing that is wrong with the segments of a text: their order, their text, a gap."""
    at, paragraph = 0, 1
    for number, segment in enumerate(segments):
        if segment.ordinal != number:
            yield f"lacks its segment {number}"
            return
        if text[segment.start : segment.end] != segment.text:
            yield f"does not have the text of segment {number} at {segment.start}:{segment.end}"
            return
        if segment.start < at or segment.end <= segment.start or segment.paragraph < paragraph:
            yield f"has segment {number} out of order"
            return
        if text[at : segment.start].strip():
            yield f"has text that no segment covers, before segment {number}"
            return
        at, paragraph = segment.end, segment.paragraph
    if text[at:].strip():
        yield f"lacks its segment {len(segments)}"


def _span_faults(text: str, spans: str, raw: str | None) -> Iterator[str]:
    try:
        runs = read_spans(spans).runs
    except (TypeError, ValueError) as error:
        yield f"has a span map that cannot be read ({error})"
        return
    at = raw_at = 0
    for run in runs:
        if run.clean_start != at or run.clean_end <= at:
            yield f"has a span map with a gap at {at}"
            return
        if run.raw_start < raw_at or run.raw_end < run.raw_start:
            yield f"has a span map that runs backwards at {at}"
            return
        if raw is not None and not _agrees(text[at : run.clean_end], raw, run.raw_start, run.raw_end):
            yield f"is not what the extractor's output has, from {at} on"
            return
        at, raw_at = run.clean_end, run.raw_end
    if at != len(text):
        yield f"has a span map that ends at {at} of {len(text)}"


def _agrees(clean: str, raw: str, start: int, end: int) -> bool:
    """Tell whether a range is inside the raw text, and equals the clean text where both are equally long."""
    return end <= len(raw) and (len(clean) != end - start or clean == raw[start:end])
