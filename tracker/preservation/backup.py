"""A copy of the record in one file, made while others may write, and checked before it counts."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from tracker.errors import ArchiveUnusable
from tracker.files import draft_file
from tracker.model.preserving import Backup
from tracker.record.access.withdrawals import read_destroyed_documents
from tracker.record.modes import private_permissions
from tracker.record.schema.connection import archive_file, check_schema, connect_to_read, translate
from tracker.record.schema.packing import DOCUMENT
from tracker.record.schema.rows import fetch_column, fetch_value

_OF_THE_RECORD = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""Errors that copying meets in the record; all others are in the copy."""

_REMEDY = "run: tracker verify --repair"


def back_up(folder: Path, target: Path) -> Backup:
    """Copy the record of the archive in a folder into a new file, as it is at one instant.

    The copy needs no companions and opens on read-only media. Its structure, its foreign keys and the
    digest of each document and text are checked. Raises ``ArchiveUnusable`` where there is a file of
    that name, the disk is full, or the record itself is damaged; there is no file then. Nobody but the
    owner can read it, or the group of an archive that is shared with one.
    """
    record = archive_file(folder)
    if os.path.lexists(target):
        raise ArchiveUnusable(f"{target} exists already and was left alone; name another file")
    if not target.parent.is_dir():
        raise ArchiveUnusable(f"{target} cannot be written: there is no folder {target.parent}")
    try:
        with draft_file(target, private_permissions(folder)) as file:
            part = Path(file.name)
            with closing(connect_to_read(record)) as source:
                check_schema(source, record)
                try:
                    _copy(source, part)
                except sqlite3.Error as error:
                    with translate(record if error.sqlite_errorname in _OF_THE_RECORD else target):
                        raise
            rows = _check(part)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArchiveUnusable(f"{target} cannot be written: {error.strerror}") from error
    return Backup(str(target), target.stat().st_size, digest, rows)


def _copy(source: sqlite3.Connection, part: Path) -> None:
    with closing(sqlite3.connect(part)) as copy:
        # All pages in one step: what others write during it is not in the copy.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _check(part: Path) -> dict[str, int]:
    """Return the rows of each table, or raise ``ArchiveUnusable`` that names what is damaged."""
    with closing(connect_to_read(part)) as copy, translate(part):
        found = fetch_value(copy, "PRAGMA integrity_check(1)")
        if found != "ok":
            raise ArchiveUnusable(f"the record is damaged ({found}); {_REMEDY}")
        for table, row, wanted, _ in copy.execute("PRAGMA foreign_key_check"):
            raise ArchiveUnusable(f"the record is damaged: row {row} of {table} has no {wanted}; {_REMEDY}")
        check_schema(copy, part)
        destroyed = read_destroyed_documents(copy)
        for name, data in copy.execute(f"SELECT sha256, {DOCUMENT} FROM documents"):  # noqa: S608 (our text)
            if data is not None or name not in destroyed:
                _check_digest("document", name, bytes(data or b""))
        for name, text in copy.execute("SELECT sha256, text FROM versions"):
            _check_digest("text", name, str(text).encode())
        tables = fetch_column(
            copy,
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND name NOT LIKE 'sqlite_%' ORDER BY name",
        )
        count = 'SELECT count(*) FROM "{}"'
        return {
            "segments" if name == "segment_offsets" else name: fetch_value(copy, count.format(name))
            for name in tables
        }


def _check_digest(what: str, sha256: str, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ArchiveUnusable(f"the record is damaged: {what} {sha256[:12]} has another digest; {_REMEDY}")
