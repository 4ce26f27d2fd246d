"""A record that was made from a public mirror: it has no more than that, which is no damage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def note_omissions(connection: sqlite3.Connection, mirror: str, closed: int) -> None:
    """Note from which commit a record was made, and how many rows it lacks since they are closed."""
    if _has_table(connection):
        connection.execute("INSERT INTO omissions (mirror, closed) VALUES (?, ?)", [mirror, closed])


def has_omissions(connection: sqlite3.Connection) -> bool:
    """Tell whether a record was made from a public mirror."""
    return _has_table(connection) and bool(connection.execute("SELECT 1 FROM omissions").fetchone())


def _has_table(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'omissions'").fetchone())
