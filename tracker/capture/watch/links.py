"""The links of a page, a feed or a sitemap: absolute addresses with their texts."""

from __future__ import annotations

import re
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from tracker.capture.causes import FetchFault
from tracker.capture.read.extract import giving_reasons
from tracker.capture.read.plain import read_charset
from tracker.capture.read.readers import choose_reader
from tracker.capture.web.payload import unpack
from tracker.errors import DocumentUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

# Bytes in which the root element is looked for; declarations and comments come before it.
_HEAD = 4096
_ROOT = re.compile(rb"<(?:[\w-]+:)?(rss|rdf|feed|urlset|sitemapindex|html)\b", re.IGNORECASE)
"""The first of these elements; in UTF-16 after its zeros are removed."""

_END = re.compile(rb"</(?:[\w-]+:)?(?:rss|rdf|feed|urlset|sitemapindex)\s*>", re.IGNORECASE)
_FEEDS: Final = frozenset({b"rss", b"rdf", b"feed"})

_NUMBERED = re.compile(rb"&#(?:x([0-9a-f]{1,8})|([0-9]{1,9}));", re.IGNORECASE)
_HALVES = range(0xD800, 0xE000)
"""Surrogates: some programs write an emoji as two of them, which lxml does not accept."""

_GZIP = b"\x1f\x8b"
# The standard's limit for a sitemap (sitemaps.org).
_MOST_UNPACKED: Final = 50 * 1024 * 1024
_MOST_TAGS: Final = 1_000_000
"""Twice the most that the standard allows for a sitemap; a larger tree takes gigabytes."""
_NO_INDEX = "is neither a page, a feed nor a sitemap; give the address of one"


class IndexLink(NamedTuple):
    """An absolute address, and the words of the link or the title of the entry."""

    address: str
    text: str
    is_index: bool = False
    """Whether it is another index: a sitemap of a sitemap index."""


def read_links(data: bytes, url: str, content_type: str | None = None) -> tuple[IndexLink, ...]:
    """Return the links of an index in their order; relative ones are resolved.

    The content shows the kind of index; ``content_type``, a header of HTTP, may declare the encoding of a
    page. A sitemap may be packed with gzip. Fragments are removed, and addresses that are not HTTP left out.
    Entities that XML declares are not expanded. Raises ``DocumentUnreadable``.
    """
    with giving_reasons("this index"):
        plain = _unpack(data)
        root = _parse_xml(plain)
        name = "" if root is None else _name(root)
        if root is not None and name in _READERS:
            return _absolute(_READERS[name](root), url, is_index=name == "sitemapindex")
        return _absolute(*_page_links(plain, url, read_charset(content_type)))


def is_feed(data: bytes) -> bool:
    """Tell whether an index is a feed, whose older entries make room for new ones."""
    return _find_root(data) in _FEEDS


def is_cut_off(data: bytes) -> bool:
    """Tell whether a feed or a sitemap has no end; one that is packed does not unpack then."""
    root = _find_root(data)
    return root not in {b"", b"html"} and not _END.search(data.replace(b"\0", b""))


def _find_root(data: bytes) -> bytes:
    root = _ROOT.search(data[:_HEAD].replace(b"\0", b""))
    return root[1].lower() if root else b""


def _unpack(data: bytes) -> bytes:
    plain = _ungzip(data) if data.startswith(_GZIP) else data
    if plain.count(b"<") > _MOST_TAGS:
        raise DocumentUnreadable(f"over {_MOST_TAGS:,} tags; give the address of a smaller index")
    return plain


def _ungzip(data: bytes) -> bytes:
    try:
        return unpack([data], "gzip", _MOST_UNPACKED)
    except FetchFault as fault:
        raise DocumentUnreadable(f"this index does not unpack: {fault}") from fault


def _parse_xml(data: bytes) -> _Element | None:
    """Return the root of an XML document; None for a page, or for anything else."""
    from lxml import etree

    if _find_root(data) in {b"", b"html"}:
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
    """Return a page's links as written, and the address to which they are relative."""
    from tracker.capture.read.html import decode_page, parse_page

    if choose_reader(data).kind != "html" and b"href=" not in data.lower():
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
    """Yield the links of RSS; 2.0 has items inside the channel, 1.0 beside it."""
    for entry in (entry for entry in root.iter() if _name(entry) == "item"):
        permanent = next(
            (_text(guid) for guid in _children(entry, "guid") if guid.get("isPermaLink") != "false"), ""
        )
        yield _child_text(entry, "link") or permanent, _child_text(entry, "title")


def _atom(root: _Element) -> Iterator[tuple[str, str]]:
    for entry in _children(root, "entry"):
        links = [link for link in _children(entry, "link") if link.get("rel", "alternate") == "alternate"]
        for link in links:
            # lxml combines xml:base of all outer elements.
            yield _rebase(link.base or "", str(link.get("href", ""))), _child_text(entry, "title")


def _rebase(base: str, written: str) -> str:
    """Return an address resolved against the base that the feed declares, which may be invalid."""
    try:
        return urljoin(base, written)
    except ValueError:
        return written


def _sitemap(name: str, root: _Element) -> Iterator[tuple[str, str]]:
    for entry in _children(root, name):
        yield _child_text(entry, "loc"), ""


_READERS: Final[dict[str, Callable[[_Element], Iterator[tuple[str, str]]]]] = {
    "rss": _rss,
    "RDF": _rss,
    "feed": _atom,
    "urlset": partial(_sitemap, "url"),
    "sitemapindex": partial(_sitemap, "sitemap"),
}


def _absolute(
    links: Iterator[tuple[str, str]], base: str, *, is_index: bool = False
) -> tuple[IndexLink, ...]:
    """Return links with absolute HTTP addresses, each with its first text that is not empty."""
    found: dict[str, str] = {}
    for written, text in links:
        address = _join(base, written)
        if address:
            found[address] = found.get(address) or " ".join(text.split())
    return tuple(IndexLink(address, text, is_index) for address, text in found.items())


def _join(base: str, written: str) -> str | None:
    try:
        address = urldefrag(urljoin(base, written.strip())).url
        parts = urlsplit(address)
        is_plain = parts.scheme in {"http", "https"} and parts.hostname and "@" not in parts.netloc
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
