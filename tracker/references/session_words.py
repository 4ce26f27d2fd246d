"""How people write a session (``thirty-first regular session``, ``S-36``, ``XV``): marks and a number."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_NONE: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})
_MARKS: dict[str, frozenset[str]] = {
    word: frozenset(marks.split())
    for marks, words in {
        "regular": "regular ordinary ordinaire ordinario annual plenary substantive",
        "reconvened": "reconvened reconvene",
        "resumed": "resumed resumption reprise bis",
        "special": "s ss special extraordinary extraordinaire extraordinario",
        "emergency": "emergency urgence",
        "emergency special": "es ess",
        "meeting": "meeting meetings pv",
        "": "session sessions sess the of and de la le du d conference periodo sesiones sesion",
    }.items()
    for word in words.split()
}

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_TEENS = "seventeen eighteen nineteen"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

_NUMBERS: dict[str, int] = {
    **{word: value for value, word in enumerate(f"{_UNITS} {_TEENS}".split(), 1)},
    **{f"{word}th": value for value, word in enumerate(f"{_UNITS} {_TEENS}".split(), 1)},
    **{word: value for value, word in enumerate(_ORDINALS.split(), 1)},
    **{word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
    **{f"{word[:-1]}ieth": value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)},
}
_HUNDRED = {"hundred": 100, "hundredth": 100}

_SUFFIX = re.compile(r"(?<=[0-9])(?:st|nd|rd|th|er|re|e|eme|o|a|º|ª)(?![a-z])")
_ROMAN = re.compile(r"(?:xl|l)?x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"ix": 9, "iv": 4, "xl": 40, "l": 50, "x": 10, "v": 5, "i": 1}
_WORD = re.compile(r"[0-9]+|[a-z]+")
_BETWEEN = re.compile(r"[\s,.()-]*")


class Reading(NamedTuple):
    """What a session's wording comes to: its marks (``special``, ``reconvened`` ...) and its number."""

    marks: frozenset[str]
    number: int


def read_session_words(text: str, own: Mapping[str, frozenset[str]] = _NONE) -> Reading | None:
    """Read the folded wording of a session; none where a word is unknown or there is not one number.

    ``own`` are the words that are marks at a body, before those that are marks everywhere.
    """
    plain = _SUFFIX.sub("", text)
    if _BETWEEN.fullmatch(_WORD.sub("", plain)) is None:
        return None
    marks = {**_MARKS, **own}
    words = _WORD.findall(plain)
    said = [marks[word] for word in words if word in marks]
    number = _read_number([word for word in words if word not in marks])
    return None if number is None else Reading(frozenset().union(*said), number)


def _read_number(words: list[str]) -> int | None:
    if len(words) != 1:
        return _read_spelled(words)
    if words[0].isdigit():
        return int(words[0])
    return _read_spelled(words) or _read_roman(words[0])


def _read_spelled(words: list[str]) -> int | None:
    total = 0
    for word in words:
        if word in _HUNDRED and total < len(_NUMBERS):
            total = (total or 1) * 100
            continue
        value = _NUMBERS.get(word)
        # "thirty first" adds up and "first thirty" does not: each number must fit below the one before.
        if value is None or total % (100 if value >= _NUMBERS["ten"] else 10):
            return None
        total += value
    return total or None


def _read_roman(word: str) -> int | None:
    if not _ROMAN.fullmatch(word):
        return None
    return sum(_ROMAN_VALUES[part] for part in re.findall("ix|iv|xl|[lxvi]", word)) or None
