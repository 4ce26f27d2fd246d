"""What people decided about the level of a topic in a statement, applied to its readings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, get_args

from tracker.comparing.decisions.rulings import find_quotes, place_segments
from tracker.comparing.topics.statuses import find_closest
from tracker.model.topics import Level, TopicReading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.model.decisions import DecidedLevel, Decision, Opinion, Ruling
    from tracker.model.texts import Version
    from tracker.model.topics import Topic, TopicChange, Vocabulary

ABSENT: Final = "absent"
"""The label of a topic that a statement does not name; such a topic has no reading."""

LEVELS: Final[tuple[str, ...]] = (*get_args(Level), ABSENT)
"""What a person may say of a topic, strongest first."""


def place_levels(rulings: Sequence[Ruling], version: Version) -> tuple[Ruling, ...]:
    """Return the rulings on topics whose quoted segments a text holds."""
    if not rulings:
        return ()
    places = place_segments(version)
    return tuple(ruling for ruling in rulings if find_quotes(places, ruling.unit.new_quotes) is not None)


def decide_readings(
    readings: tuple[TopicReading, ...], rulings: Sequence[Ruling], version: Version, vocabulary: Vocabulary
) -> tuple[TopicReading, ...]:
    """Return the readings at the levels that people decided on, in the vocabulary's order.

    A topic decided to be absent has none. One that had not been found has no segments and no words, and
    none to quote: it leads to the passage closest to its terms. Topics of another vocabulary are passed over.
    """
    if not rulings:
        return readings
    held = {reading.topic: reading for reading in readings}
    topics = {topic.id: topic for topic in vocabulary.topics}
    for ruling in rulings:
        name, decision = ruling.unit.name, ruling.decision
        if decision.label == ABSENT:
            held.pop(name, None)
        elif name in topics and version.segments:
            reading = held.get(name) or _read_unfound(topics[name], version)
            held[name] = _decide(reading, decision)
    return tuple(held[name] for name in topics if name in held)


def find_absences(rulings: Iterable[Ruling]) -> dict[str, Decision]:
    """Return by topic the decisions that it is absent."""
    return {ruling.unit.name: ruling.decision for ruling in rulings if ruling.decision.label == ABSENT}


def list_weighing(
    opinions: Sequence[Opinion], old: Iterable[Ruling], new: Iterable[Ruling]
) -> tuple[Opinion, ...]:
    """Return the opinions of second readers on what no person decided on that side."""
    if not opinions:
        return ()
    decided = {(side, each.unit.name) for side, some in (("old", old), ("new", new)) for each in some}
    return tuple(each for each in opinions if (each.side, each.topic) not in decided)


def list_levels(
    old: Iterable[Ruling], new: Iterable[Ruling], vocabulary: Vocabulary
) -> tuple[DecidedLevel, ...]:
    """Return the levels that people decided on, of topics of the vocabulary, the old side first."""
    labels = {topic.id: topic.label for topic in vocabulary.topics}
    sides: tuple[tuple[Literal["old", "new"], Iterable[Ruling]], ...] = (("old", old), ("new", new))
    found = [(side, each) for side, rulings in sides for each in rulings if each.unit.name in labels]
    if not found:
        return ()
    from tracker.model.decisions import DecidedLevel  # noqa: PLC0415 (3 ms where nothing was decided)

    return tuple(
        DecidedLevel(side, each.unit.name, labels[each.unit.name], each.decision) for side, each in found
    )


def mark_absences(
    changes: Iterable[TopicChange], old: Mapping[str, Decision], new: Mapping[str, Decision]
) -> tuple[TopicChange, ...]:
    """Return the changes with the decision that made a topic absent on one of their sides: it is claimed."""
    return tuple(_mark(change, old if change.old is None else new) for change in changes)


def _mark(change: TopicChange, decisions: Mapping[str, Decision]) -> TopicChange:
    if change.old is not None and change.new is not None:
        return change
    absent, other = decisions.get(change.topic), change.old or change.new
    if absent is None:
        return change
    is_settled = other is not None and other.decided is not None
    certainty = 1.0 if is_settled else change.outcome_certainty
    return replace(change, absent=absent, claimed=True, outcome_certainty=certainty)


def _decide(reading: TopicReading, decision: Decision) -> TopicReading:
    return replace(
        reading,
        level=decision.label,  # type: ignore[arg-type] # the record holds levels alone
        rule=f"person: {decision.person}",
        decided=decision,
    )


def _read_unfound(topic: Topic, version: Version) -> TopicReading:
    terms = (topic.label, *topic.terms.get(version.language, ()))
    texts = [segment.text for segment in version.segments]
    closest = find_closest(texts, terms, version.language)
    return TopicReading(topic.id, "mentioned", (), 0, 0.0, closest.segment if closest else 0, "")
