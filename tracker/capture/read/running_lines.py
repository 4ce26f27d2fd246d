"""Lines with their places on pages, and the removal of running heads and page numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


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


_EDGE = 3
"""How many lines at either edge of a page may be running heads and feet."""
_SHARE = 0.4
"""The least share of pages: a head may be on every other page; "Mr. President," twice is no head."""
# Points: less than half a line of the smallest print, and more than the same head differs between pages.
SAME_PLACE = 3.0
# Characters: a line of text across a page has about 90, and a head is no longer than a line.
_LONGEST_FURNITURE = 110
_MOST_NUMBERS = 4
"""Lines with more numbers are compared in pairs: each number doubles the count of keys."""
_CLOSE = 1.05
"""A line no further than this from its neighbour belongs to it: heads and feet are further away."""

_NUMBER = re.compile(r"\d{1,9}")


def remove_running_lines(pages: Sequence[Sequence[PlacedLine]], step: float) -> list[list[PlacedLine]]:
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


def _body(page: Sequence[PlacedLine], running: set[PlacedLine], step: float) -> list[PlacedLine]:
    """Return the lines that do not recur, and those that do but are as close to them as lines of text."""
    kept = set(page) - running
    middle = sum(line.baseline for line in page) / max(len(page), 1)
    for line in sorted(running, key=lambda line: (abs(line.baseline - middle), line)):
        reach = step * line.size * _CLOSE
        if any(abs(line.baseline - other.baseline) <= reach for other in kept):
            kept.add(line)
    return [line for line in page if line in kept]


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
    first = bisect_left(heights, True, key=lambda height: height - baseline >= -SAME_PLACE)  # noqa: FBT003 (what is sought)
    return bisect_left(heights, True, key=lambda height: height - baseline > SAME_PLACE) - first  # noqa: FBT003 (as above)


def recurs(line: PlacedLine, other: PlacedLine, pages: int) -> bool:
    """Tell whether a line recurs a number of pages later, with equal or growing numbers."""
    if abs(line.baseline - other.baseline) > SAME_PLACE:
        return False
    numbers = zip(_NUMBER.findall(line.text), _NUMBER.findall(other.text), strict=True)
    return all(int(after) - int(before) in {0, pages} for before, after in numbers)
