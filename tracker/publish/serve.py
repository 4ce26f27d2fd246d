"""``tracker serve``: the pages of an archive on this machine, for a browser on it."""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Lock
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tracker.errors import TrackerError
from tracker.publish.answering import answer_from, find_kept, look_up, make, refuse, wait
from tracker.publish.connections import BACKLOG, Connection
from tracker.publish.desk.sitting import Desk
from tracker.publish.desk.web import LARGEST, Asked, Door
from tracker.publish.desk.web import ROOT as DESK
from tracker.publish.policy import served_policy
from tracker.publish.routes import Answer, NotThere
from tracker.publish.shelf import open_shelf
from tracker.publish.worker import ServedCopy, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    _Name = tuple[str, int, str, tuple[tuple[str, str], ...]]
    """The state of the copy, how much was computed, the path, and what stands behind the question mark."""

HOST: Final = "127.0.0.1"
"""Nobody but this machine: there is neither a password nor TLS."""

NAMES: Final = (HOST, "localhost")
"""What a browser on this machine calls it; whoever calls it by another name was led here (DNS rebinding)."""

_DEFAULT_PORT: Final = 80
"""What a browser leaves out of the name that it asks for."""

CLOSED_PORTS: Final = frozenset(
    {
        1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103,
        104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513,
        514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720,
        1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    }
)  # fmt: skip
"""Ports that no browser asks for a page (Fetch standard, "bad port")."""

HEADERS: Final = {
    "content-security-policy": served_policy(),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
"""Of every response."""

_OTHER_PORT: Final = "name another, or a free one: --port 0"
_READERS: Final = 4
"""Threads that make pages: one processor does no more, and some of them wait for a disk."""

_AT_ONCE: Final = 200
"""Requests that are answered at a time; one more is told to come again."""

_REMEMBERED: Final = 32_000_000
"""Bytes of pages that are given again without being made."""

_SOON: Final = 0.25
"""Seconds that a reader waits for what is computed before a page says so."""


def serve(
    folder: Path,
    port: int,
    announce: Callable[[str], None],
    people: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _notice: None,
) -> None:
    """Serve the pages of the archive in a folder until interrupted; say at which address.

    ``port`` 0 takes any that is free. ``people`` decide as well, each at a secret address of their own;
    ``tell`` is given what comes of it that no page can say. Raises ``TrackerError`` where the port is taken
    or no browser asks for it, and as ``Desk`` does.
    """
    with _listen(port) as listening, closing(Pages(folder)) as pages, ExitStack() as closing_last:
        desk = Desk(folder, people, tell, pages.copy, pages.worker) if people else None
        door = Door(closing_last.enter_context(desk)) if desk else None
        at = listening.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                _make_app(pages, at, door),
                http=Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=1,
            )
        )
        announce(f"http://{HOST}:{at}/")
        for person in door.people if door else ():
            announce(f"{person.name}: http://{HOST}:{at}/{person.place}")
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            # That is how it is ended.
            return


def _listen(port: int) -> socket.socket:
    if port in CLOSED_PORTS:
        raise TrackerError(f"browsers open no page at port {port}; {_OTHER_PORT}")
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise TrackerError(f"port {port} cannot be used ({error.strerror}); {_OTHER_PORT}") from error
    return listening


class Pages:
    """Gives the pages of an archive: those made before, those made at once, and word of those being made."""

    def __init__(self, folder: Path) -> None:
        self.worker = Worker()
        self.copy = ServedCopy(folder, self.worker)
        self._readers = ThreadPoolExecutor(_READERS)
        self._lock = Lock()
        self._remembered: OrderedDict[_Name, Answer] = OrderedDict()
        self._size = 0

    def close(self) -> None:
        """End what is being made."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        self.worker.close()

    async def give(self, path: str, asked: Mapping[str, str]) -> Answer:
        """Return the page at a path; whoever waits for one when the server ends is told so."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._give, path, asked)
        except asyncio.CancelledError:
            ended = NotThere("The server has been ended: start tracker serve again, and load this page.")
            return refuse(path, ended, status=503)

    def _give(self, path: str, asked: Mapping[str, str]) -> Answer:
        try:
            place = self.copy.find()
            if place is None:
                return wait(path, "reading what has changed in the archive", status=503)
            return self._give_from(place, path, asked)
        except TrackerError as error:
            return refuse(path, error, status=503)

    def _give_from(self, place: Path, path: str, asked: Mapping[str, str]) -> Answer:
        with open_shelf(place) as shelf:
            name = shelf.state, self.worker.done, path, tuple(sorted(asked.items()))
            if found := self._recall(name):
                return found
            wanted = look_up(shelf, path, asked)
            if isinstance(wanted, Answer):
                return wanted
            found = find_kept(shelf, wanted)
            if found is None and not wanted.route.work:
                found = make(shelf, wanted)
        if found is None:
            found = self.worker.ask(wanted.rests_on, _SOON, answer_from, place, None, path, dict(asked))
            if found is None:
                return wait(path, wanted.route.work, self.worker.counted)
        self._remember(name, found)
        return found

    def _recall(self, name: _Name) -> Answer | None:
        """Return a page that was given of the same copy, as it was then."""
        with self._lock:
            found = self._remembered.get(name)
            if found:
                self._remembered.move_to_end(name)
            return found

    def _remember(self, name: _Name, found: Answer) -> None:
        """Keep the pages in memory that were asked for last; none that says why there is none."""
        with self._lock:
            if not found.rests_on or name in self._remembered:
                return
            self._remembered[name] = found
            self._size += len(found.body)
            while self._size > _REMEMBERED:
                self._size -= len(self._remembered.popitem(last=False)[1].body)


def _make_app(pages: Pages, port: int, door: Door | None = None) -> ASGIApp:
    """Return the application that gives pages on a port, by the names of this machine alone."""

    async def show(request: Request) -> Response:
        found = await pages.give(request.scope["path"].removeprefix("/"), dict(request.query_params))
        return Response(found.body, found.status, {"content-type": found.media_type})

    async def begin(_request: Request) -> Response:
        return RedirectResponse("index.html")

    async def decide(request: Request) -> Response:
        if door is None:
            return PlainTextResponse("Nobody decides here; start tracker serve --judge --as NAME\n", 404)
        return await _decide(door, request)

    async def draw(_request: Request) -> Response:
        # What a browser asks for by itself.
        return Response(status_code=204)

    routes = [
        Route("/", begin),
        Route("/favicon.ico", draw),
        Route(f"/{DESK}{{path:path}}", decide, methods=["GET", "POST"]),
        Route("/{path:path}", show),
    ]
    app = Starlette(routes=routes, exception_handlers={405: _refuse_method, Exception: _tell_fault})
    return _Guarded(app, _name_hosts(port))


def _name_hosts(port: int) -> frozenset[str]:
    """Return what a browser may call the server in its requests."""
    hosts = {f"{name}:{port}" for name in NAMES}
    return frozenset(hosts | {*NAMES} if port == _DEFAULT_PORT else hosts)


def _refuse_method(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("Pages are read here, and nothing is written; ask by GET.\n", 405)


def _tell_fault(request: Request, error: Exception) -> Response:
    """Say what to do where the program has a fault; its traceback goes to standard error by uvicorn."""
    reason = (
        f"The program has a fault here ({type(error).__name__}). Report it, with this address and what stands"
        " where tracker serve runs; tracker verify says whether the archive is whole."
    )
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(f"{reason}\n", 500)
    found = refuse(request.scope["path"].removeprefix("/"), NotThere(reason), status=500)
    return Response(found.body, found.status, {"content-type": found.media_type})


async def _decide(door: Door, request: Request) -> Response:
    """Hand a request to the desk, unless it sends more than a page of it ever does, or not all of it."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                return PlainTextResponse("This is too much at once; send fewer answers.\n", 413)
    except ClientDisconnect:
        # Nobody hears it.
        return Response(status_code=400)
    path = request.scope["path"].removeprefix(f"/{DESK}")
    # Of a page that is asked for by HEAD the server sends the head alone.
    method = "GET" if request.method == "HEAD" else request.method
    asked = Asked(method, path, dict(request.query_params), dict(request.headers), body)
    reply = await run_in_threadpool(door.answer, asked)
    return Response(reply.body, reply.status, {"content-type": reply.media_type, **reply.headers})


class _Guarded:
    """Refuses what is not asked of this machine by its name, or too much; all responses get the same head."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._busy = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *own]}
            await send(message)

        self._busy += 1
        try:
            await (self._refuse(scope) or self._app)(scope, receive, send_guarded)
        finally:
            self._busy -= 1

    def _refuse(self, scope: Scope) -> ASGIApp | None:
        named = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1 or named[0] not in self._hosts:
            return PlainTextResponse(
                "Open the address that tracker serve has printed; it has no other.\n", 421
            )
        if self._busy > _AT_ONCE:
            again = {"retry-after": "1"}
            return PlainTextResponse("This is too much at once; load the page again.\n", 503, again)
        return None
