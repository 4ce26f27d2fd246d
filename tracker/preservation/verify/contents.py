"""Checks of what the record holds: what must be true of rows, and of each unit by itself, as a document."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from tracker.model.verifying import Finding
from tracker.preservation.verify.findings import REPAIR, NotReadable
from tracker.record.access.refusals import is_public_copy
from tracker.record.access.withdrawals import read_lacking
from tracker.record.schema.connection import FILE_NAME
from tracker.record.schema.packing import DOCUMENT, decode_plain, read_spans
from tracker.record.schema.rows import fetch_column
from tracker.record.schema.units import ROOTS
from tracker.record.statements.queries import EDITION_NAME, SNAPSHOT_NAME, STATEMENT_NAME, WITH_STATEMENTS
from tracker.record.statements.segments import read_segments
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.verifying import CheckName
    from tracker.preservation.mirror.unit_files import Files, Row, UnitFiles, Value
    from tracker.preservation.verify.findings import Findings, ReadAgain
    from tracker.record.schema.units import Unit


class _RowCheck(NamedTuple):
    """A query that finds nothing in a sound record; it is skipped where one of its tables does not exist."""

    check: CheckName
    tables: tuple[str, ...]
    query: str
    what: str
    """Names a row that was found, by its columns."""
    meaning: str


_ROW_CHECKS = (
    _RowCheck(
        "rows", ("runs",),
        "SELECT id + 1 FROM runs AS run WHERE id < (SELECT max(id) FROM runs)"
        " AND NOT EXISTS (SELECT 1 FROM runs WHERE id = run.id + 1)",
        "run {0}", "it is not there, though a later one is: its row was deleted",
    ),
    _RowCheck(
        "rows", ("statements", "editions", "snapshots"),
        f"SELECT {EDITION_NAME}, count(*), max(ordinal) FROM snapshots {WITH_STATEMENTS}"  # noqa: S608 (our names)
        " GROUP BY edition HAVING max(ordinal) <> count(*)",
        "{0}", "of its {2} snapshots {1} are there: the rest were deleted",
    ),
    _RowCheck(
        "rows", ("statements", "editions", "snapshots"),
        f"SELECT {EDITION_NAME} FROM editions JOIN statements ON statements.id = statement"  # noqa: S608 (as above)
        " WHERE editions.id NOT IN (SELECT edition FROM snapshots)",
        "{0}", "the edition has no snapshot: what it had was deleted",
    ),
    _RowCheck(
        "rows", ("statements", "editions"),
        f"SELECT {STATEMENT_NAME} FROM statements"  # noqa: S608 (as above)
        " WHERE id NOT IN (SELECT statement FROM editions)",
        "{0}", "the statement has no edition: what it had was deleted",
    ),
    _RowCheck(
        "rows", ("statements", "editions", "snapshots", "versions"),
        f"SELECT {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS}"  # noqa: S608 (as above)
        " WHERE snapshots.id NOT IN (SELECT snapshot FROM versions)"
        " AND document NOT IN (SELECT document FROM standing_withdrawals WHERE act = 'destroy')",
        "{0}", "the snapshot has no version: what was read in it was deleted",
    ),
    _RowCheck(
        "rows", ("documents", "outcomes", "snapshots", "reviews"),
        "SELECT sha256 FROM documents WHERE sha256 NOT IN (SELECT document FROM holdings)"
        " AND sha256 NOT IN (SELECT document FROM reviews)"
        # What an index listed is kept for its check alone.
        " AND sha256 NOT IN (SELECT sha256 FROM outcomes WHERE reference IS NULL AND sha256 IS NOT NULL"
        " AND outcome NOT IN ('quarantined', 'rejected'))",
        "document {0:.12}", "no snapshot and no review has it: the one that did was deleted",
    ),
    _RowCheck(
        "rows", ("parts", "snapshots", "versions"),
        f"SELECT {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS} WHERE snapshots.id IN ("  # noqa: S608 (as above)
        "SELECT parts.snapshot FROM parts WHERE sha256 NOT IN"
        " (SELECT digest(raw) FROM versions WHERE versions.snapshot = parts.snapshot)"
        " AND EXISTS (SELECT 1 FROM versions WHERE versions.snapshot = parts.snapshot))",
        "{0}", "its place in the document names another text than the one it was read from",
    ),
    _RowCheck(
        "ledger", ("outcomes", "snapshots"),
        "SELECT outcomes.id, outcomes.run, outcomes.source FROM outcomes"
        " JOIN snapshots ON snapshots.id = snapshot"
        " WHERE outcome IN ('new', 'changed') AND sha256 <> document",
        "check {0} of {2} in run {1}", "it says that it received other bytes than its snapshot has",
    ),
    _RowCheck(
        "ledger", ("outcomes", "documents"),
        "SELECT outcomes.id, run, source FROM outcomes JOIN documents USING (sha256)"
        " WHERE outcomes.size <> documents.size",
        "check {0} of {2} in run {1}", "it received bytes of this digest, and of another size",
    ),
    _RowCheck(
        # Of what was imported the source is the record of a web archive, whose name has colons of its own.
        "ledger", ("runs", "outcomes"),
        "SELECT id, run, source FROM outcomes WHERE instr(source, ':')"
        " AND run NOT IN (SELECT id FROM runs WHERE kind = 'import')"
        " AND substr(source, instr(source, ':') + 1) <> substr(digest(address), 1, 12)",
        "check {0} of {2} in run {1}", "its source is named by another address than the one it asked for",
    ),
    _RowCheck(
        "ledger", ("outcomes", "exchanges"),
        "SELECT outcome, count(*), max(ordinal) FROM exchanges GROUP BY outcome"
        " HAVING max(ordinal) <> count(*)",
        "check {0}", "of its {2} requests {1} are there: the rest were deleted",
    ),
    _RowCheck(
        "ledger", ("runs", "outcomes", "repeats"),
        "SELECT repeats.id, outcomes.source FROM repeats JOIN outcomes ON outcomes.id = repeats.outcome"
        " WHERE outcomes.outcome <> 'unchanged' OR repeats.run = outcomes.run",
        "repeat {0} of {1}", "what it repeats is a check of its own run, or one that found something else",
    ),
    _RowCheck(
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
    for each in _ROW_CHECKS:
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


class _StoredSegment(NamedTuple):
    """A segment of a version, as the record has it."""

    ordinal: int
    paragraph: int
    start: int
    end: int
    text: str


def _document_faults(name: str, size: int, data: bytes) -> Iterator[str]:
    """Yield what is wrong with a document's bytes, as the end of a sentence that begins with "it"."""
    found = sha256(data).hexdigest()
    if found != name:
        yield f"has other bytes: their sha256 is {found[:12]}"
    elif len(data) != size:
        yield f"has {len(data):,} bytes and is said to have {size:,}"


def _text_faults(text: str, digest: str, spans: str, raw: str | None) -> Iterator[str]:
    """Yield what is wrong with a version's text: its digest, then the map to ``raw``, where that is known."""
    found = digest_text(text)
    if found != digest:
        yield f"has another text: its sha256 is {found[:12]}, not {digest[:12]}"
        return
    yield from _span_faults(text, spans, raw)


def _segment_faults(text: str, segments: Sequence[_StoredSegment]) -> Iterator[str]:
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


def _cut(text: str, part: Row, kept: str) -> str:
    """Return what stands at the place of a part; of a later reading, what was kept of it if it is there."""
    if digest_text(kept) == part["sha256"]:
        return text[int(part["start"] or 0) : int(part["end"] or 0)]
    return kept if kept in text else ""


UNITS: tuple[Unit, ...] = ("document", "watch_list", "statement", "snapshot", "run", "archive")

_SEGMENT = ("ordinal", "paragraph", "start", "end")

_WITHDRAWALS = """
SELECT document, standing_withdrawals.act, authority, reason FROM standing_withdrawals
JOIN withdrawals ON withdrawals.id = withdrawal ORDER BY withdrawal
"""

_ACCEPTED = "SELECT document FROM holdings"

_NAMES: Mapping[Unit, str] = {
    "snapshot": f"SELECT {SNAPSHOT_NAME} FROM snapshots {WITH_STATEMENTS} WHERE snapshots.id = ?",  # noqa: S608 (our names)
    "statement": f"SELECT {STATEMENT_NAME} FROM statements WHERE id = ?",  # noqa: S608 (our names)
}
"""How people name a unit, where they do not use its key."""

_DAMAGED = (sqlite3.Error, TypeError, ValueError, LookupError)
"""What damaged rows raise when they are read or parsed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a unit, as the end of a sentence that begins with its name."""

    check: CheckName
    says: str
    is_certain: bool = True
    """False where another release of the extractor may be the cause."""


@dataclass(frozen=True, slots=True)
class InspectedUnit:
    """A unit with its rows, None where they could not be read, and what is wrong with them."""

    unit: Unit
    name: str
    what: str
    rows: Mapping[str, list[Row]] | None
    problems: tuple[Problem, ...]
    files: Files
    """What the mirror should hold of it; none where there is no mirror."""


class UnitInspector:
    """Inspects the units of a record, one at a time."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        units: UnitFiles,
        findings: Findings,
        reread: ReadAgain,
        until: int | None,
    ) -> None:
        """Prepare; ``until`` is the last run that the mirror has, None where there is no mirror."""
        self._connection = connection
        self._units = units
        self._findings = findings
        self._reread = reread
        self._until = until
        self._damaged: set[str] = set()
        self._last_read: tuple[tuple[str, str, str], str | NotReadable] | None = None
        self._withdrawals = {
            document: (act, f"by order of {who} ({why})")
            for document, act, who, why in connection.execute(_WITHDRAWALS)
        }
        self._lacking = frozenset[str]()
        if is_public_copy(connection):
            self._lacking = read_lacking(connection).difference(fetch_column(connection, _ACCEPTED))
        self._tables = {table: root for table, root in ROOTS.items() if table in units.tables}

    def count(self) -> int:
        """Return how many units there are."""
        query = "SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in self._tables)  # noqa: S608
        return int(self._connection.execute(query).fetchone()[0]) + 1

    def inspect(self) -> Iterator[InspectedUnit]:
        """Yield every unit."""
        for unit in UNITS:
            if unit == "archive":
                yield self._inspect(unit, "")
            for table, (kind, key) in self._tables.items():
                if kind == unit:
                    # All keys first: a cursor that is kept open would hold pages that are read meanwhile.
                    query = f'SELECT "{key}" FROM "{table}" ORDER BY rowid'  # noqa: S608 (our names)
                    for (name,) in self._connection.execute(query).fetchall():
                        yield self._inspect(unit, str(name))

    def _inspect(self, unit: Unit, name: str) -> InspectedUnit:
        what = self._describe(unit, name)
        try:
            rows = self._units.rows(unit, name)
            problems = tuple(self._find_problems(unit, rows))
            files = {} if self._until is None else self._units.files(unit, rows, name, self._until)
        except _DAMAGED as error:
            problem = Problem("rows", f"cannot be read ({' '.join(str(error).split())})")
            return InspectedUnit(unit, name, what, None, (problem,), {})
        return InspectedUnit(unit, name, what, rows, problems, files)

    def _describe(self, unit: Unit, name: str) -> str:
        """Return how people name a unit."""
        query = _NAMES.get(unit)
        found = self._connection.execute(query, [name]).fetchone() if query else None
        if found and found[0]:
            return str(found[0])
        return f"{unit.replace('_', ' ')} {name[:12]}" if name else "archive.json"

    def _find_problems(self, unit: Unit, rows: Mapping[str, list[Row]]) -> Iterator[Problem]:
        match unit:
            case "document":
                self._findings.count("documents")
                yield from self._check_document(rows["documents"][0])
            case "watch_list":
                self._findings.count("ledger")
                row = rows["watch_lists"][0]
                if digest_text(str(row["text"])) != row["sha256"]:
                    yield Problem("ledger", "has another text than its sha256 says")
            case "snapshot":
                document = str(rows["snapshots"][0]["document"])
                own = [row for row in rows.get("parts", ()) if row["document"] == document]
                for version in rows["versions"]:
                    yield from self._check_version(document, version, next(iter(own), None))

    def _check_document(self, row: Row) -> Iterator[Problem]:
        name, data = str(row["sha256"]), row["bytes"]
        if name in self._withdrawals:
            yield from self._check_withdrawal(name, data)
        elif not isinstance(data, bytes) and name in self._lacking:
            meaning = (
                "a public mirror had only its digest, since it was not accepted; a nightly run fetches it"
            )
            self._findings.unverifiable("documents", f"document {name[:12]}", FILE_NAME, meaning)
        elif not isinstance(data, bytes):
            yield Problem("documents", "has no bytes, although nobody has ordered that")
        if isinstance(data, bytes):
            for says in _document_faults(name, int(row["size"] or 0), data):
                self._damaged.add(name)
                yield Problem("documents", says)

    def _check_withdrawal(self, name: str, data: Value) -> Iterator[Problem]:
        """Report a withdrawn document, and check that a destroyed one is not there."""
        act, order = self._withdrawals[name]
        if act == "destroy" and data is not None:
            yield Problem(
                "documents", f"should have been destroyed ({order}) and is still there: run the command again"
            )
            return
        kept = "it is kept and not shown"
        if data is None:
            gone = "are destroyed" if act == "destroy" else "did not come with a public copy"
            kept = f"its bytes {gone}, its digest is kept"
        what, meaning = f"document {name[:12]}", f"{order}: {kept}"
        self._findings.add(Finding("withdrawn", "documents", what, "tracker.db", meaning))

    def _check_version(self, document: str, row: Row, part: Row | None) -> Iterator[Problem]:
        """Check one version of a snapshot's document; of a part, what its place there gives."""
        self._findings.count("texts")
        text, extractor, media_type = str(row["text"]), str(row["extractor"]), str(row["media_type"])
        data = self._read_document(document)
        raw, kept = None, row["raw"]
        if kept is not None:
            raw = str(kept)
        elif data is not None:
            raw = decode_plain(data, extractor, media_type)
        for says in _text_faults(text, str(row["sha256"]), str(row["spans"]), raw):
            yield Problem("texts", says)
        segments = [
            _StoredSegment(*found) for found in read_segments(self._connection, int(row["id"] or 0), _SEGMENT)
        ]
        self._findings.count("segments", len(segments))
        for says in _segment_faults(text, segments):
            yield Problem("segments", says)
        if kept is not None and data is not None:
            again = self._read_again(document, data, extractor, media_type)
            if isinstance(again, NotReadable):
                what = f"the text of document {document[:12]}" if again.is_own else "texts"
                self._findings.unverifiable("texts", what, "tracker.db", again.why)
            elif (again if part is None else _cut(again, part, str(kept))) != kept:
                yield Problem("texts", f"is not what {extractor} reads in its document", is_certain=False)

    def _read_again(self, document: str, data: bytes, extractor: str, media_type: str) -> str | NotReadable:
        """Read a document again: once for all of its parts, which come one after the other."""
        asked = (document, extractor, media_type)
        if self._last_read is None or self._last_read[0] != asked:
            self._last_read = asked, self._reread(data, extractor, media_type)
        return self._last_read[1]

    def _read_document(self, sha256: str) -> bytes | None:
        """Return the bytes of a document that is there and undamaged."""
        query = f"SELECT {DOCUMENT} FROM documents WHERE sha256 = ?"  # noqa: S608 (our text)
        row = self._connection.execute(query, [sha256]).fetchone()
        return row[0] if row and isinstance(row[0], bytes) and sha256 not in self._damaged else None
