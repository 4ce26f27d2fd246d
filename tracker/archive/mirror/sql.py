"""Small SQL helpers: rows as dictionaries, names in quotes, a transaction, how people name a snapshot."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

STATEMENT_NAME = "country || '/' || body || '/' || session || ifnull('/' || item, '')"
EDITION_NAME = f"{STATEMENT_NAME} || '~' || ifnull(kind || '.', '') || editions.language"
SNAPSHOT_NAME = f"{EDITION_NAME} || '@' || ordinal"
"""How people name a statement, an edition and a snapshot, as SQL expressions."""

WITH_STATEMENTS = "JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
"""What joins snapshots with the tables of their names."""


def quote_names(names: Iterable[str]) -> str:
    """Return names of columns as a list in SQL."""
    return ", ".join(f'"{name}"' for name in names)


def insert_row(
    connection: sqlite3.Connection, table: str, row: Mapping[str, Any], *, verb: str = "INSERT"
) -> sqlite3.Cursor:
    """Insert a row, given by the names of its columns."""
    marks = ", ".join("?" * len(row))
    command = f'{verb} INTO "{table}" ({quote_names(row)}) VALUES ({marks})'
    return connection.execute(command, tuple(row.values()))


def read_dicts(cursor: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """Yield the rows of a result by the names of its columns."""
    names = [column[0] for column in cursor.description]
    return (dict(zip(names, values, strict=True)) for values in cursor)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is written in this block, or none of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
