"""Names of countries in Russian, Arabic and Chinese, whose endings, prefixes and bounds differ."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_ENDING: Final = re.compile(r"[аеиоуыэюяйь]{1,2}$")
_ARTICLE: Final = "ال"
_LONG = 4
_SCRIPTS: Final = {
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}


def find_in_scripts(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the countries that a text names in these languages: code, start, end; the longest names first."""
    if text.isascii():
        return
    for language, script in _SCRIPTS.items():
        if script.search(text):
            yield from _find(language, text)


def _find(language: str, text: str) -> Iterator[tuple[str, int, int]]:
    taken: list[tuple[int, int]] = []
    for stem, pattern, code in _patterns(language):
        # One pattern of all names takes half a second to compile, and nearly no name is there.
        for match in re.finditer(pattern, text) if stem in text else ():
            if not any(match.start() < end and match.end() > start for start, end in taken):
                taken.append(match.span())
                yield code, *match.span()


@cache
def read_names(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the names of countries in a language that ``references`` leaves out, by code."""
    rows = _read_rows()
    return {code: tuple(row[language]) for code, row in rows.items() if language in row}


@cache
def _read_rows() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(files("tracker.capture.admit").joinpath("country_names.toml").read_text("utf-8"))


@cache
def _patterns(language: str) -> tuple[tuple[str, str, str], ...]:
    """Return what any form of a name begins with, the pattern of its forms, and the country."""
    named = [(name, code) for code, names in read_names(language).items() for name in names]
    named.sort(key=lambda one: (-len(one[0]), one))
    return tuple((*_VARIED[language](name), code) for name, code in named)


def _decline(name: str) -> tuple[str, str]:
    stems = [word if len(word) < _LONG or word.isupper() else _ENDING.sub("", word) for word in name.split()]
    forms = (
        re.escape(stem) + (r"\w{0,3}" if len(word) >= _LONG and not word.isupper() else "")
        for stem, word in zip(stems, name.split(), strict=True)
    )
    return stems[0], rf"\b{' '.join(forms)}\b"


def _prefix(name: str) -> tuple[str, str]:
    """Allow for the article, which "to the" swallows; what else is prefixed is looked past."""
    stem = name.removeprefix(_ARTICLE) if len(name) > _LONG else name
    return stem, f"(?:{_ARTICLE}|لل)?{re.escape(stem)}"


def _leave(name: str) -> tuple[str, str]:
    return name, re.escape(name)


_VARIED: Final[Mapping[str, Callable[[str], tuple[str, str]]]] = {
    "ru": _decline,
    "ar": _prefix,
    "zh": _leave,
}
