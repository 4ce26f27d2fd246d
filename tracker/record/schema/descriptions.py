"""What each table and column means, read from the one place where it is said, and put into the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tracker.inputs.compiled import read_packaged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds, and the unit of its numbers where they have one."""

    name: str
    meaning: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """What a table or view holds, and each of its columns in their order."""

    table: str
    meaning: str
    columns: tuple[Column, ...]


@cache
def read_descriptions() -> tuple[Description, ...]:
    """Return the meaning of every table and view of the newest schema."""
    return tuple(
        Description(
            table,
            said["meaning"],
            tuple(_read_column(name, column) for name, column in said["columns"].items()),
        )
        for table, said in read_packaged(__package__, "descriptions.toml").items()
    )


_COLUMNS = """
SELECT master.name, "column".name FROM sqlite_master AS master, pragma_table_xinfo(master.name) AS "column"
UNION SELECT name, '' FROM sqlite_master
"""


def write_descriptions(connection: sqlite3.Connection) -> None:
    """Put the meanings into the table that a file has for them, if it has one, in the place of others.

    What the file does not hold, being of another release, is left out.
    """
    there = set(connection.execute(_COLUMNS))
    if ("descriptions", "") not in there:
        return
    connection.execute("DELETE FROM descriptions")
    connection.executemany(
        "INSERT INTO descriptions (of_table, of_column, meaning, unit) VALUES (?, ?, ?, ?)",
        [row for each in read_descriptions() for row in _rows(each) if row[:2] in there],
    )


def _rows(description: Description) -> Iterator[tuple[str, str, str, str | None]]:
    yield description.table, "", description.meaning, None
    for column in description.columns:
        yield description.table, column.name, column.meaning, column.unit


def _read_column(name: str, said: str | dict[str, str]) -> Column:
    return Column(name, said) if isinstance(said, str) else Column(name, said["meaning"], said["unit"])
