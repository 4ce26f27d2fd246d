"""Two records that become one: which rows both have, under which numbers, and what one adds to the other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tracker.archive.record.statements import FIELDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from tracker.model.verifying import Step

Row = dict[str, Any]

_COMMON_EDITIONS = "SELECT edition FROM snapshots WHERE run <= ?"
_COMMON_STATEMENTS = f"SELECT statement FROM editions WHERE id IN ({_COMMON_EDITIONS})"  # noqa: S608 (as above)
_INFERRED = "_inferred"


class Merging:
    """Reads an old record row by row and writes into a new one, which has the runs up to a common one."""

    def __init__(self, old: sqlite3.Connection, new: sqlite3.Connection, common: int, run: int) -> None:
        self.new = new
        self.common = common
        self.steps: list[Step] = []
        self.ids: dict[str, dict[int | None, int | None]] = defaultdict(dict)
        """By table, which number a row of the old record has in the new one; None where it is not there."""
        self.fresh: dict[str, set[int]] = defaultdict(set)
        """By table, the numbers in the old record of the rows that were written anew."""
        self.filled: set[tuple[str, int, str]] = set()
        """By table and number in the old record, the columns that the old record alone had something in."""
        self.common_editions = _read_numbers(old, _COMMON_EDITIONS, common)
        self.common_statements = _read_numbers(old, _COMMON_STATEMENTS, common)
        self._old = old
        self._run = run
        self._columns = {name: _read_columns(new, name) for name in _read_names(new) & _read_names(old)}
        self._links = {name: _read_links(new, name) for name in self._columns}

    def read(self, table: str) -> Iterator[Row]:
        """Yield the rows of a table of the old record, in the order of their writing."""
        if table not in self._columns:
            return
        cursor = self._old.execute(f'SELECT * FROM "{table}" ORDER BY rowid')  # noqa: S608 (our schema)
        names = [column[0] for column in cursor.description]
        for values in cursor:
            yield dict(zip(names, values, strict=True))

    def is_own(self, row: Row) -> bool:
        """Tell whether a row is of a run that the old record alone has."""
        return row["run"] is not None and row["run"] > self.common

    def same(self, table: str, row: Row) -> int | None:
        """Return the number of a row that both have from before they went apart; None where it is gone."""
        return int(row["id"]) if self.find(table, id=row["id"]) else None

    def find(self, table: str, **values: object) -> Row | None:
        """Return the row of the new record that has these values."""
        where = " AND ".join(f'"{name}" IS ?' for name in values)
        cursor = self.new.execute(f'SELECT * FROM "{table}" WHERE {where}', list(values.values()))  # noqa: S608
        found = cursor.fetchone()
        return dict(zip((column[0] for column in cursor.description), found, strict=True)) if found else None

    def translate(self, table: str, row: Row) -> Row:
        """Return a row with the numbers that the rows it names have in the new record."""
        links = self._links[table]
        return {
            name: self.ids[links[name]].get(value, value) if name in links and value is not None else value
            for name, value in row.items()
        }

    def insert(self, table: str, row: Row, *, verb: str = "INSERT") -> int | None:
        """Write a row into the new record under a new number, and return that."""
        is_numbered = "id" in row and isinstance(row["id"], int) and table != "runs"
        kept = {
            name: value
            for name, value in row.items()
            if name in self._columns[table] and not (is_numbered and name == "id")
        }
        columns, marks = ", ".join(f'"{name}"' for name in kept), ", ".join("?" * len(kept))
        cursor = self.new.execute(
            f'{verb} INTO "{table}" ({columns}) VALUES ({marks})',
            list(kept.values()),
        )
        if is_numbered and cursor.rowcount:
            self.fresh[table].add(row["id"])
        return cursor.lastrowid

    def fill(self, table: str, held: Row, row: Row) -> None:
        """Give a row that both have what the old record alone says, or says surely."""
        declared = {
            name.removesuffix(_INFERRED)
            for name in held
            if name.endswith(_INFERRED) and held[name] and not row.get(name, 1)
        }
        news = {
            name: row[name]
            for name in held
            if name in row
            and row[name] is not None
            and name not in self._links[table]
            and (held[name] is None or name.removesuffix(_INFERRED) in declared)
        }
        if news:
            put(self.new, table, int(held["id"]), news)
            self.filled.update((table, row["id"], name) for name in news)
        if table == "statements":
            self._keep_contradicted(held, row, news)

    def next_run(self) -> int:
        """Return the number of the next run of the new record."""
        return int(self.new.execute("SELECT ifnull(max(id), 0) + 1 FROM runs").fetchone()[0])

    def _keep_contradicted(self, held: Row, row: Row, news: Mapping[str, object]) -> None:
        """Note what the old record says of a statement otherwise; an amendment of its own follows later."""
        if row["id"] in self.common_statements:
            return
        for field in FIELDS:
            earlier, later = row.get(field), held.get(field)
            if earlier and later and earlier != later and field not in news:
                self.insert(
                    "amendments",
                    {
                        "statement": held["id"],
                        "field": field,
                        "earlier": earlier,
                        "later": later,
                        "run": self._run,
                    },
                )


def put(connection: sqlite3.Connection, table: str, number: int, values: Mapping[str, object]) -> None:
    """Write values into a row; one that would contradict another row stays as it is."""
    marks = ", ".join(f'"{name}" = ?' for name in values)
    connection.execute(
        f'UPDATE OR IGNORE "{table}" SET {marks} WHERE id = ?',  # noqa: S608 (names of our schema)
        [*values.values(), number],
    )


def _read_numbers(connection: sqlite3.Connection, query: str, common: int) -> frozenset[int]:
    return frozenset(number for (number,) in connection.execute(query, [common]))


def _read_names(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _read_columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    return frozenset(name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", [table]))


def _read_links(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return which table a column refers to, of those that are referred to by number."""
    rows = connection.execute(
        'SELECT "from", "table" FROM pragma_foreign_key_list(?) WHERE "to" = \'id\'', [table]
    )
    return {column: other for column, other in rows if other not in {"bodies", "groups"}}
