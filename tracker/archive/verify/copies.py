"""One branch of the mirror: its files, taken off as the record accounts for them, and the rows in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive.git.commits import read_commit, read_trailers
from tracker.archive.mirror.branches import name_blob
from tracker.archive.mirror.rebuild import read_file
from tracker.archive.mirror.tree import list_tree
from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.row_files import Row

Rows = dict[str, list["Row"]]


class Copy:
    """The files of a commit of the mirror. Raises ``RepositoryUnusable`` where they cannot be listed."""

    def __init__(self, repository: Repository, tip: str) -> None:
        self.files = dict(list_tree(repository, tip))
        trailers = read_trailers(read_commit(repository.read_object(tip)).message)
        self.run = int(trailers.get("run", "0"))
        """The last run that it holds."""
        self.is_of_this_release = trailers.get("release") == __version__
        self._repository = repository
        self._left = dict.fromkeys(self.files)

    def take(self, path: str) -> str | None:
        """Return git's name of a file's bytes, none where it is not there; it is accounted for then."""
        self._left.pop(path, None)
        return self.files.get(path)

    def left(self) -> Iterator[str]:
        """Yield the files that nothing has accounted for."""
        return iter(self._left)

    def read(self, path: str) -> bytes | None:
        """Return a file; None where it is not there, or is not what git names it by."""
        blob = self.files.get(path)
        if blob is None:
            return None
        content = self._repository.read_whole(blob)
        return content if content is not None and name_blob(content) == blob else None

    def rows(self, path: str) -> Rows | None:
        """Return the rows of a file; None where it cannot be read, or holds none."""
        content = self.read(path)
        if content is None or path.endswith(".txt"):
            return None
        try:
            tables = read_file(self._repository, path, content)
        except RepositoryUnusable:
            return None
        return {name: rows for name, rows in tables.items() if name != "format"}
