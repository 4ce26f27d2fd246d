"""What takes a command longer than its work on the small archives of most tests, done once for many commands.

Of the model of the encoder as it is kept, 70 MB, ``tracker verify`` computes the digest, here once a state of
its file; a night reads the certificates of the system.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import httpx2

from tracker.text import kept_arrays

_sound: Final[set[tuple[object, ...]]] = set()
"""States of files in which nothing was wrong."""
_check: Final = kept_arrays.check_arrays


def check_once() -> None:
    """Have the program take a file for sound that was so in the same state, and read certificates once."""
    kept_arrays.check_arrays = _check_arrays
    httpx2.create_ssl_context = cache(httpx2.create_ssl_context)


def _check_arrays(name: str) -> None:
    state = _find_state(name)
    if state not in _sound:
        _check(name)
        _sound.add(state)


def _find_state(name: str) -> tuple[object, ...]:
    place = kept_arrays.cache_folder() / name
    found: list[object] = [place]
    for path in (place, place.parent):
        try:
            told = path.lstat()
        except OSError:
            found.append(None)
        else:
            found += [
                told.st_ino,
                told.st_size,
                told.st_mode,
                told.st_uid,
                told.st_mtime_ns,
                told.st_ctime_ns,
            ]
    return tuple(found)
