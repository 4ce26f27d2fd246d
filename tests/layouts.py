"""What the tests of layouts share: an archive in the layout of the first releases, or in that of today."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.rights import find_in_files
from tracker.archive.schema.connection import connect_to_read
from tracker.archive.schema.layout import offer_functions
from tracker.archive.schema.migrations import LAYOUT, MIGRATIONS, make_schema
from tracker.archive.storing.store import create_archive

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = "first", "second"


def make_in_layout(folder: Path, layout: str) -> Path:
    """Make an empty archive as a release of that layout made it."""
    if layout == SECOND:
        create_archive(folder)
        return folder
    folder.mkdir(mode=0o700)
    (folder / "tracker.db").touch(0o600)
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as file:
        make_schema(file, [name for name, _ in MIGRATIONS if name != LAYOUT])
    return folder


def read_layout_of(folder: Path) -> str:
    """Return the layout of a record, as the file itself shows."""
    with closing(connect_to_read(folder / "tracker.db")) as record:
        (kind,) = record.execute("SELECT type FROM sqlite_master WHERE name = 'segments'").fetchone()
    return {"table": FIRST, "view": SECOND}[str(kind)]


def find_packed(folder: Path, words: tuple[bytes, ...]) -> list[str]:
    """Return the documents of all records below a folder that hold words, once they are unpacked."""
    found = []
    for path in [path for name in ("tracker.db", "tracker.db.upgrade") for path in folder.rglob(name)]:
        with closing(sqlite3.connect(path)) as record:
            offer_functions(record)
            rows = record.execute("SELECT sqlar_uncompress(bytes, size) FROM documents WHERE bytes NOT NULL")
            found += [path.name for (data,) in rows if any(word in data.lower() for word in words)]
    return found


def find_anywhere(folder: Path) -> list[str]:
    """Return the files that hold the phrase of ``rights``, in the clear or in a document that is packed."""
    return find_in_files(folder) + find_packed(folder, (b"zephyrine", b"quokka"))
