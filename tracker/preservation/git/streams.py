"""Commits as bytes: read, listed by ``fast-export``, and written by one ``git fast-import``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Any

    from tracker.preservation.git.repository import Repository

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(rb"> ?(-?\d+)(?: [+-]\d+)?$")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*:\s*(.*)")
_EARLIEST = 1000
"""Years of fewer than four figures do not sort as text, and are typing errors of somebody's clock."""


@dataclass(frozen=True, slots=True)
class Commit:
    """When a commit was made and what its author says; an instant no calendar holds is None."""

    committed: str | None
    authored: str | None
    subject: str
    message: str


def read_commit(data: bytes) -> Commit:
    """Read a commit as git stores it, in the encoding that it names."""
    head, _, body = data.partition(b"\n\n")
    lines = head.split(b"\n")
    encoding = _find_header(lines, b"encoding").decode("ascii", "replace") or "utf-8"
    message = _decode(body, encoding).strip()
    return Commit(
        _read_instant(_find_header(lines, b"committer")),
        _read_instant(_find_header(lines, b"author")),
        " ".join(message.partition("\n\n")[0].split()),
        message,
    )


def read_trailers(message: str) -> dict[str, str]:
    """Return the ``Key: value`` lines of a message's last paragraph, keys in small letters."""
    last = message.rsplit("\n\n", 1)[-1]
    found = (_TRAILER.fullmatch(line.strip()) for line in last.splitlines())
    return {match[1].lower(): match[2].strip() for match in found if match}


def _find_header(lines: list[bytes], name: bytes) -> bytes:
    return next((line[len(name) + 1 :] for line in lines if line.startswith(name + b" ")), b"")


def _decode(text: bytes, encoding: str) -> str:
    try:
        return text.decode(encoding)
    except (LookupError, UnicodeError):
        return text.decode("utf-8", "replace")


def _read_instant(person: bytes) -> str | None:
    match = _TIME.search(person)
    try:
        moment = _EPOCH + timedelta(seconds=int(match[1])) if match else None
    except (OverflowError, ValueError):
        return None
    return None if moment is None or moment.year < _EARLIEST else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class File:
    """A line of a commit that writes a file: its mode, git's name of its bytes, its path as written."""

    mode: bytes
    blob: str
    path: bytes

    @property
    def name(self) -> str:
        """The path, in the form of those that the mirror itself writes."""
        return self.path.decode("utf-8", "surrogateescape")


def read_history(stream: bytes) -> Iterator[bytes | File]:
    """Yield a stream piece by piece: files as ``File``, all else as bytes."""
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


AUTHOR = "tracker <tracker@localhost>"
"""Always the same: the runs name who ran what, and the same record gives the same commit."""


@dataclass(frozen=True, slots=True)
class CommitMessage:
    """What a commit says, and when it was made in seconds since 1970: git holds nothing earlier."""

    text: str
    seconds: int


class FastImport:
    """A stream of commits. All of them exist once it was closed without an error.

    Git is started with the first commit; without one, nothing is written.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: Any = None

    @property
    def is_begun(self) -> bool:
        """Whether there is a commit."""
        return self._process is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        process = self._process.proc
        if error is not None:
            # A stream cut short would leave a report of a crash in the repository.
            process.kill()
        else:
            self._write(b"done\n")
        complaint = process.communicate()[1].decode("utf-8", "replace").strip().partition("\n")[0]
        if process.returncode and error is None:
            raise RepositoryUnusable(
                f"{self._repository.path}: git fast-import: {complaint.removeprefix('fatal: ')}"
            )

    def begin_commit(self, branch: str, parent: str | None, message: CommitMessage) -> None:
        """Begin a commit on a branch, a new one if need be; without a parent it follows the last commit."""
        if self._process is None:
            self._process = self._repository.start("fast-import", "--quiet", "--done")
        person = f"{AUTHOR} {message.seconds} +0000"
        text = message.text.encode()
        head = f"commit {branch}\nauthor {person}\ncommitter {person}\ndata {len(text)}\n"
        self._write(head.encode(), text, b"\n")
        if parent:
            self._write(f"from {parent}\n".encode())

    def write_file(self, path: str, data: bytes) -> None:
        """Put a file into the commit that was begun."""
        self._write(f"M 100644 inline {path}\ndata {len(data)}\n".encode(), data, b"\n")

    def link_file(self, path: str, blob: str) -> None:
        """Put a file into the commit whose bytes are in the repository already."""
        self._write(f"M 100644 {blob} {path}\n".encode())

    def remove_file(self, path: str) -> None:
        """Take a file out of the commit."""
        self._write(f"D {path}\n".encode())

    def set_branch(self, branch: str, other: str) -> None:
        """Set a branch to the commit of another one."""
        self._write(f"reset {branch}\nfrom {other}\n\n".encode())

    def _write(self, *parts: bytes) -> None:
        try:
            for part in parts:
                self._process.proc.stdin.write(part)
        except BrokenPipeError as error:
            raise RepositoryUnusable(
                f"{self._repository.path}: git fast-import ended early; is the disk full?"
            ) from error
