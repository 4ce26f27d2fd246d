"""Which of the six languages of the UN a text is in."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from tracker.text.tables import read_tables

_WORDS = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"),
}
_LOOKED_AT = 2400
_SCRIPT_SHARE = 0.3
_FEWEST = 2
_LEAD = 1.5


def detect_language(text: str) -> str:
    """Return ``en``, ``fr``, ``es``, ``ru``, ``ar`` or ``zh``; ``und`` where the evidence is too thin.

    The script decides where three letters in ten are Cyrillic, Arabic or Chinese. In the Latin script
    the language is the one whose function words are met most: at least twice, in one word of twelve,
    and half as often again as those of the next.
    """
    head = text[:_LOOKED_AT]
    if not head.isascii():
        letters = sum(map(str.isalpha, head))
        for language, script in _SCRIPTS.items():
            if letters and len(script.findall(head)) >= _SCRIPT_SHARE * letters:
                return language
    words = _WORDS.findall(head.lower())
    met = Counter(words)
    counts = sorted(
        ((sum(met[word] for word in known & met.keys()), language) for language, known in _function_words()),
        reverse=True,
    )
    (most, language), (next_most, _) = counts[:2]
    enough = most >= _FEWEST and most * 12 >= len(words) and most >= _LEAD * next_most
    return language if enough else "und"


@cache
def _function_words() -> tuple[tuple[str, frozenset[str]], ...]:
    rows = read_tables("languages")["function_words"]
    return tuple((language, frozenset(words)) for language, words in rows.items())
