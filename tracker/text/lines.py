"""The lines of a text without page furniture."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tracker.text.spans import Replacement
from tracker.text.word_tables import all_entries, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MARKS = ".!?:;…。！？；：؟۔؛"
_ENDS = frozenset(_MARKS)
_END = re.compile(rf"[{_MARKS}](?: ?»|[\"'”’)\]」』》*])*\d{{0,2}}$")
_ELLIPSIS_END = re.compile(r"(?:…|\.\s?\.\s?\.)(?: ?»|[\"'”’)\]])*$")
_ITEM = re.compile(
    r"(?:[-–—•▪▫●○■□◦‣⁃·*¥\uf0b7\uf0a7➢✓]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[IVX]{1,5})[.)])\s+(?=\S)"
    r"|\d{1,2}(?:\.\d{1,2})+\.?\s+(?=[^\W\d_a-z])"
)
# A. Guterres is a name; resolution 3236\n(XXIX) and is no list.
_NO_ITEM = re.compile(r"[A-Z]\.\s+(?:[A-Z]\.|[A-Z][a-z]+)|\([IVXLC]+\)\s+[a-z]")
_CUT_DECIMAL = re.compile(r"\d{1,2}(?: ?(?:%|per cent|percent|million|billion|trillion|°|degrees?)|\)|,)")
_WORDS = re.compile(r"[^\s,;:!–—*\"“”]+")
_LONGEST_SALUTATION = 150
_MOST_SALUTATION_WORDS = 16
_LONGEST_HEADING = 120
_MOST_HEADING_WORDS = 18


def ends_something(line: str) -> bool:
    """Say whether a line ends in a mark that ends a sentence or a clause."""
    last = line[-1:]
    return last in _ENDS or (not last.isalpha() and _END.search(line, max(len(line) - 6, 0)) is not None)


def ends_in_ellipsis(line: str) -> bool:
    """Say whether a line trails off."""
    tail = line[-8:]
    return ("…" in tail or tail.count(".") >= len("...")) and _ELLIPSIS_END.search(tail) is not None


def is_cut_decimal(before: str, after: str) -> bool:
    """Say whether the blank between two pieces cuts a decimal: 3. 5 per cent."""
    return before[-2:-1].isdigit() and before[-1:] == "." and _CUT_DECIMAL.match(after) is not None


def item_marker(line: str) -> int:
    """Return the length of the marker that makes a line an item of a list, 0 where there is none."""
    match = _ITEM.match(line)
    if match is None or _NO_ITEM.match(line):
        return 0
    return match.end()


def has_clause(line: str) -> bool:
    """Say whether a line holds one of the commonest verbs and pronouns; Annex I ends in a number."""
    words = _WORDS.findall(line.removesuffix(" I"))
    return not all_entries("lines", "clauses").isdisjoint(word.lower() for word in words)


def is_salutation(line: str) -> bool:
    """Say whether a line does nothing but address the audience."""
    if len(line) > _LONGEST_SALUTATION or line[-1:] in ".?;":
        return False
    words = _WORDS.findall(line[item_marker(line) :])
    if not words or len(words) > _MOST_SALUTATION_WORDS:
        return False
    # "My dear friends" addresses them, and "My country" nobody.
    is_ours = len(words) > 1 and words[0].lower() in all_entries("lines", "our")
    first, chinese = words[is_ours].lower(), read_tables("lines")["salutations"]["zh"]
    greets = first in all_entries("lines", "salutations") or first.startswith(chinese)
    return greets and not has_clause(line)


def is_heading(line: str) -> bool:
    """Say whether a line standing by itself is a title: short, unended, without a clause."""
    if len(line) > _LONGEST_HEADING or line[-1:] in ",-–—" or line[:1].islower():
        return False
    if ends_something(line) and not (line.isupper() and line[-1] == ":"):
        return False
    words = line.split()
    return (
        len(words) <= _MOST_HEADING_WORDS
        and not is_salutation(line)
        and (line.isupper() or not has_clause(line))
    )


BREAK, BLANK, PAGE, RULE = range(4)
"""What precedes a line: a line break, a blank line, the end of a page, a rule across it."""

_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_STAR = re.compile(r" \* ?(?=\n|\Z)")
_NUMBER = re.compile(r"\d{1,3}|[ivx]{1,5}")
_LONGEST_FURNITURE = 110
_RUNNING = 3
"""A line beside page breaks this often is a running head, unless it addresses somebody."""


class TextLine(NamedTuple):
    """A line without the blanks around it: ``text[start:end]``, and what separates it from the one before."""

    start: int
    end: int
    text: str
    gap: int


def read_lines(text: str) -> list[TextLine]:
    """Return the lines that are text; page furniture leaves a gap of its kind behind."""
    spans = [match.span() for match in _LINE.finditer(text)]
    lines = [text[start:end] for start, end in spans]
    gaps = [_gap(text[before:after]) for (_, before), (after, _) in pairwise(spans)]
    gaps = [PAGE, *gaps, PAGE]
    kinds = [_furniture(line, gaps[index], gaps[index + 1]) for index, line in enumerate(lines)]
    if any(kinds):
        _mark_page_numbers(lines, kinds)
    if PAGE in kinds or PAGE in gaps[1:-1]:
        _mark_running_heads(lines, gaps, kinds)
    return list(_kept(zip(spans, lines, gaps, kinds, strict=False)))


def split_rules(text: str) -> Iterator[Replacement]:
    """Yield what puts a star behind a sentence, a break between sections, on a line of its own."""
    for match in _STAR.finditer(text) if "*" in text else ():
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


def _mark_page_numbers(lines: list[str], kinds: list[int | None]) -> None:
    """Mark the numbers next to other furniture, as above the document symbol of the next page."""
    for index, line in enumerate(lines):
        if kinds[index] is None and _NUMBER.fullmatch(line):
            kinds[index] = next((kind for kind in _neighbours(index, kinds) if kind is not None), None)


def _mark_running_heads(lines: list[str], gaps: list[int], kinds: list[int | None]) -> None:
    """Mark short lines that repeat beside page breaks, whatever their numbers, as furniture."""
    beside: Counter[str] = Counter()
    keys: dict[int, str] = {}
    for index, line in enumerate(lines):
        if kinds[index] is None and len(line) <= _LONGEST_FURNITURE and _by_a_page(index, gaps, kinds):
            keys[index] = re.sub(r"\d+", "#", line)
            beside[keys[index]] += 1
    for index, key in keys.items():
        if beside[key] >= _RUNNING and not is_salutation(lines[index]) and key[-1] not in ".!?…,;:":
            kinds[index] = PAGE


def _by_a_page(index: int, gaps: list[int], kinds: list[int | None]) -> bool:
    if PAGE in (gaps[index], gaps[index + 1]) and 0 < index < len(kinds) - 1:
        return True
    return PAGE in _neighbours(index, kinds)


def _neighbours(index: int, kinds: list[int | None]) -> list[int | None]:
    return kinds[max(index - 1, 0) : index] + kinds[index + 1 : index + 2]


def _kept(lines: Iterable[tuple[tuple[int, int], str, int, int | None]]) -> Iterator[TextLine]:
    gap = BREAK
    for (start, end), line, before, kind in lines:
        gap = max(gap, before)
        if kind is None:
            yield TextLine(start, end, line, gap)
            gap = BREAK
        else:
            gap = max(gap, kind)
