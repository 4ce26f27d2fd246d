"""What commands that were killed leave in an archive's folder, for whoever next holds its lock."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

STAGING = ".tracker-staging-"
"""How the names of folders begin in which something is made that takes another's place."""

_LEFT = (
    f"{STAGING}*", ".repair-*", "tracker.db.part*", "*.part", ".*.part", "mirror.git.new", "mirror.git.*.new"
)  # fmt: skip
"""The second is what an older release called them."""


def remove_leftovers(folder: Path) -> None:
    """Take away what was begun in a folder and never came to its place; its lock is held.

    A copy of the record may be in it, which a destruction must not leave.
    """
    for pattern in _LEFT:
        for left in folder.glob(pattern):
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)
