"""The history of the mirror as the record keeps it: what each commit changed, and files of earlier ones.

A mirror that is damaged or gone is written again from it, commit by commit. Git names a commit by all that it
holds and all that came before: so what has the same name is the same, whatever became of the record.
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.inputs.inflate import Meter, NotInflated, inflate
from tracker.preservation.git.trees import TreeReader
from tracker.preservation.mirror.refs import name_object
from tracker.preservation.mirror.unit_files import ARCHIVE, SCHEMA, is_document
from tracker.record.schema.connection import WATCH
from tracker.references import OWN_FILE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.git.trees import Raw

_OF_NO_RUN = frozenset({ARCHIVE, SCHEMA, WATCH, OWN_FILE})
"""Files of which the record knows the latest state alone, and people may have changed that since."""

_READABLE = ".txt"
"""What the names of readable texts end in: they are written again from the versions."""

_FREE = 64 * 1024**2
"""Bytes up to which what is noted may unpack, however well it is packed: a record may be another's."""

COMMITS, FILES = "mirror_commits", "mirror_files"
"""The tables."""

_REMOVED = "0" * 40
_IS_THERE = "SELECT 1 FROM main.sqlite_master WHERE name = 'mirror_commits'"
_IS_KNOWN = "SELECT 1 FROM mirror_commits WHERE name = ?"
_HAS_DESTROYED = "SELECT 1 FROM withdrawals WHERE act = 'destroy' LIMIT 1"


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """A commit as git stores it, and git's names of the files that it changed; None for one it removed."""

    content: bytes
    files: tuple[tuple[bytes, str | None], ...]


def note_commits(connection: sqlite3.Connection, repository: Repository, tips: Sequence[str | None]) -> None:
    """Note the commits up to some tips which are not noted yet, as far as they can be read.

    Of a record that another release made, and that lacks the tables, nothing is noted.
    """
    if not connection.execute(_IS_THERE).fetchone():
        return
    trees = TreeReader(repository)
    with suppress(RepositoryUnusable):
        # The oldest first: the parents of what is noted are noted as well.
        for commit, content, parent in reversed(list(_list_unknown(connection, repository, trees, tips))):
            _note(connection, repository, commit, content, list(trees.compare(commit, parent)))


def read_logged(connection: sqlite3.Connection, commit: str) -> LoggedCommit | None:
    """Return a commit that was noted; None where it was not. Raises ``sqlite3.Error``."""
    query = "SELECT content, files FROM mirror_commits WHERE name = ?"
    found = connection.execute(query, [commit]).fetchone()
    try:
        return LoggedCommit(found[0], tuple(_read_files(found[1]))) if found else None
    except (NotInflated, TypeError, ValueError):
        return None


def read_logged_file(connection: sqlite3.Connection, name: str) -> bytes | None:
    """Return the bytes of a file that was noted; None where they were not. Raises ``sqlite3.Error``."""
    found = connection.execute("SELECT content FROM mirror_files WHERE name = ?", [name]).fetchone()
    try:
        return _unpack(found[0]) if found else None
    except (NotInflated, TypeError):
        return None


def find_damaged(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield each row that is not what its name says: its table, and that name. Raises ``sqlite3.Error``.

    Of the files that a commit changed it is known whether they can be read, since git's name covers the rest.
    """
    if not connection.execute(_IS_THERE).fetchone():
        return
    for name, content, files in connection.execute("SELECT name, content, files FROM mirror_commits"):
        with suppress(NotInflated, TypeError, ValueError):
            list(_read_files(files))
            if name_object("commit", content) == name:
                continue
        yield COMMITS, str(name)
    for name, content in connection.execute("SELECT name, content FROM mirror_files"):
        with suppress(NotInflated, TypeError):
            if name_object("blob", _unpack(content)) == name:
                continue
        yield FILES, str(name)


def list_unnoted(connection: sqlite3.Connection, commits: Iterable[str]) -> Iterator[str]:
    """Yield the commits of which there is no row, in a record that has such rows."""
    if connection.execute(_IS_THERE).fetchone():
        yield from (each for each in commits if not connection.execute(_IS_KNOWN, [each]).fetchone())


def note_again(connection: sqlite3.Connection, repository: Repository, table: str, name: str) -> None:
    """Write the row of a commit or a file again. Raises ``RepositoryUnusable`` where it cannot be read."""
    if table == FILES:
        data = zlib.compress(repository.read_kind(name, "blob"))
        connection.execute("INSERT OR REPLACE INTO mirror_files (name, content) VALUES (?, ?)", [name, data])
        return
    trees, content = TreeReader(repository), repository.read_kind(name, "commit")
    parent = next(iter(trees.take_commit(name, content)), None)
    _note(connection, repository, name, content, list(trees.compare(name, parent)))


def _list_unknown(
    connection: sqlite3.Connection,
    repository: Repository,
    trees: TreeReader,
    tips: Collection[str | None],
) -> Iterator[tuple[str, bytes, str | None]]:
    """Yield each commit that is not noted, its content and its first parent, the latest first."""
    seen: set[str] = set()
    for tip in tips:
        commit = tip
        while commit and commit not in seen and not connection.execute(_IS_KNOWN, [commit]).fetchone():
            seen.add(commit)
            content = repository.read_kind(commit, "commit")
            parent = next(iter(trees.take_commit(commit, content)), None)
            yield commit, content, parent
            commit = parent


def _note(
    connection: sqlite3.Connection,
    repository: Repository,
    commit: str,
    content: bytes,
    changes: Sequence[Raw],
) -> None:
    for name in _choose_kept(changes, keeps_all=not connection.execute(_HAS_DESTROYED).fetchone()):
        data = zlib.compress(repository.read_kind(name, "blob"))
        connection.execute("INSERT OR IGNORE INTO mirror_files (name, content) VALUES (?, ?)", [name, data])
    files = b"".join(
        b"%b %b\0" % ((each.new.blob if each.new else _REMOVED).encode(), each.path) for each in changes
    )
    connection.execute(
        "INSERT OR REPLACE INTO mirror_commits (name, content, files) VALUES (?, ?, ?)",
        [commit, content, zlib.compress(files)],
    )


def _choose_kept(changes: Sequence[Raw], *, keeps_all: bool) -> Iterator[str]:
    """Yield the files whose bytes are kept: those of no run, and what the record no longer gives.

    Where anything was destroyed, a mirror that was put back from an older copy may hold it in other files.
    """
    there = {each.new.blob for each in changes if each.new}
    for each in changes:
        path = each.path.decode("utf-8", "surrogateescape")
        if path in _OF_NO_RUN:
            yield from (side.blob for side in (each.old, each.new) if side)
        elif (
            keeps_all
            and each.old
            and each.old.blob not in there
            and not (path.endswith(_READABLE) or is_document(path))
        ):
            yield each.old.blob


def _read_files(deflated: bytes) -> Iterator[tuple[bytes, str | None]]:
    for line in _unpack(deflated).split(b"\0")[:-1]:
        name, _, path = line.partition(b" ")
        blob = name.decode("ascii")
        yield path, None if blob == _REMOVED else blob


def _unpack(packed: bytes) -> bytes:
    return b"".join(piece.data for piece in inflate([packed], "zlib", Meter(_FREE)))
