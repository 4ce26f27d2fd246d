"""Destroying in the record: rows and bytes are overwritten, and no page of the file keeps what they held."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.derived.store import DERIVED_NAME
from tracker.archive.record.segments import forget_words
from tracker.archive.rights.scrubbing import SCRUBBED, Destroyed, scrub
from tracker.archive.schema.connection import FILE_NAME
from tracker.archive.schema.rows import fetch_column, fetch_value, quote_names, update_row
from tracker.archive.schema.schema_map import belongs_to, members, read_tables
from tracker.errors import ArchiveLocked

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.archive.mirror.row_files import Row, Value
    from tracker.archive.schema.schema_map import Table

_GONE = "FROM standing_withdrawals WHERE act = 'destroy'"
_SNAPSHOTS = f"SELECT snapshot {_GONE} AND snapshot IS NOT NULL"
_DOCUMENTS = f"SELECT document {_GONE}"

_STATEMENTS = f"""
SELECT DISTINCT statement FROM snapshots JOIN editions ON editions.id = edition
WHERE snapshots.id IN ({_SNAPSHOTS})
"""  # noqa: S608 (our own text)

_WHOLLY = f"""
SELECT statement FROM snapshots JOIN editions ON editions.id = edition
GROUP BY statement HAVING sum(snapshots.id NOT IN ({_SNAPSHOTS})) = 0
"""  # noqa: S608 (our own text)

_SOURCES = f"""
SELECT source FROM outcomes WHERE snapshot IN ({_SNAPSHOTS}) OR sha256 IN ({_DOCUMENTS})
UNION SELECT source FROM reviews WHERE document IN ({_DOCUMENTS})
"""  # noqa: S608 (our own text)

_ADDRESSES = f"""
SELECT address FROM outcomes WHERE snapshot IN ({_SNAPSHOTS}) OR sha256 IN ({_DOCUMENTS})
"""  # noqa: S608 (our own text)

_OUTCOMES = f"SELECT id FROM outcomes WHERE source IN ({_SOURCES}) AND run <= ?"  # noqa: S608 (our own text)

_NAMES = f"SELECT country, body, session, item FROM statements WHERE id IN ({_STATEMENTS})"  # noqa: S608

_RUNS = f"""
SELECT run FROM (
SELECT run FROM snapshots WHERE id IN ({_SNAPSHOTS})
UNION SELECT run FROM decisions WHERE old_snapshot IN ({_SNAPSHOTS}) OR new_snapshot IN ({_SNAPSHOTS})
UNION SELECT run FROM amendments WHERE statement IN ({_STATEMENTS})
UNION SELECT run FROM reviews WHERE document IN ({_DOCUMENTS}) AND run IS NOT NULL
UNION SELECT expectations.run FROM expectations JOIN statements USING (country, body, session)
    WHERE expectations.item IS statements.item AND statements.id IN ({_STATEMENTS})
) WHERE run <= ?
"""  # noqa: S608 (our own text)

_LATER_TITLES = """
SELECT statement, later FROM amendments WHERE field IN ('title', 'guessed title') AND run > ?
"""
_HISTORY = "SELECT name FROM main.sqlite_master WHERE name IN ('mirror_commits', 'mirror_files')"
_LAST = "SELECT max(run) FROM withdrawals WHERE act = 'destroy'"


def read_destroyed(connection: sqlite3.Connection) -> Destroyed:
    """Return all that was ever destroyed, so that destroying it again changes nothing.

    What was recorded after the last act is not part of it: a later check of a source, for one.
    """
    last = _find_last(connection)
    queries = (_SNAPSHOTS, _DOCUMENTS, _STATEMENTS, _WHOLLY, _SOURCES, _ADDRESSES)
    found = [frozenset(fetch_column(connection, query)) for query in queries]
    found += [frozenset(fetch_column(connection, query, [last])) for query in (_RUNS, _OUTCOMES)]
    names = frozenset(connection.execute(_NAMES))
    titles = frozenset(connection.execute(_LATER_TITLES, [last]))
    return replace(Destroyed(*found), names=names, last=last, later_titles=titles)


def _find_last(connection: sqlite3.Connection) -> int:
    """Return the last run that destroyed anything; 0 where none did."""
    return fetch_value(connection, _LAST) or 0


def destroy_rows(connection: sqlite3.Connection) -> None:
    """Remove what was destroyed from every table; SQLite overwrites what it frees with zeros."""
    gone = read_destroyed(connection)
    tables = read_tables(connection)
    # SQLite empties the pages that it frees, and FTS5 takes a text out of its index by the deleted row.
    connection.execute("PRAGMA secure_delete = ON")
    units = f"IN ({_SNAPSHOTS})"
    forget_words(connection, fetch_column(connection, f"SELECT id FROM versions WHERE snapshot {units}"))  # noqa: S608
    for table in _parts_of_snapshots(tables):
        connection.execute(f'DELETE FROM "{table.stored}" WHERE {belongs_to(tables, table, units)}')  # noqa: S608 (our schema)
    connection.execute(f"UPDATE documents SET bytes = NULL WHERE sha256 IN ({_DOCUMENTS})")  # noqa: S608
    for name in SCRUBBED:
        for key, changed in list(_find_changes(connection, tables[name], gone)):
            update_row(connection, name, (tables[name].key, key), changed)
    _forget_history(connection)


def _forget_history(connection: sqlite3.Connection) -> None:
    """Forget the history of the mirror: it is rewritten, and noted again then."""
    for name in fetch_column(connection, _HISTORY):
        connection.execute(f"DELETE FROM {name}")  # noqa: S608 (our names)


def overwrite_freed_pages(connection: sqlite3.Connection) -> None:
    """Leave no copy of what was deleted: in the index, in free pages, and in the log next to the file.

    Raises ``ArchiveLocked`` where another program still reads what was there before.
    """
    connection.execute("INSERT INTO segments_fts (segments_fts) VALUES ('optimize')")
    connection.execute("VACUUM")
    (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise ArchiveLocked(
            f"{FILE_NAME}-wal still holds what was destroyed, since another program reads {FILE_NAME};"
            " end it, then give the same command again"
        )


def remove_derived(folder: Path) -> None:
    """Remove what was computed: it can be again, for what is left."""
    for path in folder.glob(f"{DERIVED_NAME}*"):
        path.unlink(missing_ok=True)


def _parts_of_snapshots(tables: dict[str, Table]) -> list[Table]:
    """Return the tables whose rows are part of a snapshot, those that refer to others first."""
    parts = [table for table in members(tables, "snapshot") if table.owner]
    return sorted(parts, key=lambda table: -_depth(tables, table))


def _depth(tables: dict[str, Table], table: Table) -> int:
    return 1 + _depth(tables, tables[table.owner.table]) if table.owner else 0


def _find_changes(
    connection: sqlite3.Connection, table: Table, gone: Destroyed
) -> Iterator[tuple[Value, Row]]:
    """Yield the key of each row that quotes what was destroyed, with what its columns are to be."""
    query = f'SELECT {quote_names(table.columns)} FROM "{table.name}"'  # noqa: S608 (our schema)
    for values in connection.execute(query):
        row = dict(zip(table.columns, values, strict=True))
        clean = scrub(table.name, row, gone)
        if clean is not row:
            yield row[table.key], {name: value for name, value in clean.items() if value != row[name]}
