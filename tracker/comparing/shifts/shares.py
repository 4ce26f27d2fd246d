"""Shares of a whole: a third, one in five, 1/4 of all; and no ``first half`` or ``third party``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.comparing.passages.terms import find_terms, load_terms
from tracker.comparing.shifts.numerals import FILE, Number

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOUN = re.compile(r"^ [^\W\d]+(?= )")
"""What may stand in a share: one household out of five."""
_OF = re.compile(r" (?:of|de|des|du|d')\b")
_ONE_OF = re.compile(r"[^，。]{0,6}?[中里]就?有[一1]")
_MOST_RATIO = 100
BEFORE = 20
"""Characters before a number in which a word may tell what it is."""


def join_ratios(text: str, numbers: list[Number], language: str) -> Iterator[Number]:
    """Yield the numbers, those like ``one in five`` and ``1 out of 4`` as the share that they are."""
    words, sure = (load_terms(FILE, table, language) for table in ("ratios", "sure_ratios"))
    low: Number | None = None
    for number in numbers:
        if text[number.start - 1 : number.start] == "每":
            yield from [low] if low else []
            low = None
            if _ONE_OF.match(text, number.end):  # 每五人中有一人
                share = 1 / number.value
                yield Number(number.start, number.end, number.value, share, frozenset({"ratio"}))
            continue
        gap = text[low.end : number.start].lower() if low else ""
        if low and low.value < number.value <= _MOST_RATIO and (gap in words or _NOUN.sub("", gap) in sure):
            share = low.value / number.value
            yield Number(low.start, number.end, low.value, share, frozenset({"ratio"}))
            low = None
            continue
        if low:
            yield low
        low = number
    if low:
        yield low


def is_part(text: str, number: Number) -> bool:
    """Return whether a number is a part of a whole: a third, one in five, 1/4 of all."""
    part = number.kinds & {"fractions", "ratio"} or (
        number.kinds == {"vulgar"} and _OF.match(text, number.end)
    )
    return bool(part) and not number.kinds & {"magnitudes", "multipliers"}


def is_share(text: str, number: Number, language: str) -> bool:
    """Return whether a half or a third is one of something, not ``the first half`` or ``a third party``."""
    before = text[max(0, number.start - BEFORE) : number.start].lower()
    after = text[number.end : number.end + BEFORE].lower()
    if "ratio" in number.kinds:
        return not ends(before, "ranks", language)
    written = text[number.start : number.end].lower()
    tables = ("no_share_before", "no_share_after", "no_share_alone", "unsure_shares", "share_after")
    other, others, alone, unsure, sure = (load_terms(FILE, table, language) for table in tables)
    if before.endswith("-") or re.match(r"-\w", after) or written in alone:
        return False
    if before.rstrip().endswith(other) or after.startswith(others):
        return False
    return written not in unsure or not after[:1].isspace() or after.startswith(sure)


def ends(before: str, table: str, language: str) -> bool:
    """Return whether a text ends in a term of a table."""
    terms = load_terms(FILE, table, language)
    if language == "zh":
        return before.endswith(terms)
    words = find_terms(before, terms)
    return bool(words) and not before[words[-1].end :].strip(" .")
