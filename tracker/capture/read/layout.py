"""Making paragraphs of lines with their places on pages, which pdfium does not do."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

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

_EDGE = 3
"""How many lines at either edge of a page may be running heads and feet."""
_SHARE = 0.4
"""The least share of pages: a head may be on every other page; "Mr. President," twice is no head."""
# Points: less than half a line of the smallest print, and more than the same head differs between pages.
_SAME_PLACE = 3.0
# Characters: a line of text across a page has about 90, and a head is no longer than a line.
_LONGEST_FURNITURE = 110
_MOST_NUMBERS = 4
"""Lines with more numbers are compared in pairs: each number doubles the count of keys."""
_CLOSE = 1.05
"""A line no further than this from its neighbour belongs to it: heads and feet are further away."""

_NUMBER = re.compile(r"\d{1,9}")

_BULLET = re.compile(r"[•‣▪▫◦●○■□\u27a2\u2756\uf0a7\uf0a8\uf0b7\uf0d8\uf076\uf0fc·]\s*")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s")
_ENDED = re.compile(r"[.!?:;…。！？：；؟۔][\"'”’»)\]]*\d{0,2}$")
_CUT = re.compile(r"(?<=\w)[-\u00ad\u2010]$")


class PlacedLine(NamedTuple):
    """A line of text and its place, in points; ``baseline`` grows upwards.

    ``size`` is the height of its letters' boxes, ``first`` the width of its first word. Lines written
    from right to left are mirrored, so that ``left`` is where reading starts.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    first: float


def lay_out(pages: Sequence[Sequence[PlacedLine]]) -> str:
    """Return the text of pages: one line per paragraph, blank lines between, form feeds between pages.

    Running heads and page numbers are left out. Bullets become ``- ``. A word that is hyphenated at the end
    of a line keeps its hyphen and line break: only the whole text shows whether the hyphen belongs to it.
    """
    whole = [_join_pieces(page) for page in pages]
    step = _usual_step(whole)
    return "\n\f".join(_page_text(page, step) for page in _remove_running_lines(whole, step))


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


def _remove_running_lines(pages: Sequence[Sequence[PlacedLine]], step: float) -> list[list[PlacedLine]]:
    """Return pages without the lines that recur near the edge of several pages.

    ``step`` is the usual distance between lines, in units of their size.
    """
    alike: dict[str, list[tuple[int, PlacedLine]]] = {}
    for number, page in enumerate(pages):
        for line in _at_edges(page):
            alike.setdefault(_NUMBER.sub("#", line.text), []).append((number, line))
    often = max(2, len(pages) * _SHARE)
    running = [set[PlacedLine]() for _ in pages]
    for places in alike.values():
        if len(places) >= often:
            for (number, line), times in zip(places, count_recurrences(places), strict=True):
                if times >= often:
                    running[number].add(line)
    return [_body(page, lines, step) for page, lines in zip(pages, running, strict=True)]


def _at_edges(page: Sequence[PlacedLine]) -> list[PlacedLine]:
    """Return the short lines among the first and last lines of a page."""
    ordered = sorted(page, key=lambda line: line.baseline)
    outer = dict.fromkeys(ordered[:_EDGE] + ordered[-_EDGE:])
    return [line for line in outer if len(line.text) <= _LONGEST_FURNITURE]


def count_recurrences(places: Sequence[tuple[int, PlacedLine]]) -> list[int]:
    """Return how often each line recurs, itself included: at its height, with equal or growing numbers.

    Each number either stays equal or grows with the page, and on two pages it cannot do both. So lines that
    recur have one key in common, of the ways in which their numbers may change; lines of one page have all.
    """
    numbers = [tuple(map(int, _NUMBER.findall(line.text))) for _, line in places]
    if len(numbers[0]) > _MOST_NUMBERS:
        return [sum(recurs(line, other, page - at) for page, other in places) for at, line in places]
    ways = tuple(product((0, 1), repeat=len(numbers[0])))
    keys = [
        [(way, *(each - page * grows for each, grows in zip(found, way, strict=True))) for way in ways]
        for (page, _), found in zip(places, numbers, strict=True)
    ]
    own = [(page, *found) for (page, _), found in zip(places, numbers, strict=True)]
    heights: dict[Hashable, list[float]] = {}
    for (_, line), several, single in zip(places, keys, own, strict=True):
        for key in (*several, single):
            heights.setdefault(key, []).append(line.baseline)
    for each in heights.values():
        each.sort()
    return [
        sum(_count_level(heights[key], line.baseline) for key in several)
        - (len(ways) - 1) * _count_level(heights[single], line.baseline)
        for (_, line), several, single in zip(places, keys, own, strict=True)
    ]


def _count_level(heights: Sequence[float], baseline: float) -> int:
    """Return how many of the sorted heights equal a baseline, within the tolerance."""
    first = bisect_left(heights, True, key=lambda height: height - baseline >= -_SAME_PLACE)  # noqa: FBT003 (what is sought)
    return bisect_left(heights, True, key=lambda height: height - baseline > _SAME_PLACE) - first  # noqa: FBT003 (as above)


def recurs(line: PlacedLine, other: PlacedLine, pages: int) -> bool:
    """Tell whether a line recurs a number of pages later, with equal or growing numbers."""
    if abs(line.baseline - other.baseline) > _SAME_PLACE:
        return False
    numbers = zip(_NUMBER.findall(line.text), _NUMBER.findall(other.text), strict=True)
    return all(int(after) - int(before) in {0, pages} for before, after in numbers)


def _body(page: Sequence[PlacedLine], running: set[PlacedLine], step: float) -> list[PlacedLine]:
    """Return the lines that do not recur, and those that do but are as close to them as lines of text."""
    kept = set(page) - running
    middle = sum(line.baseline for line in page) / max(len(page), 1)
    for line in sorted(running, key=lambda line: (abs(line.baseline - middle), line)):
        reach = step * line.size * _CLOSE
        if any(abs(line.baseline - other.baseline) <= reach for other in kept):
            kept.add(line)
    return [line for line in page if line in kept]


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
    peers = [other for other in page if abs(other.left - line.left) <= _SAME_PLACE]
    if len(peers) < _PEERS:
        peers = [other for other in page if abs(other.left - line.left) <= 4 * line.size]
    rights = sorted(other.right for other in peers)
    edges = Counter(round(right / _SAME_PLACE) for right in rights)
    most = max(edges.values())
    if most > 1 and most >= _JUSTIFIED * len(rights):
        return max(edge for edge, count in edges.items() if count * 2 >= most) * _SAME_PLACE
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
    return before.right + _SPACE * before.size + line.first < limit - _SAME_PLACE


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
