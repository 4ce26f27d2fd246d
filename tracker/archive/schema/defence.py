"""SQLite's defensive mode: a command cannot damage the file, not even by what its schema holds.

Python offers it from 3.12 on; before, a connection that writes does without.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def defend(connection: sqlite3.Connection, *, is_on: bool = True) -> None:
    """Forbid changes to the schema's own table, and to those behind the full-text index, or allow them."""
    if configure := getattr(connection, "setconfig", None):
        configure(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), is_on)  # noqa: B009 (older stubs lack it)


@contextmanager
def undefended(connection: sqlite3.Connection) -> Iterator[None]:
    """Allow a change of the schema what only the program itself may do."""
    defend(connection, is_on=False)
    try:
        yield
    finally:
        defend(connection)
