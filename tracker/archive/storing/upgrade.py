"""The record put into the second layout: written into a new file, compared, and put in the old one's place.

Until then the old file is only read. A run that was killed leaves the new one, with whole batches in it; the
next goes on with that, or begins again where the record has changed since.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

from tracker.archive.file.leftovers import UPGRADE
from tracker.archive.file.modes import archive_permissions, make_record_file
from tracker.archive.rights.copies import COMPANIONS
from tracker.archive.schema.connection import archive_file, connect_to_write, translate
from tracker.archive.schema.layout import SECOND, read_layout
from tracker.archive.schema.rows import Record, fetch_value, has_table, open_record
from tracker.archive.storing.transfer import find_faults, finish, make_tables, transfer
from tracker.archive.storing.writing import open_writing
from tracker.errors import ArchiveLocked, ArchiveUnusable
from tracker.model.preserving import Upgrade

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.archive.storing.writing import Writing

    Progress = Callable[[int, int], None]

_SAMPLE = "SELECT bytes FROM documents WHERE bytes IS NOT NULL AND size < 1e7 ORDER BY sha256 LIMIT 200"
_TEXTS = 'SELECT count(*), total("end" - "start") FROM segments'
_PLACE = 16
"""Bytes by which a segment's row is larger than what of it was not text."""

_SPARE = 64_000_000
"""Bytes of room for what SQLite writes on the way, at most."""

_NOTED = "upgrading"
"""The table of the new file that says of which state of the old one it is a copy."""


def plan_upgrade(folder: Path) -> Upgrade | None:
    """Return a record's size before and after, by a sample, and the room it takes; None where it is done.

    Raises as ``open_record`` does.
    """
    with open_record(folder, Record, one_moment=True) as record, translate(record.path):
        if read_layout(record.connection) is SECOND:
            return None
        sample = [bytes(data) for (data,) in record.connection.execute(_SAMPLE)]
        packed = sum(min(len(zlib.compress(data)), len(data)) for data in sample)
        saved = 1 - packed / max(sum(map(len, sample)), 1)
        held = fetch_value(record.connection, "SELECT total(size) FROM documents WHERE bytes IS NOT NULL")
        number, texts = record.connection.execute(_TEXTS).fetchone()
    before = record.path.stat().st_size
    after = max(int(before - held * saved - texts - number * _PLACE), before // 10)
    written = sum(path.stat().st_size for path in folder.glob(f"{UPGRADE}*"))
    free = shutil.disk_usage(folder).free + written
    return Upgrade(str(record.path), before, after, after * 11 // 10 + min(_SPARE, before), free)


def upgrade_record(folder: Path, plan: Upgrade, clock: Callable[[], str], progress: Progress) -> Upgrade:
    """Put the record of an archive into the second layout as planned, and return its sizes.

    Raises ``ArchiveUnusable`` where there is too little room or the record is damaged, and ``ArchiveLocked``
    where another run holds the archive, or another program uses the record at the end.
    """
    if plan.needed > plan.free:
        raise ArchiveUnusable(
            f"{plan.path} needs {plan.needed / 1e6:,.0f} MB beside it to be upgraded, and"
            f" {plan.free / 1e6:,.0f} MB are free; nothing was changed, make room and give the command again"
        )
    path = archive_file(folder)
    writing = open_writing(path, "upgrade", clock)
    try:
        if read_layout(writing.connection) is not SECOND:
            _replace_record(writing, progress)
            writing = writing.reopen()
        with writing.batch():
            writing.begin_run(clock())
    except BaseException:
        writing.abandon()
        raise
    writing.close("complete")
    return Upgrade(plan.path, plan.before, path.stat().st_size, plan.needed, plan.free)


def _replace_record(writing: Writing, progress: Progress) -> None:
    path, old = writing.path, writing.connection
    part = path.with_name(UPGRADE)
    writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    changes = fetch_value(old, "PRAGMA data_version")
    try:
        _write_part(part, path, _show_life(writing, progress))
    except OSError as error:
        raise ArchiveUnusable(f"{part} cannot be written: {error.strerror}") from error
    with translate(path):
        if fetch_value(old, "PRAGMA data_version") != changes:
            raise ArchiveLocked(f"another program has written to {path}; give the command again")
    _swap(old, path, part)


def _show_life(writing: Writing, progress: Progress) -> Progress:
    def told(done: int, total: int) -> None:
        writing.show_life()
        progress(done, total)

    return told


def _write_part(part: Path, path: Path, progress: Progress) -> None:
    """Write the new file, or what an earlier run has not, and compare it with the record."""
    found = path.stat()
    stamp = f"{found.st_size} {found.st_mtime_ns}"
    if not _is_copy_of(part, stamp):
        _remove(part)
    make_record_file(part, archive_permissions(path.parent))
    with closing(connect_to_write(part)) as connection, translate(part):
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ATTACH ? AS old", [f"{path.absolute().as_uri()}?mode=ro"])
        if not has_table(connection, _NOTED):
            make_tables(connection)
            connection.execute(f"CREATE TABLE {_NOTED} AS SELECT ? AS stamp", [stamp])
        transfer(connection, progress)
        finish(connection)
        fault = next(find_faults(connection), None)
        connection.execute("DETACH old")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
    if fault:
        _remove(part)
        raise ArchiveUnusable(f"{path} was left as it is: {fault}; run: tracker verify")


def _is_copy_of(part: Path, stamp: str) -> bool:
    """Tell whether a file that an earlier run left is a copy of this state of the record."""
    if not part.is_file() or part.is_symlink() or not part.stat().st_size:
        return False
    try:
        with closing(connect_to_write(part)) as connection:
            return bool(fetch_value(connection, f"SELECT 1 FROM {_NOTED} WHERE stamp = ?", [stamp]))  # noqa: S608
    except (ArchiveUnusable, ArchiveLocked, sqlite3.Error):
        return False


def _remove(part: Path) -> None:
    for ending in ("", *COMPANIONS):
        part.with_name(f"{part.name}{ending}").unlink(missing_ok=True)


def _swap(old: sqlite3.Connection, path: Path, part: Path) -> None:
    """Put the new file in the old one's place, when nobody has that open and no log of it is left.

    The old file stays locked until it has lost its name. A log beside it would be read into the new one.
    """
    used = f"another program uses {path}; close it there and give the command again, which goes on from here"
    try:
        (mode,) = old.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            raise ArchiveLocked(used)
        old.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise ArchiveLocked(used) from error
    with closing(connect_to_write(part)) as connection, translate(part):
        connection.execute(f"DROP TABLE {_NOTED}")
        connection.execute("PRAGMA journal_mode = DELETE")
    _sync(part)
    if sys.platform == "win32":
        old.close()
    part.replace(path)
    _sync(path.parent)
    old.close()


def _sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or the names in a folder, before going on."""
    if sys.platform == "win32" and path.is_dir():
        return
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
