"""New files and folders: made where nothing was, readable by whom they should be, at their place when whole.

Whoever writes a file that others may know the name of beforehand could be led elsewhere by a link that waits
there (CWE-59). So what is written is put beside its place under a name that nobody can guess, is made
exclusively (``O_CREAT | O_EXCL | O_NOFOLLOW``), and is renamed when it is whole. Its mode does not depend on
the umask where it is given one.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedRandom

_NO_FOLLOWING = getattr(os, "O_NOFOLLOW", 0)
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0)

_ATTEMPTS = 100
_RANDOM_BYTES = 5
_LONGEST = 59
"""So many characters of a name are in that of its draft: of four bytes each, they fit into the usual 255."""

_GROUP, _OTHERS = 0o070, 0o007
_SHIFT = 3
"""Between the bits of others and those of the group, and between those and the owner's."""


class Permissions(NamedTuple):
    """Mode, group and owner of new files; without a mode the umask decides, as for any program.

    A folder may be entered by those who may read the files in it, and hands its group on. Root alone gives
    files to an owner.
    """

    mode: int | None = None
    group: int | None = None
    owner: int | None = None

    @property
    def folder_mode(self) -> int:
        """The mode of a folder that holds such files."""
        mode = self.mode or 0
        inherited = stat.S_ISGID if mode & _GROUP else 0
        return mode | (mode & 0o444) >> 2 | inherited


BY_UMASK: Final = Permissions()
CLOSED: Final = Permissions(0o600)


def new_file(path: Path, permissions: Permissions = BY_UMASK) -> BufferedRandom:
    """Make a file where there is none, open to write and read. Raises ``FileExistsError``, for a link too."""
    mode = 0o666 if permissions.mode is None else permissions.mode

    def make(name: str, flags: int) -> int:
        return os.open(name, flags | _NO_FOLLOWING, mode)

    file = open(path, "x+b", opener=make)  # noqa: SIM115 (pathlib's knows no opener; it is returned)
    permit(file.fileno(), permissions)
    return file


def new_folder(path: Path, permissions: Permissions = BY_UMASK) -> None:
    """Make a folder where there is none. Raises ``FileExistsError`` for any link too."""
    path.mkdir(0o777 if permissions.mode is None else permissions.folder_mode & 0o777)
    permit(path, permissions, is_folder=True)


def permit(place: int | Path, permissions: Permissions, *, is_folder: bool = False) -> None:
    """Give a file or folder of ours its mode and group, whatever the umask.

    Where the group cannot be given, its members get what all others get. A file system that knows no modes
    keeps what it has.
    """
    if permissions.mode is None or sys.platform == "win32":
        return
    mode = permissions.folder_mode if is_folder else permissions.mode
    if not _give(place, permissions):
        mode = mode & ~(_GROUP | stat.S_ISGID) | (mode & _OTHERS) << _SHIFT
    with suppress(OSError):
        os.chmod(place, mode)  # noqa: PTH101 (a path or a number of an open file)


def read_permissions(path: Path) -> Permissions:
    """Return those of new files beside a file, or in a folder; nobody but group and owner writes to them."""
    found = path.stat()
    return Permissions(found.st_mode & 0o664 | 0o600, found.st_gid, found.st_uid)


def keep_permissions(path: Path) -> Permissions | None:
    """Return those that a file has, all of them, for one that takes its place; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Permissions(stat.S_IMODE(found.st_mode), found.st_gid, found.st_uid)


def write_file(target: Path, data: bytes, permissions: Permissions = BY_UMASK) -> None:
    """Write a file whole or not at all, in the place of any that is there. Raises ``OSError``."""
    with draft_file(target, permissions) as file:
        file.write(data)


@contextmanager
def draft_file(target: Path, permissions: Permissions = BY_UMASK) -> Iterator[BufferedRandom]:
    """Yield a new file beside a target, whose place it takes once the block has ended; see ``name``.

    Where the block raises, it is gone, with what SQLite may have put beside it. Raises ``OSError``.
    """
    remove_drafts(target)
    file = new_file(_name_draft(target), permissions)
    path = Path(file.name)
    try:
        with _held(os.dup(file.fileno())):
            with file:
                yield file
            path.replace(target)
    finally:
        for ending in _COMPANIONS:
            with suppress(OSError):
                path.with_name(path.name + ending).unlink()


@contextmanager
def draft_folder(target: Path, permissions: Permissions = BY_UMASK) -> Iterator[Path]:
    """Yield a new folder beside a target, which gets that name once the block has ended.

    Where the block raises, it is gone with all that is in it. Raises ``OSError``.
    """
    remove_drafts(target)
    path = _name_draft(target)
    new_folder(path, permissions)
    try:
        with _held(_open_to_hold(path)):
            yield path
            path.rename(target)
    finally:
        with suppress(OSError):
            _remove(path)


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """Yield a new folder for its owner alone where the system keeps what is temporary; then it is gone.

    What a killed command left there is removed by the next one: see ``remove_abandoned``. Raises ``OSError``.
    """
    path = temporary_place() / f"{_TEMPORARY}{purpose}-{os.urandom(_RANDOM_BYTES).hex()}"
    file = None
    try:
        # Within: an interrupt may come as soon as it is there.
        file = _make_temporary(path)
        yield path
    finally:
        with suppress(OSError):
            _remove(path)
        if file is not None:
            os.close(file)


def _make_temporary(path: Path) -> int:
    """Make a folder and lock it; again where it was taken for abandoned before that. Raises ``OSError``."""
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):
            new_folder(path, CLOSED)
            file = _open_to_hold(path)
            _lock(file)
            if path.is_dir():
                return file
            os.close(file)
    raise FileNotFoundError(errno.ENOENT, "removed as soon as it is made", str(path))


def temporary_place() -> Path:
    """Return the folder that ``tempfile`` would choose, without the file that it writes there to try it."""
    named = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    for place in (*filter(None, named), *_PLACES):
        if os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK):  # noqa: PTH112 (names too long)
            return Path(place).absolute()
    raise FileNotFoundError(errno.ENOENT, "no folder for temporary files; set TMPDIR to one")


def remove_abandoned() -> None:
    """Remove the temporary folders of commands that were killed; those of others and of running ones stay."""
    with suppress(OSError):
        _remove_all_abandoned(temporary_place(), _TEMPORARY, _IS_TEMPORARY)


def remove_drafts(target: Path) -> None:
    """Take away what writers that were killed have left beside a target.

    What is still being written is held by a lock, and stays; so does what belongs to somebody else, and a
    link. Earlier releases gave drafts the name ``.NAME.part``.
    """
    with suppress(OSError):
        _remove_all_abandoned(target.parent, f".{target.name[:_LONGEST]}", _IS_DRAFT)


def _remove_all_abandoned(folder: Path, beginning: str, rest: re.Pattern[str]) -> None:
    # Strings: a folder of a thousand pages is looked through for each of them.
    begun = [name for name in os.listdir(folder) if name.startswith(beginning)]  # noqa: PTH208 (as told)
    for name in begun:
        if rest.fullmatch(name, len(beginning)):
            with suppress(OSError):
                _remove_abandoned(folder / name)


_COMPANIONS = ("", "-wal", "-shm", "-journal")
_TEMPORARY = "tracker-"
_IS_TEMPORARY = re.compile(rf"[a-z]+-[0-9a-f]{{{2 * _RANDOM_BYTES}}}")
_IS_DRAFT = re.compile(rf"(\.[0-9a-f]{{{2 * _RANDOM_BYTES}}})?\.part(-\w+)?")
"""What follows on the beginning of a name."""
_PLACES = ("/tmp", "/var/tmp", "/usr/tmp", os.curdir)  # noqa: S108 (as tempfile has them)


def _name_draft(target: Path) -> Path:
    return target.with_name(f".{target.name[:_LONGEST]}.{os.urandom(_RANDOM_BYTES).hex()}.part")


def _remove(path: Path) -> None:
    if stat.S_ISDIR(path.lstat().st_mode):
        import shutil  # noqa: PLC0415 (8 ms of compression modules, needed only for folders)

        shutil.rmtree(path)
    else:
        path.unlink()


def _give(place: int | Path, permissions: Permissions) -> bool:
    """Give a file its group, and by root its owner; tell whether it has the group."""
    found = os.stat(place)  # noqa: PTH116 (a path or a number of an open file)
    owner = found.st_uid if permissions.owner is None or os.geteuid() else permissions.owner
    group = found.st_gid if permissions.group is None else permissions.group
    if (owner, group) == (found.st_uid, found.st_gid):
        return True
    try:
        os.chown(place, owner, group)
    except OSError:
        return group == found.st_gid
    return True


if sys.platform == "win32":

    def _open_to_hold(_path: Path) -> int:
        return os.open(os.devnull, os.O_RDONLY)

    @contextmanager
    def _held(file: int) -> Iterator[None]:
        # What is open can be neither renamed nor removed there.
        os.close(file)
        yield

    def _lock(_file: int) -> None:
        pass

    def _remove_abandoned(_path: Path) -> None:
        pass

else:
    import fcntl

    def _open_to_hold(path: Path) -> int:
        return os.open(path, os.O_RDONLY | _NO_FOLLOWING | _WITHOUT_WAITING)

    @contextmanager
    def _held(file: int) -> Iterator[None]:
        try:
            with suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(file)

    def _lock(file: int) -> None:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)

    def _remove_abandoned(path: Path) -> None:
        """Remove what is ours, no link, and locked by nobody: its lock is held until it is gone."""
        found = path.lstat()
        is_kept = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        if not is_kept or found.st_uid != os.geteuid():
            return
        file = _open_to_hold(path)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(path)
        finally:
            os.close(file)
