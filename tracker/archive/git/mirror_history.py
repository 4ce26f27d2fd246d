"""A history as ``git fast-export`` tells it, without the contents of its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class File:
    """A line by which a commit takes up a file: its mode, git's name of its bytes, its path as written."""

    mode: bytes
    blob: str
    path: bytes

    @property
    def name(self) -> str:
        """The path, in the form of those that the mirror itself writes."""
        return self.path.decode("utf-8", "surrogateescape")


def read_history(stream: bytes) -> Iterator[bytes | File]:
    """Yield a stream piece by piece: files as such, all else as the bytes that stand there."""
    at = 0
    while at < len(stream):
        end = stream.index(b"\n", at) + 1
        line = stream[at:end]
        if line.startswith(b"data "):
            # Whatever a message says is none of the stream's commands.
            end += int(line[5:])
            yield stream[at:end]
        elif line.startswith(b"M "):
            _, mode, blob, path = line.rstrip(b"\n").split(b" ", 3)
            yield File(mode, blob.decode("ascii"), path)
        else:
            yield line
        at = end
