"""Checks of the record by SQLite itself: pages, schema, references between rows, the full-text index.

``find_defect`` is for commands that fail on a damaged record. Other commands trust the types of columns, the
values that tables allow and the references between rows, since checking all of them takes longer than most
commands do.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Final

from tracker.errors import ArchiveUnusable, TrackerError
from tracker.preservation.mirror.pending import find_lost_triggers
from tracker.preservation.verify.findings import REPAIR, RESTORE, Fix
from tracker.record.schema.connection import FILE_NAME, connect_to_read, translate
from tracker.record.schema.expected import read_schema
from tracker.record.schema.migrations import MIGRATION_SET, NOTES, make_schema
from tracker.record.schema.parts import is_same_part, schema_writable
from tracker.record.schema.rows import quote_names
from tracker.record.statements.segments import Cutter
from tracker.record.storing.guarding import name_parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.preservation.verify.findings import Findings
    from tracker.record.schema.expected import SchemaPart

REBUILD = f"{REPAIR} rebuilds the record from the mirror; without one, {RESTORE}"

_READ = ("table", "view")

_MOST = 100
"""Of messages that SQLite is asked for."""

_INDEX = re.compile(r"row \d+ missing from index|wrong # of entries in index|non-unique entry in index")
_VALUE = re.compile(r"(?:NULL|\w+) value in|CHECK constraint failed in|non-\w+ value in")
_SEARCH = "segments_fts"

_SHADOWS = ("data", "idx", "docsize", "config")

# The index is compared with what it indexes by FTS5 itself, which asks for the right to write: so in a
# copy among the temporary tables, of 0.1 s for 200,000 segments, and on read-only media as well.
_COPY = """
CREATE TEMP VIEW searched AS
    SELECT id, coalesce(folded, cut(version, "start", "end")) AS text FROM main.segments;
CREATE VIRTUAL TABLE temp.index_copy USING fts5 (
    text, content = 'searched', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
"""

_UNINDEXED = "SELECT id FROM segments WHERE id NOT IN (SELECT id FROM segments_fts_docsize)"
_OVERINDEXED = "SELECT id FROM segments_fts_docsize WHERE id NOT IN (SELECT id FROM segments)"


def is_damage(error: BaseException) -> bool:
    """Tell whether an archive could not be opened because its file is damaged."""
    return is_corruption(error.__cause__)


def is_corruption(error: BaseException | None) -> bool:
    """Tell whether an error of SQLite or of Python's binding means that the file is not as it was written.

    Bytes of it have changed, or it lacks a table that another program took away.
    """
    # The binding gives no name where a text is not UTF-8.
    name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT" if isinstance(error, sqlite3.Error) else "")
    is_lacking = name == "SQLITE_ERROR" and str(error).startswith("no such table")
    return is_lacking or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def check_file(connection: sqlite3.Connection, findings: Findings) -> bool:
    """Check the pages of the file, and tell whether rows can be read."""
    try:
        findings.count("file", connection.execute("PRAGMA page_count").fetchone()[0])
        messages = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST})")]
    except sqlite3.DatabaseError as error:
        messages = [str(error)]
    # The check of the full-text index reports its damage better.
    messages = [line for line in messages if line != "ok" and _SEARCH not in line]
    indexes = [line for line in messages if _INDEX.match(line)]
    values = [line for line in messages if _VALUE.match(line)]
    pages = [line for line in messages if line not in {*indexes, *values}]
    if pages:
        meaning = f"pages of the file are damaged, and their contents are lost: {_first(pages)}"
        findings.fault("file", FILE_NAME, FILE_NAME, meaning, REBUILD, Fix("record"))
    elif indexes:
        meaning = f"an index of the file is damaged, the rows themselves are whole: {_first(indexes)}"
        findings.fault("file", FILE_NAME, FILE_NAME, meaning, REPAIR, Fix("structure"))
    for line in values:
        findings.fault("rows", line, FILE_NAME, "a row holds what its table does not allow", REPAIR)
    return not pages


def check_tables(connection: sqlite3.Connection, findings: Findings) -> bool:
    """Check that each part of the schema is as the program makes it, and tell whether what is read is."""
    are_sound, there = True, read_schema(connection)
    for kind, name in find_altered_parts(connection):
        meaning = "it is not as the program makes it" if (kind, name) in there else "it is not there"
        is_table = kind == "table"
        remedy = REBUILD if is_table else f"{REPAIR} restores it"
        fix = Fix("record" if is_table else "structure")
        findings.fault("file", f"{kind} {name}", FILE_NAME, meaning, remedy, fix)
        are_sound &= kind not in _READ
    if are_sound and (lost := find_lost_triggers(connection)):
        meaning = (
            "what marks the changes of any program for the mirror is gone or altered: rows may have been"
            " changed unseen"
        )
        findings.fault(
            "file", name_parts(lost), FILE_NAME, meaning, f"{REPAIR} restores it", Fix("structure")
        )
    return are_sound


def find_altered_parts(connection: sqlite3.Connection) -> dict[SchemaPart, str]:
    """Return what should make each part of the schema that is missing or differs."""
    there = read_schema(connection)
    expected = _expected_schema(connection).items()
    return {part: sql for part, sql in expected if not is_same_part(there.get(part, ""), sql)}


def _expected_schema(connection: sqlite3.Connection) -> dict[SchemaPart, str]:
    """Return the SQL of each part of the schema that a record should have, by kind and name."""
    query = f"SELECT name FROM {NOTES} WHERE migration_set = ?"  # noqa: S608 (a name of sqlite-utils)
    return _schema_after(frozenset(name for (name,) in connection.execute(query, [MIGRATION_SET])))


@cache
def _schema_after(applied: frozenset[str]) -> dict[SchemaPart, str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        make_schema(model, applied)
        return read_schema(model)


def check_links(connection: sqlite3.Connection, findings: Findings) -> None:
    """Check that no row refers to one that does not exist."""
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        findings.count("rows", connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608
    for (table, wanted, value), number in Counter(_missing(connection)).items():
        naming = f"{number:,} rows of {table} name it" if number > 1 else f"a row of {table} names it"
        where = f"{FILE_NAME}, table {wanted}"
        findings.fault("rows", f"{wanted} {value}", where, f"it is not there, and {naming}", REPAIR)


def check_search(connection: sqlite3.Connection, findings: Findings) -> None:
    """Check that the full-text index holds exactly the words of the segments."""
    try:
        findings.count("search index", connection.execute("SELECT count(*) FROM segments").fetchone()[0])
        faults = list(_index_faults(connection))
    except sqlite3.Error as error:
        faults = [f"it cannot be read ({error})"]
    for each in faults:
        meaning = f"{each}: a search may miss what is there, or find what is not"
        remedy = f"{REPAIR} rebuilds it from the segments"
        where = f"{FILE_NAME}, table {_SEARCH}"
        findings.fault("search index", "the full-text index", where, meaning, remedy, Fix("index"))


def _index_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield in which way the full-text index is not that of the segments."""
    for query, what in ((_UNINDEXED, "is not in it"), (_OVERINDEXED, "is in it and in no table")):
        ids = [row[0] for row in connection.execute(query)]
        if ids:
            yield f"segment {ids[0]}{f' and {len(ids) - 1:,} more' if ids[1:] else ''} {what}"
            return
    connection.create_function("cut", 3, Cutter(connection).cut)
    for statement in _COPY.split(";\n")[:-1]:
        connection.execute(statement)
    try:
        with schema_writable(connection):
            for shadow in _SHADOWS:
                copy = f"temp.index_copy_{shadow}"
                connection.execute(f"DELETE FROM {copy}")  # noqa: S608 (names of FTS5)
                connection.execute(f"INSERT INTO {copy} SELECT * FROM main.{_SEARCH}_{shadow}")  # noqa: S608
        connection.execute("INSERT INTO index_copy (index_copy, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        if not error.sqlite_errorname.startswith("SQLITE_CORRUPT"):
            raise
        yield "it has other words than the segments"
    finally:
        connection.execute("DROP TABLE temp.index_copy")
        connection.execute("DROP VIEW temp.searched")


def _missing(connection: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Yield for each dangling reference its table, the other table, and the key that is missing there."""
    columns: dict[tuple[str, int], list[str]] = {}
    for table, row, wanted, key in connection.execute("PRAGMA foreign_key_check").fetchall():
        if (table, key) not in columns:
            columns[table, key] = [
                name
                for (name,) in connection.execute(
                    'SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq', [table, key]
                )
            ]
        quoted = quote_names(columns[table, key])
        values = connection.execute(f'SELECT {quoted} FROM "{table}" WHERE rowid = ?', [row])  # noqa: S608
        yield table, wanted, " ".join(str(value) for value in values.fetchone())


def _first(lines: list[str]) -> str:
    rest = f"; and {len(lines) - 1} more" if lines[1:] else ""
    return f"{' '.join(lines[0].split())}{rest}"


_TYPES: Final = {"TEXT": ("text",), "INTEGER": ("integer",), "REAL": ("real", "integer"), "BLOB": ("blob",)}
"""What SQLite may hold in a column by its declared type; which it only advises, unless a table is strict."""

_COLUMNS: Final = """
SELECT t.name, c.name, c.type FROM pragma_table_list AS t JOIN pragma_table_info(t.name) AS c
WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid
"""


def find_defect(folder: Path) -> str | None:
    """Return in one line the first defect of an archive's record; None where there is none, or no record.

    All of it is read: pages, schema, types of values, and references between rows, in this order.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        with closing(connect_to_read(path)) as connection, translate(path):
            found = next(_defects(connection), None)
    except TrackerError as error:
        return str(error)
    return found and str(
        ArchiveUnusable(
            f"{path} is damaged or was altered ({found}); run: tracker verify, or restore it from a copy"
        )
    )


def _defects(connection: sqlite3.Connection) -> Iterator[str]:
    message = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    if message != "ok":
        yield " ".join(message.split())
    for part in find_altered_parts(connection):
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
