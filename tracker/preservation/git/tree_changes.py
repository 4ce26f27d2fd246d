"""Which files commits changed, asked of one ``git diff-tree``, and which paths are wanted."""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass, field
from fnmatch import translate
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.git.trees import Raw

_MAGIC = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Paths as people write them: ``.`` is everything, and ``*`` in a pattern reaches into folders."""

    paths: tuple[str, ...]
    _fits: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        written = "|".join(_expression(_plain(path)) for path in self.paths)
        object.__setattr__(self, "_fits", re.compile(written, re.DOTALL))

    def fits(self, path: str) -> bool:
        """Return whether a path of the repository is wanted."""
        return self._fits.fullmatch(_compose(path)) is not None


def nearest_path(wanted: Sequence[str], there: Iterable[str]) -> str | None:
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
class TreeChange:
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


def read_changes(
    repository: Repository, pairs: Sequence[Pair]
) -> Iterator[tuple[str, str | None, tuple[TreeChange, ...]]]:
    """Yield for each commit and parent what the one changed against the other, in the order given."""
    asked = "".join(f"{commit} {parent or ''}".rstrip() + "\n" for commit, parent in pairs)
    options = ("--stdin", "--root", "--always", "-r", "-M", "-z", "--raw", "--no-abbrev")
    output = repository.ask("diff-tree", *options, stdin=asked.encode())
    fields = iter(output.split(b"\0")[:-1])
    answers = _split_answers(fields)
    for (commit, parent), changes in zip(pairs, answers, strict=True):
        yield commit, parent, changes


def check_changes(repository: Repository, changes: Sequence[TreeChange], found: Iterable[Raw]) -> None:
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
                    raise differs_from_git(repository, entry.blob)
                told.remove(key)
    if told:
        raise differs_from_git(repository, min(told)[2][1:])


def differs_from_git(repository: Repository, name: str) -> RepositoryUnusable:
    """Return the error of a repository in which git sees something else than is there."""
    return RepositoryUnusable(
        f"{repository.path} is damaged, or was forged: git reads {name[:12]} as something else than what its"
        " name stands for; use another copy"
    )


def _split_answers(fields: Iterator[bytes]) -> Iterator[tuple[TreeChange, ...]]:
    """Yield the changes of each answer: a commit's name, then ``:modes names status`` and its paths."""
    found: list[TreeChange] | None = None
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
            found.append(TreeChange(old_mode, mode, old_blob, blob, old_path, path))
    if found is not None:
        yield tuple(found)


def _decode(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
