"""Repairing rows of the record: restored as the mirror has them, with the indexes that depend on them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tracker.model.verifying import Step
from tracker.preservation.mirror import edits
from tracker.preservation.mirror.unit_files import SEGMENTS
from tracker.preservation.verify import findings, mirror_files, structure
from tracker.record.schema.rows import insert_row, transaction, update_row
from tracker.record.schema.units import read_tables
from tracker.record.statements.segments import rebuild_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.preservation.mirror.edits import RowDifference, TableRows
    from tracker.preservation.verify.findings import Fix
    from tracker.preservation.verify.mirror_files import MirrorFiles
    from tracker.record.schema.units import Table

_INDEXING = """
SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%INSERT INTO segments_fts %'
"""


def restore_rows(connection: sqlite3.Connection, mirror: MirrorFiles, fixes: Sequence[Fix]) -> list[Step]:
    """Restore the rows of some files of the mirror in the record, where they are missing or differ."""
    restorer = _RowRestorer(connection, read_tables(connection), mirror)
    # A row may come before the one that it refers to, and its columns one after the other.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with transaction(connection):
        # From damaged rows the triggers would update the full-text index wrongly; it is rebuilt instead.
        triggers = connection.execute(_INDEXING).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        steps = [restorer.delete(fix) for fix in fixes if fix.value == findings.SURPLUS]
        steps += [
            restorer.restore(fix, mirror.read_rows(fix.name))
            for fix in fixes
            if fix.value != findings.SURPLUS
        ]
        restorer.finish()
        for _, sql in triggers:
            connection.execute(sql)
    return steps


def rebuild_text_index(connection: sqlite3.Connection) -> Step:
    """Rebuild the full-text index from the segments."""
    rebuild_index(connection)
    return Step(did=True, what="the full-text index", how="it was made again from the segments")


def rebuild_indexes(connection: sqlite3.Connection) -> Step:
    """Create altered views and triggers again, and rebuild all indexes from the rows."""
    for (kind, name), sql in structure.find_altered_parts(connection).items():
        if kind != "table":
            connection.execute(f'DROP {kind} IF EXISTS "{name}"')
            connection.execute(sql)
    connection.execute("REINDEX")
    return Step(did=True, what="the indexes of tracker.db", how="they were made again from the rows")


class _RowRestorer:
    def __init__(
        self, connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: MirrorFiles
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._expected = mirror_files.ExpectedDifferences(connection, tables, mirror)
        self._documents: dict[str, dict[str, object]] = {}
        self._has_segments = False

    def delete(self, fix: Fix) -> Step:
        """Delete a row that came to what the mirror has whole."""
        name, _, key = fix.name.partition("/")
        table = self._tables[name]
        column = table.key if table.key in table.columns else table.columns[0]
        self._connection.execute(f'DELETE FROM "{table.stored}" WHERE "{column}" = ?', [key])  # noqa: S608 (our schema)
        self._has_segments |= name in {SEGMENTS, "versions"}
        return Step(
            did=True, what=fix.name, how="deleted: the mirror has all rows of its run, and not this one"
        )

    def restore(self, fix: Fix, rows: TableRows | None) -> Step:
        """Restore the rows of one file."""
        if rows is None:
            return Step(did=False, what=fix.name, how="the mirror's file cannot be read")
        found = list(edits.find_differences(self._connection, self._tables, rows))
        if fix.value != findings.ALL:
            found = self._expected.find_edits(found)
        self._connection.execute("SAVEPOINT file")
        try:
            for each in found:
                self._put(each)
            number = len(found) + self._delete_surplus(rows)
            self._connection.execute("RELEASE file")
        except sqlite3.Error as error:
            self._connection.execute("ROLLBACK TO file")
            self._connection.execute("RELEASE file")
            return Step(did=False, what=fix.name, how=f"the record refuses its rows ({error})")
        return Step(did=True, what=fix.name, how=f"{number:,} of its rows put back as the mirror has them")

    def finish(self) -> None:
        """Insert the documents that are complete, and rebuild the full-text index where segments changed."""
        for row in self._documents.values():
            if "bytes" in row and "media_type" in row:
                self._insert("documents", row)
        if self._has_segments:
            rebuild_text_index(self._connection)

    def _put(self, found: RowDifference) -> None:
        if found.table == "documents" and found.columns is None:
            # Its bytes are in one file and the rest of its row in another.
            self._documents.setdefault(found.key, {}).update(found.row)
        elif found.table not in self._tables:
            raise sqlite3.OperationalError(f"no such table: {found.table}")
        elif found.columns is None:
            self._insert(found.table, found.row)
        else:
            self._update(found, found.columns)
        self._has_segments |= found.table in {SEGMENTS, "versions"}

    def _insert(self, table: str, row: Mapping[str, object]) -> None:
        if not set(row) <= set(self._tables[table].columns):
            raise sqlite3.OperationalError(f"no such columns in {table}")
        insert_row(self._connection, table, row)

    def _update(self, found: RowDifference, columns: Sequence[str]) -> None:
        table = self._tables[found.table]
        key = edits.choose_key(table, found.row)
        # Segments are places in a text, and theirs is put back with it.
        given = {*columns} - {"text"} if found.table == SEGMENTS else {*columns}
        values = {name: value for name, value in found.row.items() if name in given}
        if values:
            update_row(self._connection, found.table, (key, found.row[key]), values)

    def _delete_surplus(self, rows: TableRows) -> int:
        """Delete the segments of the file's versions that the mirror does not have."""
        kept = {row["id"] for row in rows.get(SEGMENTS, ())}
        query = "SELECT id FROM segments WHERE version = ?"
        surplus = [
            (number,)
            for version in rows.get("versions", ())
            for (number,) in self._connection.execute(query, [version["id"]])
            if number not in kept
        ]
        self._connection.executemany("DELETE FROM segments WHERE id = ?", surplus)
        self._has_segments |= bool(surplus)
        return len(surplus)
