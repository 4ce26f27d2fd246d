"""A real server on loopback that does whatever it is told to, byte by byte; the tests of fetching use it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping


_HANDSHAKE = 0x16
"""How TLS begins; a server of plain HTTP tells it off."""


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    count: int
    """How often the path has been asked for, this time included."""
    server: FaultServer
    at: float
    """When it came, by the machine's own count of seconds."""


def answer(
    status: str = "200 OK", body: bytes = b"", headers: str = "", *, length: int | None = None
) -> Callable[[socket.socket, Request], bool]:
    """Return what serves an answer with a length, and keeps the connection."""
    announced = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {announced}\r\n{headers}\r\n".encode("latin-1")

    def serve(connection: socket.socket, _request: Request) -> bool:
        connection.sendall(head + body)
        return True

    return serve


def raw(*pieces: bytes) -> Callable[[socket.socket, Request], bool]:
    """Return what serves bytes as they are, and closes the connection."""

    def serve(connection: socket.socket, _request: Request) -> bool:
        for piece in pieces:
            connection.sendall(piece)
        return False

    return serve


def in_turn(
    *serves: Callable[[socket.socket, Request], object],
) -> Callable[[socket.socket, Request], object]:
    """Return what serves the first for the first request, and so on; the last one for all others."""

    def serve(connection: socket.socket, request: Request) -> object:
        return serves[min(request.count, len(serves)) - 1](connection, request)

    return serve


def reset(connection: socket.socket) -> None:
    """Close a connection so that the other side sees it break."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@dataclass(slots=True)
class FaultServer:
    """Serves each path by its own function; every request is remembered."""

    routes: dict[str, Callable[[socket.socket, Request], object]]
    address: str = "127.0.0.1"
    context: ssl.SSLContext | None = None
    speak: Callable[[socket.socket], object] | None = None
    """What to do with a connection, instead of answering the routes over HTTP/1."""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    listener: socket.socket = field(init=False)
    port: int = field(init=False)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.listener = socket.create_server((self.address, 0), family=family, backlog=128)
        self.port = int(self.listener.getsockname()[1])

    @property
    def host(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{shown}:{self.port}"

    def url(self, path: str) -> str:
        return f"{'https' if self.context else 'http'}://{self.host}{path}"

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(20)
        connection = plain
        try:
            if self.context:
                connection = self.context.wrap_socket(plain, server_side=True)
            self.speak(connection) if self.speak else self._answer(connection)
            connection.shutdown(socket.SHUT_WR)
        except (OSError, ValueError):
            pass
        finally:
            connection.close()
            plain.close()

    def _answer(self, connection: socket.socket) -> None:
        while (request := self._read(connection)) is not None:
            serve = self.routes.get(request.path, answer("404 Not Found"))
            if not serve(connection, request):
                return

    def _read(self, connection: socket.socket) -> Request | None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = connection.recv(65536)
            if not piece:
                return None
            head += piece
            if head[0] == _HANDSHAKE:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                return None
        first, *lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        path = first.split(" ")[1]
        request = Request(path, headers, len(self.asked(path)) + 1, self, time.monotonic())
        self.requests.append(request)
        return request


@contextmanager
def running(
    routes: Mapping[str, Callable[[socket.socket, Request], object]],
    address: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
) -> Iterator[FaultServer]:
    """Run a server until the end of the block."""
    server = FaultServer(dict(routes), address, context)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        with suppress(OSError):
            server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        thread.join(5)
