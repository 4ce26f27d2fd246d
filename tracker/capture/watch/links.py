"""The links of a page, a feed or a sitemap: absolute addresses and the texts that go with them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from tracker.capture.causes import Fault
from tracker.capture.read.media import tell_format
from tracker.capture.read.plain import read_charset
from tracker.capture.web.payload import unpack
from tracker.errors import DocumentUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

_HEAD = 4096
_ROOT = re.compile(rb"<(?:[\w-]+:)?(rss|rdf|feed|urlset|sitemapindex|html)\b", re.IGNORECASE)
"""The first of these elements; in UTF-16 once its zeros are taken out."""

_NUMBERED = re.compile(rb"&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));", re.IGNORECASE)
_HALVES = range(0xD800, 0xE000)
"""Half characters: some programs write an emoji as two of them, over which lxml stumbles."""

_GZIP = b"\x1f\x8b"
_MOST_UNPACKED: Final = 50 * 1024 * 1024
_MOST_TAGS: Final = 1_000_000
"""Twice those of the largest sitemap that the standard allows; a tree of more takes gigabytes."""
GAVE_UP = "its reader gave up on this index; look at the bytes"
_NO_INDEX = "is neither a page, a feed nor a sitemap; give the address of one"


class Link(NamedTuple):
    """An absolute address, and the words of the link or the title of the entry."""

    address: str
    text: str


def read_links(data: bytes, url: str, content_type: str | None = None) -> tuple[Link, ...]:
    """Return the links of an index in their order; relative ones are led back to its address.

    The content tells what it is; ``content_type``, a header of HTTP, may say in which encoding a page is. A
    sitemap may be packed with gzip. Fragments are dropped, and so is what is not HTTP. Entities that XML
    declares for itself are not expanded. Raises ``DocumentUnreadable``.
    """
    with _unexpected():
        plain = _unpack(data)
        root = _parse_xml(plain)
        if root is not None and _name(root) in _READERS:
            return _absolute(_READERS[_name(root)](root), url)
        return _absolute(*_page_links(plain, url, read_charset(content_type)))


def nested_sitemaps(data: bytes, url: str) -> tuple[str, ...]:
    """Return the addresses of the sitemaps that an index of sitemaps names; none for anything else."""
    with _unexpected():
        root = _parse_xml(_unpack(data))
        if root is None or _name(root) != "sitemapindex":
            return ()
        places = ((_child_text(entry, "loc"), "") for entry in _children(root, "sitemap"))
        return tuple(link.address for link in _absolute(places, url))


@contextmanager
def _unexpected() -> Iterator[None]:
    """Give as a reason what no library expected: one index must not end a night."""
    try:
        yield
    except (DocumentUnreadable, MemoryError):
        raise
    except Exception as error:
        raise DocumentUnreadable(f"{GAVE_UP} ({type(error).__name__})") from error


def _unpack(data: bytes) -> bytes:
    plain = _ungzip(data) if data.startswith(_GZIP) else data
    if plain.count(b"<") > _MOST_TAGS:
        raise DocumentUnreadable(f"over {_MOST_TAGS:,} tags; give the address of a smaller index")
    return plain


def _ungzip(data: bytes) -> bytes:
    try:
        return unpack([data], "gzip", _MOST_UNPACKED)
    except Fault as fault:
        raise DocumentUnreadable(f"this index does not unpack: {fault}") from fault


def _parse_xml(data: bytes) -> _Element | None:
    """Return the root of an XML document; None for a page, or for anything else."""
    from lxml import etree

    root = _ROOT.search(data[:_HEAD].replace(b"\0", b""))
    if root is None or root[1].lower() == b"html":
        return None
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.parse(BytesIO(_NUMBERED.sub(_drop_half, data)), parser).getroot()
    except (etree.XMLSyntaxError, ValueError):
        return None


def _drop_half(number: re.Match[bytes]) -> bytes:
    code = int(number[1], 16) if number[1] else int(number[2])
    return b"" if code in _HALVES else number[0]


def _page_links(data: bytes, url: str, charset: tuple[str, ...]) -> tuple[Iterator[tuple[str, str]], str]:
    """Return a page's links as written, and the address that they are relative to."""
    from tracker.capture.read.html import decode_page, parse_page

    if tell_format(data) != "html" and b"href=" not in data.lower():
        raise DocumentUnreadable(f"{url} {_NO_INDEX}")
    page = parse_page(decode_page(data, charset).text)
    declared = next((str(base.get("href")) for base in page.iter("base") if base.get("href")), "")
    links = (
        (str(link.get("href")), "".join(link.itertext()))
        for link in page.iter("a", "area")
        if link.get("href")
    )
    return links, _join(url, declared) or url


def _rss(root: _Element) -> Iterator[tuple[str, str]]:
    """RSS 2.0 keeps items inside the channel, RSS 1.0 beside it."""
    for entry in (entry for entry in root.iter() if _name(entry) == "item"):
        permanent = next(
            (_text(guid) for guid in _children(entry, "guid") if guid.get("isPermaLink") != "false"), ""
        )
        yield _child_text(entry, "link") or permanent, _child_text(entry, "title")


def _atom(root: _Element) -> Iterator[tuple[str, str]]:
    for entry in _children(root, "entry"):
        links = [link for link in _children(entry, "link") if link.get("rel", "alternate") == "alternate"]
        for link in links:
            # lxml gathers xml:base from all elements around.
            yield _rebase(link.base or "", str(link.get("href", ""))), _child_text(entry, "title")


def _rebase(base: str, written: str) -> str:
    """Return an address against what the feed says it is relative to, which may be none itself."""
    try:
        return urljoin(base, written)
    except ValueError:
        return written


def _sitemap(root: _Element) -> Iterator[tuple[str, str]]:
    for entry in _children(root, "url"):
        yield _child_text(entry, "loc"), ""


def _sitemap_index(_root: _Element) -> Iterator[tuple[str, str]]:
    yield from ()


_READERS: Final[dict[str, Callable[[_Element], Iterator[tuple[str, str]]]]] = {
    "rss": _rss,
    "RDF": _rss,
    "feed": _atom,
    "urlset": _sitemap,
    "sitemapindex": _sitemap_index,
}


def _absolute(links: Iterator[tuple[str, str]], base: str) -> tuple[Link, ...]:
    """Return links with absolute HTTP addresses; of one address the first text that says something."""
    found: dict[str, str] = {}
    for written, text in links:
        address = _join(base, written)
        if address:
            found[address] = found.get(address) or " ".join(text.split())
    return tuple(Link(address, text) for address, text in found.items())


def _join(base: str, written: str) -> str | None:
    try:
        address = urldefrag(urljoin(base, written.strip())).url
        parts = urlsplit(address)
        is_plain = parts.scheme in {"http", "https"} and parts.hostname and not parts.username
        _ = parts.port
    except ValueError:
        return None
    return address if is_plain and written.strip() and address.isprintable() else None


def _children(element: _Element, name: str) -> Iterator[_Element]:
    return (child for child in element if _name(child) == name)


def _child_text(element: _Element, name: str) -> str:
    return next((_text(child) for child in _children(element, name)), "")


def _text(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _name(element: _Element) -> str:
    """Return a tag without its namespace, which feeds and sitemaps often get wrong; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
