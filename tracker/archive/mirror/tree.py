"""The files at the tip of a branch, asked of git as they are needed, and as they become in a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.git.repository import Repository

_MANY = 200
"""From so many units on, one listing of the whole tree is cheaper than a question for each file."""


class Tree:
    """A branch's files by path, as git names their bytes."""

    def __init__(self, repository: Repository, tip: str | None) -> None:
        self.tip = tip
        self.is_begun = False
        """Whether a commit was begun on top of the tip."""
        self._repository = repository
        self._blobs: dict[str, str | None] = {}
        self._is_whole = tip is None

    def expect(self, number: int, *, is_whole: bool) -> None:
        """List the whole tree where all files will be asked for, or many."""
        if (is_whole or number > _MANY) and not self._is_whole:
            self._blobs, self._is_whole = dict(list_tree(self._repository, self.tip, ())), True

    def paths(self) -> Iterator[str]:
        """Yield the files of a whole tree, as it is by now."""
        return (path for path, blob in self._blobs.items() if blob)

    def blob(self, path: str) -> str | None:
        """Return the name of a file's bytes, none where it is not there."""
        if path not in self._blobs:
            self._blobs[path] = None if self._is_whole else self._repository.find_object(f"{self.tip}:{path}")
        return self._blobs[path]

    def put(self, path: str, blob: str | None) -> None:
        """Note that a file has other bytes now, or has gone."""
        self._blobs[path] = blob

    def below(self, path: str) -> Iterator[str]:
        """Yield the files of the tip at a path, or below it."""
        if self.tip:
            yield from (found for found, _ in list_tree(self._repository, self.tip, (path,)))


def list_tree(
    repository: Repository, tip: str | None, paths: tuple[str, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Yield the files of a commit, all or those at and below some paths, with git's names of their bytes."""
    listed = repository.ask("ls-tree", "-r", "-z", str(tip), "--", *paths).decode()
    for entry in listed.split("\0")[:-1]:
        described, _, path = entry.partition("\t")
        yield path, described.split()[2]
