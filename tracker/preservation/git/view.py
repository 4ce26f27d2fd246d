"""What git sees of a repository: its objects and branches, under a configuration that is ours.

Its folders are found without git, which would obey them. A folder that somebody else has made may hold links
to what is not in it, pipes that nobody ever writes to, and a ``.git`` that leads to another repository of the
reader's. Nothing here follows any of them.

Git works in a temporary folder of ours. Of the repository's own configuration only its form is copied, and
nothing that can name a program, a file or another computer: a list of what to forbid would be out of date
with the next release of git. There are no hooks in it either.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.files import temporary_folder
from tracker.inputs.passwords import strip_user
from tracker.preservation.git.program import LOCAL, load_git, run_git, start_git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


Settings = dict[str, str]
"""A configuration by its keys, of which the last value counts."""

# Who commits is said in each commit; nobody's settings must change what git answers.
_CONFIGURATION = f"""\
[core]
    bare = true
    quotePath = false
    hooksPath = {os.devnull}
    fsmonitor = false
    useReplaceRefs = false
    # A commit counts once it is on the disk: a power cut must not leave a branch without its objects.
    fsync = committed,reference
[gc]
    auto = 0
[maintenance]
    auto = false
[fastimport]
    # A pack a run instead of a dozen loose objects, each a file of its own to make safe on the disk.
    unpackLimit = 1
"""

_TAKEN_OVER = {
    "core.repositoryformatversion": r"[01]",
    "core.sharedrepository": r"umask|group|all|world|everybody|true|false|0[0-7]{3}",
    "extensions.objectformat": r"sha1|sha256",
    "extensions.refstorage": r"files|reftable",
    "extensions.preciousobjects": r"true|false",
}
"""Settings for the layout of a repository and for who may read its files, with their allowed values."""

_WITHOUT_EFFECT = frozenset(
    {
        "extensions.noop",
        "extensions.worktreeconfig",
        "extensions.relativeworktrees",
        "extensions.partialclone",
    }
)
"""Extensions that change nothing about objects and branches; the last is looked at by itself."""

_WITHOUT_INDEXES = """\
[core]
    commitGraph = false
    multiPackIndex = false
"""
"""A file of parents beside the commits, which may say something else than they do, and one of where objects
are, which may lead nowhere: the commits and the packs say so themselves. ``fsck`` compares both."""

_PLAIN = re.compile(r"(?:\[[a-z]+\]\n(?:\t[a-zA-Z]+ = [a-zA-Z0-9/]+\n)*)*")
"""What git itself writes into a new repository: to be read without git, which takes longer to start."""

_LARGEST_REFERENCES = 128 * 1024**2
"""Bytes of a file of branches and tags: of over a million."""

_HEAD = re.compile(rb"ref: refs/[!-~\x80-\xff]+\s*|(?:[0-9a-f]{40}|[0-9a-f]{64})\s*")
_NAME = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
_LONG_NAME = re.compile(rb"^[0-9a-f]{64}\b", re.MULTILINE)
_PROMISES = re.compile(r"extensions\.partialclone|remote\..*\.(?:promisor|partialclonefilter)", re.DOTALL)
_TOLD = re.compile(r"(?:https?|ssh|git)://[!-~]+|[\w.-]+@[\w.-]+:[!-~]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class IsolatedRepository:
    """The folder that git is pointed at, the one of the objects, and what the repository itself has set."""

    view: Path
    objects: Path
    settings: Settings

    @property
    def size(self) -> int:
        """The bytes that its objects take on the disk: holes in a file are none."""
        return sum(_size(path.stat()) for path in self.objects.rglob("*") if path.is_file())

    @property
    def variables(self) -> dict[str, str]:
        """The variables that lead git there."""
        return {"GIT_DIR": str(self.view), "GIT_OBJECT_DIRECTORY": str(self.objects)}


def _size(status: os.stat_result) -> int:
    # Blocks, which Windows does not tell, have 512 bytes, and a small file fills one of several thousand.
    return min(status.st_size, 512 * getattr(status, "st_blocks", status.st_size))


@contextmanager
def isolate_repository(path: Path, *, to_write: bool) -> Iterator[IsolatedRepository]:
    """Make a temporary folder in which git sees the repository at a path, and yield it.

    ``to_write`` is for the archive's own mirror, whose branches are moved. Raises ``RepositoryUnusable``
    as ``find_repository`` does, for a partial clone, and for a form of repository that is not known here.
    """
    load_git()
    with ExitStack() as stack:
        try:
            if to_write and path.is_symlink():
                # In an archive that was received it may lead to a repository of the reader's.
                raise RepositoryUnusable(
                    f"{path} is a symbolic link, and may lead to any repository; put the mirror itself there"
                )
            folders = _find_repository(path)
            view = stack.enter_context(temporary_folder("git"))
            settings = _read_settings(folders, view)
            _refuse_partial(folders, settings)
            _make_view(folders, view, settings, to_write=to_write)
            objects = folders.shared.absolute() / "objects"
            isolated = IsolatedRepository(view, objects, settings)
            _keep_shallow(folders, isolated)
        except OSError as error:
            raise RepositoryUnusable(f"{path} cannot be opened: {error.strerror}") from error
        yield isolated


def _make_view(folders: _RepositoryFolders, view: Path, settings: Settings, *, to_write: bool) -> None:
    head = _read_small(folders.own / "HEAD")
    if not _HEAD.fullmatch(head):
        raise RepositoryUnusable(f"{folders.path}: HEAD names no branch and no commit; it is damaged")
    (view / "HEAD").write_bytes(head)
    indexes = "" if to_write else _WITHOUT_INDEXES
    (view / "config").write_text(_CONFIGURATION + indexes + _take_over(folders, settings), encoding="ascii")
    for name in ("refs", "reftable"):
        if (folders.shared / name).exists():
            (view / name).symlink_to((folders.shared / name).absolute(), target_is_directory=True)
    packed = folders.shared / "packed-refs"
    if to_write:
        # Git finds its way through the link to write; to verify, it wants a file (2.50).
        (view / packed.name).symlink_to(packed.absolute())
    elif packed.exists():
        (view / packed.name).write_bytes(_read_small(packed, _LARGEST_REFERENCES))


def _keep_shallow(folders: _RepositoryFolders, isolated: IsolatedRepository) -> None:
    """Have git see where a clone was cut short, and only there: a commit whose parents are there goes on.

    Without that, a file could hide the history before any commit.
    """
    named = _read_small(folders.shared / "shallow").split()
    commits = [name for name in named if _NAME.fullmatch(name)]
    if not commits:
        return
    git = start_git({**LOCAL, **isolated.variables}, isolated.view)
    asked = b"".join(name + b"\n" for name in commits)
    listed = run_git(git, ("rev-list", "--no-walk=unsorted", "--parents", "--stdin"), asked).output
    lines = [line.split() for line in listed.splitlines()]
    parents = b"".join(name + b"\n" for _, *names in lines for name in names)
    checked = run_git(git, ("cat-file", "--batch-check"), parents).output.splitlines()
    lacking = {line.split()[0] for line in checked if line.endswith(b" missing")}
    cut = [commit for commit, *names in lines if names and lacking.issuperset(names)]
    if cut:
        (isolated.view / "shallow").write_bytes(b"".join(name + b"\n" for name in cut))


def _read_settings(folders: _RepositoryFolders, view: Path) -> Settings:
    """Have git read a configuration as a file among others, without what it includes."""
    if not (folders.shared / "config").exists():
        return _infer_settings(folders)
    text = _read_small(folders.shared / "config").decode("utf-8", "replace")
    if _PLAIN.fullmatch(text):
        sections = (part.partition("]\n") for part in text.split("[")[1:])
        lines = (f"{name}.{line.strip()}" for name, _, said in sections for line in said.splitlines())
        return {key.lower(): value for key, _, value in (line.partition(" = ") for line in lines)}
    file = str(folders.shared.absolute() / "config")
    command = ("config", "--file", file, "--no-includes", "--null", "--list")
    answer = run_git(start_git({**LOCAL, "GIT_DIR": str(view)}, view), command)
    if answer.status:
        raise RepositoryUnusable(f"{folders.path}: its configuration cannot be read ({answer.complaint})")
    entries = (entry.partition("\n") for entry in os.fsdecode(answer.output).split("\0")[:-1])
    return {key: value if mark else "true" for key, mark, value in entries}


def _infer_settings(folders: _RepositoryFolders) -> Settings:
    """Return the form of a repository that was copied without its configuration: its commits' names tell."""
    loose = sorted(path for path in (folders.shared / "refs").rglob("*") if path.is_file())
    named = (folders.own / "HEAD", folders.shared / "packed-refs", *loose[:1])
    if not any(_LONG_NAME.search(_read_small(file, _LARGEST_REFERENCES)) for file in named):
        return {}
    return {"core.repositoryformatversion": "1", "extensions.objectformat": "sha256"}


def _refuse_partial(folders: _RepositoryFolders, settings: Settings) -> None:
    """Refuse a clone whose objects are fetched when they are asked for: here nothing is fetched."""
    if not (_is_partial(folders) or any(map(_PROMISES.fullmatch, settings))):
        return
    address = settings.get("remote.origin.url", "")
    whole = shlex.quote(strip_user(address)) if _TOLD.fullmatch(address) else "ADDRESS"
    raise RepositoryUnusable(
        f"{folders.path} is a partial clone, without all of its objects; make a whole one and name it:"
        f" git clone --mirror {whole} whole.git"
    )


def _take_over(folders: _RepositoryFolders, settings: Mapping[str, str]) -> str:
    lines = []
    for key, value in settings.items():
        section, _, name = key.rpartition(".")
        allowed = _TAKEN_OVER.get(key)
        if allowed is None and section == "extensions" and key not in _WITHOUT_EFFECT:
            raise RepositoryUnusable(
                f"{folders.path} is a repository of a form that tracker does not know ({key}); clone it"
            )
        if allowed is None:
            continue
        if not re.fullmatch(allowed, value, re.IGNORECASE):
            raise RepositoryUnusable(
                f"{folders.path}: its configuration has {key} = {value}, which is no value"
            )
        lines.append(f"[{section}]\n    {name} = {value}\n")
    return "".join(lines)


_USED = ("config", "packed-refs", "shallow", "objects", "refs", "reftable")
"""What git sees of a repository, or is read here; hooks, index and all the rest are ignored."""

_LARGEST = 1_000_000
"""Bytes of a file that is read whole before anything is known of it; configurations have some hundreds."""


@dataclass(frozen=True, slots=True)
class _RepositoryFolders:
    """The folders of a repository: its own, and that of the files which its work trees share."""

    path: Path
    """As the user named it."""
    own: Path
    shared: Path


def _find_repository(path: Path) -> _RepositoryFolders:
    """Return where the repository at a path is: the path itself, or what ``.git`` is there.

    Raises ``RepositoryUnusable`` where there is none; where something in it is a link or no file; where it
    lives on another repository's objects; and where ``.git`` leads to a repository that does not say so too.
    """
    if not path.exists():
        hint = "; clone it first: git clone --mirror" if "://" in str(path) or ":/" in str(path) else ""
        raise RepositoryUnusable(f"{path}: no such repository{hint}")
    own = _find_own(path)
    folders = _RepositoryFolders(path, own, _find_shared(path, own))
    if not _is_repository(folders):
        raise RepositoryUnusable(f"{path} is not a git repository; name the folder that holds .git")
    for entry in _list_entries(folders):
        _check_entry(folders, entry)
    _check_alternates(folders)
    return folders


def _read_small(file: Path, most: int = _LARGEST) -> bytes:
    """Return a file's bytes, none where it is not there. Raises ``RepositoryUnusable`` for a large one."""
    if not os.path.lexists(file):
        return b""
    with file.open("rb") as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise RepositoryUnusable(f"{file} is larger than {most:,} bytes: no git writes such a one")
    return data


def _is_partial(folders: _RepositoryFolders) -> bool:
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
    return os.fsdecode(_read_small(file)).partition("\n")[0].partition("\0")[0].strip()


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _is_repository(folders: _RepositoryFolders) -> bool:
    needed = (folders.own / "HEAD", folders.shared / "objects", folders.shared / "refs")
    return all(map(os.path.lexists, needed))


def _list_entries(folders: _RepositoryFolders) -> Iterator[os.DirEntry[str]]:
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


def _check_entry(folders: _RepositoryFolders, entry: os.DirEntry[str]) -> None:
    if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
        return
    kind = _name_kind(entry.stat(follow_symlinks=False).st_mode)
    raise RepositoryUnusable(
        f"{folders.path}: {entry.path} is {kind}, which may lead anywhere; {_copy(folders)}"
    )


def _check_alternates(folders: _RepositoryFolders) -> None:
    alternates = folders.shared / "objects" / "info" / "alternates"
    lines = os.fsdecode(_read_small(alternates)).splitlines()
    others = [line for line in lines if line.strip() and not line.startswith("#")]
    if others:
        raise RepositoryUnusable(
            f"{folders.path} borrows objects from {others[0]} ({alternates}); {_copy(folders)}"
        )


def _copy(folders: _RepositoryFolders) -> str:
    named = shlex.quote(str(folders.path))
    return f"if you trust it, name a copy: git clone --mirror --no-local {named} copy.git"


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _name_kind(mode: int) -> str:
    return "a symbolic link" if stat.S_ISLNK(mode) else "no file"
