"""Where sources stand: their latest check, the failures since the last success, and which have gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.ledger.outcomes import read_past, select_checks
from tracker.model.ledger import SourceState
from tracker.model.texts import Reference

if TYPE_CHECKING:
    import sqlite3

    from tracker.model.ledger import Check

_FIRST_GONE = """
WHERE outcomes.outcome = 'gone' AND outcomes.observed >= ? AND outcomes.observed < ?
AND 'gone' IS NOT (
    SELECT earlier.outcome FROM outcomes AS earlier
    WHERE earlier.source = outcomes.source AND earlier.id < outcomes.id ORDER BY earlier.id DESC LIMIT 1
)
ORDER BY outcomes.id
"""

_LAST_SUCCESS = """
SELECT id, observed FROM outcomes
WHERE source = ? AND outcome IN ('new', 'changed', 'unchanged', 'moved') ORDER BY id DESC LIMIT 1
"""

_SUCCESS = """
WHERE outcomes.source = ? AND outcomes.outcome IN ('new', 'changed', 'unchanged', 'moved')
ORDER BY outcomes.id DESC LIMIT 1
"""

_FULL = """
SELECT observed FROM outcomes JOIN runs ON runs.id = outcomes.run
WHERE source = ? AND watch_list = ? AND sha256 IS NOT NULL
AND outcome IN ('new', 'changed', 'unchanged', 'moved')
ORDER BY outcomes.id DESC LIMIT 1
"""

_CAPTURED = """
SELECT country, body, session, item, min(observed) AS captured FROM statements
JOIN editions ON editions.statement = statements.id
JOIN snapshots ON snapshots.edition = editions.id
GROUP BY statements.id HAVING captured >= ? AND captured < ? ORDER BY captured, statements.id
"""


def read_sources(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the ids of all sources that were ever checked."""
    return tuple(row[0] for row in connection.execute("SELECT DISTINCT source FROM outcomes ORDER BY source"))


def read_state(connection: sqlite3.Connection, source: str) -> SourceState | None:
    """Return where a source stands; None where it was never checked."""
    last = read_past(connection, source, 1)
    if not last:
        return None
    found, succeeded = connection.execute(_LAST_SUCCESS, [source]).fetchone() or (0, None)
    failures, since = connection.execute(
        "SELECT count(*), min(observed) FROM outcomes WHERE source = ? AND id > ?", [source, found]
    ).fetchone()
    (waiting,) = connection.execute(
        "SELECT count(*) FROM reviews WHERE source = ? AND verdict IS NULL", [source]
    ).fetchone()
    return SourceState(last[0], succeeded, failures, since, waiting)


def read_first_gone(connection: sqlite3.Connection, first: str, last: str) -> tuple[Check, ...]:
    """Return the checks from one instant to before another that first confirmed that a source had gone."""
    return select_checks(connection, _FIRST_GONE, [first, last])


def read_success(connection: sqlite3.Connection, source: str) -> Check | None:
    """Return the last check by which a source was well; None where none was."""
    return next(iter(select_checks(connection, _SUCCESS, [source])), None)


def read_full_check(connection: sqlite3.Connection, source: str, watch_list: str) -> str | None:
    """Return when a source last gave all its bytes and was well under a watch list; None where never."""
    row = connection.execute(_FULL, [source, watch_list]).fetchone()
    return str(row[0]) if row else None


def read_captured(connection: sqlite3.Connection, first: str, last: str) -> tuple[tuple[Reference, str], ...]:
    """Return the statements first captured from one instant to before another, with when that was."""
    rows = connection.execute(_CAPTURED, [first, last])
    return tuple((Reference(*name), captured) for *name, captured in rows)
