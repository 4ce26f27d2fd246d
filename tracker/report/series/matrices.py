"""Topics, countries and phrases of a series as JSON under published schemas."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from tracker.model import series
from tracker.model.topics import VocabularyName
from tracker.model.tracing import Biography, BiographyStatement, BiographyTable
from tracker.report.json_text import encode_published
from tracker.report.series.biography import is_exact
from tracker.report.series.countries import find_distinctive
from tracker.report.series.rows import MARKS
from tracker.tracing.biography import find_silences

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.model.series import CountryReading, SessionReading, Standing, Timeline
    from tracker.model.topics import Vocabulary
    from tracker.model.tracing import TracedStatement
    from tracker.report.series.rows import TopicRow


def timeline_json(timeline: Timeline, rows: Sequence[TopicRow]) -> str:
    """Return a timeline as JSON that ``timeline.schema.json`` describes; topics in the order of the rows."""
    known = {row.topic.id for row in rows}
    sessions = (
        replace(each, standings=tuple(cell for cell in each.standings if cell.topic in known))
        for each in timeline.sessions
    )
    return encode_published(
        series.TimelineTable(
            series=timeline.series,
            vocabulary=_name(timeline.vocabulary),
            topics=tuple(_counted(row) for row in rows),
            unmeasured=timeline.unmeasured,
            sure=timeline.sure,
            sessions=tuple(sessions),
        )
    )


def _name(vocabulary: Vocabulary) -> VocabularyName:
    return VocabularyName(vocabulary.name, vocabulary.digest)


def _counted(row: TopicRow) -> series.CountedTopic:
    return series.CountedTopic(row.topic.id, row.topic.label, row.topic.kind, len(row.priorities))


def countries_json(reading: SessionReading, rows: Sequence[TopicRow], everyone: Sequence[TopicRow]) -> str:
    """Return a session's countries as JSON that ``countries.schema.json`` describes."""
    known = {row.topic.id for row in rows}
    countries = (_country(country, known, everyone, reading.spoke) for country in reading.countries)
    return encode_published(
        series.CountriesTable(
            body=reading.body,
            session=reading.session,
            year=reading.year,
            spoke=reading.spoke,
            vocabulary=_name(reading.vocabulary),
            topics=tuple(_counted_levels(row, len(reading.countries)) for row in rows),
            countries=tuple(countries),
        )
    )


def _counted_levels(row: TopicRow, total: int) -> series.CountriesTopic:
    topic = _counted(row)
    share = topic.priorities / total if total else 0.0
    levels: dict[str, Any] = {level: row.count(level) for level in MARKS}
    return series.CountriesTopic(**asdict(topic), share_of_countries=share, **levels)


def _country(
    country: CountryReading, topics: Collection[str], everyone: Sequence[TopicRow], total: int
) -> series.CountryTopics:
    apart = find_distinctive(country, everyone, total)
    return series.CountryTopics(
        country=country.country,
        name=country.name,
        language=country.language,
        statements=country.statements,
        standings=tuple(_without_status(cell) for cell in country.standings if cell.topic in topics),
        apart=tuple(
            series.TopicApart(each.row.topic.id, each.score, len(each.row.priorities) - 1)
            for each in apart
            if each.row.topic.id in topics
        ),
    )


def _without_status(cell: Standing) -> series.CountryStanding:
    return series.CountryStanding(*(getattr(cell, field.name) for field in fields(series.CountryStanding)))


def biography_json(biography: Biography) -> str:
    """Return a biography as JSON that ``biography.schema.json`` describes: every statement read, in order."""
    said = [each for each in biography.statements if is_exact(each)]
    return encode_published(
        BiographyTable(
            asked=biography.asked,
            phrases=biography.phrases,
            topics=biography.topics,
            unit=biography.unit,
            series=biography.series,
            first=said[0].side.name if said else None,
            last=said[-1].side.name if said else None,
            said=len(said),
            loosely=sum(bool(each.occurrences) for each in biography.statements) - len(said),
            times=sum(saying.exact for each in said for saying in each.occurrences),
            silences=find_silences(biography),
            near=biography.near,
            statements=tuple(_statement(each) for each in biography.statements),
        )
    )


def _statement(traced: TracedStatement) -> BiographyStatement:
    side = traced.side
    return BiographyStatement(
        reference=side.name,
        session=side.session,
        session_kind=traced.session_kind,
        delivered=side.delivered,
        kind=side.kind,
        language=side.version.language,
        snapshot=side.snapshot,
        sha256=side.sha256,
        wording=traced.wording,
        leading=traced.leading if traced.occurrences else None,
        edits=traced.edits,
        sayings=traced.occurrences,
    )
