"""What a path to be imported is: a folder of texts, a git repository, or a web archive."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pathlib import Path

_BEGINS: Final = b"WARC/"
_NAMED: Final = (".warc", ".warc.gz")
_ENOUGH: Final = 4096
"""Bytes of a file that show how it begins, packed too."""


def find_kind(path: Path) -> Literal["folder", "git", "warc"]:
    """Tell what a path is by its name and its first bytes; "folder" is also what is none of the others."""
    if path.is_dir():
        is_bare = (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
        return "git" if is_bare or (path / ".git").exists() else "folder"
    return "warc" if path.name.lower().endswith(_NAMED) or _begins_as_warc(path) else "folder"


def _begins_as_warc(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            data = file.read(_ENOUGH)
        if data.startswith(b"\x1f\x8b"):
            data = zlib.decompressobj(wbits=31).decompress(data, len(_BEGINS))
    except (OSError, zlib.error):
        return False
    return data.startswith(_BEGINS)
