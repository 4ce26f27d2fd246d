"""Topics matched in sentences: the longest term wins, near misses are left out, acronyms keep their case."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from tracker.comparing.topics.vocabulary.load import digested, keep_made
from tracker.comparing.topics.vocabulary.stems import Word, bare, find_words, is_acronym, read_sentence
from tracker.model.topics import Mention
from tracker.text.encoder import DEFAULT

if TYPE_CHECKING:
    from tracker.comparing.topics.vocabulary.load import Digested
    from tracker.model.topics import Topic, Vocabulary
    from tracker.text.encoder import Encoder


# How surely words name a topic. One word may have another sense; several seldom do; a hint has a wider one.
# The figures are conventions, not estimates: only their order is used.
_MANY_WORDS: Final = 0.95
_ACRONYM: Final = 0.9
_ONE_WORD: Final = 0.8
HINT: Final = 0.5


def match_topics(
    sentences: Sequence[str],
    vocabulary: Vocabulary,
    *,
    language: str = "en",
    encoder: Encoder | None = DEFAULT,
) -> tuple[tuple[Mention, ...], ...]:
    """Return the topics that each sentence names, in order of place.

    Matching is by folded, lightly stemmed words: of terms that share words the longest wins, and any over a
    hint. Two topics' terms both count where they cross ("financing sustainable development goals"), and where
    one is a part of several words of the other ("spread of nuclear weapons"), which is no name, nor of a
    topic that is broader or narrower. A theme's term that joins two ("trade and investment") leaves to other
    topics what is all of one side of it; one of a situation does not, since two places may name a conflict.
    A term inside a near miss of its topic does not count, nor a hint inside any, and acronyms are met in
    capitals only, except where the whole sentence is in capitals. A mark that parts a sentence parts a term,
    except before *and* or where the term has one itself. Where the vocabulary lets terms overlap, the longest
    wins among those of one topic. ``segment`` is the sentence's index; offsets are into the sentence;
    ``method`` is ``term``, or ``hint`` where the words alone do not settle the topic.

    A vocabulary that was taught names by its model, in the model's language: the terms of what it names
    stay, ``learned`` are the words that weighed most where there is no term, and the confidence is the
    probability. A codebook with few terms that nobody taught names by similarity, likewise, with method
    ``similar``: the sentences are read as one text, and without an ``encoder`` by shared words alone.
    """
    lexicon = compile_lexicon(vocabulary, language)
    themes, above = _read_topics(digested(vocabulary))
    rows: list[tuple[Mention, ...]] = []
    for index, sentence in enumerate(sentences):
        words = read_sentence(sentence, language)
        phrases = _find_phrases(words, lexicon, sentence)
        found = _keep(phrases, _Beside(themes, above, words), overlap=vocabulary.overlap)
        rows.append(tuple(_mention(index, words, start, phrase, sentence) for start, phrase in found))
    # Few vocabularies are taught; and start-up loads no numpy.
    if vocabulary.model is not None:
        from tracker.comparing.topics.vocabulary.taught import find_taught  # noqa: PLC0415

        return find_taught(sentences, rows, vocabulary.model, language)
    if vocabulary.recognition == "terms":
        return tuple(rows)
    from tracker.comparing.topics.vocabulary.similar import find_similar  # noqa: PLC0415

    used = None if vocabulary.recognition == "words" else encoder
    return find_similar(sentences, rows, vocabulary, language, used)


def may_name(
    sentences: Sequence[str], vocabulary: Vocabulary, topics: Collection[str], *, language: str = "en"
) -> bool:
    """Tell whether a text may name one of some topics, or one that is narrower than one of them.

    Where none of their terms stands it names none, unless the vocabulary names by more than its terms.
    """
    if vocabulary.model is not None or vocabulary.recognition != "terms":
        return True
    lexicon = _compile_some(_choose_language(digested(vocabulary, language)), frozenset(topics))
    return any(
        phrase.sense != "near miss"
        for sentence in sentences
        for _, phrase in _find_phrases(read_sentence(sentence, language), lexicon, sentence)
    )


Sense = Literal["term", "hint", "near miss"]


class TermPattern(NamedTuple):
    """A phrase of a topic as stems; acronyms, and hints with a capital, must be met as they are written.

    ``breaks`` are the words behind which the phrase has a mark that parts sentences.
    """

    topic: str
    stems: tuple[str, ...]
    acronyms: tuple[tuple[int, str], ...]
    sense: Sense
    breaks: tuple[int, ...] = ()


class Lexicon(Mapping[str, "tuple[TermPattern, ...]"]):
    """Phrases by their first two stems, or the only one: the longest first, then those with acronyms.

    A text meets few of 8,000 phrases: they are read from their JSON when their stems are met. Each stem that
    begins a phrase is a key, with nothing where it is none by itself.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        self.rows = rows
        """The same in JSON. To ask it which stem begins a phrase, as few do, takes no call of ours."""
        self._read: dict[str, tuple[TermPattern, ...]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __getitem__(self, key: str) -> tuple[TermPattern, ...]:
        if key not in self._read:
            row = self.rows[key]
            # By hand: those of a speech, read by their type, took half as long again.
            self._read[key] = tuple(
                TermPattern(topic, tuple(stems), tuple(map(tuple, acronyms)), sense, tuple(breaks))
                for topic, stems, acronyms, sense, breaks in (json.loads(row) if row else ())
            )
        return self._read[key]

    def find_beginning(self, first: str, second: str) -> tuple[TermPattern, ...]:
        """Return the phrases that begin with two stems, and those of the first alone, which begins some."""
        both = f"{first} {second}"
        return (*self[both], *self[first]) if both in self.rows else self[first]


_ANY_LANGUAGE: Final = "und"
_FALLBACK: Final = "en"
_UN: Final = re.compile(r"\bUN\b")
_JOINING: Final = frozenset({"and", "et", "y", "e", "и", "和", "与", "及"})
"""Stems of *and*; in Arabic it is written with the next word, and no term gives way there."""
_ARTICLES: Final = frozenset({"the", "la", "le", "les", "el", "los", "las"})
_BREAKS: Final = frozenset(",;:—،؛、，；：")
_CLITICS: Final = "وفبلك"
_SHORT: Final = 3


def compile_lexicon(vocabulary: Vocabulary, language: str) -> Lexicon:
    """Return a vocabulary's phrases for a language, compiled once; an unknown language is read as English."""
    return find_lexicon(digested(vocabulary, language))


def find_lexicon(key: Digested) -> Lexicon:
    """Return what ``compile_lexicon`` does, of what is made of a vocabulary elsewhere."""
    return _compile(_choose_language(key))


def _choose_language(key: Digested) -> Digested:
    if key.language != _ANY_LANGUAGE:
        return key
    known = {tongue for topic in key.topics for tongue in topic.terms} - {_ANY_LANGUAGE}
    return replace(key, language=_FALLBACK) if known else key


@lru_cache(maxsize=16)
def _compile(key: Digested) -> Lexicon:
    make = partial(_write_phrases, key.topics, key.language)
    return Lexicon(keep_made(key, f"lexicon.{key.language}", make))


@lru_cache(maxsize=16)
def _compile_some(key: Digested, topics: frozenset[str]) -> Lexicon:
    """Return the phrases of some topics, and of those narrower than one of them."""
    broader = {topic.id: topic.broader for topic in key.topics}

    def belongs(topic: str | None) -> bool:
        return topic is not None and (topic in topics or belongs(broader[topic]))

    some = tuple(topic for topic in key.topics if belongs(topic.id))
    return Lexicon(_write_phrases(some, key.language))


def _write_phrases(topics: Sequence[Topic], language: str) -> dict[str, str]:
    found: dict[str, dict[tuple[object, ...], TermPattern]] = {}
    for topic in topics:
        tables: tuple[tuple[Mapping[str, tuple[str, ...]], Sense], ...] = (
            (topic.terms, "term"),
            (topic.hints, "hint"),
            (topic.near_misses, "near miss"),
        )
        for table, sense in tables:
            for term in (*table.get(language, ()), *table.get(_ANY_LANGUAGE, ())):
                for phrase in _list_patterns(topic.id, term, sense, language):
                    found.setdefault(phrase.stems[0], {})
                    row = found.setdefault(" ".join(phrase.stems[:2]), {})
                    same = (topic.id, phrase.stems, phrase.acronyms, phrase.breaks, sense == "near miss")
                    row.setdefault(same, phrase)
    return {stems: json.dumps(_longest_first(row)) if row else "" for stems, row in found.items()}


def _list_patterns(topic: str, term: str, sense: Sense, language: str) -> Iterator[TermPattern]:
    """Yield a term's pattern, and again with UN written out: speakers use both in one paragraph.

    An Arabic term may begin with a word so short that no stem cuts what is written with it: once each.
    """
    words = find_words(term, language)
    yield _pattern(topic, words, sense, term)
    if language == "ar" and len(words) > 1 and len(words[0].stem) <= _SHORT:
        for letter in _CLITICS:
            joined = words[0]._replace(stem=letter + words[0].stem)
            yield _pattern(topic, [joined, *words[1:]], sense, term)
    if any(word.text == "UN" for word in words):
        long = _UN.sub("United Nations", term)
        yield _pattern(topic, find_words(long, language), sense, long)


def _pattern(topic: str, words: Sequence[Word], sense: Sense, term: str) -> TermPattern:
    # Met as written are acronyms, and hints that a capital distinguishes from a common word.
    acronyms = tuple(
        (place, bare(word.text))
        for place, word in enumerate(words)
        if is_acronym(word.text) or (sense == "hint" and word.text[:1].isupper())
    )
    return TermPattern(topic, tuple(word.stem for word in words), acronyms, sense, _find_breaks(words, term))


def _find_breaks(words: Sequence[Word], text: str) -> tuple[int, ...]:
    """Return the words behind which a mark parts the text, and no *and* follows that joins it again."""
    return tuple(
        place
        for place, (word, after) in enumerate(pairwise(words))
        if after.stem not in _JOINING and not _BREAKS.isdisjoint(text[word.end : after.start])
    )


def _longest_first(row: Mapping[tuple[object, ...], TermPattern]) -> tuple[TermPattern, ...]:
    return tuple(sorted(row.values(), key=lambda phrase: (-len(phrase.stems), -len(phrase.acronyms))))


_LONG: Final = 4
"""Letters of a word whose capital says that it is part of a name."""

_Found = tuple[int, TermPattern]
"""The place of a phrase's first word in the sentence, and the phrase."""


def _find_phrases(words: Sequence[Word], lexicon: Lexicon, sentence: str) -> list[_Found]:
    stems, any_case = tuple(word.stem for word in words), sentence.isupper()
    return [
        (start, phrase)
        for start, (first, second) in enumerate(zip(stems, (*stems[1:], ""), strict=False))
        if first in lexicon.rows
        for phrase in lexicon.find_beginning(first, second)
        if stems[start : start + len(phrase.stems)] == phrase.stems
        and _marks_agree(words, start, phrase, sentence)
        and (any_case or not phrase.acronyms or _capitals_agree(words, start, phrase))
    ]


def _marks_agree(words: Sequence[Word], start: int, phrase: TermPattern, sentence: str) -> bool:
    many = len(phrase.stems) > 1
    return not many or _find_breaks(words[start : start + len(phrase.stems)], sentence) == phrase.breaks


def _capitals_agree(words: Sequence[Word], start: int, phrase: TermPattern) -> bool:
    return all(bare(words[start + place].text) == letters for place, letters in phrase.acronyms)


@lru_cache(maxsize=16)
def _read_topics(key: Digested) -> tuple[frozenset[str], Mapping[str, Collection[str]]]:
    """Return which topics of a vocabulary are themes, and those that are broader than each, however far."""
    broader = {topic.id: topic.broader for topic in key.topics}
    themes = frozenset(topic.id for topic in key.topics if topic.kind == "theme")
    return themes, {topic: tuple(_list_above(topic, broader)) for topic in broader}


def _list_above(topic: str, broader: Mapping[str, str | None]) -> Iterator[str]:
    while (above := broader.get(topic)) is not None:
        yield above
        topic = above


class _Beside(NamedTuple):
    """What tells whether two topics' terms that share words of a sentence both count."""

    themes: Collection[str]
    above: Mapping[str, Collection[str]]
    words: Sequence[Word]

    def are_related(self, one: str, other: str) -> bool:
        return other in self.above[one] or one in self.above[other]

    def is_plain(self, found: _Found, within: _Found) -> bool:
        """Whether what a phrase has beside another is no part of a name; only scripts with capitals tell."""
        words = (self.words[place].text for place in _places(found) if place not in _places(within))
        long = [word for word in words if len(word) >= _LONG]
        return bool(long) and all(word[:1].islower() for word in long)


def _keep(found: Sequence[_Found], beside: _Beside, *, overlap: bool) -> list[_Found]:
    """Return the phrases that no near miss hides and that give way to none better, in order of place."""
    # Hidden: "court" inside the near miss "tennis court"; a hint inside a near miss of any topic.
    # Gives way: "crime" inside "crime prevention", and a hint to any term that it shares a word with.
    # Both stay: what ``_gives_way`` says; and, where topics may overlap, terms of different ones.
    if len(found) <= 1:
        return [each for each in found if each[1].sense != "near miss"]
    near_misses, kept = _ByWord(), _ByWord()
    for start, phrase in found:
        if phrase.sense == "near miss":
            near_misses.add((start, phrase))
    counted: list[_Found] = []
    for start, phrase in sorted(found, key=_rank):
        each = start, phrase
        if phrase.sense == "near miss" or any(_hides(miss, each) for miss in near_misses.beside(each)):
            continue
        rivals = (rival for rival in kept.beside(each) if not overlap or rival[1].topic == phrase.topic)
        if not any(_gives_way(each, rival, beside) for rival in rivals):
            kept.add(each)
            counted.append(each)
    return sorted(counted, key=lambda each: each[0])


class _ByWord:
    """Phrases by the words they take: those that share none cannot matter to each other."""

    def __init__(self) -> None:
        self._taken: dict[int, list[_Found]] = defaultdict(list)

    def add(self, found: _Found) -> None:
        for place in _places(found):
            self._taken[place].append(found)

    def beside(self, found: _Found) -> Iterator[_Found]:
        """Yield the phrases that share a word with one, some of them more than once."""
        for place in _places(found):
            yield from self._taken.get(place, ())


def _places(found: _Found) -> range:
    start, phrase = found
    return range(start, start + len(phrase.stems))


def _rank(found: _Found) -> tuple[bool, int, int]:
    """Terms before hints, the longest first, then by place."""
    start, phrase = found
    return phrase.sense == "hint", -len(phrase.stems), start


def _gives_way(found: _Found, better: _Found, beside: _Beside) -> bool:
    """Whether a phrase gives way to a better one that it shares words with: it does unless both count."""
    return found[1].topic == better[1].topic or not _both_count(found, better, beside)


def _both_count(found: _Found, better: _Found, beside: _Beside) -> bool:
    """Whether two topics' phrases that share words are both said.

    They are where they are the same term, as in published thesauri, and where one is a side of a compound.
    Two terms are where neither holds the other, or the longer is no name, the shorter of several words, and
    neither topic broader than the other.
    """
    (start, phrase), (place, other) = found, better
    is_same = (start, phrase.stems, phrase.acronyms) == (place, other.stems, other.acronyms)
    if is_same or (other.topic in beside.themes and _is_side(phrase.stems, other.stems, start - place)):
        return True
    if not phrase.sense == other.sense == "term":
        return False
    if start < place or start + len(phrase.stems) > place + len(other.stems):
        return True
    is_whole = sum(stem not in _ARTICLES | _JOINING for stem in phrase.stems) > 1
    is_theme = is_whole and phrase.topic in beside.themes
    return is_theme and not beside.are_related(phrase.topic, other.topic) and beside.is_plain(better, found)


def _is_side(stems: Sequence[str], whole: Sequence[str], start: int) -> bool:
    """Whether a phrase is all that stands before or behind the *and* of a longer one, save an article."""
    end = start + len(stems)
    leads = start == 0 and end < len(whole) and whole[end] in _JOINING
    joined = start - 1 if start > 1 and whole[start - 1] in _ARTICLES else start
    return leads or (end == len(whole) and joined > 0 and whole[joined - 1] in _JOINING)


def _hides(near_miss: _Found, found: _Found) -> bool:
    """Whether a phrase lies inside a near miss of its topic; one of any topic hides a hint."""
    start, whole = near_miss
    place, phrase = found
    inside = start <= place and place + len(phrase.stems) <= start + len(whole.stems)
    return inside and (whole.topic == phrase.topic or phrase.sense == "hint")


def _mention(index: int, words: Sequence[Word], start: int, phrase: TermPattern, sentence: str) -> Mention:
    first, last = words[start], words[start + len(phrase.stems) - 1]
    return Mention(
        segment=index,
        topic=phrase.topic,
        start=first.start,
        end=last.end,
        term=sentence[first.start : last.end],
        confidence=_confidence(phrase),
        method=phrase.sense,
    )


def _confidence(phrase: TermPattern) -> float:
    if phrase.sense == "hint":
        return HINT
    if len(phrase.stems) > 1:
        return _MANY_WORDS
    return _ACRONYM if phrase.acronyms else _ONE_WORD
