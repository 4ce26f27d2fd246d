"""Names of countries in a text: all names and adjectives of the tables, the longest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tracker.errors import ReferenceInvalid
from tracker.inputs.compiled import read_packaged
from tracker.references import find_country
from tracker.references.countries import countries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracker.references import Country

_ENDING: Final = re.compile(r"[аеиоуыэюяйь]{1,2}$")
_ARTICLE: Final = "ال"
# Letters from which a word has an ending or an article that can be left out.
_LONG = 4
_SCRIPTS: Final = {
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}


def find_in_scripts(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the countries that a text names in these scripts: code, start, end; the longest names first."""
    if text.isascii():
        return
    for language, script in _SCRIPTS.items():
        if script.search(text):
            yield from _find(language, text)


def _find(language: str, text: str) -> Iterator[tuple[str, int, int]]:
    taken: list[tuple[int, int]] = []
    for stem, pattern, code in _patterns(language):
        # One pattern of all names takes half a second to compile, and a text has nearly none of them.
        for match in re.finditer(pattern, text) if stem in text else ():
            if not any(match.start() < end and match.end() > start for start, end in taken):
                taken.append(match.span())
                yield code, *match.span()


@cache
def read_names(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the names of countries in a language that ``references`` does not have, by code."""
    rows = _read_rows()
    return {code: row[language] for code, row in rows.items() if language in row}


@cache
def _read_rows() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return read_packaged(__package__, "country_names.toml")


@cache
def _patterns(language: str) -> tuple[tuple[str, str, str], ...]:
    """Return the stem of each name, the pattern of its forms, and the country."""
    named = [(name, code) for code, names in read_names(language).items() for name in names]
    named.sort(key=lambda one: (-len(one[0]), one))
    return tuple((*_FORMS[language](name), code) for name, code in named)


def _decline(name: str) -> tuple[str, str]:
    stems = [word if len(word) < _LONG or word.isupper() else _ENDING.sub("", word) for word in name.split()]
    forms = (
        re.escape(stem) + (r"\w{0,3}" if len(word) >= _LONG and not word.isupper() else "")
        for stem, word in zip(stems, name.split(), strict=True)
    )
    return stems[0], rf"\b{' '.join(forms)}\b"


def _prefix(name: str) -> tuple[str, str]:
    """Return a name with or without its article, also joined with "to"; other prefixes are ignored."""
    stem = name.removeprefix(_ARTICLE) if len(name) > _LONG else name
    return stem, f"(?:{_ARTICLE}|لل)?{re.escape(stem)}"


def _leave(name: str) -> tuple[str, str]:
    return name, re.escape(name)


_FORMS: Final[Mapping[str, Callable[[str], tuple[str, str]]]] = {"ru": _decline, "ar": _prefix, "zh": _leave}

_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_ELISION: Final = re.compile(r"^[dlDL]['’](?=\w)")
_SEPARATORS: Final = re.compile(r"[\s-]+")
_REGIONS: Final = frozenset({"Latin", "Central", "South", "North", "Ibero", "African", "Pan", "Inter"})
"""Before "American" and "America" these make it a continent."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in words, and the codes that share it."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name and its place; several codes where countries share it (Korean, Congolese, Dominican)."""

    codes: tuple[str, ...]
    start: int
    end: int


@cache
def speaker_codes(code: str) -> frozenset[str]:
    """Return the codes of a speaker's own names, those of a state that it came from among them.

    None for a made-up country, which has no name.
    """
    try:
        country = find_country(code)
    except ReferenceInvalid:
        return frozenset()
    if country.kind == "user-assigned":
        return frozenset()
    own = _code(country)
    return frozenset(
        {own, *(each.code for each in countries() if is_former(each.code) and own in each.successors)}
    )


def is_group(code: str) -> bool:
    """Tell whether a code is that of a group."""
    return find_country(code).kind == "group"


def is_former(code: str) -> bool:
    """Tell whether a code is that of a state which several others came from."""
    country = find_country(code)
    return country.kind == "withdrawn" and len(country.successors) > 1


def find_mentions(text: str) -> Iterator[NameMention]:
    """Yield the names of countries and groups in a text, without names inside longer ones."""
    yield from (NameMention((code,), start, end) for code, start, end in find_in_scripts(text))
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
            yield NameMention(name.codes, *span)


def _bare(word: str) -> str:
    """Return a word without elided article and possessive ending."""
    return _POSSESSIVE.sub("", _ELISION.sub("", word)) if "'" in word or "’" in word else word


def _longest(names: Sequence[_Name], words: Sequence[str], at: int) -> _Name | None:
    return next((name for name in names if tuple(words[at : at + len(name.words)]) == name.words), None)


def _is_other(text: str, start: int, end: int, codes: tuple[str, ...]) -> bool:
    """Tell whether a name of the United States is part of the name of a continent, or of US$."""
    if "USA" not in codes:
        return False
    before = _SEPARATORS.split(text[max(0, start - 12) : start].rstrip(" -\n"))[-1]
    return before in _REGIONS or text[end : end + 1] == "$"


@cache
def _by_first_word() -> dict[str, tuple[_Name, ...]]:
    """Return all names by their first word, the longest first, each with the codes that share it."""
    shared: dict[tuple[str, ...], dict[str, None]] = {}
    for country in countries():
        if country.kind == "withdrawn" and not country.successors:
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
