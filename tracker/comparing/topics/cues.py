"""The cues of ``cues.toml``, compiled for a language; names of the speaker's country are met as *we* is."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.topics.needed import find_needed
from tracker.comparing.topics.vocabulary.stems import find_content
from tracker.inputs.compiled import read_compiled, read_packaged

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_FALLBACK: Final = "en"
_NEVER: Final = "(?!)"
_GENERIC, _SHORTEST, _SELF = "generic", "shortest", "self"
_PLAIN: Final = str.maketrans("'ʼ‘，；：。،؛", "’’’,;:.,;")
# What small letters are where case is ignored; of the first there would be two.
_SMALL: Final = {ord("İ"): "i", ord("ı"): "i", ord("ſ"): "s"}
_NAMED: Final = "ꙮ"
"""A letter that no language uses, written over the names of the speaker's country.

So patterns are the same for all speakers: to compile them for each took 20 ms, a fifth of what reading did.
"""

Span = tuple[int, int]


class Cue:
    """The pattern of a table, compiled when it is first looked for; equal to itself alone."""

    def __init__(self, source: str, needed: tuple[str, ...] | None) -> None:
        self._source = source
        self.needed = needed
        """Texts of which its matches hold one; None where that is not known."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What is looked for."""
        return re.compile(self._source)

    def may_be_in(self, text: str) -> bool:
        """Tell whether a text holds any of what each match does: half of all do not."""
        return self.needed is None or any(map(text.__contains__, self.needed))


@lru_cache(maxsize=8192)
def _may_be_in(cue: Cue, text: str) -> bool:
    # Roles ask of a sentence for each topic that it names.
    return cue.may_be_in(text)


class Cues(NamedTuple):
    """Patterns by the name of their table, and the stems too common to hold a passage together.

    Titles and ceremony need one of 30.
    """

    tables: dict[str, Cue]
    generic: frozenset[str]
    shortest: int
    """Words of the shortest sentence that is mainly about something; a shorter one is a fragment."""
    speaking: frozenset[str]
    """The tables in which the speaker has a part."""
    own: tuple[str, ...]
    """What the speaker's country is called, in small letters, the longest name first."""
    naming: str
    """The pattern of these names."""

    def find(self, name: str, text: str, start: int = 0, end: int | None = None) -> bool:
        """Return whether a table's patterns match in a text made ready by ``ready``.

        From ``start`` on, and as if the text ended at ``end``.
        """
        cue, whole = self.tables[name], end is None and not start
        end = len(text) if end is None else end
        if not (_may_be_in(cue, text) and (whole or cue.may_be_in(text[start:end]))):
            return False
        if cue.pattern.search(text, start, end):
            return True
        if name not in self.speaking or (marked := _write_over(text, self.own, self.naming)) is text:
            return False
        return cue.pattern.search(marked, start, end) is not None

    def find_all(self, name: str, text: str) -> tuple[Span, ...]:
        """Return where the matches of a table's patterns are."""
        cue = self.tables[name]
        if not _may_be_in(cue, text):
            return ()
        marked = _write_over(text, self.own, self.naming) if name in self.speaking else text
        return _find_all(cue, text, marked)


@lru_cache(maxsize=1024)
def _compile(source: str) -> re.Pattern[str]:
    return re.compile(source)


@lru_cache(maxsize=1024)
def _write_over(text: str, own: tuple[str, ...], naming: str) -> str:
    """Return a text with the speaker's names written over; itself where it has none of them."""
    if not any(name in text for name in own):
        return text
    return _compile(naming).sub(lambda match: _NAMED * len(match[0]), text)


@lru_cache(maxsize=4096)
def _find_all(cue: Cue, text: str, marked: str) -> tuple[Span, ...]:
    # Roles, asides and certainty ask for the same ones of each sentence.
    pattern = cue.pattern
    if marked is text:
        return tuple(match.span() for match in pattern.finditer(text))
    found: list[Span] = []
    waiting = [match for each in (marked, text) if (match := pattern.search(each))]
    while waiting:
        start, end = min((match.span() for match in waiting), key=itemgetter(0))
        found.append((start, end))
        after = (each if each.start() >= end else pattern.search(each.string, end) for each in waiting)
        waiting = [match for match in after if match]
    return tuple(found)


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Return a text of the same length with one apostrophe, English marks, and blanks for line ends."""
    return text.translate(_PLAIN).replace("\n", " ")


@lru_cache(maxsize=1024)
def ready(text: str) -> str:
    """Return a text of the same length as the patterns expect it: plain, and in small letters.

    Titles, roles, passages and certainty all ask for the same sentences.
    """
    return plain(text).translate(_SMALL).lower()


def load_cues(language: str, own_names: Collection[str] = ()) -> Cues:
    """Return the cues for a language; one without cues of its own has patterns that match nothing."""
    own = sorted({ready(name) for name in own_names}, key=lambda name: (-len(name), name))
    language = language if language != "und" else _FALLBACK
    names = "|".join(map(re.escape, own))
    # Chinese does not separate words.
    naming = names if language == "zh" else rf"(?<!\w)(?:{names})(?!\w)"
    return Cues(*_load(language), tuple(own), naming)


_Rest = tuple[frozenset[str], int, frozenset[str]]
_PACKAGE: Final = Path(__file__).parents[2]
_CODE: Final = ("comparing/topics/needed.py", "comparing/topics/vocabulary/stems.py", "text/identity.py")


@lru_cache(maxsize=64)
def _load(language: str) -> tuple[dict[str, Cue], *_Rest]:
    own, place = Path(__file__), Path(__file__).with_name(f"cues.{language}")
    sources = [own, own.with_suffix(".toml"), *(_PACKAGE / name for name in _CODE)]
    rows, *rest = read_compiled(place, sources, partial(_join_tables, language))
    return {name: Cue(*each) for name, each in rows.items()}, *rest


def _join_tables(language: str) -> tuple[dict[str, tuple[str, tuple[str, ...] | None]], *_Rest]:
    tables = _tables()
    apart = {_SELF, _GENERIC, _SHORTEST}
    # Each begins with a letter, so that at most words none of them is tried: a third of what commits took.
    named = rf"{_NAMED}++"
    called = (row.replace("{own}", named) for row in tables[_SELF].get(language, ()))
    speaker = "|".join((rf"{_NAMED}{_NAMED}*+", rf"the {named}", *called))
    rows = {name: table.get(language, ()) for name, table in tables.items() if name not in apart}
    sources = {name: _join(row).replace("{self}", f"(?:{speaker})") or _NEVER for name, row in rows.items()}
    words = " ".join(tables[_GENERIC].get(language, ()))
    (shortest,) = tables[_SHORTEST].get(language, tables[_SHORTEST][_FALLBACK])
    speaking = frozenset(name for name, source in sources.items() if _NAMED in source)
    needed = {name: () if source == _NEVER else find_needed(source) for name, source in sources.items()}
    cues = {name: (source, needed[name]) for name, source in sources.items()}
    return cues, find_content(words, language), int(shortest), speaking


@cache
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        name: {
            language: (rows,) if isinstance(rows, str) else tuple(rows) for language, rows in table.items()
        }
        for name, table in read_packaged(__package__, "cues.toml").items()
    }


def _join(rows: Sequence[str]) -> str:
    r"""Return a pattern that matches what any of the rows does, in their order.

    Rows that begin with the speaker, or a word, are joined behind that beginning and tried where there is
    one: together that takes a fourth of the time for what commits.
    """
    led = _join_led(rows, r"\b{self}", r"\b{self}")
    return "|".join(_join_led(led, r"\b", r"\b(?=\w)"))


def _join_led(rows: Sequence[str], start: str, first: str) -> list[str]:
    joined: list[str] = []
    for is_led, group in groupby(rows, key=lambda row: row.startswith(start)):
        alike = [row.removeprefix(start) for row in group]
        joined += [f"{first}(?:{'|'.join(alike)})"] if is_led else alike
    return joined
