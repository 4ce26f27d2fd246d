"""What the record holds of git histories: from which commit each snapshot came, and the rest."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.archive.schema.connection import archive_file, check_schema, connect_to_read, translate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.model.citing import Reference
    from tracker.model.ledger import CheckOutcome

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
