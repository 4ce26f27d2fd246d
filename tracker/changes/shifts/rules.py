"""The rule tables of the shifts, read once, and how their terms are found in a text."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Ladder:
    """Forms with their ranks by one source, the weakest at 0."""

    family: str
    source: str
    ranks: Mapping[str, int]
    testable: bool = False
    """Whether it holds only where the firmer side can be tested: it names a figure, a date or an act."""


@dataclass(frozen=True, slots=True)
class Found:
    """A term in a text, as the table has it, and where it stands."""

    term: str
    start: int
    end: int


@cache
def load_ladders(file: str, language: str) -> tuple[Ladder, ...]:
    """Return the ladders of a language; none for a language without tables."""
    table = tomllib.loads(read_table(file))
    return tuple(
        Ladder(
            entry["family"],
            entry["source"],
            {form: rank for rank, forms in enumerate(entry["levels"]) for form in forms},
            entry.get("testable", False),
        )
        for entry in table["ladder"]
        if entry["language"] == language
    )


@cache
def load_terms(file: str, table: str, language: str) -> tuple[str, ...]:
    """Return the terms of one table for a language, those under ``any`` included."""
    entries = tomllib.loads(read_table(file))[table]
    return (*entries.get(language, ()), *entries.get("any", ()))


@cache
def load_values(file: str, table: str, language: str) -> Mapping[str, str]:
    """Return a table of words and what they stand for; the language's own go before ``any``."""
    entries = tomllib.loads(read_table(file))[table]
    return {**entries.get("any", {}), **entries.get(language, {})}


def find_terms(text: str, terms: tuple[str, ...]) -> tuple[Found, ...]:
    """Return where whole terms stand in a text, longest first at each place, whatever their case."""
    if not terms:
        return ()
    return tuple(
        Found(re.sub(r"\s+", " ", match.group().lower()), match.start(), match.end())
        for match in _pattern(terms).finditer(text.replace("’", "'"))
    )


@cache
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    spelled = "|".join(re.escape(term).replace(r"\ ", r"\s+") for term in longest_first)
    return re.compile(rf"(?<!\w)(?:{spelled})(?!\w)", re.IGNORECASE)


def read_table(name: str) -> str:
    """Return the text of a packaged table."""
    return resources.files(__package__).joinpath(name).read_text("utf-8")
