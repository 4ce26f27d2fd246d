"""The history of files in a git repository: every revision and removal, renames followed, oldest first.

Every commit counts, on side branches too; a merge only for what it has from none of its parents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Literal

from tracker.errors import NotInArchive, RepositoryUnusable
from tracker.preservation.git.streams import Commit, read_commit
from tracker.preservation.git.tree_changes import (
    TreeChange,
    Wanted,
    check_changes,
    differs_from_git,
    nearest_path,
    read_changes,
)
from tracker.preservation.git.trees import TreeReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.preservation.git.repository import Repository

_CHUNK = 4096
"""So many commits are compared at a time: memory stays flat in the length of a history."""

_MOST_LISTED = 20_000
"""So many files are looked at for one that was meant."""

SkippedKind = Literal["a symbolic link", "a submodule"]


@dataclass(frozen=True, slots=True)
class Revision:
    """A file as a commit left it; ``blob`` is git's name of its bytes."""

    commit: str
    path: str
    blob: str
    made: Commit
    was: str
    """Its path before the commit, which differs where that renamed it."""
    is_rename_alone: bool = False
    """The commit gave the file another name and left its bytes."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A commit that took a file away, or moved it to where nobody looks."""

    commit: str
    path: str
    moved_to: str | None
    made: Commit


@dataclass(frozen=True, slots=True)
class SkippedPath:
    """Something at a wanted path that is no file, and stays out."""

    path: str
    what: SkippedKind


@dataclass(frozen=True, slots=True)
class FileHistory:
    """What became of the wanted files up to a commit, oldest first; parents before their children."""

    events: tuple[Revision | Removal, ...]
    skipped: tuple[SkippedPath, ...]
    shallow: bool
    """The clone was cut short: older revisions are not in it."""


def read_history(repository: Repository, paths: Sequence[str], branch: str | None = None) -> FileHistory:
    """Return the history of files, folders or patterns (``*.txt``) on a branch, or as of any commit.

    A file is followed back through its renames on each line of the history. Raises
    ``RepositoryUnusable`` for an unknown branch and ``NotInArchive`` where no path was ever there.
    """
    tip = _find_tip(repository, branch)
    walk, trees = _Walk(Wanted(tuple(paths))), TreeReader(repository)
    pairs = _list_commits(repository, trees, tip)
    while chunk := list(islice(pairs, _CHUNK)):
        for commit, parent, changes in read_changes(repository, chunk):
            repository.check_time()
            check_changes(repository, changes, trees.compare(commit, parent))
            walk.take(commit, parent, changes)
    walk.finish()
    events = tuple(_with_commits(repository, reversed(walk.found)))
    if not events and not walk.skipped:
        raise NotInArchive(_nothing_there(repository, paths, tip, branch))
    return FileHistory(events, tuple(sorted(walk.skipped, key=str)), repository.is_shallow())


@dataclass(frozen=True, slots=True)
class _Event:
    commit: str
    path: str
    blob: str | None
    moved_to: str | None = None
    was: str = field(default="", compare=False)
    is_rename_alone: bool = field(default=False, compare=False)


class _Walk:
    """A walk from the newest commit back, which carries to each parent the names that files had there."""

    def __init__(self, wanted: Wanted) -> None:
        self.found: list[_Event] = []
        self.skipped: set[SkippedPath] = set()
        self._wanted = wanted
        self._names: dict[str, frozenset[str]] = {}
        self._commit = ""
        self._compared: list[frozenset[_Event]] = []

    def take(self, commit: str, parent: str | None, changes: Iterable[TreeChange]) -> None:
        """Take what a commit changed against one of its parents; all of one commit come in a row."""
        if commit != self._commit:
            self.finish()
            self._commit = commit
        names = self._names.get(commit, frozenset())
        events = [event for change in changes for event in self._judge(commit, change, names)]
        self._compared.append(frozenset(events))
        if parent:
            earlier = names - {change.path for change in changes if change.old_path != change.path}
            renamed = {change.old_path for change in changes if self._is_followed(change, names)}
            if carried := earlier | renamed:
                self._names[parent] = self._names.get(parent, frozenset()) | carried

    def finish(self) -> None:
        """Settle the commit at hand: what differs from every parent is its own doing."""
        own = frozenset.intersection(*self._compared) if self._compared else frozenset()
        if len(self._compared) > 1:
            own -= {event for events in self._compared for event in events if event.is_rename_alone}
        # In reverse, since the whole walk is turned round: removals first, then by path.
        self.found += sorted(own, key=lambda event: (event.blob is not None, event.path), reverse=True)
        self._names.pop(self._commit, None)
        self._compared = []

    def _judge(self, commit: str, change: TreeChange, names: frozenset[str]) -> Iterator[_Event]:
        is_old = change.was_file and self._is_wanted(change.old_path, names)
        is_new = change.is_there and self._is_wanted(change.path, names)
        if is_new and not change.is_file:
            self.skipped.add(
                SkippedPath(change.path, "a submodule" if change.is_submodule else "a symbolic link")
            )
        if is_new and change.is_file and not change.is_mode_alone:
            yield _Event(commit, change.path, change.blob, None, change.old_path, change.is_rename_alone)
        elif is_old and not (is_new and change.is_file):
            elsewhere = change.path if change.is_there and change.path != change.old_path else None
            yield _Event(commit, change.old_path, None, elsewhere)

    def _is_followed(self, change: TreeChange, names: frozenset[str]) -> bool:
        return (
            change.old_path != change.path
            and self._is_wanted(change.path, names)
            and not self._wanted.fits(change.old_path)
        )

    def _is_wanted(self, path: str, names: frozenset[str]) -> bool:
        return path in names or self._wanted.fits(path)


def _find_tip(repository: Repository, branch: str | None) -> str:
    tip = repository.find_commit(branch or "HEAD")
    if tip:
        return tip
    if named := repository.find_object_name(branch or "HEAD"):
        where = branch or "its current branch"
        raise RepositoryUnusable(
            f"{repository.path} is damaged: commit {named[:12]}, at which {where} is, cannot be read;"
            " clone it again, and whole"
        )
    if branch is None:
        raise RepositoryUnusable(f"{repository.path} has no commit on its current branch; name a --branch")
    listed = repository.ask(
        "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes"
    ).decode()
    there = ", ".join(listed.split()[:8]) or "none"
    raise RepositoryUnusable(f"{repository.path} has no branch or commit {branch!r}; there are: {there}")


def _list_commits(repository: Repository, trees: TreeReader, tip: str) -> Iterator[tuple[str, str | None]]:
    """Yield each commit with each of its parents, children first, and by date where that leaves a choice.

    Git lists them. That the parents are those that each commit names, and that none comes before its child or
    is left out, is seen here. Raises ``RepositoryUnusable`` where it is not so.
    """
    listed = repository.ask("rev-list", "--date-order", "--parents", tip).decode().splitlines()
    lines = [line.split() for line in listed]
    places = {commit: place for place, (commit, *_) in enumerate(lines)}
    contents = repository.read_objects([commit for commit, *_ in lines])
    cut = repository.list_cut()
    for place, ((commit, *parents), content) in enumerate(zip(lines, contents, strict=True)):
        repository.check_time()
        named = trees.take_commit(commit, content or b"")
        if parents != ([] if commit in cut else list(named)) or any(
            places.get(parent, 0) <= place for parent in parents
        ):
            raise differs_from_git(repository, commit)
        if not parents:
            yield commit, None
        yield from ((commit, parent) for parent in parents)


def _with_commits(repository: Repository, found: Iterable[_Event]) -> Iterator[Revision | Removal]:
    events = tuple(found)
    names = tuple(dict.fromkeys(event.commit for event in events))
    contents = zip(names, repository.read_objects(names), strict=True)
    name, made = "", Commit(None, None, "", "")
    for event in events:
        if event.commit != name:
            name, content = next(contents)
            made = read_commit(content or b"")
        if event.blob is None:
            yield Removal(event.commit, event.path, event.moved_to, made)
        else:
            yield Revision(event.commit, event.path, event.blob, made, event.was, event.is_rename_alone)


def _nothing_there(repository: Repository, paths: Sequence[str], tip: str, branch: str | None) -> str:
    files = islice(TreeReader(repository).list_files(tip), _MOST_LISTED)
    near = nearest_path(paths, [path.decode("utf-8", "surrogateescape") for path, _ in files])
    hint = f"; did you mean {near!r}?" if near else ""
    where = f"branch {branch} of {repository.path}" if branch else str(repository.path)
    return f"no commit on {where} ever held {', '.join(map(repr, paths))}{hint}"
