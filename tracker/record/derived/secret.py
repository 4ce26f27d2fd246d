"""The secret by which a user's own rows in ``derived.db`` are known, in the user's folder for state.

Whoever hands on an archive does not know it, and so can write no row that is believed here.
"""

from __future__ import annotations

import os
import stat
import sys
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tracker.files import CLOSED, new_file

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET_NAME: Final = "derived-secret"  # noqa: S105 (a file)
SECRET_BYTES: Final = 32
_FOLDER_MODE: Final = 0o700
_OTHERS: Final = 0o077
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


def find_state_folder() -> Path | None:
    """Return the user's folder for what a program keeps to itself; None for a user without a home."""
    if sys.platform in {"win32", "darwin"}:
        import platformdirs  # noqa: PLC0415 (9 ms, where its answer is more than two lines of a standard)

        return platformdirs.user_state_path("tracker", appauthor=False)
    # As platformdirs has it, by the XDG Base Directory Specification, which ignores relative paths.
    asked = os.environ.get("XDG_STATE_HOME", "")
    base = asked if asked.startswith("/") else os.path.expanduser("~/.local/state")  # noqa: PTH111 (it raises)
    return Path(base, "tracker") if base.startswith("/") else None


def _read(folder: Path) -> bytes | None:
    """Return the secret in a folder; None where there is none, or it is not this user's alone."""
    try:
        file = os.open(folder / SECRET_NAME, _OPEN)
    except OSError:
        return None
    try:
        is_ours = _is_closed(folder.lstat(), stat.S_ISDIR) and _is_closed(os.fstat(file), stat.S_ISREG)
        data = os.read(file, SECRET_BYTES + 1)
    finally:
        os.close(file)
    return data if is_ours and len(data) == SECRET_BYTES else None


def _is_closed(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    if sys.platform == "win32":
        return is_kind(found.st_mode)
    return is_kind(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & _OTHERS


def _make(folder: Path) -> bytes | None:
    """Make a secret, in the place of one that is not believed. Raises ``OSError`` where that cannot be."""
    _make_folder(folder)
    path = folder / SECRET_NAME
    path.unlink(missing_ok=True)
    with new_file(path, CLOSED) as file:
        file.write(os.urandom(SECRET_BYTES))
    return _read(folder)


def _make_folder(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    nearest = folder.parents[len(missing) - 1] if missing else folder
    if sys.platform != "win32" and nearest.stat().st_uid not in {0, os.geteuid()}:
        raise PermissionError(f"{nearest} is another user's")
    for each in reversed(missing):
        each.mkdir(_FOLDER_MODE)
    if sys.platform != "win32" and folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
        folder.chmod(_FOLDER_MODE)
