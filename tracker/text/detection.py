"""The language of a text, and whether it is the prepared text or the verbatim record."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tracker.inputs.compiled import read_packaged
from tracker.text.lines import is_salutation
from tracker.text.word_tables import read_tables

if TYPE_CHECKING:
    from tracker.model.texts import TextKind, Version

_LATIN_WORDS = re.compile(r"[^\W\d_]+")
SCRIPTS = {
    "ru": r"[\u0400-\u04ff]",
    "ar": r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]",
    "zh": r"[\u3400-\u4dbf\u4e00-\u9fff]",
}
_SAMPLE = 2400
_SCRIPT_SHARE = 0.3
_FEWEST, _TWELFTH = 2, 12
_LEAD = 1.5
_FEW, _SEVENTH = 4, 7


def detect_language(text: str) -> str:
    """Return ``en``, ``fr``, ``es``, ``ru``, ``ar`` or ``zh``; ``und`` where the evidence is too thin.

    The script decides where three letters in ten are Cyrillic, Arabic or Chinese. In the Latin script
    the language is the one whose function words are met most: at least twice, in one word of twelve,
    and half as often again as those of the next.
    """
    head = text[:_SAMPLE]
    if not head.isascii() and _any_script().search(head):
        for language in SCRIPTS:
            if _is_in_script(head, language):
                return language
    words = _LATIN_WORDS.findall(head.lower())
    counts = sorted(
        ((count, language) for language, count in _count_function_words(words).items()), reverse=True
    )
    (most, language), (next_most, _) = counts[:2]
    enough = most >= _FEWEST and most * _TWELFTH >= len(words) and most >= _LEAD * next_most
    return language if enough else "und"


def has_signs_of(text: str, language: str) -> bool:
    """Return whether a text shows a language as far as ``detect_language`` asks, whatever else it shows.

    So does every text for a language that is not known. In English, one word in four is a function word.
    """
    head = text[:_SAMPLE]
    if language in SCRIPTS:
        return _is_in_script(head, language)
    words = _LATIN_WORDS.findall(head.lower())
    found = _count_function_words(words)
    return language not in found or found[language] * _TWELFTH >= max(len(words), 1)


def _is_in_script(text: str, language: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters > 0 and len(re.findall(SCRIPTS[language], text)) >= _SCRIPT_SHARE * letters


def _count_function_words(words: list[str]) -> dict[str, int]:
    """Return for each language how many words are function words of it."""
    met = Counter(words)
    return {
        language: sum(met[word] for word in met.keys() & set(known))
        for language, known in read_tables("languages")["function_words"].items()
    }


@cache
def _any_script() -> re.Pattern[str]:
    return re.compile("|".join(SCRIPTS.values()))


def may_be_in(text: str, language: str) -> bool:
    """Return whether a sentence may be in a language: one in seven of its small words is frequent in it.

    So may one of few words, and any where no table has such words. In an English speech ``No reira, tēnā
    koutou katoa`` negates nothing, and ``Tuia`` is no name.
    """
    known = _small_words(language)
    words = [word for word in _LATIN_WORDS.findall(text) if word.islower()]
    return not known or len(words) < _FEW or sum(word in known for word in words) * _SEVENTH >= len(words)


@cache
def _small_words(language: str) -> frozenset[str]:
    tables = read_tables("languages")
    return frozenset(
        (*tables["further_words"].get(language, ()), *tables["function_words"].get(language, ()))
    )


_SHORTEST = 1800
"""In fewer characters, some 300 words, a record has no room for its house style."""
_PREPARED = 2.0
_VERBATIM = -3.0
_NO_CEREMONY = -2.0
_END = 250
"""Characters at the end in which thanks are looked for; the longest that a sign allows take 90."""
_LOOKED_AT = 8000
"""Characters searched for style: the whole text would take half as long again and settle 35 more of 1,744."""
_CEREMONY = frozenset({"title", "first line", "later line", "end"})
"""Where a sign shows what the reporters leave out."""
_ADDRESSED = (",", ":", "!", "，", "：", "！", "،")
"""A line that ends without one may be a cut one: Mr. Gurirab presiding over the last"""
_PARAGRAPH_NUMBER = re.compile(r"\n[ \t\ufeff]*(\d{1,3})\.[ \t]+(?=[^\W\d_a-z]|[“\"«])")
_FEWEST_NUMBERS = 5
_FIRST_NUMBER = 5
"""A speaker's own numbering starts lower; that of a meeting, rarely."""
_CONSECUTIVE = 0.6
"""The share of numbers that follow the one before: some are lost in recognition."""


class Sign(NamedTuple):
    """Something that speaks for one kind: where to look for it, how, and how much it weighs."""

    name: str
    place: str
    weight: float
    patterns: tuple[re.Pattern[str], ...]


def infer_kind(version: Version, page: str = "") -> TextKind | None:
    """Return ``prepared`` or ``verbatim`` as the wording shows, ``None`` where it does not.

    Salutations and thanks speak for the speaker's own text, which the reporters leave out; their
    house style speaks for the record, and so do the page headers and paragraph numbers of a meeting, which
    only ``page`` still has: the text before it was cleaned. The signs' weights are in ``kind.toml``.
    """
    found = _find_signs(version, page)
    score = sum(sign.weight for sign in found)
    ceremony = any(sign.place in _CEREMONY for sign in found)
    if score >= _PREPARED and ceremony:
        return "prepared"
    styled = any(sign.weight < 0 for sign in found)
    if styled and len(version.text) >= _SHORTEST and score + (0 if ceremony else _NO_CEREMONY) <= _VERBATIM:
        return "verbatim"
    return None


def _find_signs(version: Version, page: str = "") -> tuple[Sign, ...]:
    """Return the signs a version shows, and the text that it was read from."""
    _, *later = version.text.split("\n")
    end = next((n for n, segment in enumerate(version.segments) if segment.kind != "heading"), 0)
    beginning = [segment.text for segment in version.segments[: end + 1]]  # headings, and the first sentence
    opens = any(map(is_salutation, beginning))
    runs_on = any(is_salutation(text.partition(",")[0] + ",") for text in beginning)  # Mr. President, I
    searched = {"end": version.text[-_END:], "anywhere": version.text[:_LOOKED_AT], "page": page}
    shown = {
        "title": bool(version.segments) and version.segments[0].kind == "heading",
        "first line": opens,
        "first words": runs_on and not opens,
        "later line": any(line.endswith(_ADDRESSED) and is_salutation(line) for line in later),
        "numbers": _continues_a_meeting(page),
    }
    return tuple(
        sign
        for sign in _signs()
        if shown.get(sign.place) or any(pattern.search(searched[sign.place]) for pattern in sign.patterns)
    )


def _continues_a_meeting(page: str) -> bool:
    """Say whether paragraphs are numbered on from those of the speakers before."""
    numbers = [int(match[1]) for match in _PARAGRAPH_NUMBER.finditer("\n" + page)]
    if len(numbers) < _FEWEST_NUMBERS or numbers[0] < _FIRST_NUMBER:
        return False
    follows = sum(after - before == 1 for before, after in pairwise(numbers))
    return follows >= _CONSECUTIVE * (len(numbers) - 1)


@cache
def _signs() -> tuple[Sign, ...]:
    rows = read_packaged(__package__, "kind.toml")["signs"]
    return tuple(
        Sign(row["name"], row["place"], row["weight"], tuple(map(re.compile, row.get("patterns", ()))))
        for row in rows
    )
