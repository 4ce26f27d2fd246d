"""Connections for fetching: to hosts whose IP addresses are public, with a deadline for the whole exchange.

An address is checked after its name was resolved, and the connection is made to exactly that address, so
that a second answer of the resolver changes nothing. TLS and ``Host`` still use the name.
"""

from __future__ import annotations

import re
import socket
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import httpcore2
import httpx2

from tracker.capture.causes import LONGEST_QUOTE, FetchFault
from tracker.inputs.compiled import read_packaged
from tracker.inputs.passwords import strip_user

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Iterable, Iterator

    from tracker.model.watching import WatchSettings

    _Address = IPv4Address | IPv6Address

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


_LAST = 0xFFFFFFFF
_LAST_PORT = 0xFFFF
_HOLDING: tuple[tuple[IPv6Network, tuple[Callable[[int], int], ...]], ...] = (
    (IPv6Network("::ffff:0:0/96"), (lambda number: number & _LAST,)),
    (IPv6Network("64:ff9b::/96"), (lambda number: number & _LAST,)),
    (IPv6Network("2002::/16"), (lambda number: number >> 80 & _LAST,)),
    (IPv6Network("2001::/32"), (lambda number: number >> 64 & _LAST, lambda number: ~number & _LAST)),
)
"""Ranges of IPv6 whose addresses hold some of IPv4: mapped (RFC 4291), translated (RFC 6052), 6to4 (RFC 3056)
and Teredo (RFC 4380), whose server and client are held."""


def read_url(text: str, onto: httpx2.URL | None = None) -> httpx2.URL:
    """Read an address, relative to another if one is given, without its fragment.

    Raises ``FetchFault``: ``bad scheme``, or ``bad address`` for one that holds a password or cannot be read.
    """
    try:
        url = onto.join(text) if onto else httpx2.URL(text)
        url = url.copy_with(fragment=None) if url.fragment else url
        # Reading the host decodes its Punycode, which may be none.
        is_bare = bool(url.host) and not url.userinfo
        is_port = url.port is None or 0 < url.port <= _LAST_PORT
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        raise FetchFault("bad address", f"{_show_address(text)} cannot be read") from error
    if url.scheme not in {"http", "https"}:
        raise FetchFault("bad scheme", _show_address(text))
    if not is_bare:
        raise FetchFault("bad address", "an address with a user name, or without a host")
    if not is_port:
        raise FetchFault("bad address", f"port {url.port} is none of 1 to {_LAST_PORT}"[:LONGEST_QUOTE])
    return url


def _show_address(address: str) -> str:
    """Return an address to print, without user name and password."""
    return repr(strip_user(address)[:LONGEST_QUOTE])


def resolve(host: str, port: int, allow_private: Collection[str], seconds: float) -> tuple[str, ...]:
    """Return the IP addresses of a host that may be contacted, in the order of the resolver.

    All addresses of the host must be public, or ``allow_private`` must name it as ``host`` or ``host:port``.
    Raises ``FetchFault`` with the cause ``private address``, or ``dns``, also where no resolver answers
    within ``seconds``.
    """
    addresses = _look_up_within(host, port, seconds)
    if not is_allowed(host, port, allow_private):
        private = next((address for address in addresses if not is_public(address)), None)
        if private:
            where = host if private == host else f"{host}, at {private},"
            # There the cloud keeps its secrets, and no publisher a statement: nobody is led to allow it.
            is_secret = any(_is_in(each, "secret") for each in _read_all(private))
            hint = "" if is_secret else f'; watch.toml may allow it: [settings] allow_private = ["{host}"]'
            raise FetchFault("private address", f"{where} is not public{hint}")
    return addresses


def is_public(address: str) -> bool:
    """Tell whether an IP address is one host on the open internet, by ``special_addresses.toml``.

    IPv4 addresses inside IPv6 ones (mapped, translated, 6to4, Teredo) are checked too. Python's own
    ``is_global`` is not asked: its ranges differ from release to release.
    """
    return not any(_is_in(each, "special") or _is_in(each, "secret") for each in _read_all(address))


def _read_all(address: str) -> tuple[_Address, ...]:
    """Return the addresses that decide about one: itself, or those of IPv4 that it holds."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        for network, readers in _HOLDING:
            if parsed in network:
                return tuple(IPv4Address(read(int(parsed))) for read in readers)
    return (parsed,)


def _is_in(address: _Address, table: str) -> bool:
    return any(address in network for network in _ranges(table))


@cache
def _ranges(table: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(map(ip_network, read_packaged(__package__, "special_addresses.toml")[table]))


def _look_up_within(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Look a name up in a thread that is abandoned where it takes too long: the system has no timeout."""
    found: SimpleQueue[tuple[str, ...] | FetchFault] = SimpleQueue()
    Thread(target=lambda: found.put(_look_up(host, port)), daemon=True).start()
    try:
        addresses = found.get(timeout=max(seconds, 0))
    except Empty:
        raise FetchFault("dns", f"{host}: no resolver answered in {seconds:.1f} s") from None
    if isinstance(addresses, FetchFault):
        raise addresses
    return addresses


def _look_up(host: str, port: int) -> tuple[str, ...] | FetchFault:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:
        return FetchFault("dns", f"{host}: {getattr(error, 'strerror', None) or 'not a name of a host'}")
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_allowed(host: str, port: int, allow_private: Collection[str]) -> bool:
    """Tell whether a list of private hosts names a host, alone or with its port."""
    bare = host.strip("[]").lower()
    written = f"[{bare}]" if ":" in bare else bare
    return not {bare, written, f"{written}:{port}"}.isdisjoint(name.lower() for name in allow_private)
