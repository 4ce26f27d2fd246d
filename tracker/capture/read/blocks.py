"""Blocks of text in formats with markup, and how an extractor joins them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

BlockKind = Literal["paragraph", "heading", "item", "numbered", "row"]

CELL = " | "
_PREFIXES: dict[BlockKind, str] = {"paragraph": "", "heading": "# ", "item": "- ", "numbered": "", "row": ""}
_LISTED = frozenset({"item", "numbered", "row"})
_BLANKS = re.compile(r"[ \t\r\f\v]+")
_BREAKS = re.compile(r" ?\n ?")


class TextBlock(NamedTuple):
    """A paragraph, heading, list item or row of a table; line breaks inside it are the author's."""

    kind: BlockKind
    text: str


def join_blocks(blocks: Iterable[TextBlock]) -> str:
    """Return blocks as one text, separated by blank lines; items and rows of one list by line breaks.

    A heading is marked ``# ``, an item ``- ``; blocks without text are left out.
    """
    kept = [block._replace(text=_tidy(block.text)) for block in blocks]
    kept = [block for block in kept if block.text]
    if not kept:
        return ""
    parts = [_PREFIXES[kept[0].kind] + kept[0].text]
    for before, block in pairwise(kept):
        together = before.kind == block.kind and block.kind in _LISTED
        parts.append(("\n" if together else "\n\n") + _PREFIXES[block.kind] + block.text)
    return "".join(parts) + "\n"


def _tidy(text: str) -> str:
    return _BREAKS.sub("\n", _BLANKS.sub(" ", text)).strip()
