"""Topics by countries for programs: CSV, a matrix of levels, and JSON under a published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.json_text import encode_json
from tracker.report.series.countries import set_apart
from tracker.report.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tracker.model.series import CountryReading, SessionReading
    from tracker.report.series.countries import TopicRow

SCHEMA_VERSION: Final = "1"


def countries_csv(reading: SessionReading, rows: Sequence[TopicRow]) -> str:
    """Return a matrix of levels: a row for each country, a column for each topic by id; empty is absent."""
    heads = ["country", *(row.topic.id for row in rows)]
    return write_csv(heads, (_levels(country.country, rows) for country in reading.countries))


def _levels(country: str, rows: Sequence[TopicRow]) -> list[str]:
    cells = (row.standings.get(country) for row in rows)
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
        "declared": row.count("declared"),
        "substantive": row.count("substantive"),
        "acknowledged": row.count("acknowledged"),
        "mentioned": row.count("mentioned"),
    }


def _country_fields(
    country: CountryReading, topics: Collection[str], everyone: Sequence[TopicRow], total: int
) -> dict[str, object]:
    return {
        "country": country.country,
        "name": country.name,
        "language": country.language,
        "statements": country.statements,
        "standings": [
            {
                "topic": cell.topic,
                "level": cell.level,
                "sentences": cell.sentences,
                "words": cell.words,
                "share": cell.share,
                "rule": cell.rule,
                "quote": cell.quote,
                "priority": cell.priority,
            }
            for cell in country.standings
            if cell.topic in topics
        ],
        "apart": [
            {
                "topic": apart.row.topic.id,
                "score": apart.score,
                "others": len(apart.row.priorities) - 1,
            }
            for apart in set_apart(country, everyone, total)
            if apart.row.topic.id in topics
        ],
    }
