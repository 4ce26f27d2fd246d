"""What the record holds of a web archive's captures: known by their record's id, or by bytes and instant."""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.archive.ledger.ledger import check_ledger
from tracker.archive.schema.connection import archive_file, check_schema, connect_to_read, translate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import Any

    from tracker.model.ledger import CheckOutcome
    from tracker.model.texts import Reference

_SOURCE = re.compile(r"(.*?)@([0-9a-f]{40}|[0-9a-f]{64}):(.*)", re.DOTALL)

_SNAPSHOTS = """
SELECT source, document FROM snapshots
JOIN editions ON editions.id = snapshots.edition JOIN statements ON statements.id = editions.statement
WHERE country = ? AND body = ? AND session = ? AND ifnull(item, '') = ? ORDER BY snapshots.id
"""

_DELIVERED = """
SELECT delivered FROM statements
WHERE country = ? AND body = ? AND session = ? AND ifnull(item, '') = ?
"""

_NOTED = "SELECT source FROM outcomes WHERE outcome = ? ORDER BY id"


@dataclass(frozen=True, slots=True)
class Origin:
    """A file as one commit of a repository held it."""

    repository: str
    commit: str
    path: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.commit}:{self.path}"


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """A snapshot that is in the record: the SHA-256 of its bytes, and its commit where it came from one."""

    sha256: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """What is in the record of one statement; snapshots in the order of recording."""

    delivered: str | None = None
    revisions: tuple[KeptRevision, ...] = ()


def read_kept_statements(folder: Path, references: Iterable[Reference]) -> dict[Reference, KeptStatement]:
    """Return what the archive in a folder holds of statements.

    Raises ``ArchiveUnusable`` where there is no archive, or it is damaged.
    """
    path = archive_file(folder)
    with closing(connect_to_read(path)) as connection:
        check_schema(connection, path)
        with translate(path):
            return {reference: _read_statement(connection, reference) for reference in references}


def read_noted(folder: Path, outcome: CheckOutcome) -> tuple[Origin, ...]:
    """Return the revisions that are noted with an outcome and no snapshot of their own, oldest first.

    ``gone`` is a removal; ``unchanged`` had the bytes that the edition held already.
    """
    path = archive_file(folder)
    with closing(connect_to_read(path)) as connection, translate(path):
        has_ledger = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'outcomes'").fetchone()
        sources = connection.execute(_NOTED, [outcome]).fetchall() if has_ledger else []
    return tuple(origin for (source,) in sources if (origin := read_origin(source)))


def read_origin(source: str | None) -> Origin | None:
    """Read a source such as ``statements.git@1f0c…:uk/31.txt``; none where it is no commit's file."""
    match = _SOURCE.fullmatch(source or "")
    return Origin(*match.groups()) if match else None


def printable(text: str) -> str:
    """Return a path as the record writes it: bytes that are not UTF-8 as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _read_statement(connection: sqlite3.Connection, reference: Reference) -> KeptStatement:
    name = [reference.country, reference.body, reference.session, reference.item or ""]
    row = connection.execute(_DELIVERED, name).fetchone()
    rows = connection.execute(_SNAPSHOTS, name)
    return KeptStatement(
        row[0] if row else None,
        tuple(KeptRevision(document, read_origin(source)) for source, document in rows),
    )


_RECORD = """
SELECT document, documents.size FROM outcomes
LEFT JOIN snapshots ON snapshots.id = outcomes.snapshot
LEFT JOIN documents ON documents.sha256 = snapshots.document
WHERE outcomes.source = ?
"""

_MOMENT = """
SELECT 1 FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
WHERE document = ?1 AND country = ?3 AND body = ?4 AND session = ?5 AND ifnull(item, '') = ?6
AND (observed = ?2 OR EXISTS (SELECT 1 FROM outcomes WHERE snapshot = snapshots.id AND observed = ?2))
"""

_LATEST = """
SELECT document FROM snapshots
JOIN editions ON editions.id = snapshots.edition JOIN statements ON statements.id = editions.statement
WHERE country = ? AND body = ? AND session = ? AND ifnull(item, '') = ? ORDER BY snapshots.id DESC LIMIT 1
"""

_DATED = """
SELECT 1 FROM statements WHERE delivered IS NOT NULL
AND country = ? AND body = ? AND session = ? AND ifnull(item, '') = ?
"""

_ADDRESS = """
SELECT document, documents.size FROM snapshots JOIN outcomes ON outcomes.snapshot = snapshots.id
JOIN documents ON documents.sha256 = snapshots.document
WHERE snapshots.observed = ?1 AND outcomes.url = ?2 LIMIT 1
"""


@contextmanager
def open_captured(folder: Path) -> Iterator[Captured]:
    """Open what the archive in a folder holds of captures.

    Raises ``ArchiveUnusable`` where there is no archive, or it is damaged or of another release.
    """
    path = archive_file(folder)
    with closing(connect_to_read(path)) as connection:
        check_schema(connection, path)
        check_ledger(connection, path)
        yield Captured(path, connection)


class Captured:
    """Captures that are in the record. Raises ``ArchiveUnusable`` where the file is damaged."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def holds_record(self, record: str) -> bool:
        """Tell whether a capture was recorded, by its WARC-Record-ID and from whatever file."""
        return self._ask(_RECORD, record) is not None

    def holds_moment(self, statement: Reference, sha256: str, observed: str) -> bool:
        """Tell whether these bytes are known to have been this statement's at an instant."""
        return self._ask(_MOMENT, sha256, observed, *_name(statement)) is not None

    def latest(self, statement: Reference) -> str | None:
        """Return the digest of the document that was last recorded of a statement."""
        found = self._ask(_LATEST, *_name(statement))
        return str(found[0]) if found else None

    def is_dated(self, statement: Reference) -> bool:
        """Tell whether it is known when a statement was delivered."""
        return self._ask(_DATED, *_name(statement)) is not None

    def find_document(self, record: str, url: str, observed: str) -> tuple[str, int] | None:
        """Return digest and size of what a capture gave, by its record's id, or by address and instant."""
        found = self._ask(_RECORD, record) or self._ask(_ADDRESS, observed, url)
        return (str(found[0]), int(found[1])) if found and found[0] else None

    def _ask(self, sql: str, *values: str | None) -> tuple[Any, ...] | None:
        with translate(self._path):
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return row


def _name(statement: Reference) -> tuple[str | None, ...]:
    return statement.country, statement.body, statement.session, statement.item or ""
