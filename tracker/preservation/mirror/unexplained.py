"""What no act on record explains: rows that stay in the mirror as it has them, and orders that another wrote.

A row that another program changed stays in the mirror as it was mirrored; so does its file where that is of a
snapshot or a document, or would move. All else of an update is written. By an order to destroy that another
program wrote into a run which is mirrored, nothing is removed.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.preservation.mirror.commits import name_run, read_trailers_of
from tracker.preservation.mirror.edits import (
    RowDifference,
    choose_key,
    find_added,
    find_differences,
    read_row,
)
from tracker.preservation.mirror.explained import Acts
from tracker.preservation.mirror.rebuild import read_file
from tracker.preservation.mirror.refs import name_file
from tracker.preservation.mirror.unit_files import ARCHIVE, STATEMENT, edition_path, is_document, run_path
from tracker.record.schema.units import ROOTS
from tracker.record.statements.queries import WITH_STATEMENTS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.edits import TableRows
    from tracker.preservation.mirror.refs import Tree
    from tracker.preservation.mirror.unit_files import Files, Row
    from tracker.record.schema.units import Table, Unit


_BY_ROW: frozenset[Unit] = frozenset({"run", "statement", "archive"})
"""Units in whose files rows are kept one by one; of the others, files are kept whole."""

_PLACE = frozenset({"country", "body", "session", "item", "statement", "kind", "language", "started"})
"""Columns that name the folder of a file."""

_PLACE_OF = f"""
SELECT country, body, session, item, kind, language FROM snapshots {WITH_STATEMENTS} WHERE snapshots.id = ?
"""  # noqa: S608 (our names)

_ROWS = (".json", ".jsonl")
_READABLE = ".txt"


def read_mirrored(repository: Repository, path: str, blob: str | None) -> TableRows | None:
    """Return the rows of a file of the mirror; None where it is damaged, or holds none."""
    content = repository.read_whole(blob) if blob and _has_rows(path) else None
    return (
        read_content(repository, path, content)
        if content is not None and name_file(content) == blob
        else None
    )


def read_content(repository: Repository, path: str, content: bytes) -> TableRows | None:
    """Return the rows that bytes hold; None where they do not have their own digest, or hold none."""
    try:
        tables = read_file(repository, path, content)
    except RepositoryUnusable:
        return None
    return {name: rows for name, rows in tables.items() if name != "format"}


def _is_of_place(each: RowDifference) -> bool:
    """Tell whether a row would be in another file, or in none."""
    return each.columns is None or not _PLACE.isdisjoint(each.columns)


def _has_rows(path: str) -> bool:
    return path.endswith(_ROWS) or is_document(path)


class Kept:
    """Finds what another program changed among what is about to be written to the branch ``main``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        repository: Repository,
        tables: Mapping[str, Table],
        tree: Tree,
        last: int,
    ) -> None:
        self.found: dict[str, RowDifference] = {}
        """What was changed, by the row's name."""
        self.units: dict[tuple[Unit, str], None] = {}
        """Of which files stay whole: something else in them may be by an act, and is not written yet."""
        self._connection = connection
        self._repository = repository
        self._tables = tables
        self._tree = tree
        self._acts = Acts(connection, tables, last, lambda: self._sessions)
        self._left: Callable[[], Iterable[str]] = tuple
        self._placed: set[str] = set()
        """Rows of units that have files elsewhere now."""
        self._moved: dict[str, str] | None = None

    @cached_property
    def _sessions(self) -> Sequence[Row]:
        return (self._read(ARCHIVE) or {}).get("sessions", ())

    def look_among(self, left: Callable[[], Iterable[str]]) -> None:
        """Set from where rows may have moved in what is written next."""
        self._left, self._moved = left, None

    def settle(
        self, unit: tuple[Unit, str], rows: dict[str, list[Row]], files: Files, changed: Sequence[str]
    ) -> tuple[dict[str, list[Row]], frozenset[str]]:
        """Return the rows of a unit that are to be written, and its files that stay as they are.

        ``changed`` are the paths at which the mirror has something else.
        """
        if self._tree.tip is None or not changed:
            self._placed |= _list_roots(rows)
            return rows, frozenset()
        olds: dict[str, TableRows] = {path: self._read(path) or {} for path in changed}
        is_new = self._is_new(unit, rows)
        if unit[0] == "snapshot" and not is_new and self._is_held(rows, olds.values()):
            return rows, frozenset(files)
        self._placed |= _list_roots(rows)
        found = {path: self._find(path, files[path], olds[path], is_new=is_new) for path in changed}
        edits = [each for path in changed for each in found[path]]
        self._note(edits)
        if unit[0] in _BY_ROW:
            return self._settle_rows(unit[0], rows, edits, olds)
        kept = {path for path in changed if found[path] or (not edits and self._is_text_of_other(path))}
        if edits:
            self.units[unit] = None
            # A document's bytes and its row go together, and so do a text and what it was read from.
            kept.update(path for path in files if unit[0] == "document" or path.endswith(_READABLE))
        return rows, frozenset(kept)

    def _settle_rows(
        self,
        unit: Unit,
        rows: dict[str, list[Row]],
        edits: Sequence[RowDifference],
        olds: Mapping[str, TableRows],
    ) -> tuple[dict[str, list[Row]], frozenset[str]]:
        """Return the rows to be written of a unit of which rows are kept one by one, and files kept whole."""
        root = next((table for table, (kind, _) in ROOTS.items() if kind == unit), None)
        if any(each.table == root and _is_of_place(each) for each in edits):
            return rows, frozenset(olds)
        if edits or (self.found and _list_names(rows, self._tables).intersection(self.found)):
            return self._merge(rows, edits, olds.values()), frozenset()
        return rows, frozenset()

    def keeps(self, path: str) -> bool:
        """Tell whether a file stays that the record has nothing for: what it holds was changed or deleted."""
        if path.endswith(_READABLE) and path in self._list_forged():
            return True
        rows = self._read(path) or {}
        edits = list(self._acts.find_edits(self._compare(rows)))
        self._note(edits)
        gone = {each.name for each in self._compare(rows) if each.columns is None}
        return bool(edits or _list_roots(rows) - gone - self._placed)

    def _list_forged(self) -> set[str]:
        """Return the readable texts of editions that another program withdrew, in a run that was mirrored."""
        acts = (each.row for each in self.found.values() if each.table == "withdrawn" and each.is_added)
        places = (self._connection.execute(_PLACE_OF, [row["snapshot"]]).fetchone() for row in acts)
        return {f"{edition_path(place)}{_READABLE}" for place in places if place}

    def _note(self, edits: Iterable[RowDifference]) -> None:
        for each in edits:
            known = self.found.get(each.name)
            if known is None or known.is_added:
                self.found[each.name] = each

    def _find(self, path: str, data: bytes | None, old: TableRows, *, is_new: bool) -> list[RowDifference]:
        """Return what was changed in a file that is about to be written."""
        edits = list(self._acts.find_edits(self._compare(old)))
        if data is not None and is_document(path) and read_content(self._repository, path, data) is None:
            name = path.rpartition("/")[2]
            return [*edits, RowDifference("documents", {"sha256": name}, name, None, is_added=True)]
        if data is None or not _has_rows(path) or (is_new and not old):
            return edits
        new = read_content(self._repository, path, data)
        if new is None:
            # Its text does not have its digest, which the check of texts tells: nobody could read it again.
            return edits
        added = self._acts.find_edits(find_added(new, old, self._tables))
        return [*edits, *(each for each in added if not self._has_moved(each))]

    def _is_new(self, unit: tuple[Unit, str], rows: Mapping[str, Sequence[Row]]) -> bool:
        """Tell whether a unit is of runs that are not mirrored yet."""
        # Of a run the first row of each table is enough: their numbers grow.
        looked_at = {table: found[:1] for table, found in rows.items()} if unit[0] == "run" else rows
        return not any(self._acts.find_edits(find_added(looked_at, {}, self._tables)))

    def _is_held(self, rows: Mapping[str, Sequence[Row]], olds: Iterable[TableRows]) -> bool:
        """Tell whether a snapshot would move because another program renamed what it belongs to."""
        for name in _list_roots(rows).difference(*map(_list_roots, olds)):
            folder = self._find_moved(name).rpartition("/")[0].rpartition("/")[0]
            above = self._read(f"{folder}/{STATEMENT}") or {}
            edits = list(self._acts.find_edits(self._compare(above)))
            self._note(edits)
            if any(map(_is_of_place, edits)):
                return True
        return False

    def _compare(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[RowDifference]:
        return find_differences(self._connection, self._tables, rows)

    def _has_moved(self, each: RowDifference) -> bool:
        """Tell whether a row that is new in a file was elsewhere before, as it is."""
        path = self._find_moved(each.name)
        rows = (self._read(path) or {}).get(each.table, ()) if path else ()
        there = [row for row in rows if str(row[choose_key(self._tables[each.table], row)]) == each.key]
        return bool(there) and not any(self._acts.find_edits(self._compare({each.table: there})))

    def _is_text_of_other(self, path: str) -> bool:
        """Tell whether a readable text is that of a snapshot which another program changed or deleted."""
        if not path.endswith(_READABLE):
            return False
        edition = f"{path.removesuffix(_READABLE)}/"
        left = (self._read(other) or {} for other in self._left() if other.startswith(edition))
        return any(any(self._acts.find_edits(self._compare(rows))) for rows in left)

    def _find_moved(self, name: str) -> str:
        """Return the file at a place that rows have left which has a row; empty where none has."""
        if self._moved is None:
            self._moved = {
                each: path
                for path in self._left()
                for each in _list_names(self._read(path) or {}, self._tables)
            }
        return self._moved.get(name, "")

    def _read(self, path: str) -> TableRows | None:
        # The tree knows what this update has written by now, which cannot be read yet.
        blob = self._repository.find_object(f"{self._tree.tip}:{path}") if _has_rows(path) else None
        return read_mirrored(self._repository, path, blob)

    def _merge(
        self,
        rows: Mapping[str, list[Row]],
        edits: Sequence[RowDifference],
        olds: Iterable[TableRows],
    ) -> dict[str, list[Row]]:
        """Return the rows of a unit, those that were changed as they were mirrored, in their order there."""
        named: dict[str, dict[str, Row]] = {
            table: {name: row for name, row in _name(self._tables[table], found) if name not in self.found}
            for table, found in rows.items()
        }
        for each in edits:
            if not each.is_added:
                now = dict(_name(self._tables[each.table], rows.get(each.table, ()))).get(each.name, each.row)
                was = (
                    each.row if each.columns is None else {name: each.row.get(name) for name in each.columns}
                )
                named.setdefault(each.table, {})[each.name] = {**now, **was}
        kept = {each.name for each in edits if not each.is_added}
        for old in olds:
            for table, found in old.items():
                there = named.setdefault(table, {})
                there.update(self._find_detached(table, found, kept, there))
        order = [
            name
            for old in olds
            for table, found in old.items()
            for name, _ in _name(self._tables[table], found)
        ]
        return {
            table: [found.pop(name) for name in order if name in found] + list(found.values())
            for table, found in named.items()
        }

    def _find_detached(
        self, name: str, rows: Sequence[Row], kept: Collection[str], there: Collection[str]
    ) -> Iterator[tuple[str, Row]]:
        """Yield the rows of a table that the record still has, as parts of rows that are kept.

        A unit's rows are found by what they are a part of: where that is gone, it lacks them.
        """
        table = self._tables[name]
        for each, row in _name(table, rows):
            if table.owner is None or each in there:
                continue
            key = choose_key(table, row)
            if f"{table.owner.table}/{row[table.owner.column]!s}" in kept and (
                now := read_row(self._connection, table, key, row[key])
            ):
                yield each, now


def _name(table: Table, rows: Sequence[Row]) -> Iterator[tuple[str, Row]]:
    """Yield rows with their names."""
    key = choose_key(table, rows[0]) if rows else ""
    for row in rows:
        yield f"{table.name}/{row[key]!s}", row


def _list_roots(rows: Mapping[str, Sequence[Row]]) -> set[str]:
    """Return the names of the rows of units themselves."""
    return {f"{table}/{row[key]!s}" for table, (_, key) in ROOTS.items() for row in rows.get(table, ())}


def _list_names(rows: Mapping[str, Sequence[Row]], tables: Mapping[str, Table]) -> set[str]:
    return {
        name for table, found in rows.items() if table in tables for name, _ in _name(tables[table], found)
    }


_ORDERS = """
SELECT withdrawals.id, reference, runs.id, started FROM withdrawals JOIN runs ON runs.id = run
WHERE act = 'destroy' AND runs.id <= ?
"""
_OF = {"withdrawals": "id", "withdrawn": "withdrawal"}
"""The tables of an order, each with the column that has its number."""


def find_forged_orders(
    connection: sqlite3.Connection, repository: Repository, tables: Mapping[str, Table], tip: str
) -> Iterator[str]:
    """Yield the reference of each order of a mirrored run that the mirror has not, or otherwise.

    Raises ``RepositoryUnusable`` where the commit cannot be read.
    """
    last = name_run(read_trailers_of(repository, tip))
    for number, reference, of_run, started in connection.execute(_ORDERS, [last]).fetchall():
        path = run_path(of_run, started)
        mirrored = read_mirrored(repository, path, repository.find_object(f"{tip}:{path}")) or {}
        for name, column in _OF.items():
            query = f'SELECT {tables[name].selected} FROM "{name}" WHERE "{column}" = ?'  # noqa: S608 (our schema)
            found = connection.execute(query, [number]).fetchall()
            rows = [dict(zip(tables[name].columns, values, strict=True)) for values in found]
            if not _strip(rows) <= _strip(mirrored.get(name, ())):
                yield reference
                break


def _strip(rows: Iterable[Row]) -> set[frozenset[tuple[str, object]]]:
    """Return rows without when an order was complete, which is noted last."""
    return {
        frozenset((name, value) for name, value in row.items() if name != "completed" and value is not None)
        for row in rows
    }
