"""Folders of commits, read by us: each object is hashed, so that what is read is what its name stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.preservation.git.repository import Repository

_FOLDER = "040000"
_KINDS = {0o040000: _FOLDER, 0o120000: "120000", 0o160000: "160000"}
_Folder = frozenset[tuple[bytes, bytes, bytes]]
"""Modes, names, and git's names of the bytes."""
MOST_FILES = 1_000_000
"""Files of one commit that are listed; an archive of 11,000 statements has 50,000."""
_KEPT = 1024
"""So many folders are kept: neighbouring commits share most of theirs."""


class Entry(NamedTuple):
    """What a folder holds under a name: its mode, and git's name of its bytes."""

    mode: str
    blob: str


class Raw(NamedTuple):
    """A path that two commits do not have alike; ``None`` on the side that lacks it."""

    path: bytes
    old: Entry | None
    new: Entry | None


class TreeReader:
    """Reads folders, each once where many commits have it."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._place = repository.path
        self._trees: dict[str, _Folder] = {}
        self._roots: dict[str, str] = {}

    def list_files(self, commit: str) -> Iterator[tuple[bytes, Entry]]:
        """Yield the files of a commit by path, in order, and whatever else is no folder.

        Raises ``RepositoryUnusable`` where an object is not there, or not what its name says.
        """
        for number, (path, _, new) in enumerate(self._compare(None, self.root(commit))):
            if number >= MOST_FILES:
                raise RepositoryUnusable(
                    f"{self._place}: commit {commit[:12]} has over {MOST_FILES:,} files; use another copy"
                )
            if new:
                yield path, new

    def compare(self, commit: str, parent: str | None) -> Iterator[Raw]:
        """Yield the paths at which a commit and its parent differ; renames are removals and additions.

        Raises as ``list_files`` does.
        """
        return self._compare(self.root(parent) if parent else None, self.root(commit))

    def root(self, commit: str) -> str:
        """Return git's name of the folder that a commit holds."""
        if commit not in self._roots:
            self.take_commit(commit, self._repository.read_kind(commit, "commit"))
        return self._roots[commit]

    def take_commit(self, commit: str, content: bytes) -> tuple[str, ...]:
        """Return git's names of the parents that a commit names, and remember the folder that it holds."""
        lines = content.partition(b"\n\n")[0].split(b"\n")
        self._roots[commit] = lines[0].removeprefix(b"tree ").decode("latin-1")
        return tuple(line[7:].decode("latin-1") for line in lines if line.startswith(b"parent "))

    def _compare(self, old: str | None, new: str | None, folder: bytes = b"") -> Iterator[Raw]:
        self._repository.check_time()
        there, here = self._read(old), self._read(new)
        gone, come = (
            {name: (mode, blob) for mode, name, blob in each} for each in (there - here, here - there)
        )
        for name in sorted(gone.keys() | come.keys()):
            before, after = _as_entry(gone.get(name)), _as_entry(come.get(name))
            was, now = _as_folder(before), _as_folder(after)
            if was or now:
                yield from self._compare(was, now, folder + name + b"/")
            was_file, is_file = None if was else before, None if now else after
            if was_file != is_file:
                yield Raw(folder + name, was_file, is_file)

    def _read(self, tree: str | None) -> _Folder:
        if tree is None:
            return frozenset()
        if tree not in self._trees:
            if len(self._trees) >= _KEPT:
                self._trees.clear()
            self._trees[tree] = self._parse(tree)
        return self._trees[tree]

    def _parse(self, tree: str) -> _Folder:
        data = self._repository.read_kind(tree, "tree")
        size = len(tree) // 2
        found = re.findall(rb"([0-7]+) ([^\0]+)\0(.{%d})" % size, data, re.DOTALL)
        entries = frozenset(found)
        if sum(len(mode) + len(name) for mode, name, _ in found) + (size + 2) * len(entries) != len(data):
            raise RepositoryUnusable(f"{self._place}: the folder {tree[:12]} is none that git makes")
        return entries


def _as_folder(entry: Entry | None) -> str | None:
    return entry.blob if entry and entry.mode == _FOLDER else None


def _as_entry(entry: tuple[bytes, bytes] | None) -> Entry | None:
    """Return an entry with its mode as git shows it: old programs wrote others for files."""
    if entry is None:
        return None
    mode = int(entry[0], 8)
    shown = _KINDS.get(mode & 0o170000) or ("100755" if mode & 0o100 else "100644")
    return Entry(shown, entry[1].hex())
