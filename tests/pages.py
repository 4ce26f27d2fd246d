"""A page taken apart: the texts that its edits give, all accepted or all rejected, its links and places."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from lxml.html import document_fromstring

from tracker.report.comparison.build import build_report
from tracker.report.comparison.texts import build_texts
from tracker.report.render.html import render_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary


def render_page(comparison: Comparison, vocabulary: Vocabulary, *, everything: bool = False) -> str:
    """Return the report as a page, with both texts."""
    report = build_report(comparison, vocabulary, everything=everything)
    return render_html(report, build_texts(comparison))


def parse(page: str) -> HtmlElement:
    return document_fromstring(page)


def accept_all(page: HtmlElement) -> str:
    """Return the text that the page gives where each edit is accepted, in the view of both as one."""
    return _read(page, "inline", "del")


def reject_all(page: HtmlElement) -> str:
    """Return the text that the page gives where each edit is rejected."""
    return _read(page, "inline", "ins")


def read_column(page: HtmlElement, side: Literal["old", "new"]) -> str:
    """Return one of the texts as they stand side by side."""
    return _read(page, "columns", "", f"//div[@class='{side}']")


def _read(page: HtmlElement, view: str, left_out: str, within: str = "") -> str:
    blocks = page.xpath(f"//div[@id='{view}']{within}//div[@class='block']/p")
    return "".join(piece for block in blocks for piece in _walk(block, left_out))


def _walk(element: HtmlElement, left_out: str) -> Iterator[str]:
    if element.get("data-code"):
        yield chr(int(element.get("data-code"), 16))
        return
    yield element.text or ""
    for child in element:
        if child.tag != left_out:
            yield from _walk(child, left_out)
        yield child.tail or ""


def check_page(page: str) -> HtmlElement:
    """Return a page taken apart, whose places have one name, whose links lead, and which fetches nothing."""
    root = parse(page)
    names = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert not [name for name, count in names.items() if count > 1]
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        assert not {
            name for name in element.attrib if name.startswith("on") or name in {"src", "style", "srcset"}
        }
        for name in ("href", "for", "aria-labelledby"):
            for target in element.get(name, "").split():
                assert target.removeprefix("#") in names, (name, target)
        if element.get("href"):
            assert element.get("href").startswith("#")
    return root
