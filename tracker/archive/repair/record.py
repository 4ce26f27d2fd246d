"""A record that cannot be read made again: from the mirror, and what was recorded since from the old file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.file.lock import STAGING, read_clock
from tracker.archive.file.modes import archive_permissions
from tracker.archive.ledger.runs import write_finished_run
from tracker.archive.mirror.parting import compare_runs
from tracker.archive.mirror.pending import read_pending, watch_tables
from tracker.archive.mirror.proofs import write_steps
from tracker.archive.mirror.rebuild import rebuild_record
from tracker.archive.mirror.unit_files import SEGMENTS, UnitFiles
from tracker.archive.rights.copies import COMPANIONS
from tracker.archive.schema.connection import FILE_NAME, connect_to_read, connect_to_write
from tracker.archive.schema.schema_map import read_tables
from tracker.archive.takeover.grafting import graft
from tracker.archive.takeover.take_over import close_again
from tracker.errors import TrackerError
from tracker.files import permit
from tracker.model.verifying import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.archive.mirror.parting import Parting
    from tracker.archive.schema.schema_map import Table, Unit

_UNREADABLE = (sqlite3.Error, TrackerError, UnicodeDecodeError, KeyError)


def make_record_again(folder: Path, mirror: Path, old: Path) -> list[Step]:
    """Put a record in the place of one that cannot be read; ``old`` is a copy of that.

    Raises ``RepositoryUnusable`` where the mirror does not give one; everything is as it was then.
    """
    permissions = archive_permissions(folder)
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        rebuilt = rebuild_record(mirror, Path(name))
        made = Path(name) / FILE_NAME
        with closing(connect_to_write(made)) as connection:
            watch_tables(connection, read_tables(connection))
            taken = _take_over(connection, old)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for ending in COMPANIONS:
            (folder / f"{FILE_NAME}{ending}").unlink(missing_ok=True)
        permit(made, permissions)
        made.replace(folder / FILE_NAME)
    how = f"it was made again from the mirror at {rebuilt.commit[:12]}"
    return [Step(did=True, what=FILE_NAME, how=how), taken]


def _take_over(connection: sqlite3.Connection, old: Path) -> Step:
    """Take over from a damaged record what was recorded after the mirror was last written."""
    what = "what was recorded since"
    try:
        with closing(connect_to_read(old)) as source:
            units = UnitFiles(source)
            parting = compare_runs(source, connection)
            if parting.record and parting.mirror:
                return _take_own(connection, source, parting)
            pending = read_pending(source).units
            tables = read_tables(connection)
            taken = [_take_unit(connection, units, tables, source, *unit) for unit in pending]
    except _UNREADABLE as error:
        return Step(did=False, what=what, how=f"the damaged file does not tell what it was ({error})")
    if all(taken):
        return Step(did=True, what=what, how=f"{len(taken):,} units were taken over from the damaged file")
    lost = [f"{unit} {name}" for (unit, name), is_whole in zip(pending, taken, strict=True) if not is_whole]
    return Step(did=False, what=what, how=f"these could not be read in the damaged file: {', '.join(lost)}")


def _take_own(connection: sqlite3.Connection, source: sqlite3.Connection, parting: Parting) -> Step:
    """Take over the runs of a damaged record that went another way than its mirror, behind those of that."""
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    try:
        first = parting.mirror[-1].number + 1
        run = first + len(parting.record)
        steps = graft(source, connection, parting.common, run)
        write_finished_run(connection, run, "repair", read_clock())
        write_steps(connection, run, [*steps, *close_again(connection, first, run)])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    how = f"{len(parting.record):,} runs were taken over from the damaged file, behind those of the mirror"
    return Step(did=True, what="what was recorded since", how=how)


def _take_unit(
    connection: sqlite3.Connection,
    units: UnitFiles,
    tables: Mapping[str, Table],
    source: sqlite3.Connection,
    unit: Unit,
    name: str,
) -> bool:
    """Take over the rows of a unit, and tell whether all of them could be read."""
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        rows = units.rows(unit, name)
        columns = tables[SEGMENTS].columns
        quoted = ", ".join(f'"{column}"' for column in columns)
        for version in rows.get("versions", ()):
            query = f"SELECT {quoted} FROM segments WHERE version = ?"  # noqa: S608 (names of our schema)
            found = source.execute(query, [version["id"]]).fetchall()
            _write(connection, SEGMENTS, columns, found)
        for table, kept in rows.items():
            if kept:
                _write(connection, table, tuple(kept[0]), [tuple(row.values()) for row in kept])
    except _UNREADABLE:
        return False
    return True


def _write(
    connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    quoted = ", ".join(f'"{column}"' for column in columns)
    marks = ", ".join("?" * len(columns))
    connection.executemany(
        f'INSERT OR REPLACE INTO "{table}" ({quoted}) VALUES ({marks})',  # noqa: S608 (names of our schema)
        rows,
    )
