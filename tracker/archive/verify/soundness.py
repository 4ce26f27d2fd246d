"""Whether a record is of the form that the program writes: asked where a command met what cannot be.

Each reader trusts the types of columns, the values that tables allow, and the rows that others name. A record
that was damaged, or came from others, may have any; to look through all of it before each command would take
longer than most commands do.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

from tracker.archive.schema.connection import FILE_NAME, connect_to_read, translate
from tracker.archive.schema.parts import is_same_part
from tracker.archive.verify.structure import make_parts, read_schema
from tracker.errors import ArchiveUnusable, TrackerError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

_TYPES: Final = {
    "TEXT": ("text",),
    "INTEGER": ("integer",),
    "REAL": ("real", "integer"),
    "BLOB": ("blob",),
}
"""What SQLite may hold in a column by its declared type; which it only advises, unless a table is strict."""

_COLUMNS: Final = """
SELECT t.name, c.name, c.type FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid
"""


def find_misfit(folder: Path) -> str | None:
    """Return in one line what is wrong with an archive's record; None where it has none, or a sound one.

    All of it is read: pages, tables, the values that they allow, their types and the rows that others name,
    in this order, and what is met first is told.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        with closing(connect_to_read(path)) as connection, translate(path):
            found = next(_misfits(connection), None)
    except TrackerError as error:
        return str(error)
    return found and str(
        ArchiveUnusable(f"{path} is damaged or was altered ({found}); restore it from a copy")
    )


def _misfits(connection: sqlite3.Connection) -> Iterator[str]:
    told = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if told != "ok":
        yield " ".join(told.split())
    there = read_schema(connection)
    for part, sql in make_parts(connection).items():
        if not is_same_part(there.get(part, ""), sql):
            yield f"{' '.join(part)} is not as the program makes it"
    for table, column, declared in connection.execute(_COLUMNS).fetchall():
        yield from _values_of_other_types(connection, table, column, declared)
    for table, row, wanted, _ in connection.execute("PRAGMA foreign_key_check").fetchall():
        yield f"row {row} of {table} has no {wanted}"


def _values_of_other_types(
    connection: sqlite3.Connection, table: str, column: str, declared: str
) -> Iterator[str]:
    allowed = ", ".join(f"'{name}'" for name in (*_TYPES[declared], "null"))
    query = f'SELECT rowid, typeof("{column}") FROM "{table}" WHERE typeof("{column}") NOT IN ({allowed})'  # noqa: S608 (our schema)
    for row, found in connection.execute(f"{query} LIMIT 1"):
        yield f"row {row} of {table} holds a {found} in {column}"
