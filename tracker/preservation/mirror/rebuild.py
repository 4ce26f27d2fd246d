"""Rebuilding a record from the head of its mirror, equal in every table, with each digest checked."""

from __future__ import annotations

import os
from contextlib import closing
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
from tracker.preservation.mirror.loading import RowLoader, mirror_damaged
from tracker.preservation.mirror.unit_files import ARCHIVE, is_document
from tracker.record.modes import folders_taken_back, make_archive_folder
from tracker.record.schema.connection import FILE_NAME, RECEIVED, WATCH, connect_to_write, is_blank, translate
from tracker.record.schema.migrations import MIGRATION_SET, NOTES, describe_unknown, make_schema
from tracker.record.schema.rows import fetch_column, insert
from tracker.references import OWN_FILE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.files import Permissions
    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.unit_files import Row


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
    with folders_taken_back(folder):
        permissions = make_archive_folder(folder)
        try:
            with draft_file(record, permissions) as part:
                with open_repository(mirror, bounded=True) as repository:
                    rebuilt, watch, bodies = _rebuild(repository, Path(part.name), record, tip)
                if bodies is not None and not os.path.lexists(folder / OWN_FILE):
                    write_file(folder / OWN_FILE, bodies, permissions)
                name = _write_watch_list(folder, watch, WATCH if accept_watch_list else RECEIVED, permissions)
        except OSError as error:
            raise ArchiveUnusable(f"{folder} cannot be written: {error.strerror}") from error
    return replace(rebuilt, watch_list=name)


def _write_watch_list(folder: Path, watch: bytes | None, name: str, permissions: Permissions) -> str | None:
    """Write a watch list where there is none, and return the name of its file."""
    if watch is None or os.path.lexists(folder / WATCH):
        return None
    write_file(folder / name, watch, permissions)
    return name


def _rebuild(
    repository: Repository, part: Path, record: Path, tip: str | None
) -> tuple[Rebuilt, bytes | None, bytes | None]:
    """Return what was rebuilt, the watch list and the table of bodies, where the mirror has them."""
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
    first = dict(
        _contents(repository, {path: blobs.pop(path) for path in (ARCHIVE, WATCH, OWN_FILE) if path in blobs})
    )
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
        loader = RowLoader(connection, repository.path)
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
        return Rebuilt(tip, dict(loader.rows), loader.closed), watch, first.get(OWN_FILE)


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
            raise mirror_damaged(repository.path, f"{path} does not have that digest")
        return {"documents": [{"sha256": name, "bytes": content}]}
    try:
        tables = unit_files.read_lines(content) if path.endswith(".jsonl") else unit_files.read_rows(content)
        tables.pop(unit_files.READING_OF, None)
        return restore_text(tables)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise mirror_damaged(repository.path, f"{path} cannot be read ({error})") from error


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
