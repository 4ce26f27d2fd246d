"""Topics matched in sentences: the longest term wins, near misses are left out, acronyms keep their case."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from tracker.model.topics import Mention
from tracker.text.encoder import DEFAULT
from tracker.topics.vocabulary.lexicon import Lexicon, TermPattern, compile_lexicon
from tracker.topics.vocabulary.recognition import compile_model, recognise
from tracker.topics.vocabulary.stems import Word, bare, read_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.topics import Vocabulary
    from tracker.text.encoder import Encoder

# How surely words name a topic. One word may have another sense; several seldom do; a hint has a wider one.
# The figures are conventions, not estimates: only their order is used.
MANY_WORDS: Final = 0.95
ACRONYM: Final = 0.9
ONE_WORD: Final = 0.8
HINT: Final = 0.5

FoundTerm = tuple[int, TermPattern]
"""The place of a phrase's first word in the sentence, and the phrase."""


def match_topics(
    sentences: Sequence[str],
    vocabulary: Vocabulary,
    *,
    language: str = "en",
    encoder: Encoder | None = DEFAULT,
) -> tuple[tuple[Mention, ...], ...]:
    """Return the topics that each sentence names, in order of place, none overlapping another.

    Matching is by folded, lightly stemmed words: of terms that share words the longest wins, and any over a
    hint; a term inside a near miss of its topic does not count, nor a hint inside any, and acronyms are met
    in capitals only, except where the whole sentence is in capitals. Where the vocabulary lets terms overlap,
    the longest wins among those of one topic. ``segment`` is the sentence's index; offsets are into the
    sentence; ``method`` is ``term``, or ``hint`` where the words alone do not settle the topic.

    A vocabulary that was taught names by its model, in the model's language: the terms of what it names
    stay, ``learned`` are the words that weighed most where there is no term, and the confidence is the
    probability. A codebook with few terms that nobody taught names by similarity, likewise, with method
    ``similar``: the sentences are read as one text, and without an ``encoder`` by shared words alone.
    """
    lexicon = compile_lexicon(vocabulary, language)
    model = compile_model(vocabulary, language)
    rows: list[tuple[Mention, ...]] = []
    for index, sentence in enumerate(sentences):
        words = read_sentence(sentence, language)
        found = find_terms(words, lexicon, any_case=sentence.isupper(), overlap=vocabulary.overlap)
        mentions = tuple(_mention(index, words, start, phrase, sentence) for start, phrase in found)
        rows.append(recognise(index, sentence, words, mentions, model) if model else mentions)
    if vocabulary.recognition == "terms":
        return tuple(rows)
    from tracker.topics.vocabulary.similar import find_similar  # noqa: PLC0415 - start-up loads no numpy

    used = None if vocabulary.recognition == "words" else encoder
    return find_similar(sentences, rows, vocabulary, language, used)


def find_terms(words: Sequence[Word], lexicon: Lexicon, *, any_case: bool, overlap: bool) -> list[FoundTerm]:
    """Return the phrases that count in a sentence, given its words, in order of place."""
    return _keep(_find_phrases(words, lexicon, any_case=any_case), overlap=overlap)


def _find_phrases(words: Sequence[Word], lexicon: Lexicon, *, any_case: bool) -> list[FoundTerm]:
    stems = tuple(word.stem for word in words)
    return [
        (start, phrase)
        for start, (first, second) in enumerate(zip(stems, (*stems[1:], ""), strict=False))
        if first in lexicon.rows
        for phrase in lexicon.find_beginning(first, second)
        if stems[start : start + len(phrase.stems)] == phrase.stems
        and (any_case or not phrase.acronyms or _capitals_agree(words, start, phrase))
    ]


def _capitals_agree(words: Sequence[Word], start: int, phrase: TermPattern) -> bool:
    return all(bare(words[start + place].text) == letters for place, letters in phrase.acronyms)


def _keep(found: Sequence[FoundTerm], *, overlap: bool) -> list[FoundTerm]:
    """Return the phrases that no near miss hides and that give way to none better, in order of place."""
    if len(found) <= 1:
        return [each for each in found if each[1].sense != "near miss"]
    near_misses, kept = _ByWord(), _ByWord()
    for start, phrase in found:
        if phrase.sense == "near miss":
            near_misses.add((start, phrase))
    counted: list[FoundTerm] = []
    for start, phrase in sorted(found, key=_rank):
        each = start, phrase
        if phrase.sense == "near miss" or any(_hides(miss, each) for miss in near_misses.beside(each)):
            continue
        rivals = (rival for rival in kept.beside(each) if not overlap or rival[1].topic == phrase.topic)
        if not any(_gives_way(each, rival) for rival in rivals):
            kept.add(each)
            counted.append(each)
    return sorted(counted, key=lambda each: each[0])


class _ByWord:
    """Phrases by the words they take: those that share none cannot matter to each other."""

    def __init__(self) -> None:
        self._taken: dict[int, list[FoundTerm]] = defaultdict(list)

    def add(self, found: FoundTerm) -> None:
        for place in _places(found):
            self._taken[place].append(found)

    def beside(self, found: FoundTerm) -> Iterator[FoundTerm]:
        """Yield the phrases that share a word with one, some of them more than once."""
        for place in _places(found):
            yield from self._taken.get(place, ())


def _places(found: FoundTerm) -> range:
    start, phrase = found
    return range(start, start + len(phrase.stems))


def _rank(found: FoundTerm) -> tuple[bool, int, int]:
    """Terms before hints, the longest first, then by place."""
    start, phrase = found
    return phrase.sense == "hint", -len(phrase.stems), start


def _gives_way(found: FoundTerm, better: FoundTerm) -> bool:
    """Whether a phrase shares words with a better one, save the same term of another topic.

    Published thesauri have such.
    """
    (start, phrase), (place, other) = found, better
    apart = start >= place + len(other.stems) or place >= start + len(phrase.stems)
    alike = (start, phrase.stems, phrase.acronyms) == (place, other.stems, other.acronyms)
    return not apart and not (alike and phrase.topic != other.topic)


def _hides(near_miss: FoundTerm, found: FoundTerm) -> bool:
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
        return MANY_WORDS
    return ACRONYM if phrase.acronyms else ONE_WORD
