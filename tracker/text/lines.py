"""The lines of a text, without those that belong to the page."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.spans import Replacement
from tracker.text.tables import read_tables
from tracker.text.wording import is_salutation

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAK, BLANK, PAGE, RULE = range(4)
"""What stands before a line: a line break, a blank line, the end of a page, a rule across it."""

_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_STAR = re.compile(r" \* ?(?=\n|\Z)")
_NUMBER = re.compile(r"\d{1,3}|[ivx]{1,5}")
_LONGEST_FURNITURE = 110
_RUNNING = 3
"""A line beside page breaks this often is a running head, unless it addresses somebody."""


class Line(NamedTuple):
    """A line without the blanks around it: ``text[start:end]``, and what parts it from the one before."""

    start: int
    end: int
    text: str
    gap: int


def read_lines(text: str) -> list[Line]:
    """Return the lines that are text; page furniture leaves a gap of its kind behind."""
    lines = [Line(match.start(), match.end(), match.group(), BREAK) for match in _LINE.finditer(text)]
    gaps = [_gap(text[before.end : after.start]) for before, after in pairwise(lines)]
    gaps = [PAGE, *gaps, PAGE]
    kinds = [_furniture(line.text, gaps[index], gaps[index + 1]) for index, line in enumerate(lines)]
    _mark_page_numbers(lines, kinds)
    _mark_running_heads(lines, gaps, kinds)
    return _kept(lines, gaps, kinds)


def part_rules(text: str) -> Iterator[Replacement]:
    """Yield what puts a star behind a sentence, a break between sections, on a line of its own."""
    for match in _STAR.finditer(text):
        if text[match.start() - 1 : match.start()] in {".", "!", "?", "…", "”", '"'}:
            yield Replacement(match.start(), match.end(), "\n*")


def _gap(between: str) -> int:
    if "\x0c" in between:
        return PAGE
    return BREAK if between.count("\n") == 1 else BLANK


def _furniture(text: str, before: int, after: int) -> int | None:
    """Return the gap a piece of furniture leaves, or ``None`` for text."""
    if len(text) > _LONGEST_FURNITURE:
        return None
    if _NUMBER.fullmatch(text):
        # A number between two lines of a paragraph may be a figure: 7\nmillion people.
        return PAGE if max(before, after) > BREAK else None
    match = _furniture_pattern().fullmatch(text)
    if match is None:
        return None
    return RULE if match.lastgroup in {"rule", "delivery"} else PAGE


@cache
def _furniture_pattern() -> re.Pattern[str]:
    rows = read_tables("furniture")["lines"]
    return re.compile(
        "|".join(f"(?P<{kind}>{'|'.join(patterns)})" for kind, patterns in rows.items()), re.IGNORECASE
    )


def _mark_page_numbers(lines: list[Line], kinds: list[int | None]) -> None:
    """Mark the numbers that stand by other furniture, as above the document symbol of the next page."""
    for index, line in enumerate(lines):
        if kinds[index] is None and _NUMBER.fullmatch(line.text):
            kinds[index] = next((kind for kind in _neighbours(index, kinds) if kind is not None), None)


def _mark_running_heads(lines: list[Line], gaps: list[int], kinds: list[int | None]) -> None:
    """Mark short lines that repeat beside page breaks, numbers aside, as furniture."""
    beside: Counter[str] = Counter()
    keys: dict[int, str] = {}
    for index, line in enumerate(lines):
        if kinds[index] is None and len(line.text) <= _LONGEST_FURNITURE and _by_a_page(index, gaps, kinds):
            keys[index] = re.sub(r"\d+", "#", line.text)
            beside[keys[index]] += 1
    for index, key in keys.items():
        if beside[key] >= _RUNNING and not is_salutation(lines[index].text) and key[-1] not in ".!?…,;:":
            kinds[index] = PAGE


def _by_a_page(index: int, gaps: list[int], kinds: list[int | None]) -> bool:
    if PAGE in (gaps[index], gaps[index + 1]) and 0 < index < len(kinds) - 1:
        return True
    return PAGE in _neighbours(index, kinds)


def _neighbours(index: int, kinds: list[int | None]) -> list[int | None]:
    return kinds[max(index - 1, 0) : index] + kinds[index + 1 : index + 2]


def _kept(lines: list[Line], gaps: list[int], kinds: list[int | None]) -> list[Line]:
    kept: list[Line] = []
    gap = BREAK
    for index, line in enumerate(lines):
        gap = max(gap, gaps[index])
        kind = kinds[index]
        if kind is None:
            kept.append(line if gap == BREAK else Line(line.start, line.end, line.text, gap))
            gap = BREAK
        else:
            gap = max(gap, kind)
    return kept
