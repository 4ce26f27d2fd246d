"""Topics, countries and phrases of a series for programs: CSV, and JSON under published schemas."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, Final

from tracker.model import series
from tracker.model.spread import SpreadStatement
from tracker.model.topics import VocabularyName
from tracker.model.tracing import Biography, BiographyStatement, BiographyTable
from tracker.report.json_text import encode_published
from tracker.report.series.biography import is_exact
from tracker.report.series.countries import find_distinctive
from tracker.report.series.rows import MARKS
from tracker.report.series.traced import year_of
from tracker.report.tables import write_csv
from tracker.tracing.biography import find_silences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.series import CountryReading, SessionReading, Standing, Timeline, TimelineSession
    from tracker.model.spread import Spread
    from tracker.model.topics import Vocabulary
    from tracker.model.tracing import TracedStatement
    from tracker.report.series.rows import TopicRow

_NAMED: Final = ("series", "session", "kind", "year", "state", "topic", "label")
COLUMNS: Final = (
    *_NAMED, "level", "sentences", "words", "share",
    "rule", "priority", "status", "possible", "certainty", "measured", "share_unsure", "before",
    "decided_by", "decided", "said", "against",
)  # fmt: skip


def timeline_csv(timeline: Timeline, rows: Sequence[TopicRow]) -> str:
    """Return one row for each topic and session, by topic; ``absent`` where it was read and is not there.

    ``status`` is what is claimed to have become of the topic since the session in ``before``, ``possible``
    what may have, with the certainty of either. ``priority`` is the probability of a careful reader calling
    it one; ``measured`` tells whether both were measured, or are approximate. Sessions that were not read
    have their ``state`` and nothing else. Shares are from 0 to 1. Where a person decided on the level,
    ``decided_by`` names who, ``decided`` when, ``said`` what had been read, ``against`` who said otherwise.
    """
    return write_csv(COLUMNS, (cells for row in rows for cells in _cells(timeline, row)))


def _cells(timeline: Timeline, row: TopicRow) -> Iterator[tuple[object, ...]]:
    for session in timeline.sessions:
        lead = (timeline.series, session.label, session.kind, session.year, session.state)
        yield (*lead, row.topic.id, row.topic.label, *_facts(row, session))


def _facts(row: TopicRow, session: TimelineSession) -> tuple[object, ...]:
    if session.state != "read":
        return ("",) * (len(COLUMNS) - len(_NAMED))
    cell = row.cells.get(session.label)
    if cell is None:
        return "absent", 0, 0, 0.0, *("",) * 7, session.before, *_decision(None)
    facts = cell.level or "absent", cell.sentences, cell.words, cell.share, cell.rule, cell.priority
    told = cell.status, cell.possible, cell.certainty
    flags = ("yes" if flag else "no" for flag in (cell.measured, cell.share_unsure))
    return *facts, *told, *flags, session.before, *_decision(cell.decided)


def _decision(decision: Decision | None) -> tuple[str, str, str, str]:
    if decision is None:
        return "", "", "", ""
    return decision.person, decision.decided, decision.said, "; ".join(decision.against)


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


def countries_csv(reading: SessionReading, rows: Sequence[TopicRow]) -> str:
    """Return a matrix of levels: a row for each country, a column for each topic by id; empty is absent.

    The last column names the levels that people decided on: ``debt: mentioned (Ana; against Ben: absent)``.
    """
    heads = ["country", *(row.topic.id for row in rows), "decided"]
    return write_csv(heads, (_levels(country.country, rows) for country in reading.countries))


def _levels(country: str, rows: Sequence[TopicRow]) -> list[str]:
    cells = [row.cells.get(country) for row in rows]
    decided = "; ".join(_decided(cell.topic, cell.decided) for cell in cells if cell and cell.decided)
    return [country, *((cell.level or "") if cell else "" for cell in cells), decided]


def _decided(topic: str, decision: Decision) -> str:
    against = f"; against {', '.join(decision.against)}" if decision.against else ""
    return f"{topic}: {decision.code} ({decision.person}{against})"


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


SAYINGS: Final = (
    "reference", "country", "session", "year", "language", "said", "similarity", "asked", "paragraph",
    "words", "sentence",
)  # fmt: skip


def sayings_csv(traced: Biography | Spread) -> str:
    """Return one row for each saying, and one for each statement that does not say it; in their order.

    ``said`` is *exact*, *loose* or *no*; ``similarity`` is 1 where it is exact; ``asked`` is the phrase, or
    the topic, that it is.
    """
    statements = (
        [_placed(each) for each in traced.statements] if isinstance(traced, Biography) else traced.statements
    )
    return write_csv(SAYINGS, (cells for each in statements for cells in _sayings(each)))


def _placed(traced: TracedStatement) -> SpreadStatement:
    side = traced.side
    return SpreadStatement(
        reference=side.name,
        country=side.country or "",
        session=side.session or "",
        year=year_of(side),
        language=side.version.language,
        sayings=traced.occurrences,
    )


def _sayings(each: SpreadStatement) -> Iterator[tuple[object, ...]]:
    lead = (each.reference, each.country, each.session, each.year, each.language)
    if not each.sayings:
        yield (*lead, "no", *("",) * 5)
    for saying in each.sayings:
        how = "exact" if saying.exact else "loose"
        yield (*lead, how, saying.confidence, saying.asked, saying.paragraph, saying.words, saying.text)
