"""Writing to the archive: documents become snapshots, all of a transaction or nothing."""

from __future__ import annotations

from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from hashlib import sha256 as digest
from typing import TYPE_CHECKING, Self

from sqlite_utils import Database

from tracker import __version__
from tracker.archive import statements
from tracker.archive.connection import (
    FILE_NAME,
    archive_file,
    check_schema,
    connect_to_read,
    connect_to_write,
    is_blank,
    translate,
)
from tracker.archive.editions import declared_name, find_same_bytes, is_told_more
from tracker.archive.migrations import is_current, migrate
from tracker.archive.recording import Intake, answer_unchanged, keep_document
from tracker.errors import ArchiveUnusable, TrackerError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from tracker.model import Declaration, Recorded, Version


def create_archive(folder: Path) -> None:
    """Make an empty archive in a folder, and the folder where there is none.

    Raises ``ArchiveUnusable`` where there is an archive or another file already, which stays as it is.
    """
    path = folder / FILE_NAME
    if path.exists() and not is_blank(path):
        _check_file(archive_file(folder))
        raise ArchiveUnusable(f"there is an archive at {folder} already; nothing was changed")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnusable(f"{folder} cannot be made: {error.strerror}") from error
    with _connect_store(path):
        pass


def open_store(folder: Path) -> Store:
    """Open the archive in a folder for writing, and bring its schema up to date.

    Use it in a ``with`` statement. Raises ``ArchiveUnusable`` where there is no archive, or one that
    cannot be written, and ``ArchiveLocked`` where another run holds it for more than five seconds.
    """
    path = archive_file(folder)
    # Read first: another program's database must not be put into WAL mode.
    _check_file(path)
    return _connect_store(path)


class Store:
    """An archive open for writing. Each record is a transaction, or part of a batch that is one."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._database = Database(connection)
        self._run: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The error on its way tells more than one met in closing.
        with suppress(TrackerError) if error else nullcontext():
            self.close()

    def close(self) -> None:
        """Move everything into the one file, so that it opens on read-only media, and close it."""
        with translate(self.path), closing(self._connection):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def abandon(self) -> None:
        """Close the file as it is; what was committed is kept."""
        self._connection.close()

    def migrate(self) -> None:
        """Apply the changes of the schema that the file lacks, all or none."""
        with translate(self.path):
            if is_current(self._database):
                return
        with self.batch(), translate(self.path):
            migrate(self._database)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make one transaction of all that is recorded inside; an error undoes all of it.

        Inside another batch, only what was recorded inside this one. Raises ``ArchiveLocked`` where
        another process has been writing for more than five seconds.
        """
        begun, is_nested = self._run, self._connection.in_transaction
        self._execute("SAVEPOINT batch" if is_nested else "BEGIN IMMEDIATE")
        try:
            yield
            self._execute("RELEASE batch" if is_nested else "COMMIT")
        except BaseException:
            # The row of a run that began inside is gone with the rest.
            self._run = begun
            # A full disk has SQLite roll back by itself.
            if self._connection.in_transaction:
                self._execute(*(("ROLLBACK TO batch", "RELEASE batch") if is_nested else ("ROLLBACK",)))
            raise

    def known(self, declaration: Declaration, sha256: str) -> Recorded | None:
        """Answer ``unchanged`` where the bytes are an edition's latest snapshot and nothing new is said.

        Cheap, so that a document need not be extracted to be told. Writes nothing.
        """
        with translate(self.path):
            statement = statements.find_statement(self._connection, declaration.reference)
            if statement is None:
                return None
            name = declared_name(declaration)
            editions = statements.find_editions(self._connection, statement)
            edition = find_same_bytes(editions, name, sha256)
            if edition is None or is_told_more(edition, name):
                return None
            if statements.is_news(self._connection, statement, edition.snapshot, declaration):
                return None
        return answer_unchanged(declaration, edition)

    def record(
        self,
        declaration: Declaration,
        data: bytes,
        version: Version,
        observed: str,
        raw: str,
        source: str | None,
    ) -> Recorded:
        """Keep a document as the next snapshot of the edition it belongs to, unless it is the latest.

        ``observed`` is an ISO 8601 instant with its offset, ``raw`` the extractor's own output, and
        ``source`` the file or address that was read. What the declaration says about the statement is
        filled in, or amends what was said before, whether or not the bytes are new.
        """
        instant = _to_utc(observed)
        printable = source.encode("utf-8", "backslashreplace").decode() if source else None
        intake = Intake(declaration, data, digest(data).hexdigest(), version, raw, instant, printable)
        with self.batch(), translate(self.path):
            return keep_document(self._connection, intake, lambda: self._begin_run(instant))

    def _execute(self, *commands: str) -> None:
        with translate(self.path):
            for command in commands:
                self._connection.execute(command)

    def _begin_run(self, instant: str) -> int:
        if self._run is None:
            values = (instant, __version__)
            self._run = statements.insert(
                self._connection, "INSERT INTO runs (started, release) VALUES (?, ?)", values
            )
        return self._run


def _connect_store(path: Path) -> Store:
    store = Store(path, connect_to_write(path))
    try:
        store.migrate()
    except BaseException:
        store.abandon()
        raise
    return store


def _check_file(path: Path) -> None:
    with closing(connect_to_read(path)) as connection:
        check_schema(connection, path)


def _to_utc(instant: str) -> str:
    """Return an instant to the second in UTC. Raises ``ValueError`` where its offset is missing."""
    moment = datetime.fromisoformat(instant)
    if moment.tzinfo is None:
        raise ValueError(f"{instant} has no offset from UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
