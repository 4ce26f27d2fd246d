"""The place of an export: nothing is there before, and afterwards all of it or nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from tracker.archive.file.lock import read_clock
from tracker.archive.file.modes import private_permissions
from tracker.archive.rights.copies import note_copy
from tracker.errors import ArchiveUnusable
from tracker.files import BY_UMASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.files import Permissions


@contextmanager
def new_target(
    target: Path, archive: Path, *, private: bool, what: Literal["file", "folder"] = "file"
) -> Iterator[Permissions]:
    """Yield the permissions of what the block makes at a new place; then note the copy in the archive.

    What is ``private`` can be read by the archive's owner or group alone. Raises ``ArchiveUnusable`` where
    something is at that place, or the block cannot write it.
    """
    if os.path.lexists(target):
        raise ArchiveUnusable(f"{target} exists already; choose another {what}")
    try:
        yield private_permissions(archive) if private else BY_UMASK
    except OSError as error:
        raise ArchiveUnusable(f"{target} cannot be written: {error.strerror}") from error
    note_copy(archive, "export", str(target.absolute()), read_clock())
