"""The file behind ``derived.db``: read and written where that is possible, ignored where it is not.

A rollback journal and not WAL, so that a file copied to read-only media opens there as it is. The file may
have come with an archive from somebody else: one that is not as we make it is replaced and never asked.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.files import new_file
from tracker.inputs.files import open_file
from tracker.record.modes import archive_permissions
from tracker.record.schema.parts import find_companion, has_hostile_journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    Row = tuple[object, ...]
    Statement = tuple[str, Sequence[Row]]
    """What ``executemany`` takes."""

_SCHEMA_NUMBER = 3
"""In ``user_version``; a file that has another one is replaced."""

_BUSY_SECONDS = 0.25
"""How long another process may hold the file: computing again takes little longer."""

_PAGE_BYTES = 16384
"""Seven vectors of 2 KB on a page; one of the usual 4096 bytes holds a single one, and half is lost."""

_SIGNED = "user BLOB, signature BLOB, PRIMARY KEY"
_SCHEMA = [
    f"CREATE TABLE answers (kind TEXT, key TEXT, rules TEXT, value TEXT, {_SIGNED} (kind, key, user))",
    "CREATE INDEX answers_by_rules ON answers (user, kind, rules)",
    f"CREATE TABLE vectors (encoder TEXT, sentence BLOB, vector BLOB, {_SIGNED} (encoder, sentence, user))",
    f"CREATE TABLE shown (change TEXT, old TEXT, new TEXT, {_SIGNED} (change, user)) WITHOUT ROWID",
]
"""As SQLite keeps it, word for word: a trigger would run when a row is written, a view when it is read."""

_FOREIGN = ("-wal", "-shm")
"""What SQLite plays back into a file when it opens it, and never leaves beside one of ours."""

_LONGEST = 256 * 1024**2
"""Bytes of one value; of the longest texts that are read a comparison takes a tenth of it."""

_STEPS, _SECONDS = 1_000_000, 2.0
"""After how many steps it is looked whether a question takes too long of a processor: a made-up tree may
have no end."""

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
        self._began = 0.0
        with suppress(OSError):
            if path.is_file():
                self._open()

    def ask(self, sql: str, values: Row) -> list[Row]:
        """Return the rows of a query, none where the file cannot answer."""
        if self._connection is None:
            return []
        self._began = time.thread_time()
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
            self._connection = self._connect()
            self._check_schema(self._connection)
        except _TROUBLE as error:
            self._give_up(error)

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        """Raise ``DatabaseError`` for a schema that is not ours; nothing else has been looked at by then."""
        found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
        number = connection.execute("PRAGMA user_version").fetchone()[0]
        if [sql for (sql,) in found] != _SCHEMA or number != _SCHEMA_NUMBER:
            raise sqlite3.DatabaseError("it has another schema than ours")

    def _check_companions(self) -> None:
        """Raise ``DatabaseError`` where SQLite would play back into the file what is not ours."""
        is_foreign = any(os.path.lexists(find_companion(self._path, ending)) for ending in _FOREIGN)
        if is_foreign or has_hostile_journal(self._path):
            raise sqlite3.DatabaseError("there is another program's file beside it")

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
            open_file(self._path).close()
        self._began = time.thread_time()
        connection = self._connection = self._connection or self._connect()
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
            for line in (*_SCHEMA, f"PRAGMA user_version = {_SCHEMA_NUMBER}"):
                connection.execute(line)
        self._check_schema(connection)
        for sql, rows in statements:
            connection.executemany(sql, rows)
        connection.execute("COMMIT")

    def _remove(self) -> None:
        """Remove the file, and what is beside it, which must not be played back into the next one."""
        for ending in ("-journal", *_FOREIGN, ""):
            self._beside(ending).unlink(missing_ok=True)
        self._damaged = False

    def _beside(self, ending: str) -> Path:
        return self._path.with_name(f"{self._path.name}{ending}")

    def _connect(self) -> sqlite3.Connection:
        self._check_companions()
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            connection.set_progress_handler(self._is_overdue, _STEPS)
            # A power cut may cost the file, which can be computed again, and every row carries its signature.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _is_overdue(self) -> bool:
        return time.thread_time() - self._began > _SECONDS
