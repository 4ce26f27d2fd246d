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
    from collections.abc import Mapping

    from tracker.model.texts import Reference
    from tracker.model.watching import Fetched, Source


def find_links(data: bytes, url: str, content_type: str | None = None) -> tuple[IndexLink, ...]:
    """Call ``read_links`` in a reader process. Raises ``DocumentUnreadable`` and ``ReaderStopped``."""
    texts = _ask({"reading": "links", "url": url, "content_type": content_type}, data)
    if len(texts) % 2:
        raise reader_stopped(NO_ANSWER)
    return tuple(map(IndexLink, texts[::2], texts[1::2]))


def find_sitemaps(data: bytes, url: str) -> tuple[str, ...]:
    """Call ``nested_sitemaps`` in a reader process. Raises as ``find_links``."""
    return _ask({"reading": "sitemaps", "url": url}, data)


def _ask(request: Mapping[str, str | None], data: bytes) -> tuple[str, ...]:
    return tuple(text or "" for text in ask("index", request, data, NEW_DOCUMENT))


_SEPARATOR = re.compile(r"[/~@]")
# Sitemaps of one index; each may have 50,000 addresses (sitemaps.org).
_MOST_NESTED = 100


def discover(fetched: Fetched, source: Source) -> tuple[Discovery, ...]:
    """Return the links of an index that match its patterns, each address once, in their order.

    The content shows whether it is a page, a feed (RSS, Atom) or a sitemap. Addresses are absolute HTTP ones,
    without fragments and without the index itself. A reference that the rule cannot form, or that is invalid,
    is None. ``nested_indexes`` returns the sitemaps of a sitemap index. An unchanged index gives no links.
    Raises ``DocumentUnreadable`` for bytes that are no index.
    """
    if fetched.data is None:
        return ()
    links = find_links(fetched.data, fetched.url, fetched.media_type)
    found = (_discover(link, source) for link in links if link.address not in {fetched.url, source.address})
    return tuple(discovery for discovery in found if discovery)


def nested_indexes(fetched: Fetched, source: Source) -> tuple[Source, ...]:
    """Return the first hundred sitemaps of a sitemap index, as indexes to fetch.

    Sitemap indexes inside it are not followed. Raises ``DocumentUnreadable``.
    """
    if fetched.data is None or ":" in source.id:
        return ()
    places = find_sitemaps(fetched.data, fetched.url)[:_MOST_NESTED]
    return tuple(
        replace(source, id=_name(source, address), address=address)
        for address in places
        if address not in {fetched.url, source.address}
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
        language=(reference.language if reference else None) or index.language,
    )


def _name(index: Source, address: str) -> str:
    return f"{index.id.partition(':')[0]}:{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def _discover(link: IndexLink, source: Source) -> Discovery | None:
    groups: dict[str, str] = {}
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
