"""The secret by which a user's own rows in ``derived.db`` are known, in the user's folder for state.

Whoever hands on an archive does not know it, and so can write no row that is believed here.
"""

from __future__ import annotations

import os
import stat
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from tracker.files import CLOSED, new_file
from tracker.record.state import find_state_folder, is_closed, make_state_folder

if TYPE_CHECKING:
    from pathlib import Path

SECRET_NAME: Final = "derived-secret"  # noqa: S105 (a file)
SECRET_BYTES: Final = 32
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def sign(secret: bytes, *parts: str | bytes) -> bytes:
    """Return 16 bytes that nobody else can give these parts: keyed BLAKE2b is a MAC (RFC 7693)."""
    digest = blake2b(key=secret, digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.digest()


def read_secret() -> bytes | None:
    """Return the secret of this user, made where there is none. Never raises.

    One that others could have read or written is replaced. None where none can be kept: without a home, in
    one that is read-only or another user's, as under ``sudo``.
    """
    try:
        folder = find_state_folder()
        return None if folder is None else _read(folder) or _make(folder)
    except OSError:
        return None


def _read(folder: Path) -> bytes | None:
    """Return the secret in a folder; None where there is none, or it is not this user's alone."""
    try:
        file = os.open(folder / SECRET_NAME, _OPEN)
    except OSError:
        return None
    try:
        is_ours = is_closed(folder.lstat(), stat.S_ISDIR) and is_closed(os.fstat(file), stat.S_ISREG)
        data = os.read(file, SECRET_BYTES + 1)
    finally:
        os.close(file)
    return data if is_ours and len(data) == SECRET_BYTES else None


def _make(folder: Path) -> bytes | None:
    """Make a secret, in the place of one that is not believed. Raises ``OSError`` where that cannot be."""
    make_state_folder(folder)
    path = folder / SECRET_NAME
    path.unlink(missing_ok=True)
    with new_file(path, CLOSED) as file:
        file.write(os.urandom(SECRET_BYTES))
    return _read(folder)
