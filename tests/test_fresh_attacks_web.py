"""What a hostile web site may send: each attack once, in one table, against a whole night."""

from __future__ import annotations

import gzip
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.nights import Page, make_archive, outcomes, run_night, running_site, source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.nights import Site

ADDRESSES = {
    "no Punycode": ("http://xn--/", "xn--"),
    "Punycode of what no name may hold": ("http://xn--a-ecp.ru/", "xn--a-ecp.ru"),
    "a port beyond all integers": (f"http://a.example:{'9' * 20}/", "is none of 1 to 65535"),
    "the port 0": ("http://a.example:0/", "port 0 is none of 1 to 65535"),
    "a port below zero": ("http://a.example:-1/", "port -1 is none of 1 to 65535"),
    "a user name that looks like a host": ("http://a.example@127.0.0.1/", "an address with a user name"),
    "a user name behind a backslash": ("http://a.example\\@127.0.0.1/", "an address with a user name"),
    "a bracket without an end": ("//[::1", "'//[::1' cannot be read"),
    "IPv4 in IPv6": ("http://[::ffff:127.0.0.1]/", "is not public"),
    "a zone behind loopback": ("http://[::1%251]/", "is not public"),
    "loopback as one number": ("http://2130706433/", "is not public"),
    "loopback in hexadecimal": ("http://0x7f.1/", "is not public"),
    "a program": ("javascript:1", "'javascript:1'"),
}
"""Addresses to which a source redirects, and what is said of each."""


_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
ANSWERS = {
    "a chunk of 80 bits": (_CHUNKED + b"F" * 20 + b"\r\nabc", "truncated"),
    "a chunk below zero": (_CHUNKED + b"-5\r\nabc\r\n0\r\n\r\n", "malformed"),
    "an extension without end": (_CHUNKED + b"5;" + b"a" * 200_000 + b"\r\nhello\r\n0\r\n\r\n", "malformed"),
    "trailers without end": (_CHUNKED + b"1\r\na\r\n0\r\n" + b"X-A: b\r\n" * 20_000, "malformed"),
    "two lengths": (_OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\nhello", "malformed"),
    "another protocol": (b"HTTP/1.1 101 S\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n\0", "malformed"),
    "no head": (b"Mr. President,\r\n\r\nwe agree.", "malformed"),
    "a status of its own": (b"HTTP/1.1 999 Hello\r\nContent-Length: 2\r\n\r\nhi", "http 999"),
    "nothing new, unasked": (b"HTTP/1.1 304 N\r\nContent-Length: 0\r\n\r\n", "not modified"),
    "a part": (b"HTTP/1.1 206 P\r\nContent-Range: bytes 0-1/9\r\nContent-Length: 2\r\n\r\nhi", "partial"),
    "zeros packed twice": (
        _OK + b"Content-Encoding: gzip, gzip\r\nConnection: close\r\n\r\n"
        + gzip.compress(gzip.compress(bytes(20_000_000))), "bomb",
    ),
    "control characters in a head": (_OK + b'ETag: "\xff\0\x1b[31m"\r\n\r\nhi', "malformed"),
    "a long wait": (b"HTTP/1.1 503 x\r\nRetry-After: 9999999999999\r\nContent-Length: 0\r\n\r\n", "http 503"),
    "an age and a date of no time": (
        _OK + b"Age: " + b"9" * 30 + b"\r\nDate: Mon, 00 Foo 99999 99:99:99\r\nContent-Length: 0\r\n\r\n",
        "unreadable",
    ),
}  # fmt: skip
"""What a server sends whole, and the cause that is noted."""


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as made:
        yield made


def test_no_address_of_a_redirect_or_link_ends_a_night(tmp_path: Path, site: Site) -> None:
    tables = [f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = "."\n']
    for number, (address, _) in enumerate(ADDRESSES.values(), 1):
        site.pages[f"/{number}"] = Page("", 302, {"Location": address})
        tables.append(source(f"s{number}", f"XAA/UNGA/{number}~prepared.en", site.url(f"/{number}")))
    site.say("/79")
    tables.append(source("honest", "XAA/UNGA/79~prepared.en", site.url("/79")))
    links = "".join(f'<a href="{address}">Statement</a>' for address, _ in ADDRESSES.values())
    site.pages["/list"] = Page(f"<html><body>{links}</body></html>", headers={"Content-Type": "text/html"})
    night = run_night(make_archive(tmp_path / "snapshots", "".join(tables), site.port))
    said = {check.source: check.detail or "" for check in night.checks}
    for number, (_, told) in enumerate(ADDRESSES.values(), 1):
        assert told in said[f"s{number}"]
    came = outcomes(night)
    assert {each for each in came if came[each] != "unreachable"} == {"honest", "list"}


def answer(listener: socket.socket) -> None:
    """Answer each request with what its path numbers, until the socket is closed."""
    answers = [each for each, _ in ANSWERS.values()]
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer_one, args=(connection, answers), daemon=True).start()


def answer_one(connection: socket.socket, answers: list[bytes]) -> None:
    with connection, suppress(OSError):
        path = connection.recv(65_536).split()[1].strip(b"/")
        nothing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        sent = answers[int(path)] if path.isdigit() else nothing
        connection.sendall(sent.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


def test_no_answer_ends_a_night(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=answer, args=(listener,), daemon=True).start()
        tables = (
            source(f"s{number}", f"XAA/UNGA/{number + 1}~prepared.en", f"http://127.0.0.1:{port}/{number}")
            for number in range(len(ANSWERS))
        )
        night = run_night(make_archive(tmp_path / "snapshots", "".join(tables), port))
    found = {check.source: check.cause for check in night.checks}
    expected = {f"s{number}": cause for number, (_, cause) in enumerate(ANSWERS.values())}
    assert found == expected
