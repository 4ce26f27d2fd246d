"""Where the tests write: in memory, where there is enough; for a disk they wait a hundred thousand times."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (pytest makes a folder of its user's own there)
_ENOUGH: Final = 2_000_000_000


def write_in_memory() -> None:
    """Have temporary folders made in memory, unless ``TMPDIR`` names a place or nothing can be run there."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    found = os.statvfs(_MEMORY)
    if found.f_bavail * found.f_frsize > _ENOUGH and not found.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None
