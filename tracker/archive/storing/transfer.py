"""The rows of a record copied into a new file of the second layout, batch by batch, and compared with it.

The old file is attached to the connection of the new one as ``old``. Each row keeps its number, so that what
is there says where to go on. Tables and indexes that somebody has added come along.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from tracker.archive.mirror.pending import install_triggers, mark_unit
from tracker.archive.record.segments import read_segments
from tracker.archive.schema.layout import DOCUMENT, pack, pack_spans, select_columns
from tracker.archive.schema.migrations import LAYOUT, MIGRATION_SET, NOTES, make_schema
from tracker.archive.schema.rows import fetch_column, fetch_value, quote_names, transaction
from tracker.archive.schema.schema_map import BOOKKEEPING, read_tables
from tracker.archive.verify.structure import index_faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

_BATCH = 16_000_000
"""About so many bytes are a transaction."""

_WEIGHTS = {"documents": "size", "versions": "words * 8"}
_LEAST = 200
"""About the bytes of a row; those of texts are told by ``_WEIGHTS`` without reading them."""

_CHANGED = {("segments", "text"), ("documents", "bytes")}
"""Columns that are kept in another way: the digests tell whether they say the same."""

_PACKED = {"documents": ('"bytes"', "packed(bytes)"), "versions": ('"spans"', "packed_spans(spans)")}

_TABLES = """
SELECT name FROM pragma_table_list WHERE schema = 'old' AND type = 'table' AND name NOT LIKE 'sqlite_%'
ORDER BY name
"""

_ADDED = """
SELECT sql FROM old.sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL
    AND name NOT IN (SELECT name FROM main.sqlite_master) AND tbl_name <> 'segments' ORDER BY type DESC
"""

_PLACES = """
INSERT INTO main.segment_offsets (id, version, ordinal, kind, paragraph, "start", "end", folded)
SELECT id, version, ordinal, nullif(kind, 'sentence'), paragraph, "start", "end", folded FROM old.segments
WHERE id BETWEEN ?1 AND ?2
"""
_WORDS = """
INSERT INTO main.segments_fts (rowid, text) SELECT id, coalesce(folded, text) FROM old.segments
WHERE id BETWEEN ?1 AND ?2 ORDER BY id
"""


class _Batch(NamedTuple):
    table: str
    first: int
    last: int
    weight: int


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of the second layout, and those that somebody has added to the old record."""
    names = "SELECT name FROM old._sqlite_migrations WHERE migration_set = ?"
    make_schema(connection, {*fetch_column(connection, names, [MIGRATION_SET]), LAYOUT})
    for sql in fetch_column(connection, _ADDED):
        connection.execute(sql)


def transfer(connection: sqlite3.Connection, progress: Callable[[int, int], None]) -> None:
    """Copy the rows that the new file lacks; ``progress`` is called with bytes done and in all, roughly."""
    connection.create_function("packed", 1, lambda data: data and pack(data))
    connection.create_function("packed_spans", 1, pack_spans)
    batches = [batch for name in _list_tables(connection) for batch in _cut(connection, name)]
    done, total = 0, sum(batch.weight for batch in batches)
    for batch in batches:
        with transaction(connection):
            for sql in _copying(connection, batch.table):
                connection.execute(sql, [batch.first, batch.last])
        done += batch.weight
        progress(done, total)


def finish(connection: sqlite3.Connection) -> None:
    """Copy what is noted of the mirror, of which ``archive.json`` alone has to be written again."""
    with transaction(connection):
        when = f"SELECT applied_at FROM old.{NOTES} AS was WHERE was.name = {NOTES}.name"  # noqa: S608 (a name)
        connection.execute(f"UPDATE main.{NOTES} SET applied_at = ({when}) WHERE name <> ?", [LAYOUT])  # noqa: S608
        watched = "SELECT 1 FROM old.sqlite_master WHERE type = 'trigger' AND name LIKE 'unmirrored_%'"
        if not fetch_value(connection, watched):
            return
        install_triggers(connection, read_tables(connection))
        connection.execute("DELETE FROM main.unmirrored")
        connection.execute("INSERT INTO main.unmirrored SELECT * FROM old.unmirrored")
        mark_unit(connection, "archive", "")


def find_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what in the new file is not as in the old record, or is not sound."""
    for name in _list_tables(connection):
        yield from _compare(connection, name)
    for name, data in connection.execute(f"SELECT sha256, {DOCUMENT} FROM documents"):  # noqa: S608 (our text)
        if data is not None and sha256(data).hexdigest() != name:
            yield f"document {name[:12]} has another digest"
    for number, digest, text in connection.execute("SELECT id, sha256, text FROM versions"):
        if sha256(text.encode()).hexdigest() != digest:
            yield f"text {digest[:12]} has another digest"
        was = "SELECT text FROM old.segments WHERE version = ? ORDER BY ordinal"
        found = read_segments(connection, number, ["ordinal"])
        if [each for _, each in found] != list(fetch_column(connection, was, [number])):
            yield f"a segment of text {digest[:12]} is not what is between its two places"
    for table, row, wanted, _ in connection.execute("PRAGMA main.foreign_key_check"):
        yield f"row {row} of {table} has no {wanted}"
    yield from index_faults(connection)
    message = str(fetch_value(connection, "PRAGMA main.integrity_check(1)"))
    if message != "ok":
        yield " ".join(message.split())


def _compare(connection: sqlite3.Connection, name: str) -> Iterator[str]:
    """Compare the rows of a table, but for texts of segments and bytes; of these, whether they are there."""
    names = [each for each in _read_columns(connection, name) if (name, each) not in _CHANGED]
    columns = select_columns(name, names)
    key = "id" if name == "segments" else "rowid"
    lost = ", bytes IS NULL" if name == "documents" else ""
    rows = [
        connection.execute(f'SELECT {columns}{lost} FROM {at}."{name}" ORDER BY {key}')  # noqa: S608 (our schema)
        for at in ("old", "main")
    ]
    if any(was != now for was, now in zip_longest(*rows)):
        yield f"the rows of {name} are not those of before"


def _list_tables(connection: sqlite3.Connection) -> list[str]:
    return [name for name in fetch_column(connection, _TABLES) if name not in {*BOOKKEEPING, NOTES}]


def _read_columns(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    return fetch_column(connection, "SELECT name FROM pragma_table_info(?, 'old')", [name])


def _cut(connection: sqlite3.Connection, name: str) -> Iterator[_Batch]:
    """Yield batches of the rows of a table that are not in the new file."""
    there = "segment_offsets" if name == "segments" else name
    last = fetch_value(connection, f'SELECT max(rowid) FROM main."{there}"')  # noqa: S608 (our schema)
    after = "TRUE" if last is None else f"rowid > {last}"
    query = f'SELECT rowid, {_WEIGHTS.get(name, 0)} FROM old."{name}" WHERE {after} ORDER BY rowid'  # noqa: S608
    first = row = None
    weight = 0
    for row, size in connection.execute(query):
        first = row if first is None else first
        weight += size + _LEAST
        if weight >= _BATCH:
            yield _Batch(name, first, row, weight)
            first, weight = None, 0
    if first is not None and row is not None:
        yield _Batch(name, first, row, weight)


def _copying(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    """Return the SQL that copies the rows of a table between two numbers."""
    if name == "segments":
        return _PLACES, _WORDS
    names = quote_names(_read_columns(connection, name))
    given = names
    if name in _PACKED:
        column, packed = _PACKED[name]
        given = names.replace(column, packed)
    is_numbered = "SELECT 1 FROM pragma_table_info(?, 'old') WHERE pk AND type = 'INTEGER'"
    number = "" if fetch_value(connection, is_numbered, [name]) else "rowid, "
    source = f'FROM old."{name}" WHERE rowid BETWEEN ?1 AND ?2'
    return (f'INSERT INTO main."{name}" ({number}{names}) SELECT {number}{given} {source}',)
