"""What the mirror does not have yet: triggers mark each unit that any program changes.

They are made with the first mirror, and for a table of a later release with the first update after it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, get_args

from tracker import __version__
from tracker.record.access.closed import Access
from tracker.record.schema.expected import list_made
from tracker.record.schema.migrations import NOTES
from tracker.record.schema.parts import WATCHING, refuse_part
from tracker.record.schema.rows import fetch_value
from tracker.record.schema.units import Unit, read_tables, unit_expression

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.record.schema.expected import SchemaPart
    from tracker.record.schema.units import Table

Event = Literal["INSERT", "UPDATE", "DELETE"]

_LEFT, _TIPS, _CLOSED = "left", "tips", "closed"
"""What is noted besides units: places that rows have left; and for the last complete update of the mirror the
commits of its branches, and what was closed to the public."""

_COMMITS = re.compile(r"([0-9a-f]{40}|None) ([0-9a-f]{40}|None)")
"""The commits of the two branches: what is anything else was written by another program."""

_ROWS: Mapping[Event, tuple[str, ...]] = {"INSERT": ("new",), "UPDATE": ("old", "new"), "DELETE": ("old",)}

_WRITTEN_WITH = frozenset({"segments"})
"""A version is inserted with a hundred segments: a trigger on each would double the time."""

_LAST_RELEASE = "SELECT release FROM runs ORDER BY id DESC LIMIT 1"

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
# Git stores a file as its difference to the one before: so a text takes no room after its document.
_TOGETHER = """
INSERT INTO unmirrored (unit, name)
SELECT unit, name FROM (
    SELECT id, 1 AS place, 'document' AS unit, document AS name FROM snapshots
    UNION ALL SELECT id, 2, 'snapshot', id FROM snapshots
)
ORDER BY id, place
"""

_OF_EDITION = "SELECT id FROM snapshots WHERE edition = old.{}"

# A row that is renamed or deleted leaves a place in the mirror. Files below it move with it, and another
# snapshot may become the latest of its edition.
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
    """What was marked: units by kind and name, and the places in the mirror that rows have left."""

    units: tuple[tuple[Unit, str], ...]
    left: tuple[tuple[str | int | None, ...], ...]


@dataclass(frozen=True, slots=True)
class MirrorState:
    """The mirror when it last had all of the record: its commits, and what was closed to the public."""

    tips: str
    closed: Access

    @property
    def main(self) -> str | None:
        """The commit of the branch ``main``; None where there was none."""
        tip = self.tips.partition(" ")[0]
        return None if tip == str(None) else tip


def install_triggers(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
    """Install the triggers of this release; all units of a table that had others are marked."""
    there = _read_triggers(connection)
    for table in tables.values():
        triggers = dict(_triggers(tables, table))
        if all(there.get(sql) == name for name, sql in triggers.items()):
            continue
        for name, sql in triggers.items():
            connection.execute(f'DROP TRIGGER IF EXISTS main."{name}"')
            connection.execute(sql)
        _mark_table(connection, tables, table)


def has_current_triggers(connection: sqlite3.Connection, path: Path) -> bool:
    """Tell whether the mirror's triggers, if there are any, are exactly those of this release.

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


def find_lost_triggers(connection: sqlite3.Connection) -> list[SchemaPart]:
    """Return the triggers that this release has made and that are gone, or are others by now.

    None is missed where there never was a mirror, nor in a record that was rebuilt and has none yet. Others
    are no sign where another release wrote last, which may have made them otherwise.
    """
    there = {name: sql for sql, name in _read_triggers(connection).items()}
    if not there and read_mirrored(connection) is None:
        return []
    tables = read_tables(connection)
    is_own = fetch_value(connection, _LAST_RELEASE) == __version__
    made = {NOTES, *(name for kind, name in list_made(connection) if kind == "table")}
    watched = (
        triggers
        for table in tables.values()
        for triggers in [dict(_triggers(tables, table))]
        # A table that others have added has triggers from the next update on.
        if table.stored in made or not there.keys().isdisjoint(triggers)
    )
    return [
        ("trigger", name)
        for triggers in watched
        for name, sql in triggers.items()
        if name not in there or (is_own and there[name] != sql)
    ]


def make_triggers_again(connection: sqlite3.Connection, *, compares: bool) -> None:
    """Install what is missing; the next update ``compares`` all rows then, and not the marked ones alone.

    It cannot where the mirror is away: the commits that it should have stay known.
    """
    install_triggers(connection, read_tables(connection))
    if compares:
        forget_mirrored(connection)


def update_triggers(connection: sqlite3.Connection, path: Path) -> None:
    """Replace triggers of another release, before anything is written."""
    if not has_current_triggers(connection, path):
        install_triggers(connection, read_tables(connection))


def _mark_table(connection: sqlite3.Connection, tables: Mapping[str, Table], table: Table) -> None:
    """Mark every unit that has rows in a table."""
    if table.name in _WRITTEN_WITH:
        return
    name = unit_expression(tables, table, f'"{table.name}"')
    # What a row belongs to may have been deleted by another program: no unit has it then.
    connection.execute(
        f"INSERT INTO unmirrored (unit, name) SELECT DISTINCT '{table.unit}', {name}"  # noqa: S608 (our names)
        f' FROM "{table.name}" WHERE {name} IS NOT NULL'
    )


def mark_everything(connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
    """Mark every unit of the record, instead of what was marked, a document just before its snapshot."""
    connection.execute("DELETE FROM unmirrored")
    connection.execute(_TOGETHER)
    for table in tables.values():
        _mark_table(connection, tables, table)


def read_pending(connection: sqlite3.Connection) -> Pending:
    """Return what was marked, each unit once."""
    noted = dict.fromkeys(
        connection.execute(
            "SELECT unit, name FROM unmirrored WHERE unit NOT IN (?, ?) ORDER BY id", [_TIPS, _CLOSED]
        )
    )
    places = (_read_place(name) for unit, name in noted if unit == _LEFT)
    return Pending(
        tuple((unit, name) for unit, name in noted if unit in get_args(Unit)),
        tuple(place for place in places if place),
    )


def _read_place(name: str) -> tuple[str | int | None, ...] | None:
    """Return a place that a trigger noted; None for what another program noted, which is none."""
    try:
        place = json.loads(name)
    except (ValueError, RecursionError):
        return None
    is_place = isinstance(place, list) and all(isinstance(part, (str, int, type(None))) for part in place)
    return tuple(place) if is_place else None


def mark_unit(connection: sqlite3.Connection, unit: Unit, name: str) -> None:
    """Mark a unit whose rows have not changed, and that must be written in another way."""
    connection.execute("INSERT INTO unmirrored (unit, name) VALUES (?, ?)", [unit, name])


def read_mirrored(connection: sqlite3.Connection) -> MirrorState | None:
    """Return the state of the mirror when it last had everything; None where none is noted."""
    noted = dict(
        connection.execute("SELECT unit, name FROM unmirrored WHERE unit IN (?, ?)", [_TIPS, _CLOSED])
    )
    try:
        is_noted = len(noted) > 1 and _COMMITS.fullmatch(noted[_TIPS])
        return MirrorState(noted[_TIPS], _parse_access(noted[_CLOSED])) if is_noted else None
    except (AttributeError, TypeError, ValueError):
        return None


def is_mirrored(connection: sqlite3.Connection) -> bool:
    """Tell whether nothing is marked: the mirror has everything."""
    rows = connection.execute("SELECT unit FROM unmirrored ORDER BY unit LIMIT 3").fetchall()
    return [unit for (unit,) in rows] == [_CLOSED, _TIPS]


def forget_mirrored(connection: sqlite3.Connection) -> None:
    """Forget the commits of the last update, so that the next one compares everything."""
    connection.execute("DELETE FROM unmirrored WHERE unit IN (?, ?)", [_TIPS, _CLOSED])


def mark_mirrored(connection: sqlite3.Connection, mirrored: MirrorState) -> None:
    """Remove all marks: the mirror has everything."""
    connection.execute("DELETE FROM unmirrored")
    connection.executemany(
        "INSERT INTO unmirrored (unit, name) VALUES (?, ?)",
        [(_TIPS, mirrored.tips), (_CLOSED, _write_access(mirrored.closed))],
    )


def _read_triggers(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the names of the mirror's triggers, by their SQL."""
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
        yield _trigger(table, event.lower(), f"AFTER {event}", notes)
    for name, columns, place, below in _LEAVING:
        if name == table.name:
            snapshots = f" INSERT INTO unmirrored (unit, name) SELECT 'snapshot', id FROM ({below});"  # noqa: S608
            notes = _note(_LEFT, place) + snapshots
            yield _trigger(table, "renamed", f"AFTER UPDATE OF {columns}", notes)
            yield _trigger(table, "left", "BEFORE DELETE", notes)


def _note(unit: str, name: str) -> str:
    return f"INSERT INTO unmirrored (unit, name) SELECT '{unit}', {name} WHERE {name} IS NOT NULL;"


def _trigger(table: Table, event: str, when: str, notes: str) -> tuple[str, str]:
    name = f"unmirrored_{table.name}_{event}"
    return name, f'CREATE TRIGGER "{name}" {when} ON "{table.stored}" BEGIN {notes} END'


def _write_access(access: Access) -> str:
    """Return what is closed as JSON: the same text for the same."""
    return json.dumps({field.name: sorted(getattr(access, field.name)) for field in fields(access)})


def _parse_access(text: str) -> Access:
    """Read what ``_write_access`` wrote."""
    return Access(**{name: frozenset(values) for name, values in json.loads(text).items()})
