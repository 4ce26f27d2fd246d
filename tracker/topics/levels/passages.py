"""Sentences that belong to a topic without naming it: they continue it, refer back or share its words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.topics.levels.cues import plain, ready
from tracker.topics.levels.roles import WIDER_USE
from tracker.topics.vocabulary.stems import find_content

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.model.texts import Segment
    from tracker.model.topics import Mention
    from tracker.topics.levels.context import Treatments
    from tracker.topics.levels.cues import Cues
    from tracker.topics.levels.roles import Treatment

_LONGEST_DRIFT: Final = 3
"""Sentences that merely follow in the paragraph; beyond, a passage needs words that hold it together."""
_SUBJECTS: Final = 2
"""Topics a passage can be on; a sentence about more is a list, and nothing follows from it."""
_ABOUT: Final = frozenset({"declared", "committed", "demanded", "main"})
_CARRYING: Final = _ABOUT | {"aside"}


class Continuation(NamedTuple):
    """A segment that carries a topic on; ``bound`` when words or a reference back tie it to the topic."""

    segment: int
    topic: str
    bound: bool


def find_own_paragraphs(
    segments: Sequence[Segment], treatments: Treatments, apart: Collection[int]
) -> dict[str, tuple[int, ...]]:
    """Return, by topic, the sentences of paragraphs that open with it and name no other.

    Segments in ``apart`` are left out; a paragraph of one sentence does not count.
    """
    found: dict[str, list[int]] = {}
    for _, group in groupby(segments, key=lambda segment: segment.paragraph):
        places = [segment.ordinal for segment in group if segment.ordinal not in apart]
        topics = {item.topic for place in places for item in treatments[place] if item.rule != WIDER_USE}
        first = {item.topic for place in places[:1] for item in treatments[place] if item.role in _ABOUT}
        if len(places) > 1 and len(topics) == 1 and topics == first:
            (topic,) = topics
            found.setdefault(topic, []).extend(places)
    return {topic: tuple(places) for topic, places in found.items()}


@dataclass(slots=True)
class _OpenTopics:
    """The topics that the text is on at one point of reading, with the words that name them."""

    topics: dict[str, frozenset[str]]
    paragraph: int = -1
    drifted: int = 0


def find_continuations(
    segments: Sequence[Segment],
    mentions: Sequence[Sequence[Mention]],
    treatments: Treatments,
    reader: PassageReader,
) -> tuple[Continuation, ...]:
    """Return the segments that carry on a topic they do not name, in reading order.

    A topic carries over a paragraph break only by a reference back or by a content word of its term; inside
    a paragraph also by default for three sentences, while no other topic comes up. A reference back is to
    the first topic of the sentence before; one to a war or a country, to a named situation.
    """
    passage = _OpenTopics({})
    found: list[Continuation] = []
    for place, segment in enumerate(segments):
        if reader.turns(segment):
            passage.topics = {}
        named = reader.name(segment, mentions[place], treatments[place])
        carried = reader.carry(passage, segment, named)
        found += carried
        _move_on(passage, segment, named, carried)
    return tuple(found)


def _move_on(
    passage: _OpenTopics, segment: Segment, named: dict[str, frozenset[str]], carried: Sequence[Continuation]
) -> None:
    if named:
        kept = {item.topic: passage.topics[item.topic] for item in carried if item.bound}
        passage.topics = {**(named if len(named) <= _SUBJECTS else {}), **kept}
    elif not carried:
        passage.topics = {}
    bound = bool(named) or any(item.bound for item in carried)
    passage.drifted = 0 if bound else passage.drifted + 1
    passage.paragraph = segment.paragraph


class PassageReader(NamedTuple):
    """What it takes to see that a sentence goes on about something: cues, language, named situations."""

    cues: Cues
    language: str
    situations: frozenset[str]

    def turns(self, segment: Segment) -> bool:
        """Whether a segment turns to a new subject."""
        return self.cues.find("turn", ready(segment.text))

    def name(
        self, segment: Segment, mentions: Sequence[Mention], treatments: Sequence[Treatment]
    ) -> dict[str, frozenset[str]]:
        """Return the topics a segment is about, with the content words of the terms that name them."""
        named: dict[str, frozenset[str]] = {}
        for mention, treatment in zip(mentions, treatments, strict=True):
            if treatment.role in _CARRYING or segment.kind == "heading":
                named[mention.topic] = named.get(mention.topic, frozenset()) | self._content(mention.term)
        return named

    def carry(
        self, passage: _OpenTopics, segment: Segment, named: dict[str, frozenset[str]]
    ) -> list[Continuation]:
        """Return what a segment carries on of the passage before it."""
        if not passage.topics or segment.kind == "heading":
            return []
        text = ready(segment.text)
        stems = find_content(plain(segment.text), self.language)
        drift = not named and segment.paragraph == passage.paragraph and passage.drifted < _LONGEST_DRIFT
        back = None if named else self._refer(text, tuple(passage.topics))
        near = segment.paragraph - passage.paragraph <= 1
        return [
            Continuation(segment.ordinal, topic, bound)
            for topic, words in passage.topics.items()
            if topic not in named and ((bound := near and (topic == back or bool(words & stems))) or drift)
        ]

    def _content(self, term: str) -> frozenset[str]:
        return find_content(term, self.language) - self.cues.generic

    def _refer(self, text: str, topics: Sequence[str]) -> str | None:
        """Return the topic that a text refers back to."""
        if self.cues.find("anaphora_situation", text):
            return next((topic for topic in topics if topic in self.situations), None)
        return topics[0] if self.cues.find("anaphora", text) else None
