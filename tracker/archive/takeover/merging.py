"""Merging an old record into a new one: which rows both have, under which numbers, and what is added."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tracker.archive.record.statements import FIELDS, GUESSED, write_amendment
from tracker.archive.schema.rows import insert_row, read_dicts, update_row
from tracker.archive.schema.schema_map import read_tables
from tracker.model.record import Amendment

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from tracker.model.verifying import Step

MergedRow = dict[str, Any]

_COMMON_EDITIONS = "SELECT edition FROM snapshots WHERE run <= ?"
_COMMON_STATEMENTS = f"SELECT statement FROM editions WHERE id IN ({_COMMON_EDITIONS})"  # noqa: S608 (as above)
_INFERRED = "_inferred"

_CONCERNED = {
    "statements": "SELECT ?1, NULL",
    "editions": (
        "SELECT statement, (SELECT max(id) FROM snapshots WHERE edition = ?1) FROM editions WHERE id = ?1"
    ),
    "snapshots": (
        "SELECT statement, snapshots.id FROM snapshots JOIN editions ON editions.id = edition"
        " WHERE snapshots.id = ?1"
    ),
}
"""The statement and snapshot of which an amendment is, by a row's number."""


class RecordMerge:
    """Reads rows of an old record and writes them into a new one; both have the runs up to a common one."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection, common: int, run: int) -> None:
        self.new = new
        self.common = common
        self.steps: list[Step] = []
        self.ids: dict[str, dict[int | None, int | None]] = defaultdict(dict)
        """By table, the number in the new record of a row of the old one; None where it is not there."""
        self.fresh: dict[str, set[int]] = defaultdict(set)
        """By table, the numbers in the old record of the rows that were inserted."""
        self.filled: set[tuple[str, int, str]] = set()
        """Table, number in the old record, and column of each value that only the old record had."""
        self.common_editions = _read_numbers(old, _COMMON_EDITIONS, common)
        self.common_statements = _read_numbers(old, _COMMON_STATEMENTS, common)
        self._old = old
        self._run = run
        known = read_tables(old)
        tables = {name: table for name, table in read_tables(new).items() if name in known}
        self._columns = {name: table.columns for name, table in tables.items()}
        self._selected = {name: known[name].selected for name in tables}
        self._links = {name: _read_links(new, table.stored) for name, table in tables.items()}

    def read(self, table: str) -> Iterator[MergedRow]:
        """Yield the rows of a table of the old record, in the order of their writing."""
        if table not in self._columns:
            return
        order = "id" if "id" in self._columns[table] else "rowid"
        query = f'SELECT {self._selected[table]} FROM "{table}" ORDER BY {order}'  # noqa: S608 (our schema)
        yield from read_dicts(self._old.execute(query))

    def is_own(self, row: MergedRow) -> bool:
        """Tell whether a row is of a run that only the old record has."""
        return row["run"] is not None and row["run"] > self.common

    def same(self, table: str, row: MergedRow) -> int | None:
        """Return the number of a row that both have from a common run; None where the new record lacks it."""
        return int(row["id"]) if self.find(table, id=row["id"]) else None

    def find(self, table: str, **values: object) -> MergedRow | None:
        """Return the row of the new record that has these values."""
        where = " AND ".join(f'"{name}" IS ?' for name in values)
        query = f'SELECT * FROM "{table}" WHERE {where}'  # noqa: S608 (names of our schema)
        return next(read_dicts(self.new.execute(query, list(values.values()))), None)

    def translate(self, table: str, row: MergedRow) -> MergedRow:
        """Return a row with its references as numbers of the new record."""
        links = self._links[table]
        return {
            name: self.ids[links[name]].get(value, value) if name in links and value is not None else value
            for name, value in row.items()
        }

    def insert(self, table: str, row: MergedRow, *, verb: str = "INSERT") -> int | None:
        """Write a row into the new record under a new number, and return that."""
        is_numbered = "id" in row and isinstance(row["id"], int) and table != "runs"
        kept = {
            name: value
            for name, value in row.items()
            if name in self._columns[table] and not (is_numbered and name == "id")
        }
        cursor = insert_row(self.new, table, kept, verb=verb)
        if is_numbered and cursor.rowcount:
            self.fresh[table].add(row["id"])
        return cursor.lastrowid

    def update(self, table: str, number: object, values: Mapping[str, object]) -> None:
        """Write values into a row of the new record, unless they would conflict with another row."""
        update_row(self.new, table, ("id", number), values, verb="UPDATE OR IGNORE")

    def fill(self, table: str, held: MergedRow, row: MergedRow) -> None:
        """Fill in a row that both have with what only the old record says, or only it declares."""
        declared = {
            name.removesuffix(_INFERRED)
            for name in held
            if name.endswith(_INFERRED) and held[name] and not row.get(name, 1)
        }
        additions = {
            name: row[name]
            for name in held
            if name in row
            and row[name] is not None
            and name not in self._links[table]
            and (held[name] is None or name.removesuffix(_INFERRED) in declared)
        }
        if additions:
            self.update(table, held["id"], additions)
            self.filled.update((table, row["id"], name) for name in additions)
            self._amend(table, held["id"], additions)
        if table == "statements":
            self._keep_contradicted(held, row, additions)

    def _amend(self, table: str, number: int, additions: Mapping[str, object]) -> None:
        """Record as amendments what was filled in of a statement, an edition or the address of a snapshot."""
        statement, snapshot = self.new.execute(_CONCERNED[table], [number]).fetchone()
        for field, value in additions.items():
            if not field.endswith(_INFERRED):
                guess = GUESSED if additions.get(f"{field}{_INFERRED}") else ""
                amendment = Amendment(f"{guess}{field}", "", str(value))
                write_amendment(self.new, self._run, statement, snapshot, amendment)

    def next_run(self) -> int:
        """Return the number of the next run of the new record."""
        return int(self.new.execute("SELECT ifnull(max(id), 0) + 1 FROM runs").fetchone()[0])

    def _keep_contradicted(self, held: MergedRow, row: MergedRow, additions: Mapping[str, object]) -> None:
        """Record as amendments where the old record says something else of a statement."""
        if row["id"] in self.common_statements:
            return
        for field in FIELDS:
            earlier, later = row.get(field), held.get(field)
            if earlier and later and earlier != later and field not in additions:
                own = {"statement": held["id"], "run": self._run}
                self.insert("amendments", {**own, "field": field, "earlier": earlier, "later": later})


def _read_numbers(connection: sqlite3.Connection, query: str, common: int) -> frozenset[int]:
    return frozenset(number for (number,) in connection.execute(query, [common]))


def _read_links(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return which table a column refers to, of those that are referred to by number."""
    rows = connection.execute(
        'SELECT "from", "table" FROM pragma_foreign_key_list(?) WHERE "to" = \'id\'', [table]
    )
    return {column: other for column, other in rows if other not in {"bodies", "groups"}}
