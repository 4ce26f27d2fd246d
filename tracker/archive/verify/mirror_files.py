"""The files of the mirror beside the record: rows that differ, and differences that are expected."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive.file.mirror_paths import edition_path, run_path, statement_folder
from tracker.archive.mirror import branches, commits, rebuild, refs
from tracker.archive.mirror.pending import read_mirrored, read_pending
from tracker.archive.rights.withdrawals import read_unfinished
from tracker.archive.schema.rows import has_table
from tracker.archive.verify.declared import find_unamended
from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.archive.git.repository import Repository
    from tracker.archive.mirror.commits import LeftPlace
    from tracker.archive.mirror.row_files import Row
    from tracker.archive.schema.schema_map import Table, Unit

TableRows = dict[str, list["Row"]]

_NEVER_CHANGED = (
    "documents", "watch_lists", "versions", "segments", "confirmations", "amendments", "decisions",
    "outcomes", "exchanges", "repeats", "expectations", "withdrawn", "repairs",
)  # fmt: skip
"""Tables whose rows are written once."""

_NEVER_CHANGED_COLUMNS: Mapping[str, frozenset[str]] = {
    "snapshots": frozenset({"edition", "ordinal", "document", "observed", "run"}),
    "runs": frozenset({"started", "release"}),
    "editions": frozenset({"statement"}),
    "candidates": frozenset({"source", "address", "found", "run"}),
    "reviews": frozenset({"outcome", "source", "document"}),
}
"""Columns that are written once, of tables whose other columns change."""

_DELETABLE = frozenset({"bodies", "sessions", "groups"})
"""Tables whose rows people may delete."""


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row of the mirror that the record does not have, or has with other values."""

    table: str
    row: Row
    """As the mirror has it."""
    key: str
    columns: tuple[str, ...] | None
    """Those that differ; None where the record does not have the row."""

    def __str__(self) -> str:
        return f"{self.table} {self.key[:12]}" + (f" ({', '.join(self.columns)})" if self.columns else "")


def find_differences(
    connection: sqlite3.Connection, tables: Mapping[str, Table], mirror: Mapping[str, Sequence[Row]]
) -> Iterator[RowDifference]:
    """Yield the rows of the mirror that the record does not have, or has with other values."""
    for name, rows in mirror.items():
        table = tables.get(name)
        for row in rows:
            if table is None:
                yield RowDifference(name, row, "", None)
                continue
            key = choose_key(table, row)
            columns = _compare(connection, table, key, row)
            if columns != ():
                yield RowDifference(name, row, f"{row[key]!s}", columns)


def has_added(
    record: Mapping[str, Sequence[Row]], mirror: Mapping[str, Sequence[Row]], tables: Mapping[str, Table]
) -> bool:
    """Tell whether a unit has rows that its file in the mirror does not have."""
    for name, rows in record.items():
        key = choose_key(tables[name], rows[0]) if rows else ""
        known = {row.get(key) for row in mirror.get(name, ())}
        if any(row[key] not in known for row in rows):
            return True
    return False


def choose_key(table: Table, row: Row) -> str:
    """Return the column by which a row is found in the record."""
    return table.key if table.key in row else table.columns[0]


def _compare(connection: sqlite3.Connection, table: Table, key: str, row: Row) -> tuple[str, ...] | None:
    """Return the columns that differ: all where the row cannot be read, None where it is not there."""
    query = f'SELECT {table.selected} FROM "{table.name}" WHERE "{key}" = ?'  # noqa: S608 (names of our schema)
    try:
        found = connection.execute(query, [row[key]]).fetchone()
    except sqlite3.Error:
        return table.columns
    if found is None:
        return None
    # A document is in two files, each with a part of its row; a column newer than the file is empty.
    return tuple(
        column
        for column, value in zip(table.columns, found, strict=True)
        if (value != row[column] if column in row else value is not None and table.name != "documents")
    )


class MirrorFiles:
    """The files of a commit of the mirror. Raises ``RepositoryUnusable`` where they cannot be listed."""

    def __init__(self, repository: Repository, tip: str) -> None:
        self.files = dict(refs.list_tree(repository, tip))
        trailers = commits.read_trailers_of(repository, tip)
        self.run = int(trailers.get("run", "0"))
        """The last run that it holds."""
        self.is_of_this_release = trailers.get("release") == __version__
        self.unmatched = dict.fromkeys(self.files)
        """The paths that no unit of the record has claimed yet."""
        self._repository = repository

    def claim(self, path: str) -> str | None:
        """Return git's name of a file's bytes, None where there is no file; the record accounts for it."""
        self.unmatched.pop(path, None)
        return self.files.get(path)

    def read_rows(self, path: str) -> TableRows | None:
        """Return the rows of a file; None where it is damaged, or holds none."""
        blob = self.files.get(path)
        content = self._repository.read_whole(blob) if blob else None
        if content is None or branches.name_file(content) != blob or path.endswith(".txt"):
            return None
        try:
            tables = rebuild.read_file(self._repository, path, content)
        except RepositoryUnusable:
            return None
        return {name: rows for name, rows in tables.items() if name != "format"}


class ExpectedDifferences:
    """What may differ: changes of the record since the mirror was last written."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
        self._connection = connection
        pending = read_pending(connection)
        self.is_proof = read_mirrored(connection) is not None
        """Whether the mirror's commit is known to have held all of the record."""
        self._left = tuple(map(_path_of, pending.left))
        self._missing = {wanted for _, _, wanted, _ in connection.execute("PRAGMA foreign_key_check")}
        """Tables that lack rows which others name."""
        has_withdrawals = has_table(connection, "withdrawals")
        acts = read_unfinished(connection) if has_withdrawals else ()
        self.unfinished = acts[0].reference if acts else None
        """What was being destroyed when a run was cut short: its rows must not be restored."""
        query = "SELECT 1 FROM withdrawals WHERE run = ?"
        self.has_acts = has_withdrawals and any(
            unit == "run" and connection.execute(query, [name]).fetchone() for unit, name in pending.units
        )
        """Whether the mirror lacks a withdrawal: then it still has the withdrawn text."""
        self._units = frozenset(pending.units)
        triggers = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'unmirrored_%'"
        watched = {name for (name,) in connection.execute(triggers)}
        self._unwatched = frozenset(table.unit for table in tables.values() if table.stored not in watched)
        """Kinds of units with a table that is new, or that a newer release made again."""

    def includes(self, unit: Unit, name: str) -> bool:
        """Tell whether a unit may differ from the mirror."""
        return (unit, name) in self._units or unit in self._unwatched

    def allows(self, difference: RowDifference) -> bool:
        """Tell whether anything other than damage can explain that a row differs or is missing."""
        table, columns = difference.table, difference.columns
        if columns is None:
            return table in _DELETABLE and table not in self._missing
        if table == "statements" and find_unamended(self._connection, difference.row, columns):
            return False
        fixed = _NEVER_CHANGED_COLUMNS.get(table, frozenset())
        return table not in _NEVER_CHANGED and fixed.isdisjoint(columns)

    def has_left(self, path: str) -> bool:
        """Tell whether a file is where rows have been that are elsewhere now."""
        return path.startswith(self._left)


def _path_of(place: LeftPlace) -> str:
    match place:
        case (int(run), started):
            return run_path(run, str(started))
        case (_, _, _, _):
            return f"{statement_folder(place)}/"
        case (*_, int(ordinal)):
            return f"{edition_path(place)}/{ordinal}."
        case _:
            return edition_path(place)
