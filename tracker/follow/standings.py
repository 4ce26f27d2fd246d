"""What the statements of a session, read as one, do with each topic: of one country, and of all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import select_levels, settle_rulings
from tracker.comparing.topics.decided import LEVELS, find_absences, place_levels
from tracker.comparing.topics.mentions import count_substance
from tracker.diff.compare import side_topics
from tracker.errors import NotInArchive
from tracker.follow.groups import check_spoke, choose_countries, date_session
from tracker.follow.series import preferred_editions
from tracker.model.series import CountryReading, SessionReading, Standing
from tracker.model.texts import Reference
from tracker.references import country_name, find_body, read_year, resolve_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.decisions import Decision, Ruling
    from tracker.model.texts import Segment, Side, Version
    from tracker.model.topics import TopicReading, Vocabulary
    from tracker.record.reading.reader import Reader

    Progress = Callable[[int, int], None]


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
    return bool(spoken.version.segments) and has_terms(vocabulary, spoken.version.language)


def has_terms(vocabulary: Vocabulary, language: str) -> bool:
    """Return whether a vocabulary has terms in a language, or in all."""
    return any(topic.terms.get(each) for topic in vocabulary.topics for each in (language, "und"))


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


def _make_standing(reading: TopicReading, version: Version) -> Standing:
    """Return a reading with the words that show it."""
    return Standing(
        topic=reading.topic,
        level=reading.level,
        sentences=len(reading.segments),
        words=reading.words,
        share=reading.share,
        rule=reading.rule,
        quote=reading.quote_from(version),
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
    held = {reading.topic: _make_standing(reading, spoken.version) for reading in spoken.readings}
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


def compare_countries(
    archive: ArchiveSession,
    body: str,
    session: str,
    vocabulary: Vocabulary,
    progress: Progress = lambda _done, _total: None,
) -> SessionReading:
    """Read what every country said at a session.

    Of each statement the preferred edition is read; several statements of one country count as one.
    Countries without a text in a language of the vocabulary are left out. Raises ``ReferenceInvalid`` for an
    unknown body or session, ``NotInArchive`` where nobody spoke.
    """
    place = find_body(body)
    label = resolve_session(place, session).label
    spoken: dict[str, SessionText] = {}
    held = _list_editions(archive.reader, place.id, label)
    rulings = settle_rulings(archive.reader.rulings())
    for done, (country, editions) in enumerate(held.items()):
        progress(done, len(held))
        spoken[country] = read_session_text(archive, editions, vocabulary, rulings)
    dates = [side.delivered for each in spoken.values() for side in each.sides]
    read = tuple(
        _read(country, each, vocabulary) for country, each in spoken.items() if is_readable(each, vocabulary)
    )
    return SessionReading(place.id, label, read_year(place.id, label, dates), vocabulary, len(read), read)


def narrow_countries(archive: ArchiveSession, reading: SessionReading, countries: str) -> SessionReading:
    """Return those countries alone that a list names, or that belong to a group in it at the session.

    Raises as ``choose_countries`` does, and ``NotInArchive`` for a country that did not speak.
    """
    chosen = choose_countries(archive, countries)
    where = f"{reading.body} {reading.session}"
    check_spoke(chosen, (each.country for each in reading.countries), where)
    entries = archive.reader.statements(body=reading.body, session=reading.session)
    wanted = chosen.on(date_session(reading.body, reading.session, (each.delivered for each in entries)))
    found = tuple(each for each in reading.countries if each.country in wanted)
    if not found:
        raise NotInArchive(f"the archive has no statement by a member of {countries} at {where}")
    return replace(reading, countries=found)


def _list_editions(reader: Reader, body: str, session: str) -> dict[str, tuple[Reference, ...]]:
    entries = reader.statements(body=body, session=session)
    held: dict[str, tuple[Reference, ...]] = {}
    for country in sorted({entry.reference.country for entry in entries}):
        own = [entry for entry in entries if entry.reference.country == country]
        held[country] = preferred_editions(own, Reference(country, body))
    if not held:
        known = sorted({entry.reference.session or "" for entry in reader.statements(body=body)})
        there = f"it has {len(known)} other sessions of it: tracker list {body}" if known else "none"
        raise NotInArchive(f"the archive has no statement at {body} {session}; {there}")
    return held


def _read(country: str, spoken: SessionText, vocabulary: Vocabulary) -> CountryReading:
    held = stand_topics(spoken)
    standings = tuple(held[topic.id] for topic in vocabulary.topics if topic.id in held)
    return CountryReading(country, country_name(country), spoken.names, spoken.version.language, standings)
