"""What the wording of a line shows: a salutation, an item of a list, an end, the want of a verb."""

from __future__ import annotations

import re
from functools import cache

from tracker.text.tables import read_tables

_END = re.compile(r"[.!?:;…。！？；：؟۔؛][\"'”’»)\]」』》*]*\d{0,2}$")
_ELLIPSIS_END = re.compile(r"(?:…|\.\s?\.\s?\.)[\"'”’»)\]]*$")
_ITEM = re.compile(
    r"(?:[-–—•▪▫●○■□◦‣⁃·*¥\uf0b7\uf0a7➢✓]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[IVX]{1,5})[.)])\s+(?=\S)"
    r"|\d{1,2}(?:\.\d{1,2})+\.?\s+(?=[^\W\d_a-z])"
)
# A. Guterres is a name; resolution 3236\n(XXIX) and is no list.
_NO_ITEM = re.compile(r"[A-Z]\.\s+(?:[A-Z]\.|[A-Z][a-z]+)|\([IVXLC]+\)\s+[a-z]")
_WORDS = re.compile(r"[^\s,;:!–—*\"“”]+")
_LONGEST_SALUTATION = 150
_MOST_SALUTATION_WORDS = 16
_LONGEST_HEADING = 120
_MOST_HEADING_WORDS = 18


def ends_something(line: str) -> bool:
    """Say whether a line ends in a mark that ends a sentence or a clause."""
    return _END.search(line, max(len(line) - 6, 0)) is not None


def ends_in_ellipsis(line: str) -> bool:
    """Say whether a line trails off."""
    return _ELLIPSIS_END.search(line, max(len(line) - 8, 0)) is not None


def item_marker(line: str) -> int:
    """Return the length of the marker that makes a line an item of a list, 0 where there is none."""
    match = _ITEM.match(line)
    if match is None or _NO_ITEM.match(line):
        return 0
    return match.end()


def has_clause(line: str) -> bool:
    """Say whether a line holds one of the commonest verbs and pronouns."""
    return not _clauses().isdisjoint(word.lower() for word in _WORDS.findall(line))


def is_salutation(line: str) -> bool:
    """Say whether a line does nothing but address the audience."""
    if len(line) > _LONGEST_SALUTATION or line[-1:] in ".?;":
        return False
    words = _WORDS.findall(line[item_marker(line) :])
    if not words or len(words) > _MOST_SALUTATION_WORDS:
        return False
    first = words[0].lower()
    return (first in _salutations() or first.startswith(_chinese())) and not has_clause(line)


def is_heading(line: str) -> bool:
    """Say whether a line standing by itself is a title: short, unended, without a clause."""
    if len(line) > _LONGEST_HEADING or line[-1:] in ",-–—" or line[:1].islower():
        return False
    if ends_something(line) and not (line.isupper() and line[-1] == ":"):
        return False
    words = line.split()
    return (
        len(words) <= _MOST_HEADING_WORDS
        and not is_salutation(line)
        and (line.isupper() or not has_clause(line))
    )


@cache
def _clauses() -> frozenset[str]:
    return frozenset(word for words in read_tables("lines")["clauses"].values() for word in words)


@cache
def _salutations() -> frozenset[str]:
    return frozenset(word for words in read_tables("lines")["salutations"].values() for word in words)


@cache
def _chinese() -> tuple[str, ...]:
    return read_tables("lines")["salutations"]["zh"]
