"""What the mirror does not hold yet: triggers note each unit that anything changes, by whatever program.

They are made with the first mirror, and for a table of a later release with the first update after it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracker.archive.placement import Unit, unit_expression

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from tracker.archive.placement import Table

Event = Literal["INSERT", "UPDATE", "DELETE"]

_ROWS: Mapping[Event, tuple[str, ...]] = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}

_WRITTEN_WITH = frozenset({"segments"})
"""A version comes with its segments, a hundred of them: a trigger on each would double the time."""

_EDITION = """(
    SELECT json_array(country, body, session, item, old.kind, old.language)
    FROM statements WHERE id = old.statement
)"""
_PLACE = """(
    SELECT json_array(country, body, session, item, kind, language, old.ordinal)
    FROM editions JOIN statements ON statements.id = statement WHERE editions.id = old.edition
)"""
_OF_STATEMENT = (
    "SELECT snapshots.id FROM snapshots JOIN editions ON editions.id = edition WHERE statement = old.id"
)

# A row that is renamed or deleted leaves a place in the mirror, and takes what stood below with it.
_LEAVING = (
    (
        "statements", "country, body, session, item",
        "json_array(old.country, old.body, old.session, old.item)", _OF_STATEMENT,
    ),
    ("editions", "kind, language, statement", _EDITION, "SELECT id FROM snapshots WHERE edition = old.id"),
    ("snapshots", "ordinal, edition", _PLACE, "SELECT old.id"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pending:
    """What was noted up to now: units by kind and name, and the places in the mirror that rows have left."""

    last: int
    units: tuple[tuple[Unit, str], ...]
    left: tuple[tuple[str | int | None, ...], ...]


def watch_tables(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
    """See that every table is watched; all rows of one that was not are noted."""
    watched = {
        str(name)
        for (name,) in connection.execute(
            "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'unmirrored_%'"
        )
    }
    for table in tables.values():
        if table.name not in watched:
            for statement in _triggers(tables, table):
                connection.execute(statement)
            note_all(connection, tables, table)


def note_all(connection: sqlite3.Connection, tables: Mapping[str, Table], table: Table) -> None:
    """Note every unit that a table has rows in."""
    if table.name in _WRITTEN_WITH:
        return
    name = unit_expression(tables, table, f'"{table.name}"')
    connection.execute(
        f"INSERT INTO unmirrored (unit, name) SELECT DISTINCT '{table.unit}', {name}"  # noqa: S608 (our names)
        f' FROM "{table.name}"'
    )


def note_everything(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
    """Note every unit of the record, in place of what was noted."""
    connection.execute("DELETE FROM unmirrored")
    for table in tables.values():
        note_all(connection, tables, table)


def read_pending(connection: sqlite3.Connection) -> Pending:
    """Return what was noted, each unit once."""
    rows = connection.execute("SELECT unit, name FROM unmirrored ORDER BY id").fetchall()
    (last,) = connection.execute("SELECT ifnull(max(id), 0) FROM unmirrored").fetchone()
    distinct = dict.fromkeys((unit, name) for unit, name in rows)
    return Pending(
        last,
        tuple(pair for pair in distinct if pair[0] != "left"),
        tuple(tuple(json.loads(name)) for unit, name in distinct if unit == "left"),
    )


def forget(connection: sqlite3.Connection, last: int) -> None:
    """Take away what was noted up to a note; what was noted since stays."""
    connection.execute("DELETE FROM unmirrored WHERE id <= ?", [last])


def _triggers(tables: Mapping[str, Table], table: Table) -> Iterator[str]:
    for event, rows in _ROWS.items():
        if event == "INSERT" and table.name in _WRITTEN_WITH:
            continue
        notes = " ".join(_note(table.unit, unit_expression(tables, table, row)) for row in rows)
        yield _trigger(table.name, event.lower(), event, notes)
    for name, columns, place, below in _LEAVING:
        if name == table.name:
            snapshots = f" INSERT INTO unmirrored (unit, name) SELECT 'snapshot', id FROM ({below});"  # noqa: S608
            notes = _note("left", place) + snapshots
            yield _trigger(name, "renamed", f"UPDATE OF {columns}", notes)
            yield _trigger(name, "left", "DELETE", _note("left", place), before=True)


def _note(unit: str, name: str) -> str:
    return f"INSERT INTO unmirrored (unit, name) SELECT '{unit}', {name} WHERE {name} IS NOT NULL;"


def _trigger(table: str, name: str, event: str, notes: str, *, before: bool = False) -> str:
    when = "BEFORE" if before else "AFTER"
    return f'CREATE TRIGGER "unmirrored_{table}_{name}" {when} {event} ON "{table}" BEGIN {notes} END'
