"""The links of a page, a feed or a sitemap, read in a process of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracker.capture.sandbox.bounds import ARRIVING
from tracker.capture.sandbox.process import NO_ANSWER, ask, stop
from tracker.capture.sandbox.wire import decode
from tracker.capture.watch.links import Link

if TYPE_CHECKING:
    from collections.abc import Mapping


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
