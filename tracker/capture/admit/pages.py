"""Recognising pages that are no statement: logins, errors, challenges, lists of files, consent pages."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tracker.capture.admit.rules import load_rules
from tracker.capture.read.extractors import read_extractor
from tracker.capture.read.media import detect_kind
from tracker.capture.read.plain import find_codec, find_declared
from tracker.errors import DocumentUnreadable
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.capture.admit.rules import PageRule
    from tracker.model.watching import Arrival, Fetched

# Bytes of markup that are searched; logins and error pages have less.
_HEAD: Final = 200_000
_TITLE: Final = re.compile(rb"<title[^<>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_TITLE_PARTS: Final = re.compile(r"\s[-|·»:]\s|\s?[|·»]\s?")
_TAGS: Final = re.compile(
    # Neither searches beyond the next mark of its kind, which would take quadratic time.
    r"<(script|style)\b(?:(?!<\1\b).)*?</\1\s*>|<[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_NO_BOUNDS: Final = "\u0600"
"""From here on, scripts join words or prefixes: a phrase may begin and end anywhere."""
_SURE: Final = 3
"""With this number of signs of a statement, only the share of the text decides."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is examined: folded titles and lines, the number of words, the markup of a web page."""

    titles: tuple[str, ...]
    lines: tuple[str, ...]
    words: int
    markup: bytes = b""
    written: tuple[str, ...] = ()
    """The titles as they are written, for the names in them."""


def page_of_arrival(arrival: Arrival) -> Page:
    """Return what is examined of an arrival."""
    version = arrival.version
    data = arrival.fetched.data or b""
    is_page = arrival.extraction.media_type == "text/html"
    titles = [arrival.extraction.title or "", *_first_heading(arrival)]
    if is_page:
        titles.extend(_title_elements(data, read_extractor(version.extractor).encoding))
    lines = tuple(fold(segment.text) for segment in version.segments)
    written = tuple(dict.fromkeys(title for title in titles if title.strip()))
    return Page(_split_titles(written), lines, version.words, data[:_HEAD] if is_page else b"", written)


def page_of_bytes(data: bytes) -> Page | None:
    """Return what is examined of a web page without text; None of all other bytes."""
    try:
        return page_of_markup(data) if detect_kind(data) == "html" else None
    except DocumentUnreadable:
        return None


def page_of_markup(data: bytes) -> Page:
    """Return what is examined of a web page without text: all that its markup shows."""
    codec = _find_codec(data)
    text = html.unescape(_TAGS.sub("\n", decode_markup(data)))
    lines = tuple(line for line in map(fold, text.split("\n")) if line)
    return Page(_split_titles(_title_elements(data, codec)), lines, len(text.split()), data[:_HEAD])


def decode_markup(data: bytes) -> str:
    """Return the beginning of a web page in the encoding that it declares."""
    return data[:_HEAD].decode(_find_codec(data), "replace")


def _find_codec(data: bytes) -> str:
    return next(filter(None, map(find_codec, find_declared(data))), "utf-8")


def classify_page(page: Page, known: str = "") -> tuple[str, str] | None:
    """Return why a page is no statement, and the words that show it; None where none do.

    ``known`` is the folded text of the current version: words that it has show nothing.
    """
    rules = load_rules()
    text = "\n".join(page.lines)
    signs = sum(phrase in text for phrase in rules.statement)
    for rule in rules.pages:
        said = _weigh(page, text, rule, signs, known)
        if said:
            return rule.cause, said
    return None


def find_home_page(address: str, fetched: Fetched) -> tuple[str, str] | None:
    """Return what shows a redirect to the site's home page, unless the address itself is that."""
    if len(fetched.exchanges) < 2 or _is_home(address) or not _is_home(fetched.url):  # noqa: PLR2004 (a redirect)
        return None
    return "home page", f"{address} redirects to {fetched.url}"


def _is_home(address: str) -> bool:
    rules = load_rules()
    parts = [part for part in urlsplit(address).path.casefold().split("/") if part]
    if parts and parts[0] in rules.home_languages:
        parts = parts[1:]
    return not parts or (len(parts) == 1 and parts[0] in rules.home_names)


def _weigh(page: Page, text: str, rule: PageRule, signs: int, known: str) -> str:
    bounds = load_rules().bounds
    titled = [title for title in page.titles if title in rule.titles]
    phrases = _find(rule, text, known)
    found = tuple(dict.fromkeys(phrases))
    if titled and page.words < bounds.medium and (signs < _SURE or found):
        return f"{_quote(titled)} in the title"
    if rule.markup and page.words < bounds.short and not signs and rule.markup.search(page.markup):
        return _quote(found) or f"in the page's markup: {rule.means}"
    enough = 1 if signs == 0 else 2
    if page.words < bounds.short and signs < _SURE and len(found) >= enough:
        return _quote(found)
    weak = [word for word in rule.words if _contains(word, text)]
    covered = _covered(page.lines, found, weak if len(weak) >= bounds.weak_words else ())
    needed = bounds.medium_share if page.words < bounds.medium and signs < _SURE else bounds.long_share
    if covered >= needed and len(found) + len(weak) > 1:
        return f"{_quote([*found, *weak])} in {covered:.0%} of the text"
    return ""


def _find(rule: PageRule, text: str, known: str) -> Iterable[str]:
    yield from (
        phrase for phrase in rule.phrases if _contains(phrase, text) and not (known and phrase in known)
    )
    if rule.patterns:
        yield from (match[0] for match in rule.patterns.finditer(text) if not (known and match[0] in known))


def _contains(phrase: str, text: str) -> bool:
    """Tell whether a text has a phrase, between word boundaries where its script has them."""
    at = text.find(phrase)
    while at >= 0:
        if phrase[0] >= _NO_BOUNDS or _is_bounded(text, at, at + len(phrase)):
            return True
        at = text.find(phrase, at + 1)
    return False


def _is_bounded(text: str, start: int, end: int) -> bool:
    def joins(left: str, right: str) -> bool:
        return left.isalnum() and right.isalnum() and right < _NO_BOUNDS and left < _NO_BOUNDS

    return not (
        (start > 0 and joins(text[start - 1], text[start]))
        or (end < len(text) and joins(text[end - 1], text[end]))
    )


def _covered(lines: Sequence[str], phrases: Sequence[str], weak: Sequence[str]) -> float:
    """Return the share of the characters in lines that hold any of the phrases or words."""
    every = sum(map(len, lines))
    marked = sum(len(line) for line in lines if any(_contains(phrase, line) for phrase in (*phrases, *weak)))
    return round(marked / every, 4) if every else 0.0


def _first_heading(arrival: Arrival) -> Iterable[str]:
    return (segment.text for segment in arrival.version.segments[:1] if segment.kind == "heading")


def _title_elements(data: bytes, codec: str) -> Iterable[str]:
    match = _TITLE.search(data[:_HEAD])
    return [html.unescape(match[1].decode(codec or "utf-8", "replace"))] if match else []


def _split_titles(titles: Iterable[str]) -> tuple[str, ...]:
    """Return folded titles, whole and in the parts that sites join: ``Page not found | Ministry``."""
    folded = [fold(title) for title in titles if title.strip()]
    parts = [part.strip() for title in folded for part in _TITLE_PARTS.split(title)]
    return tuple(dict.fromkeys([*folded, *parts]))


def _quote(words: Sequence[str]) -> str:
    return ", ".join(f'"{word[:60]}"' for word in words[:4])
