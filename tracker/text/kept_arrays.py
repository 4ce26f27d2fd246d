"""Arrays in a file of the user's cache folder, read where they lie: no code, and nothing that others wrote.

The file begins with a line: its form, the bytes of its header and the CRC-32 of all that follows. The header
is JSON: a stamp, the SHA-256 of the arrays' bytes, and the name, type and shape of each. Then come the arrays
as they are in memory, each at the next multiple of 64 bytes.
"""

from __future__ import annotations

import json
import mmap
import os
import stat
import sys
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import accumulate
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from zlib import crc32

from tracker.errors import TrackerError
from tracker.files import CLOSED, draft_file, new_folder, remove_drafts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_FORM: Final = f"tracker-arrays-1-{sys.byteorder}"
_LONGEST_LINE: Final = 64
_ALIGNED: Final = 64
_SIZES: Final = {"u1": 1, "u4": 4, "i4": 4, "f4": 4, "f8": 8}
"""The types that arrays may have, with the bytes of each of their values."""


class Damaged(ValueError):
    """A file that does not hold what was written into it."""


def cache_folder() -> Path:
    """Return the user's folder for what can be made again, in ``XDG_CACHE_HOME`` where that is set."""
    from platformdirs import user_cache_path  # noqa: PLC0415 (8 ms, where there is something to encode)

    return user_cache_path("tracker", appauthor=False)


def _place(name: str) -> Path:
    place = cache_folder() / name
    if not place.is_absolute():
        raise FileNotFoundError("there is no home")
    return place


def read_arrays(name: str, stamp: str) -> Arrays | None:
    """Return the arrays that were kept under a name with the same stamp; None where there are none.

    They are read-only, and all processes share their pages. The CRC-32 is compared, as zip files do: 30 ms.
    Never raises.
    """
    import numpy as np  # noqa: PLC0415 - start-up loads no numpy

    with suppress(OSError, ValueError):
        header, parts = _open_kept(_place(name))
        if header["stamp"] == stamp:
            return {
                label: np.frombuffer(part, kind).reshape(shape)
                for (label, kind, shape), part in zip(header["arrays"], parts, strict=True)
            }
    return None


def keep_arrays(name: str, stamp: str, arrays: Arrays) -> None:
    """Keep contiguous arrays under a name, whole or not at all. Never raises where they cannot be kept."""
    with suppress(OSError):
        place = _place(name)
        _make_folder(place.parent)
        with _opened_folder(place.parent), draft_file(place, CLOSED) as file:
            file.writelines(_write(stamp, arrays))


def check_arrays(name: str) -> None:
    """Compute the SHA-256 of what is kept under a name again; there may be nothing.

    Raises ``OSError`` where it is not read, as when others may have written it, and ``Damaged`` where its
    digest is another one.
    """
    with suppress(FileNotFoundError):
        header, parts = _open_kept(_place(name))
        if header["sha256"] != _digest(parts):
            raise Damaged("its SHA-256 is another one")


def remove_arrays(name: str) -> int:
    """Remove what is kept under a name, and the folder if that was all; return its bytes.

    Raises ``TrackerError`` where it cannot be removed.
    """
    place = cache_folder() / name
    size = 0
    try:
        size = _place(name).lstat().st_size
        place.unlink()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise TrackerError(f"{place}: cannot be removed: {error.strerror}") from error
    remove_drafts(place)
    with suppress(OSError):
        place.parent.rmdir()
    return size


def _write(stamp: str, arrays: Arrays) -> list[bytes | memoryview]:
    raw = [array.data.cast("B") for array in arrays.values()]
    rows = [[name, f"{array.dtype.kind}{array.itemsize}", array.shape] for name, array in arrays.items()]
    header = json.dumps({"stamp": stamp, "sha256": _digest(raw), "arrays": rows}).encode("ascii")
    room = _round_up(_LONGEST_LINE + len(header)) - _LONGEST_LINE
    padded = [each for part in raw for each in (part, bytes(_round_up(len(part)) - len(part)))]
    parts = [header.ljust(room), *padded]
    check = 0
    for part in parts:
        check = crc32(part, check)
    return [f"{_FORM} {room} {check}".encode("ascii").ljust(_LONGEST_LINE - 1) + b"\n", *parts]


def _open_kept(place: Path) -> tuple[dict[str, Any], list[memoryview]]:
    """Return the header of a file and the bytes of each array. Raises ``OSError`` and ``Damaged``."""
    with _opened_folder(place.parent) as folder, _opened(place, folder) as file:
        if not os.fstat(file).st_size:
            raise Damaged("it is empty")
        data = memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
    try:
        return _read(data)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Damaged(f"it does not hold what was written: {error}") from error


def _read(data: memoryview) -> tuple[dict[str, Any], list[memoryview]]:
    form, room, check = data[:_LONGEST_LINE].tobytes().decode("ascii").split()
    if form != _FORM or int(check) != crc32(data[_LONGEST_LINE:]):
        raise ValueError("its CRC-32 is another one")
    begin = _LONGEST_LINE + int(room)
    header = json.loads(data[_LONGEST_LINE:begin].tobytes())
    sizes = [_size(*each) for each in header["arrays"]]
    *starts, end = accumulate(map(_round_up, sizes), initial=begin)
    if begin % _ALIGNED or end != len(data) or {"stamp", "sha256"} - header.keys():
        raise ValueError("its parts are not where they belong")
    return header, [data[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def _size(name: str, kind: str, shape: Sequence[int]) -> int:
    if not isinstance(name, str) or not all(isinstance(length, int) and length >= 0 for length in shape):
        raise ValueError("an array has no name or no shape")
    return prod(shape) * _SIZES[kind]


def _digest(parts: Sequence[memoryview]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _round_up(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _make_folder(folder: Path) -> None:
    """Make the folder, and the one around it, for their owner alone, whatever the umask.

    Not in a folder of another user than root: who runs as root in a home of somebody else would leave there
    what its owner can neither use nor remove.
    """
    missing = [each for each in (folder, folder.parent) if not each.exists()]
    for each in reversed(missing):
        if sys.platform != "win32" and each.parent.stat().st_uid not in {0, os.geteuid()}:
            raise PermissionError(f"{each.parent} belongs to somebody else")
        with suppress(FileExistsError):
            new_folder(each, CLOSED)


if sys.platform == "win32":

    @contextmanager
    def _opened_folder(_folder: Path) -> Iterator[None]:
        # It is in the user's profile, which others cannot write to.
        yield None

    @contextmanager
    def _opened(place: Path, _folder: None) -> Iterator[int]:
        with place.open("rb") as file:
            yield file.fileno()

else:

    @contextmanager
    def _opened_folder(folder: Path) -> Iterator[int]:
        """Open a folder that only its owner, who is running this, may write to. Raises ``OSError``."""
        with _opened_own(folder, os.O_DIRECTORY, None) as number:
            yield number

    @contextmanager
    def _opened(place: Path, folder: int) -> Iterator[int]:
        """Open a file in an open folder as it."""
        with _opened_own(place, os.O_NONBLOCK, folder) as number:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise PermissionError("it is no file")
            yield number

    @contextmanager
    def _opened_own(path: Path, flags: int, folder: int | None) -> Iterator[int]:
        name = path if folder is None else path.name
        number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=folder)
        try:
            found = os.fstat(number)
            if found.st_uid != os.geteuid():
                raise PermissionError(f"{path} belongs to somebody else")
            if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise PermissionError(f"others may write to {path}")
            yield number
        finally:
            os.close(number)
