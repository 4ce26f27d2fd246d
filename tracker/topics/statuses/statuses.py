"""Statuses: what became of each topic that is a priority on either side."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, get_args

from tracker.model.topics import (
    PRIORITIES,
    SURE,
    Counterpart,
    Level,
    Status,
    Topic,
    TopicChange,
    TopicReading,
)
from tracker.topics.certainty import load_certainty
from tracker.topics.mentions import count_substance
from tracker.topics.reading import NARROWER
from tracker.topics.statuses.absent import find_closest
from tracker.topics.statuses.doubts import Doubts, Readings, is_priority
from tracker.topics.statuses.shares import Difference, Occupancy, compare_shares

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tracker.model.changes import Evidence
    from tracker.model.texts import Version
    from tracker.model.topics import Vocabulary
    from tracker.topics.certainty import CertaintyWeights

_IN_DOUBT: Final = 0.5
"""The probability of being there at all below which a mention does not keep a topic from being absent."""

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_TERMS: Final = 8
"""Terms of an absent topic that the closest passage is sought by; the first are the main ones."""


def compare_topics(
    old: Version,
    new: Version,
    old_readings: Sequence[TopicReading],
    new_readings: Sequence[TopicReading],
    vocabulary: Vocabulary,
    *,
    earlier: Mapping[str, frozenset[str]] = MappingProxyType({}),
    between: Mapping[str, frozenset[str]] = MappingProxyType({}),
    own: Collection[str] = (),
    sure: float = SURE,
    weights: CertaintyWeights | None = None,
) -> tuple[tuple[TopicChange, ...], tuple[Counterpart, ...]]:
    """Return what became of each topic that is a priority on either side, and the counterparts.

    Changes are in the order of ``Status``, within one the strongest first: declared before substantive, then
    by share. ``earlier`` holds the priorities of the sessions before the old one, the latest first, and
    ``between`` those of the sessions from there to the new one; a topic among the earlier ones that was
    absent from the old text is returned, not new. ``own`` are situations of the speaker's own country, of
    which nothing is told but what people decided. A topic that is mentioned on one side is neither new nor
    dropped, unless a careful reader would hardly count the mention; one of which the old text names only a
    narrower topic is new, while a narrower topic in the new text keeps a broader one from being dropped.
    Each has a certainty, and is claimed from the threshold at which a share of ``sure`` of such claims were
    true. Up and down are given only where shares differ by a test corrected over topics of one level on both
    sides; kept is claimed only where the share can hardly have halved or doubled. Where certainty was not
    measured it is approximate, and nothing is claimed but what people decided on both sides. Counterparts
    pair the leading segments of topics that are priorities on both sides. ``weights`` are the shipped ones
    unless given.
    """
    readings = old_readings, new_readings
    before, after = (
        Occupancy(count_substance(side), {reading.topic: reading.segments for reading in held})
        for side, held in zip((old, new), readings, strict=True)
    )
    lengths = sum(before.words), sum(after.words)
    doubts = Doubts((old, new), lengths, readings, vocabulary, sure, weights or load_certainty())
    pairs = {
        topic: pair
        for topic, pair in _pair(old_readings, new_readings, doubts).items()
        if topic not in own or any(side and side.decided for side in pair)
    }
    known = {**between, **earlier}
    returning = frozenset[str]().union(*earlier.values())
    last = {
        topic: label for label, topics in reversed(known.items()) for topic in topics if topic in returning
    }
    both = tuple(topic for topic, pair in pairs.items() if all(map(_is_measured, pair)))
    level = [topic for topic in both if len({_RANKS[side.level] for side in pairs[topic] if side}) == 1]
    differences = compare_shares(pairs, before, after, level)
    topics = {topic.id: topic for topic in vocabulary.topics}
    changes = [
        replace(
            _change(topics[topic], pair, differences[topic], old, new, last=last.get(topic)),
            passing=_find_passing(topic, pair, readings),
        )
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


def _pair(old: Iterable[TopicReading], new: Iterable[TopicReading], doubts: Doubts) -> dict[str, Readings]:
    """Return both readings of each topic that is a priority on either side, or may be on one alone."""
    before = {reading.topic: reading for reading in old if reading.rule != NARROWER and _counts(reading)}
    after = {reading.topic: reading for reading in new if _counts(reading)}
    pairs = {topic: (before.get(topic), after.get(topic)) for topic in sorted(before.keys() | after.keys())}
    return {
        topic: pair
        for topic, pair in pairs.items()
        if any(map(is_priority, pair)) or doubts.may_differ(topic, pair)
    }


def _find_passing(
    topic: str, pair: Readings, readings: tuple[Sequence[TopicReading], Sequence[TopicReading]]
) -> Evidence | None:
    """Return where a side names a topic that counts as absent from it."""
    for kept, side in zip(pair, readings, strict=True):
        if kept is None:
            for reading in side:
                if reading.topic == topic and reading.rule != NARROWER:
                    return reading.term
    return None


def _counts(reading: TopicReading) -> bool:
    """Whether a reading keeps its topic from being absent; what people decided, and priorities, always do."""
    weighed = reading.presence is not None and reading.decided is None and reading.rule != NARROWER
    return not weighed or reading.level in PRIORITIES or (reading.presence or 0.0) >= _IN_DOUBT


def _is_measured(reading: TopicReading | None) -> bool:
    """Whether a topic is a priority by segments; one that people alone saw has none to count or compare."""
    return reading is not None and bool(reading.segments) and is_priority(reading)


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
        outcome=status,
        old=before,
        new=after,
        difference=difference.interval,
        closest=closest,
        last=last if status == "returned" else None,
    )


def _strength(change: TopicChange) -> tuple[int, int, float, str]:
    shown = max(
        (reading for reading in (change.old, change.new) if reading is not None),
        key=lambda reading: (_RANKS[reading.level], reading.share),
    )
    return _STATUSES.index(change.outcome), -_RANKS[shown.level], -shown.share, change.topic


def _counterparts(topics: Sequence[str], pairs: Mapping[str, Readings]) -> tuple[Counterpart, ...]:
    return tuple(
        Counterpart(topic, before.leading, after.leading)
        for topic in topics
        for before, after in [pairs[topic]]
        if before is not None and after is not None
    )
