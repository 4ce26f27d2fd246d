"""The two branches of the mirror: ``main`` is complete, ``public`` holds open material and digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.archive.access import read_access, read_closed_sources
from tracker.archive.commits import read_commit, read_trailers
from tracker.archive.mirror_tree import Tree
from tracker.archive.places import STATEMENT, WATCH, edition_place, statement_folder
from tracker.archive.redaction import Redaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.archive.fast_import import FastImport, Message
    from tracker.archive.placement import Unit
    from tracker.archive.repository import Repository
    from tracker.archive.unit_files import UnitFiles

MAIN, PUBLIC = "refs/heads/main", "refs/heads/public"

Place = tuple["str | int | None", ...]


@dataclass(frozen=True, slots=True)
class Share:
    """What is committed with one run: units by kind and name, and the places that rows have left."""

    run: int
    units: Sequence[tuple[Unit, str]]
    left: Sequence[Place]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A file as the public has it: the blob that ``main`` has too, other bytes, or none."""

    path: str
    blob: str | None
    data: bytes | None


class Branches:
    """Writes what is pending to both branches; they are one as long as all material is open."""

    def __init__(
        self, repository: Repository, connection: sqlite3.Connection, units: UnitFiles, folder: Path
    ) -> None:
        self._units = units
        self._watch = folder / WATCH
        access = read_access(connection, units.tables, self._watch)
        self._redaction = Redaction(connection, access, units.tables)
        self._policy = access.digest
        self.closed_snapshots = len(access.snapshots)
        self._main, self._public = (Tree(repository, repository.find_commit(name)) for name in (MAIN, PUBLIC))
        said = _read_policy(repository, self._public.tip)
        self.is_anew = self._public.tip is not None and said != self._policy
        """Who may see what has changed: the public branch is written anew, and all units are needed."""
        if self.is_anew:
            self._public.clear()
        self._is_apart = not access.is_open or self._public.tip != self._main.tip

    def expect(self, number: int) -> None:
        """Prepare for so many units: from some hundreds on, one listing of a tree is cheaper."""
        self._main.expect(number)
        if self._is_apart:
            self._public.expect(number)

    def write(self, stream: FastImport, share: Share, message: Message) -> int:
        """Commit what a run changed, and return the number of commits: none where it changed nothing."""
        shown: list[_Shown] = []
        commit = _Commit(stream, self._main, MAIN, message)
        for path, data, public in self._files(share):
            if data is not None:
                blob = name_blob(data)
                commit.put(path, blob, data)
            else:
                commit.remove(path)
            same = public is data and data is not None
            shown.append(
                _Shown(path, name_blob(data) if same and data is not None else None, None if same else public)
            )
        written = {each.path for each in shown}
        gone = [path for place in share.left for path in self._standing(place) if path not in written]
        for path in gone:
            commit.remove(path)
        if self._is_apart:
            self._write_public(stream, shown, gone, message)
        elif commit.is_begun:
            stream.set_branch(PUBLIC, MAIN)
        return int(commit.is_begun)

    def _write_public(
        self, stream: FastImport, shown: Sequence[_Shown], gone: Sequence[str], message: Message
    ) -> None:
        if self._policy:
            message = replace(message, text=f"{message.text}Closed: {self._policy}\n")
        commit = _Commit(stream, self._public, PUBLIC, message, anew=self.is_anew)
        self.is_anew = False
        for each in shown:
            if each.blob:
                commit.put(each.path, each.blob, None)
            elif each.data is not None:
                commit.put(each.path, name_blob(each.data), each.data)
            else:
                commit.remove(each.path)
        for path in gone:
            commit.remove(path)

    def _files(self, share: Share) -> Iterator[tuple[str, bytes | None, bytes | None]]:
        """Yield each file with its bytes, and what the public has of them: the same object where all."""
        for unit, name in share.units:
            rows = self._units.rows(unit, name)
            files = self._units.files(unit, rows, name, share.run)
            seen = self._redaction.redact(unit, rows)
            open_ = (
                files
                if seen is rows
                else {}
                if seen is None
                else self._units.files(unit, seen, name, share.run)
            )
            for path, data in files.items():
                yield path, data, open_.get(path)
        if self._watch.is_file():
            data = self._watch.read_bytes()
            yield WATCH, data, None if read_closed_sources(data.decode("utf-8-sig", "replace")) else data

    def _standing(self, place: Place) -> Iterator[str]:
        """Yield the files that stand where a statement, an edition or a snapshot has been."""
        folder = statement_folder(place)
        if len(place) == len(("country", "body", "session", "item")):
            yield from self._main.below(f"{folder}/{STATEMENT}")
            return
        edition = edition_place(place)
        *_, ordinal = place
        if isinstance(ordinal, int):
            yield from self._main.below(f"{edition}/{ordinal}.json")
        else:
            yield from self._main.below(edition)
        yield from self._main.below(f"{edition}.txt")


class _Commit:
    """A commit that begins with its first file: without one, there is none."""

    def __init__(
        self, stream: FastImport, tree: Tree, branch: str, message: Message, *, anew: bool = False
    ) -> None:
        self.is_begun = False
        self._stream, self._tree, self._branch, self._message = stream, tree, branch, message
        self._anew = anew

    def put(self, path: str, blob: str, data: bytes | None) -> None:
        """Put a file where the tree has another or none; without data its blob is there already."""
        if self._tree.blob(path) == blob:
            return
        self._begin()
        if data is None:
            self._stream.link_file(path, blob)
        else:
            self._stream.write_file(path, data)
        self._tree.put(path, blob)

    def remove(self, path: str) -> None:
        """Take a file out, where the tree has it."""
        if self._tree.blob(path) is None:
            return
        self._begin()
        self._stream.remove_file(path)
        self._tree.put(path, None)

    def _begin(self) -> None:
        if not self.is_begun:
            parent = self._tree.take_parent()
            self._stream.begin_commit(self._branch, parent, self._message, anew=self._anew)
        self.is_begun = True


def name_blob(data: bytes) -> str:
    """Return git's name of a file's bytes, in repositories that name by SHA-1 as ours does."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _read_policy(repository: Repository, tip: str | None) -> str:
    if tip is None:
        return ""
    return read_trailers(read_commit(repository.read_object(tip)).message).get("closed", "")
