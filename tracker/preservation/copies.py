"""Copies of the record: backups, checked before they count; and the record as it was before a repair.

A backup is made in one file, while others may write. What is kept from before a repair holds what the record
held then. What is destroyed later is removed from that too, by the digests of its documents, since a copy may
number its rows differently.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable, TrackerError
from tracker.files import draft_file, new_file, new_folder
from tracker.inputs.formats import parse_report
from tracker.inputs.passwords import strip_user
from tracker.model.preserving import Backup
from tracker.model.rights import CopyKind, MadeCopy
from tracker.model.strict import read_typed
from tracker.preservation.destroying import destroy_rows, overwrite_freed_pages, read_destroyed
from tracker.preservation.folder import BEFORE_REPAIR, MIRROR
from tracker.preservation.git.repository import open_repository
from tracker.record.access.withdrawals import read_destroyed_documents
from tracker.record.modes import archive_permissions, private_permissions
from tracker.record.schema.connection import (
    FILE_NAME,
    archive_file,
    check_schema,
    connect_to_read,
    connect_to_write,
    translate,
)
from tracker.record.schema.packing import DOCUMENT
from tracker.record.schema.rows import fetch_column, fetch_value
from tracker.record.statements.segments import rebuild_index

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tracker.model.rights import CopyKind
    from tracker.preservation.destroying import Destroyed


COMPANIONS = ("-wal", "-shm", "-journal")
"""How the names of SQLite's files next to a record end."""

_ORDER = """
INSERT INTO withdrawals (act, reference, decided, authority, reason, run)
SELECT 'destroy', 'XAA', '2000-01-01T00:00:00Z', 'record', 'destroyed in the record', max(id) FROM runs
"""

_ALL_OF_IT = """
INSERT INTO withdrawn (withdrawal, snapshot, document)
SELECT ?2, id, document FROM snapshots WHERE document = ?1
UNION SELECT ?2, NULL, sha256 FROM documents WHERE sha256 = ?1
"""


def make_copy_folder(folder: Path, instant: str) -> Path:
    """Make a folder for the record as it is at an instant. Raises ``ArchiveUnusable`` where it cannot be."""
    name = f"{BEFORE_REPAIR}-{instant.replace('-', '').replace(':', '')}"
    places = (folder / (name if number == 1 else f"{name}-{number}") for number in count(1))
    copy = next(place for place in places if not os.path.lexists(place))
    try:
        new_folder(copy, archive_permissions(folder, folder / MIRROR))
    except OSError as error:
        raise ArchiveUnusable(f"{copy} cannot be made, and nothing was changed: {error.strerror}") from error
    return copy


def destroy_in_kept_copies(folder: Path, documents: Collection[str]) -> Iterator[str]:
    """Destroy documents in each copy that is kept in an archive's folder, and yield what was done to each.

    A copy that is damaged, or was set aside as a damaged part of the mirror, is removed: its
    contents are unknown. A link is removed too, and never followed: an archive that was received may have
    one to any folder.
    """
    for copy in sorted(folder.glob(f"{BEFORE_REPAIR}-*")):
        yield from _destroy_in_kept_copy(copy, documents)


def destroy_in_copy(path: Path, documents: Collection[str]) -> bool:
    """Destroy documents in a copy of the record; return whether nothing of them can be left in its file."""
    try:
        with closing(connect_to_write(path)) as connection:
            if not _is_whole(connection, path):
                return False
            if _holds(connection, documents):
                connection.execute("BEGIN IMMEDIATE")
                record_destruction(connection, documents)
                destroy_rows(connection)
                rebuild_index(connection)
                connection.execute("COMMIT")
            overwrite_freed_pages(connection)
            connection.execute("PRAGMA journal_mode = DELETE")
    except (sqlite3.Error, TrackerError, UnicodeDecodeError):
        return False
    return True


def record_destruction(connection: sqlite3.Connection, documents: Collection[str]) -> Destroyed:
    """Record in a copy that documents are destroyed, and return all that belongs to them there."""
    order = connection.execute(_ORDER).lastrowid
    connection.executemany(_ALL_OF_IT, [(sha256, order) for sha256 in documents])
    return read_destroyed(connection)


def _destroy_in_kept_copy(copy: Path, documents: Collection[str]) -> Iterator[str]:
    if copy.is_symlink() or not copy.is_dir():
        copy.unlink()
        yield f"{copy}: removed, since it is no folder; where a link led, nothing was changed"
        return
    record = copy / FILE_NAME
    parts = [path for path in sorted(copy.iterdir()) if not path.name.startswith(FILE_NAME)]
    for path in parts:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if parts:
        yield f"{copy}: damaged parts of the mirror were removed"
    if record.is_symlink():
        yield f"{record}: removed, since it is a link; where it led, nothing was changed"
        record.unlink()
    elif record.exists() and not destroy_in_copy(record, documents):
        yield f"{record}: removed, since it is damaged"
        record.unlink()
    if not record.exists():
        shutil.rmtree(copy)
        return
    for ending in COMPANIONS:
        record.with_name(f"{FILE_NAME}{ending}").unlink(missing_ok=True)


def _is_whole(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether a copy is undamaged, so that every row that belongs to a document is found."""
    check_schema(connection, path)
    return (
        fetch_value(connection, "PRAGMA integrity_check(1)") == "ok"
        and not connection.execute("PRAGMA foreign_key_check").fetchall()
    )


def _holds(connection: sqlite3.Connection, documents: Collection[str]) -> bool:
    query = "SELECT 1 FROM documents WHERE sha256 = ?"
    return any(fetch_value(connection, query, [sha256]) for sha256 in documents)


NAME = "copies.jsonl"
_HEAD = b"SQLite format 3\0"


def note_copy(folder: Path, kind: CopyKind, place: str, made: str) -> None:
    """Note that a copy was made; where the note cannot be written, the copy is made all the same."""
    line = json.dumps({"kind": kind, "place": place, "made": made}, ensure_ascii=False)
    with suppress(OSError):
        with suppress(FileExistsError):
            new_file(folder / NAME, archive_permissions(folder)).close()
        file = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(file, "ab") as lines:
            lines.write(f"{line}\n".encode("utf-8", "surrogateescape"))


def was_pushed(folder: Path) -> bool:
    """Tell whether the mirror was ever pushed from a folder."""
    return any(each.kind == "push" for each in _read_noted(folder))


def read_copies(folder: Path, documents: Collection[str]) -> tuple[MadeCopy, ...]:
    """Return the copies that may hold some documents, and what else may: remotes, and files unknown."""
    made = {(each.kind, each.place): each for each in _read_noted(folder)}
    known = {place for _, place in made}
    found = [each for each in made.values() if not (each.kind == "backup" and _lacks(each.place, documents))]
    files = (path for path in _find_files(folder) if str(path.absolute()) not in known)
    others = (MadeCopy("file", str(path), None) for path in files if not _lacks(str(path), documents))
    return (*found, *_find_remotes(folder, known), *others)


def _read_noted(folder: Path) -> Iterator[MadeCopy]:
    try:
        lines = (folder / NAME).read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        # A line may have been cut short, or edited.
        with suppress(ValueError):
            yield read_typed(MadeCopy, parse_report(line))


def _lacks(path: str, documents: Collection[str]) -> bool:
    """Return whether a copy of the record is known not to hold documents: it can be read, and has none."""
    query = "SELECT bytes IS NOT NULL FROM documents WHERE sha256 = ?"
    try:
        with closing(connect_to_read(Path(path))) as connection:
            return not any(fetch_value(connection, query, [sha256]) for sha256 in documents)
    except (TrackerError, sqlite3.Error, OSError):
        return False


def _find_remotes(folder: Path, known: Collection[str]) -> Iterator[MadeCopy]:
    """Yield the remotes that somebody set in the mirror."""
    if not (folder / MIRROR).exists():
        return
    with suppress(TrackerError), open_repository(folder / MIRROR) as repository:
        config = str((repository.path / "config").resolve())
        wanted = (r"^remote\..*\.(push)?url$",)
        output = repository.attempt("config", "--file", config, "-z", "--get-regexp", *wanted).output
        for entry in output.decode("utf-8", "replace").split("\0")[:-1]:
            address = strip_user(entry.partition("\n")[2])
            if address not in known:
                yield MadeCopy("remote", address, None)


def _find_files(folder: Path) -> Iterator[Path]:
    """Yield databases and git repositories in an archive's folder that are none of the archive's own."""
    for path in sorted(folder.iterdir()):
        is_own = path.name in {FILE_NAME, MIRROR}
        if not is_own and (_is_database(path) if path.is_file() else _is_repository(path)):
            yield path


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


def _is_repository(path: Path) -> bool:
    return any((place / "objects").is_dir() for place in (path, path / ".git"))


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
