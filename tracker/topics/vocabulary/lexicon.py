"""A vocabulary compiled for one language: its phrases by their first stem, longest first."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Literal

from tracker.model.plain import from_row, to_row
from tracker.topics.vocabulary.load import keep_made
from tracker.topics.vocabulary.stems import Word, bare, find_words, is_acronym

if TYPE_CHECKING:
    from tracker.model.topics import Vocabulary


Sense = Literal["term", "hint", "near miss"]


@dataclass(frozen=True, slots=True)
class TermPattern:
    """A phrase of a topic as stems; acronyms, and hints with a capital, must be met as they are written."""

    topic: str
    stems: tuple[str, ...]
    acronyms: tuple[tuple[int, str], ...]
    sense: Sense


class Lexicon(Mapping[str, "tuple[TermPattern, ...]"]):
    """Phrases by first stem, the longest first, and those with acronyms before others.

    A text meets few of 8,000 phrases: those of a stem are read from their JSON when it is met.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        self.rows = rows
        """The same in JSON. To ask it which stem begins a phrase, as few do, takes no call of ours."""
        self._read: dict[str, tuple[TermPattern, ...]] = {}
        self._by_second: dict[str, dict[str, tuple[TermPattern, ...]]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __getitem__(self, stem: str) -> tuple[TermPattern, ...]:
        if stem not in self._read:
            self._read[stem] = from_row(tuple[TermPattern, ...], json.loads(self.rows[stem]))
        return self._read[stem]

    def find_beginning(self, first: str, second: str) -> tuple[TermPattern, ...]:
        """Return the phrases that begin with two stems, or with the first of them alone."""
        if first not in self._by_second:
            self._by_second[first] = _sort_by_second(self[first])
        return self._by_second[first].get(second, self._by_second[first][_ALONE])


def _sort_by_second(phrases: Sequence[TermPattern]) -> dict[str, tuple[TermPattern, ...]]:
    """Return phrases by their second stem, each time with those of one stem behind them."""
    found: dict[str, list[TermPattern]] = defaultdict(list)
    for phrase in phrases:
        found[phrase.stems[1] if len(phrase.stems) > 1 else _ALONE].append(phrase)
    alone = found.pop(_ALONE, [])
    return {_ALONE: tuple(alone), **{second: (*longer, *alone) for second, longer in found.items()}}


_ALONE: Final = ""
_ANY_LANGUAGE: Final = "und"
_FALLBACK: Final = "en"
_UNITED_NATIONS: Final = ("United", "Nations")
_CLITICS: Final = "وفبلك"
_SHORT: Final = 3


@dataclass(frozen=True, slots=True)
class _Key:
    digest: str
    language: str
    vocabulary: Vocabulary = field(compare=False)


def compile_lexicon(vocabulary: Vocabulary, language: str) -> Lexicon:
    """Return a vocabulary's phrases for a language, compiled once; an unknown language is read as English."""
    known = {tongue for topic in vocabulary.topics for tongue in topic.terms} - {_ANY_LANGUAGE}
    chosen = language if language in known or not known or language != _ANY_LANGUAGE else _FALLBACK
    return _compile(_Key(vocabulary.digest, chosen, vocabulary))


@lru_cache(maxsize=16)
def _compile(key: _Key) -> Lexicon:
    return Lexicon(keep_made(key.vocabulary, f"lexicon.{key.language}", partial(_write_phrases, key)))


def _write_phrases(key: _Key) -> dict[str, str]:
    found: dict[str, dict[tuple[object, ...], TermPattern]] = {}
    for topic in key.vocabulary.topics:
        tables: tuple[tuple[Mapping[str, tuple[str, ...]], Sense], ...] = (
            (topic.terms, "term"),
            (topic.hints, "hint"),
            (topic.near_misses, "near miss"),
        )
        for table, sense in tables:
            for term in (*table.get(key.language, ()), *table.get(_ANY_LANGUAGE, ())):
                for words in _variants(find_words(term, key.language), key.language):
                    phrase = _pattern(topic.id, words, sense)
                    row = found.setdefault(phrase.stems[0], {})
                    row.setdefault((topic.id, phrase.stems, phrase.acronyms, sense == "near miss"), phrase)
    return {stem: json.dumps(_longest_first(row), default=to_row) for stem, row in found.items()}


def _variants(words: list[Word], language: str) -> Iterator[list[Word]]:
    """Yield a term's words, and again with UN written out: speakers use both in one paragraph.

    An Arabic term may begin with a word so short that no stem cuts what is written with it: once each.
    """
    yield words
    if language == "ar" and len(words) > 1 and len(words[0].stem) <= _SHORT:
        for letter in _CLITICS:
            yield [words[0]._replace(stem=letter + words[0].stem), *words[1:]]
    if any(word.text == "UN" for word in words):
        long = find_words(" ".join(_UNITED_NATIONS), language)
        yield [part for word in words for part in (long if word.text == "UN" else [word])]


def _pattern(topic: str, words: list[Word], sense: Sense) -> TermPattern:
    # Met as written are acronyms, and hints that a capital distinguishes from a common word.
    acronyms = tuple(
        (place, bare(word.text))
        for place, word in enumerate(words)
        if is_acronym(word.text) or (sense == "hint" and word.text[:1].isupper())
    )
    return TermPattern(topic, tuple(word.stem for word in words), acronyms, sense)


def _longest_first(row: Mapping[tuple[object, ...], TermPattern]) -> tuple[TermPattern, ...]:
    return tuple(sorted(row.values(), key=lambda phrase: (-len(phrase.stems), -len(phrase.acronyms))))
