"""Records as others may send them: SQLite files with flipped bits, changed rows and foreign objects."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from tests.acceptance.fuzz.archive import put_files
from tests.acceptance.fuzz.damage import damage
from tests.acceptance.fuzz.mirrors import use_archive
from tests.acceptance.fuzz.tables import ODD
from tests.acceptance.fuzz.target import Target
from tests.mirrors import make_record

if TYPE_CHECKING:
    from random import Random

_WAL_MODE: Final = slice(18, 20)
"""Where a file says that its journal is a log beside it, which one in memory cannot have."""

_OBJECTS: Final = (
    "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM documents; END",
    "CREATE TRIGGER t BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'no'); END",
    "CREATE TRIGGER t AFTER INSERT ON snapshots BEGIN UPDATE versions SET text = 'x'; END",
    "DROP VIEW readable_snapshots; CREATE TABLE readable_snapshots AS SELECT * FROM snapshots",
    "DROP VIEW readable_snapshots; CREATE VIEW readable_snapshots AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT s.* FROM snapshots s, c",
    "DROP VIEW readable_snapshots; CREATE VIEW readable_snapshots AS SELECT *, load_extension('/tmp/x.so') FROM snapshots",
    "DROP VIEW readable_snapshots; CREATE VIEW readable_snapshots AS SELECT *, zeroblob(900000000) AS z FROM snapshots",
    "CREATE VIEW v AS SELECT readfile('/etc/passwd')", "CREATE VIRTUAL TABLE e USING fts5(a)",
    "CREATE VIRTUAL TABLE e USING fts5(a, tokenize = 'trigram')",
    "CREATE VIRTUAL TABLE r USING rtree(id, a, b)", "DROP TABLE segments_fts", "DROP TABLE segments",
    "DELETE FROM segments_fts_data", "UPDATE segments_fts_data SET block = x'00ff'",
    "UPDATE segments_fts_config SET v = 99", "CREATE TABLE x (y AS (abs(-9223372036854775808)))",
    "CREATE INDEX i ON versions (lower(text))",
    "ALTER TABLE versions ADD COLUMN more DEFAULT (randomblob(10))", "ALTER TABLE documents RENAME TO papers",
    "ALTER TABLE versions RENAME COLUMN text TO words", 'CREATE TABLE "a"" b" (c)',
    'CREATE TABLE sqlx ("\u202e")', "DELETE FROM _sqlite_migrations",
    "INSERT INTO _sqlite_migrations SELECT 'tracker', 'x', 'y' FROM _sqlite_migrations LIMIT 1",
    "UPDATE _sqlite_migrations SET name = x'ff'", "PRAGMA user_version = -1", "PRAGMA application_id = 1",
    "PRAGMA encoding = 'UTF-16'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, 'CHECK', 'check') WHERE type = 'table'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = sql || ' x' WHERE name = 'runs'",
    "PRAGMA writable_schema = 1; UPDATE sqlite_master SET rootpage = 2 WHERE name = 'documents'",
    "PRAGMA writable_schema = 1; INSERT INTO sqlite_master VALUES ('table', 'z', 'z', 0, 'CREATE VIRTUAL TABLE z USING nothing()')",
    "PRAGMA writable_schema = 1; DELETE FROM sqlite_master WHERE name = 'statements'",
)  # fmt: skip


@cache
def sound() -> bytes:
    """Return the record of a small archive, the same bytes each time, with its journal in itself."""
    with tempfile.TemporaryDirectory() as name:
        data = bytearray((make_record(Path(name) / "snapshots") / "tracker.db").read_bytes())
    data[_WAL_MODE] = b"\x01\x01"
    return bytes(data)


def make(random: Random) -> bytes:
    """Return a record that was changed by SQL that asks for no law, or byte by byte."""
    match random.randrange(4):
        case 0:
            return _damage_bytes(random, sound())
        case 1:
            return _alter(random, [random.choice(_OBJECTS)])
        case 2:
            return _alter(random, [*_change_rows(random), *random.sample(_OBJECTS, random.randrange(2))])
        case _:
            return _alter(random, _change_rows(random))


def _damage_bytes(random: Random, data: bytes) -> bytes:
    """Return a file of which a few bits are flipped, or a page's worth of it damaged."""
    if random.randrange(2):
        at = random.randrange(len(data))
        return data[:at] + damage(random, data[at : at + 4096], most=2) + data[at + 4096 :]
    for _ in range(random.randint(1, 8)):
        at = random.randrange(random.choice((100, 4096, len(data))))
        data = data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]
    return data


def _change_rows(random: Random) -> list[str | tuple[str, object]]:
    """Return changes of one to three values, of whatever table, to what is not expected there."""
    changes: list[str | tuple[str, object]] = []
    for _ in range(random.randint(1, 3)):
        table, column = random.choice(_columns())
        values = [
            value
            for value in ODD
            if not isinstance(value, list | dict) and not (isinstance(value, int) and abs(value) >= 2**63)
        ]
        value = random.choice((*values, b"\xff\x00", b"", -(2**63)))
        where = random.choice(
            ("", " WHERE rowid = 1", ' WHERE rowid = (SELECT max(rowid) FROM "%s")' % table)
        )
        kind = random.randrange(6)
        if kind == 0:
            changes.append(f'DELETE FROM "{table}"{where}')
        elif kind == 1:
            changes.append(
                f'UPDATE "{table}" SET "{column}" = "{random.choice([name for of, name in _columns() if of == table])}"{where}'
            )
        elif isinstance(value, str) and "\ud800" in value:
            changes.append(f'UPDATE "{table}" SET "{column}" = CAST(x\'eda080\' AS TEXT){where}')
        else:
            changes.append((f'UPDATE OR IGNORE "{table}" SET "{column}" = ?{where}', value))
    return changes


@cache
def _columns() -> tuple[tuple[str, str], ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(sound())
        rows = connection.execute(
            "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
        )
        return tuple((str(table), str(column)) for table, column in rows)


def _alter(random: Random, changes: list[str] | list[str | tuple[str, object]]) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(sound())
        connection.execute("PRAGMA ignore_check_constraints = ON")
        if random.randrange(2):
            # As another program would: what the record notes of its changes then tells of them.
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f'DROP TRIGGER "{name}"')
        for change in changes:
            with suppress(sqlite3.Error):
                if isinstance(change, tuple):
                    connection.execute(change[0], [change[1]])
                else:
                    connection.executescript(change)
        return bytes(connection.serialize())


def use(data: bytes, folder: Path) -> str:
    """Use an archive whose record came from others."""
    put_files({"snapshots/tracker.db": data, "given.txt": b"We agree.\n" * 20}, folder)
    return use_archive("snapshots", "given.txt", crc32(data))


TARGETS: Final = (Target("records", make, use, seconds=60.0),)
