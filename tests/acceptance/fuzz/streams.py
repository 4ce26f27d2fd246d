"""Bodies as servers send them, and whole answers of HTTP: packed, cut, chunked and damaged."""

from __future__ import annotations

import gzip
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from tests.acceptance.fuzz.damage import WIDE, damage
from tests.acceptance.fuzz.target import Found, Target
from tests.clocks import Warp
from tests.fault_server import answer, raw, running
from tests.test_judgement import speech
from tracker.capture.causes import FetchFault, find_cause
from tracker.capture.web.fetch import fetch, open_client
from tracker.capture.web.payload import unpack
from tracker.model.watching import Fetched, Source, WatchSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

_LIMIT: Final = 4 * 1024 * 1024
_CAUSES: Final = frozenset({"undecodable", "truncated", "bomb", "too large"})
TEXTS: Final = (
    speech(1).encode(), speech(2).encode(), b"", b"a", bytes(300_000), b"<html><body><p>We will act.</body>",
)  # fmt: skip
EMPTY: Final = gzip.compress(b"", mtime=0)
_NAMED: Final = b"\x1f\x8b\x08\x08" + bytes(6)
_EXTRA: Final = b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff"
PACKED: Final = (
    b"\x1f\x8b", b"\x1f\x8b\x08", _NAMED, _EXTRA, EMPTY, EMPTY[10:], b"\0\0\0\xff\xff", b"\x78\x9c",
    b"\x03\x00", gzip.compress(b"a", mtime=0), b"\0" * 512,
)  # fmt: skip


def _raw_deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


def _in_members(data: bytes) -> bytes:
    """Pack each few bytes apart, with an empty member before."""
    size = max(1, len(data) // 40)
    parts = (data[at : at + size] for at in range(0, len(data), size))
    return b"".join(EMPTY + gzip.compress(part, mtime=0) for part in parts)


_PACKERS: Final[tuple[tuple[str, Callable[[bytes], bytes]], ...]] = (
    ("gzip", lambda data: gzip.compress(data, mtime=0)),
    ("x-gzip", _in_members),
    ("gzip", _in_members),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("identity", bytes),
    ("br", bytes),
    ("gzip", bytes),
)


def pack(random: Random, data: bytes, most: int) -> tuple[str, bytes]:
    """Return how bytes are said to be packed, and how they are, damaged now and then at each stage."""
    names = []
    for name, pack in random.choices(_PACKERS, k=random.randint(0, most)):
        names.append(name)
        data = pack(data)
        if not random.randrange(3):
            data = damage(random, data, PACKED, most=2)
    return ", ".join(names), data


# Bodies --------------------------------------------------------------------------------------------


def make_body(random: Random) -> bytes:
    """Return a line that says how a body is packed, and the body."""
    coding, data = pack(random, random.choice(TEXTS), 3)
    return f"{coding}\n".encode() + data


def read_body(data: bytes, _folder: Path) -> str:
    """Unpack a body whole and in pieces: either way the same comes out, or a cause that is known."""
    first, _, body = data.partition(b"\n")
    coding = first.decode("latin-1")
    size = 1 + int.from_bytes(sha256(data).digest()[:1], "big")
    whole, pieces = (_unpack(body, coding, at) for at in (len(body) or 1, size))
    if isinstance(whole, str):
        # What is a bomb before all of it has come may be none in the end.
        if isinstance(pieces, bytes):
            raise Found(f"pieces: {whole} whole, and read in pieces of {size}")
        return whole
    if isinstance(pieces, bytes) and pieces != whole:
        raise Found(f"pieces: other bytes in pieces of {size}")
    if isinstance(pieces, str) and pieces not in {"bomb", "too large"}:
        raise Found(f"pieces: read whole, and {pieces} in pieces of {size}")
    if coding == "gzip" and gzip.decompress(body) != whole:
        raise Found("unpacked: other bytes than gzip's own reader has")
    return "read"


def _unpack(body: bytes, coding: str, size: int) -> bytes | str:
    try:
        data = unpack((body[at : at + size] for at in range(0, len(body), size)), coding, _LIMIT)
    except FetchFault as fault:
        if fault.cause not in _CAUSES or not str(fault).isprintable():
            raise Found(f"cause: {fault}") from fault
        return fault.cause
    if len(data) > _LIMIT:
        raise Found(f"bound: {len(data)} bytes")
    return data


# Answers -------------------------------------------------------------------------------------------

ANSWER: Final = (
    b"HTTP/1.1 ", b"HTTP/1.0 200 OK\r\n", b"200 OK\r\n", b"301 Moved\r\nLocation: /79\r\n", b"304 No\r\n",
    b"Content-Length: 0\r\n", b"Content-Length: 999999999999\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip,chunked\r\n", b"Content-Encoding: gzip\r\n", b"Content-Encoding: gzip,gzip\r\n",
    b"Content-Type: text/html; charset=", b"Set-Cookie: a=b\r\n", b"Connection: Upgrade\r\n", b" folded\r\n",
    b'ETag: "a"\r\n', b"Last-Modified: Fri, 01 Jan 2100 00:00:00 GMT\r\n", b"Retry-After: -1\r\n",
    b"Expect: 100-continue\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\n\r\n",
    b"1\r\na\r\n", b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"-1\r\n", b"1;a=b\r\na\r\n", b"0\r\nA: b\r\n\r\n",
    b"\r\n\r\n", *PACKED,
)  # fmt: skip


def chunk(random: Random, body: bytes) -> bytes:
    size = random.choice((1, 100, 100_000))
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def make_answer(random: Random) -> bytes:
    """Return all that a server sends, head and body."""
    coding, body = pack(random, random.choice(TEXTS), 2)
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/plain; charset=utf-8"]
    if coding:
        lines.append(f"Content-Encoding: {coding}")
    if random.randrange(2):
        body = chunk(random, body[:30_000])
        lines.append("Transfer-Encoding: chunked")
    elif random.randrange(4):
        lines.append(f"Content-Length: {len(body)}")
    data = "\r\n".join([*lines, "", ""]).encode() + body
    return damage(random, data, (*ANSWER, *WIDE), most=4) if random.randrange(6) else data


def ask(data: bytes, folder: Path) -> str:
    """Fetch what a real server sends: a whole body within bounds, or one of the causes."""
    routes = {"/79": raw(data), "/robots.txt": answer("404 Not Found")}
    with running(routes) as server:
        settings = WatchSettings(pace=0.0, timeout=3.0, max_megabytes=4, allow_private=(server.host,))
        with open_client(settings, release="0.1", clock=Warp().clock()) as client:
            result = fetch(Source("one", server.url("/79")), client, folder=folder)
    if isinstance(result, Fetched):
        if result.data is None or len(result.data) > _LIMIT:
            raise Found("bound: no bytes, or too many")
        return "fetched"
    find_cause(result.cause)
    if not result.detail.isprintable():
        raise Found(f"words: {result.detail!r}")
    return "http NNN" if result.cause.startswith("http ") else result.cause


TARGETS: Final = (
    Target("bodies", make_body, read_body, seconds=10.0),
    Target("answers", make_answer, ask, seconds=20.0),
)
