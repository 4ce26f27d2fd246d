"""The tables of terms, and how terms are found in a text."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    from collections.abc import Mapping


class TermMatch(NamedTuple):
    """A term in a text, as the table has it, and where it is."""

    term: str
    start: int
    end: int


@cache
def read_rules(file: str) -> dict[str, Any]:
    """Return what a file of rules says, read once."""
    return read_packaged(__package__, file)


@cache
def load_terms(file: str, table: str, language: str) -> tuple[str, ...]:
    """Return the terms of one table for a language, those under ``any`` included."""
    entries = read_rules(file)[table]
    return (*entries.get(language, ()), *entries.get("any", ()))


@cache
def load_values(file: str, table: str, language: str) -> Mapping[str, str]:
    """Return a table of words and what they stand for; the language's own go before ``any``."""
    entries = read_rules(file)[table]
    return {**entries.get("any", {}), **entries.get(language, {})}


def find_terms(text: str, terms: tuple[str, ...], offset: int = 0) -> tuple[TermMatch, ...]:
    """Return the whole terms in a text, longest first at each place, whatever their case.

    ``offset`` is added to their places.
    """
    if not terms:
        return ()
    return tuple(
        TermMatch(re.sub(r"\s+", " ", match[0].lower()), offset + match.start(), offset + match.end())
        for match in _pattern(terms).finditer(text.replace("’", "'"))
    )


@lru_cache(maxsize=128)
def find_everywhere(text: str, terms: tuple[str, ...]) -> tuple[TermMatch, ...]:
    """Return the whole terms in a passage, searched once however many of its edits ask for them."""
    return find_terms(text, terms)


def cut_terms(text: str, terms: tuple[str, ...], blank: str = "") -> str:
    """Return a text without the terms in it."""
    found = find_terms(text, terms)
    starts, ends = [0, *(term.end for term in found)], [*(term.start for term in found), len(text)]
    return blank.join(text[start:end] for start, end in zip(starts, ends, strict=True))


@cache
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    spelled = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in longest_first)
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)


_SAME_STEM = 4
"""First letters by which two forms of one verb are recognised: ratify, ratifying, ratification."""


def same_stem(one: str, other: str) -> bool:
    """Return whether two words look like forms of one."""
    length = min(_SAME_STEM, len(one), len(other))
    return one.lower()[:length] == other.lower()[:length]
