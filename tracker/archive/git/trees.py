"""Folders of commits, read by us: each object is hashed, so that what is read is what its name stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.git.repository import Repository

_FOLDER = "40000"
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
        self._trees: dict[str, dict[bytes, Entry]] = {}

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
        first = self._repository.read_kind(commit, "commit").partition(b"\n")[0]
        return first.removeprefix(b"tree ").decode("latin-1")

    def _compare(self, old: str | None, new: str | None, folder: bytes = b"") -> Iterator[Raw]:
        self._repository.check_time()
        there, here = self._read(old), self._read(new)
        for name in sorted(there.keys() | here.keys()):
            before, after = there.get(name), here.get(name)
            if before == after:
                continue
            was, now = _as_folder(before), _as_folder(after)
            if was or now:
                yield from self._compare(was, now, folder + name + b"/")
            before, after = None if was else before, None if now else after
            if before or after:
                yield Raw(folder + name, before, after)

    def _read(self, tree: str | None) -> dict[bytes, Entry]:
        if tree is None:
            return {}
        if tree not in self._trees:
            if len(self._trees) >= _KEPT:
                self._trees.clear()
            self._trees[tree] = self._parse(tree)
        return self._trees[tree]

    def _parse(self, tree: str) -> dict[bytes, Entry]:
        data = self._repository.read_kind(tree, "tree")
        found, at, size = {}, 0, len(tree) // 2
        while at < len(data):
            mode_ends, name_ends = data.find(b" ", at), data.find(b"\0", at)
            end = name_ends + 1 + size
            if not at < mode_ends < name_ends or end > len(data):
                raise RepositoryUnusable(f"{self._place}: the folder {tree[:12]} is none that git makes")
            mode = data[at:mode_ends].decode("latin-1").lstrip("0")
            found[data[mode_ends + 1 : name_ends]] = Entry(mode, data[name_ends + 1 : end].hex())
            at = end
        return found


def find_parents(commit: bytes) -> tuple[str, ...]:
    """Return git's names of the parents that a commit names."""
    lines = commit.partition(b"\n\n")[0].split(b"\n")
    return tuple(line[7:].decode("latin-1") for line in lines if line.startswith(b"parent "))


def _as_folder(entry: Entry | None) -> str | None:
    return entry.blob if entry and entry.mode == _FOLDER else None
