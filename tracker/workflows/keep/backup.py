"""``tracker backup``: the record is copied while others may write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.lock import read_clock
from tracker.archive.reading.backup import back_up
from tracker.archive.rights.copies_made import note_copy

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.preserving import Backup


def backup(folder: Path, target: Path) -> Backup:
    """Copy the record of the archive in a folder into a new file, and note where; raises as ``back_up``."""
    made = back_up(folder, target)
    note_copy(folder, "backup", str(target.absolute()), read_clock())
    return made
