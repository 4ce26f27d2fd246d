"""The command in a process of its own, without the half second that Python and the libraries take to load.

A server has all of it loaded and forks for each command. A fork has the folder, the environment, the streams
and the end that a process started anew has; what it shares with others is the code that is loaded. Tests
about starting, and about what Python reads when it starts, run ``COMMAND`` instead.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from tests.running import COMMAND, PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ_AT_START: Final = ("PATH", "PYTHON", "GIT_PYTHON", "LC_", "LANG", "TZ", "MPLCONFIGDIR", "MATPLOTLIBRC")
"""How variables begin that a fork cannot take: Python, or a library, reads them when it starts."""
_ENVIRONMENT: Final = dict(os.environ)
_TIMEOUT: Final = 120.0
WITH_WORKERS: Final = b"w"
_WITHOUT: Final = b"?"
"""What is asked for: a command that starts workers of its own, or none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a command may take before the system ends it: seconds of a processor, bytes of addresses."""

    processor: int
    memory: int


def run_command(
    folder: Path,
    arguments: tuple[str, ...],
    stdin: bytes,
    environment: Mapping[str, str],
    limits: Limits | None = None,
    first: str = "",
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a folder, forked where that makes no difference; a warning is an error.

    With ``first`` it is a program in which some statements were run before it was loaded.
    """
    if limits or first or (hasattr(os, "fork") and _can_fork(environment)):
        return _start_server(first).run(folder, arguments, stdin, environment, limits)
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=False,
        env=environment,
        timeout=_TIMEOUT,
    )


class Forked:
    """A command that runs in a fork, as ``subprocess.Popen`` would have it."""

    def __init__(self, number: int, out: IO[str], answers: IO[bytes]) -> None:
        self.pid = number
        self.returncode: int | None = None
        self.stdout = out
        self._answers = answers

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        return self._read_code(0)

    def wait(self, timeout: float) -> int:
        """Return its exit code once it has ended; raises ``subprocess.TimeoutExpired``."""
        code = self._read_code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("tracker", timeout)
        return code

    def send_signal(self, by: int) -> None:
        """Send it a signal while it runs."""
        if self.poll() is None:
            os.kill(self.pid, by)

    def _read_code(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._answers], [], [], timeout)[0]:
            self.returncode = int(self._answers.readline())
            self._answers.close()
        return self.returncode


@dataclass(frozen=True, slots=True)
class Server:
    """The process that forks."""

    process: subprocess.Popen[bytes]
    pipe: socket.socket
    lock: threading.Lock

    def start(
        self, folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str], err: int
    ) -> Forked:
        """Start the command in a fork that goes on, without input; what it says besides goes to a file."""
        reading, writing = os.pipe()
        with tempfile.TemporaryFile() as asked, Path(os.devnull).open("rb") as nothing:
            _ask(asked, folder, arguments, environment)
            number, answers = self._fork(WITH_WORKERS, [asked.fileno(), nothing.fileno(), writing, err])
        os.close(writing)
        return Forked(number, os.fdopen(reading, encoding="utf-8"), answers)

    def run(
        self,
        folder: Path,
        arguments: tuple[str, ...],
        stdin: bytes,
        environment: Mapping[str, str],
        limits: Limits | None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the command in a fork; raises ``subprocess.TimeoutExpired`` as ``subprocess.run`` does."""
        with ExitStack() as opened:
            files = [opened.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
            _ask(files[0], folder, arguments, environment, limits)
            files[1].write(stdin)
            files[1].seek(0)
            code = self._exchange([file.fileno() for file in files])
            for file in files:
                file.seek(0)
            return subprocess.CompletedProcess(arguments, code, files[2].read(), files[3].read())

    def end(self) -> None:
        """End the server."""
        self.pipe.close()
        self.process.communicate()

    def _fork(self, kind: bytes, files: list[int]) -> tuple[int, IO[bytes]]:
        """Return the number of a fork that has these files, and where its exit code will be told."""
        reading, writing = os.pipe()
        answers = os.fdopen(reading, "rb", buffering=0)
        with self.lock:
            socket.send_fds(self.pipe, [kind], [writing, *files])
        os.close(writing)
        return int(answers.readline()), answers

    def _exchange(self, files: list[int]) -> int:
        number, answers = self._fork(_WITHOUT, files)
        with answers:
            in_time = bool(select.select([answers], [], [], _TIMEOUT)[0])
            if not in_time:
                os.kill(number, signal.SIGKILL)
            code = int(answers.readline())
        if not in_time:
            raise subprocess.TimeoutExpired("tracker", _TIMEOUT)
        return code


def start_command(
    folder: Path, arguments: tuple[str, ...], environment: Mapping[str, str], err: IO[bytes]
) -> Forked | subprocess.Popen[str]:
    """Start the command in a folder without input, forked as ``run_command`` does.

    What it prints is to be read from its ``stdout``, and what it says besides goes to a file.
    """
    if hasattr(os, "fork") and _can_fork(environment):
        return _start_server("").start(folder, arguments, environment, err.fileno())
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=err,
        text=True,
        env=environment,
    )


def _ask(
    file: IO[bytes],
    folder: Path,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    limits: Limits | None = None,
) -> None:
    """Write what a fork is to do, for it to read."""
    umask = os.umask(0o077)
    os.umask(umask)
    asked = {
        "folder": str(folder),
        "arguments": arguments,
        "environment": dict(environment),
        "umask": umask,
        "limits": limits and [limits.processor, limits.memory],
    }
    file.write(json.dumps(asked).encode())
    file.seek(0)


def _can_fork(environment: Mapping[str, str]) -> bool:
    names = {name for name in {*environment, *_ENVIRONMENT} if name.startswith(_READ_AT_START)}
    return all(environment.get(name) == _ENVIRONMENT.get(name) for name in names)


@cache
def _start_server(first: str) -> Server:
    ours, theirs = socket.socketpair()
    process = subprocess.Popen(
        [*PYTHON, "-c", f"{first}\nfrom tests.fork_server import start\nstart()", str(theirs.fileno())],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[theirs.fileno()],
        env=_ENVIRONMENT,
    )
    theirs.close()
    server = Server(process, ours, threading.Lock())
    atexit.register(server.end)
    return server
