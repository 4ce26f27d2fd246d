"""Edits: rows that are no longer as they were mirrored, by an act on record or by another program."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.preservation.mirror.unit_files import write_lines
from tracker.record.schema.rows import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.preservation.mirror.unit_files import Row, Value
    from tracker.record.schema.units import Table

TableRows = dict[str, list["Row"]]

ACCEPT = "tracker verify --accept {} --by NAME --reason TEXT"
"""The command by which a person accepts what another program changed in a row."""

_GONE, _ADDED = "is gone", "was added"


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row of the mirror that the record does not have, or has with other values; or one it has besides."""

    table: str
    row: Row
    """As the mirror has it, or as the record does where it is added."""
    key: str
    columns: tuple[str, ...] | None
    """Those that differ; None where one side does not have the row."""
    is_added: bool = False
    """Whether the record has the row and the mirror, which has all that was with it, does not."""

    @property
    def name(self) -> str:
        """The row, as a person types it."""
        return f"{self.table}/{self.key}"

    def __str__(self) -> str:
        return f"{self.table} {self.key[:12]}" + (f" ({', '.join(self.columns)})" if self.columns else "")

    def describe(self) -> str:
        """Return the row with what became of it."""
        return f"{self.name} ({', '.join(self.columns or (_ADDED if self.is_added else _GONE,))})"


def find_differences(
    connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: Mapping[str, Sequence[Row]]
) -> Iterator[RowDifference]:
    """Yield the rows of the mirror that the record does not have, or has with other values."""
    for name, rows in mirror.items():
        table = tables.get(name)
        for row in rows:
            if table is None:
                yield RowDifference(name, row, "", None)
                continue
            key = choose_key(table, row)
            columns = _compare(connection, table, key, row)
            if columns != ():
                yield RowDifference(name, row, f"{row[key]!s}", columns)


def find_added(
    record: Mapping[str, Sequence[Row]], mirror: Mapping[str, Sequence[Row]], tables: Mapping[str, Table]
) -> Iterator[RowDifference]:
    """Yield the rows of the record that the mirror does not have."""
    for name, rows in record.items():
        key = choose_key(tables[name], rows[0]) if rows else ""
        known = {row.get(key) for row in mirror.get(name, ())}
        for row in rows:
            if row[key] not in known:
                yield RowDifference(name, row, f"{row[key]!s}", None, is_added=True)


def choose_key(table: Table, row: Row) -> str:
    """Return the column by which a row is found in the record."""
    return table.key if table.key in row else table.columns[0]


def read_row(connection: sqlite3.Connection, table: Table, key: str, value: Value) -> Row | None:
    """Return a row of the record, unpacked. Raises ``sqlite3.Error`` for one that cannot be read."""
    query = f'SELECT {table.selected} FROM "{table.name}" WHERE "{key}" = ?'  # noqa: S608 (names of our schema)
    found = connection.execute(query, [value]).fetchone()
    return dict(zip(table.columns, found, strict=True)) if found else None


def _compare(connection: sqlite3.Connection, table: Table, key: str, row: Row) -> tuple[str, ...] | None:
    """Return the columns that differ: all where the row cannot be read, None where it is not there."""
    try:
        found = read_row(connection, table, key, row[key])
    except sqlite3.Error:
        return table.columns
    if found is None:
        return None
    # A document is in two files, each with a part of its row; a column newer than the file is empty.
    return tuple(
        column
        for column, value in found.items()
        if (value != row[column] if column in row else value is not None and table.name != "documents")
    )


# What the ledger keeps of edits ------------------------------------------------------------------------

Edit = tuple[str, str, "str | None", "str | None", "str | None"]
"""Table, key, column (None for the whole row), and digests of what was mirrored and of what was found."""

_SAME = "of_table = ? AND of_row = ? AND of_column IS ? AND mirrored IS ? AND found IS ?"
_ACCEPTED = """
SELECT of_table, of_row, of_column, mirrored, found FROM edits WHERE person IS NOT NULL AND run > ?
"""
_OPEN = """
SELECT of_table, of_row, of_column, mirrored, found FROM edits AS noted WHERE person IS NULL AND NOT EXISTS (
    SELECT 1 FROM edits AS later WHERE later.of_table = noted.of_table AND later.of_row = noted.of_row
    AND later.of_column IS noted.of_column AND later.mirrored IS noted.mirrored
    AND later.found IS noted.found AND later.person IS NOT NULL
)
"""


def list_edits(
    connection: sqlite3.Connection, tables: Mapping[str, Table], difference: RowDifference
) -> Iterator[Edit]:
    """Yield what the ledger keeps of a difference: an entry for each column, or one for the row."""
    table, row = difference.table, difference.row
    if difference.columns is None:
        digest = _digest(row)
        was, now = (None, digest) if difference.is_added else (digest, None)
        yield table, difference.key, None, was, now
        return
    try:
        key = choose_key(tables[table], row)
        found = read_row(connection, tables[table], key, row[key]) or {}
    except sqlite3.Error:
        found = {}
    for column in difference.columns:
        was, now = (_digest({column: side.get(column)}) for side in (row, found))
        yield table, difference.key, column, was, now


def note_edits(connection: sqlite3.Connection, edits: Iterable[Edit]) -> None:
    """Keep what another program changed in the ledger, once, with the latest run."""
    for edit in edits:
        connection.execute(
            "INSERT INTO edits (of_table, of_row, of_column, mirrored, found, run)"  # noqa: S608 (our names)
            " SELECT ?, ?, ?, ?, ?, max(id) FROM runs"
            f" WHERE NOT EXISTS (SELECT 1 FROM edits WHERE {_SAME}) HAVING max(id) IS NOT NULL",
            [*edit, *edit],
        )


def note_accepted(
    connection: sqlite3.Connection, edits: Iterable[Edit], run: int, person: str, reason: str
) -> None:
    """Keep that a person accepts what another program changed, and why."""
    for table, key, column, mirrored, found in edits:
        insert(
            connection, "edits", run=run, of_table=table, of_row=key, of_column=column, mirrored=mirrored,
            found=found, person=person, reason=reason,
        )  # fmt: skip


def read_accepted(connection: sqlite3.Connection, after: int = 0) -> frozenset[Edit]:
    """Return the edits that a person has accepted in a run after another."""
    return frozenset(connection.execute(_ACCEPTED, [after]))


def list_open(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> Iterator[Edit]:
    """Yield the edits that were noted, stand in the record as they were found, and nobody has accepted."""
    for edit in connection.execute(_OPEN).fetchall():
        table, key, column, _, found = edit
        row = _read_by_name(connection, tables.get(table), key)
        if found == (None if row is None else _digest(row if column is None else {column: row.get(column)})):
            yield edit


def read_open(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> tuple[RowDifference, ...]:
    """Return what ``list_open`` yields by row."""
    standing: dict[tuple[str, str], RowDifference] = {}
    for table, key, column, mirrored, _ in list_open(connection, tables):
        known = standing.get((table, key)) or RowDifference(table, {}, key, None, mirrored is None)
        columns = known.columns if column is None else (*(known.columns or ()), column)
        standing[table, key] = replace(known, columns=columns)
    return tuple(standing.values())


def list_gone_last(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> Iterator[str]:
    """Yield deleted rows, as ``table/key``, whose number the next row of their table would get."""
    for table, key, column, _, found in list_open(connection, tables):
        if column is None and found is None and key.isdecimal() and table in tables:
            stored = tables[table].stored
            (last,) = connection.execute(f'SELECT ifnull(max(rowid), 0) FROM "{stored}"').fetchone()  # noqa: S608 (our schema)
            if int(key) > last:
                yield f"{table}/{key}"


def _read_by_name(connection: sqlite3.Connection, table: Table | None, key: str) -> Row | None:
    if table is None:
        return None
    column = table.key if table.key in table.columns else table.columns[0]
    try:
        # SQLite compares a number as what the column holds.
        return read_row(connection, table, column, key)
    except sqlite3.Error:
        return None


def _digest(row: Row) -> str:
    return sha256(write_lines({"": [row]})).hexdigest()
