"""Words and noun-like phrases: where a text uses them, titles and ceremony left out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache, lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.topics.mentions import find_apart
from tracker.comparing.topics.vocabulary.stems import find_words, read_sentence
from tracker.inputs.compiled import read_compiled, read_packaged
from tracker.model.languages import LANGUAGES, has

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.comparing.topics.vocabulary.stems import Word
    from tracker.model.phrases import Bar
    from tracker.model.texts import Version


_LONGEST: Final = 4
"""Words of the longest phrase."""
_SHORTEST_WORD: Final = 3
_JOINT: Final = re.compile(r"(?:['’]s?)?(?:\s|[-\u2010\u2011])")
"""What may be between two words of one phrase: a blank or a hyphen, after a possessive as well."""


Stems = tuple[str, ...]
"""A phrase as stems."""


class PhrasePlace(NamedTuple):
    """Where a phrase is used: which text, which segment, and offsets into that segment."""

    text: int
    segment: int
    start: int
    end: int


class Uses(NamedTuple):
    """The phrases of some texts, and how many words those have, titles and ceremony left out."""

    words: int
    places: Mapping[Stems, Sequence[PhrasePlace]]

    @property
    def counts(self) -> dict[Stems, int]:
        """How often each phrase is used."""
        return {key: len(places) for key, places in self.places.items()}


def read_uses(texts: Mapping[int, Version], own_names: Collection[str] = ()) -> Uses:
    """Return the phrases of texts of one language, each under its number, and where they are."""
    words, places = 0, dict[tuple[str, ...], list[PhrasePlace]]()
    for number, version in texts.items():
        language = version.language
        if not separates_words(language):
            continue
        own = frozenset(key for name in own_names if (key := stem_phrase(name, language)))
        apart = find_apart(version)
        for segment in version.segments:
            if segment.ordinal not in apart:
                found = read_sentence(segment.text, language)
                words += len(found)
                for use in find_phrases(segment.text, found, language, own):
                    place = PhrasePlace(number, segment.ordinal, use.start, use.end)
                    places.setdefault(use.key, []).append(place)
    return Uses(words, places)


def drop_rare(parts: Sequence[Uses], bar: Bar) -> tuple[Uses, ...]:
    """Return the uses of several texts without the phrases that no part of them can use often enough."""
    total = Counter[tuple[str, ...]]()
    for part in parts:
        total.update(part.counts)
    return tuple(
        Uses(part.words, {key: found for key, found in part.places.items() if total[key] >= bar.uses})
        for part in parts
    )


def join_uses(parts: Iterable[Uses]) -> Uses:
    """Return the uses of several texts as those of one."""
    joined: dict[Stems, list[PhrasePlace]] = defaultdict(list)
    listed = tuple(parts)
    for part in listed:
        for key, found in part.places.items():
            joined[key].extend(found)
    return Uses(sum(part.words for part in listed), joined)


class Use(NamedTuple):
    """One place where a phrase is in a text; offsets into that text."""

    key: Stems
    start: int
    end: int


class _Grammar(NamedTuple):
    """What is no phrase in a language, as stems."""

    loose: frozenset[str]
    opening: frozenset[str]
    endings: tuple[str, ...]
    verbal: tuple[str, ...]
    links: frozenset[str]
    house: frozenset[Stems]


def separates_words(language: str) -> bool:
    """Tell whether words of a language are separated by blanks, so that phrases can be found at all."""
    return language not in LANGUAGES or has(language, "phrases")


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


_PACKAGE: Final = Path(__file__).parents[2]
_STEMMING: Final = ("comparing/topics/vocabulary/stems.py", "text/identity.py")


@cache
def load_grammar(language: str) -> _Grammar:
    """Return the tables of a language; one without tables of its own rules nothing out."""
    # 3 ms to stem their words, and a tenth of it to read them as the installation compiled them.
    place = Path(__file__).with_name(f"phrasing.{language}")
    sources = [Path(__file__), Path(__file__).with_suffix(".toml"), *(_PACKAGE / name for name in _STEMMING)]
    return _Grammar(*read_compiled(place, sources, partial(_stem_grammar, language)))


def _stem_grammar(language: str) -> _Grammar:
    tables = read_packaged(__package__, "phrasing.toml")
    texts = {name: table.get(language, "") for name, table in tables.items()}
    stems = {name: frozenset(stem_phrase(texts[name], language)) for name in ("loose", "opening", "links")}
    house = (stem_phrase(phrase, language) for phrase in texts["house"].split(";"))
    return _Grammar(
        **stems,
        endings=tuple(texts["endings"].split()),
        verbal=tuple(texts["verbal"].split()),
        house=frozenset(phrase for phrase in house if phrase),
    )


def _find_spans(text: str, words: Sequence[Word], grammar: _Grammar) -> Iterator[tuple[int, int]]:
    content = [_is_content(word, grammar) for word in words]
    # A word is asked once whether it ends a phrase, however many begin before it.
    ends = [is_content and _may_end(word, grammar) for word, is_content in zip(words, content, strict=True)]
    joined = [False, *(_joins(text, before, after) for before, after in pairwise(words))]
    for first, begins in enumerate(content):
        if not begins:
            continue
        if ends[first] and not _is_verbal(words[first], grammar):
            yield first, first
        for last in range(first + 1, min(first + _LONGEST, len(words))):
            if not joined[last]:
                break
            if ends[last]:
                yield first, last
            if not content[last] and words[last].stem not in grammar.links:
                break


def _is_content(word: Word, grammar: _Grammar) -> bool:
    if not word.text[0].isalpha() or word.stem in grammar.loose or word.stem.endswith("ly"):
        return False
    return len(word.text) >= _SHORTEST_WORD or (word.text.isupper() and len(word.text) > 1)


def _may_end(word: Word, grammar: _Grammar) -> bool:
    if word.text.isupper():
        return True
    return word.stem not in grammar.opening and not word.stem.endswith(grammar.endings)


def _is_verbal(word: Word, grammar: _Grammar) -> bool:
    """Tell whether a word looks like a verb, which alone is no phrase."""
    return not word.text.isupper() and word.stem.endswith(grammar.verbal)


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
