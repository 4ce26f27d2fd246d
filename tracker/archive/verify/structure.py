"""What SQLite itself can tell of the record: its pages, the rows that others name, the full-text index."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from tracker.archive.schema.connection import FILE_NAME
from tracker.archive.schema.migrations import MIGRATION_SET, NOTES, make_schema
from tracker.archive.schema.parts import is_same_part
from tracker.archive.verify.notes import REPAIR, RESTORE, Cure, fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.archive.verify.notes import CureKind, Notes

Part = tuple[str, str]
"""A table, index, view or trigger: its kind and its name."""

_MOST = 100
"""Of messages that SQLite is asked for."""

_INDEX = re.compile(r"row \d+ missing from index|wrong # of entries in index|non-unique entry in index")
_VALUE = re.compile(r"(?:NULL|\w+) value in|CHECK constraint failed in|non-\w+ value in")
_SEARCH = "segments_fts"

_SHADOWS = ("data", "idx", "docsize", "config")

# The index is compared with what it indexes by FTS5 itself, which asks for the right to write: so in a
# copy among the temporary tables, of 0.1 s for 200,000 segments, and on read-only media as well.
_COPY = """
CREATE TEMP VIEW searched AS SELECT id, coalesce(folded, text) AS text FROM main.segments;
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
    """Tell whether what SQLite or Python's binding raised says that the file's bytes have changed."""
    # The binding gives no name where a text is not UTF-8.
    name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT" if isinstance(error, sqlite3.Error) else "")
    return isinstance(error, UnicodeDecodeError) or name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def check_file(connection: sqlite3.Connection, notes: Notes) -> bool:
    """Check the pages of the file, and tell whether rows can be read."""
    try:
        notes.look("file", connection.execute("PRAGMA page_count").fetchone()[0])
        told = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({_MOST})")]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        told = [str(error)]
    # What it says of the full-text index is told by the index itself, and better.
    said = [line for line in told if line != "ok" and _SEARCH not in line]
    indexes = [line for line in said if _INDEX.match(line)]
    values = [line for line in said if _VALUE.match(line)]
    pages = [line for line in said if line not in {*indexes, *values}]
    if pages:
        meaning = f"pages of the file are damaged, and what stood on them is lost: {_first(pages)}"
        remedy = f"{REPAIR} makes the record again from the mirror; without one, {RESTORE}"
        notes.find(fault("file", FILE_NAME, FILE_NAME, meaning, remedy), Cure("record"))
    elif indexes:
        meaning = f"an index of the file is damaged, the rows themselves are whole: {_first(indexes)}"
        notes.find(fault("file", FILE_NAME, FILE_NAME, meaning, REPAIR), Cure("structure"))
    for line in values:
        meaning = "a row holds what its table does not allow"
        notes.find(fault("rows", line, FILE_NAME, meaning, REPAIR))
    return not pages


def check_tables(connection: sqlite3.Connection, notes: Notes) -> bool:
    """Check that each part of the schema is as the program makes it, and tell whether the tables are."""
    there = read_schema(connection)
    wrong = [
        part for part, sql in make_parts(connection).items() if not is_same_part(there.get(part, ""), sql)
    ]
    for kind, name in wrong:
        meaning = "it is not as the program makes it" if (kind, name) in there else "it is not there"
        if kind == "table":
            remedy = f"{REPAIR} makes the record again from the mirror; without one, {RESTORE}"
        else:
            remedy = f"{REPAIR} makes it again"
        cure: CureKind = "record" if kind == "table" else "structure"
        notes.find(fault("file", f"{kind} {name}", FILE_NAME, meaning, remedy), Cure(cure))
    return not any(kind == "table" for kind, _ in wrong)


def make_parts(connection: sqlite3.Connection) -> dict[Part, str]:
    """Return what makes each part of the schema that a record should have, by kind and name."""
    query = f"SELECT name FROM {NOTES} WHERE migration_set = ?"  # noqa: S608 (a name of sqlite-utils)
    applied = [name for (name,) in connection.execute(query, [MIGRATION_SET])]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        make_schema(model, applied)
        return read_schema(model)


def read_schema(connection: sqlite3.Connection) -> dict[Part, str]:
    """Return what made each part of the schema that a record has."""
    rows = connection.execute("SELECT type, name, sql FROM main.sqlite_master WHERE sql IS NOT NULL")
    return {(kind, name): str(sql) for kind, name, sql in rows}


def check_links(connection: sqlite3.Connection, notes: Notes) -> None:
    """Check that every row that another one names is there."""
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (table,) in tables:
        notes.look("rows", connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608
    for (table, wanted, value), number in Counter(_missing(connection)).items():
        naming = f"{number:,} rows of {table} name it" if number > 1 else f"a row of {table} names it"
        where = f"{FILE_NAME}, table {wanted}"
        notes.find(fault("rows", f"{wanted} {value}", where, f"it is not there, and {naming}", REPAIR))


def check_search(connection: sqlite3.Connection, notes: Notes) -> None:
    """Check that the full-text index holds exactly the words of the segments."""
    try:
        notes.look("search index", connection.execute("SELECT count(*) FROM segments").fetchone()[0])
        faults = list(_index_faults(connection))
    except sqlite3.Error as error:
        faults = [f"it cannot be read ({error})"]
    for each in faults:
        meaning = f"{each}: a search may miss what is there, or find what is not"
        remedy = f"{REPAIR} makes it again from the segments"
        where = f"{FILE_NAME}, table {_SEARCH}"
        notes.find(fault("search index", "the full-text index", where, meaning, remedy), Cure("index"))


def _index_faults(connection: sqlite3.Connection) -> Iterator[str]:
    for query, what in ((_UNINDEXED, "is not in it"), (_OVERINDEXED, "is in it and in no table")):
        ids = [row[0] for row in connection.execute(query)]
        if ids:
            yield f"segment {ids[0]}{f' and {len(ids) - 1:,} more' if ids[1:] else ''} {what}"
            return
    for statement in _COPY.split(";\n")[:-1]:
        connection.execute(statement)
    try:
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
    """Yield for each row that names one that is not there its table, and the table and key of the other."""
    columns: dict[tuple[str, int], list[str]] = {}
    for table, row, wanted, key in connection.execute("PRAGMA foreign_key_check").fetchall():
        if (table, key) not in columns:
            columns[table, key] = [
                name
                for (name,) in connection.execute(
                    'SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ? ORDER BY seq', [table, key]
                )
            ]
        quoted = ", ".join(f'"{name}"' for name in columns[table, key])
        values = connection.execute(f'SELECT {quoted} FROM "{table}" WHERE rowid = ?', [row])  # noqa: S608
        yield table, wanted, " ".join(str(value) for value in values.fetchone())


def _first(lines: list[str]) -> str:
    rest = f"; and {len(lines) - 1} more" if lines[1:] else ""
    return f"{' '.join(lines[0].split())}{rest}"
