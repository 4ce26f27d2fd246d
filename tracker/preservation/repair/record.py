"""Repairing the record from its mirror: rows and indexes are restored, or all of it is rebuilt from that.

One that is damaged or older than its mirror is replaced. Later changes are taken from a damaged file. An
older one has none, and its copy keeps nothing that was destroyed since.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.errors import HistoriesApart, RepositoryUnusable, TrackerError
from tracker.files import permit
from tracker.model.verifying import Step
from tracker.preservation.copies import COMPANIONS, destroy_in_kept_copies
from tracker.preservation.destroying import remove_derived
from tracker.preservation.folder import MIRROR, STAGING
from tracker.preservation.mirror import edits, rebuild, unit_files
from tracker.preservation.mirror.commits import is_later
from tracker.preservation.mirror.divergence import compare_runs, describe_remedy
from tracker.preservation.mirror.lost_objects import list_units
from tracker.preservation.mirror.pending import (
    find_lost_triggers,
    install_triggers,
    make_triggers_again,
    read_pending,
)
from tracker.preservation.mirror.unit_files import SEGMENTS
from tracker.preservation.verify import findings, mirror_files, structure
from tracker.record.access.withdrawals import read_destroyed_documents
from tracker.record.modes import archive_permissions
from tracker.record.schema.connection import FILE_NAME, connect_to_read, connect_to_write
from tracker.record.schema.rows import (
    fetch_value,
    insert_row,
    quote_names,
    read_dicts,
    transaction,
    update_row,
)
from tracker.record.schema.units import read_tables
from tracker.record.statements.segments import rebuild_index

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.preservation.mirror.edits import RowDifference, TableRows
    from tracker.preservation.verify.findings import Fix
    from tracker.preservation.verify.mirror_files import MirrorFiles
    from tracker.record.schema.units import Table, Unit


_UNREADABLE = (sqlite3.Error, TrackerError, UnicodeDecodeError, KeyError)
_LATER = "what was recorded since"


def rebuild_record_file(folder: Path, mirror: Path, old: Path) -> list[Step]:
    """Replace a record that cannot be read, or is older than its mirror; ``old`` is a copy of it.

    Raises ``RepositoryUnusable`` where the mirror gives no record, and ``HistoriesApart`` where each of both
    has runs that the other lacks; nothing has changed then.
    """
    permissions = archive_permissions(folder, folder / MIRROR)
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        rebuilt = rebuild.rebuild_record(mirror, Path(name))
        made = Path(name) / FILE_NAME
        with closing(connect_to_write(made)) as connection:
            install_triggers(connection, read_tables(connection))
            steps = _bring_along(connection, folder, old, rebuilt.closed)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for ending in COMPANIONS:
            (folder / f"{FILE_NAME}{ending}").unlink(missing_ok=True)
        permit(made, permissions)
        made.replace(folder / FILE_NAME)
    how = f"it was made again from the mirror at {rebuilt.commit[:12]}"
    return [Step(did=True, what=FILE_NAME, how=how), *steps]


def _bring_along(connection: sqlite3.Connection, folder: Path, old: Path, closed: int) -> list[Step]:
    """Bring what only the old record has into the new one; one that is older than its mirror has nothing."""
    try:
        with closing(connect_to_read(old)) as source:
            divergence = compare_runs(source, connection)
            if not divergence.mirror:
                return [_copy_later_changes(connection, source)]
    except _UNREADABLE as error:
        return [Step(did=False, what=_LATER, how=f"the damaged file does not tell what it was ({error})")]
    if divergence.record:
        raise HistoriesApart(f"it stays as it is: {divergence}; {describe_remedy(divergence, folder)}")
    if closed:
        raise RepositoryUnusable(
            f"it stays as it is: {folder / MIRROR} is a public copy, without {closed:,} closed rows, and"
            " makes no whole record; put a private one in its place"
        )
    return _destroy_again(connection, folder)


def _destroy_again(connection: sqlite3.Connection, folder: Path) -> list[Step]:
    """Destroy in the copies of an older record, before it is replaced, what was destroyed since."""
    documents = read_destroyed_documents(connection)
    if not documents:
        return []
    remove_derived(folder)
    done = (each.removeprefix(f"{folder}/") for each in destroy_in_kept_copies(folder, documents))
    return [Step(did=True, what=what, how=how) for what, _, how in (each.partition(": ") for each in done)]


def _copy_later_changes(connection: sqlite3.Connection, source: sqlite3.Connection) -> Step:
    """Copy from a damaged record what was recorded after the mirror was last written."""
    units = unit_files.UnitFiles(source)
    pending = dict.fromkeys((*_list_pending(source), *_list_later(connection, source)))
    lost = [
        f"{unit} {name}" for unit, name in pending if not _copy_unit(connection, units, source, unit, name)
    ]
    if lost:
        return Step(
            did=False, what=_LATER, how=f"these could not be read in the damaged file: {', '.join(lost)}"
        )
    return Step(did=True, what=_LATER, how=f"{len(pending):,} units were taken over from the damaged file")


def _list_pending(source: sqlite3.Connection) -> Sequence[tuple[Unit, str]]:
    try:
        return read_pending(source).units
    except sqlite3.Error:
        return ()


def _list_later(connection: sqlite3.Connection, source: sqlite3.Connection) -> Iterator[tuple[Unit, str]]:
    """Yield what runs wrote that the mirror had, and has lost."""
    last = fetch_value(connection, "SELECT ifnull(max(id), 0) FROM runs")
    if not source.execute("SELECT 1 FROM runs WHERE id > ?", [last]).fetchone():
        return
    for unit, name in list_units(source):
        with suppress(sqlite3.Error):
            if is_later(source, unit, name, last):
                yield unit, name


def _copy_unit(
    connection: sqlite3.Connection,
    units: unit_files.UnitFiles,
    source: sqlite3.Connection,
    unit: Unit,
    name: str,
) -> bool:
    """Copy the rows of a unit, and tell whether all of them could be read."""
    connection.execute("PRAGMA foreign_keys = OFF")
    columns = quote_names(read_tables(connection)[unit_files.SEGMENTS].columns)
    query = f"SELECT {columns} FROM segments WHERE version = ?"  # noqa: S608 (names of our schema)
    try:
        rows = units.rows(unit, name)
        for version in rows.get("versions", ()):
            for segment in list(read_dicts(source.execute(query, [version["id"]]))):
                insert_row(connection, unit_files.SEGMENTS, segment, verb="INSERT OR REPLACE")
        for table, kept in rows.items():
            for row in kept:
                insert_row(connection, table, row, verb="INSERT OR REPLACE")
    except _UNREADABLE:
        return False
    return True


_INDEXING = """
SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%INSERT INTO segments_fts %'
"""


def restore_rows(
    connection: sqlite3.Connection, mirror: MirrorFiles, fixes: Sequence[Fix], doubtful: Collection[str]
) -> list[Step]:
    """Restore the rows of some files of the mirror in the record, where they are missing or differ.

    A row that came besides is deleted, unless it is ``doubtful`` that another program added it.
    """
    restorer = _RowRestorer(connection, read_tables(connection), mirror)
    # A row may come before the one that it refers to, and its columns one after the other.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with transaction(connection):
        # From damaged rows the triggers would update the full-text index wrongly; it is rebuilt instead.
        triggers = connection.execute(_INDEXING).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        surplus = [fix for fix in fixes if fix.value == findings.SURPLUS]
        steps = [_leave(fix) if fix.name in doubtful else restorer.delete(fix) for fix in surplus]
        steps += [
            restorer.restore(fix, mirror.read_rows(fix.name))
            for fix in fixes
            if fix.value != findings.SURPLUS
        ]
        restorer.finish()
        for _, sql in triggers:
            connection.execute(sql)
    return steps


def _leave(fix: Fix) -> Step:
    how = "left: an earlier commit of the mirror has it, or cannot be read"
    return Step(did=False, what=fix.name, how=how)


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
    if find_lost_triggers(connection):
        make_triggers_again(connection, compares=True)
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
