"""Who may read an archive: what is made in it takes mode and group from the record, as SQLite's own files do.

``tracker.db-wal`` and ``-shm`` have the mode of ``tracker.db``, whatever the umask
(https://www.sqlite.org/wal.html). One rule for all the rest keeps an archive as open as it was made, or as
somebody has opened it since.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable
from tracker.files import CLOSED, Permissions, new_file, new_folder, permit, read_permissions
from tracker.record.schema.connection import FILE_NAME
from tracker.references import OWN_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_SHARED = 0o660
_LONGEST_PATH = 440
"""SQLite opens no path of more than 512 bytes; folders with copies of the record lie in an archive."""

_BESIDE_A_NEW_ARCHIVE = frozenset({"README.md", "watch.toml", OWN_FILE, "lock", FILE_NAME})
"""What may be in a folder that was prepared for an archive: a clone of this project has the first."""

_HOLDING = (FILE_NAME, f"{FILE_NAME}.*", "derived.db")
"""What holds material, or names it."""


def archive_permissions(folder: Path, *copies: Path) -> Permissions:
    """Return those of new files in an archive: the record's, or else a copy's, or a shared folder's."""
    for path in (folder / FILE_NAME, *copies):
        with suppress(OSError):
            return read_permissions(path)
    with suppress(OSError):
        found = folder.stat()
        if found.st_mode & stat.S_ISGID and found.st_mode & stat.S_IWGRP:
            return Permissions(_SHARED, found.st_gid)
    return CLOSED


def private_permissions(folder: Path) -> Permissions:
    """Return those of copies that hold closed material: for the archive's own group at most."""
    found = archive_permissions(folder)
    is_shared = found.mode is not None and found.mode & 0o024 == stat.S_IWGRP
    return Permissions(_SHARED, found.group) if is_shared else CLOSED


def make_archive_folder(folder: Path, group: str | None = None) -> Permissions:
    """Make a folder for an archive, for its owner alone or for a group, and return the mode of its files.

    A folder that is there is closed to others where nothing else is in it; otherwise it stays as it is.
    Raises ``ArchiveUnusable`` where it cannot be made, where the group cannot be given to it, and where its
    path is longer than SQLite can open.
    """
    wanted = Permissions(_SHARED, _find_group(group)) if group else CLOSED
    if len(os.fsencode(folder.absolute())) > _LONGEST_PATH:
        raise ArchiveUnusable(f"the path of an archive has at most {_LONGEST_PATH} bytes: {folder}")
    if folder.is_file():
        raise ArchiveUnusable(f"{folder} is a file; name a folder for the archive")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        is_new = not folder.is_dir()
        if is_new:
            new_folder(folder, wanted)
        elif group or folder.stat().st_mode & 0o007:
            _take_over(folder, wanted)
    except OSError as error:
        raise ArchiveUnusable(f"{folder} cannot be made: {error.strerror}") from error
    if group and not _is_shared(folder, wanted):
        if is_new:
            folder.rmdir()
        raise ArchiveUnusable(_explain(folder, group, is_new=is_new))
    return wanted if group else archive_permissions(folder)


@contextmanager
def folders_taken_back(folder: Path) -> Iterator[None]:
    """Remove a folder and those above it that were not there before this block and are empty after it."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        yield
    finally:
        with suppress(OSError):
            for each in made:
                each.rmdir()


def make_record_file(path: Path, permissions: Permissions) -> None:
    """Make an empty file for a record, or use the one that an interrupted start has left."""
    try:
        new_file(path, permissions).close()
    except FileExistsError:
        if not path.is_symlink():
            permit(path, permissions)


def find_world_readable(folder: Path, copies: Iterable[str]) -> tuple[str, ...]:
    """Return the names of what others can read in an archive; none where they cannot enter its folder.

    ``copies`` are patterns of the names of what else holds material there.
    """
    found = _list_readable(folder, (*_HOLDING, *copies))
    return tuple(sorted(found)) if folder.stat().st_mode & stat.S_IXOTH else ()


def _list_readable(folder: Path, patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        for path in folder.glob(pattern):
            with suppress(OSError):
                if path.stat().st_mode & stat.S_IROTH:
                    yield path.name


def is_for_group(folder: Path) -> bool:
    """Return whether members of a group write to an archive."""
    return bool((archive_permissions(folder).mode or 0) & stat.S_IWGRP)


def _take_over(folder: Path, wanted: Permissions) -> None:
    is_ours = sys.platform != "win32" and folder.stat().st_uid in {os.geteuid(), 0}
    if is_ours and _BESIDE_A_NEW_ARCHIVE.issuperset(path.name for path in folder.iterdir()):
        permit(folder, wanted, is_folder=True)


def _is_shared(folder: Path, wanted: Permissions) -> bool:
    found = folder.stat()
    return found.st_gid == wanted.group and found.st_mode & 0o2077 == wanted.folder_mode & 0o2077


def _explain(folder: Path, group: str, *, is_new: bool) -> str:
    if is_new:
        return f"{folder} cannot be given to the group {group}; join it, or ask root to make the archive"
    return (
        f"{folder} holds other things, which --group would open; name a new folder, or first:"
        f" chgrp {group} {folder} && chmod 2770 {folder}"
    )


def _find_group(name: str) -> int:
    if sys.platform == "win32":
        raise ArchiveUnusable("--group: files have no group here; share the folder by the system's own means")
    import grp  # noqa: PLC0415 (Unix alone has it)

    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise ArchiveUnusable(f"--group {name}: there is no such group; see: getent group") from None
