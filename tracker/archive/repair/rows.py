"""Mending the record: rows put back as the mirror has them, and what follows from rows made anew."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tracker.archive.mirror.unit_files import SEGMENTS
from tracker.archive.schema.parts import is_same_part
from tracker.archive.schema.schema_map import read_tables
from tracker.archive.verify.copies import find_differences
from tracker.archive.verify.expected_differences import Noted
from tracker.archive.verify.notes import ALL
from tracker.archive.verify.structure import make_parts, read_schema
from tracker.model.verifying import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.archive.schema.schema_map import Table
    from tracker.archive.verify.copies import Copy, Difference, Rows
    from tracker.archive.verify.notes import Cure

_FOLLOWING = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name IN (?, ?)"
_TRIGGERS = ("segments_deleted", "segments_updated")


def put_back(connection: sqlite3.Connection, copy: Copy, cures: Sequence[Cure]) -> list[Step]:
    """Put the rows of files of the mirror back into the record, those that are gone or other there."""
    tables = read_tables(connection)
    mending = _Mending(connection, tables)
    # A row may come before the one that it names, and its columns one after the other.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # What they would tell the full-text index of damaged rows is wrong; it is made anew instead.
        triggers = connection.execute(_FOLLOWING, _TRIGGERS).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        steps = [mending.mend(cure, copy.rows(cure.name)) for cure in cures]
        mending.finish()
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return steps


def index_again(connection: sqlite3.Connection) -> Step:
    """Make the full-text index again from the segments."""
    connection.execute("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')")
    return Step(did=True, what="the full-text index", how="it was made again from the segments")


def sort_again(connection: sqlite3.Connection) -> Step:
    """Make views and triggers again that are not as they should be, and all indexes from the rows."""
    there = read_schema(connection)
    for (kind, name), sql in make_parts(connection).items():
        if kind != "table" and not is_same_part(there.get((kind, name), ""), sql):
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')
            connection.execute(sql)
    connection.execute("REINDEX")
    return Step(did=True, what="the indexes of tracker.db", how="they were made again from the rows")


class _Mending:
    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
        self._connection = connection
        self._tables = tables
        self._noted = Noted(connection, tables)
        self._documents: dict[str, dict[str, object]] = {}
        self._has_segments = False

    def mend(self, cure: Cure, rows: Rows | None) -> Step:
        """Put back what differs in one file."""
        if rows is None:
            return Step(did=False, what=cure.name, how="the mirror's file cannot be read")
        found = [
            each
            for each in find_differences(self._connection, self._tables, rows)
            if cure.value == ALL or not self._noted.allows(each)
        ]
        self._connection.execute("SAVEPOINT file")
        try:
            number = sum(self._put(each) for each in found) + self._drop_surplus(rows)
            self._connection.execute("RELEASE file")
        except sqlite3.Error as error:
            self._connection.execute("ROLLBACK TO file")
            self._connection.execute("RELEASE file")
            return Step(did=False, what=cure.name, how=f"the record refuses its rows ({error})")
        return Step(did=True, what=cure.name, how=f"{number:,} of its rows put back as the mirror has them")

    def finish(self) -> None:
        """Write the documents that are whole by now, and index the text where segments were touched."""
        for row in self._documents.values():
            if "bytes" in row and "media_type" in row:
                self._insert("documents", row)
        if self._has_segments:
            index_again(self._connection)

    def _put(self, found: Difference) -> int:
        if found.table == "documents" and found.columns is None:
            # Its bytes stand in one file and the rest of its row in another.
            self._documents.setdefault(found.key, {}).update(found.row)
        elif found.table not in self._tables:
            raise sqlite3.OperationalError(f"no such table: {found.table}")
        elif found.columns is None:
            self._insert(found.table, found.row)
        else:
            self._update(found)
        self._has_segments |= found.table == SEGMENTS
        return 1

    def _insert(self, table: str, row: Mapping[str, object]) -> None:
        if not set(row) <= set(self._tables[table].columns):
            raise sqlite3.OperationalError(f"no such columns in {table}")
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self._connection.execute(
            f'INSERT INTO "{table}" ({columns}) VALUES ({marks})',  # noqa: S608 (names of our schema)
            tuple(row.values()),
        )

    def _update(self, found: Difference) -> None:
        table = self._tables[found.table]
        key = table.key if table.key in found.row else table.columns[0]
        values = {name: value for name, value in found.row.items() if name in (found.columns or ())}
        changes = ", ".join(f'"{name}" = ?' for name in values)
        self._connection.execute(
            f'UPDATE "{table.name}" SET {changes} WHERE "{key}" = ?',  # noqa: S608 (names of our schema)
            (*values.values(), found.row[key]),
        )

    def _drop_surplus(self, rows: Rows) -> int:
        """Delete the segments of the file's versions that the mirror does not have."""
        kept = {row["id"] for row in rows.get(SEGMENTS, ())}
        dropped = 0
        for version in rows.get("versions", ()):
            there = self._connection.execute("SELECT id FROM segments WHERE version = ?", [version["id"]])
            for (number,) in there.fetchall():
                if number not in kept:
                    self._connection.execute("DELETE FROM segments WHERE id = ?", [number])
                    self._has_segments, dropped = True, dropped + 1
        return dropped
