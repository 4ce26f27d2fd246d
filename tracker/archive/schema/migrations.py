"""The schema of ``tracker.db``, as named changes that are only ever appended: one ``.sql`` file each.

The second layout is the last of them. A new file gets it, and no other: see ``layout``.

``descriptions.toml`` says what each table and column means; a test holds the two together.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.archive.schema.parts import schema_writable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

MIGRATION_SET = "tracker"
NOTES = "_sqlite_migrations"
"""The table in which sqlite-utils notes what was applied."""

LAYOUT = "layout_2"
"""The change that makes the second layout of a file without rows."""

WITHDRAWALS = "0006_withdrawals"
"""The change that made withdrawals possible."""

MIGRATIONS: tuple[tuple[str, str], ...] = tuple(
    (file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
    # importlib.resources takes 4 ms.
    for file in sorted(Path(__file__).parent.glob("*.sql"))
)
"""Every change of the schema, oldest first, by the name under which it is noted in the file."""


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the changes that the file lacks, each whole or not at all, and say in it what it holds."""
    make_schema(connection, _due(connection))


def make_schema(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Apply those changes that the file lacks of the ones named, such as all that another file had."""
    from sqlite_utils import Database  # noqa: PLC0415 (as below)

    with schema_writable(connection):
        _register(names).apply(Database(connection))
    _describe(connection)


def _describe(connection: sqlite3.Connection) -> None:
    from tracker.archive.schema.descriptions import write_descriptions  # noqa: PLC0415 (3 ms, to write alone)

    write_descriptions(connection)


def is_current(connection: sqlite3.Connection) -> bool:
    """Return whether every change has been applied."""
    return read_applied(connection).issuperset(_due(connection))


def read_applied(connection: sqlite3.Connection) -> set[str]:
    """Return the changes that the file has had."""
    if not _has_notes(connection):
        return set()
    rows = connection.execute(f"SELECT name FROM {NOTES} WHERE migration_set = ?", [MIGRATION_SET])  # noqa: S608 (our name)
    return {str(name) for (name,) in rows}


def find_unnoted(applied: Collection[str], *, has_layout: bool) -> str | None:
    """Return the first change that a file must have had, and that is not noted in it; None for none.

    ``has_layout`` says whether its tables are those of the second layout. A file of an older release lacks
    the last changes alone, and one of a newer release none.
    """
    named = [name for name, _ in MIGRATIONS if name != LAYOUT]
    is_newer = not {*named, LAYOUT}.issuperset(applied)
    due = named if is_newer else named[: len(set(named).intersection(applied))]
    return next((name for name in (*due, *([LAYOUT] if has_layout else ())) if name not in applied), None)


def _due(connection: sqlite3.Connection) -> Collection[str]:
    """Return the changes that a file should have; the layout only where it is made now."""
    is_new = not _has_notes(connection)
    return [name for name, _ in MIGRATIONS if is_new or name != LAYOUT]


def _has_notes(connection: sqlite3.Connection) -> bool:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [NOTES]).fetchone()
    return there is not None


def _register(names: Collection[str]) -> Migrations:
    from sqlite_utils.migrations import Migrations  # noqa: PLC0415 (94 ms, and only a new file is made or an old one changed)

    migrations = Migrations(MIGRATION_SET)
    for name, script in MIGRATIONS:
        if name in names:
            migrations(name=name)(_change(script))
    return migrations


def _change(script: str) -> Callable[[Database], None]:
    def apply(database: Database) -> None:
        # Its own executescript looks for the end of a statement at each character, which is 25 ms.
        for statement in _split(script):
            database.conn.execute(statement)

    return apply


@cache
def _split(script: str) -> tuple[str, ...]:
    """Return the statements of a script, each of which ends with a line."""
    statements = [""]
    for line in script.splitlines(keepends=True):
        statements[-1] += line
        if sqlite3.complete_statement(statements[-1]):
            statements.append("")
    return tuple(filter(str.strip, statements))
