"""The git that is installed: how old it may be, and what it obeys.

Git runs what a repository's configuration and hooks name, even to read from it. So none that was made
elsewhere is ever shown to git as it is (``git.view``), and what is asked of git is asked in one of
two environments: nothing of anybody's for all that is read and written on this computer, and the user's own
settings, which hold the credentials, to reach another one. In none of them is one object shown in the place
of another (``git replace``, grafts).
"""

from __future__ import annotations

import math
import os
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from tempfile import TemporaryFile
from threading import Thread
from typing import TYPE_CHECKING, Any

from tracker.errors import RepositoryUnusable
from tracker.files import temporary_place
from tracker.inputs.passwords import strip_users
from tracker.preservation.git.elsewhere import find_hook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import ModuleType
    from typing import IO

    from git import Git

LEAST_GIT = (2, 36)
"""The oldest git that will do, the only place that says so.

2.32 brought ``GIT_CONFIG_GLOBAL``, which keeps the user's settings out of what is read; 2.33 packing by
``--geometric``; 2.36 ``core.fsync``, without which a branch may survive a power cut that its commit did not.
What came later is set as well and not relied on: ``GIT_NO_LAZY_FETCH`` (2.45, and 2.39.4) forbids what a
repository without a configuration cannot ask for.
"""

PROTOCOLS = ("https", "http", "ssh", "git", "file")
"""How another repository may be reached: never by a helper (``ext::``, ``fd::``), which is any program."""

_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_PAGER": "cat",
    "GIT_NO_REPLACE_OBJECTS": "1",
    # What the user's own settings would have a new repository be.
    "GIT_DEFAULT_HASH": "sha1",
    "GIT_DEFAULT_REF_FORMAT": "files",
}
LOCAL: Mapping[str, str] = {
    **_QUIET,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_COUNT": "0",
    "GIT_CONFIG_PARAMETERS": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_EXTERNAL_DIFF": "",
    # Empty: no protocol at all.
    "GIT_ALLOW_PROTOCOL": "",
}
"""To read and write here: nobody's settings, and no way to another computer."""

REMOTE: Mapping[str, str] = {**_QUIET, "GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS)}
"""To reach another computer: the user's own settings, and nobody is there at night to type a password."""

_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
_SCHEME = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)://")


def start_git(environment: Mapping[str, str], folder: Path | None = None) -> Git:
    """Return GitPython's runner of git commands in an environment, and in a folder that is ours.

    It hands on all variables of this process. Raises ``RepositoryUnusable`` where one of them would lead git
    elsewhere, and as ``load_git`` does.
    """
    if name := find_hook(os.environ):
        raise RepositoryUnusable(
            f"{name} is set, as in a hook, and leads git to another repository; unset it"
        )
    git = load_git().Git(folder)
    git.update_environment(**environment)
    return git  # type: ignore[no-any-return]


def _git_command() -> str:
    """Return the program itself."""
    return str(load_git().Git.GIT_PYTHON_GIT_EXECUTABLE)


@cache
def load_git() -> ModuleType:
    """Return GitPython. Raises ``RepositoryUnusable`` where git, which it runs, is missing or too old."""
    try:
        import git  # noqa: PLC0415 (79 ms, and an error where git is missing)
    except ImportError as error:
        raise RepositoryUnusable(
            "git was not found on the path; install it (https://git-scm.com), then try again"
        ) from error
    found = git_version()
    if found[:2] < LEAST_GIT:
        raise RepositoryUnusable(
            f"git {_written(found)} is too old; install {_written(LEAST_GIT)} or later (https://git-scm.com)"
        )
    return git


@cache
def git_version() -> tuple[int, ...]:
    """Return the release of git, which is asked once: GitPython asks with each of its objects."""
    import git  # noqa: PLC0415 (as above)

    return git.Git().version_info


def check_address(address: str, shown: str) -> None:
    """Raise ``RepositoryUnusable`` for an address that git would reach by anything but ``PROTOCOLS``.

    That holds for paths and ``host:path`` too. ``shown`` is the address as messages may show it.
    """
    scheme = _SCHEME.match(address)
    if _HELPER.match(address) or (scheme and scheme[1].lower() not in PROTOCOLS):
        allowed = ", ".join(PROTOCOLS)
        raise RepositoryUnusable(f"{shown}: a repository is reached by {allowed}, and by no other protocol")


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


LARGEST_ANSWER = 1024**3
"""Bytes of an answer that are kept. A repository of a few kilobytes may list files without end: of folders
that hold each other ten times, ten deep, git lists ten thousand million."""

GIT_MEMORY = 2 * 1024**3
"""Bytes that git itself may use besides the packs that it maps, where the system has such a limit (Linux)."""

LARGEST_LIST = 256 * 1024**2
"""Bytes of an answer that lists what a repository of others holds: a million and a half paths."""

_OUT_OF_MEMORY = re.compile("out of memory|memory exhausted", re.IGNORECASE)
_LARGEST_COMPLAINT = 16 * 1024**2
_PIECE = 1024**2


@dataclass(frozen=True, slots=True)
class GitResult:
    """The result of a git command that may fail."""

    status: int
    output: bytes
    complaint: str
    """The first line of what it said on standard error."""
    complaints: str


def _children_time() -> float:
    spent = os.times()
    return spent.children_user + spent.children_system


@dataclass(frozen=True, slots=True)
class Allowance:
    """The time that a repository of others may take: so much of a processor for git, and so much for us.

    A few kilobytes can be thousands of millions of files, or large files without end.
    """

    seconds: float
    overall: float
    """Seconds from its opening by the clock, after which nothing more of it is recorded."""
    began: float = field(default_factory=time.process_time)
    children: float = field(default_factory=_children_time)
    opened: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Raise ``RepositoryUnusable`` where our own reading has taken more."""
        if time.process_time() - self.began > self.seconds:
            raise self.exceeded()

    def check_overall(self) -> None:
        """Raise ``RepositoryUnusable`` where reading and recording have taken more, all in all."""
        if time.monotonic() - self.opened > self.overall:
            raise RepositoryUnusable(
                f"to read and record it takes over {self.overall:.0f} s, far too much for its size, and was"
                " ended; what was recorded is kept, and the same command goes on from there"
            )

    def left(self) -> int:
        """Return the seconds that git may still take. Raises ``RepositoryUnusable`` where none are left."""
        left = self.seconds - (_children_time() - self.children)
        if left <= 0:
            raise self.exceeded()
        return math.ceil(left)

    def exceeded(self, what: str | None = None) -> RepositoryUnusable:
        """Return the error of what takes too much, without the name of the repository."""
        took = what or f"{self.seconds:.0f} s of a processor"
        return RepositoryUnusable(
            f"to read it takes over {took}, far too much for its size; use another copy, or if you trust it,"
            " check out the files that you need, and: tracker import FOLDER"
        )


_SECONDS, _SECONDS_A_MEGABYTE = 20.0, 1.0
"""Histories of speeches take about a tenth of that, on the slowest of machines a half."""

_OVERALL_SECONDS, _OVERALL_A_MEGABYTE = 20.0, 60.0
"""To record a revision takes a fiftieth of a second; packed however well, it has half a kilobyte."""


def allow_time(size: int) -> Allowance:
    """Return what a repository may take whose objects have so many bytes."""
    megabytes = size / 1024**2
    overall = _OVERALL_SECONDS + _OVERALL_A_MEGABYTE * megabytes
    return Allowance(_SECONDS + _SECONDS_A_MEGABYTE * megabytes, overall)


def start_command(git: Git, arguments: Sequence[str], stdin: Any, allowance: Allowance | None = None) -> Any:  # noqa: ANN401 (GitPython's own handles)
    """Start a git command with bounds; it is ended with the handle, so that the handle is kept.

    Raises ``RepositoryUnusable`` where the system refuses to start it, as with an argument of over 128 KB.
    """
    seconds = allowance.left() if allowance else None
    try:
        started: Any = git.execute([_git_command(), *arguments], istream=stdin, as_process=True)
    except OSError as error:
        raise RepositoryUnusable(f"git cannot be started: {error.strerror}") from error
    if sys.platform == "linux":
        _bound(started.proc.pid, seconds)
    return started


def run_git(
    git: Git, arguments: Sequence[str], stdin: bytes = b"", allowance: Allowance | None = None
) -> GitResult:
    """Run a git command and return its result, whether it succeeded or not.

    Raises ``RepositoryUnusable`` where it answers without end, or takes more than it may.
    """
    most = LARGEST_LIST if allowance else LARGEST_ANSWER
    with TemporaryFile(dir=temporary_place()) as given:
        given.write(stdin)
        given.seek(0)
        started = start_command(git, arguments, given, allowance)
        process = started.proc
        complaints: list[bytes] = []
        listening = Thread(target=_listen, args=(process.stderr, complaints))
        listening.start()
        output, is_whole = _read(process.stdout, most)
        if not is_whole:
            process.kill()
        process.stdout.close()
        listening.join()
        process.stderr.close()
        status = process.wait()
    if not is_whole:
        if allowance:
            raise allowance.exceeded(f"{most:,} bytes for a list of its files")
        raise RepositoryUnusable(f"git {arguments[0]} answers more than {most:,} bytes, and was ended")
    if allowance and is_overtime(status):
        raise allowance.exceeded()
    said = strip_users(b"".join(complaints).decode("utf-8", "replace"))
    if allowance and status and _OUT_OF_MEMORY.search(said):
        raise allowance.exceeded(f"{GIT_MEMORY // 1024**2:,} MB of memory")
    return GitResult(status, output, _first_line(said), said)


def _listen(pipe: IO[bytes], heard: list[bytes]) -> None:
    """Keep the beginning of a pipe's output, and discard the rest, so that nobody waits."""
    # An interrupted command closes the pipe while it is read here.
    with suppress(ValueError):
        heard.append(_read(pipe, _LARGEST_COMPLAINT)[0])
        while pipe.read(_PIECE):
            pass


def _read(pipe: IO[bytes], most: int) -> tuple[bytes, bool]:
    """Read a pipe to its end, or up to a limit; return also whether that was all."""
    pieces: list[bytes] = []
    size = 0
    while piece := pipe.read(_PIECE):
        size += len(piece)
        if size > most:
            return b"".join(pieces), False
        pieces.append(piece)
    return b"".join(pieces), True


def is_overtime(status: int | None) -> bool:
    """Return whether a process was ended by its limit of processor time."""
    return sys.platform != "win32" and status == -signal.SIGXCPU


def _bound(pid: int, seconds: int | None) -> None:
    import resource  # noqa: PLC0415 (not on Windows)

    try:
        resource.prlimit(pid, resource.RLIMIT_DATA, (GIT_MEMORY, GIT_MEMORY))
        if seconds:
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
            resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds + 1))
    except (OSError, ValueError):
        # It has ended already, or may have less than that.
        return


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return next(iter(lines), "it failed without a message").removeprefix("fatal: ")
