"""Reconstructing lost objects of the mirror: a candidate is right where git gives it the lost name.

A mirror that is written again from the record has each run's commit, but with all sessions of today. So
earlier states of ``archive.json`` are tried, with them the root trees, and with those the commits.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from tracker.preservation.git.streams import AUTHOR, read_commit, read_trailers
from tracker.preservation.mirror.branches import MAIN
from tracker.preservation.mirror.commits import RunChanges, write_message
from tracker.preservation.mirror.paths import ARCHIVE, SCHEMA
from tracker.preservation.mirror.refs import name_object
from tracker.preservation.mirror.unit_files import UnitFiles

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.row_files import Row

_ARCHIVE = ARCHIVE.encode()
_BEFORE_ALL = frozenset({_ARCHIVE, SCHEMA.encode()})
"""The files of a mirror that was made before the first run."""

_Entry = tuple[bytes, bytes, str]
"""An entry of a tree: mode, name, and the name of the object."""


class LostObjects:
    """Candidates for objects that a mirror may have held before, by their names."""

    def __init__(self, connection: sqlite3.Connection, repository: Repository, rewritten: Repository) -> None:
        self._connection = connection
        self._repository = repository
        self._archives = {name_object("blob", data): data for data in _list_archives(connection)}
        self._roots = dict(self._list_roots(rewritten))

    def find(self, kind: str, name: str) -> bytes | None:
        """Return the content of a lost object; None where no candidate has its name."""
        if kind == "blob":
            return self._archives.get(name)
        if kind == "tree":
            return self._roots.get(name)
        return next((each for each in self._list_commits() if name_object(kind, each) == name), None)

    def _list_roots(self, rewritten: Repository) -> Iterator[tuple[str, bytes]]:
        """Yield possible root trees of each run and of the time before all runs."""
        entries: list[_Entry] = []
        for commit in rewritten.ask("rev-list", "--reverse", MAIN).decode().split():
            entries = _read_tree(rewritten.ask("ls-tree", "-z", commit))
            yield from self._vary(entries)
        yield from self._vary([entry for entry in entries if entry[1] in _BEFORE_ALL])

    def _vary(self, entries: Sequence[_Entry]) -> Iterator[tuple[str, bytes]]:
        for archive in self._archives:
            varied = ((mode, name, archive if name == _ARCHIVE else blob) for mode, name, blob in entries)
            content = _write_tree(varied)
            yield name_object("tree", content), content

    def _list_commits(self) -> Iterator[bytes]:
        """Yield possible commits of each run that has no readable commit."""
        there = {name: int(run) for name in self._list("commit") if (run := self._read_run(name))}
        trees = {*self._roots, *(name for name in self._list("tree") if self._is_root(name))}
        for (run,) in self._connection.execute(
            "SELECT 0 UNION ALL SELECT id FROM runs ORDER BY 1"
        ).fetchall():
            if run in there.values():
                continue
            before = max((other for other in there.values() if other < run), default=None)
            parents = [f"parent {name}\n" for name, other in there.items() if other == before]
            message = write_message(self._connection, RunChanges(run, (), (), is_edit=False, is_last=False))
            person = f"{AUTHOR} {message.seconds} +0000"
            for tree, parent in product(trees, (*parents, "")):
                head = f"tree {tree}\n{parent}author {person}\ncommitter {person}\n\n"
                yield f"{head}{message.text}".encode()

    def _list(self, wanted: str) -> list[str]:
        listed = self._repository.attempt(
            "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"
        )
        pairs = (line.split(" ") for line in listed.output.decode().splitlines())
        return [name for kind, name in pairs if kind == wanted]

    def _read_run(self, commit: str) -> str | None:
        content = self._repository.read_whole(commit)
        run = read_trailers(read_commit(content).message).get("run") if content else None
        return run if run and run.isdecimal() else None

    def _is_root(self, tree: str) -> bool:
        return b" %b\0" % _ARCHIVE in (self._repository.read_whole(tree) or b"")


def _list_archives(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield ``archive.json`` as it is and as it was: bodies and sessions were added one after the other.

    So were groups, those of a run together.
    """
    units = UnitFiles(connection)
    rows = units.rows("archive", "")
    bodies, sessions = rows["bodies"], rows["sessions"]
    for number, groups in product(range(len(sessions), -1, -1), _list_groups(connection, rows["groups"])):
        named = {row["body"] for row in sessions[:number]}
        last = max((at for at, row in enumerate(bodies, 1) if row["id"] in named), default=0)
        held = {"bodies": bodies[:last], "sessions": sessions[:number], "groups": groups}
        yield _write_archive(units, {**rows, **held})
    yield _write_archive(units, rows)


def _list_groups(connection: sqlite3.Connection, groups: Sequence[Row]) -> list[list[Row]]:
    """Return the groups that were there before all runs, and behind each run that added some."""
    query = "SELECT group_id, min(run) FROM memberships GROUP BY group_id"
    first = dict(connection.execute(query).fetchall())
    return [[row for row in groups if first.get(row["id"], 0) <= run] for run in sorted({0, *first.values()})]


def _write_archive(units: UnitFiles, rows: Mapping[str, list[Row]]) -> bytes:
    return units.files("archive", rows, "", 0)[ARCHIVE] or b""


def _read_tree(listed: bytes) -> list[_Entry]:
    entries = []
    for line in listed.split(b"\0")[:-1]:
        described, _, name = line.partition(b"\t")
        mode, _, entry = described.split()
        entries.append((mode.lstrip(b"0"), name, entry.decode()))
    return entries


def _write_tree(entries: Iterator[_Entry]) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + bytes.fromhex(entry) for mode, name, entry in entries)
