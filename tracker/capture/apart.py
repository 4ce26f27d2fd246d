"""Reading documents of strangers in a process apart, which may die, fill up or never end without harm.

Libraries in C read PDF and markup: a few kilobytes can make them abort, or take gigabytes and hours, and no
exception tells of it. One process serves all documents of a run; where it breaks, the next gets another.
"""

from __future__ import annotations

import atexit
import faulthandler
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING, Final, cast

from tracker.capture.extract import extract, show_name
from tracker.errors import DocumentUnreadable
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS: Final = 60.0
"""How long one document may take; real ones take a second at most."""

MEMORY: Final = 2 * 1024**3
"""Bytes of memory that the process may ask for, where the system can hold it to that."""

BROKE_OFF: Final = f"its reader broke off, or took over {SECONDS:.0f} s or 2 GB; look at the bytes"
_PROGRAM = "from tracker.capture.apart import serve; serve()"
_GRACE = 10.0
_LENGTH = 8


def extract_apart(
    data: bytes,
    name: str,
    *,
    selector: str | None = None,
    remove: tuple[str, ...] = (),
    content_type: str | None = None,
) -> Extraction:
    """Return what ``extract`` does, read in the process apart.

    Raises ``DocumentUnreadable`` as ``extract`` does, and where the process died or took too long.
    """
    settings = {"name": name, "selector": selector, "remove": remove, "content_type": content_type}
    answer = _DESK.ask(json.dumps(settings).encode(), data)
    if answer is None:
        raise DocumentUnreadable(f"{show_name(name)}: {BROKE_OFF}")
    told = json.loads(answer)
    if isinstance(told, str):
        raise DocumentUnreadable(told)
    return Extraction(*told)


@dataclass(slots=True)
class _Desk:
    """The process that reads, if one has been started, and the lock of who waits for it."""

    process: subprocess.Popen[bytes] | None = None
    lock: Lock = field(default_factory=Lock)

    def ask(self, *parts: bytes) -> bytes | None:
        """Return the answer to a request; None where the process did not live to give one."""
        with self.lock:
            process = self.process or _start()
            self.process = None
            # Killed, it ends the reading of its answer: nothing else stops a library in C.
            timer = Timer(SECONDS, process.kill)
            timer.daemon = True
            timer.start()
            try:
                answer = _ask(process, parts)
            except (OSError, EOFError):
                _end(process)
                return None
            finally:
                timer.cancel()
            self.process = process
            return answer

    def close(self) -> None:
        """End the process."""
        with self.lock:
            process, self.process = self.process, None
            if process:
                _end(process)


_DESK = _Desk()
atexit.register(_DESK.close)


def _start() -> subprocess.Popen[bytes]:
    searched = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-P", "-c", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": searched},
    )


def _ask(process: subprocess.Popen[bytes], parts: tuple[bytes, ...]) -> bytes:
    there, back = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    for part in parts:
        _write(there, part)
    return _read(back)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    with suppress(OSError):
        process.communicate()


def _write(pipe: IO[bytes], part: bytes) -> None:
    pipe.write(len(part).to_bytes(_LENGTH, "big") + part)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    length = int.from_bytes(_read_exactly(pipe, _LENGTH), "big")
    return _read_exactly(pipe, length)


def _read_exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


# In the process apart ---------------------------------------------------------------------------------


def serve() -> None:
    """Answer requests on standard input until it ends, which it does with whoever started this process."""
    # An interrupt at the terminal is for the run, which ends this process with itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _hold_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with suppress(BrokenPipeError):
        for settings, data in _requests(sys.stdin.buffer):
            # Nobody is there to kill it where the run itself was killed.
            faulthandler.dump_traceback_later(SECONDS + _GRACE, exit=True)
            _write(answers, _answer(json.loads(settings), data))
            faulthandler.cancel_dump_traceback_later()


def _requests(pipe: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    with suppress(EOFError):
        while True:
            yield _read(pipe), _read(pipe)


def _answer(settings: dict[str, str | list[str] | None], data: bytes) -> bytes:
    remove = tuple(cast("list[str]", settings.pop("remove")))
    try:
        extraction = extract(data, remove=remove, **cast("dict[str, str]", settings))
    except DocumentUnreadable as error:
        return json.dumps(str(error)).encode()
    return json.dumps(astuple(extraction)).encode()


def _hold_memory() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
