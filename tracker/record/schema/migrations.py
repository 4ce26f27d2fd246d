"""The schema of ``tracker.db``, as named changes that are only ever appended: one ``.sql`` file each.

``descriptions.toml`` says what each table and column means; a test holds the two together.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.record.schema.parts import schema_writable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

MIGRATION_SET = "tracker"
NOTES = "_sqlite_migrations"
"""The table in which sqlite-utils notes what was applied."""

_BEFORE_RELEASE = "0001_record"
"""The first of fourteen changes that made the same tables one after the other; nothing released has them."""

_CONVERTER = "ff6bc4e"
"""The commit that converts such a record."""

MIGRATIONS: tuple[tuple[str, str], ...] = tuple(
    (file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
    # importlib.resources takes 4 ms.
    for file in sorted(Path(__file__).parent.glob("*.sql"))
)
"""Every change of the schema, oldest first, by the name under which it is noted in the file."""


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the changes that the file lacks, each whole or not at all, and say in it what it holds."""
    make_schema(connection, [name for name, _ in MIGRATIONS])


def make_schema(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Apply those changes that the file lacks of the ones named, such as all that another file had."""
    from sqlite_utils import Database  # noqa: PLC0415 (as below)

    with schema_writable(connection):
        _register(names).apply(Database(connection))
    _describe(connection)


def _describe(connection: sqlite3.Connection) -> None:
    from tracker.record.schema.descriptions import write_descriptions  # noqa: PLC0415 (3 ms, to write alone)

    write_descriptions(connection)


def is_current(connection: sqlite3.Connection) -> bool:
    """Return whether every change has been applied."""
    return read_applied(connection).issuperset(name for name, _ in MIGRATIONS)


def read_applied(connection: sqlite3.Connection) -> set[str]:
    """Return the changes that the file has had."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [NOTES]).fetchone():
        return set()
    rows = connection.execute(f"SELECT name FROM {NOTES} WHERE migration_set = ?", [MIGRATION_SET])  # noqa: S608 (our name)
    return {str(name) for (name,) in rows}


_STAND_INS = (
    'CREATE TEMP TABLE parts (snapshot, document, ordinal, "start", "end", sha256)',
    "CREATE TEMP VIEW holdings AS SELECT id AS snapshot, document FROM main.snapshots",
)


def stand_in(connection: sqlite3.Connection) -> None:
    """Let what reads a record of an older release ask for parts as of a new one: it has none.

    The next command that writes brings the file itself up to date, by a connection of its own.
    """
    if not connection.execute("SELECT 1 FROM main.sqlite_master WHERE name = 'parts'").fetchone():
        for command in _STAND_INS:
            connection.execute(command)


def describe_unknown(applied: Collection[str]) -> str | None:
    """Return why a record or a mirror with these changes is not for this release; None where it is."""
    unknown = sorted(set(applied) - dict(MIGRATIONS).keys())
    if _BEFORE_RELEASE in unknown:
        return (
            "was made before the first release; convert it with what commit"
            f" {_CONVERTER} installs: python -m tracker.archive.storing.convert FOLDER"
        )
    return f"was written by a newer release ({unknown[0]}); upgrade tracker to read it" if unknown else None


def find_unnoted(applied: Collection[str]) -> str | None:
    """Return the first change that a file must have had, and that is not noted in it; None for none.

    A file of an older release lacks the last changes alone, never the first, and one of a newer release none.
    """
    if _BEFORE_RELEASE in applied:
        return None
    named = [name for name, _ in MIGRATIONS]
    is_newer = not set(named).issuperset(applied)
    due = named if is_newer else named[: max(1, len(set(named).intersection(applied)))]
    return next((name for name in due if name not in applied), None)


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
        for statement in list_statements(script):
            database.conn.execute(statement)

    return apply


@cache
def list_statements(script: str) -> tuple[str, ...]:
    """Return the statements of a script, each of which ends with a line."""
    statements = [""]
    for line in script.splitlines(keepends=True):
        statements[-1] += line
        if sqlite3.complete_statement(statements[-1]):
            statements.append("")
    return tuple(filter(str.strip, statements))
