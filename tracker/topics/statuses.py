"""Statuses: what became of each topic that is a priority on either side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from tracker.model import Counterpart, Level, Passage, Status, Topic, TopicChange, TopicReading
from tracker.topics.closest import find_closest
from tracker.topics.levels import NARROWER, count_substance
from tracker.topics.shares import Difference, Occupancy, compare_shares

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model import Version, Vocabulary

PRIORITIES: Final = frozenset({"declared", "substantive"})
"""The levels that make a topic a priority."""

_STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_TERMS: Final = 8
"""Terms of an absent topic that the closest passage is sought by; the first are the main ones."""

Pair = tuple["TopicReading | None", "TopicReading | None"]


def compare_topics(
    old: Version,
    new: Version,
    old_readings: Sequence[TopicReading],
    new_readings: Sequence[TopicReading],
    vocabulary: Vocabulary,
    *,
    earlier: Sequence[frozenset[str]] = (),
) -> tuple[tuple[TopicChange, ...], tuple[Counterpart, ...]]:
    """Return what became of each topic that is a priority on either side, and the counterparts.

    Changes are in the order of ``Status``, within one the strongest first: declared before substantive,
    then by share. ``earlier`` holds the priorities of sessions before the old one; a topic among them that
    was absent from the old text is returned, not new. A topic that is mentioned on one side is neither new
    nor dropped; one of which the old text names only a narrower topic is new, while a narrower topic in the
    new text keeps a broader one from being dropped. Up and down are claimed only where the interval of the
    difference, corrected over all the topics compared, excludes zero. Counterparts pair the leading segments
    of topics that are priorities on both sides.
    """
    pairs = _pair(old_readings, new_readings)
    known = frozenset[str]().union(*earlier)
    both = tuple(
        topic for topic, (before, after) in pairs.items() if _is_priority(before) and _is_priority(after)
    )
    differences = compare_shares(both, _occupancy(old, old_readings), _occupancy(new, new_readings))
    topics = {topic.id: topic for topic in vocabulary.topics}
    changes = [
        _change(topics[topic], pair, differences.get(topic), old, new, returning=topic in known)
        for topic, pair in pairs.items()
        if topic in topics
    ]
    return tuple(sorted(changes, key=_strength)), _counterparts(both, pairs)


def find_priorities(readings: Iterable[TopicReading]) -> frozenset[str]:
    """Return the ids of the topics that are priorities."""
    return frozenset(reading.topic for reading in readings if reading.level in PRIORITIES)


def decide_status(
    before: Level | None, after: Level | None, difference: Difference | None, *, returning: bool = False
) -> Status:
    """Return the status of a topic with these levels; None is absent. One of them is a priority's."""
    if before is None:
        return "returned" if returning else "new"
    if after is None:
        return "dropped"
    if _RANKS[after] != _RANKS[before]:
        return "promoted" if _RANKS[after] > _RANKS[before] else "demoted"
    if difference is None or not difference.shown:
        return "kept"
    return "up" if difference.interval[0] > 0 else "down"


_RANKS: Final[Mapping[Level, int]] = {"mentioned": 0, "acknowledged": 0, "substantive": 1, "declared": 2}


def _pair(old: Iterable[TopicReading], new: Iterable[TopicReading]) -> dict[str, Pair]:
    before = {reading.topic: reading for reading in old if reading.rule != NARROWER}
    after = {reading.topic: reading for reading in new}
    return {
        topic: (before.get(topic), after.get(topic))
        for topic in sorted(before.keys() | after.keys())
        if _is_priority(before.get(topic)) or _is_priority(after.get(topic))
    }


def _is_priority(reading: TopicReading | None) -> bool:
    return reading is not None and reading.level in PRIORITIES


def _occupancy(version: Version, readings: Iterable[TopicReading]) -> Occupancy:
    return Occupancy(count_substance(version), {reading.topic: reading.segments for reading in readings})


def _change(
    topic: Topic, pair: Pair, difference: Difference | None, old: Version, new: Version, *, returning: bool
) -> TopicChange:
    before, after = pair
    status = decide_status(
        before.level if before else None, after.level if after else None, difference, returning=returning
    )
    return TopicChange(
        topic=topic.id,
        label=topic.label,
        kind=topic.kind,
        status=status,
        old=before,
        new=after,
        difference=difference.interval if difference else None,
        closest=_closest(topic, before, old, new) if before and status == "dropped" else None,
    )


def _closest(topic: Topic, reading: TopicReading, old: Version, new: Version) -> Passage | None:
    terms = (*topic.terms.get(new.language, ()), *topic.terms.get("und", ()))[:_TERMS]
    sought = (old.segments[reading.leading].text, *terms)
    return find_closest([segment.text for segment in new.segments], sought, new.language)


def _strength(change: TopicChange) -> tuple[int, int, float, str]:
    shown = max(
        (reading for reading in (change.old, change.new) if reading is not None),
        key=lambda reading: (_RANKS[reading.level], reading.share),
    )
    return _STATUSES.index(change.status), -_RANKS[shown.level], -shown.share, change.topic


def _counterparts(topics: Sequence[str], pairs: Mapping[str, Pair]) -> tuple[Counterpart, ...]:
    return tuple(
        Counterpart(topic, before.leading, after.leading)
        for topic in topics
        for before, after in [pairs[topic]]
        if before is not None and after is not None
    )
