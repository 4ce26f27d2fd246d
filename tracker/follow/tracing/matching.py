"""A phrase found in a sentence: in the same words, loosely, in order, or nearly, by words that are not it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from tracker.text.commonness import find_stems
from tracker.text.identity import fold
from tracker.text.word_tables import all_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_LEAST_LIKENESS = 0.5
"""Below it a loose match is left out."""

_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u0640\u00ad\u200b-\u200d\u2060"
_PART = re.compile(rf"[{_IDEOGRAPHS}]|[^\W_{_IDEOGRAPHS}](?:[^\W_{_IDEOGRAPHS}]|[{_MARKS}])*")

# "Non-proliferation" is not proliferation, 5.5 not 5, and A/RES/78/1 not A/RES/78/1/Add.1.
_INSIDE_BEFORE = re.compile(r"(?:\w[-‐‑]|\d[.,])$")
_INSIDE_AFTER = re.compile(r"[-‐‑]\w|[.,]\d|(?<=\d)/\w")
_POSSESSIVE = re.compile(r"['’]\w")

_MOST_BETWEEN = 3
_SHORT = 3
"""The length up to which a word counts as a function word."""
_KEPT = {"function word": 0.93, "word": 0.85, "mark": 0.9, "inflection": 0.95, "blank": 0.98}
"""What is left of the likeness for each thing that differs: set by hand, for order and not as odds."""

_PAUSE = re.compile(r"[,;:()]")
_OPEN = re.compile(r"\w\*(?!\w)")
_COMPOUND_BEFORE = re.compile(r"(?:\w+[-‐‑])+$")
_COMPOUND_AFTER = re.compile(r"(?:[-‐‑]\w+)+")
_LONGEST_COMPOUND = 60
_LONGEST_ACRONYM = 4


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """A word of a text, folded, with its stem; a character, where words are not separated by blanks."""

    folded: str
    stem: str
    start: int
    end: int
    is_upper: bool = False
    is_open: bool = False
    """Whether any word that begins so is meant."""
    is_acronym: bool = False
    """Whether a word in capitals is meant: the WHO is not who."""

    def fits(self, word: PhraseWord) -> bool:
        """Return whether a word of a text is this one in any inflection, or begins as it does if open."""
        if self.is_open:
            return word.folded.startswith(self.folded)
        return word.stem == self.stem and (word.is_upper or not self.is_acronym)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is looked for, ready for matching."""

    folded: str
    parts: tuple[PhraseWord, ...]
    text: str = ""
    """As it was asked for."""
    pattern: re.Pattern[str] | None = None
    """What the folded words have to be where some are open."""

    def is_same(self, folded: str) -> bool:
        """Return whether folded words are those of the phrase."""
        return bool(self.pattern.fullmatch(folded)) if self.pattern else folded == self.folded


@dataclass(frozen=True, slots=True)
class Match:
    """Where a phrase is in a text, and how alike the words are: 1 where they are the same."""

    start: int
    end: int
    likeness: float

    @property
    def exact(self) -> bool:
        """Whether the words are the same when folded."""
        return self.likeness == 1.0


def read_phrase(text: str, *, asked: bool = False) -> Phrase:
    """Return a phrase ready for matching; marks at its ends do not count.

    Where a person ``asked`` for it, an asterisk behind a word stands for any ending, as in ``climat*``, and
    up to four capitals among other words, or alone, are an acronym.
    """
    parts = _cut_parts(text)
    opened = {match.start() + 1 for match in _OPEN.finditer(text)} if asked else set()
    if asked:
        shouted = len(parts) > 1 and text.isupper()
        parts = tuple(_ask(part, is_open=part.end in opened, shouted=shouted) for part in parts)
    inner = text[parts[0].start : parts[-1].end + parts[-1].is_open] if parts else ""
    folded = fold(inner)
    pattern = re.compile(re.escape(folded).replace(r"\*", r"[\w-]*")) if opened else None
    return Phrase(folded, parts, " ".join(text.split()), pattern)


def _ask(part: PhraseWord, *, is_open: bool, shouted: bool) -> PhraseWord:
    if is_open:
        return replace(part, stem=part.folded, is_open=True)
    return replace(part, is_acronym=part.is_upper and not shouted and len(part.folded) <= _LONGEST_ACRONYM)


def _cut_parts(text: str) -> tuple[PhraseWord, ...]:
    """Return the words of a text, those of a compound or behind an apostrophe each by itself."""
    found = ((_fold_word(match[0]), match.span()) for match in _PART.finditer(text))
    return tuple(PhraseWord(folded, stem, *span, upper) for (folded, stem, upper), span in found)


def match_phrase(phrase: Phrase, text: str, folded: str) -> tuple[Match, ...]:
    """Return where a phrase is in a text, of which ``folded`` is the folded form; in order, apart.

    A match is exact where the folded words are the same and neither end lies inside a word, a compound or
    a figure. It is loose where all words come in order, at most three others between two of them, in any
    inflection that the stems see through. The likeness of a loose match is a grade, and below 1.
    """
    if not phrase.parts or not _holds(folded, phrase.parts):
        return ()
    parts = _cut_parts(text)
    found: list[Match] = []
    for match in _find_matches(phrase, text, parts):
        if found and match.start < found[-1].end:
            if match.likeness > found[-1].likeness:
                found[-1] = match
        else:
            found.append(match)
    return tuple(found)


def _holds(folded: str, words: Sequence[PhraseWord]) -> bool:
    """Return whether a folded text may hold words: whether their stems are in it."""
    return all(word.stem in folded for word in words)


def _widen(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the ends of the compounds in which a stretch of text begins and ends."""
    before = _COMPOUND_BEFORE.search(text, max(0, start - _LONGEST_COMPOUND), start)
    after = _COMPOUND_AFTER.match(text, end)
    return before.start() if before else start, after.end() if after else end


@lru_cache(maxsize=20_000)
def _fold_word(word: str) -> tuple[str, str, bool]:
    folded = fold(word)
    return folded, next(iter(find_stems(folded)), folded), len(word) > 1 and word.isupper()


def _find_matches(phrase: Phrase, text: str, parts: Sequence[PhraseWord]) -> Iterator[Match]:
    known = 0
    for first in range(len(parts)):
        # Inside the same words there is nothing better.
        places = _follow(phrase, parts, first) if parts[first].start >= known else None
        if places is None:
            continue
        start, end = parts[places[0]].start, parts[places[-1]].end
        if phrase.parts[-1].is_open:
            end = _widen(text, start, end)[1]
        if _INSIDE_BEFORE.search(text[max(start - 2, 0) : start]) or _INSIDE_AFTER.match(text, end):
            continue
        likeness = _grade(phrase, text, parts, places, end)
        if likeness >= _LEAST_LIKENESS:
            known = end if likeness == 1.0 else known
            yield Match(start, end, likeness)


def _follow(phrase: Phrase, parts: Sequence[PhraseWord], first: int) -> tuple[int, ...] | None:
    """Return the places of the phrase's words from one that is the first, each the next that fits."""
    if not phrase.parts[0].fits(parts[first]):
        return None
    places = [first]
    for wanted in phrase.parts[1:]:
        near = range(places[-1] + 1, min(places[-1] + 2 + _MOST_BETWEEN, len(parts)))
        place = next((at for at in near if wanted.fits(parts[at])), None)
        if place is None:
            return None
        places.append(place)
    return tuple(places)


def _grade(phrase: Phrase, text: str, parts: Sequence[PhraseWord], places: Sequence[int], end: int) -> float:
    """Return 1 for the same words, else what is left after each thing that differs."""
    inside = text[parts[places[0]].start : end]
    if phrase.is_same(fold(inside)) and (phrase.parts[-1].is_open or not _POSSESSIVE.match(text, end)):
        return 1.0
    pairs = zip(phrase.parts, places, strict=True)
    differs = [
        "inflection" for wanted, at in pairs if not (wanted.is_open or parts[at].folded == wanted.folded)
    ]
    held = set(places)
    between = [parts[at] for at in range(places[0], places[-1]) if at not in held]
    differs += ["function word" if len(part.folded) <= _SHORT else "word" for part in between]
    differs += ["mark"] * max(0, len(_PAUSE.findall(inside)) - len(_PAUSE.findall(phrase.folded)))
    likeness = 1.0
    for what in differs or ["blank"]:
        likeness *= _KEPT[what]
    return round(likeness, 4)


_PARTLY_SAID = range(3, 9)
"""How many words there have to be so that one of them may be another word."""
_OF_SEVERAL_LANGUAGES = frozenset({"a", "as", "de", "e", "en", "in", "la", "o", "on", "or", "u"})
"""Words of grammar that tell no language apart."""


@dataclass(frozen=True, slots=True)
class Near:
    """Words that come near to a phrase: all of them that tell, or some."""

    text: str
    whole: bool


def find_needed(phrase: Phrase) -> tuple[tuple[PhraseWord, ...], ...]:
    """Return the sets of words of which a sentence that says the phrase, or nearly, has one whole.

    Its words without those of grammar; from three on, one of them may be another word.
    """
    parts = tuple(replace(part, is_acronym=False) for part in phrase.parts)
    telling = tuple(part for part in parts if part.folded not in _words_of_grammar())
    if len(telling) < 2:  # noqa: PLR2004 (one word alone is near to much)
        return (parts,)
    if len(telling) not in _PARTLY_SAID:
        return (telling,)
    return (telling, *(telling[:at] + telling[at + 1 :] for at in range(len(telling))))


def find_near(phrase: Phrase, text: str, folded: str) -> Near | None:
    """Return the words of a text, in which the phrase is not, that come nearest to it; else nothing.

    They are its words in any order, close to each other, inside a compound, or in small letters where it is
    an acronym; or all but one of three or more with nothing but words of grammar between them.
    """
    needed = find_needed(phrase)
    for wanted in needed:
        if not _holds(folded, wanted):
            continue
        parts = _cut_parts(text)
        whole = wanted == needed[0]
        window = _find_window(wanted, parts, len(phrase.parts) + _MOST_BETWEEN)
        if window and (whole or _has_only(parts[window[0] : window[1] + 1], wanted)):
            start, end = _widen(text, parts[window[0]].start, parts[window[1]].end)
            same = phrase.is_same(fold(text[start:end])) and not any(part.is_acronym for part in phrase.parts)
            return None if same else Near(text[start:end], whole)
    return None


@lru_cache(maxsize=1)
def _words_of_grammar() -> frozenset[str]:
    return all_entries("languages", "function_words") | _OF_SEVERAL_LANGUAGES


def _find_window(
    wanted: Sequence[PhraseWord], parts: Sequence[PhraseWord], widest: int
) -> tuple[int, int] | None:
    """Return the first and last place of the shortest run of words that _holds all that are wanted."""
    hits = [
        (at, which) for at, part in enumerate(parts) for which, word in enumerate(wanted) if word.fits(part)
    ]
    best: tuple[int, int] | None = None
    last: dict[int, int] = {}
    for at, which in hits:
        last[which] = at
        first = min(last.values())
        if len({*last.values()}) == len(wanted) and at - first < (best[1] - best[0] if best else widest):
            best = first, at
    return best


def _has_only(parts: Sequence[PhraseWord], wanted: Sequence[PhraseWord]) -> bool:
    """Return whether words are those wanted, and words of grammar."""
    return all(
        part.folded in _words_of_grammar() or any(word.fits(part) for word in wanted) for part in parts
    )
