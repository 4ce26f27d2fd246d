"""Objects that a mirror has lost, as the record gives them: each has the name by which git asks for it.

Folders and commits follow from the history that the record keeps, files from its rows. What cannot be read in
a damaged record is passed over: the name tells what is right.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable, TrackerError
from tracker.preservation.mirror.commit_log import LoggedCommit, read_logged, read_logged_file
from tracker.preservation.mirror.redaction import Redaction
from tracker.preservation.mirror.refs import list_tree, name_object
from tracker.preservation.mirror.unit_files import UnitFiles
from tracker.record.access.closed import find_watch_list, read_access
from tracker.record.schema.units import ROOTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.unit_files import Row
    from tracker.record.schema.units import Unit

_UNREADABLE = (sqlite3.Error, TrackerError, LookupError, ValueError, TypeError, AttributeError)
"""What rows of a damaged record may lead to."""

_FILE, _TREE = b"100644 ", b"40000 "


class Folder:
    """A folder of a commit, whose files are known by git's names of their bytes."""

    def __init__(self) -> None:
        self.entries: dict[bytes, Folder | str] = {}
        self.name: str | None = None
        """Git's name of it, as it was last written; None where it has changed since."""

    def put(self, path: Sequence[bytes], blob: str | None) -> None:
        """Set what a file below it holds, or remove that; a folder without files is none."""
        self.name = None
        first, *rest = path
        if rest:
            below = self.entries.get(first)
            below = below if isinstance(below, Folder) else Folder()
            below.put(rest, blob)
            if below.entries:
                self.entries[first] = below
            else:
                self.entries.pop(first, None)
        elif blob is None:
            self.entries.pop(first, None)
        else:
            self.entries[first] = blob

    def write(self) -> Iterator[tuple[str, bytes]]:
        """Yield the name and content of each folder that has changed, those below it first."""
        if self.name:
            return
        lines = []
        for name, entry in self.entries.items():
            if isinstance(entry, Folder):
                yield from entry.write()
                # Git sorts a folder as if its name ended with a stroke.
                lines.append((name + b"/", _TREE + name + b"\0" + bytes.fromhex(str(entry.name))))
            else:
                lines.append((name, _FILE + name + b"\0" + bytes.fromhex(entry)))
        content = b"".join(line for _, line in sorted(lines))
        self.name = name_object("tree", content)
        yield self.name, content


class History:
    """The commits up to a tip, from the record and from what is whole of the mirror."""

    def __init__(self, connection: sqlite3.Connection | None, repository: Repository, tip: str) -> None:
        self._connection = connection
        self._repository = repository
        self._chain = list(self._list_chain(tip))[::-1]
        self.paths: dict[str, str] = {}
        """A path at which each file was, by git's name of its bytes."""

    def list_objects(self) -> Iterator[tuple[str, str, bytes]]:
        """Yield the kind, name and content of each commit, and of each folder that changed in it."""
        folder: Folder | None = Folder()
        for commit, logged in self._chain:
            if folder and logged.files:
                for path, blob in logged.files:
                    folder.put(path.split(b"/"), blob)
                    if blob:
                        self.paths[blob] = path.decode("utf-8", "replace")
                written = list(folder.write())
                if folder.name != _name_tree(logged.content):
                    folder = None
                else:
                    yield from (("tree", name, content) for name, content in written)
            elif folder is None or folder.name != _name_tree(logged.content):
                folder = self._read_folder(commit)
            yield "commit", commit, logged.content

    def _list_chain(self, tip: str) -> Iterator[tuple[str, LoggedCommit]]:
        """Yield the commits as far back as they are known, the latest first."""
        commit: str | None = tip
        while commit and (logged := self._read(commit)):
            yield commit, logged
            parents = logged.content.partition(b"\n\n")[0].split(b"\nparent ")[1:]
            commit = parents[0][:40].decode("ascii", "replace") if parents else None

    def _read(self, commit: str) -> LoggedCommit | None:
        logged = None
        if self._connection:
            try:
                logged = read_logged(self._connection, commit)
            except sqlite3.Error:
                logged = None
        if logged and name_object("commit", logged.content) == commit:
            return logged
        content = self._repository.read_whole(commit)
        return LoggedCommit(content, ()) if content and name_object("commit", content) == commit else None

    def _read_folder(self, commit: str) -> Folder | None:
        """Return the files of a commit as the mirror has them; None where that is damaged."""
        folder = Folder()
        try:
            for path, blob in list_tree(self._repository, commit):
                folder.put(path.encode("utf-8", "surrogateescape").split(b"/"), blob)
        except (RepositoryUnusable, ValueError):
            return None
        list(folder.write())
        return folder


def _name_tree(commit: bytes) -> str:
    return commit[5:45].decode("ascii", "replace")


def find_files(
    connection: sqlite3.Connection, folder: Path, wanted: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of the files that have one of these names, as far as the record gives them."""
    left = set(wanted)
    for data in _list_files(connection, folder, sorted(wanted)):
        name = name_object("blob", data)
        if name in left:
            left.remove(name)
            yield name, data
        if not left:
            return


def _list_files(connection: sqlite3.Connection, folder: Path, names: Sequence[str]) -> Iterator[bytes]:
    """Yield each file that the mirror has or had: what was noted of its history, then what the rows give."""
    for name in names:
        try:
            data = read_logged_file(connection, name)
        except sqlite3.Error:
            data = None
        if data is not None:
            yield data
    watch = find_watch_list(folder)
    if watch.is_file():
        yield watch.read_bytes()
    try:
        units = UnitFiles(connection)
    except _UNREADABLE:
        return
    try:
        redaction = Redaction(connection, read_access(connection, units.tables, watch), units.tables)
    except _UNREADABLE:
        redaction = None
    for unit, key in list_units(connection):
        yield from _list_unit_files(units, redaction, unit, key)


def _list_unit_files(units: UnitFiles, redaction: Redaction | None, unit: Unit, key: str) -> Iterator[bytes]:
    try:
        rows = units.rows(unit, key)
        run = int(rows["snapshots"][0]["run"] or 0) if unit == "snapshot" else 0
        yield from filter(None, units.files(unit, rows, key, run).values())
        for version in rows.get("versions", ()):
            yield units.readable(version["id"])
        seen: dict[str, list[Row]] | None = redaction.redact(unit, rows) if redaction else None
        if seen is not None and seen is not rows:
            yield from filter(None, units.files(unit, seen, key, run).values())
    except _UNREADABLE:
        return


def list_units(connection: sqlite3.Connection) -> Iterator[tuple[Unit, str]]:
    """Yield the units of a record; where a page is damaged, those before it and those behind."""
    yield "archive", ""
    for table, (unit, key) in ROOTS.items():
        known: set[str] = set()
        for order in ("ASC", "DESC"):
            try:
                query = f'SELECT "{key}" FROM "{table}" ORDER BY rowid {order}'  # noqa: S608 (our names)
                for (name,) in connection.execute(query):
                    if str(name) not in known:
                        known.add(str(name))
                        yield unit, str(name)
            except sqlite3.Error:
                continue
            break
