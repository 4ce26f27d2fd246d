"""Rows as the mirror has them, looked up in the record: the same there, other, unreadable, or gone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.archive.mirror.row_files import Row
    from tracker.archive.schema.schema_map import Table


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the mirror that is not in the record, or is another one there."""

    table: str
    row: Row
    """As the mirror has it."""
    key: str
    columns: tuple[str, ...] | None
    """Those in which the record has something else; None where the row is gone."""

    def __str__(self) -> str:
        return f"{self.table} {self.key[:12]}" + (f" ({', '.join(self.columns)})" if self.columns else "")


def find_differences(
    connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: Mapping[str, Sequence[Row]]
) -> Iterator[Difference]:
    """Yield the rows of the mirror that the record does not have, or has with other values."""
    for name, rows in mirror.items():
        table = tables.get(name)
        for row in rows:
            if table is None:
                yield Difference(name, row, "", None)
                continue
            key = table.key if table.key in row else table.columns[0]
            columns = _compare(connection, table, key, row)
            if columns != ():
                yield Difference(name, row, f"{row[key]!s}", columns)


def find_added(
    record: Mapping[str, Sequence[Row]], mirror: Mapping[str, Sequence[Row]], tables: Mapping[str, Table]
) -> Iterator[str]:
    """Yield the rows of a unit that its file in the mirror does not have."""
    for name, rows in record.items():
        key = tables[name].key if rows and tables[name].key in rows[0] else tables[name].columns[0]
        known = {row.get(key) for row in mirror.get(name, ())}
        yield from (f"{name} {row[key]!s}" for row in rows if row[key] not in known)


def _compare(connection: sqlite3.Connection, table: Table, key: str, row: Row) -> tuple[str, ...] | None:
    """Return the columns that differ: all of them where the row cannot be read, None where it is gone."""
    quoted = ", ".join(f'"{column}"' for column in table.columns)
    query = f'SELECT {quoted} FROM "{table.name}" WHERE "{key}" = ?'  # noqa: S608 (names of our schema)
    try:
        found = connection.execute(query, [row[key]]).fetchone()
    except sqlite3.Error:
        return table.columns
    if found is None:
        return None
    # A document stands in two files, of which each has a part; a column that is newer than the file is empty.
    return tuple(
        column
        for column, value in zip(table.columns, found, strict=True)
        if (value != row[column] if column in row else value is not None and table.name != "documents")
    )
