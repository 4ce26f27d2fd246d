"""A language model asked in a process of its own: what a server sends cannot fill the memory of this one.

A reply is bounded where it is read, but what libraries make of bytes before they give any of it is theirs: an
event that never ends took 4.85 GB, and a list of empty objects takes two hundred times its size.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Final, cast

from tracker.capture.sandbox.process import name_end
from tracker.capture.sandbox.protocol import receive, send
from tracker.coding.models import LONGEST_REPLY, ModelFault, Reply
from tracker.coding.serve_model import MEMORY, OUT_OF_MEMORY
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PROGRAM: Final = "tracker.coding.serve_model"
_LONGEST: Final = 16 * LONGEST_REPLY
"""Bytes of a message: JSON may write six of them for one."""


class ModelProcess:
    """A model in its process; several threads may ask it at the same time."""

    def __init__(self, process: subprocess.Popen[bytes], about: Mapping[str, Any]) -> None:
        self._process = process
        self._there, self._back = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._number = 0
        self._end: str | None = None
        """How the process ended, once it has."""
        self.name: str = about["name"]
        self.release: str = about["release"]
        self.at_once: int = about["at_once"]
        """Calls at the same time."""
        self.options: str = about["options"]
        """The options that it is asked with, as a JSON object: less those that it does not take."""
        self._reader = threading.Thread(target=self._receive, daemon=True)
        self._reader.start()

    def ask(self, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the reply to a question; raises ``ModelFault``."""
        mine: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        with self._lock:
            if self._end is None:
                self._number += 1
                self._waiting[self._number] = mine
                asked = {"number": self._number, "text": text, "schema": schema}
                with suppress(OSError):  # where it has just ended: that is told to all who wait
                    send(self._there, json.dumps(asked).encode())
            else:
                mine.put(self._tell_end())
        said = mine.get()
        if "reply" in said:
            self.options = said["options"]
            return Reply(*said["reply"])
        fault = said.pop("fault")
        raise ModelFault(fault, **{name: said[name] for name in ("is_passing", "is_final", "wait")})

    def end(self) -> None:
        """End the process, and wait for it."""
        self._process.kill()
        self._reader.join()
        with suppress(OSError):  # closing may try to write the rest of a message
            self._there.close()

    def _receive(self) -> None:
        """Hand each answer to who waits for it, and to all of them that the process has ended."""
        with self._back, suppress(EOFError, OSError, ValueError):
            while True:
                (message,) = receive(self._back, _LONGEST)
                said = json.loads(message)
                with self._lock:
                    self._waiting.pop(said["number"]).put(said)
        self._process.kill()
        how = self._process.wait()
        with self._lock:
            self._end = _explain_end(how)
            for each in self._waiting.values():
                each.put(self._tell_end())
            self._waiting.clear()

    def _tell_end(self) -> dict[str, Any]:
        return {"fault": f"what it answered {self._end}", **ModelFault("", is_final=True).kind}


def _explain_end(how: int) -> str:
    bound = f"over {MEMORY // 1024**2} MB of memory"
    return (
        f"takes {bound}" if how == OUT_OF_MEMORY else f"ended its plugin ({name_end(how)}), as {bound} does"
    )


def start_model(name: str, timeout: float) -> ModelProcess:
    """Return a model by its name or alias; ``timeout`` is how many seconds a call may take.

    Raises ``TrackerError`` where the library is not there, or knows no such model.
    """
    process = _start(name, timeout)
    try:
        (message,) = receive(cast("IO[bytes]", process.stdout), _LONGEST)
        about = json.loads(message)
    except (EOFError, ValueError):
        how = name_end(_end(process))
        raise TrackerError(f"the process that asks models does not start ({how})") from None
    if "error" in about:
        _end(process)
        raise TrackerError(about["error"])
    model = ModelProcess(process, about)
    atexit.register(model.end)
    return model


def _start(name: str, timeout: float) -> subprocess.Popen[bytes]:
    searched = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-P", "-X", "utf8", "-m", _PROGRAM, name, str(timeout)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": searched},
        # A session of its own: an interrupt is for the command, which then ends this process.
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> int:
    """End a process that nobody waits for, and return how it ended."""
    process.kill()
    how = process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # closing may try to write the rest of a message
            cast("IO[bytes]", pipe).close()
    return how
