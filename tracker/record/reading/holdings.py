"""What of the record may leave it, read at one instant."""

from __future__ import annotations

from contextlib import contextmanager
from hashlib import sha256 as digest
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable
from tracker.model.facts import NAMES
from tracker.model.preserving import Holding
from tracker.model.record import Declaration
from tracker.model.texts import Reference
from tracker.record.access.closed import find_watch_list, is_closed_source, read_access, read_withdrawn
from tracker.record.ledger.admitted import read_document
from tracker.record.ledger.checks import read_repeated
from tracker.record.reading.versions import Versions
from tracker.record.schema.connection import Record, method, open_record, translate
from tracker.record.schema.expected import list_in_order
from tracker.record.schema.units import read_tables
from tracker.record.statements.queries import NAME, ORDER, SNAPSHOTS, narrow_to, select_facts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from tracker.model.ledger import Check
    from tracker.model.texts import Version
    from tracker.record.access.closed import Access


_HOLDINGS = f"""
SELECT snapshots.id, {NAME}, ordinal, kind_inferred, language_inferred, title_inferred,
    documents.sha256, size, documents.media_type, observed, source, versions.sha256, extractor, words,
    {{facts}}
{SNAPSHOTS}
JOIN documents ON documents.sha256 = snapshots.document
"""

_EVIDENCE = """
SELECT id FROM outcomes WHERE snapshot = ?1
UNION SELECT outcome FROM reviews WHERE snapshot = ?1
ORDER BY id
"""

_TEXTS = "SELECT DISTINCT sha256 FROM versions WHERE snapshot = ? ORDER BY id"

_ALL = "SELECT sha256, media_type FROM documents WHERE bytes IS NOT NULL ORDER BY sha256"

_SHOWN = """
SELECT sha256, media_type FROM documents
WHERE bytes IS NOT NULL AND sha256 IN (
    SELECT holdings.document FROM holdings JOIN readable_snapshots ON readable_snapshots.id = snapshot
) ORDER BY sha256
"""

_SCHEMA = "(type IN ('table', 'view') AND name NOT LIKE 'sqlite_%') OR name = 'segments_inserted'"

_TEXT = "SELECT text FROM versions WHERE sha256 = ? LIMIT 1"


@contextmanager
def open_holdings(folder: Path, *, private: bool = False) -> Iterator[Holdings]:
    """Open what may leave the archive in a folder: what is open to all, or to a private copy.

    Raises ``ArchiveUnusable`` where there is no archive, or it is damaged or of another release.
    """
    with open_record(folder, Record, one_moment=True) as record:
        yield read_holdings(record, folder, private=private)


def read_holdings(record: Record, folder: Path, *, private: bool = False) -> Holdings:
    """Return what may leave a record that is open, of the archive in a folder; raises as above."""
    with translate(record.path):
        access = _read_gate(record.connection, folder, private=private)
    return Holdings(record, access, private=private)


class Holdings(Record):
    """What may leave an archive. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    def __init__(self, record: Record, access: Access, *, private: bool) -> None:
        super().__init__(record.path, record.connection)
        self.access = access
        """What may not."""
        self.private = private

    def list(self, reference: Reference | None = None) -> tuple[tuple[Holding, ...], int]:
        """Return the snapshots behind a reference, or all, in their order, and how many may not leave."""
        narrowed, values = narrow_to(reference or Reference("", ""))
        with translate(self.path):
            query = _HOLDINGS.format(facts=select_facts(self.connection))
        rows = self.rows(f"{query} WHERE TRUE{narrowed} ORDER BY {ORDER}, ordinal", *values)
        found = tuple(_read_holding(row) for row in rows if row[0] not in self.access.snapshots)
        return found, len(rows) - len(found)

    def checks(self, holding: Holding) -> tuple[Check, ...]:
        """Return the checks that gave a snapshot or found it still there, with their exchanges."""
        read = method(read_repeated)
        checks = (each for outcome in self.column(_EVIDENCE, holding.id) for each in read(self, outcome))
        return tuple(each for each in checks if not is_closed_source(each.source, self.access.sources))

    def version(self, holding: Holding) -> Version:
        """Return a snapshot's text as it is read now."""
        number = max(self.column("SELECT id FROM versions WHERE snapshot = ?", holding.id))
        return Versions(self.path, self.connection).version(number)

    def texts(self, holding: Holding) -> tuple[str, ...]:
        """Return the digests of a snapshot's texts, in the order in which they were read out of it."""
        return self.column(_TEXTS, holding.id)

    def documents(self) -> tuple[tuple[str, str], ...]:
        """Return digest and type of the documents that may leave: those of snapshots, or any if private."""
        rows = self.rows(_ALL if self.private else _SHOWN)
        return tuple((sha256, kind) for sha256, kind in rows if sha256 not in self.access.documents)

    def schema(self) -> bytes:
        """Return the tables and views of the record as the SQL that makes them, and fills the segments."""
        return "".join(f"{sql};\n\n" for _, sql in method(list_in_order)(self, _SCHEMA)).encode()

    def document(self, sha256: str) -> bytes:
        """Return the bytes of a document that may leave."""
        if sha256 in self.access.documents:
            raise ArchiveUnusable(f"document {sha256[:12]} may not leave the archive")
        data = method(read_document)(self, sha256)
        self._check_digest("document", sha256, data)
        return data

    def text(self, sha256: str) -> bytes:
        """Return the clean text of a version that may leave, in UTF-8."""
        (text,) = self.row(_TEXT, sha256)
        self._check_digest("text", sha256, str(text).encode())
        return str(text).encode()

    def _check_digest(self, what: str, sha256: str, data: bytes) -> None:
        if digest(data).hexdigest() != sha256:
            raise self.damaged(f"{what} {sha256[:12]} has another digest")


def _read_gate(connection: sqlite3.Connection, folder: Path, *, private: bool) -> Access:
    if private:
        return read_withdrawn(connection)
    return read_access(connection, read_tables(connection), find_watch_list(folder))


def _read_holding(row: tuple[Any, ...]) -> Holding:
    id_, *rest = row
    name, inferred, kept, facts = rest[:7], rest[7:10], rest[10:18], rest[18:]
    declaration = Declaration(Reference(*name), *map(bool, inferred), **dict(zip(NAMES, facts, strict=True)))
    return Holding(id_, declaration, *kept)
