"""Statuses: what became of each topic that is a priority on either side."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from tracker.model.topics import Counterpart, Level, Status, Topic, TopicChange, TopicReading
from tracker.topics.certainty.claims import (
    Likelihood,
    estimate_likelihood,
    explain_unfitted,
    load_certainty,
    move_certainty,
    status_certainty,
)
from tracker.topics.levels.assess import PRIORITIES
from tracker.topics.reading import NARROWER, count_substance
from tracker.topics.statuses.absent import Absences, find_aligned, find_closest
from tracker.topics.statuses.shares import Difference, Occupancy, compare_shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary

_IN_DOUBT: Final = 0.5
"""The probability of being there at all below which a mention does not keep a topic from being absent."""

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_TERMS: Final = 8
"""Terms of an absent topic that the closest passage is sought by; the first are the main ones."""

Readings = tuple["TopicReading | None", "TopicReading | None"]


def compare_topics(
    old: Version,
    new: Version,
    old_readings: Sequence[TopicReading],
    new_readings: Sequence[TopicReading],
    vocabulary: Vocabulary,
    *,
    earlier: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[tuple[TopicChange, ...], tuple[Counterpart, ...]]:
    """Return what became of each topic that is a priority on either side, and the counterparts.

    Changes are in the order of ``Status``, within one the strongest first: declared before substantive,
    then by share. ``earlier`` holds the priorities of the sessions before the old one, the latest first; a
    topic among them that was absent from the old text is returned, not new. A topic that is mentioned on one
    side is neither new nor dropped, unless a careful reader would hardly count the mention; one of which the
    old text names only a narrower topic is new, while a narrower topic in the new text keeps a broader one from being dropped.
    New, returned and dropped have a certainty, as has a mention that became a priority or the reverse; they
    are claimed from a threshold on. Up and down are given only where shares differ by a test corrected over
    topics of one level on both sides; kept is claimed only where the share can hardly have halved or doubled.
    With a vocabulary or in a language for which certainty was not fitted, nothing is claimed but what people
    decided on both sides. Counterparts pair the leading segments of topics that are priorities on both sides.
    """
    doubts = _Doubts(old, new, old_readings, new_readings, vocabulary=vocabulary)
    pairs = _pair(old_readings, new_readings, doubts)
    last = {topic: label for label, topics in reversed(tuple(earlier.items())) for topic in topics}
    both = tuple(topic for topic, pair in pairs.items() if all(map(_is_measured, pair)))
    level = [topic for topic in both if len({_RANKS[side.level] for side in pairs[topic] if side}) == 1]
    differences = compare_shares(pairs, _occupancy(old, old_readings), _occupancy(new, new_readings), level)
    topics = {topic.id: topic for topic in vocabulary.topics}
    changes = [
        _change(topics[topic], pair, differences[topic], old, new, last=last.get(topic))
        for topic, pair in pairs.items()
        if topic in topics
    ]
    weighed = (doubts.weigh(change, unsure=differences[change.topic].unsure) for change in changes)
    return tuple(sorted(weighed, key=_strength)), _counterparts(both, pairs)


def find_priorities(readings: Iterable[TopicReading]) -> frozenset[str]:
    """Return the ids of the topics that are priorities."""
    return frozenset(reading.topic for reading in readings if reading.level in PRIORITIES)


def decide_status(
    before: Level | None, after: Level | None, difference: Difference, *, returning: bool = False
) -> Status:
    """Return the status of a topic with these levels; None is absent. One of them is a priority's."""
    if before is None:
        return "returned" if returning else "new"
    if after is None:
        return "dropped"
    if _RANKS[after] != _RANKS[before]:
        return "promoted" if _RANKS[after] > _RANKS[before] else "demoted"
    if not difference.shown:
        return "kept"
    return "up" if sum(difference.interval) > 0 else "down"


_RANKS: Final[Mapping[Level, int]] = {"mentioned": 0, "acknowledged": 0, "substantive": 1, "declared": 2}


def _pair(old: Iterable[TopicReading], new: Iterable[TopicReading], doubts: _Doubts) -> dict[str, Readings]:
    """Return both readings of each topic that is a priority on either side, or may be on one alone."""
    before = {reading.topic: reading for reading in old if reading.rule != NARROWER and _counts(reading)}
    after = {reading.topic: reading for reading in new if _counts(reading)}
    pairs = {topic: (before.get(topic), after.get(topic)) for topic in sorted(before.keys() | after.keys())}
    return {
        topic: pair
        for topic, pair in pairs.items()
        if any(map(_is_priority, pair)) or doubts.may_differ(topic, pair)
    }


def _counts(reading: TopicReading) -> bool:
    """Whether a reading keeps its topic from being absent; what people decided, and priorities, always do."""
    unweighed = reading.decided is not None or reading.presence is None or reading.rule == NARROWER
    return unweighed or reading.level in PRIORITIES or (reading.presence or 0.0) >= _IN_DOUBT


def _is_priority(reading: TopicReading | None) -> bool:
    return reading is not None and reading.level in PRIORITIES


def _is_measured(reading: TopicReading | None) -> bool:
    """Whether a topic is a priority by segments; one that people alone saw has none to count or compare."""
    return reading is not None and bool(reading.segments) and _is_priority(reading)


def _occupancy(version: Version, readings: Iterable[TopicReading]) -> Occupancy:
    return Occupancy(count_substance(version), {reading.topic: reading.segments for reading in readings})


def _change(
    topic: Topic,
    pair: Readings,
    difference: Difference,
    old: Version,
    new: Version,
    *,
    last: str | None,
) -> TopicChange:
    before, after = pair
    levels = before.level if before else None, after.level if after else None
    status = decide_status(*levels, difference, returning=last is not None)
    closest = None
    if before and status == "dropped":
        terms = (*topic.terms.get(new.language, ()), *topic.terms.get("und", ()))[:_TERMS]
        sought = (old.segments[before.leading].text, *terms)
        closest = find_closest([segment.text for segment in new.segments], sought, new.language)
    return TopicChange(
        topic=topic.id,
        label=topic.label,
        kind=topic.kind,
        status=status,
        old=before,
        new=after,
        difference=difference.interval,
        closest=closest,
        last=last if status == "returned" else None,
    )


class _Doubts:
    """What is known of both sides that makes a claim of absence more or less certain."""

    def __init__(
        self, old: Version, new: Version, *readings: Iterable[TopicReading], vocabulary: Vocabulary
    ) -> None:
        self._readings = [{reading.topic: reading for reading in side} for side in readings]
        self._absences = [Absences(side, vocabulary, sum(count_substance(side))) for side in (old, new)]
        self._aligned = find_aligned(new)
        self._fitted = explain_unfitted(vocabulary, {old.language, new.language}) is None

    def weigh(self, change: TopicChange, *, unsure: bool) -> TopicChange:
        """Return a change with its certainty, and with the group that may have spoken for the country.

        A topic whose share is ``unsure`` is not claimed as kept, unless people say that it is.
        """
        covered = self._aligned if change.status == "dropped" else None
        if not self._fitted:
            decided = all(side is not None and side.decided is not None for side in (change.old, change.new))
            return replace(change, claimed=decided, covered=covered)
        priorities = [_is_priority(side) for side in (change.old, change.new)]
        if change.status in {"promoted", "demoted"}:
            return change if all(priorities) else _weigh_move(change)
        if change.status not in {"new", "returned", "dropped"}:
            decided = any(side is not None and side.decided is not None for side in (change.old, change.new))
            return replace(change, claimed=change.status != "kept" or decided or not unsure)
        there, elsewhere = (change.new, 0) if change.old is None else (change.old, 1)
        certainty = self._estimate(change.topic, there, elsewhere)
        sure = certainty is None or certainty >= load_certainty().claimed
        claimed = sure and any(priorities) and not self._is_named(change.topic, elsewhere)
        return replace(change, certainty=certainty, claimed=claimed, covered=covered)

    def may_differ(self, topic: str, pair: Readings) -> bool:
        """Tell whether what one side alone mentions may well be a priority there, and absent elsewhere."""
        before, after = pair
        if not self._fitted or (before is None) == (after is None):
            return False
        certainty = self._estimate(topic, before or after, 1 if after is None else 0)
        return certainty is not None and certainty >= load_certainty().perhaps

    def _estimate(self, topic: str, there: TopicReading | None, side: int) -> float | None:
        """Return how sure it is that a topic is a priority there and absent on the other side."""
        elsewhere = self._readings[side].get(topic)
        here = _likelihood(there)
        if elsewhere:
            other = _likelihood(elsewhere)
        else:
            other = estimate_likelihood(self._absences[side].describe(topic))
        if here is None or other is None:
            return None
        return status_certainty(here, other, unnamed=not self._is_named(topic, side))

    def _is_named(self, topic: str, side: int) -> bool:
        """Tell whether a sentence of a side names a topic, were it in passing."""
        reading = self._readings[side].get(topic)
        return reading is not None and reading.rule != NARROWER


def _weigh_move(change: TopicChange) -> TopicChange:
    """Return a change between a priority and a mention with its certainty, where that is known."""
    sides = (_likelihood(change.old), _likelihood(change.new))
    less, more = sides if change.status == "promoted" else sides[::-1]
    if less is None or more is None:
        return change
    certainty = move_certainty(more, less)
    return replace(change, certainty=certainty, claimed=certainty >= load_certainty().moved)


def _likelihood(reading: TopicReading | None) -> Likelihood | None:
    """Return what a reading says of its topic; a person's word is certain."""
    if reading is None or reading.priority is None or reading.presence is None:
        return None
    if reading.decided is not None:
        return Likelihood(float(reading.level in PRIORITIES), 1.0)
    return Likelihood(reading.priority, reading.presence)


def _strength(change: TopicChange) -> tuple[int, int, float, str]:
    shown = max(
        (reading for reading in (change.old, change.new) if reading is not None),
        key=lambda reading: (_RANKS[reading.level], reading.share),
    )
    return _STATUSES.index(change.status), -_RANKS[shown.level], -shown.share, change.topic


def _counterparts(topics: Sequence[str], pairs: Mapping[str, Readings]) -> tuple[Counterpart, ...]:
    return tuple(
        Counterpart(topic, before.leading, after.leading)
        for topic in topics
        for before, after in [pairs[topic]]
        if before is not None and after is not None
    )
