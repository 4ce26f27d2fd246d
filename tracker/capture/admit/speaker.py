"""Who speaks in a text, and at which session; it names countries, the longest names of the tables first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.rules import load_rules
from tracker.errors import ReferenceInvalid
from tracker.inputs.compiled import read_packaged
from tracker.references import country_name, find_country, read_year
from tracker.references.countries import countries
from tracker.references.sessions import read_session_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tracker.model.texts import Reference
    from tracker.references import Country

# Characters before a name in which a cue is looked for: the longest cues with their fillers.
_BEFORE = 140
_SENTENCE_END: Final = re.compile(r"(?<!\bmr)(?<!\bms)(?<!\bdr)(?<!\bmrs)[.!?;。！？]\s|\n")
_SYMBOL: Final = re.compile(r"\bA/(\d{2})/")
_YEAR: Final = re.compile(r"(?<![\d/.,-])(?:19[4-9]\d|20[0-4]\d)(?!\d|[.,]\d)")
_YEARS_OFF: Final = (2, 3)
_CHINESE: Final = {char: value for value, char in enumerate("一二三四五六七八九", 1)}

_WORD: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_ELISION: Final = re.compile(r"^[dlDL]['’](?=\w)")
_SEPARATORS: Final = re.compile(r"[\s-]+")
_REGIONS: Final = frozenset({"Latin", "Central", "South", "North", "Ibero", "African", "Pan", "Inter"})
"""Before "American" and "America" these make it a continent."""

_ENDING: Final = re.compile(r"[аеиоуыэюяйь]{1,2}$")
_ARTICLE: Final = "ال"
# Letters from which a word has an ending or an article that can be left out.
_LONG = 4
SCRIPTS: Final = {
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
}


@dataclass(frozen=True, slots=True)
class CountryMentions:
    """How often a text names countries and groups, by code, and which of them it says are speaking."""

    named: Counter[str]
    speaking: Counter[str]


@dataclass(frozen=True, slots=True)
class NameMention:
    """A name and its place; several codes where countries share it (Korean, Congolese, Dominican)."""

    codes: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in words, and the codes that share it."""

    words: tuple[str, ...]
    codes: tuple[str, ...]


def count_countries(titles: Iterable[str], text: str) -> CountryMentions:
    """Count the countries that a text and its titles name, and those named as the one that speaks."""
    named: Counter[str] = Counter()
    speaking: Counter[str] = Counter()
    perhaps: Counter[str] = Counter()
    rules = load_rules()
    for part in (*titles, text):
        low = part.lower()
        for mention in find_mentions(part):
            named.update(mention.codes)
            before = _read_before(low, mention.start)
            if rules.speaking.search(before):
                speaking.update(mention.codes)
            elif rules.speaking_perhaps.search(before) or rules.speaking_after.match(low, mention.end):
                perhaps.update(mention.codes)
    speaking.update({code: n for code, n in perhaps.items() if named[code] > 1})
    return CountryMentions(named, speaking)


def find_other_country(reference: Reference, naming: CountryMentions, words: int) -> str:
    """Return what shows that the speaker is another country than that of a reference; else an empty string.

    Either the text says that another country speaks, never its own, and seldom names its own; or it names
    another so often, and its own so seldom, as no statement of its own does. The latter is used for long
    statements and not for items, which may be about one country. Made-up countries are not checked.
    """
    own = speaker_codes(reference.country)
    if not own or any(naming.speaking[code] for code in own):
        return ""
    bounds = load_rules().bounds
    mine = max(naming.named[code] for code in own)
    others = {
        code: n
        for code, n in naming.named.items()
        if code not in own and not is_group(code) and not _is_former(code)
    }
    speaker = _most({code: others[code] for code in others if naming.speaking[code]})
    if speaker and mine <= bounds.own_share_of_speaker * others[speaker]:
        own_name = country_name(reference.country)
        return f"it speaks for {country_name(speaker)} and names {own_name} {_times(mine)}"
    most = _most(others)
    is_long = words >= bounds.countries_from_words and reference.item is None
    if most and is_long and others[most] >= bounds.named_often and mine <= bounds.own_share * others[most]:
        named = f"it names {country_name(most)} {_times(others[most])}"
        return f"{named} and {country_name(reference.country)} {_times(mine)}"
    return ""


def find_other_session(reference: Reference, titles: Iterable[str], text: str, *, is_first: bool) -> str:
    """Return what shows that a text belongs to another session than a reference; else an empty string.

    It names another in a title or in the text, and never its own; a first capture has to name it several
    times, since a statement may name no session but one of which it speaks. Only sessions with a plain number
    are checked.
    """
    label = reference.session or ""
    if not label.isdigit():
        return ""
    number = int(label)
    titled, named = _read_sessions("\n".join(titles)), _read_sessions(text)
    if titled[number] or named[number]:
        return ""
    bounds = load_rules().bounds
    near = Counter({other: n for other, n in named.items() if abs(other - number) <= bounds.sessions_apart})
    for counts, is_said_once in ((titled, True), (near, not is_first)):
        most = max(counts, key=lambda other: (counts[other], other), default=None)
        if most is None:
            continue
        often = bounds.session_before_named if most == number - 1 else bounds.sessions_named
        if counts[most] >= (1 if is_said_once else often) or _is_of_its_year(reference, most, text):
            return f"it names session {most} {_times(counts[most])} and session {number} never"
    return ""


def find_mentions(text: str) -> Iterator[NameMention]:
    """Yield the names of countries and groups in a text, without names inside longer ones."""
    yield from (NameMention((code,), start, end) for code, start, end in _find_in_scripts(text))
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
        {own, *(each.code for each in countries() if _is_former(each.code) and own in each.successors)}
    )


def is_group(code: str) -> bool:
    """Tell whether a code is that of a group."""
    return find_country(code).kind == "group"


@cache
def read_names(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the names of countries in a language that ``references`` does not have, by code."""
    rows = _read_rows()
    return {code: row[language] for code, row in rows.items() if language in row}


def _read_before(low: str, start: int) -> str:
    """Return what stands before a name in its sentence."""
    return _SENTENCE_END.split(low[max(0, start - _BEFORE) : start])[-1]


def _most(counts: Mapping[str, int]) -> str | None:
    return max(counts, key=lambda code: (counts[code], code), default=None)


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _is_of_its_year(reference: Reference, other: int, text: str) -> bool:
    """Tell whether a text names the year of another session, two or three off, and none of its own.

    The session before is named by most, and sessions further off on anniversaries.
    """
    own, year = (read_year(reference.body, str(label), ()) for label in (reference.session, other))
    if not own or not year or abs(own - year) not in _YEARS_OFF:
        return False
    named = {int(found) for found in _YEAR.findall(text)}
    between = range(year + 1, own + 2) if year < own else range(own - 1, own + 1)
    return year in named and named.isdisjoint(between)


def _read_sessions(text: str) -> Counter[int]:
    low = text.lower()
    found = [match[1] for pattern in load_rules().sessions for match in pattern.finditer(low)]
    numbers = [number for number in map(_read_number, found) if number]
    return Counter([*numbers, *(int(match[1]) for match in _SYMBOL.finditer(text))])


def _read_number(text: str) -> int | None:
    if text[0] in _CHINESE or text[0] == "十":
        tens, _, units = text.partition("十")
        if "十" not in text:
            return _CHINESE.get(text)
        return 10 * _CHINESE.get(tens, 1) + _CHINESE.get(units, 0)
    reading = read_session_words(f"{text} session")
    return reading.number if reading else None


def _is_former(code: str) -> bool:
    """Tell whether a code is that of a state which several others came from."""
    country = find_country(code)
    return country.kind == "withdrawn" and len(country.successors) > 1


def _code(country: Country) -> str:
    """Return the code of a country, or of the one state that replaced it."""
    is_replaced = country.kind == "withdrawn" and len(country.successors) == 1
    return country.successors[0] if is_replaced else country.code


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


def _find_in_scripts(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the countries that a text names in these scripts: code, start, end; the longest names first."""
    if text.isascii():
        return
    for language, script in SCRIPTS.items():
        if script.search(text):
            yield from _find_in(language, text)


def _find_in(language: str, text: str) -> Iterator[tuple[str, int, int]]:
    taken: list[tuple[int, int]] = []
    for stem, pattern, code in _patterns(language):
        # One pattern of all names takes half a second to compile, and a text has nearly none of them.
        for match in re.finditer(pattern, text) if stem in text else ():
            if not any(match.start() < end and match.end() > start for start, end in taken):
                taken.append(match.span())
                yield code, *match.span()


@cache
def _patterns(language: str) -> tuple[tuple[str, str, str], ...]:
    """Return the stem of each name, the pattern of its forms, and the country."""
    named = [(name, code) for code, names in read_names(language).items() for name in names]
    named.sort(key=lambda one: (-len(one[0]), one))
    return tuple((*FORMS[language](name), code) for name, code in named)


@cache
def _read_rows() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return read_packaged(__package__, "country_names.toml")


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


FORMS: Final[Mapping[str, Callable[[str], tuple[str, str]]]] = {"ru": _decline, "ar": _prefix, "zh": _leave}
