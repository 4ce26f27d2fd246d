"""What one statement does with each topic, on a terminal: by level, the most said first."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from tracker.model.topics import Level
from tracker.report.comparison.words import decision_words, percent, place, quoted, side_facts
from tracker.report.layout import Line, counted, draw, line, shorten, spread, wrap
from tracker.report.safe import one_line
from tracker.topics.reading import NARROWER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.texts import Side
    from tracker.model.topics import TopicReading, Vocabulary

LEVEL_NOTES: dict[Level, str] = {
    "declared": "named as the speaker's own priority, focus or task",
    "substantive": "argued, or acted on",
    "acknowledged": "named and not pursued",
    "mentioned": "in passing",
}


_NOBODY: Mapping[str, Decision] = MappingProxyType({})


def render_priorities(
    side: Side,
    readings: Sequence[TopicReading],
    vocabulary: Vocabulary,
    absences: Mapping[str, Decision] = _NOBODY,
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the topics of one statement by level, each with its share of the words and a quote.

    Where a statement names no topic of the vocabulary the answer says so. ``absences`` are decisions that a
    topic is absent; they close the list.
    """
    labels = {topic.id: topic.label for topic in vocabulary.topics}
    return draw([*_lines(side, readings, labels, width), *_absent(absences, labels, width)], color=color)


def _absent(absences: Mapping[str, Decision], labels: Mapping[str, str], width: int) -> Iterator[Line]:
    if absences:
        yield line()
        yield line("absent: by human decision", "bold")
    for topic, decision in absences.items():
        yield line(f"  {labels.get(topic, one_line(topic))}")
        yield from wrap(decision_words(decision), width, "      ", "      ")


def _lines(
    side: Side, readings: Sequence[TopicReading], labels: dict[str, str], width: int
) -> Iterator[Line]:
    yield line(shorten(" · ".join(side_facts(side)), width), "bold")
    if not readings:
        yield line("No topic of the vocabulary is named.")
    for level in get_args(Level):
        found = [reading for reading in readings if reading.level == level]
        if found:
            yield line()
            yield line(f"{level}: {LEVEL_NOTES[level]}", "bold")
        for reading in sorted(found, key=lambda reading: (-reading.share, reading.topic)):
            yield from _topic(reading, labels, side, width)


def _topic(reading: TopicReading, labels: dict[str, str], side: Side, width: int) -> Iterator[Line]:
    segment = side.version.segments[reading.leading]
    counts = f"{counted(len(reading.segments), 'sentence')}, {percent(reading.share)}"
    counts = reading.rule if reading.rule == NARROWER else counts
    yield spread(f"  {labels.get(reading.topic, reading.topic)}", counts, width)
    if reading.decided:
        yield from wrap(decision_words(reading.decided), width, "      ", "      ")
    yield line(f"      {place(segment)} {quoted(shorten(segment.text, width - 14))}", "dim")
