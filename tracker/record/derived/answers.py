"""``derived.db``: what can be computed again, kept next to the record so that it need not be.

The file may be deleted at any time. Whatever is wrong with it or its folder, work goes on in memory. A row
is believed where the secret of this user has signed it; other users' rows are neither read nor removed. The
file may have come with an archive from somebody else: one that is not as ours is replaced and never asked.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import replace
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Self

from tracker.errors import ReferenceInvalid
from tracker.files import new_file
from tracker.record.derived.secret import read_secret, sign
from tracker.record.modes import archive_permissions
from tracker.record.schema.connection import FILE_NAME
from tracker.record.schema.parts import find_companion, has_hostile_journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from tracker.model.changes import Comparison
    from tracker.model.texts import Side

    Row = tuple[object, ...]
    Statement = tuple[str, Sequence[Row]]
    """What ``executemany`` takes."""


DERIVED_NAME = "derived.db"

_USER_LENGTH = 8
"""Bytes by which a user's rows are found; each of a thousand vectors has them."""

Answers = dict[tuple[str, str], tuple[str, str]]
"""By kind and key: the rules that gave an answer, and the answer."""

Shown = tuple[str, str, str]
"""A change's id, and the references of the two versions compared, with edition and snapshot."""


def open_derived(folder: Path | None, beside: Path | None = None) -> Derived:
    """Return what was derived from the archive in a folder; in memory where there is none.

    Use it in a ``with`` statement: what is kept is written when the block ends. Where the file cannot be
    read or written, everything is kept in memory until the end of the block. That the folder holds a record
    of this program is for the caller to know: what is called ``derived.db`` elsewhere is another's. What
    is not there is looked for in the folder ``beside``.
    """
    if folder is not None and (folder / FILE_NAME).is_file() and (secret := read_secret()):
        other = DerivedFile(beside / DERIVED_NAME) if beside else None
        return Derived(DerivedFile(folder / DERIVED_NAME), secret, other)
    return Derived()


class Derived:
    """Answers, sentence vectors, and which comparison last showed a change. No method raises.

    What is kept is written when the block ends, or is told to save, in one transaction or not at all.
    """

    def __init__(
        self, file: DerivedFile | None = None, secret: bytes = b"", beside: DerivedFile | None = None
    ) -> None:
        self._file = file
        self._beside = beside
        self._secret = secret
        self._user = sign(secret, "user")[:_USER_LENGTH]
        self._answers: Answers = {}
        self._vectors: dict[tuple[str, bytes], bytes] = {}
        self._shown: dict[str, tuple[str, str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what was kept, and close the file."""
        if self._file is None:
            return
        self.save()
        for file in filter(None, (self._file, self._beside)):
            file.close()

    def save(self) -> bool:
        """Write what was kept so far, so that a long run that is cut short need not begin again.

        Returns whether that was possible: what a full disk or another program keeps out is forgotten.
        """
        statements = [statement for statement in self._statements() if statement[1]]
        if self._file is None or not statements:
            return not statements
        written = self._file.write(statements)
        for kept in (self._answers, self._vectors, self._shown):
            kept.clear()
        return written

    @property
    def answers(self) -> Answers:
        """The answers kept since the last save."""
        return dict(self._answers)

    @property
    def vectors(self) -> Mapping[tuple[str, bytes], bytes]:
        """The vectors kept since the last save, by encoder and digest of the sentence."""
        return dict(self._vectors)

    def has_own(self) -> bool:
        """Return whether the file has answers of this user."""
        return bool(self._ask("SELECT 1 FROM answers WHERE user = ? LIMIT 1", self._user))

    def add_answers(self, answers: Answers) -> None:
        """Keep answers that were given elsewhere, as ``keep_answer`` does."""
        self._answers |= answers

    def take_answers(self) -> Answers:
        """Return the answers kept since the last save, for another process to keep; forget all that was."""
        answers = self._answers.copy()
        for kept in (self._answers, self._vectors, self._shown):
            kept.clear()
        return answers

    def answer(self, kind: str, key: str) -> str | None:
        """Return the answer of a kind that was kept under a key."""
        if (kind, key) in self._answers:
            return self._answers[kind, key][1]
        sql = "SELECT rules, value, signature FROM answers WHERE kind = ? AND key = ? AND user = ?"
        for rules, value, signature in self._seek(sql, kind, key, self._user):
            if isinstance(value, str) and self._has_signed(signature, "answers", kind, key, rules, value):
                return value
        return None

    def has_answers(self, names: Iterable[tuple[str, str]]) -> bool:
        """Return whether all of these answers are kept, by kind and key; none is read, or believed yet."""
        sql = "SELECT 1 FROM answers WHERE kind = ? AND key = ? AND user = ?"
        return all(
            (kind, key) in self._answers or self._seek(sql, kind, key, self._user) for kind, key in names
        )

    def keep_answer(self, kind: str, key: str, rules: str, value: str) -> None:
        """Keep an answer; those of its kind that other rules gave are not kept any longer."""
        self._answers[kind, key] = (rules, value)

    def vector(self, encoder: str, sentence: bytes) -> bytes | None:
        """Return the vector that an encoder gave a sentence, named by its digest."""
        if (encoder, sentence) in self._vectors:
            return self._vectors[encoder, sentence]
        sql = "SELECT vector, signature FROM vectors WHERE encoder = ? AND sentence = ? AND user = ?"
        for vector, signature in self._seek(sql, encoder, sentence, self._user):
            if isinstance(vector, bytes) and self._has_signed(
                signature, "vectors", encoder, sentence, vector
            ):
                return vector
        return None

    def keep_vectors(self, encoder: str, vectors: Mapping[bytes, bytes]) -> None:
        """Keep an encoder's vectors under the digests of their sentences."""
        self._vectors |= {(encoder, sentence): vector for sentence, vector in vectors.items()}

    def remember_shown(self, comparison: Comparison) -> None:
        """Remember that these two versions showed these changes; files outside the archive have no name."""
        old, new = _full_name(comparison.old), _full_name(comparison.new)
        if old is None or new is None:
            return
        for change in comparison.changes:
            if (change.id, old, new) not in self._find_shown("AND change = ?", change.id):
                self._shown[change.id] = (old, new)

    def find_shown(self, prefix: str) -> tuple[Shown, ...]:
        """Return the changes whose id begins so, in order of id, and where each was last shown."""
        if not prefix:
            return ()
        kept = self._find_shown("AND change >= ? AND change < ?", prefix, f"{prefix}\U0010ffff")
        found = {each[0]: each for each in kept} | {
            change: (change, *pair) for change, pair in self._shown.items() if change.startswith(prefix)
        }
        return tuple(found[change] for change in sorted(found))

    def list_shown_pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the versions of which comparisons that are kept in the file showed changes, in order."""
        return tuple(sorted({(old, new) for _, old, new in self._find_shown()}))

    def _find_shown(self, condition: str = "", *values: object) -> list[Shown]:
        sql = f"SELECT change, old, new, signature FROM shown WHERE user = ? {condition}"  # noqa: S608 (ours)
        rows = self._ask(sql, self._user, *values)
        return [(row[0], row[1], row[2]) for *row, given in rows if self._has_signed(given, "shown", *row)]

    def _has_signed(self, signature: Any, *parts: Any) -> bool:  # noqa: ANN401 (what a file may hold)
        """Return whether a row is this user's own; only then is anything in it read."""
        return (
            all(isinstance(part, str | bytes) for part in (signature, *parts))
            and isinstance(signature, bytes)
            and compare_digest(signature, sign(self._secret, *parts))
        )

    def _sign(self, table: str, *values: str | bytes) -> Row:
        """Return a row of a table with its user and signature."""
        return (*values, self._user, sign(self._secret, table, *values))

    def _ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._file.ask(sql, values) if self._file else []

    def _seek(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what is kept under a name that is the digest of all that it rests on: here, or beside."""
        return self._ask(sql, *values) or (self._beside.ask(sql, values) if self._beside else [])

    def _statements(self) -> list[Statement]:
        answers = [
            self._sign("answers", kind, key, rules, value)
            for (kind, key), (rules, value) in self._answers.items()
        ]
        # Smaller and larger than these, since what is only other than them is looked for in all of a kind.
        kinds = {(kind, rules) for (kind, _), (rules, _) in self._answers.items()}
        current = [(self._user, *each) for each in sorted(kinds)]
        vectors = [
            self._sign("vectors", encoder, sentence, vector)
            for (encoder, sentence), vector in self._vectors.items()
        ]
        shown = [self._sign("shown", change, *pair) for change, pair in self._shown.items()]
        return [
            ("DELETE FROM answers WHERE user = ? AND kind = ? AND rules < ?", current),
            ("DELETE FROM answers WHERE user = ? AND kind = ? AND rules > ?", current),
            ("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", answers),
            ("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?, ?)", vectors),
            ("INSERT OR REPLACE INTO shown VALUES (?, ?, ?, ?, ?)", shown),
        ]


def _full_name(side: Side) -> str | None:
    """Return the reference of a side of the archive, with its edition and its snapshot."""
    if side.snapshot is None:
        return None
    from tracker.references import parse_reference  # noqa: PLC0415 (14 ms, where something was shown)

    try:
        named = parse_reference(side.name)
    except ReferenceInvalid:
        return None
    language = named.language or side.version.language
    return str(replace(named, kind=side.kind, language=language, snapshot=side.snapshot))


# The file ----------------------------------------------------------------------------------------------

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
    """A file that never raises: it answers nothing where it cannot be read, and keeps what it can.

    A rollback journal and not WAL, so that a file copied to read-only media opens there as it is.
    """

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
        # Sorted: VACUUM puts the parts into another order.
        found = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        number = connection.execute("PRAGMA user_version").fetchone()[0]
        if sorted(sql for (sql,) in found) != sorted(_SCHEMA) or number != _SCHEMA_NUMBER:
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
            # Not opened: to close it would end the locks that this process's connections hold on it.
            if not self._path.is_file():
                raise OSError("it is no regular file")
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
