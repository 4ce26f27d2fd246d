"""What a record has to be whole before it is written: its schema, and the rows that others name.

Triggers, indexes and views are the program's own, and are made again where another program took them away.
Rows are not: what is written goes on from the highest number of a table, so that after a deleted last row the
next one would have its number, and with it all that was said of the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.errors import ArchiveUnusable
from tracker.record.schema.expected import find_lost, read_schema
from tracker.record.statements.segments import rebuild_index

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tracker.record.schema.expected import SchemaPart

MEND: Final = "tracker verify --repair"

_SEARCHED: Final = "segments_fts"

_LINKS: Final = """
SELECT tables.name, links."from", links."table", links."to"
FROM pragma_table_list AS tables, pragma_foreign_key_list(tables.name) AS links
JOIN pragma_table_info(links."table") AS columns ON columns.name = links."to"
WHERE tables.schema = 'main' AND tables.type = 'table' AND columns.pk = 1 AND columns.type = 'INTEGER'
"""
"""Columns that name a row of another table by its number."""

_MOST_NAMED: Final = 3


def check_tables(connection: sqlite3.Connection, path: Path) -> dict[SchemaPart, str]:
    """Return what makes each part of the schema that another program took away or changed.

    Raises ``ArchiveUnusable`` where a table is gone, since nothing can be written then.
    """
    lost = find_lost(connection)
    gone = [name for kind, name in lost.keys() - read_schema(connection).keys() if kind == "table"]
    if gone:
        raise ArchiveUnusable(
            f"{path} lacks what tracker makes ({name_some(gone, 'table')}); nothing was written; to make the"
            f" record again from its mirror: {MEND}; without one, restore a backup"
        )
    return lost


def check_numbers(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``ArchiveUnusable`` where the next row of a table would get the number of one that is named.

    Each table is asked for two numbers, which its indexes know.
    """
    for table, column, wanted, key in connection.execute(_LINKS).fetchall():
        query = f'SELECT (SELECT max("{column}") FROM "{table}"), (SELECT max("{key}") FROM "{wanted}")'  # noqa: S608 (our schema)
        named, last = connection.execute(query).fetchone()
        if named is not None and named > (last or 0):
            raise ArchiveUnusable(
                f"{path} lacks {wanted}/{named}, which another program deleted and rows of {table} name;"
                f" nothing was written, since the next would get its number; to put it back: {MEND};"
                " without a mirror, restore a backup"
            )


def restore_parts(connection: sqlite3.Connection, lost: Mapping[SchemaPart, str]) -> None:
    """Make views, indexes and triggers again. The search index follows where its triggers were away."""
    for (kind, name), sql in lost.items():
        connection.execute(f'DROP {kind} IF EXISTS "{name}"')
        connection.execute(sql)
    if any(kind == "trigger" and _SEARCHED in sql for (kind, _), sql in lost.items()):
        rebuild_index(connection)


def name_parts(parts: Iterable[SchemaPart]) -> str:
    """Return how many parts of each kind there are, the first of them by name."""
    kinds: dict[str, list[str]] = {}
    for kind, name in parts:
        kinds.setdefault(kind, []).append(name)
    return ", ".join(name_some(names, kind) for kind, names in sorted(kinds.items()))


def name_some(names: Iterable[str], kind: str) -> str:
    """Return how many there are of a kind, and the first of them by name."""
    found = sorted(names)
    plural = {"index": "indexes"}.get(kind, f"{kind}s")
    rest = " ..." if found[_MOST_NAMED:] else ""
    return f"{len(found):,} {kind if len(found) == 1 else plural}: {', '.join(found[:_MOST_NAMED])}{rest}"
