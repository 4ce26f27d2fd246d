"""The commits of the mirror, one upon another, with what their trailers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.git.commits import read_commit, read_trailers
from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.archive.git.repository import Repository

SHOWN = 12
"""So many figures of a commit's name are shown."""


def read_chain(repository: Repository, base: str) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    """Yield the commits up to one, oldest first, each with the number of its parents and its trailers.

    Raises ``RepositoryUnusable`` where one cannot be read.
    """
    listed = repository.ask("rev-list", "--topo-order", "--reverse", "--parents", base).decode()
    lines = [line.split() for line in listed.splitlines()]
    contents = repository.read_objects([line[0] for line in lines])
    for (commit, *parents), content in zip(lines, contents, strict=True):
        if content is None:
            raise RepositoryUnusable(f"commit {commit[:SHOWN]} cannot be read")
        yield commit, len(parents), read_trailers(read_commit(content).message)
