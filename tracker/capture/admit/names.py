"""Where a text names countries: by every name and adjective the tables know, the longest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.scripts import find_in_scripts, read_names
from tracker.errors import ReferenceInvalid
from tracker.references import countries, find_country

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.references import Country

_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_ELISION: Final = re.compile(r"^[dlDL]['’](?=\w)")
_PARTING: Final = re.compile(r"[\s-]+")
_REGIONS: Final = frozenset({"Latin", "Central", "South", "North", "Ibero", "African", "Pan", "Inter"})
"""Before "American" and "America" these make it a continent."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in words, and the codes that share it."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A name and where it stands; several codes where it is shared (Korean, Congolese, Dominican)."""

    codes: tuple[str, ...]
    start: int
    end: int


def speaker_codes(code: str) -> frozenset[str]:
    """Return the codes whose names are a speaker's own; none for a made-up country, which has no name."""
    try:
        country = find_country(code)
    except ReferenceInvalid:
        return frozenset()
    return frozenset() if country.kind == "user-assigned" else frozenset({_code(country)})


def is_group(code: str) -> bool:
    """Tell whether a code is a group's, for which others speak."""
    return find_country(code).kind == "group"


def find_mentions(text: str) -> Iterator[Mention]:
    """Yield the names of countries and groups in a text, none inside another of its script."""
    yield from (Mention((code,), start, end) for code, start, end in find_in_scripts(text))
    index = _by_first_word()
    matches = list(_WORD.finditer(text))
    words = [_bare(match[0]) for match in matches]
    end = 0
    for at, word in enumerate(words):
        name = _longest(index[word], words, at) if at >= end and word in index else None
        if name is None:
            continue
        end = at + len(name.words)
        span = matches[at].start(), matches[end - 1].end()
        if not _is_other(text, *span, name.codes):
            yield Mention(name.codes, *span)


def _bare(word: str) -> str:
    """Return a word without its elided article and the mark of possession."""
    return _POSSESSIVE.sub("", _ELISION.sub("", word)) if "'" in word or "’" in word else word


def _longest(names: Sequence[_Name], words: Sequence[str], at: int) -> _Name | None:
    return next((name for name in names if tuple(words[at : at + len(name.words)]) == name.words), None)


def _is_other(text: str, start: int, end: int, codes: tuple[str, ...]) -> bool:
    """Tell whether a name of the United States is part of a continent's, or of US$."""
    if "USA" not in codes:
        return False
    before = _PARTING.split(text[max(0, start - 12) : start].rstrip(" -\n"))[-1]
    return before in _REGIONS or text[end : end + 1] == "$"


@cache
def _by_first_word() -> dict[str, tuple[_Name, ...]]:
    """Return all names by their first word, the longest first, each with the codes that share it."""
    shared: dict[tuple[str, ...], dict[str, None]] = {}
    for country in countries():
        if country.kind == "withdrawn" and len(country.successors) != 1:
            continue
        for name in _latin_names(country):
            if words := tuple(map(_bare, _WORD.findall(name))):
                shared.setdefault(words, {})[_code(country)] = None
    index: dict[str, list[_Name]] = {}
    for words, codes in shared.items():
        index.setdefault(words[0], []).append(_Name(words, tuple(codes)))
    return {
        first: tuple(sorted(names, key=lambda name: (-len(name.words), name.words)))
        for first, names in index.items()
    }


def _latin_names(country: Country) -> Iterator[str]:
    yield from (country.name, *country.names, *country.adjectives)
    if country.kind == "group":
        yield country.code
    for language in ("fr", "es"):
        yield from read_names(language).get(country.code, ())


def _code(country: Country) -> str:
    """Return the code of a country, or of the one state that replaced it."""
    is_replaced = country.kind == "withdrawn" and len(country.successors) == 1
    return country.successors[0] if is_replaced else country.code
