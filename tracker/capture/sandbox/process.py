"""The processes that read documents: started when first needed, kept warm, started anew after a death.

A few kilobytes can make a library in C abort, or take gigabytes and hours, and no exception tells of it. Each
kind of document has a process of its own, so that its libraries are loaded before it is held to its bounds.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Event, Lock, Timer
from typing import IO, TYPE_CHECKING, Final, Literal, cast

from tracker.capture.sandbox.bounds import MOST_ANSWERED
from tracker.capture.sandbox.wire import LONG, MEMORY, READ, receive, send
from tracker.errors import DocumentUnreadable, ReaderStopped, TrackerError

if TYPE_CHECKING:
    from tracker.capture.sandbox.bounds import Bounds

Kind = Literal["pdf", "zip", "html", "text", "index"]
"""What is read by one set of libraries."""

NEXT: Final = "if it is what it should be, save it as plain text and give that"
NO_ANSWER: Final = "its reader gave no answer that can be"
_PROGRAM: Final = "tracker.capture.serve"
_SEE_WHY: Final = f"to see why: {sys.executable} -m {_PROGRAM}"
_LONGEST_REASON: Final = 2000
_HANDED_ON: Final = (
    "LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPYCACHEPREFIX",
    "SYSTEMROOT",
)
"""What Python may need to start; nothing else of the environment, which may hold passwords."""


def ask(kind: Kind, request: bytes, data: bytes, bounds: Bounds) -> tuple[bytes, ...]:
    """Return the fields that the process of a kind answers to a request about a document.

    Raises ``DocumentUnreadable`` with what the reader says of it, and ``ReaderStopped``, without a name in
    front, where the reading died or was ended at its bounds. Whatever was read before makes no difference.
    """
    says, *fields = find_desk(kind, bounds).ask(request, data)
    if says == READ:
        return tuple(fields)
    if says == MEMORY:
        raise stop(f"reading it takes over {bounds.memory_words}")
    if says == LONG:
        raise stop(f"it gives over {MOST_ANSWERED // 1024**2} MB of text or links")
    raise DocumentUnreadable(b"".join(fields)[:_LONGEST_REASON].decode("utf-8", "replace"))


def stop(cause: str) -> ReaderStopped:
    """Return the error about a reading that gave nothing, with the next step."""
    return ReaderStopped(f"{cause}; {NEXT}", cause)


@dataclass(slots=True)
class Desk:
    """The process of a kind, if one has been started, and the lock of who waits for it."""

    kind: Kind
    bounds: Bounds
    process: subprocess.Popen[bytes] | None = None
    is_ready: bool = False
    lock: Lock = field(default_factory=Lock)

    def ask(self, *parts: bytes) -> tuple[bytes, ...]:
        """Return the answer to a message; it begins with one of the words of ``wire``.

        Raises ``ReaderStopped``, and ``TrackerError`` where no process starts.
        """
        with self.lock:
            if self.process and self.process.poll() is not None:
                self.end()
            if self.process:
                try:
                    answer = self._attempt(self.process, parts)
                except ReaderStopped as stopped:
                    if stopped.cause == self._overtime:
                        raise
                else:
                    if answer[0] != MEMORY:
                        return answer
                # What was read before may have filled or broken it: only a fresh process tells of this one.
                self.end()
            self.process, self.is_ready = _start(self.kind, self.bounds), False
            return self._attempt(self.process, parts)

    def end(self) -> None:
        """End the process, and take it from the system's list of them."""
        process, self.process = self.process, None
        if process:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                # What was still to be written cannot be.
                with suppress(OSError):
                    cast("IO[bytes]", pipe).close()

    def _attempt(self, process: subprocess.Popen[bytes], parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
        overdue = Event()
        # Killed, it ends the waiting for its answer: nothing else stops a library in C.
        timer = Timer(self.bounds.wall, _overtake, (process, overdue))
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(process, parts)
        except (OSError, EOFError, ValueError):
            self.end()
            raise self._tell_end(process, is_overdue=overdue.is_set()) from None
        except BaseException:
            # Interrupted: nobody will fetch the answer.
            self.end()
            raise
        finally:
            timer.cancel()

    def _exchange(self, process: subprocess.Popen[bytes], parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
        there, back = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            send(there, *parts)
        finally:
            if not self.is_ready:
                receive(back, MOST_ANSWERED)
                self.is_ready = True
        answer = receive(back, MOST_ANSWERED)
        if not answer:
            raise ValueError("an answer without a field")
        return answer

    @property
    def _overtime(self) -> str:
        return f"reading it takes over {self.bounds.time_words}"

    def _tell_end(self, process: subprocess.Popen[bytes], *, is_overdue: bool) -> TrackerError:
        how = _name_end(process.returncode)
        if not self.is_ready:
            return TrackerError(f"the process that reads documents does not start ({how}); {_SEE_WHY}")
        if is_overdue or how == "SIGXCPU":
            return stop(self._overtime)
        return stop(f"its reader broke off ({how}), as it does over {self.bounds.memory_words}")


@cache
def find_desk(kind: Kind, bounds: Bounds) -> Desk:
    """Return what has, or will have, the one process of a kind under these bounds."""
    desk = Desk(kind, bounds)
    atexit.register(desk.end)
    return desk


def _start(kind: Kind, bounds: Bounds) -> subprocess.Popen[bytes]:
    searched = os.pathsep.join(path for path in sys.path if path)
    named = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    arguments = (kind, str(bounds.processor), str(bounds.memory), str(os.getpid()))
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-P", "-s", "-X", "utf8", "-m", _PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**named, "PYTHONPATH": searched},
        # Out of reach of the terminal: an interrupt is for the command, which ends this process with itself.
        start_new_session=True,
    )


def _overtake(process: subprocess.Popen[bytes], overdue: Event) -> None:
    overdue.set()
    process.kill()


def _name_end(returncode: int) -> str:
    """Return how a process ended: the name of its signal, or its exit code."""
    with suppress(ValueError):
        return signal.Signals(-returncode).name
    return f"exit code {returncode}"
