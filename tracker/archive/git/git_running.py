"""One git command: what it came to, and no more memory than it may have, on either side."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import Thread
from typing import TYPE_CHECKING, Any

from tracker.archive.git.git_program import git_command
from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from git import Git

LARGEST_ANSWER = 1024**3
"""Bytes of an answer that are kept. A repository of a few kilobytes may list files without end: of folders
that hold each other ten times, ten deep, git lists ten thousand million."""

GIT_MEMORY = 2 * 1024**3
"""Bytes that git itself may take beside the packs that it maps, where the system can be told so (Linux)."""

_LARGEST_COMPLAINT = 16 * 1024**2
_PIECE = 1024**2


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git command that may fail came to."""

    status: int
    output: bytes
    complaint: str
    """The first line of what it said on standard error."""
    complaints: str


def start_command(git: Git, arguments: Sequence[str], stdin: Any) -> Any:  # noqa: ANN401 (GitPython's own handles)
    """Start a git command with bounds; it is ended with the handle, so that the handle is kept."""
    started: Any = git.execute([git_command(), *arguments], istream=stdin, as_process=True)
    if sys.platform == "linux":
        _bound(started.proc.pid)
    return started


def run_git(git: Git, arguments: Sequence[str], stdin: bytes = b"") -> Answer:
    """Run a git command and return what it came to, whether it succeeded or not.

    Raises ``RepositoryUnusable`` where it answers without end.
    """
    with TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        started = start_command(git, arguments, given)
        process = started.proc
        complaints: list[bytes] = []
        listening = Thread(target=_listen, args=(process.stderr, complaints))
        listening.start()
        output, is_whole = _read(process.stdout, LARGEST_ANSWER)
        if not is_whole:
            process.kill()
        process.stdout.close()
        listening.join()
        process.stderr.close()
        status = process.wait()
    if not is_whole:
        raise RepositoryUnusable(
            f"git {arguments[0]} answers more than {LARGEST_ANSWER:,} bytes, and was ended"
        )
    said = b"".join(complaints).decode("utf-8", "replace")
    return Answer(status, output, _first_line(said), said)


def _listen(pipe: IO[bytes], heard: list[bytes]) -> None:
    """Keep the beginning of what is said on a pipe, and let the rest go by, so that nobody waits."""
    heard.append(_read(pipe, _LARGEST_COMPLAINT)[0])
    while pipe.read(_PIECE):
        pass


def _read(pipe: IO[bytes], most: int) -> tuple[bytes, bool]:
    """Read a pipe to its end, or up to a limit, and tell whether that was all."""
    pieces: list[bytes] = []
    size = 0
    while piece := pipe.read(_PIECE):
        size += len(piece)
        if size > most:
            return b"".join(pieces), False
        pieces.append(piece)
    return b"".join(pieces), True


def _bound(pid: int) -> None:
    import resource  # noqa: PLC0415 (not on Windows)

    try:
        resource.prlimit(pid, resource.RLIMIT_DATA, (GIT_MEMORY, GIT_MEMORY))
    except (OSError, ValueError):
        # It has ended already, or may have less than that.
        return


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return next(iter(lines), "it failed without a word").removeprefix("fatal: ")
