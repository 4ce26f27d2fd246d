"""Markdown without its marks; the lines stay as they are."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.capture.read.blocks import CELL, TextBlock, join_blocks
from tracker.model.texts import Extraction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

    from tracker.capture.read.plain import Decoded

_NAMES = (".md", ".markdown")
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?\r?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^[A-Za-z][\w-]*:", re.MULTILINE)
_TITLE = re.compile(r"^title:[ \t]*(['\"]?)(\S.*?)\1[ \t]*\r?$", re.MULTILINE)
_MARK = re.compile(
    r"^#{1,6}[ \t]+\S"  # a heading
    r"|^\*\*[^*\n]+\*\*[ \t]*\r?$"  # a line in bold
    r"|(?<![\w*])\*\*[^\s*][^*\n]*\*\*(?![\w*])",  # words in bold
    re.MULTILINE,
)
_TARGET = re.compile(r"https?:|mailto:|/|#")
_TARGET_ENDS = re.compile(r"[)\s]")
_MOST_LINKED, _MOST_TARGETED = 300, 2000
"""The most characters of a link's words and of its target; more are brackets by chance."""
_SIGNS = ("#", "**", "](")
"""Every mark has one of these; searching for them is a hundred times as fast."""
_ENOUGH = 2
"""One mark may be a typing error; two are not."""
_TAG = re.compile(r"<!--(?:(?!<!--).)*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_BREAKS = {"softbreak", "hardbreak"}


def is_markdown(text: str, name: str | None) -> bool:
    """Tell whether a text is Markdown: by its name, a front matter, or clear marks."""
    if name is not None and name.lower().endswith(_NAMES):
        return True
    front = _FRONT.match(text)
    if front and _FIELD.search(front.group(1)):
        return True
    if not any(sign in text for sign in _SIGNS):
        return False
    end = 0
    for _ in range(_ENOUGH):
        found = _find_mark(text, end)
        if found is None:
            return False
        end = found
    return True


def _find_mark(text: str, start: int) -> int | None:
    """Return the end of the first mark at or after ``start``."""
    match, link = _MARK.search(text, start), find_link(text, start)
    if match and (link is None or match.start() < link[0]):
        return match.end()
    return link[1] if link else None


def find_link(text: str, start: int) -> tuple[int, int] | None:
    """Return the start and end of the first ``[words](target)``, in one pass over the text."""
    ends = -1
    middle = text.find("](", start)
    while middle >= 0:
        target = _TARGET.match(text, middle + 2)
        opens = _find_bracket(text, start, middle) if target else -1
        if target and opens >= 0:
            if ends < target.end():
                stop = _TARGET_ENDS.search(text, target.end())
                ends = stop.start() if stop else len(text)
            if ends - target.end() <= _MOST_TARGETED and text.startswith(")", ends):
                return opens, ends + 1
        middle = text.find("](", middle + 1)
    return None


def _find_bracket(text: str, start: int, middle: int) -> int:
    """Return the opening bracket of a link's words, on the same line; -1 where there is none."""
    low = max(start, middle - _MOST_LINKED - 1)
    low = max(low, text.rfind("]", low, middle) + 1, text.rfind("\n", low, middle) + 1)
    return text.find("[", low, max(middle - 1, 0))


def read_markdown(decoded: Decoded) -> Extraction:
    """Return the text of Markdown without emphasis, link targets, tags or front matter.

    Headings keep a ``# ``, items ``- `` or their number. The title is the front matter's, or else the
    only heading of the first level.
    """
    import markdown_it

    front = _FRONT.match(decoded.text)
    body = decoded.text[front.end() :] if front else decoded.text
    tokens = (
        markdown_it.MarkdownIt("commonmark")
        .enable("table")
        .parse(body.replace("\r\n", "\n").replace("\r", "\n"))
    )
    title = _TITLE.search(front.group(1)) if front else None
    return Extraction(
        text=join_blocks(_blocks(tokens)),
        media_type="text/markdown",
        extractor=f"markdown-it-py {markdown_it.__version__} {decoded.label}",
        title=title.group(2) if title else _only_heading(tokens),
    )


def _blocks(tokens: Sequence[Token]) -> Iterator[TextBlock]:
    marker: str | None = None
    cells: list[str] = []
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "tr_close":
            yield TextBlock("row", CELL.join(cells))
            cells = []
        elif token.type in {"fence", "code_block"}:
            yield TextBlock("paragraph", token.content)
        elif token.type == "html_block":
            yield TextBlock("paragraph", _TAG.sub("", token.content))
        elif token.type == "inline" and before is not None:
            text = _plain(token.children or ())
            if before.tag in {"td", "th"}:
                cells.append(text)
            else:
                yield _block(before, text, marker)
                marker = None


def _block(opening: Token, text: str, marker: str | None) -> TextBlock:
    if opening.type == "heading_open":
        return TextBlock("heading", text)
    if marker is None:
        return TextBlock("paragraph", text)
    return TextBlock("item", text) if marker == "" else TextBlock("numbered", marker + text)


def _plain(inline: Sequence[Token]) -> str:
    """Return inline tokens as text; a picture leaves its description, a tag nothing."""
    return "".join(
        "\n" if token.type in _BREAKS else token.content for token in inline if token.type != "html_inline"
    )


def _only_heading(tokens: Sequence[Token]) -> str | None:
    titles = [
        _plain(after.children or ())
        for token, after in pairwise(tokens)
        if token.type == "heading_open" and token.tag == "h1"
    ]
    return titles[0] if len(titles) == 1 else None
