"""The file behind ``derived.db``: read and written where that is possible, ignored where it is not.

A rollback journal and not WAL, so that a file copied to read-only media opens there as it is.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.archive.file.modes import archive_permissions
from tracker.files import new_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    Row = tuple[object, ...]
    Statement = tuple[str, Sequence[Row]]
    """What ``executemany`` takes."""

_SCHEMA_NUMBER = 2
"""In ``user_version``; a file that has another one is replaced."""

_BUSY_SECONDS = 0.25
"""How long another process may hold the file: computing again takes little longer."""

_PAGE_BYTES = 16384
"""Seven vectors of 2 KB on a page; one of the usual 4096 bytes holds a single one, and half is lost."""

_SCHEMA = (
    "CREATE TABLE answers"
    " (kind TEXT, key TEXT, rules TEXT, value TEXT, digest BLOB, PRIMARY KEY (kind, key));"
    "CREATE INDEX answers_by_rules ON answers (kind, rules);"
    "CREATE TABLE vectors"
    " (encoder TEXT, sentence BLOB, vector BLOB, digest BLOB, PRIMARY KEY (encoder, sentence));"
    "CREATE TABLE shown (change TEXT PRIMARY KEY, old TEXT, new TEXT) WITHOUT ROWID;"
    f"PRAGMA user_version = {_SCHEMA_NUMBER}"
)

_PASSING = (
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_IOERR",
)
"""What does not mean that the file itself is damaged."""

_TROUBLE = (sqlite3.Error, UnicodeDecodeError, OSError)
"""What making the file raises, and SQLite, which quotes the damaged part of a schema byte by byte."""


class DerivedFile:
    """A file that never raises: it answers nothing where it cannot be read, and keeps what it can."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._damaged = False
        self._connection: sqlite3.Connection | None = None
        with suppress(OSError):
            if path.is_file():
                self._open()

    def ask(self, sql: str, values: Row) -> list[Row]:
        """Return the rows of a query, none where the file cannot answer."""
        if self._connection is None:
            return []
        try:
            return self._connection.execute(sql, values).fetchall()
        except _TROUBLE as error:
            self._give_up(error)
            return []

    def write(self, statements: Sequence[Statement]) -> bool:
        """Carry out all statements in one transaction, or none, and say which; a damaged file is replaced."""
        written = self._try_to_write(statements)
        if self._damaged:
            with suppress(OSError):
                self._remove()
                written = self._try_to_write(statements)
        return written

    def close(self) -> None:
        """Close the file; nothing more can be asked."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> None:
        try:
            self._connection = _connect(self._path, "rw")
            number = self._connection.execute("PRAGMA user_version").fetchone()[0]
        except _TROUBLE as error:
            self._give_up(error)
        else:
            if number != _SCHEMA_NUMBER:
                self._damaged = True
                self.close()

    def _give_up(self, error: Exception) -> None:
        is_passing = getattr(error, "sqlite_errorname", "").startswith(_PASSING)
        self._damaged = not (is_passing or isinstance(error, OSError))
        self.close()

    def _try_to_write(self, statements: Sequence[Statement]) -> bool:
        if self._damaged:
            return False
        try:
            self._write(statements)
        except _TROUBLE as error:
            self._give_up(error)
            return False
        return True

    def _write(self, statements: Iterable[Statement]) -> None:
        if self._connection is None:
            # By us and not by SQLite, which would follow a link that waits there.
            with suppress(FileExistsError):
                new_file(self._path, archive_permissions(self._path.parent)).close()
        connection = self._connection or _connect(self._path, "rw")
        self._connection = connection
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] != _SCHEMA_NUMBER:
            for line in _SCHEMA.split(";"):
                connection.execute(line)
        for sql, rows in statements:
            connection.executemany(sql, rows)
        connection.execute("COMMIT")

    def _remove(self) -> None:
        """Remove the file, and its journal, which must not be played back into the next one."""
        self._path.with_name(f"{self._path.name}-journal").unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)
        self._damaged = False


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        # A power cut may cost the file, which can be computed again, and every row carries its digest.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection
