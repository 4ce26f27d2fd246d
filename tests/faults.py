"""What servers do wrong, and what must come of it: a table that the tests run."""

from __future__ import annotations

import gzip
import time
import zlib
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Final

from tests.fault_server import answer, in_turn, raw, reset
from tracker.capture.causes import CAUSES
from tracker.model.watching import Validators

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable

    from tests.fault_server import Request

PAGE: Final = b"<!doctype html><title>Rivers</title><p>We will protect our rivers and report on it each year."
NEWER: Final = PAGE.replace(b"each year", b"each month")
KNOWN: Final = Validators('"one"', "Mon, 20 May 2024 10:00:00 GMT")
PATH: Final = "/statement"

_MISSING = answer("404 Not Found", b"no")
_HTML = "Content-Type: text/html\r\n"
_FUTURE = "Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n"
_BOMB = gzip.compress(bytes(40 * 1024 * 1024))
_NAMED = b"\x1f\x8b\x08\x08" + bytes(6)
"""How a member of gzip with a name begins."""
_MANY = gzip.compress(b"", mtime=0) * 40_000
_HOLLOW = gzip.compress(_NAMED + b"a" * 40 * 1024 * 1024)
_IN_MEMBERS = gzip.compress(PAGE[:9]) + gzip.compress(b"") + gzip.compress(PAGE[9:])


@dataclass(frozen=True, slots=True)
class Case:
    """One fault: what the server does, and the outcome and cause it must come to."""

    name: str
    serve: Callable[[socket.socket, Request], object]
    outcome: str
    """``fetched``, ``unchanged``, or the outcome of a failure."""
    cause: str = ""
    requests: int = 1
    """How often the path is asked for."""
    data: bytes | None = None
    """What is fetched; for ``fetched`` the page, if not given."""
    robots: Callable[[socket.socket, Request], object] = _MISSING
    timeout: float = 5.0
    megabytes: int = 1
    known: Validators | None = None
    unconditional: bool = False


def _redirect(place: str, status: str = "302 Found") -> Callable[[socket.socket, Request], object]:
    """Redirect; ``{host}`` and ``{port}`` stand for the server's own."""

    def serve(connection: socket.socket, request: Request) -> object:
        server = request.server
        there = place.format(host=server.host, port=server.port)
        return answer(status, headers=f"Location: {there}\r\n")(connection, request)

    return serve


def _chain(connection: socket.socket, request: Request) -> object:
    """Redirect from each address to the next, for ever."""
    number = int(request.path.partition("?")[2] or 0) + 1
    there = f"{PATH}?{number}"
    request.server.routes[there] = _chain
    return answer("301 Moved", headers=f"Location: {there}\r\n")(connection, request)


def _drip(pieces: Iterable[bytes]) -> Callable[[socket.socket, Request], object]:
    def serve(connection: socket.socket, request: Request) -> object:
        for piece in pieces:
            if request.server.stopped.is_set():
                break
            connection.sendall(piece)
            time.sleep(0.02)
        return False

    return serve


def _silence(_connection: socket.socket, request: Request) -> object:
    request.server.stopped.wait(5)
    return False


def _break(*pieces: bytes) -> Callable[[socket.socket, Request], object]:
    def serve(connection: socket.socket, _request: Request) -> object:
        for piece in pieces:
            connection.sendall(piece)
        time.sleep(0.05)
        reset(connection)
        return False

    return serve


def endless(connection: socket.socket, request: Request) -> object:
    """Send a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>")
    while not request.server.stopped.is_set():
        connection.sendall(b"We welcome this. " * 4096)
    return False


def _floods(connection: socket.socket, request: Request) -> object:
    """Send headers without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not request.server.stopped.is_set():
        connection.sendall(b"X-More: again\r\n" * 1000)
    return False


def _liar(connection: socket.socket, request: Request) -> object:
    """Say that nothing has changed to whoever knows an earlier answer."""
    if "if-none-match" in request.headers or "if-modified-since" in request.headers:
        return answer("304 Not Modified")(connection, request)
    return answer(body=NEWER, headers=f'{_HTML}ETag: "one"\r\n')(connection, request)


def _asks_for_cookie(connection: socket.socket, request: Request) -> object:
    if request.headers.get("cookie") == "seen=yes":
        return answer(body=PAGE, headers=_HTML)(connection, request)
    headers = f"Location: {PATH}\r\nSet-Cookie: seen=yes; Path=/\r\n"
    return answer("302 Found", headers=headers)(connection, request)


def _only_get(connection: socket.socket, request: Request) -> object:
    return answer(body=PAGE, headers=f"{_HTML}Allow: GET\r\n")(connection, request)


def _coded(body: bytes, coding: str) -> Callable[[socket.socket, Request], object]:
    return answer(body=body, headers=f"{_HTML}Content-Encoding: {coding}\r\n")


def _one_by_one(body: bytes) -> Callable[[socket.socket, Request], object]:
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    return raw(
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n{_HTML}\r\n".encode(),
        chunks + b"0\r\n\r\n",
    )


def _status(status: str, headers: str = "") -> Callable[[socket.socket, Request], object]:
    return answer(status, b"<p>An error</p>", headers)


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


_OK = answer(body=PAGE, headers=_HTML)
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
_LONG = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n"

CASES: Final = (
    # Statuses
    Case("500, always", _status("500 Oops"), "unreachable", "http 500", requests=3),
    Case("500, then 200", in_turn(_status("500 Oops"), _OK), "fetched", requests=2),
    Case("503 for ever", _status("503 Busy"), "unreachable", "http 503", requests=3),
    Case("429 with Retry-After, then 200", in_turn(_status("429 Slow", "Retry-After: 7\r\n"), _OK), "fetched",
         requests=2),
    Case("429 with a Retry-After of a day", _status("429 Slow", "Retry-After: 86400\r\n"), "unreachable",
         "http 429"),
    Case("502 and 504, then 200", in_turn(_status("502 Bad"), _status("504 Late"), _OK), "fetched",
         requests=3),
    Case("401", _status("401 Who", 'WWW-Authenticate: Basic realm="x"\r\n'), "unreachable", "http 401"),
    Case("403", _status("403 No"), "unreachable", "http 403"),
    Case("404", _status("404 Not Found"), "gone", "http 404"),
    Case("410", _status("410 Gone"), "gone", "http 410"),
    Case("451", _status("451 Unavailable For Legal Reasons"), "unreachable", "http 451"),
    Case("300 with a choice of pages", _status("300 Choices"), "unreachable", "http 300"),
    Case("203, altered by a proxy", _status("203 Other"), "unreachable", "http 203"),
    Case("204, no content", raw(b"HTTP/1.1 204 No Content\r\n\r\n"), "unreachable", "no content"),
    Case("206, a part though the whole was asked for",
         answer("206 Partial Content", PAGE[:20], "Content-Range: bytes 0-19/99\r\n"), "unreachable",
         "partial"),
    Case("a status that does not exist", _status("999 Denied"), "unreachable", "http 999"),
    # Time and connections
    Case("no answer", _silence, "unreachable", "timeout", requests=3, timeout=0.1),
    Case("a slow drip that never ends", _drip([_LONG, *repeat(b"a", 4000)]), "unreachable", "timeout",
         requests=3, timeout=0.1),
    Case("headers that drip", _drip([b"HTTP/1.1 200 OK\r\n", *repeat(b"A", 4000)]), "unreachable", "timeout",
         requests=3, timeout=0.1),
    Case("closed without an answer", raw(), "unreachable", "reset", requests=3),
    Case("reset before the answer", _break(), "unreachable", "reset", requests=3),
    Case("reset in the middle of the body", _break(_LONG, PAGE), "unreachable", "reset", requests=3),
    Case("closed once, then 200", in_turn(raw(), _OK), "fetched", requests=2),
    # Lengths and framing
    Case("a body shorter than announced", raw(_LONG, PAGE), "unreachable", "truncated", requests=3),
    Case("a body longer than announced", answer(body=PAGE, headers=_HTML, length=40), "unreachable",
         "wrong length"),
    Case("a rest that comes late, after the announced length",
         raw(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n" + PAGE[:39], PAGE[39:]), "unreachable",
         "wrong length"),
    Case("two lengths that differ",
         raw(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nContent-Length: 90\r\n\r\n" + PAGE), "unreachable",
         "malformed"),
    Case("a length that is no number", raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + PAGE),
         "unreachable", "malformed"),
    Case("a broken chunk", raw(_CHUNKED, b"zz\r\n", PAGE), "unreachable", "malformed"),
    Case("chunks without an end", raw(_CHUNKED, b"10\r\n", PAGE[:16], b"\r\n"), "unreachable", "truncated",
         requests=3),
    Case("no length, ended by closing (HTTP/1.0)", raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n",
         PAGE),
         "fetched"),
    Case("not HTTP at all", raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "unreachable", "malformed"),
    Case("headers without end", _floods, "unreachable", "malformed"),
    Case("three hundred headers", answer(body=PAGE, headers=_HTML + "X-More: again\r\n" * 300), "unreachable",
         "malformed"),
    Case("one header of 90 KB", answer(body=PAGE, headers=f"{_HTML}X-Big: {'a' * 90_000}\r\n"), "unreachable",
         "malformed"),
    Case("headers given twice", answer(body=PAGE, headers=_HTML * 2 + "Server: a\r\nServer: b\r\n"),
         "fetched"),
    # Size and packing
    Case("a body without end", endless, "unreachable", "too large"),
    Case("a length over the limit", answer(body=PAGE, length=9_000_000), "unreachable", "too large"),
    Case("a gzip bomb", _coded(_BOMB, "gzip"), "unreachable", "bomb", megabytes=20),
    Case("a gzip bomb inside gzip", _coded(gzip.compress(_BOMB), "gzip, gzip"), "unreachable", "bomb",
         megabytes=20),
    Case("gzip in gzip that gives nothing", _coded(_HOLLOW, "gzip, gzip"), "unreachable", "bomb",
         megabytes=20),
    Case("forty thousand empty members of gzip", _coded(_MANY, "gzip"), "unreachable", "bomb"),
    Case("as many, packed again", _coded(gzip.compress(_MANY), "gzip, gzip"), "unreachable", "bomb"),
    Case("a name in gzip without an end", _coded(_NAMED + b"a" * 900_000, "gzip"), "unreachable", "truncated",
         requests=3),
    Case("something behind the end of gzip", _coded(gzip.compress(PAGE) + b"\n", "gzip"), "unreachable",
         "undecodable"),
    Case("gzip in members, some empty", _coded(_IN_MEMBERS, "gzip"), "fetched"),
    Case("gzip in chunks of a byte", _one_by_one(gzip.compress(PAGE)), "fetched"),
    Case("packed twice, and said so", _coded(gzip.compress(zlib.compress(PAGE)), "deflate, gzip"), "fetched"),
    Case("packed three times", _coded(gzip.compress(PAGE), "gzip, gzip, gzip"), "unreachable", "undecodable"),
    Case("packed, but not as said", _coded(b"this is no deflate", "deflate"), "unreachable", "undecodable"),
    Case("plain text said to be gzip", _coded(PAGE, "gzip"), "unreachable", "undecodable"),
    Case("Brotli, which was not asked for", _coded(PAGE, "br"), "unreachable", "undecodable"),
    Case("Zstandard, which was not asked for", _coded(PAGE, "zstd"), "unreachable", "undecodable"),
    Case("deflate without its header", _coded(_raw_deflate(PAGE), "deflate"), "fetched"),
    Case("gzip cut short", _coded(gzip.compress(PAGE)[:-20], "gzip"), "unreachable", "truncated", requests=3),
    # Redirects
    Case("a redirect to itself", _redirect(PATH), "unreachable", "redirect loop"),
    Case("more than ten redirects", _chain, "unreachable", "too many redirects"),
    Case("a redirect to itself that sets a cookie", _asks_for_cookie, "fetched", requests=2),
    Case("a redirect with a cookie that no header can hold",
         answer("302 Found", headers=f"Location: {PATH}?2\r\nSet-Cookie: a=\x80\r\n"), "gone", "http 404"),
    Case("a redirect to a private address", _redirect("http://127.0.0.2:{port}/"), "unreachable",
         "private address"),
    Case("a redirect to a private address by name", _redirect("http://localhost:{port}/"), "unreachable",
         "private address"),
    Case("a redirect to a private address in one number", _redirect("http://2130706434:{port}/"),
         "unreachable",
         "private address"),
    Case("a redirect to the cloud's own data", _redirect("http://169.254.169.254/latest/"), "unreachable",
         "private address"),
    Case("a redirect to an IPv4 address inside an IPv6 one", _redirect("http://[::ffff:127.0.0.2]:{port}/"),
         "unreachable", "private address"),
    Case("a redirect to a file", _redirect("file:///etc/passwd"), "unreachable", "bad scheme"),
    Case("a redirect to FTP", _redirect("ftp://127.0.0.1/a"), "unreachable", "bad scheme"),
    Case("a redirect with a password", _redirect("http://user:secret@{host}/"), "unreachable", "bad address"),
    Case("a redirect without an address", _status("302 Found"), "unreachable", "bad address"),
    Case("a redirect to nonsense", _redirect("http://[:::/"), "unreachable", "bad address"),
    Case("a redirect to two addresses", answer("302 Found", headers="Location: /a\r\nLocation: /b\r\n"),
         "unreachable", "bad address"),
    # Robots
    Case("robots.txt forbids it", _OK, "robots-denied", "robots", requests=0,
         robots=answer(body=b"User-agent: *\nDisallow: /statement\n")),
    Case("robots.txt forbids us, by name", _OK, "robots-denied", "robots", requests=0,
         robots=answer(body=b"User-agent: *\nAllow: /\n\nUser-agent: tracker\nDisallow: /\n")),
    Case("robots.txt fails", _OK, "robots-denied", "robots unreachable", requests=0,
         robots=_status("500 Oops")),
    Case("robots.txt fails once", _OK, "fetched", robots=in_turn(_status("500 Oops"), _MISSING)),
    Case("robots.txt breaks off", _OK, "unreachable", "reset", requests=0, robots=raw()),
    Case("robots.txt is forbidden, so nothing is", _OK, "fetched", robots=_status("403 No")),
    Case("robots.txt is a page", _OK, "fetched", robots=_OK),
    # Whether it has changed
    Case("304 to who knows the last answer", _liar, "unchanged", known=KNOWN),
    Case("304 though it has changed, met by a full check", _liar, "fetched", data=NEWER, known=KNOWN,
         unconditional=True),
    Case("304 to who asked for the whole", _status("304 Not Modified"), "unreachable", "not modified",
         requests=3),
    Case("200 to who knows the last answer", _OK, "fetched", known=KNOWN),
    Case("Last-Modified in the future", answer(body=PAGE, headers=_FUTURE), "fetched"),
    # Left to the reading and judging of what was fetched
    Case("nothing, with status 200", answer(body=b"", headers=_HTML), "fetched", data=b""),
    Case("binary data labelled text", answer(body=bytes(range(256)), headers="Content-Type: text/plain\r\n"),
         "fetched", data=bytes(range(256))),
    Case("another charset than declared", answer(body="Sécurité".encode("latin-1"),
         headers="Content-Type: text/html; charset=utf-8\r\n"), "fetched", data="Sécurité".encode("latin-1")),
    Case("an error page with status 200", answer(body=b"<h1>404 Not Found</h1>", headers=_HTML), "fetched",
         data=b"<h1>404 Not Found</h1>"),
    Case("a server that knows GET alone", _only_get, "fetched"),
)  # fmt: skip


def print_causes() -> str:
    """Return the causes as a list in Markdown, for the documentation; the usual outcome is not said."""
    lines = []
    for cause in CAUSES:
        facts = ", ".join([cause.outcome] * (cause.outcome != "unreachable") + ["again"] * cause.retried)
        lines.append(f"- `{cause.name}`: {cause.means}" + f" ({facts})" * bool(facts))
    return "\n".join([*lines, ""])
