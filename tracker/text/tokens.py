"""Tokens: words, and what must not be cut into words: figures, dates, document symbols."""

from __future__ import annotations

import re
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Literal, NamedTuple, cast

from tracker.inputs.compiled import read_compiled
from tracker.text.word_tables import entries_for, read_tables

TokenKind = Literal["word", "number", "amount", "date", "symbol", "mark"]


class Token(NamedTuple):
    """A token and where it is: ``text[start:end]`` of what was cut. Blanks are in no token."""

    text: str
    start: int
    end: int
    kind: TokenKind


def tokenize(text: str, language: str = "en") -> tuple[Token, ...]:
    """Cut a text into tokens; with the blanks between them they rebuild it exactly.

    Numbers, dates, amounts of money, percentages and document symbols are one token each; Chinese and
    Japanese have one token a character, Thai, Lao, Burmese and Khmer one a letter with its marks.
    ``language`` decides which month and currency names are known and whether French elisions are cut;
    for an unknown one, all names are known.
    """
    pattern = compile_tokens(language, holds_ideographs=max(text, default="") >= _IDEOGRAPHS[0])
    return tuple(
        [
            Token(match[0], match.start(), match.end(), cast("TokenKind", match.lastgroup))
            for match in pattern.finditer(text)
        ]
    )


_LONGEST_KEPT = 2000
"""Characters of a text whose tokens are kept; the longest of 60,000 sentences has 1,500."""


def tokenize_sentence(text: str, language: str) -> tuple[Token, ...]:
    """Return the tokens of a sentence: its edits, and what these mean, ask for them one after the other."""
    return _tokenize_once(text, language) if len(text) <= _LONGEST_KEPT else tokenize(text, language)


@lru_cache(maxsize=256)
def _tokenize_once(text: str, language: str) -> tuple[Token, ...]:
    return tokenize(text, language)


# Combining marks are not \w, and a decomposed or vocalised word must stay whole.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u064b-\u065f\u0670\u06d6-\u06ed\u093a-\u094f\u0e31-\u0e4e\u200c\u200d\u00ad"
)
_IDEOGRAPHS = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Thai, Lao, Burmese and Khmer set no blanks between words: a letter with its vowels and marks is one.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_BEFORE = "\u0e40-\u0e44\u0ec0-\u0ec4"
_BEHIND = "\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
_STACKED = "\u1039\u17d2"
_CLUSTER = rf"[{_BEFORE}]?[{_UNSPACED}](?:[{_BEHIND}]|(?<=[{_STACKED}])[{_UNSPACED}])*"
_LETTER = rf"[^\W\d_{_IDEOGRAPHS}]"
_WORD_PART = rf"(?:[^\W_{_IDEOGRAPHS}{_UNSPACED}]++|[{_MARKS}])++"
_WORD = rf"{_WORD_PART}(?:['’\u2010\u2011-]{_WORD_PART})*"
_PLAIN = r"[a-z]++(?=[ ,\n])"
"""Most words, which are then tried as nothing else."""
_ADDRESS = r"(?:https?://|www\.)[^\s<>\"“”«»()]*[\w/]|[\w.+-]{1,64}+@[\w-]+(?:\.[\w-]+)+"
_INITIALS = rf"(?:{_LETTER}\.){{2,}}"
# A first part in capitals, a slash, and a digit somewhere: A/RES/78/1, E/CN.15/2022/L.6/Rev.1.
_SYMBOL = r"[A-Z]{1,8}(?=\S{0,60}\d)(?:/[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*)+"
_BLANK = r"[^\S\n]"
_VULGAR = r"[½¼¾⅓⅔⅛⅜⅝⅞]"
_PART = rf"(?:{_VULGAR}|[1-9]/(?:2|3|4|5|8|16)(?![\d/]))"
_SIGN = r"(?<![^\s(\[«“])[-+±~≈\u2212]"
# Whole: 100m is a word and holds no number.
_NUMBER = (
    rf"(?>(?:{_SIGN})?(?:(?<![\d/]){_PART}|(?:\d{{1,3}}(?:{_BLANK}\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,:٫٬]\d+)*)"
    rf"(?:[ -]?{_PART})?))"
)
# A resolution with its year or session: 1325 (2000), 1514 (XV).
_ADOPTED = r"\d{1,4} \((?:(?:19|20)\d\d|[A-Z]{1,2}-[IVXLC]+|[IVXLC]+)\)"
# In Chinese words: 百分之四十, 三分之一, 三亿五千万.
_DIGITS = "一二两三四五六七八九十百千"
_SPELLED = rf"[{_DIGITS}]+(?:分之[零〇点{_DIGITS}]+|[多余]?[万亿]+(?:[零〇{_DIGITS}]+[万亿]*)*)"
_ORDINAL = r"(?:st|nd|rd|th|er|re|ère|e|ème|[ºª]|\.[ºª]|o|a|го|й)"
_YEAR = r"(?:19\d\d|20\d\d|2100)"
_NOT_IN_NUMBER = rf"(?![.,]?\d|{_LETTER})"


@cache
def compile_tokens(language: str, *, holds_ideographs: bool) -> re.Pattern[str]:
    """Return the pattern of a token; in a text without ideographs one stands for all: 4 ms and not 12."""
    own, kind = Path(__file__), "ideographs" if holds_ideographs else "letters"
    sources = [own, *map(own.with_name, ("tokens.toml", "word_tables.py"))]
    make = partial(_join_tokens, language, holds_ideographs=holds_ideographs)
    return re.compile(read_compiled(own.with_name(f"tokens.{language}.{kind}"), sources, make))


def _join_tokens(language: str, *, holds_ideographs: bool) -> str:
    named = (
        rf"(?P<amount>{_amount(language)})|(?P<date>{_date(language)})"
        rf"|(?P<symbol>{_SYMBOL})|(?P<number>{_number(language)})"
    )
    if language == "en":
        # No sign and no month begins with a small letter, as most words do: a third of what all tokens took.
        named = rf"(?![a-z])(?:{named})"
    word = rf"{_PLAIN}|{_ADDRESS}|{_INITIALS}|{_elision(language)}|(?=\w){_CLUSTER}|{_WORD}"
    pattern = rf"{named}|(?P<word>{word}|[{_IDEOGRAPHS}])|(?P<mark>\.{{2,}}|\S)"
    return pattern if holds_ideographs else pattern.replace(_IDEOGRAPHS, _IDEOGRAPHS[0])


def _amount(language: str) -> str:
    magnitude, links, names = (
        _any_of(language, table) for table in ("magnitudes", "currency_links", "currency_names")
    )
    signs, percent = _any_of(language, "currency_signs"), _any_of(language, "percent")
    scale = rf"(?:{_BLANK}?-?{magnitude}|{_any_of(language, 'short_magnitudes')})(?!\w)"
    if language == "zh":
        scale = rf"[多余]?{magnitude}"
    money = rf"(?:{scale})?{_BLANK}?(?:{links})?(?:{names}{_end(language)}|{signs}(?!\w))"
    measures = _any_of(language, "measures")
    measured = rf"(?:{_BLANK}|-)?(?:{percent}(?!\w)|{measures}(?![\w'’-]))"
    # A number is in it once: to compile the pattern takes longer than to cut a speech.
    return rf"({signs}{_BLANK}?)?+{_NUMBER}(?(2)(?:{scale})?|(?:{money}|{measured}))"


def _number(language: str) -> str:
    magnitude = _any_of(language, "magnitudes")
    scale = rf"{_BLANK}?{magnitude}{_end(language)}"
    spelled = f"|{_SPELLED}" if language == "zh" else ""
    return rf"{_ADOPTED}|{_NUMBER}(?:{scale}|{_ORDINAL}?(?!{_LETTER})){spelled}"


def _date(language: str) -> str:
    if language == "zh":
        return r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日|" + _YEAR + _NOT_IN_NUMBER
    month = _any_of(language, "months", ignore_case=language != "en")
    day = r"\d{1,2}(?:st|nd|rd|th|er|\.?º)?"
    of = rf"{_BLANK}(?:of{_BLANK}|de{_BLANK}|del{_BLANK})?"
    year = rf"{_YEAR}{_NOT_IN_NUMBER}"
    return "|".join(
        (
            rf"{day}{of}{month}(?!\w)(?:,?{of}{year})?",
            rf"{month}(?:{_BLANK}{day}(?!\d)(?:,?{_BLANK}{year})?|,?{of}{year})",
            r"\d{4}-\d\d-\d\d(?!\d)|\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d(?!\d)",
            rf"{_YEAR}(?:s\b|{_NOT_IN_NUMBER})",
        )
    )


def _elision(language: str) -> str:
    return rf"(?i:{_any_of(language, 'elisions')})['’](?={_LETTER})" if language == "fr" else r"(?!)"


def _end(language: str) -> str:
    return "" if language == "zh" else r"(?!\w)"


def _any_of(language: str, table: str, *, ignore_case: bool = False) -> str:
    entries = sorted(entries_for(read_tables("tokens")[table], language), key=lambda e: (-len(e), e))
    literals = (re.escape(entry).replace(r"\ ", _BLANK) for entry in entries)
    flag = "?i:" if ignore_case else "?:"
    return f"({flag}{'|'.join(literals) or '(?!)'})"
