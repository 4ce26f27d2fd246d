"""A vocabulary compiled for one language: its phrases by their first stem, longest first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from tracker.topics.vocabulary.stems import Word, find_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracker.model.topics import Vocabulary


Sense = Literal["term", "hint", "near miss"]


@dataclass(frozen=True, slots=True)
class TermPattern:
    """A phrase of a topic as stems; acronyms, and hints with a capital, must be met as they are written."""

    topic: str
    stems: tuple[str, ...]
    acronyms: tuple[tuple[int, str], ...]
    sense: Sense


Lexicon = dict[str, tuple[TermPattern, ...]]
"""Phrases by first stem, the longest first, and those with acronyms before others."""

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
    return {stem: _longest_first(row) for stem, row in found.items()}


def _variants(words: list[Word], language: str) -> Iterator[list[Word]]:
    """Yield a term's words, and again with UN written out: speakers use both in one paragraph.

    An Arabic term may begin with a word so short that no stem cuts what is written with it: once each.
    """
    yield words
    if language == "ar" and len(words) > 1 and len(words[0].stem) <= _SHORT:
        for letter in _CLITICS:
            yield [replace(words[0], stem=letter + words[0].stem), *words[1:]]
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


def is_acronym(word: str) -> bool:
    """Whether a word is written in capitals, a plural s ignored: AI, SDGs, ВОЗ."""
    letters = bare(word)
    return len(letters) > 1 and letters.isupper()


def bare(word: str) -> str:
    """Return an acronym without the s of its plural."""
    return word.removesuffix("s")


def _longest_first(row: Mapping[tuple[object, ...], TermPattern]) -> tuple[TermPattern, ...]:
    return tuple(sorted(row.values(), key=lambda phrase: (-len(phrase.stems), -len(phrase.acronyms))))
