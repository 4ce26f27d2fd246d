"""Zip files: the same members are written as the same bytes, and what others wrote is read within bounds."""

from __future__ import annotations

import re
import stat
import struct
import zlib
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from tracker.inputs.inflate import RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGINNING: Final = b"PK"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can state."""
_MOST_MEMBERS, _MOST_BYTES, _FREE = 2000, 512 * 1024**2, 1024**2
"""Bounds of what is read; up to ``_FREE`` bytes may unpack from any size, more from ``1 / RATIO`` of them."""
_STEP: Final = 256 * 1024
"""Bytes that are read at a time."""
_NAME: Final = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*", re.ASCII)
_ENCRYPTED, _DESCRIBED = 1, 8
_LOCAL_HEADER: Final = 30
"""Bytes before the name of a member, of which the last four give the lengths of name and extra."""
_DESCRIPTORS: Final = (0, 12, 16, 20, 24)
"""Bytes that may follow the data of a member whose sizes were not known before."""

BAD_ZIP: Final = (
    *(BadZipFile, ValueError, NotImplementedError, OSError),
    *(RuntimeError, EOFError, KeyError, zlib.error, struct.error),
)
"""What ``zipfile`` raises where a file is no zip file, is damaged, or uses a compression that it lacks."""


class _Refused(ValueError):
    """A zip file that is whole, and not to be read."""


def write_zip(members: Mapping[str, bytes | str]) -> bytes:
    """Return a zip file of members in the order given, all of one time."""
    file = BytesIO()
    with ZipFile(file, "w") as package:
        for name, data in members.items():
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, data)
    return file.getvalue()


def read_zip(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip file by their names, nothing of which is written anywhere.

    Raises ``ValueError`` with the reason for one that is damaged, encrypted, packed in another way than by
    deflating, or beyond the bounds above, or that has links, or names that occur twice or may lead out of a
    folder, or members that its list does not name, which some programs read and others do not.
    """
    try:
        with ZipFile(BytesIO(data)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            _check(entries, len(data))
            _check_places(package, data)
            return {entry.filename: package.read(entry) for entry in entries}
    except _Refused:
        raise
    except BAD_ZIP as error:
        raise ValueError(f"the zip file is damaged ({error})") from None


def find_beside(data: bytes) -> dict[str, bytes]:
    """Return what a zip that ``read_zip`` has read holds beside its files: comments, bytes in folders."""
    with ZipFile(BytesIO(data)) as package:
        entries = package.infolist()
        found = {"comment of the zip file": package.comment}
        found |= {f"comment of {entry.filename}": entry.comment for entry in entries}
        found |= {
            f"folder {entry.filename}": data[:_STEP]
            for entry in entries
            if entry.is_dir() and (entry.file_size or entry.compress_size)
        }
        return {name: told for name, told in found.items() if told}


def unpack_zip(data: bytes) -> BytesIO:
    """Return a zip file with its members unpacked, each to its declared size, without damaged ones.

    Who reads a member at once has ``zipfile`` inflate
    all of it before it checks the size: 600 KB took 1.2 GB. Read in steps, it inflates no more than is asked
    for.
    """
    plain = BytesIO()
    with ZipFile(BytesIO(data)) as packed, ZipFile(plain, "w") as out:
        for name, member in {member.filename: member for member in packed.infolist()}.items():
            with suppress(Exception), packed.open(member) as content:
                out.writestr(ZipInfo(name), b"".join(iter(partial(content.read, _STEP), b"")))
    return plain


def _check(entries: list[ZipInfo], size: int) -> None:
    if len(entries) > _MOST_MEMBERS:
        raise _Refused(f"it has over {_MOST_MEMBERS:,} members")
    given = sum(entry.file_size for entry in entries)
    if given > min(_MOST_BYTES, max(_FREE, RATIO * size)):
        raise _Refused(f"its {size:,} bytes unpack to {given:,}")
    met: set[str] = set()
    for entry in entries:
        name = entry.filename
        if not _NAME.fullmatch(name) or name in met:
            raise _Refused(f"the name {name!r} {'stands twice' if name in met else 'may lead elsewhere'}")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _Refused(f"{name} is a link")
        if entry.flag_bits & _ENCRYPTED:
            raise _Refused(f"{name} is encrypted")
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            # Others ask for gigabytes before they unpack, and their libraries raise errors of their own.
            raise _Refused(f"{name} is packed in a way that is not read here")
        met.add(name)


def _check_places(package: ZipFile, data: bytes) -> None:
    at = 0
    allowed: tuple[int, ...] = (0,)
    for entry in sorted(package.infolist(), key=lambda entry: entry.header_offset):
        if entry.header_offset - at not in allowed:
            raise _Refused(f"it has bytes before {entry.filename} that its list does not name")
        lengths = struct.unpack_from("<HH", data, entry.header_offset + _LOCAL_HEADER - 4)
        at = entry.header_offset + _LOCAL_HEADER + sum(lengths) + entry.compress_size
        allowed = _DESCRIPTORS if entry.flag_bits & _DESCRIBED else (0,)
    if package.start_dir - at not in allowed:
        raise _Refused("it has bytes before its list that the list does not name")
