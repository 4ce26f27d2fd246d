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
from typing import TYPE_CHECKING, Final

from tests.running import COMMAND, PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_READ_AT_START: Final = ("PATH", "PYTHON", "GIT_PYTHON", "LC_", "LANG", "TZ", "MPLCONFIGDIR", "MATPLOTLIBRC")
"""How variables begin that a fork cannot take: Python, or a library, reads them when it starts."""
_ENVIRONMENT: Final = dict(os.environ)
_TIMEOUT: Final = 120.0


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


@dataclass(frozen=True, slots=True)
class Server:
    """The process that forks."""

    process: subprocess.Popen[bytes]
    pipe: socket.socket
    lock: threading.Lock

    def run(
        self,
        folder: Path,
        arguments: tuple[str, ...],
        stdin: bytes,
        environment: Mapping[str, str],
        limits: Limits | None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run the command in a fork; raises ``subprocess.TimeoutExpired`` as ``subprocess.run`` does."""
        umask = os.umask(0o077)
        os.umask(umask)
        asked = {
            "folder": str(folder),
            "arguments": arguments,
            "environment": dict(environment),
            "umask": umask,
            "limits": limits and [limits.processor, limits.memory],
        }
        with ExitStack() as opened:
            files = [opened.enter_context(tempfile.TemporaryFile()) for _ in range(4)]
            for file, data in zip(files, (json.dumps(asked).encode(), stdin), strict=False):
                file.write(data)
                file.seek(0)
            code = self._exchange([file.fileno() for file in files])
            for file in files:
                file.seek(0)
            return subprocess.CompletedProcess(arguments, code, files[2].read(), files[3].read())

    def end(self) -> None:
        """End the server."""
        self.pipe.close()
        self.process.communicate()

    def _exchange(self, files: list[int]) -> int:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb", buffering=0) as answers:
            with self.lock:
                socket.send_fds(self.pipe, [b"?"], [writing, *files])
            os.close(writing)
            number = int(answers.readline())
            in_time = bool(select.select([answers], [], [], _TIMEOUT)[0])
            if not in_time:
                os.kill(number, signal.SIGKILL)
            code = int(answers.readline())
        if not in_time:
            raise subprocess.TimeoutExpired("tracker", _TIMEOUT)
        return code


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
