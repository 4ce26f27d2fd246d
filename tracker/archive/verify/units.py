"""Each unit of the record looked at by itself: a document, a snapshot with its texts, a run ..."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.archive.record.encoding import decode_plain
from tracker.archive.schema.schema_map import ROOTS
from tracker.archive.verify.content_checks import Cut, document_faults, segment_faults, text_faults
from tracker.archive.verify.notes import Unread
from tracker.model.verifying import Finding
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.archive.mirror.row_files import Row, Value
    from tracker.archive.mirror.unit_files import Files, UnitFiles
    from tracker.archive.schema.schema_map import Unit
    from tracker.archive.verify.notes import Notes, Reread
    from tracker.model.verifying import Check


UNITS: tuple[Unit, ...] = ("document", "watch_list", "statement", "snapshot", "run", "archive")

_CUT = 'SELECT ordinal, paragraph, "start", "end", text FROM segments WHERE version = ? ORDER BY ordinal'

_ORDERS = """
SELECT document, standing_withdrawals.act, authority, reason FROM standing_withdrawals
JOIN withdrawals ON withdrawals.id = withdrawal ORDER BY withdrawal
"""

_STATEMENT = "country || '/' || body || '/' || session || ifnull('/' || item, '')"
_NAMES: Mapping[Unit, str] = {
    "snapshot": f"SELECT {_STATEMENT} || '~' || ifnull(kind || '.', '') || language || '@' || ordinal"  # noqa: S608
    " FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
    " WHERE snapshots.id = ?",
    "statement": f"SELECT {_STATEMENT} FROM statements WHERE id = ?",  # noqa: S608 (our names)
}
"""How people name a unit, where that is not by its key."""

_DAMAGED = (sqlite3.Error, TypeError, ValueError, LookupError)
"""What rows that are no longer what was written raise when they are read or taken apart."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a unit by itself, as the end of a sentence that begins with its name."""

    check: Check
    says: str
    is_certain: bool = True
    """Not so where it may be the reading that has changed."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A unit as it was found: its rows, none where they could not be read, and what is wrong with them.

    ``files`` are what the mirror should hold of it, where it was asked for.
    """

    unit: Unit
    name: str
    what: str
    rows: Mapping[str, list[Row]] | None
    problems: tuple[Problem, ...]
    files: Files


@dataclass(frozen=True, slots=True)
class Order:
    """The latest order that stands about a document."""

    act: str
    says: str


def read_orders(connection: sqlite3.Connection) -> dict[str, Order]:
    """Return what stands about each document that was withdrawn."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'withdrawals'").fetchone()
    rows = connection.execute(_ORDERS) if there else ()
    return {document: Order(act, f"by order of {who} ({why})") for document, act, who, why in rows}


class Inspection:
    """Looks at the units of a record, one at a time."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        units: UnitFiles,
        notes: Notes,
        reread: Reread,
        until: int | None,
    ) -> None:
        """Prepare; ``until`` is the last run that the mirror has, None where there is none."""
        self._connection = connection
        self._units = units
        self._notes = notes
        self._reread = reread
        self._until = until
        self._damaged: set[str] = set()
        self._orders = read_orders(connection)

    def count(self) -> int:
        """Return how many units there are."""
        query = "SELECT " + " + ".join(f"(SELECT count(*) FROM {table})" for table in self._tables())  # noqa: S608
        return int(self._connection.execute(query).fetchone()[0]) + 1

    def look(self) -> Iterator[Looked]:
        """Yield every unit."""
        tables = self._tables()
        for unit in UNITS:
            if unit == "archive":
                yield self._look(unit, "")
            for table, (kind, key) in tables.items():
                if kind == unit:
                    # All keys first: a cursor that is kept open would hold pages that are read meanwhile.
                    query = f'SELECT "{key}" FROM "{table}" ORDER BY rowid'  # noqa: S608 (our names)
                    for (name,) in self._connection.execute(query).fetchall():
                        yield self._look(unit, str(name))

    def _tables(self) -> Mapping[str, tuple[Unit, str]]:
        return {table: root for table, root in ROOTS.items() if table in self._units.tables}

    def _look(self, unit: Unit, name: str) -> Looked:
        what = self.tell(unit, name)
        try:
            rows = self._units.rows(unit, name)
            problems = tuple(self._find(unit, rows))
            files = {} if self._until is None else self._units.files(unit, rows, name, self._until)
        except _DAMAGED as error:
            problem = Problem("rows", f"cannot be read ({' '.join(str(error).split())})")
            return Looked(unit, name, what, None, (problem,), {})
        return Looked(unit, name, what, rows, problems, files)

    def tell(self, unit: Unit, name: str) -> str:
        """Return how people name a unit."""
        query = _NAMES.get(unit)
        found = self._connection.execute(query, [name]).fetchone() if query else None
        if found and found[0]:
            return str(found[0])
        return f"{unit.replace('_', ' ')} {name[:12]}" if name else "archive.json"

    def _find(self, unit: Unit, rows: Mapping[str, list[Row]]) -> Iterator[Problem]:
        match unit:
            case "document":
                self._notes.look("documents")
                yield from self._find_in_document(rows["documents"][0])
            case "watch_list":
                self._notes.look("ledger")
                row = rows["watch_lists"][0]
                if digest_text(str(row["text"])) != row["sha256"]:
                    yield Problem("ledger", "has another text than its sha256 says")
            case "snapshot":
                for version in rows["versions"]:
                    yield from self._find_in_version(str(rows["snapshots"][0]["document"]), version)

    def _find_in_document(self, row: Row) -> Iterator[Problem]:
        name, data = str(row["sha256"]), row["bytes"]
        if name in self._orders:
            yield from self._follow_order(name, data)
        elif not isinstance(data, bytes):
            yield Problem("documents", "has no bytes, and nobody has ordered that")
        if isinstance(data, bytes):
            for says in document_faults(name, int(row["size"] or 0), data):
                self._damaged.add(name)
                yield Problem("documents", says)

    def _follow_order(self, name: str, data: Value) -> Iterator[Problem]:
        """Note a document that was withdrawn, and see that one that was to be destroyed is not there."""
        order = self._orders[name]
        if order.act == "destroy" and data is not None:
            yield Problem(
                "documents", f"was to be destroyed ({order.says}) and is still there: give the command again"
            )
            return
        kept = "its bytes are destroyed, its digest is kept" if data is None else "it is kept and not shown"
        self._notes.find(
            Finding("withdrawn", "documents", f"document {name[:12]}", "tracker.db", f"{order.says}: {kept}")
        )

    def _find_in_version(self, document: str, row: Row) -> Iterator[Problem]:
        self._notes.look("texts")
        text, extractor, media_type = str(row["text"]), str(row["extractor"]), str(row["media_type"])
        data = self._read_document(document)
        raw, kept = None, row["raw"]
        if kept is not None:
            raw = str(kept)
        elif data is not None:
            raw = decode_plain(data, extractor, media_type)
        for says in text_faults(text, str(row["sha256"]), str(row["spans"]), raw):
            yield Problem("texts", says)
        cut = [Cut(*found) for found in self._connection.execute(_CUT, [row["id"]])]
        self._notes.look("segments", len(cut))
        for says in segment_faults(text, cut):
            yield Problem("segments", says)
        if kept is not None and data is not None:
            yield from self._read_again(document, data, str(kept), extractor, media_type)

    def _read_again(
        self, document: str, data: bytes, kept: str, extractor: str, media_type: str
    ) -> Iterator[Problem]:
        again = self._reread(data, extractor, media_type)
        if isinstance(again, Unread):
            what = f"the text of document {document[:12]}" if again.is_own else "texts"
            self._notes.find(Finding("unverifiable", "texts", what, "tracker.db", again.why))
        elif again != kept:
            yield Problem("texts", f"is not what {extractor} reads in its document", is_certain=False)

    def _read_document(self, sha256: str) -> bytes | None:
        """Return the bytes of a document, where they are there and are what they were."""
        row = self._connection.execute("SELECT bytes FROM documents WHERE sha256 = ?", [sha256]).fetchone()
        return row[0] if row and isinstance(row[0], bytes) and sha256 not in self._damaged else None
