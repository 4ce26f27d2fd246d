"""What statements do with each topic, after what people decided; those of one session read as one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from tracker.decisions.rulings import select_levels
from tracker.model.series import Standing
from tracker.topics.decided import LEVELS, find_absences, place_levels
from tracker.topics.mentions import count_substance
from tracker.workflows.compare.compare import side_topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracker.archive.reading.reader import Reader
    from tracker.archive.session import ArchiveSession
    from tracker.model.decisions import Decision, Ruling
    from tracker.model.texts import Reference, Segment, Side, Version
    from tracker.model.topics import TopicReading, Vocabulary

_PARTING = "\n\n"


@dataclass(frozen=True, slots=True)
class SessionText:
    """One or several statements read as one, and their topics."""

    sides: tuple[Side, ...]
    version: Version
    readings: tuple[TopicReading, ...]
    absent: Mapping[str, Decision] = field(default_factory=dict)
    """Who decided, of a topic that none of them names, that it is absent."""

    @property
    def names(self) -> tuple[str, ...]:
        """The references of the statements."""
        return tuple(side.name for side in self.sides)


def read_session_text(
    archive: ArchiveSession, editions: Sequence[Reference], vocabulary: Vocabulary, rulings: Sequence[Ruling]
) -> SessionText:
    """Read the statements of one country at one session; what is derived already is not computed again."""
    reader, derived = archive.reader, archive.derived
    sides = tuple(_read_side(reader, edition) for edition in editions)
    levels = [select_levels(rulings, reader.resolve(edition)) if rulings else () for edition in editions]
    read = [side_topics(side, vocabulary, derived, level) for side, level in zip(sides, levels, strict=True)]
    versions = [side.version for side in sides]
    readings = _join_readings(versions, read, vocabulary)
    absent = [find_absences(place_levels(*each)) for each in zip(levels, versions, strict=True)]
    # Of several statements each must have been judged.
    known = set[str].intersection(*(set(each) for each in absent)) - {each.topic for each in readings}
    return SessionText(
        sides, join_versions(versions), readings, {topic: absent[0][topic] for topic in sorted(known)}
    )


def is_readable(spoken: SessionText, vocabulary: Vocabulary) -> bool:
    """Return whether there is a text in a language that the vocabulary has terms in."""
    tongues = {tongue for topic in vocabulary.topics for tongue, terms in topic.terms.items() if terms}
    return bool(spoken.version.segments) and bool({"und", spoken.version.language} & tongues)


def join_versions(versions: Sequence[Version]) -> Version:
    """Return texts as one, in the first one's language, with segments and paragraphs numbered through."""
    first, *rest = versions
    if not rest:
        return first
    segments: list[Segment] = []
    text, paragraphs = "", 0
    for version in versions:
        start = len(text) + len(_PARTING) if text else 0
        text += (_PARTING if text else "") + version.text
        segments += [
            replace(
                segment,
                ordinal=len(segments) + at,
                paragraph=paragraphs + segment.paragraph,
                start=start + segment.start,
                end=start + segment.end,
            )
            for at, segment in enumerate(version.segments)
        ]
        paragraphs += max((segment.paragraph for segment in version.segments), default=0)
    return replace(first, text=text, segments=tuple(segments))


def make_standing(reading: TopicReading, version: Version) -> Standing:
    """Return a reading with the words that show it."""
    return Standing(
        topic=reading.topic,
        level=reading.level,
        sentences=len(reading.segments),
        words=reading.words,
        share=reading.share,
        rule=reading.rule,
        quote=version.segments[reading.leading].text,
        priority=reading.priority,
        measured=reading.measured,
        decided=reading.decided,
    )


def stand_absent(topic: str, decision: Decision | None = None) -> Standing:
    """Return the standing of a topic that is absent, with who decided so if somebody did."""
    rule = f"person: {decision.person}" if decision else ""
    return Standing(topic, None, 0, 0, 0.0, rule, "", decided=decision)


def stand_topics(spoken: SessionText) -> dict[str, Standing]:
    """Return by topic what a session's statements do with it, and what people decided is absent."""
    held = {reading.topic: make_standing(reading, spoken.version) for reading in spoken.readings}
    return held | {topic: stand_absent(topic, decision) for topic, decision in spoken.absent.items()}


def _read_side(reader: Reader, edition: Reference) -> Side:
    side = reader.side(edition)
    return replace(side, name=str(reader.resolve(edition)))


def _join_readings(
    versions: Sequence[Version], read: Sequence[tuple[TopicReading, ...]], vocabulary: Vocabulary
) -> tuple[TopicReading, ...]:
    if len(versions) == 1:
        return read[0]
    total = sum(sum(count_substance(version)) for version in versions)
    starts = accumulate((len(version.segments) for version in versions), initial=0)
    shifted = [
        replace(
            reading,
            segments=tuple(start + place for place in reading.segments),
            leading=start + reading.leading,
        )
        for start, readings in zip(starts, read, strict=False)
        for reading in readings
    ]
    by_topic = {
        topic.id: [reading for reading in shifted if reading.topic == topic.id] for topic in vocabulary.topics
    }
    return tuple(_join(readings, total) for readings in by_topic.values() if readings)


def _join(readings: Iterable[TopicReading], total: int) -> TopicReading:
    """Return the strongest of one topic's readings, with the words and segments of all."""
    found = sorted(readings, key=lambda reading: LEVELS.index(reading.level))
    words = sum(reading.words for reading in found)
    return replace(
        found[0],
        segments=tuple(sorted(place for reading in found for place in reading.segments)),
        words=words,
        share=round(words / (total or 1), 4),
    )
