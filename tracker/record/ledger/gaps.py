"""How often a source was checked that gave a snapshot, and the longest time in which nobody looked."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.model.record import Checked
from tracker.record.schema.rows import fetch_column

if TYPE_CHECKING:
    import sqlite3

_SOURCES = "SELECT DISTINCT source FROM outcomes WHERE snapshot = ?"

_SEEN = """
SELECT outcomes.observed, snapshot, run, sha256 IS NOT NULL FROM outcomes
WHERE source = :source AND snapshot IS NOT NULL
UNION ALL
SELECT repeats.observed, snapshot, repeats.run, sha256 IS NOT NULL FROM outcomes
JOIN repeats ON repeats.outcome = outcomes.id WHERE source = :source AND snapshot IS NOT NULL
ORDER BY 1
"""
_CORRECTED = "SELECT id, started FROM runs WHERE kind = 'snapshot' AND command LIKE '%--clock-is-right%'"


def read_checked(connection: sqlite3.Connection, snapshot: int) -> Checked | None:
    """Return how often a snapshot was found by checks; None for one that no source gave.

    The longest gap is that between two checks of one source that both found a text, the second of them
    this one: what was published in between was seen by nobody.
    """
    corrected = connection.execute(_CORRECTED).fetchall()
    found: list[str] = []
    misdated: list[str] = []
    in_full, gaps = 0, [0]
    for source in fetch_column(connection, _SOURCES, [snapshot]):
        seen, wrong = [], []
        for observed, given, run, is_full in connection.execute(_SEEN, {"source": source}):
            in_full += is_full and given == snapshot
            if any(later > run and started < observed for later, started in corrected):
                wrong.append((observed, given))
            else:
                seen.append((observed, given))
        misdated += [observed for observed, given in wrong if given == snapshot]
        found += [observed for observed, given in seen if given == snapshot]
        gaps += [_days(before, now) for (before, _), (now, given) in pairwise(seen) if given == snapshot]
    number = len(found) + len(misdated)
    return Checked(number, in_full, max(found or misdated), max(gaps), len(misdated)) if number else None


def _days(before: str, now: str) -> int:
    return (date.fromisoformat(now[:10]) - date.fromisoformat(before[:10])).days
