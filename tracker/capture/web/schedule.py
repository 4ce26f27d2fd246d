"""Which source is fetched next: of the hosts that nobody is asking, the one that may be asked soonest."""

from __future__ import annotations

from collections import deque
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracker.model.watching import Source


class Schedule:
    """The sources still to be fetched, shared by the threads that fetch them.

    A host is asked by one thread at a time, save where there is no pace to keep.
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
        """Yield sources to one thread until none are left; its host is kept until it asks for the next."""
        while (source := self._next()) is not None:
            try:
                yield source
            finally:
                with self._changed:
                    self._busy.discard(self._host_of(source))
                    self._changed.notify_all()

    def stop(self) -> None:
        """Give out no more sources."""
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
