"""A folder of files, links and pipes as bytes, and back, none of it outside the folder."""

from __future__ import annotations

import io
import os
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Entry = tuple[str, bytes]
"""What is at a path: ``file``, ``program``, ``link`` or ``pipe``; and its content, or where it leads."""
Entries = dict[str, Entry]


def pack(entries: Mapping[str, Entry]) -> bytes:
    """Return a tar; the same entries give the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for place, (kind, content) in sorted(entries.items()):
            info = tarfile.TarInfo(place)
            info.mode = 0o755 if kind == "program" else 0o644
            info.type = {"link": tarfile.SYMTYPE, "pipe": tarfile.FIFOTYPE}.get(kind, tarfile.REGTYPE)
            info.linkname = os.fsdecode(content) if kind == "link" else ""
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def unpack(data: bytes, folder: Path, canary: Path) -> Path:
    """Make the files of a repository, none of them outside it; commands in them make the canary."""
    folder.mkdir()
    for part in ("objects", "refs"):
        (folder / part).mkdir()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for info in tar:
            place = folder / info.name
            if any(above.is_symlink() or above.is_file() for above in place.parents):
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            _make_entry(tar, info, place, str(canary).encode())
    return folder


def _make_entry(tar: tarfile.TarFile, info: tarfile.TarInfo, place: Path, canary: bytes) -> None:
    if place.is_dir() and not place.is_symlink():
        if not info.issym() or any(place.iterdir()):
            return
        place.rmdir()
    if info.issym():
        place.symlink_to(info.linkname)
    elif info.isfifo():
        os.mkfifo(place)
    else:
        file = tar.extractfile(info)
        place.write_bytes((file.read() if file else b"").replace(b"@CANARY@", canary))
        place.chmod(info.mode)
