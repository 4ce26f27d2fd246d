"""What keeps the mirror's cost flat: few packs, and a commit graph that knows changed paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.mirror.staging import settle_branches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.archive.git.repository import Repository

MOST_PACKS = 12
"""After 500 runs: 101 packs and 2,800 loose objects left alone, at most so many kept in order."""


_LEFT = (
    "*.lock", "refs/**/*.lock", "objects/info/**/*.lock", "objects/pack/tmp_*", "objects/pack/.tmp-*",
    "objects/pack/*.keep", "objects/??/tmp_obj_*", "fast_import_crash_*",
)  # fmt: skip


def recover(repository: Repository, branches: Sequence[str]) -> None:
    """Take away what a run that was killed has left, and bring to its end what it had written in full.

    That is locks of git's own, packs that were begun or held fast, and git's report of its crash. The
    archive's lock is ours, and nobody else writes here.
    """
    for pattern in _LEFT:
        for left in repository.path.glob(pattern):
            left.unlink(missing_ok=True)
    settle_branches(repository, branches)


def tidy(repository: Repository) -> None:
    """Pack geometrically where packs have become many, and bring the commit graph up to date.

    Each pack ends with twice the objects of the next smaller one, so that a run seldom moves much.
    """
    packs = list((repository.path / "objects" / "pack").glob("*.pack"))
    graph = repository.path / "objects" / "info" / "commit-graphs" / "commit-graph-chain"
    if len(packs) > MOST_PACKS:
        repository.ask("repack", "--geometric=2", "-d", "-q", "-l")
    elif graph.exists():
        return
    repository.ask("commit-graph", "write", "--reachable", "--changed-paths", "--split", "--no-progress")
