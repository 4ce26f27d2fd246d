"""The main text of a web page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.capture.read.blocks import CELL, BlockKind, TextBlock, join_blocks
from tracker.capture.read.plain import Decoded, decode, find_declared
from tracker.errors import DocumentUnreadable
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement

_XML_DECLARATION = re.compile(r"\A\s*(?:<\?xml[^>]*\?>\s*)+")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_OUTSIDE = (
    "script", "style", "noscript", "template", "nav", "footer", "aside", "form", "button", "iframe", "svg",
    "select",
)  # fmt: skip
_HEADINGS = frozenset({"head", "h1", "h2", "h3", "h4", "h5", "h6"})
_ITEMS = frozenset({"item", "li", "dt", "dd"})
_ROWS = frozenset({"row", "tr"})
_CELLS = frozenset({"cell", "td", "th"})
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "center", "div", "dl", "figcaption", "figure", "header",
    "hr", "list", "main", "ol", "p", "pre", "quote", "section", "table", "tbody", "thead", "title", "ul",
})  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n\f]+")


def read_html(
    data: bytes, selector: str | None = None, remove: tuple[str, ...] = (), charset: tuple[str, ...] = ()
) -> Extraction:
    """Return the main text of a page, without menus, scripts and comments; with headings, lists and tables.

    Where no main text is found, as on very short pages, the text is that of the whole body. The title is the
    page's only first heading, or else its ``<title>``. ``remove`` are CSS selectors of elements that are
    removed first; ``selector`` selects the only elements whose text is returned. ``charset`` is the encoding
    that the server declared, if it did.

    Raises ``DocumentUnreadable`` where the selector selects nothing.
    """
    import trafilatura
    from lxml import etree

    decoded = decode_page(data, charset)
    settings = _settings(selector, remove)
    page = _prune(parse_page(decoded.text), remove)
    title = _title(page)
    if selector:
        text = join_blocks(_selected_blocks(page, selector))
        return Extraction(text, "text/html", f"lxml {etree.__version__} {decoded.label}{settings}", title)
    text = join_blocks(_main_blocks(_prune(parse_page(decoded.text), remove)))
    extractor = f"trafilatura {trafilatura.__version__} {decoded.label}{settings}"
    if not text:
        text = join_blocks(_all_blocks(page))
        extractor = f"lxml {etree.__version__} {decoded.label}{settings}"
    return Extraction(text=text, media_type="text/html", extractor=extractor, title=title)


def _settings(selector: str | None, remove: tuple[str, ...]) -> str:
    """Return the part of the extractor's name that says what a source's selectors are."""
    parts = [f" selector={selector}"] if selector else []
    return "".join([*parts, *(f" remove={one}" for one in remove)])


def decode_page(data: bytes, charset: tuple[str, ...] = ()) -> Decoded:
    """Return the text of a page's bytes: what the server declares has precedence over what the page does.

    Raises ``DocumentUnreadable`` for binary data.
    """
    return decode(data, (*charset, *find_declared(data)))


def parse_page(text: str) -> HtmlElement:
    """Return the tree of a page, however broken; nothing is loaded, and no entity of the page is expanded."""
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    source = _UNREADABLE.sub("", _XML_DECLARATION.sub("", text))
    try:
        return document_fromstring(source, parser=parser, ensure_head_body=True)
    except ParserError:
        # It is empty, or has only a comment.
        return document_fromstring("<html></html>", parser=parser, ensure_head_body=True)


def _main_blocks(page: HtmlElement) -> Iterator[TextBlock]:
    from trafilatura import bare_extraction

    try:
        document = bare_extraction(page, favor_recall=True, include_comments=False, include_tables=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pages broken enough raise anything; the whole body is read instead
        return
    body = getattr(document, "body", None)
    if body is not None:
        yield from _blocks(body)


def _select(page: HtmlElement, selector: str) -> list[HtmlElement]:
    from cssselect import HTMLTranslator

    found: list[HtmlElement] = page.xpath(HTMLTranslator().css_to_xpath(selector))
    return found


def _prune(page: HtmlElement, remove: tuple[str, ...]) -> HtmlElement:
    # A script for search engines quotes the article, with what is to be removed from it.
    for selector in (*remove, *(['script[type="application/ld+json"]'] if remove else [])):
        for element in _select(page, selector):
            if element.getparent() is not None:
                element.drop_tree()
    return page


def _selected_blocks(page: HtmlElement, selector: str) -> Iterator[TextBlock]:
    """Yield the blocks of the selected elements in the page's order, each part of the page once."""
    from lxml.etree import strip_elements

    strip_elements(page, *_OUTSIDE, with_tail=False)
    chosen = _select(page, selector)
    if not chosen:
        raise DocumentUnreadable(
            f"the selector {selector!r} selects nothing on this page; correct it in the watch list"
        )
    inside = set(chosen)
    for element in chosen:
        if not any(parent in inside for parent in element.iterancestors()):
            yield from _blocks(element)


def _all_blocks(page: HtmlElement) -> Iterator[TextBlock]:
    from lxml.etree import strip_elements

    strip_elements(page, *_OUTSIDE, with_tail=False)
    body = page.find("body")
    if body is not None:
        yield from _blocks(body)


def _blocks(body: _Element) -> Iterator[TextBlock]:
    """Yield the blocks of a tree of HTML's or trafilatura's tags; without recursion, as pages nest deeply."""
    from lxml.etree import iterwalk

    kind: BlockKind = "paragraph"
    buffer: list[str] = []
    for event, element in iterwalk(body, events=("start", "end")):
        tag = str(element.tag)
        if event == "start" and tag in {"lb", "br"}:
            buffer.append("\n")
        elif tag in _CELLS:
            buffer.append(CELL if event == "end" else "")
        elif _ends_block(tag, buffer, event):
            yield from _split(kind, buffer)
            buffer = []
            kind = _kind(tag) if event == "start" else "paragraph"
        text = element.text if event == "start" else element.tail if element is not body else None
        if text:
            buffer.append(_SPACE.sub(" ", text))
    yield from _split(kind, buffer)


def _ends_block(tag: str, buffer: list[str], event: str) -> bool:
    """Tell whether a tag ends the block before it; a paragraph at the start of an item or row does not."""
    if tag in _HEADINGS or tag in _ITEMS or tag in _ROWS:
        return True
    return tag in _BLOCKS and (event == "end" or any(part.strip() for part in buffer))


def _kind(tag: str) -> BlockKind:
    if tag in _HEADINGS:
        return "heading"
    if tag in _ITEMS:
        return "item"
    return "row" if tag in _ROWS else "paragraph"


def _split(kind: BlockKind, buffer: list[str]) -> Iterator[TextBlock]:
    """Yield the gathered text as blocks; two line breaks end a paragraph."""
    text = "".join(buffer)
    if kind == "row":
        yield TextBlock(kind, CELL.join(cell.strip() for cell in text.split(CELL.strip()) if cell.strip()))
        return
    for number, part in enumerate(re.split(r"\n\s*\n", text)):
        yield TextBlock(kind if number == 0 else "paragraph", part)


def _title(page: HtmlElement) -> str | None:
    headings, titles = page.findall(".//h1"), page.findall(".//title")
    for elements in (headings, titles):
        if len(elements) == 1:
            text = " ".join("".join(elements[0].itertext()).split())
            if text:
                return text
    return None
