"""Topics, countries and phrases of a series for programs: CSV, and JSON under published schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.json_text import encode_json, plain_fields
from tracker.report.series.biography import is_exact
from tracker.report.series.countries import find_distinctive
from tracker.report.series.timeline import MARKS
from tracker.report.tables import write_csv
from tracker.tracing.biography import find_silences

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.model.series import CountryReading, SessionReading, Standing, Timeline, TimelineSession
    from tracker.model.tracing import Biography, Chapter
    from tracker.report.series.timeline import TopicRow

SCHEMA_VERSION: Final = "1"

COLUMNS: Final = (
    "series", "session", "kind", "year", "state", "topic", "label", "level", "sentences", "words", "share",
    "rule", "priority", "status", "before",
)  # fmt: skip


def timeline_csv(timeline: Timeline, rows: Sequence[TopicRow]) -> str:
    """Return one row for each topic and session, by topic; ``absent`` where it was read and is not there.

    ``status`` is against the session in ``before``, and empty where the topic is a priority at neither.
    ``priority`` is the probability of a careful reader calling it one, where that was fitted. Sessions that
    were not read have their ``state`` and nothing else. Shares are from 0 to 1.
    """
    return write_csv(COLUMNS, (cells for row in rows for cells in _cells(timeline, row)))


def _cells(timeline: Timeline, row: TopicRow) -> Iterator[tuple[object, ...]]:
    for session in timeline.sessions:
        lead = (timeline.series, session.label, session.kind, session.year, session.state)
        yield (*lead, row.topic.id, row.topic.label, *_facts(row, session))


def _facts(row: TopicRow, session: TimelineSession) -> tuple[object, ...]:
    if session.state != "read":
        return ("",) * 8
    cell = row.cells.get(session.label)
    if cell is None:
        return "absent", 0, 0, 0.0, "", "", "", session.before or ""
    level, status = cell.level or "absent", cell.status or ""
    priority = "" if cell.priority is None else cell.priority
    facts = cell.sentences, cell.words, cell.share, cell.rule, priority
    return level, *facts, status, session.before or ""


def timeline_json(timeline: Timeline, rows: Sequence[TopicRow]) -> str:
    """Return a timeline as JSON that ``timeline.schema.json`` describes; topics in the order of the rows."""
    topics = [row.topic for row in rows]
    known = {topic.id for topic in topics}
    return encode_json(
        {
            "schema_version": SCHEMA_VERSION,
            "series": timeline.series,
            "vocabulary": {"name": timeline.vocabulary.name, "digest": timeline.vocabulary.digest},
            "topics": [
                {
                    "id": row.topic.id,
                    "label": row.topic.label,
                    "kind": row.topic.kind,
                    "priorities": len(row.priorities),
                }
                for row in rows
            ],
            "unfitted": timeline.unfitted,
            "sessions": [_session(session, known) for session in timeline.sessions],
        }
    )


def _session(session: TimelineSession, topics: set[str]) -> dict[str, object]:
    standings = [cell for cell in session.standings if cell.topic in topics]
    return {**plain_fields(session), "standings": standings}


def countries_csv(reading: SessionReading, rows: Sequence[TopicRow]) -> str:
    """Return a matrix of levels: a row for each country, a column for each topic by id; empty is absent."""
    heads = ["country", *(row.topic.id for row in rows)]
    return write_csv(heads, (_levels(country.country, rows) for country in reading.countries))


def _levels(country: str, rows: Sequence[TopicRow]) -> list[str]:
    cells = (row.cells.get(country) for row in rows)
    return [country, *((cell.level or "") if cell else "" for cell in cells)]


def countries_json(reading: SessionReading, rows: Sequence[TopicRow], everyone: Sequence[TopicRow]) -> str:
    """Return a session's countries as JSON that ``countries.schema.json`` describes."""
    known = {row.topic.id for row in rows}
    return encode_json(
        {
            "schema_version": SCHEMA_VERSION,
            "body": reading.body,
            "session": reading.session,
            "year": reading.year,
            "spoke": reading.spoke,
            "vocabulary": {"name": reading.vocabulary.name, "digest": reading.vocabulary.digest},
            "topics": [_topic_fields(row, len(reading.countries)) for row in rows],
            "countries": [
                _country_fields(country, known, everyone, reading.spoke) for country in reading.countries
            ],
        }
    )


def _topic_fields(row: TopicRow, total: int) -> dict[str, object]:
    priorities = len(row.priorities)
    return {
        "id": row.topic.id,
        "label": row.topic.label,
        "kind": row.topic.kind,
        "priorities": priorities,
        "share_of_countries": priorities / total if total else 0.0,
        **{level: row.count(level) for level in MARKS},
    }


def _country_fields(
    country: CountryReading, topics: Collection[str], everyone: Sequence[TopicRow], total: int
) -> dict[str, object]:
    return {
        "country": country.country,
        "name": country.name,
        "language": country.language,
        "statements": country.statements,
        "standings": [_standing(cell) for cell in country.standings if cell.topic in topics],
        "apart": [
            {
                "topic": apart.row.topic.id,
                "score": apart.score,
                "others": len(apart.row.priorities) - 1,
            }
            for apart in find_distinctive(country, everyone, total)
            if apart.row.topic.id in topics
        ],
    }


def _standing(cell: Standing) -> dict[str, object]:
    """Return a standing without its status, which needs a session before."""
    fields = plain_fields(cell)
    fields.pop("status")
    return fields


def biography_json(biography: Biography) -> str:
    """Return a biography as JSON that ``biography.schema.json`` describes: every statement read, in order.

    ``start`` and ``end`` are offsets into ``text``; ``edits`` lead from the wording before, and are empty
    where it is the same. ``silences`` are sessions.
    """
    said = [chapter for chapter in biography.chapters if chapter.sayings]
    return encode_json(
        {
            "schema_version": SCHEMA_VERSION,
            "series": biography.series,
            "asked": biography.asked,
            "unit": biography.unit,
            "first": said[0].side.name if said else None,
            "first_exact": next((chapter.side.name for chapter in said if is_exact(chapter)), None),
            "last": said[-1].side.name if said else None,
            "last_exact": next((chapter.side.name for chapter in reversed(said) if is_exact(chapter)), None),
            "silences": find_silences(biography),
            "statements": [_chapter_fields(chapter) for chapter in biography.chapters],
        }
    )


def _chapter_fields(chapter: Chapter) -> dict[str, object]:
    side = chapter.side
    return {
        "reference": side.name,
        "session": side.session,
        "session_kind": chapter.session_kind,
        "delivered": side.delivered,
        "kind": side.kind,
        "language": side.version.language,
        "snapshot": side.snapshot,
        "sha256": side.sha256,
        "wording": chapter.wording,
        "leading": chapter.leading if chapter.sayings else None,
        "edits": chapter.edits,
        "sayings": [
            {**plain_fields(saying), "paragraph": side.version.segments[saying.segments[0]].paragraph}
            for saying in chapter.sayings
        ],
    }
