"""Whether a text holds a name in any form: other spelling, first letters, surname, adjective of a country."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from tracker.comparing.passages.terms import load_terms, load_values
from tracker.references.countries import countries
from tracker.references.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORD = re.compile(r"[^\W_]+(?:['’/.-][^\W_]+)*")
OWNER = re.compile(r"['’]s?$")
_AROUND = re.compile(r"\s\(\d{4}\)$|^(?:United Nations|UN) (?=Secretary)")
"""What is said or not: the year of a resolution, whose Secretary-General."""
_SMALL_WORD = re.compile(r" [^\W\d_A-Z]")
_CODE = "="
"""Before the code of a country among the words of a text."""
_MOST_WORDS = 6
"""Words of the longest name of a country that is looked for."""
_LEAST_ACRONYM = 2
_SHORT_ACRONYM = 3
"""Letters up to which capitals are told from a word: ``US`` from ``us``."""
_LEAST_FORM = 4
_SPELLINGS = (("programme", "program"), ("organis", "organiz"), ("centre", "center"), ("defence", "defense"))
_ENDINGS = ("n", "an", "ian", "ean", "i", "ern", "ese", "s", "es")


def list_words(text: str) -> set[str]:
    """Return the words of a text, folded and without the ``'s`` of an owner, and the countries that it names.

    The parts of a word with a hyphen are words too; what is written in capitals is there as it stands.
    """
    written = [OWNER.sub("", word) for word in WORD.findall(text)]
    words = {_fold(part) for word in written for part in (word, *re.split(r"[-/]", word))}
    plain = [word.replace(".", "") for word in written]
    words |= {word.removesuffix("s") for word in plain if word.removesuffix("s").isupper()}
    for acronym, name in load_values("names.toml", "aliases", "any").items():
        if acronym.upper() in words or name in text:
            words |= {acronym, acronym.upper(), *(_fold(word) for word in name.split())}
    return words | {_CODE + code for code in _find_codes(WORD.findall(text))}


def is_held(name: str, words: set[str], language: str = "en") -> bool:
    """Return whether a text has a name: its country, all its words that are written large, or its numbers.

    Of a person it is enough that the text has the last of the names.
    """
    if _is_held_state(name, words, language):
        return True
    written = [OWNER.sub("", word) for word in WORD.findall(_AROUND.sub("", name))]
    large = [part for word in written for part in re.split(r"[-/]", word) if _is_telling(part)]
    tables = ("titles", "links", "nobody")
    titles, links, nobody = (load_terms("names.toml", table, language) for table in tables)
    large = [word for word in large if word.lower() not in links]
    named = [word for word in large if word.lower() not in titles and len(word) > 1]
    told = [word for word in named if word.lower() not in nobody]
    person = len(named) < len(large) and bool(told)
    rest = [word for word in written if word.lower() not in links]
    needed = told[-1:] if person else told or large or rest or written
    return all(_has(word, words) for word in needed)


def _is_held_state(name: str, words: set[str], language: str) -> bool:
    """Return whether a name is a country's, alone or after ``Government of``, that a text names."""
    parts = name.split()
    small = {word for table in ("links", "nobody") for word in load_terms("names.toml", table, language)}
    for at in range(len(parts)):
        state = fold_name(" ".join(parts[at:]))
        code = _country_codes().get(state) or _country_codes().get(state.removesuffix("s"))
        if code and _CODE + code in words:
            return True
        if parts[at].lower() not in small:
            return False
    return False


def abbreviate(name: str) -> str:
    """Return the first letters of a name's large words: ``Organization of American States``, ``OAS``."""
    letters = [word[0] for word in re.split(r"[\s-]+", name) if word[:1].isupper()]
    return "".join(letters) if len(letters) >= _LEAST_ACRONYM else "\0"


def spells_out(text: str, acronym: str) -> bool:
    """Return whether the words of a text begin with the letters of an acronym, one after the other."""
    initials = "".join(word[0].lower() for word in WORD.findall(text))
    return acronym.isupper() and len(acronym) >= _SHORT_ACRONYM and acronym.lower() in initials


def is_named(name: str, text: str, words: set[str], language: str = "en") -> bool:
    """Return whether a text has a name in any form, its first letters included, or what these stand for."""
    short = name.replace(".", "").removesuffix("s")
    return is_held(name, words, language) or spells_out(text, short) or abbreviate(name) in words


def is_adjective(text: str, start: int, end: int) -> bool:
    """Return whether a name tells of whose a noun is, or a language: ``African countries``, ``in French``."""
    parts = re.split(r"-\s?| and ", text[start:end])
    before_noun = _SMALL_WORD.match(text, end) is not None
    if len(parts) > 1 and (parts[-1].islower() or all(map(_is_state, parts))):
        return before_noun  # Taliban-controlled, Ukraine-Russia
    words = {*load_terms("names.toml", "adjectives", "en"), *_country_adjectives()}
    return {part.lower() for part in parts} <= words and (
        before_noun or text[max(0, start - 4) : start].lower() != "the "
    )


def _is_state(name: str) -> bool:
    return fold_name(name) in _country_codes()


@cache
def _country_adjectives() -> frozenset[str]:
    return frozenset(adjective.lower() for country in countries() for adjective in country.adjectives)


def _is_telling(word: str) -> bool:
    return word[:1].isupper() or word[:1].isdigit()


def _has(word: str, words: set[str]) -> bool:
    plain = word.replace(".", "")
    if plain.isupper() and _LEAST_ACRONYM <= len(plain) <= _SHORT_ACRONYM:
        return plain in words
    return not words.isdisjoint(_forms(_fold(word)))


def _fold(word: str) -> str:
    """Return a word without case and accents, in one of the two English spellings."""
    folded = fold_name(word) or word.lower()
    for british, american in _SPELLINGS:
        folded = folded.replace(british, american)
    return folded


@cache
def _forms(word: str) -> frozenset[str]:
    """Return a word with those of which it is the adjective or the plural, and its own."""
    found = {word}
    if len(word) >= _LEAST_FORM:
        found |= {stem + ending for stem in (word, word[:-1]) for ending in _ENDINGS}
        for ending in _ENDINGS:
            base = word.removesuffix(ending)
            if base != word and len(base) >= _LEAST_FORM:
                found |= {base, base + "a", base + "e"}
    return frozenset(found)


@cache
def _country_codes() -> Mapping[str, str]:
    """Return the codes of the countries by their names and adjectives, folded; shared names are left out."""
    codes: dict[str, set[str]] = {}
    for country in countries():
        for name in (country.name, *country.names, *country.adjectives):
            codes.setdefault(fold_name(name), set()).add(country.code)
    return {name: next(iter(found)) for name, found in codes.items() if len(found) == 1}


def _find_codes(written: list[str]) -> Iterator[str]:
    """Yield the codes of the countries whose names or adjectives are among some words."""
    codes = _country_codes()
    for start, word in enumerate(written):
        if word[:1].isupper():
            for end in range(start + 1, min(start + _MOST_WORDS, len(written)) + 1):
                name = fold_name(OWNER.sub("", " ".join(written[start:end])))
                code = codes.get(name) or codes.get(name.removesuffix("s"))
                if code:
                    yield code
