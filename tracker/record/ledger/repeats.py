"""Checks that found what the check before them found: an outcome is written once, and then repeated.

An ``unchanged`` outcome stays a source's latest as long as each check after it is the same in every column
but the instant. Every such check is a row of ``repeats``, which says in which run and when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.record.schema.rows import fetch_value, insert

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from tracker.model.watching import Exchange

REPEATED: Final = "unchanged"
"""The only outcome that is repeated: every failure and every change has a row and evidence of its own."""

_TIMED = frozenset({"run", "observed", "seconds"})
"""Columns of an outcome that differ from night to night."""

_LATEST = "SELECT id FROM outcomes WHERE source = ? ORDER BY id DESC LIMIT 1"

_WAY = "SELECT url, status FROM exchanges WHERE outcome = ? ORDER BY ordinal"


def write_repeat(
    connection: sqlite3.Connection, row: Mapping[str, object], exchanges: Sequence[Exchange]
) -> int | None:
    """Write a check as a repeat of its source's latest; return that one's id, or None where it is none.

    ``row`` has the values of ``outcomes``. Of the requests the addresses and statuses must be the same.
    """
    if row["outcome"] != REPEATED:
        return None
    latest: int | None = fetch_value(connection, _LATEST, [row["source"]])
    same = " AND ".join(f"{name} IS ?" for name in row if name not in _TIMED)
    values = [value for name, value in row.items() if name not in _TIMED]
    if not fetch_value(connection, f"SELECT 1 FROM outcomes WHERE id = ? AND {same}", [latest, *values]):  # noqa: S608 (our names)
        return None
    if [tuple(way) for way in connection.execute(_WAY, [latest])] != [
        (each.url, each.status) for each in exchanges
    ]:
        return None
    insert(connection, "repeats", outcome=latest, **{name: row[name] for name in sorted(_TIMED)})
    return latest


LAST_OBSERVED = """ifnull(
    (SELECT observed FROM repeats WHERE outcome = outcomes.id ORDER BY run DESC LIMIT 1), outcomes.observed
)"""
"""When a row of ``outcomes`` was last observed."""
