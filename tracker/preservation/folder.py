"""What lies beside the record in an archive's folder: the mirror, copies, and what killed commands have left.

Whoever holds the lock next removes what is left.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MIRROR = "mirror.git"

BEFORE_REPAIR = "before-repair"
"""How the names of folders begin that hold the record as it was before a repair."""

OPEN = "open"
"""The folder of the open copy, which is made again from the record: it may be deleted."""

OPEN_STATE = "state.json"
"""What says of a folder that it is an open copy, and from what it was made."""

OPEN_RECORD = "tracker.db"

COPIES = (f"{MIRROR}*", f"{BEFORE_REPAIR}-*")
"""What holds material beside the record, as patterns of names."""

STAGING = ".tracker-staging-"
"""How the names of folders begin in which a replacement of something is made."""

_DRAFTS = (
    "tracker.db.part*",
    "*.part",
    ".*.part",
    ".*.part-*",
    "mirror.git.new",
    "mirror.git.*.new",
)
"""Drafts of files and folders; a backup writes them without the archive's lock."""


def read_beside(watch: Path, name: str) -> bytes | None:
    """Return a file of the user's own that lies in the folder of the watch list; None where there is none."""
    path = watch.with_name(name)
    return path.read_bytes() if path.is_file() else None


def remove_open_copy(folder: Path) -> None:
    """Remove the open copy of the archive in a folder, which may hold what is closed by now.

    What is in a folder of that name and none of ours stays.
    """
    place = folder / OPEN
    if place.is_symlink() or not (place / OPEN_STATE).is_file():
        return
    for pattern in (f"{OPEN_RECORD}*", "derived.db*", ".*.part*", OPEN_STATE):
        for path in place.glob(pattern):
            path.unlink(missing_ok=True)
    with suppress(OSError):
        place.rmdir()


def remove_staging(folder: Path) -> None:
    """Remove the folders of drafts that were never moved to their place; the lock is held."""
    with os.scandir(folder) as entries:
        left = [entry.name for entry in entries if entry.name.startswith(STAGING)]
    for name in left:
        shutil.rmtree(folder / name, ignore_errors=True)


def finish_rewrite(mirror: Path) -> None:
    """Finish a rewrite of the mirror that was cut short: either the new one stays, or the old one."""
    if old_mirror(mirror).exists() and not mirror.exists():
        new_mirror(mirror).rename(mirror)
    for left in (new_mirror(mirror), old_mirror(mirror)):
        shutil.rmtree(left, ignore_errors=True)


def new_mirror(mirror: Path) -> Path:
    """Return where a mirror is written again, until it takes the place of the old one."""
    return mirror.with_name(f"{mirror.name}.rewritten")


def old_mirror(mirror: Path) -> Path:
    """Return where a mirror is put that another one replaces."""
    return mirror.with_name(f"{mirror.name}.replaced")


def remove_leftovers(folder: Path) -> None:
    """Remove all drafts in a folder, those of a running backup included; the lock is held.

    A copy of the record may be in it, which a destruction must not leave.
    """
    remove_staging(folder)
    for pattern in _DRAFTS:
        for left in folder.glob(pattern):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
