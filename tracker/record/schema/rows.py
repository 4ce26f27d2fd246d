"""Rows of an open record: one row, one value or one column of a query, and rows that are added or changed."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from tracker.record.schema.packing import pack_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

T = TypeVar("T")


def fetch_row(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> tuple[Any, ...]:
    """Return the one row that must be there; ``translate`` reports its absence as damage."""
    return _only(connection.execute(sql, values).fetchall())


def fetch_named(connection: sqlite3.Connection, sql: str, values: Sequence[object]) -> dict[str, Any]:
    """Return the one row that must be there, its values by the names of their columns."""
    return _only(list(read_dicts(connection.execute(sql, values))))


def read_dicts(cursor: sqlite3.Cursor) -> Iterator[dict[str, Any]]:
    """Yield the rows of a result, their values by the names of their columns."""
    names = [name for name, *_ in cursor.description]
    return (dict(zip(names, row, strict=True)) for row in cursor)


def _only(rows: list[T]) -> T:
    if len(rows) != 1:
        raise sqlite3.DatabaseError("a row is missing or is there twice")
    return rows[0]


def fetch_value(connection: sqlite3.Connection, sql: str, values: Sequence[object] = ()) -> Any:  # noqa: ANN401 (what SQLite holds)
    """Return the first column of the first row; None where there is no row."""
    row = connection.execute(sql, values).fetchone()
    return row[0] if row else None


def has_table(connection: sqlite3.Connection, name: str) -> bool:
    """Return whether a file has a table: that of an older release lacks the newest until it is written."""
    return bool(fetch_value(connection, "SELECT 1 FROM sqlite_master WHERE name = ?", [name]))


def fetch_column(connection: sqlite3.Connection, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
    """Return the one column of a query."""
    return tuple(value for (value,) in connection.execute(sql, values).fetchall())


def insert(connection: sqlite3.Connection, table: str, /, **values: object) -> int:
    """Add one row, its values by the names of their columns, and return its id."""
    return int(insert_row(connection, table, values).lastrowid or 0)


def insert_row(
    connection: sqlite3.Connection, table: str, row: Mapping[str, Any], *, verb: str = "INSERT"
) -> sqlite3.Cursor:
    """Insert a row, given by the names of its columns, which are those of our schema.

    Values are given as they are read again, not as the record keeps them.
    """
    row = pack_row(table, row)
    return connection.execute(_insertion(verb, table, *row), tuple(row.values()))


def update_row(
    connection: sqlite3.Connection,
    table: str,
    key: tuple[str, object],
    values: Mapping[str, Any],
    *,
    verb: str = "UPDATE",
) -> None:
    """Write values, given by the names of their columns, into the row of which a column has this value."""
    values = pack_row(table, values)
    changes = ", ".join(f'"{name}" = ?' for name in values)
    sql = f'{verb} "{table}" SET {changes} WHERE "{key[0]}" = ?'
    connection.execute(sql, [*values.values(), key[1]])


@cache
def _insertion(verb: str, table: str, *columns: str) -> str:
    return f'{verb} INTO "{table}" ({quote_names(columns)}) VALUES ({", ".join("?" * len(columns))})'


def quote_names(names: Iterable[str]) -> str:
    """Return names of columns as a list in SQL."""
    return ", ".join(f'"{name}"' for name in names)


def pick(source: object, *names: str) -> dict[str, Any]:
    """Return attributes by their names, for the columns that are named like them."""
    return {name: getattr(source, name) for name in names}


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
