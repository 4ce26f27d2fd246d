"""What in a database, or beside it, acts by itself: views, triggers and virtual tables, and a journal.

A record that was received may hold others than ours: a trigger changes what is written, a view replaces a
table, and a virtual table runs code of its module. SQLite reads the text of each part and nothing else, and
so does this. A journal beside a file is played back when it is opened, whoever has put it there.
"""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import ArchiveUnusable
from tracker.inputs.files import NotRegular, open_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Scripts = tuple[tuple[str, str], ...]
    """The changes of the schema by name, oldest first."""
    from typing import Final


def set_defensive(connection: sqlite3.Connection, *, is_on: bool = True) -> None:
    """Forbid changes to the schema's own table, and to those behind the full-text index, or allow them."""
    if configure := getattr(connection, "setconfig", None):
        configure(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), is_on)  # noqa: B009 (older stubs lack it)


@contextmanager
def schema_writable(connection: sqlite3.Connection) -> Iterator[None]:
    """Allow a change of the schema what only the program itself may do."""
    set_defensive(connection, is_on=False)
    try:
        yield
    finally:
        set_defensive(connection)


WATCHING = "unmirrored_"
"""What the triggers of what follows a record begin with: they are made to fit the tables that there are."""

# SQLite writes these beginnings itself, just so; what begins otherwise is no table and no index.
_PARTS = """
SELECT name, sql FROM main.sqlite_master WHERE sql IS NOT NULL AND NOT (
    sql GLOB 'CREATE TABLE *' OR sql GLOB 'CREATE INDEX *' OR sql GLOB 'CREATE UNIQUE INDEX *'
)
"""

# The names of a table and its columns go into commands between such marks.
_QUOTED = """
SELECT tables.name FROM main.sqlite_master AS tables, pragma_table_xinfo(tables.name) AS columns
WHERE tables.type = 'table' AND (tables.sql LIKE '%""%' OR tables.sql GLOB '*[[`]*')
AND instr(tables.name || columns.name, '"')
"""

_SHIPPED = re.compile(
    r"^CREATE (?:(VIEW|VIRTUAL TABLE) (\w+)\b.*?(?=;\n)|(TRIGGER) (\w+)\b.*?^END(?=;\n))",
    re.DOTALL | re.MULTILINE,
)
_BEGINNING = re.compile(r"\s*CREATE\s+(?:TEMP\w*\s+)?(VIEW|TRIGGER|VIRTUAL\s+TABLE)\b", re.IGNORECASE)
_FILLING = re.compile(r'[\s"]+')


def is_same_part(sql: str, other: str) -> bool:
    """Return whether two commands make the same: releases of SQLite quote and separate words differently."""
    return sql == other or _FILLING.sub("", sql) == _FILLING.sub("", other)


def check_parts(
    connection: sqlite3.Connection, path: Path, scripts: Scripts, applied: Collection[str], *, to_repair: bool
) -> None:
    """Raise ``ArchiveUnusable`` where a record holds a view, trigger or virtual table that is not ours.

    ``applied`` are the changes of the schema that the record has had. ``to_repair`` accepts what has the name
    of one of ours and says something else: ``verify`` reports that. The triggers of what follows a
    record are known by their name, since none acts where it is only read; before anything is written, the
    follower checks them too. Takes 0.2 ms.
    """
    ours = _read_shipped(tuple((name, script) for name, script in scripts if name in applied))
    for name, sql in connection.execute(_PARTS):
        if str(name) in ours:
            if to_repair or is_same_part(str(sql), ours[name]):
                continue
            raise ArchiveUnusable(f"{path} has another {name} than tracker makes; run: tracker verify")
        if not _watches(str(name), str(sql)):
            refuse_part(path, str(name), str(sql))
    for (name,) in connection.execute(_QUOTED):
        raise ArchiveUnusable(
            f"{path} holds a table whose names have quotation marks ({name}); rename it, or use another copy"
        )


def refuse_part(path: Path, name: str, sql: str) -> None:
    """Raise ``ArchiveUnusable`` that names a part which is not ours, and what takes it away."""
    begins = _BEGINNING.match(sql)
    kind = begins[1].lower() if begins else "part of a schema"
    quoted = name.replace('"', '""')
    drop = shlex.quote(f'DROP {(begins[1] if begins else "TABLE").split()[-1].upper()} "{quoted}"')
    raise ArchiveUnusable(
        f"{path} holds a {kind} that tracker did not make ({name}), which may act on its own; use another"
        f" copy, or take it away: sqlite3 {shlex.quote(str(path))} {drop}"
    )


def _watches(name: str, sql: str) -> bool:
    return name.startswith(WATCHING) and sql.startswith(f'CREATE TRIGGER "{name}" ')


@cache
def _read_shipped(scripts: Scripts) -> Mapping[str, str]:
    """Return what makes each part, the latest where a change replaces it, as SQLite keeps it."""
    found = (match for _, script in scripts for match in _SHIPPED.finditer(script))
    return {match[2] or match[4]: match[0] for match in found}


_LINKED: Final = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""How a journal ends that names another file, which SQLite deletes when it has played the journal back."""


def find_companion(database: Path, ending: str) -> Path:
    """Return where SQLite looks for a file beside a database: where the file itself is, links followed."""
    return Path(f"{os.path.realpath(database)}{ending}")


def has_hostile_journal(database: Path) -> bool:
    """Tell whether SQLite would delete another file than the journal to open a database, or wait for ever.

    Nothing here writes to two files in one transaction, so that no journal of ours names another. Raises
    ``OSError`` where the journal cannot be read.
    """
    try:
        with open_file(find_companion(database, "-journal")) as journal:
            journal.seek(max(0, journal.seek(0, os.SEEK_END) - len(_LINKED)))
            return journal.read() == _LINKED
    except FileNotFoundError:
        return False
    except (NotRegular, IsADirectoryError):
        return True
