"""Discovery: the links of an index that match its patterns, and the references that its rule proposes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tracker.capture.sandbox.limits import NEW_DOCUMENT
from tracker.capture.sandbox.process import NO_ANSWER, ask, reader_stopped
from tracker.capture.watch.links import IndexLink
from tracker.errors import ReferenceInvalid
from tracker.model.watching import Discovery
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model.texts import Reference
    from tracker.model.watching import Fetched, Source


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
    if any(_SEPARATOR.search(value) for value in values.values()):
        return None
    try:
        reference = parse_reference(rule.format_map(values))
    except (ReferenceInvalid, KeyError):
        return None
    return reference if reference.session and reference.snapshot is None else None
