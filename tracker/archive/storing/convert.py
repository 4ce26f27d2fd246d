"""A record put under the one migration that later commits know.

``python -m tracker.archive.storing.convert FOLDER`` does it. The tables stay as they are, but for the one
that nothing writes any more, and the mirror follows.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from tracker.archive.file.lock import read_clock
from tracker.archive.mirror.pending import mark_unit
from tracker.archive.schema.connection import archive_file, translate
from tracker.archive.schema.migrations import MIGRATION_SET, NOTES
from tracker.archive.schema.parts import is_same_part, schema_writable
from tracker.archive.schema.rows import fetch_value
from tracker.archive.storing.upgrade import plan_upgrade, upgrade_record
from tracker.archive.storing.writing import open_writing
from tracker.errors import TrackerError

ONE = "0001_archive"
"""The migration that makes all tables at once."""


def convert(folder: Path) -> None:
    """Convert the archive in a folder. Raises as ``upgrade_record`` does."""
    if plan := plan_upgrade(folder):
        upgrade_record(folder, plan, read_clock, lambda *_: None)
    writing = open_writing(archive_file(folder), "record", read_clock)
    try:
        with writing.batch(), translate(writing.path):
            writing.begin_run(read_clock())
            _note_one(writing.connection)
    except BaseException:
        writing.abandon()
        raise
    writing.close("complete")


def _note_one(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM timestamps").fetchone():
        raise TrackerError("the record holds time-stamps, which later commits do not read; keep it as it is")
    connection.execute("DROP TABLE timestamps")
    connection.execute("DELETE FROM descriptions WHERE of_table = 'timestamps'")
    connection.execute(f"DELETE FROM {NOTES} WHERE migration_set = ?", [MIGRATION_SET])  # noqa: S608 (our name)
    connection.execute(
        f"INSERT INTO {NOTES} (migration_set, name, applied_at) VALUES (?, ?, ?)",  # noqa: S608 (as above)
        [MIGRATION_SET, ONE, read_clock()],
    )
    _write_as_later(connection)
    mark_unit(connection, "archive", "")


def _write_as_later(connection: sqlite3.Connection) -> None:
    """Put each part of the schema into the words of the one migration, but for which it is the same."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        model.executescript(Path(__file__).with_name(f"{ONE}.sql").read_text(encoding="utf-8"))
        parts = model.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    with schema_writable(connection):
        connection.execute("PRAGMA writable_schema = ON")
        for name, sql in parts:
            there = fetch_value(connection, "SELECT sql FROM sqlite_master WHERE name = ?", [name])
            if not is_same_part(there or "", sql):
                raise TrackerError(f"{name} is not as the program makes it; run: tracker verify")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [sql, name])
        connection.execute("PRAGMA writable_schema = RESET")


if __name__ == "__main__":
    try:
        convert(Path(sys.argv[1]))
    except TrackerError as error:
        sys.exit(f"tracker: {error}")
