"""A country that speaks of itself by its name: "Tavoria will ratify", "the Republic of Tavoria attaches"."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Final, Literal

from tracker.capture.admit.rules import load_rules
from tracker.text.identity import fold
from tracker.text.word_tables import read_tables

_CAPITAL: Final = r"(?:[^\W\d_](?<=[A-ZÀ-ÖØ-ÞА-ЯЁ])[\w’'-]{1,30})"
_LATIN: Final = (
    rf"(?P<name>{_CAPITAL}(?: {_CAPITAL}){{0,3}})(?: \([^()\n]{{1,40}}\))?"
    r" (?:\w{1,15}(?:ly|ment|mente) |also )?"
)
# A name ends where the verb begins, and begins where a clause does.
_CHINESE: Final = r"(?:^|[。；，、\n])(?:到\d{4}年，)?(?P<name>[\u4e00-\u9fff]{2,10}?)"


def count_acts(text: str, language: str) -> int:
    """Return how often one name does what a speaker does: that which does so most often; 0 below the least.

    ``text`` is as it was written, without quotations: names are told by their capitals.
    """
    return _count(text, language, "acts")


def pledges(text: str, language: str) -> bool:
    """Return whether one name pledges something, so often at least as it would have to speak."""
    return _count(text, language, "pledges") > 0


def _count(text: str, language: str, table: Literal["acts", "pledges"]) -> int:
    names = (_read_name(match["name"], language) for match in _compile(language, table).finditer(text))
    most = max(Counter(filter(None, names)).values(), default=0)
    return most if most >= load_rules().bounds.acts else 0


def _read_name(name: str, language: str) -> str:
    """Return the last word of a name, since articles and adjectives vary; empty for pronouns and officers."""
    words = re.split(r"['’ ]", fold(name))
    is_other = words[-1] in _small_words() or load_rules().officers[language].intersection(words)
    return "" if is_other else words[-1]


@cache
def _small_words() -> frozenset[str]:
    tables = read_tables("languages")["function_words"].values()
    return frozenset(word for words in tables for word in words)


@cache
def _compile(language: str, table: Literal["acts", "pledges"]) -> re.Pattern[str]:
    rules = load_rules()
    acts = "|".join((rules.acts if table == "acts" else rules.pledges)[language])
    if language == "ar":
        return re.compile(rf"(?<!\w)و?(?:{acts}) (?P<name>\w{{2,30}})")
    if language == "zh":
        return re.compile(rf"{_CHINESE}(?:{acts})", re.MULTILINE)
    return re.compile(rf"(?<!\w){_LATIN}(?:{acts})(?!\w)")
