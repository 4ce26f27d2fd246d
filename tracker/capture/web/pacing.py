"""The pace of requests: the least time between two, and how long to wait before a retry."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Condition, Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.model.watching import Source


@dataclass(frozen=True, slots=True)
class Clock:
    """Three functions: the instant in UTC, monotonic seconds, and sleeping."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


def system_clock() -> Clock:
    """Return the clock of the machine."""
    return Clock(lambda: datetime.now(UTC), time.monotonic, time.sleep)


# Of one source: the first, and two retries.
ATTEMPTS: Final = 3
# Two waits of five minutes for each of three sources take half an hour, and other hosts need not wait.
LONGEST_WAIT: Final = 300.0
"""The most seconds of a ``Retry-After``; a host that wants more is not tried again in this run."""

# Seconds: a night of eight hours still checks 240 pages of one host.
LONGEST_CRAWL_DELAY: Final = 120.0
# Sources in a row; one may be a single broken page, three are the host.
_MOST_FAILURES: Final = 3
_FIRST_WAIT: Final = 1.0
# The share of a wait by which it varies: half spreads retries over a time as long as the wait.
_JITTER: Final = 0.5


class Pace:
    """The turns of a run's requests to each host, and its failures; several threads may wait for turns."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._lock = Lock()

    def wait_turn(self, host: str, seconds: float) -> None:
        """Wait until the host is free, and reserve it for some seconds from then on."""
        with self._lock:
            now = self._clock.monotonic()
            start = max(now, self._free.get(host, now))
            self._free[host] = start + seconds
        if start > now:
            self._clock.sleep(start - now)

    def hold(self, host: str, seconds: float) -> None:
        """Send the host no request for some seconds from now."""
        with self._lock:
            until = self._clock.monotonic() + seconds
            self._free[host] = max(self._free.get(host, until), until)

    def note(self, host: str, *, answered: bool) -> None:
        """Remember whether the host answered for a source, after all its attempts."""
        with self._lock:
            self._failures[host] = 0 if answered else self._failures.get(host, 0) + 1

    def attempts(self, host: str) -> int:
        """Return the number of attempts for a source: one if the host failed three sources in a row."""
        return 1 if self._failures.get(host, 0) >= _MOST_FAILURES else ATTEMPTS

    def free_at(self, host: str) -> float:
        """Return when the host is free, in monotonic seconds; 0 for one without requests."""
        return self._free.get(host, 0.0)


def backoff(attempt: int, key: str) -> float:
    """Return the seconds to wait after a failed attempt, counted from 0: 1, 2, 4 ..., plus or minus half.

    The jitter, which depends on ``key`` only, spreads the retries of sources.
    """
    chance = random.Random(f"{key} {attempt}")  # noqa: S311 - spreads requests, keeps no secret
    return float(_FIRST_WAIT * 2**attempt * chance.uniform(1 - _JITTER, 1 + _JITTER))


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds of a ``Retry-After``, from a number or a date; None for anything else."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        asked = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (asked - now).total_seconds()) if asked.tzinfo else None


class Schedule:
    """The sources that remain to be fetched, shared by threads.

    Only one thread at a time uses a host, unless the host has no pace.
    """

    def __init__(
        self,
        sources: Iterable[Source],
        host_of: Callable[[Source], str],
        free_at: Callable[[str], float],
        is_paced: Callable[[Source], bool],
    ) -> None:
        self._waiting: dict[str, deque[Source]] = {}
        self._busy: set[str] = set()
        self._host_of, self._free_at, self._is_paced = host_of, free_at, is_paced
        self._changed = Condition()
        self._stopped = False
        for source in sources:
            self._waiting.setdefault(host_of(source), deque()).append(source)

    def take(self) -> Iterator[Source]:
        """Yield sources to one thread until none remain; a source's host is reserved until the next one."""
        while (source := self._next()) is not None:
            try:
                yield source
            finally:
                with self._changed:
                    self._busy.discard(self._host_of(source))
                    self._changed.notify_all()

    def stop(self) -> None:
        """Yield no more sources."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _next(self) -> Source | None:
        with self._changed:
            while self._waiting and not self._stopped:
                free = [host for host in self._waiting if host not in self._busy]
                if free:
                    return self._pop(min(free, key=self._free_at))
                self._changed.wait()
            return None

    def _pop(self, host: str) -> Source:
        queue = self._waiting[host]
        source = queue.popleft()
        if not queue:
            del self._waiting[host]
        if self._is_paced(source):
            self._busy.add(host)
        return source
