"""A value with large arrays, kept in a file from which only what is used of them is read."""

from __future__ import annotations

import mmap
import pickle
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from zlib import crc32

from tracker.inputs.tables import write_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_HEAD = 4096
"""Bytes of the head: stamp, CRC-32 of what follows, sizes of the pickled value and of each array."""
_ALIGNED = 64
"""Each part begins at a multiple of this, as arrays in memory do."""


def keep_mapped(place: Path, stamp: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 (any value)
    """Return what ``make`` returns, or what was kept of it under the same ``stamp``, an ASCII word.

    All processes that use it share the pages of the arrays, which are read-only. A damaged file is made
    again: its CRC-32 is compared, as zip files do, in 15 ms for 84 MB. Never raises where it cannot be kept.
    """
    with suppress(OSError, ValueError):
        with place.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        kept, check, *sizes = data[:_HEAD].tobytes().decode("ascii").split()
        *starts, end = accumulate((_round_up(int(size)) for size in sizes), initial=_HEAD)
        if kept == stamp and len(data) == end and int(check) == crc32(data[_HEAD:]):
            body, *arrays = (data[at : at + int(size)] for at, size in zip(starts, sizes, strict=True))
            return pickle.loads(body, buffers=arrays)  # noqa: S301 (as far to be trusted as modules)
    made = make()
    buffers: list[pickle.PickleBuffer] = []
    body = memoryview(pickle.dumps(made, pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append))
    write_kept(place, _list_parts(stamp, [body, *(each.raw() for each in buffers)]))
    return made


def _list_parts(stamp: str, parts: list[memoryview]) -> Iterator[bytes | memoryview]:
    padded = [each for part in parts for each in (part, bytes(_round_up(len(part)) - len(part)))]
    check = 0
    for each in padded:
        check = crc32(each, check)
    yield " ".join([stamp, *map(str, (check, *map(len, parts)))]).encode("ascii").ljust(_HEAD)
    yield from padded


def _round_up(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
