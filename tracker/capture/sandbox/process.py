"""Reader processes: started when first needed, kept running, and started again when they end.

A few kilobytes can make a library in C abort, or take gigabytes and hours, without any exception. Each kind
of document has its own process, so that libraries are loaded before the limits apply.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from threading import Event, Lock, Timer
from typing import IO, TYPE_CHECKING, Final, Literal, cast

from tracker.capture.sandbox.protocol import (
    FULL,
    LONG,
    MAX_ANSWER,
    MEMORY,
    NEW_DOCUMENT,
    READ,
    FileKind,
    decode,
    receive,
    send,
)
from tracker.errors import REQUIRED, DocumentUnreadable, ReaderStopped, SandboxIncomplete, TrackerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.capture.sandbox.protocol import Limits

ReaderKind = Literal[FileKind, "index", "spreadsheet"]
"""What one set of libraries reads."""

NEXT: Final = "if it is what it should be, save it as plain text and give that"
NO_ANSWER: Final = "its reader gave no answer that can be"
_PROGRAM: Final = "tracker.capture.serve"
_SEE_WHY: Final = f"to see why: {sys.executable} -m {_PROGRAM}"
# Bytes: a reader that was taken over may send anything.
_LONGEST_REASON: Final = 2000
_ENVIRONMENT: Final = (
    "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPYCACHEPREFIX", "SYSTEMROOT",
)  # fmt: skip
"""The variables that Python may need; the rest of the environment may have passwords."""


def ask(kind: ReaderKind, request: Mapping[str, object], data: bytes, limits: Limits) -> list[str | None]:
    """Return the texts that a reader process answers to a request about a document.

    Raises ``DocumentUnreadable`` with the reader's reason, and ``ReaderStopped``, without the document's
    name, where the reader crashed or exceeded its limits. Earlier documents make no difference.
    """
    says, *fields = get_reader(kind, limits).ask(json.dumps(request).encode(), data)
    if says == MEMORY:
        raise reader_stopped(f"reading it takes over {limits.memory_words}")
    if says == LONG:
        raise reader_stopped(f"it gives over {MAX_ANSWER // 1024**2} MB of text or links")
    if says != READ:
        raise DocumentUnreadable(b"".join(fields)[:_LONGEST_REASON].decode("utf-8", "replace"))
    try:
        return [decode(field) for field in fields]
    except ValueError as error:
        raise reader_stopped(NO_ANSWER) from error


def tell_level() -> str:
    """Return how far documents are read in a sandbox here: ``full``, or what is missing, in one line."""
    try:
        return get_reader("text", NEW_DOCUMENT).tell_level()
    except TrackerError as error:
        return f"unknown: {error}"


def reader_stopped(cause: str) -> ReaderStopped:
    """Return the error of a reading without result, with the next step."""
    return ReaderStopped(f"{cause}; {NEXT}", cause)


@dataclass(slots=True)
class ReaderProcess:
    """The process of a kind, if it was started, and the lock of threads that wait for it."""

    kind: ReaderKind
    limits: Limits
    process: subprocess.Popen[bytes] | None = None
    level: str | None = None
    """How far the process is confined, once it has said so, before it reads anything."""
    lock: Lock = field(default_factory=Lock)

    def ask(self, *parts: bytes) -> tuple[bytes, ...]:
        """Return the answer to a message, which begins with one of the words of ``wire``.

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
                # An earlier document may have damaged the process: only a new one shows the truth.
                self.end()
            return self._attempt(self._start(), parts)

    def tell_level(self) -> str:
        """Return the level of the process, which is started where there is none.

        Raises ``TrackerError`` where it does not start.
        """
        with self.lock:
            if self.level is None:
                self._attempt(self._start(), ())
        return str(self.level)

    def end(self) -> None:
        """End the process, and wait for it."""
        process, self.process = self.process, None
        if process:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                # Closing may try to write the rest of a message.
                with suppress(OSError):
                    cast("IO[bytes]", pipe).close()

    def _start(self) -> subprocess.Popen[bytes]:
        self.process, self.level = _start(self.kind, self.limits), None
        return self.process

    def _attempt(self, process: subprocess.Popen[bytes], parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
        overdue = Event()
        # Killing it ends the wait for its answer: nothing else stops a library in C.
        timer = Timer(self.limits.wall, _kill_overdue, (process, overdue))
        timer.daemon = True
        timer.start()
        try:
            return self._exchange(process, parts)
        except (OSError, EOFError, ValueError):
            self.end()
            raise self._explain_end(process, is_overdue=overdue.is_set()) from None
        except BaseException:
            # Interrupted: the answer will not be fetched.
            self.end()
            raise
        finally:
            timer.cancel()

    def _exchange(self, process: subprocess.Popen[bytes], parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
        there, back = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        if self.level is None:
            _, level = receive(back, MAX_ANSWER)
            self.level = level.decode()
        if not parts:
            return ()
        _check_level(self.level)
        send(there, *parts)
        answer = receive(back, MAX_ANSWER)
        if not answer:
            raise ValueError("an answer without a field")
        return answer

    @property
    def _overtime(self) -> str:
        return f"reading it takes over {self.limits.time_words}"

    def _explain_end(self, process: subprocess.Popen[bytes], *, is_overdue: bool) -> TrackerError:
        how = name_end(process.returncode)
        if self.level is None:
            return TrackerError(f"the process that reads documents does not start ({how}); {_SEE_WHY}")
        if is_overdue or how == "SIGXCPU":
            return reader_stopped(self._overtime)
        return reader_stopped(f"its reader broke off ({how}), as it does over {self.limits.memory_words}")


@cache
def get_reader(kind: ReaderKind, limits: Limits) -> ReaderProcess:
    """Return the one reader process of a kind under these limits."""
    reader = ReaderProcess(kind, limits)
    atexit.register(reader.end)
    return reader


def _start(kind: ReaderKind, limits: Limits) -> subprocess.Popen[bytes]:
    searched = os.pathsep.join(path for path in sys.path if path)
    named = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    arguments = (kind, str(limits.processor), str(limits.memory), str(os.getpid()))
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-P", "-s", "-X", "utf8", "-m", _PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**named, "PYTHONPATH": searched},
        # A session of its own: an interrupt is for the command, which then ends this process.
        start_new_session=True,
    )


def _check_level(level: str) -> None:
    """Raise ``SandboxIncomplete`` where the user requires a full sandbox, and this one is less."""
    if level != FULL and os.environ.get(REQUIRED, "0") not in {"", "0"}:
        raise SandboxIncomplete(level)


def _kill_overdue(process: subprocess.Popen[bytes], overdue: Event) -> None:
    overdue.set()
    process.kill()


def name_end(returncode: int) -> str:
    """Return how a process ended: the name of its signal, or its exit code."""
    with suppress(ValueError):
        return signal.Signals(-returncode).name
    return f"exit code {returncode}"
