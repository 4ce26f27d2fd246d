"""Which topics a version names, and what of it counts: no titles, no ceremony, nobody's own country."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from itertools import chain, takewhile
from typing import TYPE_CHECKING, Final

from tracker.comparing.topics.bystanders import find_bystanders
from tracker.comparing.topics.cues import load_cues, ready
from tracker.comparing.topics.vocabulary.load import digested
from tracker.comparing.topics.vocabulary.matching import HINT, match_topics
from tracker.model.changes import Evidence
from tracker.text.identity import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tracker.comparing.topics.cues import Cues
    from tracker.comparing.topics.vocabulary.load import Digested
    from tracker.model.texts import Segment, Version
    from tracker.model.topics import Mention, Vocabulary


_NEAR: Final = 3
"""Segments on either side within which a term settles what a hint means."""

_LONG: Final = 6

_SMALL: Final = frozenset({"of", "the", "and", "la", "le", "de", "du", "y", "et", "us"})

_COMPANIONS: Final = frozenset({"people", "government", "women", "in"})

Mentions = tuple[tuple["Mention", ...], ...]
"""By segment, the topics it names."""


def find_mentions(version: Version, vocabulary: Vocabulary, own_names: Collection[str]) -> Mentions:
    """Return the mentions outside titles; hints count as terms where a term of their topic is near.

    The names of the speaker's own country name no situation, nor do hints its own situation: whoever is at
    home names its capital and its president whatever the subject. No situation is met before the year in
    in which it began, where the vocabulary was given the year of the version. A country named as a host, a
    partner or one of many is a hint of its situation.
    """
    own = _OwnNames(own_names)
    at_home = find_own_situations(vocabulary, own_names)
    situations = {topic.id for topic in vocabulary.topics if topic.kind == "situation"}
    later = _find_later(vocabulary)
    titles = _find_titles(version.segments)
    rows = match_topics([segment.text for segment in version.segments], vocabulary, language=version.language)
    found: list[list[Mention]] = [[] for _ in rows]
    for mention in chain.from_iterable(rows):
        hinted = mention.topic in at_home and mention.method == "hint"
        is_own = hinted or (mention.topic in situations and own.cover(mention.term))
        if mention.segment not in titles and mention.topic not in later and not is_own:
            found[mention.segment].append(mention)
    for place, row in enumerate(found):
        aside = find_bystanders(
            version.segments[place].text,
            [each for each in row if each.topic in situations and each.method == "term"],
            version.language,
        )
        found[place] = [
            replace(each, method="hint", confidence=HINT) if each in aside else each for each in row
        ]
    settled = [{mention.topic for mention in row if mention.method == "term"} for row in found]
    near = (
        set[str]().union(*settled[max(0, place - _NEAR) : place + _NEAR + 1]) for place in range(len(found))
    )
    return tuple(
        tuple(
            replace(each, method="term") if each.method != "term" and each.topic in topics else each
            for each in row
        )
        for row, topics in zip(found, near, strict=True)
    )


def _find_later(vocabulary: Vocabulary) -> frozenset[str]:
    """Return the topics that began after the year of the statement that is read, if that is known."""
    year = vocabulary.year
    if year is None:
        return frozenset()
    return frozenset(topic.id for topic in vocabulary.topics if topic.since and topic.since > year)


def find_own_situations(vocabulary: Vocabulary, own_names: Collection[str]) -> frozenset[str]:
    """Return the situations whose label or main term is the speaker's own country: Ukraine for Ukraine.

    What it says of them as *we* and *our land* no term finds, so that their counts tell of no change.
    """
    own = _OwnNames(own_names)
    situations = _name_situations(digested(vocabulary))
    return frozenset(topic for topic, names in situations if any(map(own.cover, names)))


@lru_cache(maxsize=4)
def _name_situations(key: Digested) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(
        (topic.id, frozenset({topic.label, *(row[0] for row in topic.terms.values() if row)}))
        for topic in key.topics
        if topic.kind == "situation"
    )


class _OwnNames:
    """The words of the names of a country."""

    def __init__(self, names: Collection[str]) -> None:
        self._words = frozenset(word for name in names for word in _split(name)) - _SMALL
        self._stems = tuple(word[:-1] for word in self._words if len(word) >= _LONG)

    def cover(self, term: str) -> bool:
        """Whether a term is made of these words, their people's included: Cubans, Ethiopians."""
        return bool(self._words) and all(map(self._has, _split(term)))

    def _has(self, word: str) -> bool:
        known = word in self._words or word in _COMPANIONS or word.removesuffix("s") in self._words
        return known or word.startswith(self._stems)


@lru_cache(maxsize=4096)
def _split(name: str) -> tuple[str, ...]:
    # Those of each speaker are held against the names of all situations.
    return tuple(fold(name).replace("-", " ").split())


def find_term(topic: str, mentions: Sequence[Mention]) -> Evidence | None:
    """Return the words of a sentence that name a topic: the surest, then the longest, then the first."""
    named = [mention for mention in mentions if mention.topic == topic]
    if not named:
        return None
    best = max(named, key=lambda each: (each.method == "term", each.end - each.start, -each.start))
    return Evidence(best.segment, best.start, best.end, best.term)


_LONGEST_FORMULA: Final = 300
"""Characters of a sentence that may be no more than a formula."""
_MOST_OTHER: Final = 0.15
"""Share of its letters that a sentence of courtesy has in other words."""
_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*")


def _find_titles(segments: Sequence[Segment]) -> frozenset[int]:
    """Return the headings before the first sentence: titles of the statement and its occasion."""
    headings = takewhile(lambda segment: segment.kind == "heading", segments)
    return frozenset(segment.ordinal for segment in headings)


@lru_cache(maxsize=16)
def find_apart(version: Version) -> frozenset[int]:
    """Return the segments that are titles, or that thank, congratulate or greet."""
    # Asked for by what is read, by shares, by passages and by phrases: 5 ms each time.
    cues = load_cues(version.language)
    ceremony = {each.ordinal for each in version.segments if cues.find("ceremony", ready(each.text))}
    return _find_titles(version.segments) | ceremony


def find_ceremony(version: Version, among: Iterable[int]) -> frozenset[int]:
    """Return which segments are titles, thanks or greetings, or hardly more than a formula.

    That these come back from one session to the next says nothing of what either says.
    """
    apart, cues = find_apart(version), load_cues(version.language)
    return frozenset(at for at in among if at in apart or _is_formula(version.segments[at].text, cues))


def _is_formula(text: str, cues: Cues) -> bool:
    said = ready(text)
    return len(text) <= _LONGEST_FORMULA and (cues.find("formulas", said) or _is_courtesy(text, said, cues))


def _is_courtesy(text: str, said: str, cues: Cues) -> bool:
    """Return whether a sentence greets, thanks or wishes, and has hardly a word but those of courtesy."""
    if not cues.find("greets", said):
        return False
    signs = bytearray(map(str.isalpha, said))
    letters = sum(signs)
    names = (word.span() for word in _WORD.finditer(text) if word.start() and word[0][0].isupper())
    for start, end in (*cues.find_all("courtesies", said), *names):
        signs[start:end] = bytes(end - start)
    return sum(signs) <= _MOST_OTHER * letters


def count_substance(version: Version) -> list[int]:
    """Return the words of each segment, none for titles and ceremony: what shares are shares of."""
    apart = find_apart(version)
    texts = ["" if segment.ordinal in apart else segment.text for segment in version.segments]
    if version.language == "zh":
        return [sum(map(str.isalnum, text)) for text in texts]
    return [len(text.split()) for text in texts]


_NAME: Final = re.compile(r"\b[A-Z][\w’-]+\b")
_ALIGNS: Final = re.compile(r"\b([A-Z][\w’-]+) (?:aligns|associates) itself\b")
_SUBJECT: Final = re.compile(
    r"^\W*(?:The )?([A-Z][\w’-]+) (?:[a-z]+ly )?(?:will|has|have|is|welcomes|supports|intends|remains|"
    r"continues|proposes|believes|calls|urges|stands)\b"
)
_PERFORMING: Final = re.compile(
    r"^\W*([A-Z][\w’-]+) (?:[a-z]+ly |also |therefore |now )?(?:proposes|pledges|reaffirms|supports"
    r"|reiterates|welcomes|condemns|urges|commends|calls (?:on|upon|for)|stands (?:ready|firmly|by|with)"
    r"|attaches|(?:is|remains) (?:[a-z]+ly )?committed|(?:has )?(?:ratified|signed|decided)|will continue"
    r"|(?:has|sees) (?:two|three|four|five) (?:\w+ ){0,2}(?:priorities|tasks|goals))\b"
)
_BODIES: Final = frozenset(
    {
        *(
            "It",
            "This",
            "That",
            "They",
            "We",
            "He",
            "She",
            "Africa",
            "Europe",
            "Humanity",
            "Everyone",
            "Nobody",
        ),
        *("Assembly", "Commission", "Committee", "Conference", "Congress", "Convention", "Council", "Group"),
        *("Ministry", "Nations", "Office", "Organization", "Secretariat", "Session", "Statement", "Union"),
        *("Chair", "Minister", "President", "Secretary", "General", "National", "United"),
    }
)
_SENTENCES: Final = 2


def find_speaker(version: Version, own_names: Collection[str] = ()) -> tuple[str, ...]:
    """Return the names that align themselves with another statement or are, in a title, the speaker's.

    A name in a title is the speaker's when it is the subject of two sentences or more; bodies never are.
    Where no ``own_names`` are known, so is the name that opens a sentence in which it proposes, welcomes or
    the like: of 400 speeches in English the rule found one in 194, in 189 of them the country's.
    """
    titles = " ".join(version.segments[place].text for place in _find_titles(version.segments))
    subjects = Counter(match[1] for segment in version.segments if (match := _SUBJECT.match(segment.text)))
    titled = {name for name in _NAME.findall(titles) if subjects[name] >= _SENTENCES}
    aligned = {match[1] for match in _ALIGNS.finditer(version.text)}
    texts = [] if own_names else [segment.text for segment in version.segments]
    performing = {match[1] for text in texts if (match := _PERFORMING.match(text))}
    return tuple(sorted((titled | aligned | performing) - _BODIES))
