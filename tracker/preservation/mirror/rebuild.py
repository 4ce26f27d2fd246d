"""Rebuilding a record from the head of its mirror, equal in every table, with each digest checked."""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter
from contextlib import closing, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable, RepositoryUnusable
from tracker.files import draft_file, write_file
from tracker.model.preserving import Rebuilt
from tracker.preservation.git.repository import open_repository
from tracker.preservation.git.trees import TreeReader
from tracker.preservation.mirror import commit_log, refs, unit_files
from tracker.preservation.mirror.redaction import NOT_PUBLIC
from tracker.preservation.mirror.unit_files import ARCHIVE, is_document
from tracker.record.access.withdrawals import read_lacking
from tracker.record.modes import make_archive_folder
from tracker.record.schema.connection import FILE_NAME, RECEIVED, WATCH, connect_to_write, is_blank, translate
from tracker.record.schema.migrations import MIGRATION_SET, NOTES, describe_unknown, make_schema
from tracker.record.schema.rows import fetch_column, insert, insert_row
from tracker.record.schema.units import read_tables
from tracker.record.statements.segments import rebuild_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.files import Permissions
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.unit_files import Row, Value


_TIPS = ("refs/heads/main", "HEAD", "refs/remotes/origin/main")
"""Where the head of a mirror may be; a clone of a copy with a dangling HEAD has only the last."""
_PUBLIC = "refs/heads/public"


def rebuild_record(
    mirror: Path, folder: Path, tip: str | None = None, *, accept_watch_list: bool = False
) -> Rebuilt:
    """Rebuild the archive in a folder from a mirror, bare or a clone of one, completely or not at all.

    The commit ``tip`` is used, or else the head. Ids and instants are those of the record from which the
    mirror was written. The mirror's watch list becomes ``watch.received.toml``, which no command uses, unless
    it is accepted here; an existing list stays. Raises ``ArchiveUnusable`` where there is an archive already,
    ``RepositoryUnusable`` where the mirror is no mirror, is damaged, or was written by a later release.
    """
    record = folder / FILE_NAME
    if record.exists() and not is_blank(record):
        raise ArchiveUnusable(f"there is an archive at {folder} already; name another folder with --archive")
    is_new = not folder.exists()
    permissions = make_archive_folder(folder)
    try:
        with draft_file(record, permissions) as part:
            with open_repository(mirror, bounded=True) as repository:
                rebuilt, watch = _rebuild(repository, Path(part.name), record, tip)
            name = _write_watch_list(folder, watch, WATCH if accept_watch_list else RECEIVED, permissions)
    except OSError as error:
        raise ArchiveUnusable(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        if is_new and not record.exists():
            with suppress(OSError):
                folder.rmdir()
    return replace(rebuilt, watch_list=name)


def _write_watch_list(folder: Path, watch: bytes | None, name: str, permissions: Permissions) -> str | None:
    """Write a watch list where there is none, and return the name of its file."""
    if watch is None or os.path.lexists(folder / WATCH):
        return None
    write_file(folder / name, watch, permissions)
    return name


def _rebuild(
    repository: Repository, part: Path, record: Path, tip: str | None
) -> tuple[Rebuilt, bytes | None]:
    tip = tip or next(filter(None, map(repository.find_commit, _TIPS)), None)
    files = TreeReader(repository).list_files(tip) if tip else ()
    named = ((path.decode("utf-8", "surrogateescape"), entry.blob) for path, entry in files)
    blobs = {path: blob for path, blob in named if not path.endswith((".txt", ".sql"))}
    for path in blobs:
        if not {"", ".", ".."}.isdisjoint(path.split("/")):
            raise RepositoryUnusable(
                f"{repository.path} holds {path}, which leads out of it; use another copy"
            )
    if tip is None or ARCHIVE not in blobs:
        raise RepositoryUnusable(f"{repository.path} is no mirror: it holds no {ARCHIVE}")
    first = dict(_contents(repository, {path: blobs.pop(path) for path in (ARCHIVE, WATCH) if path in blobs}))
    watch = first.get(WATCH)
    archive = read_file(repository, ARCHIVE, first[ARCHIVE])
    written = next((str(row.get("mirror")) for row in archive.pop("format", [])), None)
    if written != str(unit_files.FORMAT):
        raise RepositoryUnusable(
            f"{repository.path} is a mirror of format {written}; upgrade tracker to read it"
        )
    with closing(connect_to_write(part, record)) as connection, translate(record):
        connection.execute("PRAGMA foreign_keys = OFF")
        _make_schema(connection, repository, archive.get(NOTES, []))
        connection.execute("BEGIN")
        connection.execute(f"DELETE FROM {NOTES}")  # noqa: S608 (a name of sqlite-utils)
        loader = _RowLoader(connection, repository.path)
        loader.load(archive, ARCHIVE)
        for path, content in _contents(repository, blobs):
            loader.load(read_file(repository, path, content), path)
        loader.finish()
        if loader.closed:
            _record_omissions(connection, tip, loader.closed)
        else:
            commit_log.note_commits(connection, repository, (tip, refs.find_branch(repository, _PUBLIC)))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Rebuilt(tip, dict(loader.rows), loader.closed), watch


def _contents(repository: Repository, blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield files in the order of their paths, so that a document's bytes come before its row."""
    paths = sorted(blobs)
    contents = repository.read_objects([blobs[path] for path in paths])
    for path, content in zip(paths, contents, strict=True):
        if content is None:
            raise RepositoryUnusable(f"{repository.path} lacks {path}; clone it again, and whole")
        yield path, content


def read_file(repository: Repository, path: str, content: bytes) -> dict[str, list[Row]]:
    """Return the rows of a file of a mirror, by table. Raises ``RepositoryUnusable`` where it has none."""
    if is_document(path):
        name = path.rpartition("/")[2]
        if sha256(content).hexdigest() != name:
            raise _mirror_damaged(repository.path, f"{path} does not have that digest")
        return {"documents": [{"sha256": name, "bytes": content}]}
    try:
        tables = unit_files.read_lines(content) if path.endswith(".jsonl") else unit_files.read_rows(content)
        tables.pop(unit_files.READING_OF, None)
        return restore_text(tables)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _mirror_damaged(repository.path, f"{path} cannot be read ({error})") from error


def restore_text(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Restore the text of segments from their version. Raises ``ValueError`` where its digest differs."""
    texts = {row["id"]: str(row["text"]) for row in tables.get("versions", [])}
    for row in tables.get("versions", []):
        if sha256(texts[row["id"]].encode()).hexdigest() != row["sha256"]:
            raise ValueError("a version does not have its digest")
    for row in tables.get("segments", []):
        if "text" not in row:
            row["text"] = texts[row["version"]][int(row["start"] or 0) : int(row["end"] or 0)]
    return tables


def _make_schema(connection: sqlite3.Connection, repository: Repository, notes: Sequence[Row]) -> None:
    """Apply the migrations that the record had."""
    names = [str(row.get("name")) for row in notes if row.get("migration_set") == MIGRATION_SET]
    if unknown := describe_unknown(names):
        raise RepositoryUnusable(f"{repository.path} {unknown}")
    make_schema(connection, names)


def _record_omissions(connection: sqlite3.Connection, mirror: str, closed: int) -> None:
    """Record from which commit a record was rebuilt, and how many closed rows it lacks.

    A record that is rebuilt every night, and lacks as many rows as the night before, has that once.
    """
    last = "SELECT closed FROM omissions ORDER BY id DESC LIMIT 1"
    if fetch_column(connection, last) != (closed,):
        insert(connection, "omissions", mirror=mirror, closed=closed)


_HEX = re.compile(r"[0-9a-f]+")
_LONG = re.compile(r"CHECK \(length\((\w+)\) = (?:40|64)\)")
"""How the schema declares a column of digests or names of commits; it checks the length itself."""

_DIGESTED: Mapping[str, str] = {"documents": "bytes", "watch_lists": "text"}
"""The column of which a row's ``sha256`` is the digest; versions are checked with their segments."""


def _read_digest_columns(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the columns that hold digests, by table, as the schema itself says."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {str(name): tuple(found) for name, sql in rows if (found := _LONG.findall(str(sql)))}


def _check_digests(row: Row, columns: Sequence[str]) -> None:
    """Raise ``ValueError`` where a digest holds anything but hexadecimal digits."""
    for column in columns:
        value = row.get(column)
        if value is not None and not _HEX.fullmatch(str(value)):
            raise ValueError(f"{column} is no digest")


def _check_own_digest(table: str, row: Row) -> None:
    """Raise ``ValueError`` where the bytes or the text of a row do not have its digest."""
    value = row.get(_DIGESTED.get(table, ""))
    if value is not None and sha256(_as_bytes(value)).hexdigest() != row.get("sha256"):
        raise ValueError(f"it does not have its digest {row.get('sha256')!s}")


def _check_size(row: Row) -> None:
    """Raise ``ValueError`` where a document is said to have another size: packed bytes are read by it."""
    if len(_as_bytes(row["bytes"])) != row.get("size"):
        raise ValueError("it does not have the size that its row says")


def _as_bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


_LINK = """
SELECT "from", "notnull" FROM pragma_foreign_key_list(?1) AS link
JOIN pragma_table_info(?1) AS column ON column.name = "from" WHERE link.id = ?2
"""


class _RowLoader:
    """Inserts rows in the order in which they come; the bytes of a document come before its row.

    Names of tables and columns are taken from the schema, never from the mirror.
    """

    def __init__(self, connection: sqlite3.Connection, mirror: Path) -> None:
        self.rows: Counter[str] = Counter()
        self.closed = 0
        self._connection = connection
        self._mirror = mirror
        self._tables = read_tables(connection)
        self._digests = _read_digest_columns(connection)
        self._bytes: Row = {}

    def load(self, tables: Mapping[str, Sequence[Row]], path: str) -> None:
        """Insert the rows of a file; those that are closed to the public are counted."""
        if is_document(path):
            (self._bytes,) = tables["documents"]
            return
        for table, rows in tables.items():
            for row in rows:
                try:
                    self._insert(table, row)
                except (sqlite3.IntegrityError, sqlite3.OperationalError, OverflowError, ValueError) as error:
                    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                        raise
                    raise _mirror_damaged(
                        self._mirror, f"{path} holds a row that cannot be ({error})"
                    ) from error

    def finish(self) -> None:
        """Build the full-text index, and remove dangling references.

        Rows that refer to closed rows are removed with them; without closed rows the mirror is damaged.
        """
        rebuild_index(self._connection)
        self.closed += len(read_lacking(self._connection))
        while dangling := self._connection.execute("PRAGMA foreign_key_check").fetchall():
            if not self.closed:
                table, row, wanted, _ = dangling[0]
                raise _mirror_damaged(self._mirror, f"row {row} of {table} has no {wanted}")
            for table, row, _, link in dict.fromkeys(dangling):
                self._remove_reference(table, row, link)

    def _remove_reference(self, table: str, row: int, link: int) -> None:
        """Remove a reference to a closed row from a row, or the row where it needs the reference.

        The watch list of a run may be closed, and what the run recorded not.
        """
        (column, needed), *others = self._connection.execute(_LINK, [table, link]).fetchall()
        if not (needed or others):
            update = f'UPDATE OR IGNORE "{table}" SET "{column}" = NULL WHERE rowid = ?'  # noqa: S608
            if self._connection.execute(update, [row]).rowcount:
                return
        deleted = self._connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [row]).rowcount  # noqa: S608
        self.rows[table] -= deleted
        self.closed += deleted

    def _insert(self, table: str, row: Row) -> None:
        if NOT_PUBLIC in row:
            self.closed += 1
            return
        if table == "documents" and "bytes" not in row:
            if row.get("sha256") != self._bytes.get("sha256"):
                raise _mirror_damaged(
                    self._mirror, f"the bytes of document {row.get('sha256')!s} are missing"
                )
            row = {**row, **self._bytes}
            _check_size(row)
        else:
            _check_own_digest(table, row)
        _check_digests(row, self._digests.get(table, ()))
        self._check_names(table, row)
        insert_row(self._connection, table, row)
        self.rows[table] += 1

    def _check_names(self, table: str, row: Row) -> None:
        """Raise ``ValueError`` for names that the schema lacks."""
        if table not in self._tables:
            raise ValueError(f"there is no table {table}")
        for name in row:
            if name not in self._tables[table].columns:
                raise ValueError(f"there is no column {name} of {table}")


def _mirror_damaged(mirror: Path, what: str) -> RepositoryUnusable:
    """Return the error that says what is wrong with a mirror."""
    return RepositoryUnusable(f"{mirror}: {what}; it is damaged, use another copy")
