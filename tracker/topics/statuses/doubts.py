"""How sure what became of a topic is: what is known of both texts, and what makes it a claim."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.model.topics import PRIORITIES
from tracker.text.identity import fold
from tracker.topics.certainty import Likelihood, find_measured
from tracker.topics.evidence import Absences
from tracker.topics.reading import NARROWER
from tracker.topics.statuses.absent import find_aligned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model.texts import Version
    from tracker.model.topics import Status, TopicChange, TopicReading, Vocabulary
    from tracker.topics.certainty import CertaintyWeights

Readings = tuple["TopicReading | None", "TopicReading | None"]
"""A topic's readings in the old and in the new text; None where it counts as absent."""


class Doubts:
    """What is known of both sides that makes a claim more certain or less; lengths are without ceremony."""

    def __init__(
        self,
        sides: tuple[Version, Version],
        lengths: tuple[int, int],
        readings: Iterable[Iterable[TopicReading]],
        vocabulary: Vocabulary,
        sure: float,
        weights: CertaintyWeights,
    ) -> None:
        self._texts = [[fold(segment.text) for segment in side.segments] for side in sides]
        self._readings = [{reading.topic: reading for reading in side} for side in readings]
        self._absences = [
            Absences(side, vocabulary, length) for side, length in zip(sides, lengths, strict=True)
        ]
        self._aligned = find_aligned(sides[1])
        old, new = (find_measured(vocabulary, side.language) for side in sides)
        self._measured = old & new
        self._sure = sure
        self._weights = weights

    def weigh(self, change: TopicChange, *, unsure: bool) -> TopicChange:
        """Return a change with its certainty, and with the group that may have spoken for the country.

        A topic whose share is ``unsure`` is not claimed as kept, unless people say that it is.
        """
        sides = change.old, change.new
        decided = [side is not None and side.decided is not None for side in sides]
        certainty = 1.0 if all(decided) else self._rate(change.topic, change.outcome, sides)
        known = all(side is None or side.measured or side.decided is not None for side in sides)
        measured = known and change.topic in self._measured
        least = self._weights.find_threshold(change.outcome, self._sure)
        sure = all(decided) or (measured and certainty is not None and certainty >= least)
        if None in sides:
            sure &= any(map(is_priority, sides)) and not self._is_named(change.topic, sides.index(None))
        doubted = sure and change.outcome == "kept" and unsure and not any(decided)
        return replace(
            change,
            outcome_certainty=certainty,
            measured=measured,
            claimed=sure and not doubted,
            share_unsure=doubted,
            covered=self._aligned if change.outcome == "dropped" else None,
        )

    def may_differ(self, topic: str, pair: Readings) -> bool:
        """Tell whether what one side alone mentions may well be a priority there, and absent elsewhere."""
        if topic not in self._measured or (pair[0] is None) == (pair[1] is None):
            return False
        certainty = self._rate(topic, "new" if pair[0] is None else "dropped", pair)
        return certainty is not None and certainty >= self._weights.perhaps

    def _rate(self, topic: str, status: Status, pair: Readings) -> float | None:
        """Return how sure a status is; None where a reader of topics gives no probabilities."""
        old, new = (self._estimate(topic, reading, side) for side, reading in enumerate(pair))
        if old is None or new is None:
            return None
        unnamed = None in pair and not self._is_named(topic, pair.index(None))
        return self._weights.rate(status, old, new, unnamed=unnamed, same=self._share(pair))

    def _share(self, pair: Readings) -> float:
        """Return how many of the sentences about a topic both sides have word for word, from 0 to 1."""
        old, new = (
            Counter(texts[place] for place in reading.segments) if reading else Counter[str]()
            for texts, reading in zip(self._texts, pair, strict=True)
        )
        return 2 * (old & new).total() / ((old.total() + new.total()) or 1)

    def _estimate(self, topic: str, counted: TopicReading | None, side: int) -> Likelihood | None:
        """Return what a side makes of a topic; ``counted`` is None where a mention counts for nothing."""
        reading = counted or self._readings[side].get(topic)
        if reading is None:
            return self._weights.estimate(self._absences[side].describe(topic))
        if reading.decided is not None:
            return Likelihood(float(is_priority(reading)), 1.0, float(reading.level == "declared"))
        if reading.priority is None or reading.presence is None or reading.declaration is None:
            return None
        return Likelihood(reading.priority, reading.presence, reading.declaration)

    def _is_named(self, topic: str, side: int) -> bool:
        """Tell whether a sentence of a side names a topic, were it in passing."""
        reading = self._readings[side].get(topic)
        return reading is not None and reading.rule != NARROWER


def is_priority(reading: TopicReading | None) -> bool:
    """Tell whether a topic is declared or substantive."""
    return reading is not None and reading.level in PRIORITIES
