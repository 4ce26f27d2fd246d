"""How answers come about, and how right they are: the two documents that come with the program."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from tracker import __version__
from tracker.publish.frame import render
from tracker.publish.routes import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

    from tracker.publish.routes import Answer, Parameters
    from tracker.publish.shelf import Shelf

_DOCUMENTS: Final = ("method", "quality")
_SCROLL: Final = '<div class="scroll" tabindex="0" role="region" aria-label="Table {1} of {0}"><table>'
_GENERATED: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def rests_on(_shelf: Shelf, _parameters: Parameters) -> list[object]:
    """Return the release: the documents come with it."""
    return [__version__, [_read(name) for name in _DOCUMENTS]]


def show(shelf: Shelf, _parameters: Parameters) -> Answer:
    """Return the page on method and quality."""
    documents = [(name, _render(name)) for name in _DOCUMENTS]
    return render(
        "method",
        address("method"),
        documents=documents,
        vocabulary=shelf.vocabulary,
        release=__version__,
    )


def _read(name: str) -> str:
    return files("tracker").joinpath("docs", f"{name}.md").read_text("utf-8")


@cache
def _render(name: str) -> Markup:
    """Return a document as it is shown: a level lower, with links that lead somewhere on this page alone."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 (40 ms, for this page alone)

    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(_GENERATED.sub("", _read(name)))
    for token, content in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{int(token.tag[1:]) + 1}"
        if token.type == "heading_open" and content:
            token.attrSet("id", name if token.tag == "h2" else _anchor(content.content))
        if token.type in {"th_open", "td_open"} and "right" in str(token.attrs.pop("style", "")):
            token.attrSet("class", "right")
        if token.children:
            token.children = [*_lead(token.children)]
    html = str(reader.renderer.render(tokens, reader.options, {}))
    numbers = count(1)
    html = html.replace("<th></th>", "<td></td>").replace("</table>", "</table></div>")
    html = re.sub("<table>", lambda _: _SCROLL.format(name, next(numbers)), html)
    return Markup(html)  # noqa: S704 (our own document, with no HTML in it)


def _lead(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield what stands in a line; links to other documents as their words, and no pictures."""
    leads = True
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href") or "")
            document, _, place = target.partition("#")
            if document.removesuffix(".md") in {"", *_DOCUMENTS} and (document or place):
                token.attrSet("href", f"#{place or document.removesuffix('.md')}")
            leads = target.startswith("https://") or document.removesuffix(".md") in {"", *_DOCUMENTS}
        if token.type == "image" or (token.type in {"link_open", "link_close"} and not leads):
            continue
        yield token


def _anchor(heading: str) -> str:
    """Return the name of a heading as links have it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
