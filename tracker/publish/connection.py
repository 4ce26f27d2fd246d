"""One connection of a browser, which has so many seconds to ask, and to take what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

SECONDS: Final = 20.0
"""For the whole of a request, and for each time that its answer waits to be taken; uvicorn waits for ever."""


class Connection(H11Protocol):
    """A connection that is closed where a client is slow, so that a few of them leave room for others."""

    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to count."""
        super().connection_made(transport)
        self._count()

    def data_received(self, data: bytes) -> None:
        """Count from the first byte of a request to its last; before another uvicorn waits five seconds."""
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
            self._ends = self.loop.call_later(SECONDS, self._end)

    def _stop(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _end(self) -> None:
        self._ends = None
        if self.transport and not self.transport.is_closing():
            self.transport.abort()
