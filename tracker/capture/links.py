"""The links of an index (a page, a feed, a sitemap), and the references that its rule proposes for them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from tracker.capture.causes import FetchFault
from tracker.capture.read.extract import giving_reasons
from tracker.capture.read.plain import read_charset
from tracker.capture.read.readers import choose_reader
from tracker.capture.sandbox.process import NO_ANSWER, ask, reader_stopped
from tracker.capture.sandbox.protocol import NEW_DOCUMENT
from tracker.capture.web.payload import unpack
from tracker.errors import DocumentUnreadable, ReferenceInvalid
from tracker.model.watching import Discovery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _Element

    from tracker.model.texts import Reference
    from tracker.model.watching import Fetched, Source

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
        name = "" if root is None else _local_name(root)
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
    for entry in (entry for entry in root.iter() if _local_name(entry) == "item"):
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
    return (child for child in element if _local_name(child) == name)


def _child_text(element: _Element, name: str) -> str:
    return next((_text(child) for child in _children(element, name)), "")


def _text(element: _Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _local_name(element: _Element) -> str:
    """Return a tag without its namespace, which feeds and sitemaps often get wrong; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find_links(data: bytes, url: str, content_type: str | None = None) -> tuple[IndexLink, ...]:
    """Call ``read_links`` in a reader process. Raises ``DocumentUnreadable`` and ``ReaderStopped``."""
    request = {"reading": "links", "url": url, "content_type": content_type}
    texts = ask("index", request, data, NEW_DOCUMENT)
    if len(texts) % 3:
        raise reader_stopped(NO_ANSWER)
    return tuple(
        IndexLink(address or "", text or "", bool(mark))
        for address, text, mark in zip(texts[::3], texts[1::3], texts[2::3], strict=True)
    )


_SEPARATOR = re.compile(r"[/~@]")
# Sitemaps of one index; each may have 50,000 addresses (sitemaps.org).
_MOST_NESTED = 100


def read_index(fetched: Fetched, source: Source) -> tuple[IndexLink, ...]:
    """Return the links of an index, each address once, in their order, without the index itself.

    The content shows whether it is a page, a feed (RSS, Atom), a sitemap or a sitemap index. Addresses are
    absolute HTTP ones, without fragments. An unchanged index gives no links. Raises ``DocumentUnreadable``
    for bytes that are no index.
    """
    if fetched.data is None:
        return ()
    links = find_links(fetched.data, fetched.url, fetched.media_type)
    return tuple(link for link in links if link.address not in {fetched.url, source.address})


def discover(links: Iterable[IndexLink], source: Source) -> tuple[Discovery, ...]:
    """Return the links that match the patterns of an index; those to other indexes are left out.

    A reference that the rule cannot form, or that is invalid, is None.
    """
    found = (_discover(link, source) for link in links if not link.is_index)
    return tuple(discovery for discovery in found if discovery)


def nested_indexes(links: Iterable[IndexLink], source: Source) -> tuple[Source, ...]:
    """Return the first hundred sitemaps of a sitemap index, as indexes to fetch.

    Sitemap indexes inside it are not followed.
    """
    if ":" in source.id:
        return ()
    places = [link.address for link in links if link.is_index]
    return tuple(
        replace(source, id=_name(source, address), address=address) for address in places[:_MOST_NESTED]
    )


def source_of(discovery: Discovery, index: Source) -> Source:
    """Return the source of a discovered address: the settings of the index, and an id of its own.

    The id is that of the index, a colon and a digest of the address, so that it is always the same.
    """
    reference = discovery.reference
    return replace(
        index,
        id=_name(index, discovery.address),
        address=discovery.address,
        is_index=False,
        reference=reference,
        rule=None,
        links=None,
        link_text=None,
        min_links=None,
        language=(reference.language if reference else None) or index.language,
    )


def _name(index: Source, address: str) -> str:
    return f"{index.id.partition(':')[0]}:{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def _discover(link: IndexLink, source: Source) -> Discovery | None:
    groups: dict[str, str] = {}
    if source.exclude and re.search(source.exclude, link.address):
        return None
    for pattern, text in ((source.links, link.address), (source.link_text, link.text)):
        if pattern is None:
            continue
        match = re.search(pattern, text)
        if match is None:
            return None
        groups |= {name: value for name, value in match.groupdict().items() if value}
    return Discovery(source.id, link.address, link.text, _reference(source.rule, groups))


def _reference(rule: str | None, groups: dict[str, str]) -> Reference | None:
    """Fill in a rule, as written or with blanks for underscores (``seventy_ninth``)."""
    if rule is None:
        return None
    values = {name: unquote(value) for name, value in groups.items()}
    spaced = {name: value.replace("_", " ") for name, value in values.items()}
    return _fill(rule, values) or _fill(rule, spaced)


def _fill(rule: str, values: dict[str, str]) -> Reference | None:
    """Return the reference of a filled rule; a value with a separator would add parts, and is refused."""
    # Reader processes take links from pages and propose nothing: 8 ms at each of their starts.
    from tracker.references import parse_reference

    if any(_SEPARATOR.search(value) for value in values.values()):
        return None
    try:
        reference = parse_reference(rule.format_map(values))
    except (ReferenceInvalid, KeyError):
        return None
    return reference if reference.session and reference.snapshot is None else None
