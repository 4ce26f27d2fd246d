"""One process beside the server, for what takes longer than a reader waits; and the copy that is served."""

from __future__ import annotations

import time
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar, cast

from tracker.errors import TrackerError
from tracker.follow.workers import end_processes, make_counted, start_processes
from tracker.publish.open_copy import find_open_copy, name_state, read_state, refresh_open_copy

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ProcessPoolExecutor
    from pathlib import Path

P = ParamSpec("P")
T = TypeVar("T")

_MOST: Final = 20
"""Pages that wait to be computed; one more is not taken, and asked for again by who waits for it."""

_REST: Final = 4.0
"""While a run writes, the copy is made again at most for a fifth of the time."""


class Worker:
    """Does one thing after another, and none that is being done already."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._counted = make_counted()
        self._out: dict[str, Future[Any]] = {}
        self.done = 0
        """How many things it has done: other pages may tell of each."""

    def ask(
        self, name: str, seconds: float, function: Callable[P, T], *args: P.args, **named: P.kwargs
    ) -> T | None:
        """Return what a function returns, or None where it has not after so many seconds; then ask again.

        Work is known by its name. Raises what the function raises, and ``TrackerError`` where the process
        that did it was ended.
        """
        with self._lock:
            future = cast("Future[T] | None", self._out.get(name))
            if future is None:
                if len(self._out) >= _MOST:
                    # What nobody has asked for again is kept where it is kept.
                    self._out = {each: out for each, out in self._out.items() if not out.done()}
                if len(self._out) >= _MOST:
                    return None
                future = self._out[name] = self._submit(function, *args, **named)
        try:
            found = future.result(seconds)
        except NotYet:
            return None
        except BrokenExecutor:
            self._forget(name)
            with self._lock:
                self._executor = None
                self._out.clear()
                self._counted[:] = [0, 0]
            raise TrackerError("its process was ended: out of memory, or from outside; try again") from None
        except BaseException:
            self._forget(name)
            raise
        self._forget(name)
        return found

    @property
    def counted(self) -> tuple[int, int]:
        """How far the work is that tells so, and how much it is in all; 0 where none does."""
        done, total = self._counted[:]
        return done, total

    def close(self) -> None:
        """End the process, whatever it does."""
        with self._lock:
            executor, self._executor = self._executor, None
        end_processes()
        if executor:
            with suppress(OSError):
                executor.shutdown(cancel_futures=True)

    def _submit(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> Future[T]:
        self._executor = self._executor or start_processes(1, self._counted)
        future = self._executor.submit(function, *args, **named)
        future.add_done_callback(self._note_done)
        return future

    def _note_done(self, _future: Future[Any]) -> None:
        self.done += 1

    def _forget(self, name: str) -> None:
        with self._lock:
            self._out.pop(name, None)


class ServedCopy:
    """The open copy of an archive, made again by a worker where the archive has changed."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        self._folder = folder
        self._worker = worker
        self._lock = Lock()
        self._found: tuple[str, Path | None] | None = None
        self._asked: float | None = None
        self._rests_until = 0.0

    def find(self) -> Path | None:
        """Return the folder of a copy that holds nothing that is closed now; None while one is being made.

        It may be of an earlier state. Raises as ``refresh_open_copy`` does.
        """
        seen = name_state(self._folder)
        with self._lock:
            if self._found is None or self._found[0] != seen:
                self._found = seen, find_open_copy(self._folder)
            place = self._found[1]
        if place is not None and read_state(place) == seen:
            return place
        with self._lock:
            now = time.monotonic()
            if place is not None and now < self._rests_until:
                return place
            self._asked = self._asked or now
        made = self._worker.ask("the open copy", 0.0 if place else 1.0, refresh_open_copy, self._folder)
        return place if made is None else self._find_made() or place

    def _find_made(self) -> Path | None:
        """Return the copy that was made, where nothing of it has been closed since."""
        with self._lock:
            # Others may have waited for the same copy.
            if self._asked is not None:
                now = time.monotonic()
                self._rests_until, self._asked = now + _REST * (now - self._asked), None
            self._found = name_state(self._folder), find_open_copy(self._folder)
            return self._found[1]
