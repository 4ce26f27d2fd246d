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
from tests.acceptance.fuzz.damage import damage, read_seeds
from tests.acceptance.fuzz.odd import ODD
from tests.acceptance.fuzz.target import Target
from tests.acceptance.fuzz.using import use_archive
from tests.mirrors import make_record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

_WAL_MODE: Final = slice(18, 20)
"""Where a file says that its journal is a log beside it, which one in memory cannot have."""

_OBJECTS: Final = read_seeds("objects.sql")[0].decode().splitlines()
"""What another program, or a stranger, does to a schema; one a line."""


Change = tuple[str, tuple[object, ...]]
"""A command of SQL, and its values."""

_TRIGGERS: Final = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
_VALUES: Final = (
    *(value for value in ODD if value is None or isinstance(value, float | bool)),
    *(value for value in ODD if isinstance(value, str) and value != "\ud800"),
    *(value for value in ODD if isinstance(value, int) and abs(value) < 2**63),
    b"\xff\x00", b"", -(2**63),
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
            return _alter(random, (*_change_rows(random), *random.sample(_OBJECTS, random.randrange(2))))
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


def _change_rows(random: Random) -> list[Change]:
    """Return changes of one to three values, of whatever table, to what is not expected there."""
    return [_change_row(random, *random.choice(_columns())) for _ in range(random.randint(1, 3))]


def _change_row(random: Random, table: str, column: str) -> Change:
    last = f' WHERE rowid = (SELECT max(rowid) FROM "{table}")'  # noqa: S608 (names of our schema)
    where = random.choice(("", " WHERE rowid = 1", last))
    if not random.randrange(6):
        return f'DELETE FROM "{table}"{where}', ()  # noqa: S608 (as above)
    if not random.randrange(5):
        other = random.choice([name for of, name in _columns() if of == table])
        return f'UPDATE "{table}" SET "{column}" = "{other}"{where}', ()  # noqa: S608 (as above)
    if not random.randrange(10):
        # Half a character, which Python does not write.
        return f'UPDATE "{table}" SET "{column}" = CAST(x\'eda080\' AS TEXT){where}', ()  # noqa: S608 (as above)
    return f'UPDATE OR IGNORE "{table}" SET "{column}" = ?{where}', (random.choice(_VALUES),)  # noqa: S608


@cache
def _columns() -> tuple[tuple[str, str], ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(sound())
        rows = connection.execute(
            "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c"
            " WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
        )
        return tuple((str(table), str(column)) for table, column in rows)


def _alter(random: Random, changes: Sequence[str | Change]) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(sound())
        connection.execute("PRAGMA ignore_check_constraints = ON")
        if random.randrange(2):
            # As another program would: what the record notes of its changes then tells of them.
            for (name,) in connection.execute(_TRIGGERS).fetchall():
                connection.execute(f'DROP TRIGGER "{name}"')
        for change in changes:
            with suppress(sqlite3.Error):
                if isinstance(change, str):
                    connection.executescript(change)
                else:
                    connection.execute(*change)
        return bytes(connection.serialize())


def use(data: bytes, folder: Path) -> str:
    """Use an archive whose record came from others."""
    put_files({"snapshots/tracker.db": data, "given.txt": b"We agree.\n" * 20}, folder)
    return use_archive("snapshots", "given.txt", crc32(data))


TARGETS: Final = (Target("records", make, use, seconds=60.0),)
