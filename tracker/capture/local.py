"""Sources that are files below the archive's folder."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tracker.capture.causes import Fault

if TYPE_CHECKING:
    from pathlib import Path


def read_file(folder: Path, path: str, limit: int) -> bytes:
    """Return the bytes of a regular file below a folder, links followed.

    Raises ``Fault`` where there is none, where it lies elsewhere, is over the limit or cannot be read.
    """
    try:
        place = (folder / path).resolve()
        if not place.is_relative_to(folder.resolve()):
            raise Fault("outside the archive", f"{path} leads to {place}")
        data = _read(place, path, limit)
    except FileNotFoundError:
        raise Fault("no such file", f"{path} is not in {folder}") from None
    except (OSError, RuntimeError, ValueError) as error:
        # Python 3.11 and 3.12 raise RuntimeError for links that lead round in a circle.
        raise Fault("unreadable file", f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > limit:
        raise Fault("too large", f"{path} is over {limit} bytes")
    return data


def _read(place: Path, path: str, limit: int) -> bytes:
    # A pipe without a writer would hold up the whole run.
    file = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise Fault("not a file", f"{path} is a folder or a device; name a file")
        with os.fdopen(file, "rb", closefd=False) as opened:
            return opened.read(limit + 1)
    finally:
        os.close(file)
