"""What commands that were killed leave in an archive's folder, for whoever next holds its lock."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STAGING = ".tracker-staging-"
"""How the names of folders begin in which something is made that takes another's place."""

_STAGING = (STAGING, ".repair-")
"""The second is what an older release called them."""

_DRAFTS = ("tracker.db.part*", "*.part", ".*.part", ".*.part-*", "mirror.git.new", "mirror.git.*.new")
"""Files and folders that are written beside their place, by a backup without the archive's lock."""


def remove_staging(folder: Path) -> None:
    """Take away the folders in which something was made that never came to its place; the lock is held."""
    with os.scandir(folder) as entries:
        left = [entry.name for entry in entries if entry.name.startswith(_STAGING)]
    for name in left:
        shutil.rmtree(folder / name, ignore_errors=True)


def remove_leftovers(folder: Path) -> None:
    """Take away all that was begun in a folder, a backup that is being made there included; the lock is held.

    A copy of the record may be in it, which a destruction must not leave.
    """
    remove_staging(folder)
    for pattern in _DRAFTS:
        for left in folder.glob(pattern):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
