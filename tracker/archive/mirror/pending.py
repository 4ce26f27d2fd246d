"""What the mirror does not hold yet: triggers note each unit that anything changes, by whatever program.

They are made with the first mirror, and for a table of a later release with the first update after it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracker.archive.rights.access import parse_access, write_access
from tracker.archive.schema.parts import WATCHING, refuse_part
from tracker.archive.schema.schema_map import Unit, read_tables, unit_expression

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.archive.rights.access import Access
    from tracker.archive.schema.schema_map import Table

Event = Literal["INSERT", "UPDATE", "DELETE"]

_LEFT, _TIPS, _CLOSED = "left", "tips", "closed"
"""What is noted that is no unit: a place that rows have left, and of the mirror when it last held all: the
commits of its branches, and what was closed to the public."""

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
# Git writes a file as what it differs in from the one before: so a text takes no room beside its document.
_TOGETHER = """
INSERT INTO unmirrored (unit, name)
SELECT unit, name FROM (
    SELECT id, 1 AS place, 'document' AS unit, document AS name FROM snapshots
    UNION ALL SELECT id, 2, 'snapshot', id FROM snapshots
)
ORDER BY id, place
"""

_OF_EDITION = "SELECT id FROM snapshots WHERE edition = old.{}"

# A row that is renamed or deleted leaves a place in the mirror. What stood below moves with it, and another
# snapshot may be the latest of its edition then.
_LEAVING = (
    (
        "statements", "country, body, session, item",
        "json_array(old.country, old.body, old.session, old.item)", _OF_STATEMENT,
    ),
    ("editions", "kind, language, statement", _EDITION, _OF_EDITION.format("id")),
    ("snapshots", "ordinal, edition", _PLACE, _OF_EDITION.format("edition")),
    ("runs", "id, started", "json_array(old.id, old.started)", "SELECT id FROM snapshots WHERE FALSE"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pending:
    """What was noted up to now: units by kind and name, and the places in the mirror that rows have left."""

    units: tuple[tuple[Unit, str], ...]
    left: tuple[tuple[str | int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Mirroring:
    """Of the mirror when it held all of the record: its commits, and what was closed to the public."""

    tips: str
    closed: Access

    @property
    def main(self) -> str | None:
        """The commit of the branch that has everything; None where there was none."""
        tip = self.tips.partition(" ")[0]
        return None if tip == str(None) else tip


def watch_tables(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
    """See that every table is watched as this release does; all rows of one that was not are noted."""
    there = _read_triggers(connection)
    for table in tables.values():
        triggers = dict(_triggers(tables, table))
        if all(there.get(sql) == name for name, sql in triggers.items()):
            continue
        for name, sql in triggers.items():
            connection.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            connection.execute(sql)
        note_all(connection, tables, table)


def is_watched(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether the mirror's triggers, where there are any, are just those that this release makes.

    Raises ``ArchiveUnusable`` for one that belongs to no table.
    """
    there = _read_triggers(connection)
    if not there:
        return True
    tables = read_tables(connection)
    ours = {name: sql for table in tables.values() for name, sql in _triggers(tables, table)}
    for sql, name in there.items():
        if name not in ours:
            refuse_part(path, name, sql)
    return all(ours[name] == sql for sql, name in there.items())


def refit_triggers(connection: sqlite3.Connection, path: Path) -> None:
    """Make the mirror's triggers anew where they are of another release, before anything is written."""
    if not is_watched(connection, path):
        watch_tables(connection, read_tables(connection))


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
    """Note every unit of the record, in place of what was noted, a document just before its snapshot."""
    connection.execute("DELETE FROM unmirrored")
    connection.execute(_TOGETHER)
    for table in tables.values():
        note_all(connection, tables, table)


def read_pending(connection: sqlite3.Connection) -> Pending:
    """Return what was noted, each unit once."""
    noted = dict.fromkeys(
        connection.execute(
            "SELECT unit, name FROM unmirrored WHERE unit NOT IN (?, ?) ORDER BY id", [_TIPS, _CLOSED]
        )
    )
    return Pending(
        tuple((unit, name) for unit, name in noted if unit != _LEFT),
        tuple(tuple(json.loads(name)) for unit, name in noted if unit == _LEFT),
    )


def note_unit(connection: sqlite3.Connection, unit: Unit, name: str) -> None:
    """Note a unit that nothing has changed, and that is to be written in another way."""
    connection.execute("INSERT INTO unmirrored (unit, name) VALUES (?, ?)", [unit, name])


def read_mirrored(connection: sqlite3.Connection) -> Mirroring | None:
    """Return what was noted of the mirror when it last held all; None where it was not, or is damaged."""
    noted = dict(
        connection.execute("SELECT unit, name FROM unmirrored WHERE unit IN (?, ?)", [_TIPS, _CLOSED])
    )
    try:
        return Mirroring(noted[_TIPS], parse_access(noted[_CLOSED])) if len(noted) > 1 else None
    except (AttributeError, TypeError, ValueError):
        return None


def is_mirrored(connection: sqlite3.Connection) -> bool:
    """Tell whether the mirror holds all, as far as was noted."""
    rows = connection.execute("SELECT unit FROM unmirrored ORDER BY unit LIMIT 3").fetchall()
    return [unit for (unit,) in rows] == [_CLOSED, _TIPS]


def forget_mirrored(connection: sqlite3.Connection) -> None:
    """Forget at which commits the mirror held all, so that the next time everything is compared."""
    connection.execute("DELETE FROM unmirrored WHERE unit IN (?, ?)", [_TIPS, _CLOSED])


def note_mirrored(connection: sqlite3.Connection, mirrored: Mirroring) -> None:
    """Take away what was noted: the mirror holds it all."""
    connection.execute("DELETE FROM unmirrored")
    connection.executemany(
        "INSERT INTO unmirrored (unit, name) VALUES (?, ?)",
        [(_TIPS, mirrored.tips), (_CLOSED, write_access(mirrored.closed))],
    )


def _read_triggers(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the names of the mirror's triggers, each by what makes it."""
    return dict(
        connection.execute(
            "SELECT sql, name FROM main.sqlite_master"
            " WHERE sql GLOB 'CREATE TRIGGER *' AND name GLOB ? || '*'",
            [WATCHING],
        )
    )


def _triggers(tables: Mapping[str, Table], table: Table) -> Iterator[tuple[str, str]]:
    """Yield the triggers of a table, each with its name."""
    for event, rows in _ROWS.items():
        if event == "INSERT" and table.name in _WRITTEN_WITH:
            continue
        notes = " ".join(_note(table.unit, unit_expression(tables, table, row)) for row in rows)
        yield _trigger(table.name, event.lower(), f"AFTER {event}", notes)
    for name, columns, place, below in _LEAVING:
        if name == table.name:
            snapshots = f" INSERT INTO unmirrored (unit, name) SELECT 'snapshot', id FROM ({below});"  # noqa: S608
            notes = _note(_LEFT, place) + snapshots
            yield _trigger(name, "renamed", f"AFTER UPDATE OF {columns}", notes)
            yield _trigger(name, "left", "BEFORE DELETE", notes)


def _note(unit: str, name: str) -> str:
    return f"INSERT INTO unmirrored (unit, name) SELECT '{unit}', {name} WHERE {name} IS NOT NULL;"


def _trigger(table: str, event: str, when: str, notes: str) -> tuple[str, str]:
    name = f"unmirrored_{table}_{event}"
    return name, f'CREATE TRIGGER "{name}" {when} ON "{table}" BEGIN {notes} END'
