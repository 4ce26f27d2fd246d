"""``tracker rebuild``: the archive is made again out of its mirror."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tracker.archive.git.repository import clone_repository
from tracker.archive.mirror.rebuild import rebuild_record

if TYPE_CHECKING:
    from tracker.model.preserving import Rebuilt

_FILE = "file:///"


def rebuild(mirror: str, archive: Path, *, accept_watch_list: bool = False) -> Rebuilt:
    """Make the archive in a folder out of a mirror: a path, or an address that git clones.

    Raises as ``rebuild_record`` does.
    """
    path = _find_path(mirror)
    if path is not None:
        return rebuild_record(path, archive, accept_watch_list=accept_watch_list)
    with TemporaryDirectory() as name:
        clone = Path(name) / "mirror.git"
        clone_repository(mirror, clone)
        return rebuild_record(clone, archive, accept_watch_list=accept_watch_list)


def _find_path(mirror: str) -> Path | None:
    """Return the path that is meant, by ``file:///`` too: on this computer git is not asked for a copy."""
    if mirror.startswith(_FILE):
        return Path(unquote(mirror.removeprefix(_FILE.rstrip("/"))))
    if "://" in mirror or (":" in mirror and not os.path.exists(mirror)):  # noqa: PTH110 (names too long)
        return None
    return Path(mirror)
