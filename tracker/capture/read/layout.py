"""From lines with their places on pages to paragraphs: what pdfium does not tell and the eye sees."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence


class Line(NamedTuple):
    """A line of text and its place, in points; ``baseline`` grows upwards.

    ``size`` is the height of its letters' boxes, ``first`` the width of its first word. Lines written
    from right to left come mirrored, so that ``left`` is where reading starts.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    first: float


_EDGE = 3
"""Running heads and feet are looked for among so many lines at either edge of a page."""
_SHARE = 0.4
"""On so many of the pages at least: a head may stand on every other page, but not "Mr. President," twice."""
_SAME_PLACE = 3.0
_LONGEST_FURNITURE = 110
_MOST_NUMBERS = 4
"""In a line that is looked for by keys, whose count each number doubles; more are compared in pairs."""
_WIDER = 1.18
"""Steps this much over the usual one part paragraphs; Word's smallest usual space is a quarter line."""
_CLOSE = 1.05
"""A line no further than this from its neighbour belongs to it: heads and feet keep a distance."""
_OTHER_SIZE = 1.15
_INDENT = 0.6
_LEVEL = 0.25
_BLANK = 0.12
_CELL_GAP = 2.0
_PEERS = 3
_JUSTIFIED = 0.25
_RAGGED = 0.9

_NUMBER = re.compile(r"\d{1,9}")
_BULLET = re.compile(r"[•‣▪▫◦●○■□\u27a2\u2756\uf0a7\uf0a8\uf0b7\uf0d8\uf076\uf0fc·]\s*")
_NUMBERED = re.compile(r"(?:\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s")
_ENDED = re.compile(r"[.!?:;…。！？：；؟۔][\"'”’»)\]]*\d{0,2}$")
_CUT = re.compile(r"(?<=\w)[-\u00ad\u2010]$")


def lay_out(pages: Sequence[Sequence[Line]]) -> str:
    """Return the text of pages: a line a paragraph, blank lines between, a form feed between pages.

    Lines repeated at one place near the edge of two pages or more, numbers aside, are running heads or
    page numbers and left out. Bullets become ``- ``. A word cut at the end of a line keeps its hyphen
    and the line break after it, since only the whole text tells whether the hyphen belongs to it.
    """
    whole = [_mended(page) for page in pages]
    step = _usual_step(whole)
    return "\n\f".join(_page_text(page, step) for page in _without_furniture(whole, step))


def _mended(page: Sequence[Line]) -> list[Line]:
    """Join the pieces that pdfium now and then makes of one line, by their places."""
    lines: list[Line] = []
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


def _without_furniture(pages: Sequence[Sequence[Line]], step: float) -> list[list[Line]]:
    alike: dict[str, list[tuple[int, Line]]] = {}
    for number, page in enumerate(pages):
        for line in _at_edges(page):
            alike.setdefault(_NUMBER.sub("#", line.text), []).append((number, line))
    often = max(2, len(pages) * _SHARE)
    running = [set[Line]() for _ in pages]
    for places in alike.values():
        if len(places) >= often:
            for (number, line), times in zip(places, count_recurrences(places), strict=True):
                if times >= often:
                    running[number].add(line)
    return [_body(page, lines, step) for page, lines in zip(pages, running, strict=True)]


def _body(page: Sequence[Line], running: set[Line], step: float) -> list[Line]:
    """Return the lines that do not recur, and those that do but stand as close to them as text does."""
    kept = set(page) - running
    middle = sum(line.baseline for line in page) / max(len(page), 1)
    for line in sorted(running, key=lambda line: (abs(line.baseline - middle), line)):
        reach = step * line.size * _CLOSE
        if any(abs(line.baseline - other.baseline) <= reach for other in kept):
            kept.add(line)
    return [line for line in page if line in kept]


def _at_edges(page: Sequence[Line]) -> list[Line]:
    """Return the short lines among the outermost at the head and the foot of a page."""
    ordered = sorted(page, key=lambda line: line.baseline)
    outer = dict.fromkeys(ordered[:_EDGE] + ordered[-_EDGE:])
    return [line for line in outer if len(line.text) <= _LONGEST_FURNITURE]


def count_recurrences(places: Sequence[tuple[int, Line]]) -> list[int]:
    """Return how often each line recurs, itself included: at its height, with its numbers the same or grown.

    Each number either stays or grows with the page, and on two pages it cannot do both. So lines that recur
    have a key in common, for one way in which the numbers of a line may go; only those of one page have all.
    """
    numbers = [tuple(map(int, _NUMBER.findall(line.text))) for _, line in places]
    if len(numbers[0]) > _MOST_NUMBERS:
        return [sum(recurs(line, other, page - at) for page, other in places) for at, line in places]
    ways = tuple(product((0, 1), repeat=len(numbers[0])))
    keys = [
        [(way, *(each - page * grows for each, grows in zip(told, way, strict=True))) for way in ways]
        for (page, _), told in zip(places, numbers, strict=True)
    ]
    own = [(page, *told) for (page, _), told in zip(places, numbers, strict=True)]
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
    """Return how many of the heights, which are sorted, are a baseline's within the bound."""
    first = bisect_left(heights, True, key=lambda height: height - baseline >= -_SAME_PLACE)  # noqa: FBT003 (what is sought)
    return bisect_left(heights, True, key=lambda height: height - baseline > _SAME_PLACE) - first  # noqa: FBT003 (as above)


def recurs(line: Line, other: Line, pages: int) -> bool:
    """Tell whether a line stands so many pages on, with its numbers the same or grown with the page."""
    if abs(line.baseline - other.baseline) > _SAME_PLACE:
        return False
    numbers = zip(_NUMBER.findall(line.text), _NUMBER.findall(other.text), strict=True)
    return all(int(after) - int(before) in {0, pages} for before, after in numbers)


def _usual_step(pages: Iterable[Sequence[Line]]) -> float:
    """Return the commonest distance between a line and the next, in units of the letters' size."""
    steps = Counter(
        round((before.baseline - after.baseline) / before.size, 2)
        for page in pages
        for before, after in pairwise(page)
        if 0 < before.baseline - after.baseline < 4 * before.size and before.left < after.right
    )
    return max(steps, key=lambda step: (steps[step], -step)) if steps else 1.0


def _page_text(page: Sequence[Line], step: float) -> str:
    paragraphs: list[list[Line]] = []
    columns = {(line.left, line.size): line for line in page}
    limits = {column: _limit(line, page) for column, line in columns.items()}
    for index, line in enumerate(page):
        before = page[index - 1]
        if index == 0 or _begins(paragraphs[-1], line, limits[before.left, before.size], step):
            paragraphs.append([line])
        else:
            paragraphs[-1].append(line)
    return _set_apart([_joined(paragraph) for paragraph in paragraphs])


def _set_apart(texts: Sequence[str]) -> str:
    """Return paragraphs parted by blank lines, the items of a list by line breaks."""
    gaps = ["\n" if _is_item(text) and _is_item(after) else "\n\n" for text, after in pairwise(texts)]
    return "".join(text + gap for text, gap in zip(texts, [*gaps, "\n"], strict=False))


def _limit(line: Line, page: Sequence[Line]) -> float:
    """Return how far the lines of a line's column reach: the outermost of its common right edges.

    Common, since a heading may run over both columns, and outermost, since the items of a list may
    chance on one length. Where hardly any two lines agree the text is ragged, and its longest count.
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


def _begins(paragraph: Sequence[Line], line: Line, limit: float, step: float) -> bool:
    """Tell whether a line begins a paragraph of its own after the paragraph so far."""
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


def _is_indented(paragraph: Sequence[Line], line: Line) -> bool:
    """Tell an indented first line, or the end of an indented block, from the second line of either."""
    before = paragraph[-1]
    shift = line.left - before.left
    if abs(shift) <= _INDENT * line.size:
        return False
    if len(paragraph) > 1:
        return True
    return shift > 0 and not (_BULLET.match(before.text) or _NUMBERED.match(before.text))


def _is_short(before: Line, line: Line, limit: float) -> bool:
    """Tell whether a line was left with room for the next one's first word: somebody broke it there."""
    ended = _ENDED.search(before.text) is not None
    if ended and _NUMBERED.match(line.text):
        return True
    if not ended and line.text[0].islower():
        return False
    return before.right + 0.3 * before.size + line.first < limit - _SAME_PLACE


def _joined(paragraph: Sequence[Line]) -> str:
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
    """Tell Chinese and Japanese characters and their marks, between which no blank stands."""
    return unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"


def _is_item(text: str) -> bool:
    return text.startswith("- ")
