"""Connections for fetching: to checked addresses only, with a deadline for the whole exchange.

The address is checked after the name was resolved, and the connection is made to exactly that address, so
that a second answer of the resolver changes nothing. TLS and ``Host`` still use the name.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, cast

import httpcore2
import httpx2

from tracker.capture.causes import FetchFault
from tracker.capture.web.addresses import resolve

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from tracker.model.watching import WatchSettings

# How many times the timeout of one read a whole answer may take: five minutes with the default of 30 s.
SLACK = 10

# Seconds that an idle connection stays open: many times the usual pace of two.
_KEPT_ALIVE = 30.0
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_INFORMATIONAL = re.compile(rb"HTTP/1\.[01] 1\d\d ")
# Bytes in which the end of a head is looked for: twice what ``exchange`` accepts.
_LONGEST_HEAD = 128 * 1024
_deadline: ContextVar[float] = ContextVar("deadline", default=inf)


@contextmanager
def deadline(until: float) -> Iterator[None]:
    """End reads and writes in this thread at an instant, or at that of an outer block if it is earlier."""
    token = _deadline.set(min(until, _deadline.get()))
    try:
        yield
    finally:
        _deadline.reset(token)


class WatchedStream(httpcore2.NetworkStream):
    """A connection that keeps the deadline, and counts the bytes since the last request."""

    def __init__(self, stream: httpcore2.NetworkStream, monotonic: Callable[[], float]) -> None:
        self._stream = stream
        self._monotonic = monotonic
        self._head = bytearray()
        self._received = 0
        self._head_length: int | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return received bytes, empty at the end."""
        data = self._stream.read(max_bytes, _left(self._monotonic, timeout, httpcore2.ReadTimeout))
        self._count(data)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes; a new answer is counted from here."""
        self._head.clear()
        self._received, self._head_length = 0, None
        self._stream.write(buffer, _left(self._monotonic, timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Return the connection with TLS for the name of the host."""
        left = _left(self._monotonic, timeout, httpcore2.ConnectTimeout)
        return WatchedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._monotonic)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore2 declares it
        """Return what is known of the socket."""
        return self._stream.get_extra_info(info)

    def surplus(self, announced: int) -> bool:
        """Tell whether more bytes came, or are coming, than the announced length (HTTP/1 only)."""
        if self._head_length is not None and self._received > self._head_length + announced:
            return True
        if not self._stream.get_extra_info("is_readable"):
            return False
        try:
            # It is readable: there is a byte, or the end, without any wait.
            return bool(self._stream.read(1, 0.01))
        except (httpcore2.ReadTimeout, httpcore2.ReadError):
            return False

    def _count(self, data: bytes) -> None:
        self._received += len(data)
        if self._head_length is not None or self._received > _LONGEST_HEAD:
            return
        self._head += data
        passed = 0
        while end := _HEAD_END.search(self._head, passed):
            if not _INFORMATIONAL.match(self._head, passed):
                self._head_length = end.end()
                return
            passed = end.end()


class CheckedNetwork(httpcore2.NetworkBackend):
    """Connects to addresses that were checked after their name was resolved."""

    def __init__(self, allow_private: tuple[str, ...], monotonic: Callable[[], float]) -> None:
        self._allow_private = allow_private
        self._monotonic = monotonic
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of a host that answers, after all were checked."""
        left = partial(_left, self._monotonic, timeout, httpcore2.ConnectTimeout)

        def connect(address: str) -> WatchedStream:
            stream = self._sockets.connect_tcp(address, port, left(), local_address, socket_options)
            return WatchedStream(stream, self._monotonic)

        *others, last = resolve(host, port, self._allow_private, left())
        for address in others:
            with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout):
                return connect(address)
        return connect(last)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002 - as httpcore2 calls it
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        """Refuse: no source is a local socket."""
        raise FetchFault("bad scheme", f"a local socket: {path}")


def _left(monotonic: Callable[[], float], timeout: float | None, late: type[Exception]) -> float:
    left = _deadline.get() - monotonic()
    if left <= 0:
        raise late("the answer took too long as a whole")
    return left if timeout is None else min(left, timeout)


@contextmanager
def _as_protocol_error() -> Iterator[None]:
    """Raise unexpected errors of libraries such as h2 as protocol errors of httpcore2."""
    try:
        yield
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError, FetchFault):
        raise
    except Exception as error:
        raise httpcore2.RemoteProtocolError(f"{type(error).__name__}: {error}") from error


class _Body(httpx2.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _as_protocol_error():
            yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close:
            close()


class Transport:
    """Sends httpx2's requests over a separate pool of connections.

    httpx2's client is not used: it follows ``Location`` and keeps cookies itself. Errors of httpcore2 are
    raised as they are.
    """

    def __init__(self, pool: httpcore2.ConnectionPool) -> None:
        self._pool = pool

    def send(self, request: httpx2.Request, timeout: float) -> httpx2.Response:
        """Send a request and return its answer, whose body must be read, and which must be closed."""
        url = request.url
        asked = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)},
        )
        with _as_protocol_error():
            answer = self._pool.handle_request(asked)
        stream = _Body(cast("Iterable[bytes]", answer.stream))
        return httpx2.Response(
            answer.status,
            headers=answer.headers,
            stream=stream,
            extensions=answer.extensions,
            request=request,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def open_transport(
    settings: WatchSettings, monotonic: Callable[[], float], ssl_context: ssl.SSLContext | None
) -> Transport:
    """Return a transport that speaks HTTP/1.1 and HTTP/2.

    Certificates are checked against the list of the system, or that of ``SSL_CERT_FILE``. Proxies of the
    environment are not used: behind one, no address could be checked.
    """
    pool = httpcore2.ConnectionPool(
        ssl_context=ssl_context or httpx2.create_ssl_context(),
        max_connections=2 * settings.connections,
        max_keepalive_connections=2 * settings.connections,
        keepalive_expiry=_KEPT_ALIVE,
        http2=True,
        network_backend=CheckedNetwork(settings.allow_private, monotonic),
    )
    return Transport(pool)
