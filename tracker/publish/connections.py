"""Connections within bounds: who is slow, or sends nothing, leaves room for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

REQUEST_SECONDS: Final = 20.0
"""For the whole of a request, and for each time that its answer waits to be taken; uvicorn waits for ever."""

WAITING: Final = 200
"""Connections that have sent no whole request, or were answered and are kept for another one."""

BACKLOG: Final = 64
"""Connections that are taken in at once, before anything is read from one of them.

Twice as many are fewer than may wait, so that a flood pushes out none whose request is there to be read.
"""


class Connection(H11Protocol):
    """A connection that is closed where its client is slow, or where others need its room."""

    waits_since: float = 0.0
    """When it was made, or answered last, by the clock of the loop."""

    _ends: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether there is no whole request that is being answered."""
        is_open = self.transport is not None and not self.transport.is_closing()
        return is_open and (self.cycle is None or self.cycle.more_body or self.cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count, and close the oldest connection that waits if there are too many."""
        super().connection_made(transport)
        self.waits_since = self.loop.time()
        self._count()
        ours = (each for each in self.connections if isinstance(each, Connection))
        waiting = sorted((each for each in ours if each.is_waiting), key=lambda each: each.waits_since)
        for each in waiting[: max(len(waiting) - WAITING, 0)]:
            each.end()

    def on_response_complete(self) -> None:
        """Wait for another request."""
        self.waits_since = self.loop.time()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Count from the first byte of a request to its last; after an answer uvicorn waits five seconds."""
        self._count()
        super().data_received(data)
        if self.cycle is not None and not self.cycle.more_body:
            self._stop()

    def pause_writing(self) -> None:
        """Count while there is no room for more of an answer."""
        super().pause_writing()
        self._count()

    def resume_writing(self) -> None:
        """Stop to count."""
        super().resume_writing()
        self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop to count."""
        self._stop()
        super().connection_lost(exc)

    def _count(self) -> None:
        if self._ends is None:
            self._ends = self.loop.call_later(REQUEST_SECONDS, self.end)

    def _stop(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def end(self) -> None:
        """Close it at once."""
        self._stop()
        if self.transport and not self.transport.is_closing():
            self.transport.abort()
