"""The unit of a number: currencies, per cent and points, and measures of time, mass, power and length."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from tracker.comparing.passages.terms import load_terms, load_values
from tracker.comparing.shifts.numerals import ARTICLES, FILE

if TYPE_CHECKING:
    from tracker.comparing.shifts.numerals import Number

_HALF = Decimal("0.5")
_PART_OF = re.compile(r"\b(?:half|quarter|third|of) $")
_BEFORE = 20
"""Characters before a number in which its currency may stand."""


@cache
def _measure_pattern(language: str) -> re.Pattern[str]:
    words = sorted(load_values(FILE, "measures", language), key=len, reverse=True)
    end = "" if language == "zh" else r"(?!\w)"
    return re.compile(rf"[ -]?({'|'.join(map(re.escape, words)) or '(?!)'}){end}", re.IGNORECASE)


def find_measure(text: str, number: Number, language: str) -> tuple[int, Decimal, str]:
    """Return where a number with its measure ends, and how many of which unit that is: a week 168 hours.

    Without one the number is 1 of none.
    """
    if "folds" in number.kinds:
        return number.end, Decimal(1), "times"
    found = _measure_pattern(language).match(text, number.end)
    none = number.end, Decimal(1), ""
    in_row = number.kinds == {"fractions"} and number.value != _HALF  # the third year
    if not found or found[1].istitle() or in_row or number.kinds & {"ratio"}:
        return none
    if text[number.start : number.end].lower() in ARTICLES:
        is_span = found[1] in load_terms(FILE, "spans", language)
        if not is_span or _PART_OF.search(text, max(0, number.start - _BEFORE), number.start):
            return none
    factor, unit = load_values(FILE, "measures", language)[found[1].lower()].split()
    return found.end(), Decimal(factor), unit


@cache
def _unit_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds a unit after a number, and what finds one before it."""
    units = sorted(load_values(FILE, "units", language), key=len, reverse=True)
    after = "|".join(map(re.escape, units))
    only_after = load_terms(FILE, "only_after", language)
    before = "|".join(re.escape(unit) for unit in units if unit not in only_after)
    start, end = ("", "") if language == "zh" else (r"(?<![^\W\d_])", r"(?!\w)")
    links = "|".join(map(re.escape, load_terms(FILE, "unit_links", language))) or "(?!)"
    return (
        re.compile(rf"(?:[ -]|(?:{links}))?({after}){end}", re.IGNORECASE),
        re.compile(rf"{start}({before}) ?$", re.IGNORECASE),
    )


def find_unit(text: str, number: Number, language: str) -> tuple[int, int, str]:
    """Return where a number with its unit begins and ends, and one name of the unit, empty for none."""
    after, before = _unit_patterns(language)
    units = load_values(FILE, "units", language)
    bare = number.kinds == {"weak"} and text[number.start : number.end].lower() in ARTICLES
    sign = before.search(text[max(0, number.start - _BEFORE) : number.start])
    if sign and not bare:
        return number.start - len(sign[0]), number.end, units[sign[1].lower()]
    name = None if bare else after.match(text, number.end)
    unit = units[name[1].lower()] if name else ""
    if unit == "points":  # a quarter point, but three points
        unit = "percentage points" if number.kinds & {"fractions", "vulgar"} else ""
    return number.start, name.end() if name and unit else number.end, unit
