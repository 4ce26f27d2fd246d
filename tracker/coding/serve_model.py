"""The program of the process in which a model is asked: load it, say what it is, and answer questions.

Messages are those of the sandbox, each one JSON object. The process has the network and the user's keys, as
plugins need both; what it is held to is memory, where the answers come from a server.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from tracker.capture.sandbox.protocol import receive, send, take_pipes
from tracker.coding.models import ModelFault, load_model
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from typing import IO

    from tracker.coding.models import LanguageModel

MEMORY: Final = 160 * 1024**2
"""Bytes that the answers of a server may take here, with all that libraries make of them. Four at once of
12,000 pieces each have room: of the most used library a piece takes 2.6 KB."""
OUT_OF_MEMORY: Final = 3
"""The exit code where they take more."""
_STACK: Final = 2 * 1024**2
"""Bytes for the calls within each thread, which count as taken."""


def serve(name: str, timeout: float) -> None:
    """Answer questions on standard input until it closes, which it does when the parent process ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions, answers = take_pipes()
    try:
        model = load_model(name, timeout)
    except TrackerError as error:
        _say(answers, threading.Lock(), {"error": str(error)})
        return
    if model.has_server:
        _limit_memory()
    threading.stack_size(_STACK)
    lock = threading.Lock()
    about = {"name": model.name, "options": model.options, "release": model.release, "at_once": model.at_once}
    _say(answers, lock, about)
    with suppress(EOFError):
        while True:
            (message,) = receive(questions, sys.maxsize)
            asked = (model, json.loads(message), answers, lock)
            # A daemon: what hangs for ever must not keep this process from its end.
            threading.Thread(target=_answer, args=asked, daemon=True).start()


def _answer(model: LanguageModel, asked: dict[str, Any], answers: IO[bytes], lock: threading.Lock) -> None:
    try:
        said: dict[str, object] = {"reply": list(model.ask(asked["text"], asked["schema"]))}
    except ModelFault as fault:
        said = {"fault": str(fault), **fault.kind}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    _say(answers, lock, {**said, "number": asked["number"], "options": model.options})


def _say(answers: IO[bytes], lock: threading.Lock, message: dict[str, object]) -> None:
    with lock, suppress(BrokenPipeError):
        send(answers, json.dumps(message).encode())


def _limit_memory() -> None:
    """Hold what this process may take from now on, where the system can: on Linux its data (4.7)."""
    with suppress(ImportError, OSError, ValueError, StopIteration):
        import resource  # noqa: PLC0415 (not on every system)

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with open("/proc/self/status", "rb") as status:  # noqa: PTH123 (as the sandbox does)
            now = next(int(line.split()[1]) * 1024 for line in status if line.startswith(b"VmData:"))
        resource.setrlimit(resource.RLIMIT_DATA, (now + MEMORY, now + MEMORY))


if __name__ == "__main__":
    serve(sys.argv[1], float(sys.argv[2]))
