"""Branches that move together: they are written aside, and moved once all of them are there.

A crash leaves all of them as they were, or is mended by moving what was written aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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


_HEADS, _ASIDE = "refs/heads/", "refs/aside/"


def find_branch(repository: Repository, branch: str) -> str | None:
    """Return the commit at which a branch stands, be it readable or not; None where there is no branch."""
    answer = repository.attempt("rev-parse", "--verify", "--quiet", branch)
    return answer.output.decode().strip() or None


def aside(branch: str) -> str:
    """Return where a branch is written until it is moved."""
    return branch.replace(_HEADS, _ASIDE, 1)


def move_branches(repository: Repository, branches: Sequence[str]) -> None:
    """Move branches to what was written aside: git locks all of them before it changes one."""
    there = _find_aside(repository)
    lines = [f"update {branch} {there[aside(branch)]}" for branch in branches]
    repository.ask("update-ref", "--stdin", stdin="".join(f"{line}\n" for line in lines).encode())
    _drop(repository, there)


def settle_branches(repository: Repository, branches: Sequence[str]) -> None:
    """Bring to its end what a crash has cut short: a move where all was written, and nothing otherwise."""
    there = _find_aside(repository)
    if all(aside(branch) in there for branch in branches):
        move_branches(repository, branches)
    elif there:
        _drop(repository, there)


def _find_aside(repository: Repository) -> dict[str, str]:
    listed = repository.ask("for-each-ref", "--format=%(refname) %(objectname)", _ASIDE).decode()
    return dict(line.split(" ", 1) for line in listed.splitlines())


def _drop(repository: Repository, names: dict[str, str]) -> None:
    lines = "".join(f"delete {name}\n" for name in names)
    repository.ask("update-ref", "--stdin", stdin=lines.encode())
