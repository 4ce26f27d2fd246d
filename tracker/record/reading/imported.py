"""What the record holds of imports: captures of web archives, and revisions of git histories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.record.schema.connection import Record, method, open_record
from tracker.record.statements.queries import find_statement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.model.ledger import CheckOutcome
    from tracker.model.texts import Reference

_SOURCE = re.compile(r"(.*?)@([0-9a-f]{40}|[0-9a-f]{64}):(.*)", re.DOTALL)

_SNAPSHOTS = """
SELECT source, document FROM snapshots JOIN editions ON editions.id = edition
WHERE statement = ? ORDER BY snapshots.id
"""

_DELIVERED = "SELECT delivered FROM statements WHERE id = ?"

_RECORD = """
SELECT document, documents.size FROM outcomes
LEFT JOIN snapshots ON snapshots.id = outcomes.snapshot
LEFT JOIN documents ON documents.sha256 = snapshots.document
WHERE outcomes.source = ?
"""

_MOMENT = """
SELECT 1 FROM snapshots JOIN editions ON editions.id = edition
WHERE statement = ?1 AND document = ?2
AND (
    observed = ?3
    OR EXISTS (SELECT 1 FROM outcomes WHERE snapshot = snapshots.id AND observed = ?3)
    OR EXISTS (
        SELECT 1 FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome
        WHERE reviews.document = ?2 AND outcomes.observed = ?3
    )
    OR ?3 <= (
        SELECT max(other.observed) FROM snapshots AS other
        WHERE other.edition = snapshots.edition AND other.document != snapshots.document
    )
)
"""
"""What waited is dated by the last night it came. What is held and was replaced later tells nothing new."""

_REPEATED = """
SELECT 1 FROM repeats JOIN outcomes ON outcomes.id = repeats.outcome
JOIN snapshots ON snapshots.id = snapshot JOIN editions ON editions.id = edition
WHERE statement = ?1 AND document = ?2 AND repeats.observed = ?3
"""

_LATER = """
SELECT max(observed) FROM snapshots JOIN editions ON editions.id = edition
WHERE statement = ? AND ifnull(?, editions.language) = editions.language HAVING max(observed) > ?
"""

_ADDRESS = """
SELECT document, documents.size FROM snapshots JOIN outcomes ON outcomes.snapshot = snapshots.id
JOIN documents ON documents.sha256 = snapshots.document
WHERE snapshots.observed = ?1 AND outcomes.url = ?2 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class CommittedFile:
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
    origin: CommittedFile | None


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """What is in the record of one statement; snapshots in the order of recording."""

    delivered: str | None = None
    revisions: tuple[KeptRevision, ...] = ()


def read_kept_statements(folder: Path, references: Iterable[Reference]) -> dict[Reference, KeptStatement]:
    """Return what the archive in a folder holds of statements; raises as ``open_record`` does."""
    with open_record(folder, Record) as record:
        return {reference: _read_statement(record, reference) for reference in references}


def read_noted(folder: Path, outcome: CheckOutcome) -> tuple[CommittedFile, ...]:
    """Return the revisions that are noted with an outcome and no snapshot of their own, oldest first.

    ``gone`` is a removal; ``unchanged`` had the bytes that the edition held already.
    """
    query = "SELECT source FROM outcomes WHERE outcome = ? ORDER BY id"
    with open_record(folder, Record) as record:
        sources = record.column(query, outcome)
    return tuple(origin for source in sources if (origin := _read_origin(source)))


def _read_origin(source: str | None) -> CommittedFile | None:
    """Read a source such as ``statements.git@1f0c…:uk/31.txt``; none where it is no commit's file."""
    match = _SOURCE.fullmatch(source or "")
    return CommittedFile(*match.groups()) if match else None


def printable(text: str) -> str:
    """Return a path as the record writes it: bytes that are not UTF-8 as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _read_statement(record: Record, reference: Reference) -> KeptStatement:
    statement = method(find_statement)(record, reference)
    delivered = record.column(_DELIVERED, statement)
    rows = record.rows(_SNAPSHOTS, statement)
    return KeptStatement(
        next(iter(delivered), None),
        tuple(KeptRevision(document, _read_origin(source)) for source, document in rows),
    )


def open_captured(folder: Path) -> Captured:
    """Open what the archive in a folder holds of captures; raises as ``open_record`` does."""
    return open_record(folder, Captured)


class Captured(Record):
    """Captures that are in the record. Raises ``ArchiveUnusable`` where the file is damaged."""

    _find = method(find_statement)

    def holds_record(self, record: str) -> bool:
        """Return whether a capture was recorded, by its WARC-Record-ID, from any file."""
        return bool(self.rows(_RECORD, record))

    def holds_moment(self, statement: Reference, sha256: str, observed: str) -> bool:
        """Return whether these bytes are known to have been this statement's at an instant, or after it."""
        values = self._find(statement), sha256, observed
        return any(self.rows(query, *values) for query in (_MOMENT, _REPEATED))

    def latest(self, statement: Reference) -> str | None:
        """Return the digest of the document that was last recorded of a statement."""
        rows = self.rows(_SNAPSHOTS, self._find(statement))
        return str(rows[-1][1]) if rows else None

    def later(self, reference: Reference, observed: str) -> str | None:
        """Return the instant of the newest snapshot of a statement, in a language, if after an instant."""
        return next(iter(self.column(_LATER, self._find(reference), reference.language, observed)), None)

    def is_dated(self, statement: Reference) -> bool:
        """Return whether it is known when a statement was delivered."""
        return any(self.column(_DELIVERED, self._find(statement)))

    def find_document(self, record: str, url: str, observed: str) -> tuple[str, int] | None:
        """Return digest and size of what a capture gave, by its record's id, or by address and instant."""
        rows = self.rows(_RECORD, record) or self.rows(_ADDRESS, observed, url)
        return rows[0] if rows and rows[0][0] else None
