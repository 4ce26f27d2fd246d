"""Replacing a record that is damaged, or older than its mirror: it is rebuilt from that.

Later changes are taken from a damaged file. An older one has none, and its copy keeps nothing that was
destroyed since.
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
from tracker.preservation.mirror import rebuild, unit_files
from tracker.preservation.mirror.commits import is_later
from tracker.preservation.mirror.divergence import compare_runs, describe_remedy
from tracker.preservation.mirror.lost_objects import list_units
from tracker.preservation.mirror.pending import install_triggers, read_pending
from tracker.record.access.withdrawals import read_destroyed_documents
from tracker.record.modes import archive_permissions
from tracker.record.schema.connection import FILE_NAME, connect_to_read, connect_to_write
from tracker.record.schema.rows import fetch_value, insert_row, quote_names, read_dicts
from tracker.record.schema.units import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.record.schema.units import Unit

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
