"""Pytest with all tests collected: for each mutant it forks, gives a function another body, and runs tests.

Loaded as a plugin by ``trial.Copy``, which asks in lines of JSON over a socket. To load the program and its
tests takes longer than most tests do, and so is done once. What forks commands for the tests
(``tests.fork_server``) is forked from here too, so that commands have the mistake as well. What was
remembered before has not, nor has a Python that a test starts.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import threading
import warnings
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, NoReturn

from tests.acceptance.mutants.reach import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

SOCKET: Final = "TRACKER_MUTANTS_SOCKET"
"""The variable with the number of the socket."""
NOT_MADE: Final = "the mutant cannot be made"
"""The answer where a function is not found among those that are loaded."""
_ANSWER: Final = "answer"
"""The file of an answer, in the folder of the copy."""

_CLASS_BODY: Final = 0x2
"""Of the flags of code: a function has locals of its own, the body of a class and a module have none."""


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer until nobody asks any more."""
    failures = _Failures()
    session.config.pluginmanager.register(failures)
    items = {item.nodeid: item for item in session.items}
    functions = _load()
    with socket.socket(fileno=int(os.environ[SOCKET])) as pipe, pipe.makefile("rw") as asking:
        for line in asking:
            asked = json.loads(line)
            answer = Path(os.environ[FOLDER], _ANSWER)
            answer.unlink(missing_ok=True)
            number = os.fork()
            if not number:
                pipe.close()
                os.setpgid(0, 0)
                _become(asked, functions, [items[name] for name in asked["names"] if name in items], failures)
            _wait(number, asked["seconds"])
            said = answer.read_text("utf-8") if answer.exists() else json.dumps({"failed": "took too long"})
            asking.write(said + "\n")
            asking.flush()
    return True


class _Failures:
    """A plugin that knows what failed."""

    def __init__(self) -> None:
        self.named: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        if report.failed:
            self.named.append(report.nodeid)


Functions = dict[tuple[str, int], list[FunctionType]]
"""By file and first line."""


def _load() -> Functions:
    """Load the whole program and what each comparison reads, and return its functions."""
    # Not before the tests, which choose what is loaded first.
    for name in (module.name for module in walk_packages(import_module("tracker").__path__, "tracker.")):
        if not name.endswith("__main__"):
            import_module(name)
    import_module("tracker").compare("We will act on this.", "We may act on this.")
    import_module("tests.kept").check_once()
    import_module("tracker.text.encoder").check_model()
    gc.unfreeze()
    functions: Functions = {}
    for each in gc.get_objects():
        if isinstance(each, FunctionType):
            functions.setdefault((each.__code__.co_filename, each.__code__.co_firstlineno), []).append(each)
    return functions


def _wait(number: int, seconds: float) -> None:
    """Wait for a fork, or end it with all that it started."""
    handle = os.pidfd_open(number)
    select.select([handle], [], [], seconds)
    os.close(handle)
    with suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)
    os.waitpid(number, 0)


def _become(
    asked: dict[str, Any], functions: Functions, items: list[pytest.Item], failures: _Failures
) -> NoReturn:
    failed = NOT_MADE
    try:
        if asked["text"]:
            code = next(
                each
                for each in _list_functions(compile(asked["text"], asked["path"], "exec", dont_inherit=True))
                if each.co_firstlineno == asked["first"]
            )
            for function in functions[asked["path"], asked["first"]]:
                if function.__code__.co_name == code.co_name:
                    function.__code__ = code
        _lend_server()
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if failures.named:
                break
        failed = failures.named[0] if failures.named else ""
    finally:
        # Under its name once it is whole.
        place = Path(os.environ[FOLDER], _ANSWER)
        place.with_suffix(".draft").write_text(json.dumps({"failed": failed}), "utf-8")
        place.with_suffix(".draft").replace(place)
        os._exit(0)


def _list_functions(code: CodeType) -> Iterator[CodeType]:
    """Yield the functions of a module and of its classes, not those inside functions."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            if each.co_flags & _CLASS_BODY:
                yield each
            else:
                yield from _list_functions(each)


def _lend_server() -> None:
    """Fork what waits to fork commands, and have tests use it where they would start one as it is."""
    forking = import_module("tests.forking")
    ours, theirs = socket.socketpair()
    number = os.fork()
    if not number:
        ours.close()
        _serve(theirs)
    theirs.close()
    start, lock, made = forking._start_server, threading.Lock(), list[Any]()  # noqa: SLF001 (replaced here)

    class Forked:
        def communicate(self) -> None:
            os.waitpid(number, 0)

    def find_server(first: str) -> object:
        if first:
            return start(first)
        with lock:
            if not made:
                one, other = socket.socketpair()
                socket.send_fds(ours, [b"!"], [other.fileno()])
                other.close()
                made.append(forking.Server(Forked(), one, threading.Lock()))
        return made[0]

    vars(forking)["_start_server"] = find_server


def _serve(pipe: socket.socket) -> NoReturn:
    try:
        said, files, _, _ = socket.recv_fds(pipe, 1, 1)
        if said:
            pipe.close()
            warnings.simplefilter("error")
            sys.argv[:] = ["-c", str(files[0])]
            sys.path.insert(0, "")
            import_module("tests.fork_server").start()
    finally:
        os._exit(0)
