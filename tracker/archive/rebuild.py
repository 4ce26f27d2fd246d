"""A record made again from the head of its mirror, equal in every table."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.archive.connection import FILE_NAME, connect_to_write, is_blank, translate
from tracker.archive.migrations import MIGRATION_SET, MIGRATIONS, NOTES, make_schema
from tracker.archive.mirror_tree import list_tree
from tracker.archive.omissions import note_omissions
from tracker.archive.places import ARCHIVE, WATCH
from tracker.archive.redaction import NOT_PUBLIC
from tracker.archive.repository import open_repository
from tracker.archive.row_files import read_lines, read_rows
from tracker.archive.unit_files import FORMAT
from tracker.errors import ArchiveUnusable, RepositoryUnusable
from tracker.model.preserving import Rebuilt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.archive.repository import Repository
    from tracker.archive.row_files import Row

_TIPS = ("refs/heads/main", "HEAD", "refs/remotes/origin/main")
"""Where the head of a mirror may be; a clone has the last alone where the copy's own HEAD leads nowhere."""

_LINK = """
SELECT "from", "notnull" FROM pragma_foreign_key_list(?1) AS link
JOIN pragma_table_info(?1) AS column ON column.name = "from" WHERE link.id = ?2
"""


def rebuild_record(mirror: Path, folder: Path, tip: str | None = None) -> Rebuilt:
    """Make the archive in a folder out of a mirror, bare or a clone of one, all of it or nothing.

    Its head is what counts, or else the commit ``tip``.
    Ids and all instants are those of the record that the mirror was written from. Raises
    ``ArchiveUnusable`` where there is an archive already, ``RepositoryUnusable`` where the mirror is
    none, is damaged, or was written by a later release.
    """
    record = folder / FILE_NAME
    if record.exists() and not is_blank(record):
        raise ArchiveUnusable(f"there is an archive at {folder} already; name another folder with --archive")
    part = record.with_name(f"{FILE_NAME}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open_repository(mirror) as repository:
            rebuilt, watch = _rebuild(repository, part, tip)
        if watch is not None and not (folder / WATCH).exists():
            (folder / WATCH).write_bytes(watch)
        part.replace(record)
    except OSError as error:
        raise ArchiveUnusable(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        for left in folder.glob(f"{part.name}*"):
            left.unlink()
    return rebuilt


def _rebuild(repository: Repository, part: Path, tip: str | None) -> tuple[Rebuilt, bytes | None]:
    tip = tip or next(filter(None, map(repository.find_commit, _TIPS)), None)
    files = list_tree(repository, tip) if tip else ()
    blobs = {path: blob for path, blob in files if not path.endswith((".txt", ".sql"))}
    if tip is None or ARCHIVE not in blobs:
        raise RepositoryUnusable(f"{repository.path} is no mirror: it holds no {ARCHIVE}")
    watch = _read_one(repository, WATCH, blobs.pop(WATCH)) if WATCH in blobs else None
    archive = read_file(repository, ARCHIVE, _read_one(repository, ARCHIVE, blobs.pop(ARCHIVE)))
    _check_format(repository, archive.pop("format", []))
    with closing(connect_to_write(part)) as connection, translate(part.with_suffix("")):
        connection.execute("PRAGMA foreign_keys = OFF")
        _make_schema(connection, repository, archive.get(NOTES, []))
        connection.execute("BEGIN")
        connection.execute(f"DELETE FROM {NOTES}")  # noqa: S608 (a name of sqlite-utils)
        filling = _Filling(connection, repository)
        filling.fill(archive, ARCHIVE)
        for path, content in _contents(repository, blobs):
            filling.fill(read_file(repository, path, content), path)
        filling.finish()
        if filling.closed:
            note_omissions(connection, tip, filling.closed)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Rebuilt(tip, dict(filling.rows), filling.closed), watch


def _read_one(repository: Repository, path: str, blob: str) -> bytes:
    ((_, content),) = _contents(repository, {path: blob})
    return content


def _contents(repository: Repository, blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield files by path, in its order, so that a document's bytes come before its row."""
    paths = sorted(blobs)
    contents = repository.read_objects([blobs[path] for path in paths])
    for path, content in zip(paths, contents, strict=True):
        if content is None:
            raise RepositoryUnusable(f"{repository.path} lacks {path}; clone it again, and whole")
        yield path, content


class _Filling:
    """Puts rows into tables as they come, documents once their bytes have come before them."""

    def __init__(self, connection: sqlite3.Connection, repository: Repository) -> None:
        self.rows: Counter[str] = Counter()
        self.closed = 0
        self._connection = connection
        self._repository = repository
        self._bytes: Row = {}

    def fill(self, tables: Mapping[str, Sequence[Row]], path: str) -> None:
        """Insert the rows of a file; those that are closed to the public are counted."""
        for table, rows in tables.items():
            for row in rows:
                try:
                    self._insert(table, row)
                except (sqlite3.IntegrityError, sqlite3.OperationalError) as error:
                    if error.sqlite_errorname == "SQLITE_FULL":
                        raise
                    raise self._damaged(f"{path} holds a row that cannot be ({error})") from error

    def finish(self) -> None:
        """Index the text, and see that every row has the rows it names.

        What hangs on a closed row goes with it; where none is closed, the mirror itself is damaged.
        """
        self._connection.execute("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')")
        while hanging := self._connection.execute("PRAGMA foreign_key_check").fetchall():
            if not self.closed:
                table, row, wanted, _ = hanging[0]
                raise self._damaged(f"row {row} of {table} has no {wanted}")
            for table, row, _, link in dict.fromkeys(hanging):
                self._loosen(table, row, link)

    def _loosen(self, table: str, row: int, link: int) -> None:
        """Take a link to a closed row out of a row, or the row where it cannot do without the link.

        The watch list of a run may be closed, and not what the run recorded.
        """
        (column, needed), *others = self._connection.execute(_LINK, [table, link]).fetchall()
        if not (needed or others):
            loosened = f'UPDATE OR IGNORE "{table}" SET "{column}" = NULL WHERE rowid = ?'  # noqa: S608
            if self._connection.execute(loosened, [row]).rowcount:
                return
        left_out = self._connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [row]).rowcount  # noqa: S608
        self.rows[table] -= left_out
        self.closed += left_out

    def _insert(self, table: str, row: Row) -> None:
        if NOT_PUBLIC in row:
            self.closed += 1
            return
        if table == "documents" and set(row) == {"sha256", "bytes"}:
            self._bytes = row
            return
        if table == "documents" and "bytes" not in row:
            if row["sha256"] != self._bytes.get("sha256"):
                raise self._damaged(f"the bytes of document {row['sha256']!s} are missing")
            row = {**row, **self._bytes}
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self._connection.execute(
            f'INSERT INTO "{table}" ({columns}) VALUES ({marks})',  # noqa: S608 (names of our schema)
            tuple(row.values()),
        )
        self.rows[table] += 1

    def _damaged(self, what: str) -> RepositoryUnusable:
        return RepositoryUnusable(f"{self._repository.path}: {what}; it is damaged, use another copy")


def read_file(repository: Repository, path: str, content: bytes) -> dict[str, list[Row]]:
    """Return the rows that a file of a mirror holds, by table; raises ``RepositoryUnusable`` for others."""
    if path.startswith("documents/") and not path.endswith(".json"):
        name = path.rpartition("/")[2]
        if sha256(content).hexdigest() != name:
            raise RepositoryUnusable(
                f"{repository.path}: {path} does not have that digest; it is damaged, use another copy"
            )
        return {"documents": [{"sha256": name, "bytes": content}]}
    try:
        return restore_text(read_lines(content) if path.endswith(".jsonl") else read_rows(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RepositoryUnusable(
            f"{repository.path}: {path} cannot be read ({error}); it is damaged, use another copy"
        ) from error


def restore_text(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Put the text back that segments have from their version, which must be what its digest says."""
    texts = {row["id"]: str(row["text"]) for row in tables.get("versions", [])}
    for row in tables.get("versions", []):
        if sha256(texts[row["id"]].encode()).hexdigest() != row["sha256"]:
            raise ValueError("a version does not have its digest")
    for row in tables.get("segments", []):
        if "text" not in row:
            row["text"] = texts[row["version"]][int(row["start"] or 0) : int(row["end"] or 0)]
    return tables


def _check_format(repository: Repository, rows: Sequence[Row]) -> None:
    written = str(rows[0].get("mirror") if rows else None)
    if written != str(FORMAT):
        raise RepositoryUnusable(
            f"{repository.path} is a mirror of format {written}; upgrade tracker to read it"
        )


def _make_schema(connection: sqlite3.Connection, repository: Repository, notes: Sequence[Row]) -> None:
    """Apply the changes of the schema that the record had."""
    names = [str(row["name"]) for row in notes if row["migration_set"] == MIGRATION_SET]
    unknown = [name for name in names if name not in dict(MIGRATIONS)]
    if unknown:
        raise RepositoryUnusable(
            f"{repository.path} was written by a newer release ({unknown[0]}); upgrade tracker to read it"
        )
    make_schema(connection, names)
