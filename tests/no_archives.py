"""What a folder may have under the name of a record, and is none of this program."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tracker.archive import create_archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _put_database(path: Path) -> None:
    """Put another program's database there, as it leaves one that is open to several."""
    with closing(sqlite3.connect(path)) as other:
        other.executescript("PRAGMA journal_mode = WAL; CREATE TABLE tracks (artist TEXT)")


def _put_newer_record(path: Path) -> None:
    create_archive(path.parent)
    with closing(sqlite3.connect(path)) as record, record:
        record.execute("INSERT INTO _sqlite_migrations VALUES (99, 'tracker', '0099_later', '2099-01-01')")


NO_RECORD: dict[str, Callable[[Path], object]] = {
    "nothing": str,
    "an empty file": lambda path: path.write_bytes(b""),
    "a text": lambda path: path.write_text("a shopping list", "utf-8"),
    "another program's database": _put_database,
    "a newer release's record": _put_newer_record,
    "a folder": lambda path: path.mkdir(),
}
