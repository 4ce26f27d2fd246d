"""Which unit each row of the record belongs to, which is closed, copied and checked as a whole.

The schema itself says so. A table or column that is added later finds its place by its foreign keys: a row
belongs with the run it names, or else with the row that it is a part of, or else to the archive as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracker.record.schema.packing import select_columns

if TYPE_CHECKING:
    import sqlite3

Unit = Literal["snapshot", "statement", "run", "document", "watch_list", "archive"]
"""What belongs together: a row, and the rows that are parts of it; or the archive as a whole."""

ROOTS: Mapping[str, tuple[Unit, str]] = {
    "snapshots": ("snapshot", "id"),
    "statements": ("statement", "id"),
    "runs": ("run", "id"),
    "documents": ("document", "sha256"),
    "watch_lists": ("watch_list", "sha256"),
}
"""The table of each unit, and the column that names its row."""

_OWNERS: Mapping[str, str] = {
    "editions": "statement",
    "versions": "snapshot",
    "segments": "version",
    "confirmations": "version",
    "parts": "snapshot",
}
"""Tables that name a run as well, and are read with what they are a part of."""

_PREFERRED: tuple[Unit, ...] = ("run", "snapshot", "statement", "document", "watch_list")

_SHOWN: Mapping[str, str] = {"segment_offsets": "segments"}
"""The view that shows the rows of a table, and by which they are known."""

BOOKKEEPING = frozenset({"unmirrored", "mirror_commits", "mirror_files", "descriptions"})
"""Tables that are no part of the record: those of what follows it, and the words about all others."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column of a table that must name a row of another."""

    column: str
    table: str
    key: str


ForeignKeys = Mapping[str, tuple[ForeignKey, ...]]
"""Those of each table by its name."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the record: which unit its rows belong to, and through which column."""

    name: str
    columns: tuple[str, ...]
    key: str
    unit: Unit
    owner: ForeignKey | None
    """None for the table of a unit itself, and for what belongs to the archive as a whole."""
    stored: str
    """The table that holds its rows: for ``segments``, which shows them with their text, another one."""

    @property
    def selected(self) -> str:
        """Its columns as a list in SQL."""
        return select_columns(self.name, self.columns)


def read_tables(connection: sqlite3.Connection) -> dict[str, Table]:
    """Return the tables of a record by name; views, indexes and the full-text index are no tables."""
    stored = {
        _SHOWN.get(name, name): str(name)
        for (name,) in connection.execute(
            "SELECT name FROM pragma_table_list"
            " WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        if name not in BOOKKEEPING
    }
    links = {name: _read_links(connection, table) for name, table in stored.items()}
    owners = {name: _choose_owner(name, links, frozenset()) for name in stored}
    return {
        name: Table(
            name, _read_columns(connection, name), _read_key(connection, table), *_settle(name, owners), table
        )
        for name, table in stored.items()
    }


def members(tables: Mapping[str, Table], unit: Unit) -> tuple[Table, ...]:
    """Return the tables whose rows belong to a unit, its own first, then by name."""
    found = [table for table in tables.values() if table.unit == unit]
    return tuple(sorted(found, key=lambda table: (table.owner is not None, table.name)))


def measure_depth(tables: Mapping[str, Table], table: Table) -> int:
    """Return by how many links a table's rows belong to their unit; those of the unit's own table by none."""
    return 1 + measure_depth(tables, tables[table.owner.table]) if table.owner else 0


def rows_query(tables: Mapping[str, Table], table: Table) -> str:
    """Return the query of a table's rows that belong to one unit; its one value is the unit's name."""
    where = "TRUE" if table.unit == "archive" else belongs_to(tables, table, "= ?1")
    return f'SELECT {table.selected} FROM "{table.name}" WHERE {where} ORDER BY rowid'  # noqa: S608


def unit_expression(tables: Mapping[str, Table], table: Table, row: str) -> str:
    """Return the SQL that finds the name of the unit that a row (``new`` or ``old``) belongs to."""
    if table.unit == "archive":
        return "''"
    if table.owner is None:
        return f"{row}.{table.key}"
    return _climb(tables, table.owner, f'{row}."{table.owner.column}"')


def _climb(tables: Mapping[str, Table], link: ForeignKey, value: str) -> str:
    above = tables[link.table]
    if above.owner is None:
        return value
    inner = f'(SELECT "{above.owner.column}" FROM "{above.name}" WHERE "{link.key}" = {value})'  # noqa: S608
    return _climb(tables, above.owner, inner)


def belongs_to(tables: Mapping[str, Table], table: Table, units: str) -> str:
    """Return the condition by which a row belongs to units, such as ``= ?1`` or ``IN (1, 2)``."""
    if table.owner is None:
        return f'"{table.key}" {units}'
    above = tables[table.owner.table]
    if above.owner is None:
        return f'"{table.owner.column}" {units}'
    keys = f'SELECT "{table.owner.key}" FROM "{above.name}" WHERE {belongs_to(tables, above, units)}'  # noqa: S608
    return f'"{table.owner.column}" IN ({keys})'


def _settle(name: str, owners: Mapping[str, ForeignKey | None]) -> tuple[Unit, ForeignKey | None]:
    link = owners[name]
    if name in ROOTS:
        return ROOTS[name][0], None
    if link is None:
        return "archive", None
    return _settle(link.table, owners)[0], link


def _choose_owner(name: str, links: ForeignKeys, seen: frozenset[str]) -> ForeignKey | None:
    """Return the link by which a table belongs to a unit: the declared one, or else the preferred one."""
    if name in ROOTS or name in seen:
        return None
    own = [link for link in links[name] if _OWNERS.get(name) in {None, link.column}]
    reached = [(unit, link) for link in own if (unit := _reach(link.table, links, seen | {name}))]
    reached.sort(key=lambda pair: _PREFERRED.index(pair[0]))
    return reached[0][1] if reached else None


def _reach(name: str, links: ForeignKeys, seen: frozenset[str]) -> Unit | None:
    if name in ROOTS:
        return ROOTS[name][0]
    link = _choose_owner(name, links, seen)
    return _reach(link.table, links, seen | {name}) if link else None


def _read_links(connection: sqlite3.Connection, name: str) -> tuple[ForeignKey, ...]:
    """Return the foreign keys of one column that a row cannot do without."""
    required = {
        row[0]
        for row in connection.execute('SELECT name FROM pragma_table_info(?) WHERE "notnull" OR pk', [name])
    }
    rows = connection.execute(
        'SELECT id, "from", "table", ifnull("to", \'rowid\')'
        " FROM pragma_foreign_key_list(?) ORDER BY id, seq",
        [name],
    ).fetchall()
    single = [row for row in rows if sum(other[0] == row[0] for other in rows) == 1]
    return tuple(ForeignKey(column, table, key) for _, column, table, key in single if column in required)


def _read_columns(connection: sqlite3.Connection, name: str) -> tuple[str, ...]:
    query = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid"
    return tuple(column for (column,) in connection.execute(query, [name]))


def _read_key(connection: sqlite3.Connection, name: str) -> str:
    keys = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk", [name]).fetchall()
    return str(keys[0][0]) if len(keys) == 1 else "rowid"
