"""Pages, feeds and sitemaps that lead to statements, and the robots.txt of their hosts."""

from __future__ import annotations

import gzip
import math
from typing import TYPE_CHECKING, Final

import httpx2
from protego import Protego

from tests.acceptance.fuzz.damage import WIDE, damage, read_seeds
from tests.acceptance.fuzz.target import Found, Target
from tests.hostile import HALF_CHARACTERS, SLOW
from tests.test_extract import PAGE
from tracker.capture.causes import FetchFault
from tracker.capture.links import read_links
from tracker.capture.read.extract import GAVE_UP
from tracker.capture.web.pacing import LONGEST_CRAWL_DELAY
from tracker.capture.web.robots import RobotsRules
from tracker.errors import DocumentUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

_URL: Final = "https://www.example.org/79"
_INDEXES: Final = read_seeds("index-*")
_SEEDS: Final = (
    *_INDEXES, HALF_CHARACTERS, PAGE.replace("%s", "").encode("utf-16"),
    _INDEXES[0].decode().encode("utf-16"),
    *(data for data in SLOW.values() if len(data) < 100_000),
)  # fmt: skip
_MARKS: Final = (
    b"<item>", b"</item>", b"<entry>", b"<link>", b"<link href='", b"<loc>", b"<sitemap>", b"<title>",
    b"<![CDATA[", b"]]>", b"&#xD83D;", b"&#0;", b"<!DOCTYPE r [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>",
    b"&e;", b"<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>", b"&b;",
    b"<?xml version='1.0' encoding='utf-7'?>", b"<?xml-stylesheet href='http://127.0.0.1:9/'?>", b"<a href='",
    b"<base href='http://[::1'>", b"xml:base='http://a:99999/'", b"https://", b"http://a:b@c/",
    b"http://[::1]/", b"//", b"\xe2\x80\xae", b"http://a.org:\xd9\xa3/", b"https://\xe2\x84\xaa.org/",
    b"javascript:", b"data:,", b"?a=", b"#", b"%00", b"%zz", b"\\", b"<!--", b"-->", b"<?", b"?>", b"xmlns='",
    b"<html>", b"<rss>",
)  # fmt: skip

_ROBOTS: Final = read_seeds("robots-*")
_RULES: Final = (
    b"User-agent: tracker\n", b"User-agent: *\n", b"Disallow: ", b"Allow: /\n", b"Crawl-delay: ", b"nan",
    b"inf", b"-1", b"1e400", b"Request-rate: 1/0\n", b"Request-rate: 0/1s\n", b"Visit-time: 9999-0\n",
    b"Host: ", b"Sitemap: http://[\n", b"/*", b"*" * 50, b"/*a" * 40, b"$", b"%", b"%2f", b"\r", b"\xff",
    b":", b"#", b"Disallow: /" + b"a*" * 100 + b"\n", b"user-agent:tracker/1.0 (x)\n",
    "Crawl-delay: ٣\n".encode(),
)  # fmt: skip


def make_index(random: Random) -> bytes:
    """Return a damaged index, now and then packed, and then damaged once more."""
    data = damage(random, random.choice(_SEEDS), (*_MARKS, *WIDE), _SEEDS)
    if random.randrange(8):
        return data
    packed = gzip.compress(data, mtime=0)
    return damage(random, packed, WIDE, most=1) if random.randrange(2) else packed


def read_index(data: bytes, _folder: Path) -> str:
    """Read an index: it gives absolute addresses, or the reason in a line why it is none."""
    links = _told(lambda: tuple(link.address for link in read_links(data, _URL, "text/html; charset=utf-8")))
    for address in links or ():
        if not address.lower().startswith(("http://", "https://")) or not address.isprintable():
            raise Found(f"address: {address!r}")
    return "refused" if links is None else "links" if links else "nothing"


def _told(read: Callable[[], tuple[str, ...]]) -> tuple[str, ...] | None:
    try:
        return read()
    except DocumentUnreadable as error:
        if GAVE_UP in str(error):
            raise Found(f"gave up: {error}") from error.__cause__
        if not str(error).isprintable():
            raise Found(f"reason: {error}") from error
        return None


def make_robots(random: Random) -> bytes:
    """Return a damaged robots.txt."""
    return damage(random, random.choice(_ROBOTS), (*_RULES, *WIDE), _ROBOTS)


def read_robots(data: bytes, _folder: Path) -> str:
    """Ask a robots.txt for its pace, which is a number from 0, and for addresses, which it allows or not."""
    rules = RobotsRules(Protego.parse(data[: 512 * 1024].decode("utf-8", "replace")))
    delay = rules.crawl_delay()
    if not (0 <= delay <= LONGEST_CRAWL_DELAY and math.isfinite(delay)):
        raise Found(f"pace: {delay}")
    answers = [
        _allows(rules, path) for path in ("/", "/private/79", "/" + "a" * 2000, "/a%2fb?c=d;e#f", "/€")
    ]
    return "mixed" if len(set(answers)) > 1 else "allowed" if answers[0] else "forbidden"


def _allows(rules: RobotsRules, path: str) -> bool:
    try:
        rules.check(httpx2.URL(f"https://www.example.org{path}"))
    except FetchFault:
        return False
    return True


TARGETS: Final = (
    Target("indexes", make_index, read_index, seconds=10.0),
    Target("robots", make_robots, read_robots, seconds=5.0),
)
