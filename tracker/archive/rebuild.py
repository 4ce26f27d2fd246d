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
from tracker.archive.places import ARCHIVE, WATCH
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


def rebuild_record(mirror: Path, folder: Path) -> Rebuilt:
    """Make the archive in a folder out of a mirror, bare or a clone of one, all of it or nothing.

    Ids and all instants are those of the record that the mirror was written from. Raises
    ``ArchiveUnusable`` where there is an archive already, ``RepositoryUnusable`` where the mirror is
    none, is damaged, or was written by a later release.
    """
    record = folder / FILE_NAME
    if record.exists() and not is_blank(record):
        raise ArchiveUnusable(f"there is an archive at {folder} already; name another folder with --archive")
    folder.mkdir(parents=True, exist_ok=True)
    part = record.with_name(f"{FILE_NAME}.part")
    part.unlink(missing_ok=True)
    try:
        with open_repository(mirror) as repository:
            rebuilt, watch = _rebuild(repository, part)
        part.replace(record)
    finally:
        for left in folder.glob(f"{part.name}*"):
            left.unlink()
    if watch is not None and not (folder / WATCH).exists():
        (folder / WATCH).write_bytes(watch)
    return rebuilt


def _rebuild(repository: Repository, part: Path) -> tuple[Rebuilt, bytes | None]:
    tip = repository.find_commit("refs/heads/main") or repository.find_commit("HEAD")
    blobs = dict(list_tree(repository, tip)) if tip else {}
    if tip is None or ARCHIVE not in blobs:
        raise RepositoryUnusable(f"{repository.path} is no mirror: it holds no {ARCHIVE}")
    watch = repository.read_object(blobs.pop(WATCH)) if WATCH in blobs else None
    archive = _read(repository, ARCHIVE, repository.read_object(blobs.pop(ARCHIVE)))
    _check_format(repository, archive.pop("format", []))
    with closing(connect_to_write(part)) as connection, translate(part):
        connection.execute("PRAGMA foreign_keys = OFF")
        _make_schema(connection, repository, archive.get(NOTES, []))
        connection.execute("BEGIN")
        connection.execute(f"DELETE FROM {NOTES}")  # noqa: S608 (a name of sqlite-utils)
        filling = _Filling(connection)
        filling.fill(archive)
        for path, content in _contents(repository, blobs):
            filling.fill(_read(repository, path, content))
        filling.finish(repository)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Rebuilt(tip, dict(filling.rows), filling.closed), watch


def _contents(repository: Repository, blobs: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield the files that hold rows; a document's bytes are put in the place of its row's."""
    paths = [path for path in sorted(blobs) if not path.endswith(".txt")]
    contents = repository.read_objects([blobs[path] for path in paths])
    for path, content in zip(paths, contents, strict=True):
        if content is None:
            raise RepositoryUnusable(f"{repository.path} lacks {path}; clone it again, and whole")
        yield path, content


class _Filling:
    """Puts rows into tables as they come, documents once their bytes have come before them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.rows: Counter[str] = Counter()
        self.closed = 0
        self._connection = connection
        self._bytes: Row = {}

    def fill(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Insert rows; one that lacks what the schema asks for is closed to the public, and counted."""
        for table, rows in tables.items():
            for row in rows:
                self._insert(table, row)

    def finish(self, repository: Repository) -> None:
        """Index the text, and see that every row has the rows it names.

        What hangs on a closed row goes with it; where none is closed, the mirror itself is damaged.
        """
        self._connection.execute("INSERT INTO segments_fts (segments_fts) VALUES ('rebuild')")
        while hanging := self._connection.execute("PRAGMA foreign_key_check").fetchall():
            if not self.closed:
                table, row, wanted, _ = hanging[0]
                raise RepositoryUnusable(
                    f"{repository.path}: row {row} of {table} has no {wanted}; it is damaged"
                )
            for table, row in {(table, row) for table, row, *_ in hanging}:
                self._connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [row])  # noqa: S608
                self.rows[table] -= 1
                self.closed += 1

    def _insert(self, table: str, row: Row) -> None:
        if table == "documents" and set(row) == {"sha256", "bytes"}:
            self._bytes = row
            return
        if table == "documents" and row["sha256"] == self._bytes.get("sha256"):
            row = {**row, **self._bytes}
        columns = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        try:
            self._connection.execute(
                f'INSERT INTO "{table}" ({columns}) VALUES ({marks})',  # noqa: S608 (names of our schema)
                tuple(row.values()),
            )
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorname != "SQLITE_CONSTRAINT_NOTNULL":
                raise
            self.closed += 1
            return
        self.rows[table] += 1


def _read(repository: Repository, path: str, content: bytes) -> dict[str, list[Row]]:
    if path.startswith("documents/") and not path.endswith(".json"):
        name = path.rpartition("/")[2]
        if sha256(content).hexdigest() != name:
            raise RepositoryUnusable(f"{repository.path}: {path} does not have that digest; it is damaged")
        return {"documents": [{"sha256": name, "bytes": content}]}
    try:
        tables = read_lines(content) if path.endswith(".jsonl") else read_rows(content)
    except (ValueError, KeyError, TypeError) as error:
        raise RepositoryUnusable(
            f"{repository.path}: {path} cannot be read ({error}); it is damaged"
        ) from error
    return _with_text(tables)


def _with_text(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Put the text back that segments have from their version."""
    texts = {row["id"]: str(row.get("text")) for row in tables.get("versions", [])}
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
