"""The history of files in a git repository: every revision and removal, renames followed, oldest first.

Which files commits changed is asked of one ``git diff-tree``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from fnmatch import translate
from itertools import islice
from typing import TYPE_CHECKING, Literal

from tracker.errors import NotInArchive, RepositoryUnusable
from tracker.preservation.git.streams import Commit, read_commit
from tracker.preservation.git.trees import TreeReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.git.trees import Raw


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
    walk, trees = _Walk(_Wanted(tuple(paths))), TreeReader(repository)
    pairs = _list_commits(repository, trees, tip)
    while chunk := list(islice(pairs, _CHUNK)):
        for commit, parent, changes in _read_changes(repository, chunk):
            repository.check_time()
            _check_changes(repository, changes, trees.compare(commit, parent))
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

    def __init__(self, wanted: _Wanted) -> None:
        self.found: list[_Event] = []
        self.skipped: set[SkippedPath] = set()
        self._wanted = wanted
        self._names: dict[str, frozenset[str]] = {}
        self._commit = ""
        self._compared: list[frozenset[_Event]] = []

    def take(self, commit: str, parent: str | None, changes: Iterable[_TreeChange]) -> None:
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

    def _judge(self, commit: str, change: _TreeChange, names: frozenset[str]) -> Iterator[_Event]:
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

    def _is_followed(self, change: _TreeChange, names: frozenset[str]) -> bool:
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
            raise _differs_from_git(repository, commit)
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
    near = _nearest_path(paths, [path.decode("utf-8", "surrogateescape") for path, _ in files])
    hint = f"; did you mean {near!r}?" if near else ""
    where = f"branch {branch} of {repository.path}" if branch else str(repository.path)
    return f"no commit on {where} ever held {', '.join(map(repr, paths))}{hint}"


_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Paths as people write them: ``.`` is everything, and ``*`` in a pattern reaches into folders."""

    paths: tuple[str, ...]
    _fits: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        written = "|".join(_expression(_plain(path)) for path in self.paths)
        object.__setattr__(self, "_fits", re.compile(written, re.DOTALL))

    def fits(self, path: str) -> bool:
        """Return whether a path of the repository is wanted."""
        return self._fits.fullmatch(_compose(path)) is not None


def _nearest_path(wanted: Sequence[str], there: Iterable[str]) -> str | None:
    """Return the path that one of those wanted was most likely meant for."""
    known = [path for path in there if path]
    names = {path.rpartition("/")[2]: path for path in known}
    for path in map(_plain, wanted):
        close = difflib.get_close_matches(path, known, 1) or [
            names[name] for name in difflib.get_close_matches(path.rpartition("/")[2], names, 1)
        ]
        if close:
            return close[0]
    return None


def _expression(path: str) -> str:
    if path in {"", "."}:
        return ".*"
    if _MAGIC.isdisjoint(path):
        return rf"{re.escape(path)}(?:/.*)?"
    # A file may have a star in its name: the path as it is written fits as well.
    return f"{re.escape(path)}|{translate(path)}"


def _plain(path: str) -> str:
    return _compose(path).removeprefix("./").rstrip("/")


def _compose(path: str) -> str:
    """Compose accents: one system writes them as one character and another as two."""
    return unicodedata.normalize("NFC", path)


Pair = tuple[str, "str | None"]
"""A commit and one of its parents; none for the first commit of a history."""

_FILES = frozenset({"100644", "100755", "100664"})
_SUBMODULE = "160000"
_NOTHING = "000000"


@dataclass(frozen=True, slots=True)
class _TreeChange:
    """One path that differs between two trees, with git's modes; ``old_path`` differs after a rename."""

    old_mode: str
    mode: str
    old_blob: str
    blob: str
    old_path: str
    path: str

    @property
    def was_file(self) -> bool:
        """Whether a file was there before."""
        return self.old_mode in _FILES

    @property
    def is_file(self) -> bool:
        """Whether a file is there now; a symbolic link is none."""
        return self.mode in _FILES

    @property
    def is_there(self) -> bool:
        """Whether anything is there now."""
        return self.mode != _NOTHING

    @property
    def is_submodule(self) -> bool:
        """Whether it is another repository now."""
        return self.mode == _SUBMODULE

    @property
    def is_rename_alone(self) -> bool:
        """Whether the file is the same under another name."""
        return self.was_file and self.blob == self.old_blob and self.path != self.old_path

    @property
    def is_mode_alone(self) -> bool:
        """Whether the file is the same under the same name."""
        return self.was_file and self.blob == self.old_blob and self.path == self.old_path


def _read_changes(
    repository: Repository, pairs: Sequence[Pair]
) -> Iterator[tuple[str, str | None, tuple[_TreeChange, ...]]]:
    """Yield for each commit and parent what the one changed against the other, in the order given."""
    asked = "".join(f"{commit} {parent or ''}".rstrip() + "\n" for commit, parent in pairs)
    options = ("--stdin", "--root", "--always", "-r", "-M", "-z", "--raw", "--no-abbrev")
    output = repository.ask("diff-tree", *options, stdin=asked.encode())
    fields = iter(output.split(b"\0")[:-1])
    answers = _split_answers(fields)
    for (commit, parent), changes in zip(pairs, answers, strict=True):
        yield commit, parent, changes


def _check_changes(repository: Repository, changes: Sequence[_TreeChange], found: Iterable[Raw]) -> None:
    """Raise ``RepositoryUnusable`` where git tells of other changes than the folders show that we hashed."""
    told: set[tuple[str, str, str]] = set()
    for each in changes:
        if each.old_mode != _NOTHING:
            told.add((each.old_path, each.old_mode, "-" + each.old_blob))
        if each.mode != _NOTHING:
            told.add((each.path, each.mode, "+" + each.blob))
    for path, old, new in found:
        for sign, entry in (("-", old), ("+", new)):
            if entry:
                key = (_decode(path), entry.mode, sign + entry.blob)
                if key not in told:
                    raise _differs_from_git(repository, entry.blob)
                told.remove(key)
    if told:
        raise _differs_from_git(repository, min(told)[2][1:])


def _differs_from_git(repository: Repository, name: str) -> RepositoryUnusable:
    """Return the error of a repository in which git sees something else than is there."""
    return RepositoryUnusable(
        f"{repository.path} is damaged, or was forged: git reads {name[:12]} as something else than what its"
        " name stands for; use another copy"
    )


def _split_answers(fields: Iterator[bytes]) -> Iterator[tuple[_TreeChange, ...]]:
    """Yield the changes of each answer: a commit's name, then ``:modes names status`` and its paths."""
    found: list[_TreeChange] | None = None
    for part in fields:
        if not part.startswith(b":"):
            if found is not None:
                yield tuple(found)
            found = []
            continue
        old_mode, mode, old_blob, blob, status = part[1:].decode("ascii").split()
        old_path = _decode(next(fields))
        path = _decode(next(fields)) if status[0] in "RC" else old_path
        if found is not None:
            found.append(_TreeChange(old_mode, mode, old_blob, blob, old_path, path))
    if found is not None:
        yield tuple(found)


def _decode(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
