"""What was withdrawn: each act, and what of it may be read no longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.texts import Reference
from tracker.record.schema.rows import fetch_column, fetch_value
from tracker.record.statements.queries import ALL_EDITIONS, NAME, ORDER, narrow, narrow_to

if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from tracker.model.rights import Withdrawal, WithdrawnEntry, WithdrawnSnapshot
    from tracker.record.statements.queries import Condition


def of_statement(column: str) -> str:
    """Return the expression for the statement that a reference in a column names, or names a part of."""
    return f"substr({column}, 1, instr(replace({column}, '@', '~') || '~', '~') - 1)"


_WITHDRAWALS = """
SELECT id, act, reference, reason, authority, decided, person, completed FROM withdrawals
"""

_STANDING = """
JOIN snapshots ON snapshots.edition = editions.id
JOIN standing_withdrawals ON standing_withdrawals.snapshot = snapshots.id
"""

_LACKING = """
SELECT sha256 FROM documents WHERE bytes IS NULL
AND sha256 NOT IN (SELECT document FROM standing_withdrawals WHERE act = 'destroy')
"""

OF_STATEMENT = of_statement("withdrawals.reference")
"""The statement that an act is about, where no snapshot tells it: the document was never accepted."""

_OPEN_REVIEWS = f"""
SELECT reviews.id, reviews.source, document FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome
WHERE outcomes.reference IS NOT NULL AND document IN (SELECT document FROM standing_withdrawals)
AND NOT EXISTS (
    SELECT 1 FROM standing_withdrawals AS standing
    JOIN withdrawals ON withdrawals.id = standing.withdrawal
    LEFT JOIN snapshots ON snapshots.id = standing.snapshot
    LEFT JOIN editions ON editions.id = snapshots.edition
    LEFT JOIN statements ON statements.id = editions.statement
    WHERE standing.document = reviews.document AND (
        standing.act = 'destroy' OR {of_statement("outcomes.reference")}
        = ifnull(country || '/' || statements.body || '/' || session || ifnull('/' || item, ''),
            {OF_STATEMENT})
    )
)
"""  # noqa: S608 (our own text)

OPEN_REVIEWS = f"SELECT id FROM ({_OPEN_REVIEWS})"  # noqa: S608 (our own text)
"""Of documents that were withdrawn, the reviews in which they came for another statement.

Who watches that statement sees them, and what was decided: what was withdrawn is not theirs.
"""

_NOTHING_LEFT = "NOT EXISTS (SELECT 1 FROM readable_snapshots AS kept WHERE kept.edition = editions.id)"


def read_withdrawal(connection: sqlite3.Connection, number: int) -> Withdrawal:
    """Return one act by its number."""
    row = connection.execute(f"{_WITHDRAWALS} WHERE id = ?", [number]).fetchone()
    return _read(row)


def read_unfinished(connection: sqlite3.Connection) -> tuple[Withdrawal, ...]:
    """Return the acts that were cut short, oldest first."""
    rows = connection.execute(f"{_WITHDRAWALS} WHERE completed IS NULL ORDER BY id")
    return tuple(_read(row) for row in rows)


def read_lacking(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the documents without bytes that nobody has destroyed: a public mirror had only their digest."""
    return frozenset(fetch_column(connection, _LACKING))


def read_withdrawn_snapshots(connection: sqlite3.Connection) -> frozenset[int]:
    """Return the ids of the snapshots that may be read no longer."""
    query = "SELECT snapshot FROM standing_withdrawals WHERE snapshot IS NOT NULL"
    return frozenset(fetch_column(connection, query))


def read_withdrawn_documents(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the digests of the documents that may be read no longer, as any snapshot."""
    query = (
        "SELECT document FROM standing_withdrawals"
        " WHERE document NOT IN (SELECT document FROM readable_snapshots"
        " WHERE id NOT IN (SELECT snapshot FROM parts))"
    )
    return frozenset(fetch_column(connection, query))


def read_given_elsewhere(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Return what sources of other statements gave of what was withdrawn: each source, and the document."""
    query = f"SELECT source, document FROM ({_OPEN_REVIEWS})"  # noqa: S608 (our own text)
    return frozenset(connection.execute(query).fetchall())


def read_destroyed_documents(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the digests of the documents whose bytes the record is meant to have no longer."""
    query = "SELECT document FROM standing_withdrawals WHERE act = 'destroy'"
    return frozenset(fetch_column(connection, query))


def read_behind(connection: sqlite3.Connection, reference: Reference) -> Withdrawal | None:
    """Return the latest act in force for anything behind a reference."""
    narrowed, values = narrow_to(reference)
    query = f"SELECT max(withdrawal) {ALL_EDITIONS} {_STANDING} WHERE TRUE{narrowed}"
    number = fetch_value(connection, query, values)
    return read_withdrawal(connection, number) if number else None


def read_entries(connection: sqlite3.Connection, conditions: list[Condition]) -> tuple[WithdrawnEntry, ...]:
    """Return the editions of which nothing is left to read, in the order of ``Reader.statements``."""
    from tracker.model.rights import WithdrawnEntry  # noqa: PLC0415 (as below)

    narrowed, values = narrow(conditions)
    rows = connection.execute(
        f"SELECT {NAME}, count(DISTINCT snapshots.id), max(observed), max(withdrawal)"
        f" {ALL_EDITIONS} {_STANDING} WHERE {_NOTHING_LEFT}{narrowed} GROUP BY editions.id ORDER BY {ORDER}",
        values,
    ).fetchall()
    return tuple(
        WithdrawnEntry(Reference(*name), count, observed, read_withdrawal(connection, number))
        for *name, count, observed, number in rows
    )


def read_snapshots(connection: sqlite3.Connection, reference: Reference) -> tuple[WithdrawnSnapshot, ...]:
    """Return the snapshots behind a reference that are withdrawn, in the order of ``Reader.log``."""
    from tracker.model.rights import WithdrawnSnapshot  # noqa: PLC0415 (as below)

    narrowed, values = narrow_to(reference)
    rows = connection.execute(
        f"SELECT {NAME}, ordinal, observed, sha256, size, media_type, max(withdrawal)"
        f" {ALL_EDITIONS} {_STANDING} JOIN documents ON documents.sha256 = snapshots.document"
        f" WHERE TRUE{narrowed} GROUP BY snapshots.id ORDER BY {ORDER}, ordinal",
        values,
    ).fetchall()
    return tuple(
        WithdrawnSnapshot(
            Reference(*name), observed, sha256, size, media_type, read_withdrawal(connection, number)
        )
        for *name, observed, sha256, size, media_type, number in rows
    )


def _read(row: tuple[Any, ...]) -> Withdrawal:
    from tracker.model.rights import Ruled, Withdrawal  # noqa: PLC0415 (4 ms where nothing was withdrawn)

    id_, act, reference, reason, authority, decided, person, completed = row
    return Withdrawal(id_, act, reference, Ruled(reason, authority, decided, person), completed)
