"""Figures of a passage: numbers with their units, shares and ranges; dates and names are none."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.passages.terms import load_terms
from tracker.comparing.shifts.numerals import FILE, Number, find_numbers
from tracker.comparing.shifts.shares import BEFORE, ends, is_part, is_share, join_ratios
from tracker.comparing.shifts.units import find_measure, find_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.comparing.passages.rewording import SideText

_SIGNS = "٫٬٪％‑–−\u00a0\u202f\u2009’،", ".,%%---   ',"
_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "0123456789" * 3
_PLAIN = str.maketrans(_SIGNS[0] + _DIGITS[0], _SIGNS[1] + _DIGITS[1])
"""One sign for another, so that every offset stays."""
_MINUS = re.compile(r"(?:(?<!\S)-|\(-|\bminus )$")
_LABELLED = re.compile(r"[^\W\d]\.$|\[$")
"""What stands before the number of a document or a note: 1/CP.21, [5]."""
_LISTED = re.compile(r"[.)]|\s+[^\W\d_](?<=[A-ZÀ-ÖØ-ÞА-Я])")
"""What stands after the number of a heading or an item."""
_PLACE = re.compile(r"[.-]?([^\W\d_]{1,3})(?!\w)")
_ONE_LETTER = re.compile(r"[^\W\d_](?!\w)|-[^\W\d_]{1,2}(?!\w)")
"""What makes a number part of another word: 5G, F-16."""
_SENTENCE_START = {"", ".", "!", "?", ":", '"', "“"}
_LIST = re.compile(r"\s?(?:,|and|et|y|и|و|or)\s?")
_TO = re.compile(r" ?(?:-|to|and|or|until|à|et|au|al|a|y|и|по|до) ?")
"""What stands between a day and a date: from 10 to 12 December."""
_WORD_AFTER = re.compile(r" ([^\W\d_]+)")
_HOUR = re.compile(r" ?[ap]\.? ?m\b")
"""What makes a number an hour: 10 a.m."""
_YEAR = re.compile(r"19\d\d|20\d\d|2100")
_HUNDREDTH = Decimal("0.01")
_EXACT = Decimal("0.000001")


class Figure(NamedTuple):
    """A figure as written and as read."""

    start: int
    end: int
    number: Decimal
    """As written: the 5 of ``5 million euros``."""
    value: Decimal
    before: str
    after: str
    unit: str
    """One name for all spellings of a unit; empty for a count."""
    high: Decimal
    """The upper end of a range; else the value."""

    @property
    def span(self) -> tuple[Decimal, Decimal]:
        """Both ends of the range."""
        return self.value, self.high


def read_quantities(passage: SideText) -> list[Figure]:
    """Return the figures of a passage in text order; dates, names and places in a row are none."""
    text, language = passage.text.translate(_PLAIN), passage.language
    free = bytearray(len(text))
    for token in passage.tokens:
        free[token.start : token.end] = bytes([token.kind not in {"date", "symbol"}]) * len(token.text)
    dates = {token.start for token in passage.tokens if token.kind == "date"}
    numbers = [
        each
        for each in find_numbers(text, language)
        if free[each.start] and not ((to := _TO.match(text, each.end)) and to.end() in dates)
    ]
    figures = (_read_figure(passage, text, each) for each in join_ratios(text, numbers, language))
    found = _join_ranges(text, [figure for figure in figures if figure], language)
    names = _find_named(text, found, language)
    return [figure for figure in found if figure.start not in names]


def _read_figure(passage: SideText, text: str, number: Number) -> Figure | None:
    """Return a number with its unit; none where it is a place in a row or no number at all."""
    start, end, unit = find_unit(text, number, passage.language)
    factor = Decimal(1)
    if not unit:
        end, factor, unit = find_measure(text, number, passage.language)
    share = not unit and is_part(text, number)
    if share and not is_share(text, number, passage.language):
        return None
    if not unit and not share and _is_no_amount(text, number, passage.language):
        return None
    value = (number.value * (100 if share else factor)).quantize(_HUNDREDTH if share else _EXACT)
    if unit == "basis points":
        unit, value = "percentage points", value * _HUNDREDTH
    low = value
    if text.endswith("±", 0, start):
        start, low = start - 1, -value
    elif _MINUS.search(text[max(0, start - BEFORE) : start]):
        low = value = -value
    elif "vague" in number.kinds:
        value *= 10
    sign = passage.text[start : number.start].strip() if start < number.start and low == value else ""
    tail = passage.text[number.start : end]
    words = re.sub(r"^[\d.,'\s]+", "", tail).strip() if "digits" in number.kinds else ""
    start -= low == value < 0 and text[start - 1] == "-"
    return Figure(start, end, number.written, low, sign, words, "percent" if share else unit, value)


def _is_no_amount(text: str, number: Number, language: str) -> bool:
    """Return whether a bare number is a year, a list's, a place in a row, or part of another word."""
    written = text[number.start : number.end]
    if "digits" in number.kinds:
        place = _PLACE.match(text, number.end)
        opens = number.start <= BEFORE and not text[: number.start].strip("( ")
        heads = opens and _LISTED.match(text, number.end)
        letter = language != "zh" and _ONE_LETTER.match(text, number.end)
        ordinal = place and place[1].lower() in load_terms(FILE, "ordinals", language)
        return bool(
            _YEAR.fullmatch(written)
            or _HOUR.match(text, number.end)
            or _LABELLED.search(text, max(0, number.start - BEFORE), number.start)
            or heads
            or ordinal
            or letter
        )
    if language == "zh" and not number.kinds & {"magnitudes", "vague"}:
        counters = load_terms(FILE, "counters", language)
        counted = text.startswith(counters, number.end) and not text.endswith("第", 0, number.start)
        return not counted or (number.kinds == {"numerals"} and number.value == 1)
    before = text[max(0, number.start - BEFORE) : number.start]
    large = written[:1].isupper() and before.rstrip()[-1:] not in _SENTENCE_START
    return large or (number.kinds == {"weak"} and not _is_one(text, number, language))


def _is_one(text: str, number: Number, language: str) -> bool:
    """Return whether ``one`` counts what follows it: one member, but not one of them."""
    noun = _WORD_AFTER.match(text, number.end)
    if not noun or text[number.start : number.end].lower() not in load_terms(FILE, "one", language):
        return False
    return noun[1].lower() not in load_terms(FILE, "no_one_before", language)


def _join_ranges(text: str, figures: Iterable[Figure], language: str) -> list[Figure]:
    """Return the figures with two that are the ends of one range as one."""
    found: list[Figure] = []
    to = load_terms(FILE, "range_to", language)
    for figure in figures:
        low = found[-1] if found else None
        if low and (figure.start < low.end or _repeats(text, low, figure)):
            continue
        joined = _join(text, low, figure, language) if low else None
        if joined:
            found.pop()
        elif low and not low.unit and figure.after and text[low.end : figure.start] in to:
            found[-1] = low._replace(unit=figure.unit)  # from 5 to 7 per cent
        found.append(joined or figure)
    return found


def _repeats(text: str, before: Figure, figure: Figure) -> bool:
    """Return whether a figure in brackets says the one before it again: fifteen (15)."""
    inside = text[before.end : figure.start] == " (" and text[figure.end : figure.end + 1] == ")"
    return inside and before.number == figure.number


def _join(text: str, low: Figure, high: Figure, language: str) -> Figure | None:
    gap = text[low.end : high.start].lower().replace("+", "")
    before = text[max(0, low.start - BEFORE) : low.start].lower()
    if (low.unit and low.unit != high.unit and not (low.before and not high.unit)) or low.value != low.high:
        return None
    bare = gap.strip(" ") == "-"
    if bare and not (low.unit or high.unit) and ends(before, "votes", language):
        return low._replace(end=high.end, high=high.high)
    other = "range_by" if low.unit and high.unit else "range_from"  # by K200 to K1,500
    to = gap in load_terms(FILE, "range_to", language) and not ends(before, other, language)
    both = gap in load_terms(FILE, "range_and", language) and ends(before, "range_between", language)
    value = low.value
    if value == low.number < high.number and (not low.unit or not high.unit or low.before):
        value *= high.value / high.number  # the million of $10-12 million
    if not (bare or to or both) or value >= high.high:
        return None
    sign, words, unit = low.before or high.before, high.after or low.after, low.unit or high.unit
    return low._replace(end=high.end, value=value, high=high.high, unit=unit, before=sign, after=words)


def _find_named(text: str, figures: Iterable[Figure], language: str) -> set[int]:
    """Return where numbers begin that belong to a name: ``articles 5 and 6``, ``COVID-19``, ``50-50``."""
    found: set[int] = set()
    last = 0
    for figure in figures:
        before = text[max(0, figure.start - BEFORE) : figure.start]
        after = text[figure.end : figure.end + 2]
        named = before.endswith("-") or re.match(r"-\d", after) or ends(before, "names", language)
        listed = last and _LIST.fullmatch(text[last : figure.start].lower())
        last = 0
        if not figure.unit and (named or listed):
            found.add(figure.start)
            last = figure.end
    return found
