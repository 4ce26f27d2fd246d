"""Rows about what people decided: written once, never changed, and read back as rulings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracker.model.texts import Reference
from tracker.record.schema.rows import insert, pick

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.model.decisions import Quote, Ruling

_NAMES = """
SELECT snapshots.id, country, body, session, item, kind, language, ordinal FROM snapshots
JOIN editions ON editions.id = snapshots.edition
JOIN statements ON statements.id = editions.statement
WHERE snapshots.id IN (SELECT old_snapshot FROM decisions UNION SELECT new_snapshot FROM decisions)
"""

_DECISIONS = """
SELECT old_snapshot, new_snapshot, name, old_segments, new_segments,
    person, decided, question, verdict, label, said, note
FROM decisions
WHERE EXISTS (SELECT 1 FROM readable_snapshots AS shown WHERE shown.id = new_snapshot)
AND (old_snapshot IS NULL OR EXISTS (SELECT 1 FROM readable_snapshots AS shown WHERE shown.id = old_snapshot))
ORDER BY id
"""
"""What quotes a statement that was withdrawn is not shown."""


def write_ruling(connection: sqlite3.Connection, ruling: Ruling, instant: str, run: int) -> None:
    """Add one decision, made at an instant in UTC."""
    from tracker.record.ledger.admitted import find_snapshot  # noqa: PLC0415 (12 ms that reading does not take)

    unit, decision = ruling.unit, ruling.decision
    insert(
        connection,
        "decisions",
        decided=instant,
        unit="change" if unit.old else "topic",
        name=unit.name,
        old_snapshot=find_snapshot(connection, unit.old) if unit.old else None,
        new_snapshot=find_snapshot(connection, unit.new),
        run=run,
        **pick(decision, "person", "question", "verdict", "label", "said", "note"),
        old_segments=write_quotes(unit.old_quotes),
        new_segments=write_quotes(unit.new_quotes),
    )


def read_rulings(connection: sqlite3.Connection) -> tuple[Ruling, ...]:
    """Return every decision in the order of recording, but for those about what was withdrawn."""
    rows = connection.execute(_DECISIONS).fetchall()
    if not rows:
        return ()
    from tracker.model.decisions import Decision, Ruling, Unit  # noqa: PLC0415 (3 ms where nothing was decided)

    names = {id_: Reference(*name) for id_, *name in connection.execute(_NAMES)}
    return tuple(
        Ruling(
            Unit(names.get(old), names[new], name, read_quotes(old_segments), read_quotes(new_segments)),
            Decision(*decision),
        )
        for old, new, name, old_segments, new_segments, *decision in rows
    )


def write_quotes(quotes: Sequence[Quote]) -> str:
    """Return quoted segments as JSON: pairs of text and occurrence."""
    return json.dumps([[quote.text, quote.occurrence] for quote in quotes], ensure_ascii=False)


def read_quotes(text: str) -> tuple[Quote, ...]:
    """Return what ``write_quotes`` wrote."""
    from tracker.model.decisions import Quote  # noqa: PLC0415 (as above)

    return tuple(Quote(str(words), int(occurrence)) for words, occurrence in json.loads(text))
