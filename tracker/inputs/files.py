"""Files that a user names: regular ones alone, and no more of them than is asked for."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

MAX_TABLE_BYTES: Final = 64 * 1024 * 1024
"""Of a table or thesaurus; the largest of those published in CSV or SKOS for such work have a tenth of it."""

_KINDS: Final = {
    stat.S_IFIFO: "a pipe and no file; write what it gives to a file, and name that",
    stat.S_IFSOCK: "a socket and no file; name a file",
    stat.S_IFCHR: "a device and no file; name a file",
    stat.S_IFBLK: "a device and no file; name a file",
}

_STEP: Final = 64 * 1024


class NotRegular(OSError):
    """What is there is no file that has an end: a pipe, a socket or a device."""


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading, links followed.

    Raises ``OSError``, of these ``NotRegular`` and ``IsADirectoryError`` with a ``strerror`` in words: a pipe
    would wait for its writer for ever, and a device may have no end.
    """
    _check_kind(path.stat().st_mode)
    # What is there may have been exchanged since: a pipe then opens without a wait, and is looked at.
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _check_kind(os.fstat(file).st_mode)
    except OSError:
        os.close(file)
        raise
    return os.fdopen(file, "rb")


def read_file(path: Path, limit: int = MAX_TABLE_BYTES) -> bytes:
    """Return the bytes of a regular file. Raises ``OSError`` as ``open_file`` does, and over the limit."""
    with open_file(path) as file:
        data = read_beyond(file, limit)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"over {limit // 1024**2} MB; split it into several files")
    return data


def read_beyond(file: BinaryIO, limit: int) -> bytes:
    """Return what a file holds, of more than the limit one byte more than that.

    In steps: to read up to 50 MB at once takes the memory for them, and three times as long for a speech.
    """
    parts, left = [], limit + 1
    while left and (part := file.read(min(left, _STEP))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a directory and no file; name a file")
    if not stat.S_ISREG(mode):
        raise NotRegular(errno.EINVAL, _KINDS.get(stat.S_IFMT(mode), "no regular file; name a file"))
