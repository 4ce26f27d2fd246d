"""Which topics name a phrase that a text uses."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from tracker.topics.vocabulary.matching import match_topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.texts import Version
    from tracker.model.topics import Mention, Vocabulary
    from tracker.topics.phrases.emerging import Place


class Namer:
    """Tells which topics name a phrase; a sentence is read once, however many phrases it has."""

    def __init__(self, texts: Sequence[Version], vocabulary: Vocabulary) -> None:
        self._texts = texts
        self._vocabulary = vocabulary
        self._read: dict[tuple[int, int], tuple[Sequence[Mention], list[int], list[int]]] = {}

    def find_topic(self, places: Sequence[Place]) -> str | None:
        """Return the topic that names a phrase, or a part of it, in most of its uses."""
        named = Counter(topic for place in places for topic in self._find_topics(place))
        topic, most = max(named.items(), key=lambda row: (row[1], row[0]), default=("", 0))
        return topic if 2 * most > len(places) else None

    def _find_topics(self, place: Place) -> frozenset[str]:
        mentions, starts, ends = self._find_mentions(place)
        near = slice(bisect_right(ends, place.start), bisect_left(starts, place.end))
        return frozenset(mention.topic for mention in mentions[near] if mention.end > place.start)

    def _find_mentions(self, place: Place) -> tuple[Sequence[Mention], list[int], list[int]]:
        """Return the mentions in a phrase's sentence, where each starts, and how far they reach up to it."""
        at = place.text, place.segment
        if at not in self._read:
            version = self._texts[place.text]
            sentence = version.segments[place.segment].text
            (mentions,) = match_topics([sentence], self._vocabulary, language=version.language)
            ends = [*accumulate((mention.end for mention in mentions), max)]
            self._read[at] = mentions, [mention.start for mention in mentions], ends
        return self._read[at]
