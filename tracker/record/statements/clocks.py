"""Rows about clocks: what the servers of a nightly run said of this machine's, and what is known by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.clock_readings import CLOCK_TOLERANCE, CONFIRMING_HOSTS, ClockReading
from tracker.record.schema.rows import fetch_row, fetch_value, insert

if TYPE_CHECKING:
    import sqlite3

_IS_CONFIRMED = f"hosts >= {CONFIRMING_HOSTS} AND abs(ahead) <= {CLOCK_TOLERANCE}"

# By the servers' clocks: ours may be ahead by up to the tolerance. A record that is made again from a mirror
# ends with a repair: what is later than that was never seen by anybody.
_CONFIRMED_DAY = f"""
SELECT max(date(started, -ahead || ' seconds')) FROM clocks JOIN runs ON runs.id = run WHERE {_IS_CONFIRMED}
AND NOT EXISTS (
    SELECT 1 FROM runs AS later WHERE later.id > runs.id AND kind = 'repair' AND later.started < runs.started
)
"""  # noqa: S608 (our numbers)

# What a person accepted in a review was captured by the night that put it there.
_CAPTURED_BY = """
SELECT runs.kind, runs.id FROM runs WHERE runs.id = coalesce(
    (SELECT outcomes.run FROM reviews JOIN outcomes ON outcomes.id = reviews.outcome
        WHERE reviews.snapshot = ?1),
    (SELECT run FROM snapshots WHERE id = ?1)
)
"""


def write_reading(connection: sqlite3.Connection, run: int, reading: ClockReading) -> None:
    """Keep what servers said of the clock of a run."""
    insert(connection, "clocks", run=run, hosts=reading.hosts, ahead=reading.ahead)


def read_reading(connection: sqlite3.Connection, run: int) -> ClockReading | None:
    """Return what servers said of the clock of a run; None where they were not asked, or it was cut short."""
    row = connection.execute("SELECT hosts, ahead FROM clocks WHERE run = ?", [run]).fetchone()
    return ClockReading(*row) if row else None


def read_confirmed_day(connection: sqlite3.Connection) -> str:
    """Return the latest day (ISO) on which servers confirmed a clock; an empty text where none did."""
    return str(fetch_value(connection, _CONFIRMED_DAY) or "")


def is_captured_by_confirmed_clock(connection: sqlite3.Connection, snapshot: int) -> bool | None:
    """Return whether the clock of the night that captured a snapshot was confirmed; None if no night did."""
    kind, run = fetch_row(connection, _CAPTURED_BY, [snapshot])
    if kind != "snapshot":
        return None
    reading = read_reading(connection, run)
    return reading is not None and reading.is_confirmed
