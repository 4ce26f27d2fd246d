"""Making paragraphs of lines with their places on pages, which pdfium does not do."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.capture.read.running_lines import SAME_PLACE, PlacedLine, remove_running_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# All in units of the letters' size, if not said otherwise; `tests/test_layout.py` shows where each decides.
_WIDER = 1.18
"""Larger steps, in usual steps, separate paragraphs; Word's smallest usual space is a quarter line."""
# A heading of 14 points over a text of 12 is 1.17 times as large.
_OTHER_SIZE = 1.15
# About half of the narrowest usual indent, that of one letter's height.
_INDENT = 0.6
# Lines of text are a whole size apart; what is closer is on one line, raised or lowered.
_LEVEL = 0.25
# Half of a usual blank, to which justified lines press it at most.
_BLANK = 0.12
# No blank of a justified line is so wide; a gap between the columns of a table is.
_CELL_GAP = 2.0
# The last word of a line is followed by a blank.
_SPACE = 0.3
# Lines that show the edge of their column; one or two may happen to be short.
_PEERS = 3
# The share of lines that end at one edge in justified text: headings and last lines end before it.
_JUSTIFIED = 0.25
# The share of lines that end before the edge of ragged text: a heading in ten lines may reach further.
_RAGGED = 0.9

_BULLET = re.compile(r"[•‣▪▫◦●○■□\u27a2\u2756\uf0a7\uf0a8\uf0b7\uf0d8\uf076\uf0fc·]\s*")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s")
_ENDED = re.compile(r"[.!?:;…。！？：；؟۔][\"'”’»)\]]*\d{0,2}$")
_CUT = re.compile(r"(?<=\w)[-\u00ad\u2010]$")


def lay_out(pages: Sequence[Sequence[PlacedLine]]) -> str:
    """Return the text of pages: one line per paragraph, blank lines between, form feeds between pages.

    Running heads and page numbers are left out. Bullets become ``- ``. A word that is hyphenated at the end
    of a line keeps its hyphen and line break: only the whole text shows whether the hyphen belongs to it.
    """
    whole = [_join_pieces(page) for page in pages]
    step = _usual_step(whole)
    return "\n\f".join(_page_text(page, step) for page in remove_running_lines(whole, step))


def _join_pieces(page: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Join the pieces into which pdfium sometimes splits a line, by their places."""
    lines: list[PlacedLine] = []
    for line in page:
        before = lines[-1] if lines else line
        gap = (line.left - before.right) / before.size
        if (
            lines
            and abs(before.baseline - line.baseline) < before.size * _LEVEL
            and -_BLANK < gap < _CELL_GAP
        ):
            seam = " " if gap > _BLANK else ""
            lines[-1] = before._replace(text=before.text + seam + line.text, right=line.right)
        else:
            lines.append(line)
    return lines


def _usual_step(pages: Iterable[Sequence[PlacedLine]]) -> float:
    """Return the most common distance between two lines, in units of the letters' size."""
    steps = Counter(
        round((before.baseline - after.baseline) / before.size, 2)
        for page in pages
        for before, after in pairwise(page)
        if 0 < before.baseline - after.baseline < 4 * before.size and before.left < after.right
    )
    return max(steps, key=lambda step: (steps[step], -step)) if steps else 1.0


def _page_text(page: Sequence[PlacedLine], step: float) -> str:
    paragraphs: list[list[PlacedLine]] = []
    columns = {(line.left, line.size): line for line in page}
    limits = {column: _limit(line, page) for column, line in columns.items()}
    for index, line in enumerate(page):
        before = page[index - 1]
        if index == 0 or _begins(paragraphs[-1], line, limits[before.left, before.size], step):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return _join_paragraphs([_joined(paragraph) for paragraph in paragraphs])


def _join_paragraphs(texts: Sequence[str]) -> str:
    """Return paragraphs separated by blank lines, and the items of a list by line breaks."""
    gaps = ["\n" if _is_item(text) and _is_item(after) else "\n\n" for text, after in pairwise(texts)]
    return "".join(text + gap for text, gap in zip(texts, [*gaps, "\n"], strict=False))


def _limit(line: PlacedLine, page: Sequence[PlacedLine]) -> float:
    """Return the right edge of a line's column: the outermost of its common right edges.

    Common, since a heading may span both columns; outermost, since items of a list may happen to be equally
    long. Where nearly no lines agree, the text is ragged, and its longest lines count.
    """
    peers = [other for other in page if abs(other.left - line.left) <= SAME_PLACE]
    if len(peers) < _PEERS:
        peers = [other for other in page if abs(other.left - line.left) <= 4 * line.size]
    rights = sorted(other.right for other in peers)
    edges = Counter(round(right / SAME_PLACE) for right in rights)
    most = max(edges.values())
    if most > 1 and most >= _JUSTIFIED * len(rights):
        return max(edge for edge, count in edges.items() if count * 2 >= most) * SAME_PLACE
    return rights[min(int(len(rights) * _RAGGED), len(rights) - 1)]


def _begins(paragraph: Sequence[PlacedLine], line: PlacedLine, limit: float, step: float) -> bool:
    """Tell whether a line begins a new paragraph."""
    before = paragraph[-1]
    if _CUT.search(before.text) and not _BULLET.match(line.text):
        return False
    if _BULLET.match(line.text) or _differs(before.size, line.size):
        return True
    down = before.baseline - line.baseline
    if abs(down) < before.size * _LEVEL:
        return True
    if down < 0 or line.left > before.right:
        return _ENDED.search(before.text) is not None
    if down > step * before.size * _WIDER:
        return True
    return _is_indented(paragraph, line) or _is_short(before, line, limit)


def _differs(size: float, other: float) -> bool:
    return max(size, other) > _OTHER_SIZE * min(size, other)


def _is_indented(paragraph: Sequence[PlacedLine], line: PlacedLine) -> bool:
    """Tell whether the indent of a line shows a new paragraph, or the end of an indented block."""
    before = paragraph[-1]
    shift = line.left - before.left
    if abs(shift) <= _INDENT * line.size:
        return False
    if len(paragraph) > 1:
        return True
    return shift > 0 and not (_BULLET.match(before.text) or _NUMBERED.match(before.text))


def _is_short(before: PlacedLine, line: PlacedLine, limit: float) -> bool:
    """Tell whether a line had room for the first word of the next: the author broke it there."""
    ended = _ENDED.search(before.text) is not None
    if ended and _NUMBERED.match(line.text):
        return True
    if not ended and line.text[0].islower():
        return False
    return before.right + _SPACE * before.size + line.first < limit - SAME_PLACE


def _joined(paragraph: Sequence[PlacedLine]) -> str:
    first, *others = [_CUT.sub("-", line.text) for line in paragraph]
    parts = [_marked(first)]
    for text in others:
        parts += [_seam(parts[-1], text), text]
    return "".join(parts)


def _marked(text: str) -> str:
    bullet = _BULLET.match(text)
    return f"- {text[bullet.end() :]}" if bullet else text


def _seam(text: str, following: str) -> str:
    if _CUT.search(text):
        return "\n"
    return "" if _is_unspaced(text[-1]) and _is_unspaced(following[0]) else " "


def _is_unspaced(char: str) -> bool:
    """Tell whether a character is Chinese or Japanese: no blank separates these."""
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"


def _is_item(text: str) -> bool:
    return text.startswith("- ")
