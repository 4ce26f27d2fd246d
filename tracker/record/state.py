"""The user's folder for state: what a program keeps to itself, beside no archive, for its user alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_FOLDER_MODE: Final = 0o700
_OTHERS: Final = 0o077


def find_state_folder() -> Path | None:
    """Return the user's folder for what a program keeps to itself; None for a user without a home."""
    if sys.platform in {"win32", "darwin"}:
        import platformdirs  # noqa: PLC0415 (9 ms, where its answer is more than two lines of a standard)

        return platformdirs.user_state_path("tracker", appauthor=False)
    # As platformdirs has it, by the XDG Base Directory Specification, which ignores relative paths.
    asked = os.environ.get("XDG_STATE_HOME", "")
    base = asked if asked.startswith("/") else os.path.expanduser("~/.local/state")  # noqa: PTH111 (it raises)
    return Path(base, "tracker") if base.startswith("/") else None


def is_closed(found: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Tell whether a file or folder is of a kind, and this user's alone to read and write."""
    if sys.platform == "win32":
        return is_kind(found.st_mode)
    return is_kind(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & _OTHERS


def make_state_folder(folder: Path) -> None:
    """Make the folder, for its user alone. Raises ``OSError`` where that cannot be."""
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    nearest = folder.parents[len(missing) - 1] if missing else folder
    if sys.platform != "win32" and nearest.stat().st_uid not in {0, os.geteuid()}:
        raise PermissionError(f"{nearest} is another user's")
    for each in reversed(missing):
        each.mkdir(_FOLDER_MODE)
    if sys.platform != "win32" and folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
        folder.chmod(_FOLDER_MODE)
