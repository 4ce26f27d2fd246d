"""Topics, countries and phrases of many statements as tables: CSV, JSON Lines and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracker.model.series_rows import MoveRecord, PanelRecord, SayingRecord, StandingRecord, TimelineRecord
from tracker.model.tracing import Biography
from tracker.references import country_name
from tracker.report.records import write_csv, write_records
from tracker.report.series.panels import order_topics
from tracker.report.series.traced import year_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.decisions import Decision
    from tracker.model.panels import CountriesDiff, Panel, PanelCell, PanelEntry
    from tracker.model.series import SessionReading, Standing, Timeline, TimelineSession
    from tracker.model.spread import Spread
    from tracker.model.topics import Topic
    from tracker.model.tracing import Occurrence
    from tracker.report.records import RecordForm
    from tracker.report.series.rows import TopicRow


def panel_table(panel: Panel, topics: Sequence[str], form: RecordForm) -> str | bytes:
    """Return one row for each country, session and topic; ``absent`` where it was read and is not there.

    A statement that was not read has one row, with its ``state`` and no topic.
    """
    shown = [topic for topic, _ in order_topics(panel, topics)]
    rows = (
        PanelRecord(
            *(panel.body, entry.country, country_name(entry.country), entry.session, entry.year, entry.state),
            *facts,
        )
        for entry in panel.entries
        for facts in _entry_facts(entry, shown)
    )
    return write_records(PanelRecord, rows, form)


def _entry_facts(entry: PanelEntry, topics: Sequence[Topic]) -> Iterator[tuple[Any, ...]]:
    if entry.state != "read":
        yield *(None,) * 10, entry.before, entry.statement
        return
    cells = {cell.topic: cell for cell in entry.cells}
    for topic in topics:
        facts = _panel_facts(cells.get(topic.id))
        yield topic.id, topic.label, *facts, entry.before, entry.statement


def _panel_facts(cell: PanelCell | None) -> tuple[Any, ...]:
    if cell is None:
        return "absent", 0, 0.0, None, None, None, None, None
    told = (cell.status, cell.possible, cell.certainty, cell.measured, cell.share_unsure)
    moved = told if cell.status or cell.possible else (None,) * 5
    return cell.level or "absent", cell.sentences, cell.share, *moved


def timeline_table(timeline: Timeline, rows: Sequence[TopicRow], form: RecordForm) -> str | bytes:
    """Return one row for each topic and session, by topic; ``absent`` where it was read and is not there.

    Sessions that were not read have their ``state`` and nothing else.
    """
    records = (
        TimelineRecord(
            *(timeline.series, session.label, session.kind, session.year, session.state),
            *(row.topic.id, row.topic.label, *_timeline_facts(row, session)),
        )
        for row in rows
        for session in timeline.sessions
    )
    return write_records(TimelineRecord, records, form)


def _timeline_facts(row: TopicRow, session: TimelineSession) -> tuple[Any, ...]:
    if session.state != "read":
        return (None,) * 16
    cell = row.cells.get(session.label)
    if cell is None:
        return "absent", 0, 0, 0.0, *(None,) * 7, session.before, *_decision(None)
    told = cell.status, cell.possible, cell.certainty, cell.measured, cell.share_unsure
    return *_standing(cell), *told, session.before, *_decision(cell.decided)


def _standing(cell: Standing) -> tuple[Any, ...]:
    return cell.level or "absent", cell.sentences, cell.words, cell.share, cell.rule or None, cell.priority


def _decision(decision: Decision | None) -> tuple[str | None, ...]:
    if decision is None:
        return (None,) * 4
    return decision.person, decision.decided, decision.said or None, "; ".join(decision.against) or None


def countries_table(reading: SessionReading, rows: Sequence[TopicRow], form: RecordForm) -> str | bytes:
    """Return one row for each country and topic; in CSV a matrix of levels, by countries and topics.

    There, empty is absent, topics are named by id, and the last column names the levels that people decided
    on: ``debt: mentioned (Ana; against Ben: absent)``.
    """
    if form == "csv":
        heads = ["country", *(row.topic.id for row in rows), "decided"]
        return write_csv(heads, (_levels(country.country, rows) for country in reading.countries))
    return write_records(StandingRecord, _country_rows(reading, rows), form)


def _levels(country: str, rows: Sequence[TopicRow]) -> list[str]:
    cells = [row.cells.get(country) for row in rows]
    decided = "; ".join(_decided(cell.topic, cell.decided) for cell in cells if cell and cell.decided)
    return [country, *((cell.level or "") if cell else "" for cell in cells), decided]


def _decided(topic: str, decision: Decision) -> str:
    against = f"; against {', '.join(decision.against)}" if decision.against else ""
    return f"{topic}: {decision.code} ({decision.person}{against})"


def _country_rows(reading: SessionReading, rows: Sequence[TopicRow]) -> Iterator[StandingRecord]:
    for country in reading.countries:
        who = country.country, country.name, country.language, "; ".join(country.statements)
        for row in rows:
            cell = row.cells.get(country.country)
            yield StandingRecord(
                *(reading.body, reading.session, reading.year, *who, row.topic.id, row.topic.label),
                *_country_facts(cell),
                *_decision(cell.decided if cell else None),
            )


def _country_facts(cell: Standing | None) -> tuple[Any, ...]:
    if cell is None:
        return "absent", 0, 0, 0.0, *(None,) * 4
    return *_standing(cell), cell.measured, cell.quote or None


def moves_table(diff: CountriesDiff, form: RecordForm) -> str | bytes:
    """Return one row for each topic and each country in whose statements something became of it."""
    rows = (
        MoveRecord(
            *(diff.body, diff.old, diff.new, move.country, country_name(move.country)),
            topic.id,
            topic.label,
            topic.kind,
            move.status,
            move.possible,
            move.certainty,
            move.measured,
            move.share_unsure,
        )
        for topic in diff.topics
        for move in topic.countries
    )
    return write_records(MoveRecord, rows, form)


def sayings_table(traced: Biography | Spread, form: RecordForm) -> str | bytes:
    """Return one row for each saying, and one for each statement that does not say it; in their order."""
    rows = (
        SayingRecord(*lead, *_saying(each)) for lead, sayings in _said(traced) for each in sayings or (None,)
    )
    return write_records(SayingRecord, rows, form)


def _said(traced: Biography | Spread) -> Iterator[tuple[tuple[Any, ...], tuple[Occurrence, ...]]]:
    """Yield each statement's reference, country, session, year and language, and where it says it."""
    if isinstance(traced, Biography):
        for told in traced.statements:
            side = told.side
            lead = side.name, side.country, side.session, year_of(side), side.version.language
            yield lead, told.occurrences
        return
    for each in traced.statements:
        yield (each.reference, each.country, each.session, each.year, each.language), each.sayings


def _saying(saying: Occurrence | None) -> tuple[Any, ...]:
    if saying is None:
        return "no", *(None,) * 5
    how = "exact" if saying.exact else "loose"
    return how, saying.confidence, saying.asked or None, saying.paragraph, saying.words, saying.text
