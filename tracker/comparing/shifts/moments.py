"""Times that a passage names: dates, sessions of a body, spans from the day of speaking, and no time at all.

Each is an interval on a scale of its own: "by 2030" is some day of 2030, "by the end of 2030" the last one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.comparing.passages.terms import find_terms, load_terms, load_values
from tracker.comparing.shifts.numerals import find_numbers
from tracker.comparing.shifts.quantities import read_quantities
from tracker.text.word_tables import entries_for, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.comparing.passages.rewording import SideText

_FILE = "dates.toml"
Scale = Literal["date", "day of any year", "session", "relative", "open"]
"""What a time is counted on; nothing on one scale is before or after what is on another."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CHINESE = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(?:(\d{1,2})日)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SHORT_END = re.compile(r"[-/\u2010\u2011\u2013](\d\d)(?![\d/-])")
"""The 24 of 2023/24."""
_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d\d(?!\d)")
_HYPHENED = re.compile(r"[^\W\d]+[-\u2010\u2011](?=(?:19|20|21)\d\d$)")
"""What stands before the year in one word with it: mid-2035."""
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_LEAP = 2000
"""The year of a date that names none."""
_LEAD = 45
"""Characters before a date, and behind it, in which a word like ``by`` makes it a deadline."""
_DECADE: Final = date(2029, 12, 31).toordinal(), date(2030, 12, 31).toordinal()
"""The end of "the decade", 2029 or 2030: a text whose day is not known is taken to be of the present one."""
_HALF_HOURS = 2
_UNGATED = frozenset({"zh", "ar"})
"""Languages whose words are not all bounded by blanks."""
_DAY_SPAN = 24 * _HALF_HOURS
_NEXT_SESSION: Final = "session"
_DAYS: Final = {_NEXT_SESSION: "365"}
"""What stands for the next session of a body in place of days, and in how many it is taken to be."""
_TOLERANCE = 50
"""A span is taken to be as much longer or shorter as this part of it: 30 days are a month."""


class Moment(NamedTuple):
    """A time as written, from the first day, session or span that it may mean to the last."""

    start: int
    end: int
    scale: Scale
    first: int = 0
    """A day by its ordinal, a session by its number, a span by its half hours; 0 where no time is named."""
    last: int = 0
    deadline_start: int | None = None
    """Where the words begin that make it a deadline."""
    parts: tuple[int, ...] = ()
    """Of a date: year, year and month, or all three; 0 for no year."""
    until: tuple[int, ...] = ()
    """The last year of a period."""
    part: str = ""
    """Which part of a year or month is meant, by ``dates.toml``: its ``end``, or one twelfth to another."""


@lru_cache(maxsize=2)
def read_moments(passage: SideText) -> tuple[Moment, ...]:
    """Return the times of a passage in text order; where two overlap, the one that is read first counts."""
    found: list[Moment] = []
    taken = bytearray(len(passage.text))
    for read in (_read_relative, _read_spans, read_dates, _read_months, _read_sessions, _read_open):
        for moment in read(passage):
            start = moment.start if moment.deadline_start is None else moment.deadline_start
            if taken.find(1, start, moment.end) < 0:
                taken[start : moment.end] = b"\1" * (moment.end - start)
                found.append(moment)
    return tuple(sorted(found))


# Dates ----------------------------------------------------------------------------------------------


def read_dates(passage: SideText) -> list[Moment]:
    """Return the dates of a passage, a period as one; the year of a resolution is none."""
    text, language = passage.text, passage.language
    found: list[Moment] = []
    for start, end in _find_dates(passage):
        bracketed = text.endswith("(", 0, start) and text.startswith(")", end)
        parts = _read_parts(_western(text[start:end]), language)
        if not parts or bracketed:  # resolution 1325 (2000)
            continue
        if found and len(parts) == len(found[-1].parts) == 1 and _is_period(text, found[-1], start, language):
            found[-1] = found[-1]._replace(end=end, until=parts)
            continue
        short = _SHORT_END.match(text, end) if len(parts) == 1 else None
        until = (parts[0] // 100 * 100 + int(short[1]),) if short else ()
        moment = _bound(text, (start, short.end() if short else end), parts, language)
        found += [moment._replace(until=until)] if moment else []
    return found


def _find_dates(passage: SideText) -> Iterator[tuple[int, int]]:
    for token in passage.tokens:
        foreign = token.kind == "number" and not token.text.isascii()
        if token.kind == "date" or (foreign and _YEAR.fullmatch(_western(token.text))):
            yield token.start, token.end
        elif token.kind == "word" and (hyphened := _HYPHENED.match(token.text)):
            yield token.start + hyphened.end(), token.end


def _western(text: str) -> str:
    """Return a date with the digits 0 to 9 for those of any script."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)


def _is_period(text: str, start: Moment, end: int, language: str) -> bool:
    """Return whether only the sign or word of a period stands between a year and the next."""
    gap = text[start.end : end]
    if start.until or not gap.strip(" -‐‑–"):
        return not start.until and bool(gap.strip())
    between = find_terms(text[max(0, start.start - 10) : start.start], load_terms(_FILE, "between", language))
    return bool(between) and gap.strip() in load_terms(_FILE, "and", language)


def _read_parts(text: str, language: str) -> tuple[int, ...]:
    iso = _ISO.fullmatch(text)
    if iso:
        return tuple(map(int, iso.groups()))
    chinese = _CHINESE.fullmatch(text)
    if chinese:
        year, *rest = (int(part or 0) for part in chinese.groups())
        return (year, *(part for part in rest if part))
    dotted = _DOTTED.fullmatch(text)
    if dotted:
        return (int(dotted[3]), int(dotted[2]), int(dotted[1]))
    years = _YEAR.findall(text)
    months = [month for month in (_read_month(word, language) for word in _WORD.findall(text)) if month]
    days = [int(day) for day in _DAY.findall(_YEAR.sub(" ", text))]
    if len(years) > 1 or len(months) > 1 or len(days) > 1:
        return ()
    if not months or not years:
        return () if bool(days) == bool(years) else (int(years[0]),) if years else (0, *months, *days)
    return (int(years[0]), months[0], *days)


def _read_month(word: str, language: str) -> int | None:
    names = load_values(_FILE, "months", language)
    lowered = word.lower()
    return next((int(number) for name, number in names.items() if lowered.startswith(name)), None)


def _read_months(passage: SideText) -> Iterator[Moment]:
    """Yield the months that only a word before or behind them makes a time: by September, in May."""
    text, language = passage.text, passage.language
    months = _list_months(language)
    if language not in _UNGATED and not any(
        token.kind == "word" and token.text.startswith(months) for token in passage.tokens
    ):
        return
    found = list(_month_pattern(language).finditer(text))
    for match in found:
        month = int(match[1]) if language == "zh" else _read_month(match[0].rpartition("/")[2], language)
        moment = _bound(text, match.span(), (0, month or 0), language)
        if moment and (
            moment.deadline_start is not None or (len(found) == 1 and _is_placed(text, match, language))
        ):
            yield moment


def _is_placed(text: str, month: re.Match[str], language: str) -> bool:
    """Return whether a month is when something will be: held in May."""
    before = _placed_pattern(language).search(text, max(0, month.start() - _LEAD), month.start())
    return bool(before) and _is_due(text, language)


@cache
def _placed_pattern(language: str) -> re.Pattern[str]:
    placed = _any_of(load_terms(_FILE, "placed", language))
    return re.compile(rf"{_edges(language)[0]}(?:{placed}){_gap(language)}\Z", re.IGNORECASE)


@cache
def _list_months(language: str) -> tuple[str, ...]:
    names = entries_for(read_tables("tokens")["months"], language)
    return tuple({name[:-1] for name in names} if language == "ru" else names)


@cache
def _month_pattern(language: str) -> re.Pattern[str]:
    if language == "zh":
        return re.compile(r"(?<![\d年])(\d{1,2})月(?!\d)")
    names = entries_for(read_tables("tokens")["months"], language)
    stems = (re.escape(name[:-1]) + "[яюеьай]" if language == "ru" else re.escape(name) for name in names)
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(stems, key=len, reverse=True))})(?!\w)")


def _bound(text: str, span: tuple[int, int], parts: tuple[int, ...], language: str) -> Moment | None:
    """Return a date with the days that it may mean, by the words before and behind it; none for 31 June."""
    start, end = span
    try:
        first, last = _list_days(parts)
    except ValueError:
        return None
    before = _find_before(text, start, language)
    behind = _find_behind(text, end, language)
    written = next((each["part"] for each in (before, behind) if each and each["part"]), "")
    part = load_values(_FILE, "parts", language)[_fold(written)] if written else ""
    if part:
        first, last = _narrow(first, last, part)
    led = before and (before["by"] or before["before"])
    followed = behind and (behind["by"] or behind["before"])
    if any(each and each["before"] for each in (before, behind)):
        first, last = first - 1, first
    named = before.start("part") if before and before["part"] else start
    deadline = (before.start() if before and led else named) if led or followed else None
    return Moment(
        named,
        behind.end() if behind and (followed or behind["part"]) else end,
        "date" if parts[0] else "day of any year",
        first,
        last,
        deadline,
        parts,
        part=part,
    )


def _list_days(parts: tuple[int, ...]) -> tuple[int, int]:
    """Return the ordinals of the first and the last day of a year, month or day."""
    year, month, day = (*parts, 0, 0)[:3]
    year = year or _LEAP
    if day:
        return (date(year, month, day).toordinal(),) * 2
    last = date(year, month or 12, monthrange(year, month or 12)[1])
    return date(year, month or 1, 1).toordinal(), last.toordinal()


def _narrow(first: int, last: int, part: str) -> tuple[int, int]:
    """Return the days of a part of a year or month: its last day, or one twelfth to another."""
    if part == "end":
        return last, last
    size = last - first + 1
    low, high = map(int, part.split())
    return first + (low - 1) * size // 12, first + high * size // 12 - 1


# Words around a time --------------------------------------------------------------------------------


def _find_before(text: str, start: int, language: str) -> re.Match[str] | None:
    """Return the words before a time that make it a deadline or say which part of it is meant."""
    return _before_pattern(language).search(text.replace("’", "'"), max(0, start - _LEAD), start)


def _find_behind(text: str, end: int, language: str) -> re.Match[str] | None:
    return _behind_pattern(language).match(text, end, end + _LEAD)


@cache
def _before_pattern(language: str) -> re.Pattern[str]:
    by, before, links = (_any_of(load_terms(_FILE, name, language)) for name in ("by", "before", "links"))
    parts = _any_of(load_values(_FILE, "parts", language))
    link = rf"(?:(?:{links}){_gap(language)})*"
    lead = rf"(?:(?:(?P<by>{by})|(?P<before>{before})){_gap(language)})?"
    return re.compile(
        rf"{_edges(language)[0]}{lead}{link}(?:(?P<part>{parts})(?:{_gap(language)}|-))?{link}\Z",
        re.IGNORECASE,
    )


@cache
def _behind_pattern(language: str) -> re.Pattern[str]:
    tables = (load_terms(_FILE, name, language) for name in ("behind", "before_behind"))
    by, before = map(_any_of, tables)
    parts = _any_of(load_values(_FILE, "parts", language)) if language == "zh" else r"(?!)"
    return re.compile(
        rf",?\s*(?P<part>{parts})?(?:(?P<by>{by})|(?P<before>{before}))?{_edges(language)[1]}", re.IGNORECASE
    )


def _gap(language: str) -> str:
    """Return what stands between two words; nothing in Chinese, or behind an elision."""
    return r"\s*" if language == "zh" else r"(?:\s+|(?<='))"


def _edges(language: str) -> tuple[str, str]:
    """Return what bounds words: Chinese has no blanks, and Arabic writes ``and`` as a letter."""
    if language == "zh":
        return "", ""
    return (r"(?<!\w)[وف]?" if language == "ar" else r"(?<!\w)"), r"(?!\w)"


def _any_of(terms: Iterable[str]) -> str:
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    return "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in longest_first) or "(?!)"


def _fold(term: str) -> str:
    return " ".join(term.lower().replace("’", "'").split())


@cache
def _table_pattern(table: str, language: str) -> re.Pattern[str]:
    """Return what finds the terms of a table, whatever the language."""
    before, after = _edges(language)
    return re.compile(rf"{before}(?P<term>{_any_of(_load(table, language))}){after}", re.IGNORECASE)


@cache
def _load(table: str, language: str) -> tuple[str, ...]:
    values = load_values if table == "relative" else load_terms
    return tuple(values(_FILE, table, language))


def holds(passage: SideText, table: str) -> bool:
    """Tell whether a passage has a word of a table of ``dates.toml``."""
    return _may_hold(passage, table) and bool(
        _table_pattern(table, passage.language).search(passage.text.replace("’", "'"))
    )


def _may_hold(passage: SideText, table: str) -> bool:
    """Tell whether a passage has all words of a term: most have not, and need no pattern."""
    if passage.language in _UNGATED:
        return True
    words = _words(passage)
    return any(term <= words for term in _list_words(table, passage.language))


@cache
def _list_words(table: str, language: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(re.split(r"[\s'-]+", term)) - {""} for term in _load(table, language))


@lru_cache(maxsize=2)
def _words(passage: SideText) -> frozenset[str]:
    words = (token.text.lower() for token in passage.tokens if token.kind == "word")
    return frozenset(part for word in words for part in re.split(r"['’-]", word))


# Times without a date -------------------------------------------------------------------------------


def _read_relative(passage: SideText) -> Iterator[Moment]:
    """Yield what is counted from the day of speaking: next year, the end of the decade."""
    if not _may_hold(passage, "relative"):
        return
    text, language = passage.text.replace("’", "'"), passage.language
    values = load_values(_FILE, "relative", language)
    for match in _table_pattern("relative", language).finditer(text):
        start, end = match.span("term")
        if _date_pattern(language).match(text, end):  # the end of the year 2027
            continue
        lead, behind = _find_before(text, start, language), _find_behind(text, end, language)
        led = lead and (lead["by"] or lead["before"])
        followed = behind and (behind["by"] or behind["before"])
        days = values[_fold(match["term"])]
        first, last = _DECADE if days == "decade" else _span(int(_DAYS.get(days, days)) * _DAY_SPAN)
        within = match["term"].lower().startswith(load_terms(_FILE, "within", language))
        begins = lead.start() if lead and led else start if within or followed or days == "decade" else None
        if days == _NEXT_SESSION and _is_due(text, language) and not _is_held(text, language):
            begins = _find_lead(text, start, language)
        yield Moment(
            start,
            behind.end() if behind and followed else end,
            "date" if days == "decade" else "relative",
            first,
            last,
            begins,
        )


def _find_lead(text: str, start: int, language: str) -> int:
    """Return where the words begin that say when, before a session: at its next session."""
    found = _lead_pattern(language).search(text, max(0, start - _LEAD), start)
    return found.start() if found else start


@cache
def _lead_pattern(language: str) -> re.Pattern[str]:
    leads = _any_of(term for table in ("session_leads", "by", "before") for term in _load(table, language))
    return re.compile(rf"{_edges(language)[0]}(?:{leads})\s+\Z", re.IGNORECASE)


@cache
def _date_pattern(language: str) -> re.Pattern[str]:
    """Return what finds a year or month right behind words that would tell none without it."""
    links, months = _any_of(load_terms(_FILE, "links", language)), _any_of(_list_months(language))
    gap = _gap(language)
    return re.compile(rf"{gap}(?:(?:{links}){gap})*(?:{_YEAR.pattern}|(?:{months}))")


def _span(half_hours: int) -> tuple[int, int]:
    return half_hours - half_hours // _TOLERANCE, half_hours + half_hours // _TOLERANCE


def _read_spans(passage: SideText) -> Iterator[Moment]:
    """Yield the spans within which something is due: within two years."""
    if not any(_may_hold(passage, table) for table in ("within", "within_due", "within_behind")):
        return
    spans = [figure for figure in read_quantities(passage) if figure.unit == "hours"]
    if not spans:
        return
    text, language = passage.text.replace("’", "'"), passage.language
    before, behind = _within_patterns(language, due=_is_due(text, language))
    for figure in spans:
        leads = before.finditer(text, max(0, figure.start - _LEAD), figure.start)
        lead = next((each for each in leads if not text[each.end() : figure.start].strip()), None)
        follows = behind.match(text, figure.end)
        if lead or follows:
            start, end = lead.start() if lead else figure.start, follows.end() if follows else figure.end
            yield Moment(figure.start, end, "relative", *_span(int(figure.high * _HALF_HOURS)), start)


@cache
def _within_patterns(language: str, *, due: bool) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what makes a deadline of a span before it, and behind it."""
    tables = ("within", "within_due") if due else ("within",)
    leads = _any_of(term for table in tables for term in _load(table, language))
    before, after = _edges(language)
    behind = _any_of(_load("within_behind", language))
    return (
        re.compile(rf"{before}(?:{leads}){after}", re.IGNORECASE),
        re.compile(rf"\s*(?:{behind}){after}", re.IGNORECASE),
    )


def _read_open(passage: SideText) -> Iterator[Moment]:
    if not _may_hold(passage, "open"):
        return
    for match in _table_pattern("open", passage.language).finditer(passage.text.replace("’", "'")):
        yield Moment(*match.span("term"), "open")


# Sessions -------------------------------------------------------------------------------------------


def _read_sessions(passage: SideText) -> Iterator[Moment]:
    """Yield the sessions by which something is due; one that is only where somebody speaks is none."""
    if not _may_hold(passage, "session_nouns"):
        return
    text, language = passage.text, passage.language
    pattern = _session_pattern(language)
    found = list(pattern.finditer(text)) if pattern else []
    if not found or not _is_due(text, language) or _is_held(text, language):
        return
    for match in found:
        number = _read_ordinal(match["number"], language)
        if number:
            yield Moment(match.start("number"), match.end(), "session", number, number, match.start())


@cache
def _session_pattern(language: str) -> re.Pattern[str] | None:
    names = ("session_leads", "session_of", "session_nouns")
    leads, owners, nouns = (_any_of(load_terms(_FILE, name, language)) for name in names)
    ordinals = _any_of(load_values(_FILE, "ordinals", language))
    word = rf"(?:{ordinals})\w*"
    before, after = _edges(language)
    match language:
        case "zh":
            return re.compile(rf"第(?P<number>[一二三四五六七八九十百零〇\d]+)(?:{nouns})")
        case "ar":
            return re.compile(rf"{before}(?:{nouns})\s+(?P<number>{word}(?:\s+و?{word})?|\d+){after}")
    number = rf"\d{{1,3}}[-.]?(?:\w{{1,2}}|[ºª])?|{word}(?:[\s-]+(?:(?:et|and|y)\s+)?{word})*"
    return re.compile(
        rf"{before}(?:{leads})\s+(?:(?:{owners})\s+)?(?P<number>{number})(?:\s+\w+){{0,2}}?\s+(?:{nouns}){after}",
        re.IGNORECASE,
    )


def _is_held(text: str, language: str) -> bool:
    """Return whether who speaks may mean the session that is held now."""
    return bool(_due_pattern("session_now", language).search(text))


def _is_due(text: str, language: str) -> bool:
    """Return whether something is still to be done."""
    return bool(_due_pattern("due", language).search(text))


@cache
def _due_pattern(table: str, language: str) -> re.Pattern[str]:
    before, after = _edges(language)
    return re.compile(rf"{before}(?:{'|'.join(load_terms(_FILE, table, language))}){after}", re.IGNORECASE)


def _read_ordinal(written: str, language: str) -> int:
    """Return a place in a row: the digits of it, or the sum of its words: seventy-ninth."""
    digits = re.match(r"\d+", written)
    if digits:
        return int(digits[0])
    if language == "zh":
        return sum(int(each.value) for each in find_numbers(written, language))
    values = load_values(_FILE, "ordinals", language)
    atoms = re.compile(_any_of(values))
    return sum(int(values[atom]) for atom in atoms.findall(written.lower()))
