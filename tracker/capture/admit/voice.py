"""How much of a text says who speaks, and how much is of a kind that offices publish beside statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tracker.capture.admit.genre import without_quotes
from tracker.capture.admit.rules import load_rules
from tracker.capture.admit.shape import count_words
from tracker.capture.admit.speaker import find_mentions
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model.texts import TextKind

_MOST_SHOWN: Final = 4
_SEARCHED: Final = 4_000
"""Characters in which words of offices are looked for: their pages are short, and speeches long."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks in a text: shares of its words, from 0 to 1."""

    words: int
    speaker: float
    """Words of the first person, of address, and of a delegation or group in the third person."""
    is_public: bool
    """Whether it has any word of a statement, beside those of the first person, or names a country."""
    office: str
    """The kind of page that it is most like, where it has enough of that one's words; else empty."""
    office_share: float
    shown: tuple[str, ...]
    """Words of that kind, each once, in the order of the text."""

    @property
    def is_office(self) -> bool:
        """Whether it is such a page: it has more words of that kind than of a speaker."""
        return self.office_share >= max(self.speaker, load_rules().bounds.office_share)


def measure_voice(
    text: str, language: str, titles: Iterable[str] = (), kind: TextKind | None = None
) -> Voice | None:
    """Return who speaks in a text under its folded titles; None in a language that the rules do not know.

    In an edition whose ``kind`` is a summary, verbs that report what was said are a speaker's too.
    """
    rules = load_rules()
    if language not in rules.spoken:
        return None
    own, words = without_quotes(text), max(count_words(text, language), 1)
    low = own.lower()
    tables = (rules.first_person, rules.spoken, *((rules.reporting,) if kind == "summary" else ()))
    first, *others = (len(table[language].findall(low)) for table in tables)
    spoken = first + sum(others)
    is_public = spoken > first or _is_public(own)
    bounds, beginning = rules.bounds, fold(own[:_SEARCHED])
    office, most, shown = "", 0, tuple[str, ...]()
    for rule in rules.offices:
        pattern = rule.words[language]
        named = dict.fromkeys(found for title in titles for found in pattern.findall(title))
        found = pattern.findall(beginning)
        number = len(found) + bounds.office_title * len(named)
        different = dict.fromkeys((*named, *found))
        if number > most and len(different) >= bounds.office_words:
            office, most, shown = rule.cause, number, tuple(different)
    searched = max(count_words(beginning, language), 1)
    return Voice(words, spoken / words, is_public, office, most / min(words, searched), shown)


def _is_public(own: str) -> bool:
    folded, rules = fold(own), load_rules()
    return any(each in folded for each in (*rules.statement, *rules.subjects)) or any(find_mentions(own))


def find_silence(voice: Voice | None) -> tuple[str, str] | None:
    """Return the kind of page that a text is, or that nobody speaks in it, with what shows it; else None."""
    if voice is None:
        return None
    spoken = f"{voice.speaker:.1%} say who speaks"
    if voice.is_office:
        words = ", ".join(f'"{word}"' for word in voice.shown[:_MOST_SHOWN])
        return (
            voice.office,
            f"{voice.office_share:.1%} of {voice.words:,} words are those of one ({words}), {spoken}",
        )
    if voice.speaker < load_rules().bounds.voice:
        return "no statement", f"of {voice.words:,} words {spoken}"
    if not voice.is_public:
        return (
            "no statement",
            f"{voice.words:,} words, but for I and we none of those of statements, and no country",
        )
    return None


def is_clearer(old: Voice | None, new: Voice | None) -> bool:
    """Tell whether a text that may come in is clearly more of a statement than one that did."""
    if old is None or new is None:
        return False
    bounds = load_rules().bounds
    is_doubtful = old.speaker < bounds.doubtful_voice and new.speaker >= bounds.clearer_voice * old.speaker
    return not new.is_office and (old.is_office or is_doubtful)
