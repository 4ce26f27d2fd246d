"""The schema as the program makes it, part by part: what a record lacks of it, and in which order it is told.

SQLite keeps the parts in the order in which they were made, and ``VACUUM`` in another one. So what is written
of a schema is in the order of the changes that made it, whatever became of the file since.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Final

from tracker.record.schema.migrations import MIGRATIONS, NOTES, list_statements, read_applied
from tracker.record.schema.parts import is_same_part

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SchemaPart = tuple[str, str]
"""A table, index, view or trigger: its kind and its name."""

_PARTS: Final = "SELECT type, name, sql FROM main.sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"


def read_schema(connection: sqlite3.Connection) -> dict[SchemaPart, str]:
    """Return the SQL of each part of the schema that a record has, as the file has them in order."""
    return {(kind, name): str(sql) for kind, name, sql in connection.execute(_PARTS)}


def list_made(connection: sqlite3.Connection) -> Collection[SchemaPart]:
    """Return the parts that the changes make which a record has had."""
    return _make(frozenset(read_applied(connection))).keys()


def find_lost(connection: sqlite3.Connection) -> dict[SchemaPart, str]:
    """Return what makes each part that a record should have, and that is gone or another one.

    The table that notes the changes is another library's, and is not among them. Takes 5 ms.
    """
    there = read_schema(connection)
    expected = _make(frozenset(read_applied(connection))).items()
    return {part: sql for part, sql in expected if not is_same_part(there.get(part, ""), sql)}


def list_in_order(connection: sqlite3.Connection, wanted: str) -> list[tuple[str, str]]:
    """Return kind and SQL of the parts that a condition chooses, in the order in which changes made them.

    First comes what notes the changes, and last what is not ours.
    """
    place = {part: at for at, part in enumerate(_make(frozenset(read_applied(connection))), 1)}
    query = (
        "SELECT type, name, sql, tbl_name = ? FROM main.sqlite_master"  # noqa: S608 (our text)
        f" WHERE sql IS NOT NULL AND ({wanted}) ORDER BY rowid"
    )
    rows = connection.execute(query, [NOTES]).fetchall()
    rows.sort(key=lambda row: 0 if row[3] else place.get((row[0], row[1]), len(place) + 1))
    return [(kind, sql) for kind, _, sql, _ in rows]


@cache
def _make(applied: frozenset[str]) -> Mapping[SchemaPart, str]:
    """Return the parts that some changes make, by making them: a later change may alter an earlier table."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        for name, script in MIGRATIONS:
            for statement in list_statements(script) if name in applied else ():
                model.execute(statement)
        return read_schema(model)
