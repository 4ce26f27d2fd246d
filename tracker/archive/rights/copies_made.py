"""Copies of an archive that lie elsewhere: what commands here made, noted in a file beside the record.

It is no part of the record: a backup is made without writing to that, on read-only media too, and a record
that is put back from one must not forget the others.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.file.modes import archive_permissions
from tracker.archive.git.repository import open_repository, show_address
from tracker.archive.schema.connection import FILE_NAME, connect_to_read
from tracker.errors import TrackerError
from tracker.files import new_file
from tracker.model.rights import CopyKind, MadeCopy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

NAME = "copies.jsonl"
_HEAD = b"SQLite format 3\0"


def note_copy(folder: Path, kind: CopyKind, place: str, made: str) -> None:
    """Note that a copy was made; where nothing can be written, nobody is kept from making one."""
    line = json.dumps({"kind": kind, "place": place, "made": made}, ensure_ascii=False)
    with suppress(OSError):
        with suppress(FileExistsError):
            new_file(folder / NAME, archive_permissions(folder)).close()
        file = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(file, "ab") as lines:
            lines.write(f"{line}\n".encode("utf-8", "surrogateescape"))


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
        with suppress(ValueError, TypeError):
            copy = MadeCopy(**json.loads(line))
            if copy.kind in get_args(CopyKind):
                yield copy


def _lacks(path: str, documents: Collection[str]) -> bool:
    """Tell whether a copy of the record is known not to hold documents: it can be looked at, and has none."""
    query = "SELECT bytes IS NOT NULL FROM documents WHERE sha256 = ?"
    try:
        with closing(connect_to_read(Path(path))) as connection:
            found = [connection.execute(query, [sha256]).fetchone() for sha256 in documents]
    except (TrackerError, sqlite3.Error, OSError):
        return False
    return not any(row and row[0] for row in found)


def _find_remotes(folder: Path, known: Collection[str]) -> Iterator[MadeCopy]:
    """Yield the remotes that somebody set in the mirror."""
    if not (folder / MIRROR).exists():
        return
    with suppress(TrackerError), open_repository(folder / MIRROR) as repository:
        config = str((repository.path / "config").resolve())
        wanted = (r"^remote\..*\.(push)?url$",)
        told = repository.attempt("config", "--file", config, "-z", "--get-regexp", *wanted).output
        for entry in told.decode("utf-8", "replace").split("\0")[:-1]:
            address = show_address(entry.partition("\n")[2])
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
