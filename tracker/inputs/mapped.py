"""A value with large arrays, kept in a file from which only what is used of them is read."""

from __future__ import annotations

import mmap
import pickle
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from tracker.inputs.tables import write_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_HEAD = 4096
"""The bytes of the stamp and of the sizes of all parts: the pickled value, and each array."""
_ALIGNED = 64
"""Each part begins at a multiple of this, as arrays in memory do."""


def keep_mapped(place: Path, stamp: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 (any value)
    """Return what is made, or what was kept of it under the same stamp, in which there is no blank.

    All processes that use it share the pages of the arrays, which cannot be written to.
    """
    with suppress(OSError, ValueError):
        with place.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        kept, *sizes = data[:_HEAD].tobytes().decode("ascii").split()
        *starts, end = accumulate((_round_up(int(size)) for size in sizes), initial=_HEAD)
        if kept == stamp and len(data) == end:
            body, *arrays = (data[at : at + int(size)] for at, size in zip(starts, sizes, strict=True))
            return pickle.loads(body, buffers=arrays)  # noqa: S301 (as far to be trusted as modules)
    made = make()
    buffers: list[pickle.PickleBuffer] = []
    body = memoryview(pickle.dumps(made, pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append))
    write_kept(place, _list_parts(stamp, [body, *(each.raw() for each in buffers)]))
    return made


def _list_parts(stamp: str, parts: list[memoryview]) -> Iterator[bytes | memoryview]:
    yield " ".join([stamp, *(str(len(part)) for part in parts)]).encode("ascii").ljust(_HEAD)
    for part in parts:
        yield part
        yield bytes(_round_up(len(part)) - len(part))


def _round_up(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED
