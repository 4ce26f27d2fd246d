"""What an index leads to: the links that match its pattern, and the references its rule proposes."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tracker.capture.sandbox.bounds import ARRIVING
from tracker.capture.sandbox.process import NO_ANSWER, ask, stop
from tracker.capture.sandbox.wire import decode
from tracker.capture.watch.links import Link
from tracker.errors import ReferenceInvalid
from tracker.model.watching import Discovery
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.texts import Reference
    from tracker.model.watching import Fetched, Source


def find_links(data: bytes, url: str, content_type: str | None = None) -> tuple[Link, ...]:
    """Return what ``read_links`` does. Raises ``DocumentUnreadable`` as it does, and ``ReaderStopped``."""
    texts = _ask({"reading": "links", "url": url, "content_type": content_type}, data)
    if len(texts) % 2:
        raise stop(NO_ANSWER)
    return tuple(map(Link, texts[::2], texts[1::2]))


def find_sitemaps(data: bytes, url: str) -> tuple[str, ...]:
    """Return what ``nested_sitemaps`` does. Raises as ``find_links``."""
    return _ask({"reading": "sitemaps", "url": url}, data)


def _ask(request: Mapping[str, str | None], data: bytes) -> tuple[str, ...]:
    fields = ask("index", json.dumps(request).encode(), data, ARRIVING)
    try:
        return tuple(decode(field) or "" for field in fields)
    except ValueError as error:
        raise stop(NO_ANSWER) from error


_PARTING = re.compile(r"[/~@]")
_MOST_NESTED = 100


def discover(fetched: Fetched, source: Source) -> tuple[Discovery, ...]:
    """Return the links of an index that match its patterns, each address once, in the order met.

    The content tells page, feed (RSS, Atom) and sitemap apart. Addresses are absolute, HTTP, without
    fragment; the index itself is none. A reference that the rule cannot form, or that cannot be read, is
    None. The sitemaps of a sitemap index come from ``nested_indexes``. Nothing is found where the index has
    not changed. Raises ``DocumentUnreadable`` for bytes that are no index.
    """
    if fetched.data is None:
        return ()
    links = find_links(fetched.data, fetched.url, fetched.media_type)
    found = (_discover(link, source) for link in links if link.address not in {fetched.url, source.address})
    return tuple(discovery for discovery in found if discovery)


def nested_indexes(fetched: Fetched, source: Source) -> tuple[Source, ...]:
    """Return the sitemaps that a sitemap index names, the first hundred, as indexes to fetch in turn.

    One that names itself, or another index, leads no further. Raises ``DocumentUnreadable``.
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
    """Return the source that watches a discovered address: the index's manners, an id of its own.

    The id is the index's, a colon and a digest of the address, so that it is the same every night.
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


def _discover(link: Link, source: Source) -> Discovery | None:
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
    """Fill a rule in, as written or with blanks for underscores (``seventy_ninth``)."""
    if rule is None:
        return None
    values = {name: unquote(value) for name, value in groups.items()}
    spaced = {name: value.replace("_", " ") for name, value in values.items()}
    return _fill(rule, values) or _fill(rule, spaced)


def _fill(rule: str, values: dict[str, str]) -> Reference | None:
    """Return the reference of a filled rule; a value with a slash or mark would bring parts of its own."""
    if any(_PARTING.search(value) for value in values.values()):
        return None
    try:
        reference = parse_reference(rule.format_map(values))
    except (ReferenceInvalid, KeyError):
        return None
    return reference if reference.session and reference.snapshot is None else None
