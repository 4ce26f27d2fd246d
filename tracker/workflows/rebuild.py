"""``tracker rebuild``: the archive is made again out of its mirror."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tracker.archive.rebuild import rebuild_record
from tracker.archive.repository import clone_repository

if TYPE_CHECKING:
    from tracker.model.preserving import Rebuilt


def rebuild(mirror: str, archive: Path) -> Rebuilt:
    """Make the archive in a folder out of a mirror: a path, or an address that git clones.

    Raises as ``rebuild_record`` does.
    """
    if "://" not in mirror and (Path(mirror).exists() or ":" not in mirror):
        return rebuild_record(Path(mirror), archive)
    with TemporaryDirectory() as name:
        clone = Path(name) / "mirror.git"
        clone_repository(mirror, clone)
        return rebuild_record(clone, archive)
