"""The folders of a repository, and whether it is complete: found without git, which would obey it.

A folder that somebody else has made may hold links to what is not in it, pipes that nobody ever writes to,
and a ``.git`` that leads to another repository of the reader's. Nothing here follows any of them.
"""

from __future__ import annotations

import os
import shlex
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_USED = ("config", "packed-refs", "shallow", "objects", "refs", "reftable")
"""What git sees of a repository, or is read here; hooks, index and all the rest are ignored."""

_LARGEST = 1_000_000
"""Bytes of a file that is read whole before anything is known of it; configurations have some hundreds."""


@dataclass(frozen=True, slots=True)
class RepositoryFolders:
    """The folders of a repository: its own, and that of the files which its work trees share."""

    path: Path
    """As the user named it."""
    own: Path
    shared: Path


def find_repository(path: Path) -> RepositoryFolders:
    """Return where the repository at a path is: the path itself, or what ``.git`` is there.

    Raises ``RepositoryUnusable`` where there is none; where something in it is a link or no file; where it
    lives on another repository's objects; and where ``.git`` leads to a repository that does not say so too.
    """
    if not path.exists():
        hint = "; clone it first: git clone --mirror" if "://" in str(path) or ":/" in str(path) else ""
        raise RepositoryUnusable(f"{path}: no such repository{hint}")
    own = _find_own(path)
    folders = RepositoryFolders(path, own, _find_shared(path, own))
    if not _is_repository(folders):
        raise RepositoryUnusable(f"{path} is not a git repository; name the folder that holds .git")
    for entry in _list_entries(folders):
        _check_entry(folders, entry)
    _check_alternates(folders)
    return folders


def read_small(file: Path, most: int = _LARGEST) -> bytes:
    """Return a file's bytes, none where it is not there. Raises ``RepositoryUnusable`` for a large one."""
    if not os.path.lexists(file):
        return b""
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise RepositoryUnusable(f"{file} is larger than {most:,} bytes: no git writes such a one")
    return data


def is_partial(folders: RepositoryFolders) -> bool:
    """Return whether objects were left out of a clone, as its packs say."""
    packs = folders.shared / "objects" / "pack"
    return packs.is_dir() and any(packs.glob("*.promisor"))


def _find_own(path: Path) -> Path:
    dot_git = path / ".git"
    try:
        mode = dot_git.lstat().st_mode
    except OSError:
        return path
    if stat.S_ISDIR(mode):
        return dot_git
    if not stat.S_ISREG(mode):
        raise RepositoryUnusable(f"{dot_git} is {_name_kind(mode)}; name the repository itself")
    return _follow(dot_git)


def _follow(dot_git: Path) -> Path:
    """Return the folder that a file ``.git`` names: that of a work tree, which names the file in turn.

    A file alone could name any repository on this computer, and have its texts imported as its own.
    """
    own = dot_git.parent / _read_path(dot_git).removeprefix("gitdir:").strip()
    if _is_file(own / "gitdir") and _is_same(own / _read_path(own / "gitdir"), dot_git):
        return own
    raise RepositoryUnusable(f"{dot_git} leads to {own}, which is not its own; name that repository itself")


def _find_shared(path: Path, own: Path) -> Path:
    """Return the folder of what work trees share, which holds the folder of each in ``worktrees``."""
    named = own / "commondir"
    if not os.path.lexists(named):
        return own
    shared = own / _read_path(named) if _is_file(named) else own
    if _is_same(shared / "worktrees" / own.name, own):
        return shared
    raise RepositoryUnusable(f"{path}: {named} leads out of the repository; name the other one itself")


def _read_path(file: Path) -> str:
    return os.fsdecode(read_small(file)).partition("\n")[0].partition("\0")[0].strip()


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _is_repository(folders: RepositoryFolders) -> bool:
    needed = (folders.own / "HEAD", folders.shared / "objects", folders.shared / "refs")
    return all(map(os.path.lexists, needed))


def _list_entries(folders: RepositoryFolders) -> Iterator[os.DirEntry[str]]:
    """Yield every file of a repository that git would read, and every folder before what is in it."""
    with os.scandir(folders.own) as entries:
        yield from (entry for entry in entries if entry.name == "HEAD")
    with os.scandir(folders.shared) as entries:
        waiting = [entry for entry in entries if entry.name in _USED]
    while waiting:
        entry = waiting.pop()
        yield entry
        if entry.is_dir(follow_symlinks=False):
            with os.scandir(entry) as entries:
                waiting += entries


def _check_entry(folders: RepositoryFolders, entry: os.DirEntry[str]) -> None:
    if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
        return
    kind = _name_kind(entry.stat(follow_symlinks=False).st_mode)
    raise RepositoryUnusable(
        f"{folders.path}: {entry.path} is {kind}, which may lead anywhere; {_copy(folders)}"
    )


def _check_alternates(folders: RepositoryFolders) -> None:
    alternates = folders.shared / "objects" / "info" / "alternates"
    lines = os.fsdecode(read_small(alternates)).splitlines()
    others = [line for line in lines if line.strip() and not line.startswith("#")]
    if others:
        raise RepositoryUnusable(
            f"{folders.path} borrows objects from {others[0]} ({alternates}); {_copy(folders)}"
        )


def _copy(folders: RepositoryFolders) -> str:
    named = shlex.quote(str(folders.path))
    return f"if you trust it, name a copy: git clone --mirror --no-local {named} copy.git"


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _name_kind(mode: int) -> str:
    return "a symbolic link" if stat.S_ISLNK(mode) else "no file"
