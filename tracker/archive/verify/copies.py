"""Rows as the mirror has them, looked up in the record: the same there, other, unreadable, or gone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive.git.streams import read_commit, read_trailers
from tracker.archive.mirror.branches import name_blob
from tracker.archive.mirror.rebuild import read_file
from tracker.archive.mirror.tree import list_tree
from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.row_files import Row
    from tracker.archive.schema.schema_map import Table


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the mirror that is not in the record, or is another one there."""

    table: str
    row: Row
    """As the mirror has it."""
    key: str
    columns: tuple[str, ...] | None
    """Those in which the record has something else; None where the row is gone."""

    def __str__(self) -> str:
        return f"{self.table} {self.key[:12]}" + (f" ({', '.join(self.columns)})" if self.columns else "")


def find_differences(
    connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: Mapping[str, Sequence[Row]]
) -> Iterator[Difference]:
    """Yield the rows of the mirror that the record does not have, or has with other values."""
    for name, rows in mirror.items():
        table = tables.get(name)
        for row in rows:
            if table is None:
                yield Difference(name, row, "", None)
                continue
            key = table.key if table.key in row else table.columns[0]
            columns = _compare(connection, table, key, row)
            if columns != ():
                yield Difference(name, row, f"{row[key]!s}", columns)


def find_added(
    record: Mapping[str, Sequence[Row]], mirror: Mapping[str, Sequence[Row]], tables: Mapping[str, Table]
) -> Iterator[str]:
    """Yield the rows of a unit that its file in the mirror does not have."""
    for name, rows in record.items():
        key = tables[name].key if rows and tables[name].key in rows[0] else tables[name].columns[0]
        known = {row.get(key) for row in mirror.get(name, ())}
        yield from (f"{name} {row[key]!s}" for row in rows if row[key] not in known)


def _compare(connection: sqlite3.Connection, table: Table, key: str, row: Row) -> tuple[str, ...] | None:
    """Return the columns that differ: all of them where the row cannot be read, None where it is gone."""
    quoted = ", ".join(f'"{column}"' for column in table.columns)
    query = f'SELECT {quoted} FROM "{table.name}" WHERE "{key}" = ?'  # noqa: S608 (names of our schema)
    try:
        found = connection.execute(query, [row[key]]).fetchone()
    except sqlite3.Error:
        return table.columns
    if found is None:
        return None
    # A document stands in two files, of which each has a part; a column that is newer than the file is empty.
    return tuple(
        column
        for column, value in zip(table.columns, found, strict=True)
        if (value != row[column] if column in row else value is not None and table.name != "documents")
    )


Rows = dict[str, list["Row"]]


class Copy:
    """The files of a commit of the mirror. Raises ``RepositoryUnusable`` where they cannot be listed."""

    def __init__(self, repository: Repository, tip: str) -> None:
        self.files = dict(list_tree(repository, tip))
        trailers = read_trailers(read_commit(repository.read_object(tip)).message)
        self.run = int(trailers.get("run", "0"))
        """The last run that it holds."""
        self.is_of_this_release = trailers.get("release") == __version__
        self._repository = repository
        self._left = dict.fromkeys(self.files)

    def take(self, path: str) -> str | None:
        """Return git's name of a file's bytes, none where it is not there; it is accounted for then."""
        self._left.pop(path, None)
        return self.files.get(path)

    def left(self) -> Iterator[str]:
        """Yield the files that nothing has accounted for."""
        return iter(self._left)

    def read(self, path: str) -> bytes | None:
        """Return a file; None where it is not there, or is not what git names it by."""
        blob = self.files.get(path)
        if blob is None:
            return None
        content = self._repository.read_whole(blob)
        return content if content is not None and name_blob(content) == blob else None

    def rows(self, path: str) -> Rows | None:
        """Return the rows of a file; None where it cannot be read, or holds none."""
        content = self.read(path)
        if content is None or path.endswith(".txt"):
            return None
        try:
            tables = read_file(self._repository, path, content)
        except RepositoryUnusable:
            return None
        return {name: rows for name, rows in tables.items() if name != "format"}
