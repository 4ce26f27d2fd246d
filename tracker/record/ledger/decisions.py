"""Rows about what people decided, and what second readers answered: written once, and read back as they were.

Of a second reader it is kept what was asked of it, what it answered, and how it was measured.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from tracker.model.texts import Reference
from tracker.record.schema.rows import fetch_column, fetch_value, has_table, insert, pick, read_dicts
from tracker.record.statements import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from tracker.comparing.decisions.opinions import Measured
    from tracker.model.decisions import Opinion, Quote, Request, Ruling, SecondReader

_DECIDED = """
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
        old_segments=_write_quotes(unit.old_quotes),
        new_segments=_write_quotes(unit.new_quotes),
    )


def read_rulings(connection: sqlite3.Connection) -> tuple[Ruling, ...]:
    """Return every decision in the order of recording, but for those about what was withdrawn."""
    rows = connection.execute(_DECISIONS).fetchall()
    if not rows:
        return ()
    from tracker.model.decisions import Decision, Ruling, Unit  # noqa: PLC0415 (3 ms where nothing was decided)

    names = {id_: Reference(*name) for id_, *name in connection.execute(_DECIDED)}
    return tuple(
        Ruling(
            Unit(names.get(old), names[new], name, _read_quotes(old_segments), _read_quotes(new_segments)),
            Decision(*decision),
        )
        for old, new, name, old_segments, new_segments, *decision in rows
    )


# Second readers ----------------------------------------------------------------------------------------

_OPINIONS = """
SELECT coders.name, coders.prompt, coders.kind, asked, topic, side, level, supposed, segments FROM answers
JOIN requests ON requests.id = request
JOIN coders ON coders.id = requests.coder
WHERE old_snapshot = ? AND new_snapshot = ?
ORDER BY answers.id
"""

_MEASURED = """
SELECT country, supposed, answered, coded, number FROM measurements
JOIN coders ON coders.id = coder
WHERE name = ?1 AND prompt IS ?2 AND measurements.run = (
    SELECT max(measurements.run) FROM measurements JOIN coders ON coders.id = coder
    WHERE name = ?1 AND prompt IS ?2
)
"""

_CODER = "SELECT id FROM coders WHERE name = ? AND prompt IS ? AND options = ? AND release = ?"

_SHOWN = "SELECT shown FROM requests JOIN coders ON coders.id = coder WHERE name = ? AND prompt IS ?"

_REQUESTS = """
SELECT requests.id AS id, old_snapshot, new_snapshot, options, coders.release AS release, shown, asked,
    seconds, calls, input_tokens, output_tokens, refused, reply
FROM requests JOIN coders ON coders.id = coder
WHERE name = ?1 AND prompt IS ?2
AND old_snapshot IN (SELECT id FROM readable_snapshots)
AND new_snapshot IN (SELECT id FROM readable_snapshots)
ORDER BY requests.id
"""

_ANSWERS = "SELECT topic, side, level, segments, supposed FROM answers WHERE request = ? ORDER BY id"

_SHOWN_TEXTS = f"""
SELECT snapshots.id, {queries.NAME}, ordinal {queries.ALL_EDITIONS}
JOIN readable_snapshots AS snapshots ON snapshots.edition = editions.id
WHERE snapshots.id IN (SELECT old_snapshot FROM requests UNION SELECT new_snapshot FROM requests)
"""  # noqa: S608 (our own text)

_STATE = "SELECT (SELECT max(id) FROM answers), (SELECT max(id) FROM measurements)"


def write_request(connection: sqlite3.Connection, request: Request, instant: str, run: int) -> None:
    """Add what was asked of a second reader and what was answered, at an instant in UTC."""
    from tracker.record.ledger.admitted import find_snapshot  # noqa: PLC0415 (as above)

    added = insert(
        connection,
        "requests",
        coder=_write_coder(connection, request.reader, run),
        old_snapshot=find_snapshot(connection, request.old),
        new_snapshot=find_snapshot(connection, request.new),
        asked=instant,
        run=run,
        **pick(request, "shown", "seconds", "calls", "input_tokens", "output_tokens", "refused", "reply"),
    )
    for answer in request.answers:
        insert(
            connection,
            "answers",
            request=added,
            **pick(answer, "topic", "side", "level", "supposed"),
            segments=_write_quotes(answer.quotes),
        )


def write_measured(
    connection: sqlite3.Connection, reader: SecondReader, measured: Iterable[Measured], run: int
) -> None:
    """Add what was measured of a second reader, in the place of what was before."""
    coder = _write_coder(connection, reader, run)
    for each in measured:
        insert(connection, "measurements", coder=coder, run=run, **each._asdict())


def _write_coder(connection: sqlite3.Connection, reader: SecondReader, run: int) -> int:
    named = [reader.name, reader.prompt, reader.options, reader.release]
    kind = "model" if reader.prompt else "person"
    return fetch_value(connection, _CODER, named) or insert(
        connection, "coders", kind=kind, run=run, **pick(reader, "name", "prompt", "options", "release")
    )


def _has_requests(connection: sqlite3.Connection) -> bool:
    """Return whether a second reader was ever asked; a record of an older release has no place for it."""
    return has_table(connection, "requests") and bool(
        fetch_value(connection, "SELECT 1 FROM requests LIMIT 1")
    )


def read_opinions(connection: sqlite3.Connection, old: Reference, new: Reference) -> tuple[Opinion, ...]:
    """Return what second readers answered about two snapshots, the last of each, and what it weighs."""
    if not _has_requests(connection):
        return ()
    from tracker.record.ledger.admitted import find_snapshot  # noqa: PLC0415 (as above)

    pair = [find_snapshot(connection, old), find_snapshot(connection, new)]
    rows = connection.execute(_OPINIONS, pair).fetchall()
    if not rows:
        return ()
    from tracker.comparing.decisions.opinions import find_weights  # noqa: PLC0415 (where one was asked)
    from tracker.model.decisions import Opinion  # noqa: PLC0415 (as above)

    weights = {
        coder: find_weights(read_measured(connection, *coder), new.country)
        for coder in {(name, prompt) for name, prompt, *_ in rows}
    }
    last: dict[tuple[str, ...], Opinion] = {}
    for name, prompt, kind, asked, topic, side, level, supposed, segments in rows:
        found = weights[name, prompt]
        # A person may have the name of a model.
        last.pop((kind, name, topic, side), None)
        last[kind, name, topic, side] = Opinion(
            coder=name,
            kind=kind,
            answered=asked,
            topic=topic,
            side=side,
            level=level,
            quotes=_read_quotes(segments),
            alpha=found.alpha if found else None,
            odds=found.find(supposed, level) if found else None,
        )
    return tuple(last.values())


def read_measured(connection: sqlite3.Connection, name: str, prompt: str | None) -> tuple[Measured, ...]:
    """Return what was last measured of a second reader, by name and prompt; nothing where nothing was."""
    from tracker.comparing.decisions.opinions import Measured  # noqa: PLC0415 (as above)

    if not has_table(connection, "measurements"):
        return ()
    return tuple(Measured(*row) for row in connection.execute(_MEASURED, [name, prompt]))


def read_shown(connection: sqlite3.Connection, name: str, prompt: str | None) -> Counter[str]:
    """Return what was shown to a second reader, by digest, and how often something was kept of it."""
    return Counter(fetch_column(connection, _SHOWN, [name, prompt]) if _has_requests(connection) else ())


def read_requests(connection: sqlite3.Connection, name: str, prompt: str | None) -> tuple[Request, ...]:
    """Return what a second reader was asked, by name and prompt, but for what was withdrawn since."""
    if not _has_requests(connection):
        return ()
    from tracker.model.decisions import Answer, Request, SecondReader  # noqa: PLC0415 (as above)

    names = {number: Reference(*row) for number, *row in connection.execute(_SHOWN_TEXTS)}
    found = []
    for row in list(read_dicts(connection.execute(_REQUESTS, [name, prompt]))):
        number, old, new = (row.pop(each) for each in ("id", "old_snapshot", "new_snapshot"))
        reader = SecondReader(name, prompt, row.pop("options"), row.pop("release"))
        answers = tuple(
            Answer(topic, side, level, _read_quotes(segments), supposed)
            for topic, side, level, segments, supposed in connection.execute(_ANSWERS, [number]).fetchall()
        )
        found.append(Request(reader, names[old], names[new], answers=answers, **row))
    return tuple(found)


def read_coded(connection: sqlite3.Connection) -> tuple[int | None, ...]:
    """Return what tells all answers and measurements that there are from those that there will be."""
    if not _has_requests(connection):
        return ()
    return tuple(connection.execute(_STATE).fetchone())


def _write_quotes(quotes: Sequence[Quote]) -> str:
    """Return quoted segments as JSON: pairs of text and occurrence."""
    return json.dumps([[quote.text, quote.occurrence] for quote in quotes], ensure_ascii=False)


def _read_quotes(text: str) -> tuple[Quote, ...]:
    """Return what ``_write_quotes`` wrote."""
    from tracker.model.decisions import Quote  # noqa: PLC0415 (as above)

    return tuple(Quote(str(words), int(occurrence)) for words, occurrence in json.loads(text))
