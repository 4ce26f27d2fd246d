"""Replacing a damaged record: rebuilt from the mirror, with later changes taken from the damaged file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.file.leftovers import STAGING
from tracker.archive.file.lock import read_clock
from tracker.archive.file.modes import archive_permissions
from tracker.archive.ledger.runs import write_finished_run
from tracker.archive.mirror import proofs, rebuild, unit_files
from tracker.archive.mirror.divergence import compare_runs
from tracker.archive.mirror.pending import install_triggers, read_pending
from tracker.archive.rights.copies import COMPANIONS
from tracker.archive.schema.connection import FILE_NAME, connect_to_read, connect_to_write
from tracker.archive.schema.rows import insert_row, quote_names, read_dicts, transaction
from tracker.archive.schema.schema_map import read_tables
from tracker.archive.takeover.copying import copy_runs
from tracker.archive.takeover.take_over import reapply_withdrawals
from tracker.errors import TrackerError
from tracker.files import permit
from tracker.model.verifying import Step

if TYPE_CHECKING:
    from tracker.archive.mirror.divergence import Divergence
    from tracker.archive.schema.schema_map import Unit

_UNREADABLE = (sqlite3.Error, TrackerError, UnicodeDecodeError, KeyError)
_LATER = "what was recorded since"


def rebuild_damaged_record(folder: Path, mirror: Path, old: Path) -> list[Step]:
    """Replace a record that cannot be read; ``old`` is a copy of it.

    Raises ``RepositoryUnusable`` where the mirror gives no record; nothing has changed then.
    """
    permissions = archive_permissions(folder)
    with TemporaryDirectory(dir=folder, prefix=STAGING) as name:
        rebuilt = rebuild.rebuild_record(mirror, Path(name))
        made = Path(name) / FILE_NAME
        with closing(connect_to_write(made)) as connection:
            install_triggers(connection, read_tables(connection))
            step = _copy_later_changes(connection, old)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for ending in COMPANIONS:
            (folder / f"{FILE_NAME}{ending}").unlink(missing_ok=True)
        permit(made, permissions)
        made.replace(folder / FILE_NAME)
    how = f"it was made again from the mirror at {rebuilt.commit[:12]}"
    return [Step(did=True, what=FILE_NAME, how=how), step]


def _copy_later_changes(connection: sqlite3.Connection, old: Path) -> Step:
    """Copy from a damaged record what was recorded after the mirror was last written."""
    try:
        with closing(connect_to_read(old)) as source:
            divergence = compare_runs(source, connection)
            if divergence.record and divergence.mirror:
                return _copy_diverged_runs(connection, source, divergence)
            units = unit_files.UnitFiles(source)
            pending = read_pending(source).units
            lost = [
                f"{unit} {name}"
                for unit, name in pending
                if not _copy_unit(connection, units, source, unit, name)
            ]
    except _UNREADABLE as error:
        return Step(did=False, what=_LATER, how=f"the damaged file does not tell what it was ({error})")
    if lost:
        return Step(
            did=False, what=_LATER, how=f"these could not be read in the damaged file: {', '.join(lost)}"
        )
    return Step(did=True, what=_LATER, how=f"{len(pending):,} units were taken over from the damaged file")


def _copy_diverged_runs(
    connection: sqlite3.Connection, source: sqlite3.Connection, divergence: Divergence
) -> Step:
    """Copy the runs of a damaged record that has diverged from its mirror, after those of the mirror."""
    connection.execute("PRAGMA foreign_keys = OFF")
    with transaction(connection):
        first = divergence.mirror[-1].number + 1
        run = first + len(divergence.record)
        steps = copy_runs(source, connection, divergence.common, run)
        write_finished_run(connection, run, "repair", read_clock())
        proofs.write_steps(connection, run, [*steps, *reapply_withdrawals(connection, first, run)])
    number = len(divergence.record)
    how = f"{number:,} runs were taken over from the damaged file, behind those of the mirror"
    return Step(did=True, what=_LATER, how=how)


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
