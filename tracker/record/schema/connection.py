"""The archive's file opened: where it is, how each side connects, and what SQLite's errors mean.

No error of ``sqlite3`` leaves the archive: here each becomes a ``TrackerError`` of one line.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
from contextlib import closing, contextmanager, suppress
from functools import wraps
from typing import TYPE_CHECKING, Self, TypeVar

from tracker.errors import ArchiveLocked, ArchiveUnusable, TrackerError
from tracker.record.schema.migrations import (
    MIGRATIONS,
    NOTES,
    describe_unknown,
    find_unnoted,
    read_applied,
    stand_in,
)
from tracker.record.schema.packing import offer_functions
from tracker.record.schema.parts import check_parts, find_companion, has_hostile_journal, set_defensive
from tracker.record.schema.rows import fetch_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any, Concatenate, ParamSpec

    P = ParamSpec("P")

T = TypeVar("T")

FILE_NAME = "tracker.db"

WATCH = "watch.toml"
RECEIVED = "watch.received.toml"
"""A watch list that came with an archive, in its folder until somebody has accepted it."""

BUSY_SECONDS = 5.0
"""How long to wait for another run to end before saying that the archive is locked."""

CACHE_KIBIBYTES = 32_000

_IMMUTABLE = "mode=ro&immutable=1"
"""How a file is opened so that SQLite makes nothing beside it, and reads no log that is there."""

_LEAST_FREE_BYTES = 256 * 1024
"""With less free space than this, a failed write is explained by a full disk: WAL and index need as much."""

_MESSAGES = {
    "SQLITE_CORRUPT": "{path} is damaged ({error}); run: tracker verify, or restore it from a copy",
    "SQLITE_NOTADB": "{path} is not a tracker archive, or is damaged; name another with --archive",
    "SQLITE_FULL": "disk full: {path} is as it was before this run's last step; make room and run it again",
    "SQLITE_READONLY": "{path} is on read-only media, or not yours to write",
    "SQLITE_PERM": "{path} is not yours to open",
    "SQLITE_CANTOPEN": "{path} cannot be opened; check the permissions of the file and its folder",
    "SQLITE_IOERR": "{path} cannot be read or written ({error})",
    "SQLITE_TOOBIG": "{path} takes no document of that size",
    "SQLITE_CONSTRAINT": (
        "{path} refuses a row that contradicts what it holds ({error}): another program may have changed or"
        " deleted rows; run: tracker verify, and then as it says"
    ),
}

_OUR_TABLE = "SELECT 1 FROM main.sqlite_master WHERE name = 'segment_offsets'"
"""Whether a file that notes no change of the schema has had some: no other program has such a table."""

_ALTERED = "{path} is damaged or was altered ({error}); run: tracker verify, or restore it from a copy"


def archive_file(folder: Path) -> Path:
    """Return the file of the archive in a folder.

    Raises ``ArchiveUnusable`` where there is none, or something else is in its place.
    """
    path = folder / FILE_NAME
    if path.is_file():
        return path
    if path.exists():
        raise ArchiveUnusable(f"{path} is not a file; move it away, and tracker add or import makes one")
    if folder.is_file():
        place = shlex.quote(str(folder.parent)) if folder.name == FILE_NAME else "DIR"
        raise ArchiveUnusable(f"no archive at {folder}, which is a file; name the folder: --archive {place}")
    raise ArchiveUnusable(f"no archive at {folder}; tracker add or import makes one")


class Record:
    """An open record. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {str(self.path)!r}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with translate(self.path), closing(self.connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def row(self, sql: str, *values: object) -> tuple[Any, ...]:
        """Return the one row of a query that must be there."""
        with translate(self.path):
            return fetch_row(self.connection, sql, values)

    def column(self, sql: str, *values: object) -> tuple[Any, ...]:
        """Return the one column of a query."""
        return tuple(value for (value,) in self.rows(sql, *values))

    def damaged(self, why: str) -> ArchiveUnusable:
        """Return the error for contents that are not what was recorded."""
        return ArchiveUnusable(_MESSAGES["SQLITE_CORRUPT"].format(path=self.path, error=why))


def method(read: Callable[Concatenate[sqlite3.Connection, P], T]) -> Callable[Concatenate[Record, P], T]:
    """Make a function that reads from a connection a method of ``Record``."""

    @wraps(read)
    def ask(record: Record, /, *args: P.args, **named: P.kwargs) -> T:
        with translate(record.path):
            return read(record.connection, *args, **named)

    return ask


R = TypeVar("R", bound=Record)


def open_record(
    folder: Path,
    kind: Callable[[Path, sqlite3.Connection], R],
    *,
    one_moment: bool = False,
    to_repair: bool = False,
) -> R:
    """Open the record of the archive in a folder for reading; use it in a ``with`` statement.

    With ``one_moment`` all that is read is of one transaction, whoever writes meanwhile. Raises
    ``ArchiveUnusable`` where there is none, or it is damaged, or of another release.
    """
    path = archive_file(folder)
    record = kind(path, connect_to_read(path))
    try:
        if one_moment:
            record.connection.execute("BEGIN")
        check_schema(record.connection, path, to_repair=to_repair)
        with translate(path):
            stand_in(record.connection)
    except BaseException:
        record.close()
        raise
    return record


def connect_to_write(path: Path, named: Path | None = None) -> sqlite3.Connection:
    """Open an archive's file for writing, an an empty one too; every transaction begins explicitly.

    Raises what ``translate`` makes of SQLite's errors, of the file that it will be where that is ``named``.
    """
    with translate(named or path):
        connection = _connect(path, "mode=rw")
        try:
            set_defensive(connection)
            connection.execute("PRAGMA foreign_keys = ON")
            # What REPLACE deletes is deleted: triggers follow it.
            connection.execute("PRAGMA recursive_triggers = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            # A snapshot counts once its transaction has committed, power cut or not.
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open an archive's file for reading, on read-only media as well.

    A file in WAL mode needs its two companions, which cannot be made on read-only media. There the file
    is opened as immutable, unless there is a log with unread transactions. So is what another program keeps
    with such a log, beside which nothing may be left.
    """
    with translate(path):
        if _is_of_others(path):
            return _connect(path, _IMMUTABLE)
        connection = _connect(path, "mode=ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        except sqlite3.OperationalError as error:
            connection.close()
            if not _lacks_wal_files(error):
                raise
            return _connect_immutable(path)
        except BaseException:
            connection.close()
            raise
    return connection


def check_schema(connection: sqlite3.Connection, path: Path, *, to_repair: bool = False) -> None:
    """Raise ``ArchiveUnusable`` where the file is no archive, is of a newer release, or not ours alone.

    So it is where a change of the schema is not noted that the file must have had: which parts are ours is
    known by these notes. Views, triggers and virtual tables that are not ours are refused (``check_parts``).
    """
    with translate(path):
        applied = read_applied(connection)
        is_ours = bool(applied) or connection.execute(_OUR_TABLE).fetchone()
    if not is_ours:
        raise ArchiveUnusable(f"{path} is not a tracker archive; name another with --archive")
    if unnoted := find_unnoted(applied):
        raise ArchiveUnusable(
            f"{path} was altered: its table {NOTES} does not have {unnoted}, which the rest of it needs; use"
            " another copy, or one from the mirror: tracker rebuild MIRROR --archive DIR"
        )
    if unknown := describe_unknown(applied):
        raise ArchiveUnusable(f"{path} {unknown}")
    with translate(path):
        check_parts(connection, path, MIGRATIONS, applied, to_repair=to_repair)


def is_record(path: Path) -> bool:
    """Tell whether a file is a record that this release can read; SQLite leaves nothing beside it."""
    with suppress(OSError, sqlite3.Error, ArchiveUnusable):
        if path.is_file():
            uri = f"{path.absolute().as_uri()}?{_IMMUTABLE}"
            with closing(sqlite3.connect(uri, uri=True, factory=_Connection)) as record:
                record.execute("PRAGMA trusted_schema = OFF")
                check_schema(record, path)
                return True
    return False


def refuse_parts(connection: sqlite3.Connection, path: Path, *, to_repair: bool = False) -> None:
    """Raise ``ArchiveUnusable`` where a file that is about to be written holds parts that are not ours.

    What was read before may be something else: to write, SQLite plays back a journal that lies beside the
    file, and for reading the file is opened as immutable where there is one.
    """
    with translate(path):
        check_parts(connection, path, MIGRATIONS, read_applied(connection), to_repair=to_repair)


def is_blank(path: Path) -> bool:
    """Return whether a file is empty, or a database without tables: what a broken-off start leaves."""
    if not path.is_file():
        return False
    if not path.stat().st_size:
        return True
    with closing(connect_to_read(path)) as connection, translate(path):
        return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


@contextmanager
def translate(path: Path) -> Iterator[None]:
    """Turn what SQLite and Python's binding raise into a ``TrackerError`` that names the file.

    Raises ``ArchiveLocked`` where another process writes, ``ArchiveUnusable`` for the rest.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except UnicodeEncodeError as error:
        raise TrackerError(f"text that is not Unicode cannot be kept ({error})") from error


def _explain(error: sqlite3.Error, path: Path) -> TrackerError:
    parts = getattr(error, "sqlite_errorname", "").split("_")
    name = "_".join(parts[:2])
    if name in {"SQLITE_BUSY", "SQLITE_LOCKED"}:
        return ArchiveLocked(f"another program is writing to {path}; close it there, then try again")
    if name == "SQLITE_ERROR" and "fts5" in str(error):
        return TrackerError(f"the search is nested too deeply ({error}); use fewer brackets and NOTs")
    if name in {"SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"}:
        name = _check_disk(path, name)
    # Python's binding gives no name where a text is not UTF-8: the bytes in the file have changed.
    message = _MESSAGES.get(name, _ALTERED)
    text = "".join(char if char.isprintable() else " " for char in str(error))
    return ArchiveUnusable(message.format(path=path, error=text or name))


def _check_disk(path: Path, name: str) -> str:
    import shutil  # noqa: PLC0415 (8 ms of compression modules, needed only in trouble)

    if not os.access(path.parent, os.W_OK):
        return "SQLITE_READONLY"
    return "SQLITE_FULL" if shutil.disk_usage(path.parent).free < _LEAST_FREE_BYTES else name


def _lacks_wal_files(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY"))


def _refuse_journal(path: Path) -> None:
    """Raise ``ArchiveUnusable`` where a journal that came with a file would have SQLite delete another."""
    with suppress(OSError):  # What we cannot read, SQLite cannot either, and says so.
        if has_hostile_journal(path):
            journal = shlex.quote(str(find_companion(path, "-journal")))
            raise ArchiveUnusable(
                f"{path}: no record of ours leaves such a journal beside it, with which SQLite would delete"
                f" another file, or wait for ever; move it away: {journal}"
            )


def _connect_immutable(path: Path) -> sqlite3.Connection:
    if _has_log(path):
        raise ArchiveUnusable(
            f"{path} is read-only and its last run did not end ({path.name}-wal is beside it);"
            " copy both to a disk and read them there"
        )
    return _connect(path, _IMMUTABLE)


def _is_of_others(path: Path) -> bool:
    """Tell whether a file that lies beside a log, and without the log's index, has tables, none of them ours.

    An index that is made beside a log with contents is left there; one beside no log is removed again.
    """
    if not _has_log(path) or find_companion(path, "-shm").exists():
        return False
    with suppress(sqlite3.Error, ArchiveUnusable), closing(_connect(path, _IMMUTABLE)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        return bool(names) and NOTES not in names
    return False


def _has_log(path: Path) -> bool:
    log = find_companion(path, "-wal")
    return log.is_file() and log.stat().st_size > 0


def _connect(path: Path, options: str) -> sqlite3.Connection:
    _refuse_journal(path)
    uri = f"{path.absolute().as_uri()}?{options}"
    factory = _Reader if options == "mode=ro" else _Connection
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, factory=factory)
    if isinstance(connection, _Reader):
        connection.path = path
    # A file's own schema may call no function that could do harm, whoever made it.
    connection.execute("PRAGMA trusted_schema = OFF")
    offer_functions(connection)
    return connection


class _Connection(sqlite3.Connection):
    """A connection of which every error of SQLite is one of ``sqlite3``.

    Where the bytes of a schema have changed, SQLite quotes them in its message, and Python's binding cannot
    read that: it raises ``UnicodeDecodeError``, for which nobody is prepared who asks a database.
    """

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 (as its parent has it)
        """Run a statement."""
        try:
            return super().execute(sql, values)
        except UnicodeDecodeError as error:
            damaged = sqlite3.DatabaseError("its schema")
            damaged.sqlite_errorname, damaged.sqlite_errorcode = "SQLITE_CORRUPT", sqlite3.SQLITE_CORRUPT
            raise damaged from error


class _Reader(_Connection):
    """A connection to read, which leaves no empty log behind: SQLite removes one only by who may write."""

    path: Path | None = None

    def close(self) -> None:
        super().close()
        if self.path:
            _remove_empty_log(self.path)


def _remove_empty_log(path: Path) -> None:
    """Let SQLite remove a log without contents, and its index, unless others use them."""
    log, journal = (find_companion(path, ending) for ending in ("-wal", "-journal"))
    with suppress(OSError, sqlite3.Error, ArchiveUnusable):
        # A journal would be played back.
        if log.stat().st_size or journal.exists() or not os.access(path.parent, os.W_OK):
            return
        with closing(_connect(path, "mode=rw")) as connection:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
