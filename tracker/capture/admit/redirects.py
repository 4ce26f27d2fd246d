"""Pages that send whoever opens them to another address, though the server answered with status 200."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from tracker.capture.admit.pages import decode_markup
from tracker.capture.admit.rules import load_rules
from tracker.capture.causes import LONGEST_QUOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.capture.admit.pages import Page
    from tracker.model.watching import Fetched

_SOON: Final = 60
"""Seconds: what leads on later leaves time to read, as a page of news that loads itself again does."""
_SURE: Final = 3
"""With this number of phrases of statements the text is there, whatever comes after it."""

# None of these searches beyond the next mark of its kind, which would take quadratic time.
_COMMENT: Final = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_META: Final = re.compile(r"<meta\b[^<>]*>", re.IGNORECASE)
_BASE: Final = re.compile(r"<base\b[^<>]*>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"([\w-]{1,30})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
# "5", "0;url=/new", "0, URL = '/new'": a delay alone loads the page itself again (HTML, "pragma directives").
_REFRESH: Final = re.compile(
    r"(\d{1,9})(?:\.\d*)? ?[;, ] ?(?:url ?= ?)?(?:\"([^\"]*)|'([^']*)|(.+))", re.IGNORECASE
)
_CODE: Final = re.compile(r"<script\b[^<>]*>((?:(?!<script\b).)*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_ON_LOAD: Final = re.compile(r"\bonload\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_LOCATION: Final = re.compile(
    r"(?<!var )(?<!let )(?<!const )\blocation(?:\.href)?\s{0,9}=(?!=)\s{0,9}"
    r"([\"'`])([^\"'`\n]{1,2000})\1\s{0,9}(?![\s+])"
    r"|\blocation\.(?:replace|assign)\s{0,9}\(\s{0,9}([\"'`])([^\"'`\n]{1,2000})\3\s{0,9}\)"
)


def find_redirect(page: Page | None, fetched: Fetched, min_words: int | None = None) -> str:
    """Return where a page with hardly any text leads, and by what; empty where it stays as it is.

    A page that loads itself again leads nowhere. What scripts do on a page that has ``min_words`` (those that
    a first capture needs, by default) is not read: menus and forms have addresses too.
    """
    bounds = load_rules().bounds
    text = "\n".join(page.lines) if page else ""
    words = page.words if page else 0
    signs = sum(phrase in text for phrase in load_rules().statement)
    if words >= bounds.short or signs >= _SURE:
        return ""
    markup = _COMMENT.sub("", decode_markup(page.markup)) if page else ""
    ways = [*_read_headers(fetched), *_read_markup(markup)]
    if words < (bounds.min_words if min_words is None else min_words):
        ways += _read_scripts(markup)
    base = next((found["href"] for tag in _BASE.findall(markup) if "href" in (found := _read(tag))), "")
    for target, way in ways:
        address = _resolve(fetched.url, base, target)
        if address:
            return f"it leads to {address[:LONGEST_QUOTE]} ({way})"
    return ""


def _read_headers(fetched: Fetched) -> Iterator[tuple[str, str]]:
    """Yield the target of the last answer's ``Refresh``, which browsers follow like that of a page."""
    last = fetched.exchanges[-1:]
    for name, value in last[0].headers if last else ():
        if name.casefold() == "refresh" and (found := _read_refresh(value)):
            yield found[0], f"the header Refresh, after {found[1]} s"


def _read_markup(markup: str) -> Iterator[tuple[str, str]]:
    for tag in _META.findall(markup):
        attributes = _read(tag)
        is_refresh = attributes.get("http-equiv", "").strip().casefold() == "refresh"
        if is_refresh and (found := _read_refresh(attributes.get("content", ""))):
            yield found[0], f"a meta refresh, after {found[1]} s"


def _read_scripts(markup: str) -> Iterator[tuple[str, str]]:
    for code in (*_CODE.findall(markup), *map("".join, _ON_LOAD.findall(markup))):
        for _, assigned, _, called in _LOCATION.findall(html.unescape(code)):
            yield (assigned or called).replace("\\/", "/"), "a script"


def _read_refresh(value: str) -> tuple[str, int] | None:
    """Return the target of a refresh and its delay; None for one that is late, or has no target."""
    found = _REFRESH.match(" ".join(value.split()))
    if not found:
        return None
    delay, *targets = found.groups()
    target = next(filter(None, targets), "").strip()
    return (target, int(delay or 0)) if target and int(delay or 0) <= _SOON else None


def _read(tag: str) -> dict[str, str]:
    """Return the attributes of a tag, by their names in lower case."""
    return {
        name.casefold(): html.unescape(double or single or bare).strip()
        for name, double, single, bare in _ATTRIBUTE.findall(tag)
    }


def _resolve(url: str, base: str, target: str) -> str:
    """Return the address to which a target leads from a page; empty for itself, and for no address."""
    try:
        address = urljoin(urljoin(url, base), target)
        is_web = urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        return ""
    return address if is_web and urldefrag(address)[0] != urldefrag(url)[0] else ""
