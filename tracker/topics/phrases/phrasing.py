"""Words and noun-like phrases of a text, and the topics that name them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.inputs.compiled import read_packaged
from tracker.topics.vocabulary.matching import match_topics
from tracker.topics.vocabulary.stems import find_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.texts import Version
    from tracker.model.topics import Mention, Vocabulary
    from tracker.topics.phrases.emerging import PhrasePlace
    from tracker.topics.vocabulary.stems import Word

LONGEST: Final = 4
"""Words of the longest phrase."""

_SHORTEST_WORD: Final = 3
_NO_WORDS: Final = "zh"
_JOINT: Final = re.compile(r"(?:['’]s?)?(?:\s|[-\u2010\u2011])")
"""What may be between two words of one phrase: a blank or a hyphen, after a possessive as well."""

Stems = tuple[str, ...]
"""A phrase as stems."""


class Use(NamedTuple):
    """One place where a phrase is in a text; offsets into that text."""

    key: Stems
    start: int
    end: int


class Grammar(NamedTuple):
    """What is no phrase in a language, as stems."""

    loose: frozenset[str]
    opening: frozenset[str]
    endings: tuple[str, ...]
    verbal: tuple[str, ...]
    links: frozenset[str]
    house: frozenset[Stems]


def separates_words(language: str) -> bool:
    """Tell whether words of a language are separated by blanks, so that phrases can be found at all."""
    return language != _NO_WORDS


def find_phrases(
    text: str, words: Sequence[Word], language: str, own: Collection[Stems] = ()
) -> tuple[Use, ...]:
    """Return the words and phrases of two to four words that a text uses, in order, overlapping.

    A phrase begins and ends with a word of content and crosses no mark; inside it may hold a link such as
    *of*. Left out are numbers, single words that address the house, and whatever touches one of its
    phrases or a name in ``own``.
    """
    grammar = load_grammar(language)
    taken = _find_taken([word.stem for word in words], _list_by_first(language, frozenset(own)))
    return tuple(
        Use(key, words[first].start, words[last].end)
        for first, last in _find_spans(text, words, grammar)
        if taken.isdisjoint(range(first, last + 1))
        and (key := tuple(word.stem for word in words[first : last + 1])) not in grammar.house
    )


def stem_phrase(text: str, language: str) -> Stems:
    """Return a phrase as stems."""
    return tuple(word.stem for word in find_words(text, language))


@cache
def load_grammar(language: str) -> Grammar:
    """Return the tables of a language; one without tables of its own rules nothing out."""
    tables = read_packaged(__package__, "emerging.toml")
    texts = {name: table.get(language, "") for name, table in tables.items()}
    stems = {name: frozenset(stem_phrase(texts[name], language)) for name in ("loose", "opening", "links")}
    house = (stem_phrase(phrase, language) for phrase in texts["house"].split(";"))
    return Grammar(
        **stems,
        endings=tuple(texts["endings"].split()),
        verbal=tuple(texts["verbal"].split()),
        house=frozenset(phrase for phrase in house if phrase),
    )


def _find_spans(text: str, words: Sequence[Word], grammar: Grammar) -> Iterator[tuple[int, int]]:
    content = [_is_content(word, grammar) for word in words]
    for first, begins in enumerate(content):
        if not begins:
            continue
        for last in range(first, min(first + LONGEST, len(words))):
            if last > first and not _joins(text, words[last - 1], words[last]):
                break
            if content[last] and _may_end(words[last], grammar, alone=first == last):
                yield first, last
            if not content[last] and words[last].stem not in grammar.links:
                break


def _is_content(word: Word, grammar: Grammar) -> bool:
    if not word.text[0].isalpha() or word.stem in grammar.loose or word.stem.endswith("ly"):
        return False
    return len(word.text) >= _SHORTEST_WORD or (word.text.isupper() and len(word.text) > 1)


def _may_end(word: Word, grammar: Grammar, *, alone: bool) -> bool:
    if word.text.isupper():
        return True
    endings = (*grammar.endings, *grammar.verbal) if alone else grammar.endings
    return word.stem not in grammar.opening and not word.stem.endswith(endings)


def _joins(text: str, before: Word, after: Word) -> bool:
    return _JOINT.fullmatch(text, before.end, after.start) is not None


def _find_taken(stems: Sequence[str], names: Mapping[str, Sequence[Stems]]) -> frozenset[int]:
    """Return the places of the words in one of some names, listed by their first stems."""
    return frozenset(
        place
        for at, stem in enumerate(stems)
        for name in names.get(stem, ())
        if tuple(stems[at : at + len(name)]) == name
        for place in range(at, at + len(name))
    )


@lru_cache(maxsize=64)
def _list_by_first(language: str, own: frozenset[Stems]) -> dict[str, list[Stems]]:
    """Return the house's names of several words, and all own ones, by their first stems."""
    by_first: dict[str, list[Stems]] = {}
    for name in (*load_grammar(language).house, *own):
        if name[1:] or name in own:
            by_first.setdefault(name[0], []).append(name)
    return by_first


class Namer:
    """Tells which topics name a phrase; a sentence is read once, however many phrases it has."""

    def __init__(self, texts: Sequence[Version], vocabulary: Vocabulary) -> None:
        self._texts = texts
        self._vocabulary = vocabulary
        self._read: dict[tuple[int, int], tuple[Sequence[Mention], list[int], list[int]]] = {}

    def find_topic(self, places: Sequence[PhrasePlace]) -> str | None:
        """Return the topic that names a phrase, or a part of it, in most of its uses."""
        named = Counter(topic for place in places for topic in self._find_topics(place))
        topic, most = max(named.items(), key=lambda row: (row[1], row[0]), default=("", 0))
        return topic if 2 * most > len(places) else None

    def _find_topics(self, place: PhrasePlace) -> frozenset[str]:
        mentions, starts, ends = self._find_mentions(place)
        near = slice(bisect_right(ends, place.start), bisect_left(starts, place.end))
        return frozenset(mention.topic for mention in mentions[near] if mention.end > place.start)

    def _find_mentions(self, place: PhrasePlace) -> tuple[Sequence[Mention], list[int], list[int]]:
        """Return the mentions in a phrase's sentence, where each starts, and how far they reach up to it."""
        at = place.text, place.segment
        if at not in self._read:
            version = self._texts[place.text]
            sentence = version.segments[place.segment].text
            (mentions,) = match_topics([sentence], self._vocabulary, language=version.language)
            ends = [*accumulate((mention.end for mention in mentions), max)]
            self._read[at] = mentions, [mention.start for mention in mentions], ends
        return self._read[at]
