"""The mirror as git holds it: the files of a commit, and branches that move together.

Branches are written under ``refs/aside`` and moved once all of them are complete. After a crash they are as
they were, or the next run moves what was complete.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

from tracker.inputs.files import read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tracker.preservation.git.repository import Repository

MAIN, PUBLIC = "refs/heads/main", "refs/heads/public"
BRANCHES = (MAIN, PUBLIC)
"""The branch that is complete, and the one that holds open material and digests."""

NOWHERE = "0" * 40
"""For the commit of a branch that is not there."""

MOST_PACKS = 12
"""Without repacking there are 101 packs and 2,800 loose objects after 500 runs."""

_LEFTOVERS = (
    "*.lock", "refs/**/*.lock", "objects/info/**/*.lock", "objects/info/**/tmp_*", "objects/pack/tmp_*",
    "objects/pack/.tmp-*", "objects/pack/*.keep", "objects/??/tmp_obj_*", "fast_import_crash_*",
)  # fmt: skip


def recover(repository: Repository, branches: Sequence[str]) -> list[str | None]:
    """Remove what a killed run has left, move the branches that it had written completely, and return all.

    It leaves locks of git, unfinished packs, packs marked as kept, and git's crash report. The archive's lock
    is held, so that no other process writes here.
    """
    for pattern in _LEFTOVERS:
        for left in repository.path.glob(pattern):
            left.unlink(missing_ok=True)
    there = _list_refs(repository, _ASIDE, *branches)
    if any(name.startswith(_ASIDE) for name in there):
        _finish_move(repository, branches)
        there = _list_refs(repository, *branches)
    return [there.get(branch) for branch in branches]


def pack_objects(repository: Repository) -> None:
    """Repack where there are many packs, and update the commit graph.

    Packing is geometric: each pack has at least twice the objects of the next smaller one, so that a run
    seldom moves many.
    """
    packs = list((repository.path / "objects" / "pack").glob("*.pack"))
    graph = repository.path / "objects" / "info" / "commit-graphs" / "commit-graph-chain"
    if len(packs) > MOST_PACKS:
        repository.ask("repack", "--geometric=2", "-d", "-q", "-l")
    elif graph.exists():
        return
    repository.ask("commit-graph", "write", "--reachable", "--changed-paths", "--split", "--no-progress")


_HEADS, _ASIDE = "refs/heads/", "refs/aside/"


def is_at(mirror: Path, commit: str) -> bool:
    """Tell by files alone that ``main`` is at a commit and no move is unfinished; git is not started.

    False says no more than that git must be asked.
    """
    aside = mirror / _ASIDE
    with suppress(OSError):
        if aside.is_dir() and any(aside.iterdir()):
            return False
        try:
            return read_file(mirror / MAIN) == f"{commit}\n".encode()
        except FileNotFoundError:
            packed = read_file(mirror / "packed-refs")
            return f"\n{commit} {MAIN}\n".encode() in packed and f" {_ASIDE}".encode() not in packed
    return False


def find_branch(repository: Repository, branch: str) -> str | None:
    """Return the commit of a branch, readable or not; None where there is no branch."""
    return next(find_branches(repository, (branch,)))


def find_branches(repository: Repository, branches: Sequence[str]) -> Iterator[str | None]:
    """Yield what ``find_branch`` returns of each branch; git is asked once."""
    return map(_list_refs(repository, *branches).get, branches)


def is_descendant(repository: Repository, tip: str, noted: str) -> bool | None:
    """Tell whether a commit is another one, or has it in its history; None where a commit between is lost."""
    if tip == noted:
        return True
    status = repository.attempt("merge-base", "--is-ancestor", noted, tip).status
    if status not in {0, 1} and repository.attempt("rev-list", "--count", tip).status:
        return None
    return status == 0


def staging_ref(branch: str) -> str:
    """Return the reference under which a branch is written until it is moved."""
    return branch.replace(_HEADS, _ASIDE, 1)


def move_branches(repository: Repository, branches: Sequence[str]) -> list[str]:
    """Move branches to what was written aside, and return that: git locks all, changes all, then deletes."""
    there = _list_refs(repository, _ASIDE)
    tips = [there[staging_ref(branch)] for branch in branches]
    moves = "".join(f"update {branch} {tip}\n" for branch, tip in zip(branches, tips, strict=True))
    _drop(repository, there, moves)
    return tips


def _finish_move(repository: Repository, branches: Sequence[str]) -> None:
    """Finish a move that a crash has cut short where all branches were written; discard them otherwise."""
    there = _list_refs(repository, _ASIDE)
    if all(staging_ref(branch) in there for branch in branches):
        move_branches(repository, branches)
    elif there:
        _drop(repository, there)


def _list_refs(repository: Repository, *wanted: str) -> dict[str, str]:
    """Return the references of these names, or below them, with what each is at."""
    listed = repository.ask("for-each-ref", "--format=%(refname) %(objectname)", *wanted).decode()
    return dict(line.split(" ", 1) for line in listed.splitlines())


def _drop(repository: Repository, names: dict[str, str], moves: str = "") -> None:
    lines = moves + "".join(f"delete {name}\n" for name in names)
    repository.ask("update-ref", "--stdin", stdin=lines.encode())


_MANY = 200
"""From this number of units on, listing the whole tree is cheaper than asking for each file."""


class Tree:
    """The files of a branch by path, with git's names of their bytes; updated as a stream changes them."""

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
        """Yield the files of a tree that was listed as a whole."""
        return (path for path, blob in self._blobs.items() if blob)

    def blob(self, path: str) -> str | None:
        """Return git's name of a file's bytes; None where there is no file."""
        if path not in self._blobs:
            self._blobs[path] = None if self._is_whole else self._repository.find_object(f"{self.tip}:{path}")
        return self._blobs[path]

    def put(self, path: str, blob: str | None) -> None:
        """Set the bytes of a file, or None where it is removed."""
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


def name_object(kind: str, content: bytes) -> str:
    """Return git's name of an object, such as a ``blob``, in a repository that uses SHA-1."""
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


def name_file(data: bytes | None) -> str | None:
    """Return git's name of a file's bytes; None for no file."""
    return None if data is None else name_object("blob", data)
