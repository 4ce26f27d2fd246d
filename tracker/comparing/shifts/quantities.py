"""Figures of a passage: numbers with their units, shares and ranges; dates and names are none."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tracker.comparing.passages.terms import find_terms, load_terms, load_values
from tracker.comparing.shifts.numerals import ARTICLES, FILE, Number, find_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.comparing.passages.rewording import SideText

_SIGNS = "٫٬٪％‑–−\u00a0\u202f\u2009’،", ".,%%---   ',"
_DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９", "0123456789" * 3
_PLAIN = str.maketrans(_SIGNS[0] + _DIGITS[0], _SIGNS[1] + _DIGITS[1])
"""One sign for another, so that every offset stays."""
_BEFORE = 20
"""Characters before a number in which its currency, or a word, tells what it is."""
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
_LONGEST_STREET = 40
_SHORT = 3
"""Letters up to which a word after a number may be no noun."""
_PREFIX = re.compile(r"(?<!\w)[وف]?(?:لل|[بك]?ال|[بلك])?(\w{3,})")
"""An Arabic word without article, ``and`` and prepositions."""
_HOUR = re.compile(r" ?[ap]\.? ?m\b")
"""What makes a number an hour: 10 a.m."""
_CALENDAR = ("月", "日", "号")
"""What makes a Chinese number a month, a day, or that of a house."""
_CONTACT_SIGNS, _LEAST_DIGITS = frozenset("/@+"), 7
"""What an address on the net or a telephone number has at least."""
_POSTCODE = re.compile(r"\d{4,6}")
_CAPITALIZED_BEFORE = re.compile(r"(?<![.!?:]) [A-ZÀ-ÖØ-ÞА-Я][\w-]*,? $")
_ENDS = re.compile(r"\s*(?:[,;:.)]|$)")
"""What stands around a postcode: Springfield 20551."""
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


@lru_cache(maxsize=2)
def read_quantities(passage: SideText) -> tuple[Figure, ...]:
    """Return the figures of a passage in text order; dates, names and places in a row are none."""
    text, language = passage.text.translate(_PLAIN), passage.language
    free = bytearray(len(text))
    for token in passage.tokens:
        free[token.start : token.end] = bytes([token.kind not in {"date", "symbol"}]) * len(token.text)
    if not _CONTACT_SIGNS.isdisjoint(text) or sum(map(str.isdigit, text)) >= _LEAST_DIGITS:
        for contact in _contact_pattern().finditer(text):
            free[contact.start() : contact.end()] = bytes(len(contact[0]))
    dates = {token.start for token in passage.tokens if token.kind == "date"}
    numbers = [
        each
        for each in find_numbers(text, language)
        if free[each.start] and not ((to := _TO.match(text, each.end)) and to.end() in dates)
    ]
    figures = (_read_figure(passage, text, each) for each in _join_ratios(text, numbers, language))
    found = _join_ranges(text, [figure for figure in figures if figure], language)
    names = _find_named(text, found, language)
    return tuple(figure for figure in found if figure.start not in names)


@cache
def _contact_pattern() -> re.Pattern[str]:
    """Return what finds an address on the net or a telephone number."""
    return re.compile(
        r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+|(?<![\w.-])[A-Za-z][\w-]{0,63}(?:\.[A-Za-z][\w-]{0,63}){1,8}/\S+"
        r"|\+\d{1,3}[ (-]{0,2}\d[\d ()-]{5,20}\d|(?<!\w)\(?0\d{1,4}\)?(?:[ /-]\d{2,4}){2,5}(?!\w)"
        r"|(?<!\w)\(?\d{3}\)?[ -]\d{3}-\d{4}(?!\w)"
    )


def _read_figure(passage: SideText, text: str, number: Number) -> Figure | None:
    """Return a number with its unit; none where it is a place in a row or no number at all."""
    start, end, unit = _find_unit(text, number, passage.language)
    factor = Decimal(1)
    if not unit:
        end, factor, unit = _find_measure(text, number, passage.language)
    share = not unit and _is_part(text, number)
    if share and not _is_share(text, number, passage.language):
        return None
    if not unit and not share and _is_no_amount(text, number, passage.language):
        return None
    value = (number.value * (100 if share else factor)).quantize(_HUNDREDTH if share else _EXACT)
    if unit == "basis points":
        unit, value = "percentage points", value * _HUNDREDTH
    low = value
    if text.endswith("±", 0, start):
        start, low = start - 1, -value
    elif _MINUS.search(text[max(0, start - _BEFORE) : start]):
        low = value = -value
    elif "vague" in number.kinds:
        value *= 10
    sign = passage.text[start : number.start].strip() if start < number.start and low == value else ""
    tail = passage.text[number.start : end]
    words = re.sub(r"^[\d.,'\s]+", "", tail).strip() if "digits" in number.kinds else ""
    start -= low == value < 0 and text[start - 1] == "-"
    return Figure(
        start=start,
        end=end,
        number=number.written,
        value=low,
        before=sign,
        after=words,
        unit="percent" if share else unit,
        high=value,
    )


def _is_no_amount(text: str, number: Number, language: str) -> bool:
    """Return whether a bare number is a year, a list's, a place in a row, or part of another word."""
    written = text[number.start : number.end]
    if "digits" in number.kinds:
        place = _PLACE.match(text, number.end)
        opens = number.start <= _BEFORE and not text[: number.start].strip("( ")
        heads = opens and _LISTED.match(text, number.end)
        letter = language != "zh" and _ONE_LETTER.match(text, number.end)
        ordinal = place and place[1].lower() in load_terms(FILE, "ordinals", language)
        return bool(
            _YEAR.fullmatch(written)
            or _HOUR.match(text, number.end)
            or _LABELLED.search(text, max(0, number.start - _BEFORE), number.start)
            or heads
            or ordinal
            or letter
            or (language == "zh" and text.startswith(_CALENDAR, number.end))
            or _is_address(text, number, language)
        )
    if language == "zh" and not number.kinds & {"magnitudes", "vague"}:
        counters = load_terms(FILE, "counters", language)
        counted = text.startswith(counters, number.end) and not text.endswith("第", 0, number.start)
        return not counted or (number.kinds == {"numerals"} and number.value == 1)
    before = text[max(0, number.start - _BEFORE) : number.start]
    large = written[:1].isupper() and before.rstrip()[-1:] not in _SENTENCE_START
    return large or (number.kinds == {"weak"} and not _is_one(text, number, language))


def _is_address(text: str, number: Number, language: str) -> bool:
    """Return whether a number is that of a house, or a postcode."""
    before = text[max(0, number.start - _LONGEST_STREET) : number.start]
    ahead, behind = _street_patterns(language)
    if ahead.match(text, number.end) or behind.search(before):
        return True
    postcode = _POSTCODE.fullmatch(text, number.start, number.end) and _CAPITALIZED_BEFORE.search(before)
    return bool(postcode and _ENDS.match(text, number.end))


@cache
def _street_patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what finds the street of a house after its number, and what finds it before."""
    after, before = (
        "|".join(map(re.escape, load_terms(FILE, table, language))) or "(?!)"
        for table in ("streets", "streets_before")
    )
    if language == "zh":
        return re.compile("(?!)"), re.compile(rf"(?:{before})$")
    if language == "en":
        after = rf"(?:[A-Z][\w'-]* ){{0,3}}(?:{after.title()})"  # 40 streets are a count
    return (
        re.compile(rf",? (?:{after})(?!\w)"),
        re.compile(rf"(?<!\w)(?:{before})\.?(?: [\w-]+){{0,3}},? $", re.IGNORECASE),
    )


def _is_one(text: str, number: Number, language: str) -> bool:
    """Return whether ``one`` counts: one member, four votes to one, but not one of them."""
    if _ends_in(text[max(0, number.start - _BEFORE) : number.start].lower(), "against", language):
        return True
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
    before = text[max(0, low.start - _BEFORE) : low.start].lower()
    if (low.unit and low.unit != high.unit and not (low.before and not high.unit)) or low.value != low.high:
        return None
    bare = gap.strip(" ") == "-"
    if bare and not (low.unit or high.unit) and _ends_in(before, "votes", language):
        return low._replace(end=high.end, high=high.high)
    other = "range_by" if low.unit and high.unit else "range_from"  # by K200 to K1,500
    to = gap in load_terms(FILE, "range_to", language) and not _ends_in(before, other, language)
    both = gap in load_terms(FILE, "range_and", language) and _ends_in(before, "range_between", language)
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
        before = text[max(0, figure.start - _BEFORE) : figure.start]
        after = text[figure.end : figure.end + 2]
        named = before.endswith("-") or re.match(r"-\d", after) or _ends_in(before, "names", language)
        listed = last and _is_listed(text, last, figure)
        last = 0
        if not figure.unit and (named or listed):
            found.add(figure.start)
            last = figure.end
    return found


def _is_listed(text: str, last: int, figure: Figure) -> bool:
    """Return whether a number goes on with a list of articles; in ``by article 5, 30 seats are kept`` not."""
    gap = text[last : figure.start].lower()
    noun = _WORD_AFTER.match(text, figure.end)
    counts = gap.strip() == "," and noun and len(noun[1]) > _SHORT
    return bool(_LIST.fullmatch(gap)) and not counts


# Units ----------------------------------------------------------------------------------------------

_HALF = Decimal("0.5")
_PART_OF = re.compile(r"\b(?:half|quarter|third|of) $")


@cache
def _measure_pattern(language: str) -> re.Pattern[str]:
    words = sorted(load_values(FILE, "measures", language), key=len, reverse=True)
    end = "" if language == "zh" else r"(?!\w)"
    links = "|".join(map(re.escape, load_terms(FILE, "measure_links", language))) or "(?!)"
    return re.compile(
        rf"(?: (?:{links})(?= ))?[ -]?({'|'.join(map(re.escape, words)) or '(?!)'}){end}", re.IGNORECASE
    )


def _find_measure(text: str, number: Number, language: str) -> tuple[int, Decimal, str]:
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


def _find_unit(text: str, number: Number, language: str) -> tuple[int, int, str]:
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


# Shares ---------------------------------------------------------------------------------------------

_NOUN = re.compile(r"^ [^\W\d]+(?= )")
"""What may stand in a share: one household out of five."""
_OF = re.compile(r" (?:of|de|des|du|d')\b")
_IN = re.compile(r"(?: [^\W\d]+){1,4} in ")
_ONE_OF = re.compile(r"[^，。]{0,6}?[中里]就?有[一1]")
_MOST_RATIO = 100


def _join_ratios(text: str, numbers: list[Number], language: str) -> Iterator[Number]:
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
        within = gap in words or _NOUN.sub("", gap) in sure or _is_hedged(text, low, number, language)
        if low and low.value < number.value <= _MOST_RATIO and within:
            share = low.value / number.value
            yield Number(low.start, number.end, low.value, share, frozenset({"ratio"}))
            low = None
            continue
        if low:
            yield low
        low = number
    if low:
        yield low


def _is_hedged(text: str, low: Number | None, number: Number, language: str) -> bool:
    """Return whether it is a share and it is said so: about one new loan in five, but not in five years."""
    if not low or low.kinds != {"weak"} or not _IN.fullmatch(text, low.end, number.start):
        return False
    before = text[max(0, low.start - _BEFORE) : low.start]
    told = _ends_in(before, "share_hedges", language) or before.strip()[-1:] in _SENTENCE_START
    return told and not _measure_pattern(language).match(text, number.end)


def _is_part(text: str, number: Number) -> bool:
    """Return whether a number is a part of a whole: a third, one in five, 1/4 of all."""
    part = number.kinds & {"fractions", "ratio"} or (
        number.kinds == {"vulgar"} and _OF.match(text, number.end)
    )
    return bool(part) and not number.kinds & {"magnitudes", "multipliers"}


def _is_share(text: str, number: Number, language: str) -> bool:
    """Return whether a half or a third is one of something, not ``the first half`` or ``a third party``."""
    before = text[max(0, number.start - _BEFORE) : number.start].lower()
    after = text[number.end : number.end + _BEFORE].lower()
    if "ratio" in number.kinds:
        return not _ends_in(before, "ranks", language)
    written = text[number.start : number.end].lower()
    tables = ("no_share_before", "no_share_after", "no_share_alone", "unsure_shares", "share_after")
    other, others, alone, unsure, sure = (load_terms(FILE, table, language) for table in tables)
    if before.endswith("-") or re.match(r"-\w", after) or written in alone:
        return False
    if before.rstrip().endswith(other) or after.startswith(others):
        return False
    return written not in unsure or not after[:1].isspace() or after.startswith(sure)


def _ends_in(before: str, table: str, language: str) -> bool:
    """Return whether a text ends in a term of a table."""
    terms = load_terms(FILE, table, language)
    if language == "zh":
        return before.endswith(terms)
    if language == "ar":
        before, terms = _PREFIX.sub(r"\1", before), _bare_terms(table)
    words = find_terms(before, terms)
    return bool(words) and not before[words[-1].end :].strip(" .")


@cache
def _bare_terms(table: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PREFIX.sub(r"\1", term) for term in load_terms(FILE, table, "ar")))
