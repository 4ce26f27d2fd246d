"""One ``git fast-import``: commits written without work tree or index, at the same cost at any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from tracker.archive.git.repository import Repository

AUTHOR = "tracker <tracker@localhost>"
"""Nobody in particular: who ran what is told by the runs, and the same record gives the same commit."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a commit says, and when it was made in seconds since 1970: git holds nothing earlier."""

    text: str
    seconds: int


class FastImport:
    """A stream of commits. They are there, all of them, once it was closed without an error.

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

    def begin_commit(self, branch: str, parent: str | None, message: Message) -> None:
        """Begin a commit on a branch, which is made where it is not there; without a parent it goes on."""
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
        """Let a branch stand where another one stands."""
        self._write(f"reset {branch}\nfrom {other}\n\n".encode())

    def _write(self, *parts: bytes) -> None:
        try:
            for part in parts:
                self._process.proc.stdin.write(part)
        except BrokenPipeError as error:
            raise RepositoryUnusable(
                f"{self._repository.path}: git fast-import ended early; is the disk full?"
            ) from error
