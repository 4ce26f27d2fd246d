"""Checks of each unit of the record by itself: a document, a snapshot with its texts, a run ..."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.model.verifying import Finding
from tracker.preservation.verify.findings import NotReadable
from tracker.preservation.verify.row_checks import StoredSegment, document_faults, segment_faults, text_faults
from tracker.record.access.refusals import is_public_copy
from tracker.record.access.withdrawals import read_lacking
from tracker.record.schema.connection import FILE_NAME
from tracker.record.schema.packing import DOCUMENT
from tracker.record.schema.rows import fetch_column
from tracker.record.schema.units import ROOTS
from tracker.record.statements.encoding import decode_plain
from tracker.record.statements.queries import SNAPSHOT_NAME, STATEMENT_NAME, WITH_STATEMENTS
from tracker.record.statements.segments import read_segments
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.model.verifying import CheckName
    from tracker.preservation.mirror.row_files import Row, Value
    from tracker.preservation.mirror.unit_files import Files, UnitFiles
    from tracker.preservation.verify.findings import Findings, ReadAgain
    from tracker.record.schema.units import Unit


UNITS: tuple[Unit, ...] = ("document", "watch_list", "statement", "snapshot", "run", "archive")

_SEGMENT = ("ordinal", "paragraph", "start", "end")

_WITHDRAWALS = """
SELECT document, standing_withdrawals.act, authority, reason FROM standing_withdrawals
JOIN withdrawals ON withdrawals.id = withdrawal ORDER BY withdrawal
"""

_ACCEPTED = "SELECT document FROM snapshots"

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
                for version in rows["versions"]:
                    yield from self._check_version(str(rows["snapshots"][0]["document"]), version)

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
            for says in document_faults(name, int(row["size"] or 0), data):
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

    def _check_version(self, document: str, row: Row) -> Iterator[Problem]:
        self._findings.count("texts")
        text, extractor, media_type = str(row["text"]), str(row["extractor"]), str(row["media_type"])
        data = self._read_document(document)
        raw, kept = None, row["raw"]
        if kept is not None:
            raw = str(kept)
        elif data is not None:
            raw = decode_plain(data, extractor, media_type)
        for says in text_faults(text, str(row["sha256"]), str(row["spans"]), raw):
            yield Problem("texts", says)
        segments = [
            StoredSegment(*found) for found in read_segments(self._connection, int(row["id"] or 0), _SEGMENT)
        ]
        self._findings.count("segments", len(segments))
        for says in segment_faults(text, segments):
            yield Problem("segments", says)
        if kept is not None and data is not None:
            again = self._reread(data, extractor, media_type)
            if isinstance(again, NotReadable):
                what = f"the text of document {document[:12]}" if again.is_own else "texts"
                self._findings.unverifiable("texts", what, "tracker.db", again.why)
            elif again != kept:
                yield Problem("texts", f"is not what {extractor} reads in its document", is_certain=False)

    def _read_document(self, sha256: str) -> bytes | None:
        """Return the bytes of a document that is there and undamaged."""
        query = f"SELECT {DOCUMENT} FROM documents WHERE sha256 = ?"  # noqa: S608 (our text)
        row = self._connection.execute(query, [sha256]).fetchone()
        return row[0] if row and isinstance(row[0], bytes) and sha256 not in self._damaged else None
