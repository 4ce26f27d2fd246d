"""What speaks for a topic that a text does not name: its words may stand together there all the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from math import log
from typing import TYPE_CHECKING, Final

from tracker.topics.certainty.associations import Company
from tracker.topics.certainty.evidence import Evidence, measure_text
from tracker.topics.levels.cues import load_cues
from tracker.topics.vocabulary.lexicon import compile_lexicon
from tracker.topics.vocabulary.stems import find_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary

_SHORTEST: Final = 4
_CLOSE: Final = 1.1
"""Of topics unnamed in the fitted speeches readers found 4 % below this likeness, and a quarter above it."""
_MOST: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Key:
    digest: str
    language: str
    vocabulary: Vocabulary = field(compare=False)


class Absences:
    """The evidence for topics that one text, of so many words outside ceremony, does not name."""

    def __init__(self, version: Version, vocabulary: Vocabulary, words: int) -> None:
        self._version = version
        self._key = _Key(vocabulary.digest, version.language, vocabulary)
        self._length = measure_text(words)

    @cached_property
    def _sentences(self) -> list[frozenset[str]]:
        language = self._version.language
        return [
            frozenset(word.stem for word in find_words(segment.text, language))
            for segment in self._version.segments
        ]

    @cached_property
    def _company(self) -> Company:
        return Company(self._sentences)

    def describe(self, topic: str) -> Evidence:
        """Return the evidence for a topic that the text does not name."""
        likeness = self._find_likeness(topic)
        close = float(likeness > _CLOSE)
        whole = (0.0, 0.0, self._length, 0.0, 0.0, likeness, close, *self._company.find_highest(topic))
        return Evidence((), whole, name=topic)

    def _find_likeness(self, topic: str) -> float:
        """Return how much of a topic's words the likest sentence holds, in the weights of its chief word."""
        weights = _weigh_words(self._key).get(topic)
        if not weights:
            return 0.0
        sums = (sum(weights[stem] for stem in sorted(held & weights.keys())) for held in self._sentences)
        return min(_MOST, max(sums, default=0.0) / max(weights.values()))


@lru_cache(maxsize=4)
def _weigh_words(key: _Key) -> Mapping[str, Mapping[str, float]]:
    """Return by topic the weights of its terms' words: how often they are in them, and in few topics'."""
    generic = load_cues(key.language).generic
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in compile_lexicon(key.vocabulary, key.language).values():
        for phrase in row:
            if phrase.sense != "near miss":
                stems = {stem for stem in phrase.stems if len(stem) >= _SHORTEST} - generic
                counts[phrase.topic].update(stems)
    spread = Counter(stem for held in counts.values() for stem in held)
    return {
        topic: {stem: count * log(len(counts) / spread[stem]) for stem, count in held.items()}
        for topic, held in counts.items()
        if any(spread[stem] < len(counts) for stem in held)
    }
