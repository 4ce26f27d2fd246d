"""The rules of admission, read once from ``admission.toml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from tracker.inputs.compiled import read_packaged
from tracker.model.languages import LANGUAGES
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Table: TypeAlias = "dict[str, tuple[str, ...]]"

_BEGIN, _END = r"(?<!\w)", r"(?!\w)"
_WORD_BOUNDS: Final = {"both": (_BEGIN, _END), "beginning": (_BEGIN, ""), "none": ("", "")}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds of the rules; ``admission.toml`` says what each means and why."""

    min_words: int
    chinese_characters: float
    collapse: float
    least_collapse: float
    most_collapse: float
    spreads: float
    known_after: int
    growth: int
    navigation_words: int
    sentence_words: int
    words_a_mark: int
    sentences_share: float
    short: int
    medium: int
    medium_share: float
    long_share: float
    weak_words: int
    links_left: float
    links_lost: int
    reporting_verbs: int
    reporting_share: float
    first_person: float
    teaser_words: int
    other_speakers: int
    same_statement: float
    same_text: float
    doubtful_text: float
    other_text: float
    learned_part: float
    least_other_text: float
    voice: float
    vote_lists: int
    voters: int
    acts: int
    office_words: int
    office_share: float
    office_title: int
    entries: int
    entries_share: float
    times: int
    questions: int
    questions_share: float
    reader: int
    reader_share: float
    reader_part: float
    familiar: int
    doubtful_voice: float
    clearer_voice: float
    young_snapshots: int
    countries_from_words: int
    named_often: int
    own_share: float
    own_share_of_speaker: float
    sessions_named: int
    session_before_named: int
    sessions_apart: int
    mojibake_share: float
    new_mojibake_share: float
    letters_share: float
    longest_run: int
    runs_share: float


@dataclass(frozen=True, slots=True)
class PageRule:
    """How one kind of page is recognised; titles, phrases and words are folded, in all languages."""

    cause: str
    means: str
    titles: frozenset[str]
    phrases: tuple[str, ...]
    words: tuple[str, ...]
    patterns: re.Pattern[str] | None
    markup: re.Pattern[bytes] | None


@dataclass(frozen=True, slots=True)
class OfficeRule:
    """How one kind of page that offices publish beside statements is recognised."""

    cause: str
    means: str
    words: Mapping[str, re.Pattern[str]]
    """By language, searched in folded text."""


@dataclass(frozen=True, slots=True)
class AdmissionRules:
    """All rules."""

    bounds: Thresholds
    pages: tuple[PageRule, ...]
    """In the order in which they are tried."""
    statement: tuple[str, ...]
    """Folded phrases that statements have and generated pages do not."""
    subjects: tuple[str, ...]
    """Folded words of statements that other pages may have as well."""
    home_names: frozenset[str]
    home_languages: frozenset[str]
    speaking: re.Pattern[str]
    """Searched before a country's name, in lower case."""
    speaking_perhaps: re.Pattern[str]
    speaking_after: re.Pattern[str]
    """Before a name and after it, where it is named again."""
    announcing: re.Pattern[str]
    """Matched at the beginning of a heading, in lower case."""
    # All of these are searched in lower case, which takes half the time of ignoring case.
    first_person: Mapping[str, re.Pattern[str]]
    reporting: Mapping[str, re.Pattern[str]]
    """By language: words of who speaks, and of who reports what was said."""
    spoken: Mapping[str, re.Pattern[str]]
    """By language: words by which a speaker addresses others, or is named in the third person."""
    vote_lists: Mapping[str, tuple[str, ...]]
    vote_acts: Mapping[str, tuple[str, ...]]
    """By language: patterns, in lower case, of what stands before a list of voters, and of how one voted."""
    acts: Mapping[str, tuple[str, ...]]
    """By language: patterns of what a State does that speaks of itself by its name."""
    pledges: Mapping[str, tuple[str, ...]]
    """By language: those of them by which it pledges."""
    opening: Mapping[str, tuple[str, ...]]
    """By language: patterns, in lower case, of how a speaker begins who has the floor."""
    officers: Mapping[str, frozenset[str]]
    """By language: folded words that stand before such verbs and name no State."""
    reader: Mapping[str, re.Pattern[str]]
    familiar: Mapping[str, re.Pattern[str]]
    """By language: words to a reader, and those of them that are familiar."""
    presiding: tuple[str, ...]
    """Folded words of whom an assembly is addressed through."""
    offices: tuple[OfficeRule, ...]
    read_on: tuple[str, ...]
    """Folded words of a link to the rest of a text."""
    sessions: tuple[re.Pattern[str], ...]
    """Each with one group: the number, in figures or words."""


@cache
def load_rules() -> AdmissionRules:
    """Return the packaged rules."""
    tables = read_packaged(__package__, "admission.toml")
    return AdmissionRules(
        bounds=Thresholds(**tables["bounds"]),
        pages=tuple(_read_page(cause, rows) for cause, rows in tables["pages"].items()),
        statement=_folded(tables["statement"]),
        subjects=_folded(tables["subjects"]),
        home_names=frozenset(tables["home"]["names"]),
        home_languages=frozenset(tables["home"]["languages"]),
        speaking=_compile_speaking(tables["speaking"], tables["fillers"]),
        speaking_perhaps=_compile_speaking(tables["speaking_perhaps"], tables["fillers"]),
        speaking_after=re.compile(rf"(?:['’]s)?\s*(?:{_any_of(tables['speaking_after'])})"),
        announcing=re.compile(_any_of(tables["announcing"])),
        first_person=_by_language(tables["first_person"]),
        reporting=_by_language(tables["reporting"]),
        spoken=_by_language(tables["spoken"]),
        **{
            name: {language: tuple(entries) for language, entries in tables[name].items()}
            for name in ("vote_lists", "vote_acts", "acts", "pledges", "opening")
        },
        officers={language: frozenset(map(fold, words)) for language, words in tables["officers"].items()},
        reader=_by_language(tables["reader"]),
        familiar=_by_language(tables["familiar"]),
        presiding=_folded(tables["presiding"]),
        offices=tuple(_read_office(cause, rows) for cause, rows in tables["offices"].items()),
        read_on=_folded(tables["read_on"]),
        sessions=tuple(re.compile(pattern) for pattern in _flat(tables["sessions"])),
    )


def _read_page(cause: str, rows: dict[str, _Table]) -> PageRule:
    patterns, markup = (rows.get(name, ()) for name in ("patterns", "markup"))
    return PageRule(
        cause=cause,
        means=str(rows["means"]),
        titles=frozenset(_folded(rows.get("titles", {}))),
        phrases=_folded(rows["phrases"]),
        words=_folded(rows.get("words", {})),
        patterns=re.compile("|".join(patterns)) if patterns else None,
        markup=re.compile("|".join(markup).encode(), re.IGNORECASE | re.DOTALL) if markup else None,
    )


def _read_office(cause: str, rows: dict[str, Iterable[str]]) -> OfficeRule:
    words = {language: entries for language, entries in rows.items() if language != "means"}
    return OfficeRule(cause, str(rows["means"]), _Patterns(words, _any_word_of))


class _Patterns(Mapping[str, re.Pattern[str]]):
    """Patterns by language, each compiled when it is first asked for: a text has one language of six."""

    def __init__(
        self, table: Mapping[str, Iterable[str]], write: Callable[[Iterable[str], str], str]
    ) -> None:
        self._table, self._write = table, write
        self._compiled: dict[str, re.Pattern[str]] = {}

    def __getitem__(self, language: str) -> re.Pattern[str]:
        if language not in self._compiled:
            self._compiled[language] = re.compile(self._write(self._table[language], language))
        return self._compiled[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def _any_word_of(entries: Iterable[str], language: str) -> str:
    longest_first = sorted((re.escape(fold(entry)) for entry in entries), key=len, reverse=True)
    before, after = _WORD_BOUNDS[LANGUAGES[language].bounds]
    return f"{before}(?:{'|'.join(longest_first)}){after}"


def _compile_speaking(cues: _Table, fillers: _Table) -> re.Pattern[str]:
    between = sorted((re.escape(word) for word in _flat(fillers)), key=len, reverse=True)
    return re.compile(rf"(?:{_any_of(cues)})[\s,:’']*(?:(?:{'|'.join(between)})[\s,.’']*)*$")


def _by_language(table: _Table) -> _Patterns:
    return _Patterns(table, lambda entries, language: _any_of({language: tuple(entries)}))


def _any_of(table: _Table) -> str:
    # A word in Chinese or Arabic begins anywhere, or after a prefix.
    bounded = "|".join(entry for entry in _flat(table) if entry[0].isascii())
    anywhere = [entry for entry in _flat(table) if not entry[0].isascii()]
    return "|".join([*([rf"\b(?:{bounded})"] if bounded else ()), *anywhere])


def _folded(table: _Table) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(entry) for entry in _flat(table)))


def _flat(table: _Table) -> Iterable[str]:
    return (entry for entries in table.values() for entry in entries)
