"""Sentences meet topics: the longest term wins, near misses are left out, acronyms keep their case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.model import Mention
from tracker.topics.lexicon import Lexicon, Phrase, bare, compile_lexicon
from tracker.topics.stems import Word, find_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model import Vocabulary

# How surely words name a topic. One word may have another sense; several seldom do; a hint has a wider one.
# The figures are conventions, not estimates: only their order is used.
MANY_WORDS: Final = 0.95
ACRONYM: Final = 0.9
ONE_WORD: Final = 0.8
HINT: Final = 0.5

Found = tuple[int, Phrase]
"""The place of a phrase's first word in the sentence, and the phrase."""


def match_topics(
    sentences: Sequence[str], vocabulary: Vocabulary, *, language: str = "en"
) -> tuple[tuple[Mention, ...], ...]:
    """Return the topics that each sentence names by a term, in order, none overlapping another.

    Matching is by folded, lightly stemmed words: the longest term at a place wins, a term inside a near
    miss of its topic does not count, nor a hint inside any, and acronyms are met in capitals only, save
    where the whole sentence is in capitals. ``segment`` is the sentence's index; offsets are into the
    sentence; ``method`` is ``term``, or ``hint`` where the words alone do not settle the topic.
    """
    lexicon = compile_lexicon(vocabulary, language)
    return tuple(_match(index, sentence, lexicon, language) for index, sentence in enumerate(sentences))


def _match(index: int, sentence: str, lexicon: Lexicon, language: str) -> tuple[Mention, ...]:
    words = find_words(sentence, language)
    found = _find_phrases(words, lexicon, any_case=sentence.isupper())
    return tuple(_mention(index, words, start, phrase, sentence) for start, phrase in _keep(found))


def _find_phrases(words: Sequence[Word], lexicon: Lexicon, *, any_case: bool) -> list[Found]:
    stems = tuple(word.stem for word in words)
    return [
        (start, phrase)
        for start, first in enumerate(stems)
        for phrase in lexicon.get(first, ())
        if stems[start : start + len(phrase.stems)] == phrase.stems
        and (any_case or _capitals_agree(words, start, phrase))
    ]


def _capitals_agree(words: Sequence[Word], start: int, phrase: Phrase) -> bool:
    return all(bare(words[start + place].text) == letters for place, letters in phrase.acronyms)


def _keep(found: Sequence[Found]) -> list[Found]:
    near_misses = [(start, phrase) for start, phrase in found if phrase.sense == "near miss"]
    kept: list[Found] = []
    free = 0
    for start, phrase in found:
        hidden = any(_hides(near_miss, (start, phrase)) for near_miss in near_misses)
        if start >= free and phrase.sense != "near miss" and not hidden:
            kept.append((start, phrase))
            free = start + len(phrase.stems)
    return kept


def _hides(near_miss: Found, found: Found) -> bool:
    """Whether a phrase lies inside a near miss of its topic; one of any topic hides a hint."""
    start, whole = near_miss
    place, phrase = found
    inside = start <= place and place + len(phrase.stems) <= start + len(whole.stems)
    return inside and (whole.topic == phrase.topic or phrase.sense == "hint")


def _mention(index: int, words: Sequence[Word], start: int, phrase: Phrase, sentence: str) -> Mention:
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


def _confidence(phrase: Phrase) -> float:
    if phrase.sense == "hint":
        return HINT
    if len(phrase.stems) > 1:
        return MANY_WORDS
    return ACRONYM if phrase.acronyms else ONE_WORD
