"""What the mirror need not hold yet, and which changes of a row tracker itself never makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import edition_path, run_path, statement_folder
from tracker.archive.mirror.pending import read_mirrored, read_pending
from tracker.archive.rights.withdrawals import read_unfinished

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from tracker.archive.mirror.commits import Place
    from tracker.archive.schema.schema_map import Table, Unit
    from tracker.archive.verify.copies import Difference

_NEVER = (
    "documents", "watch_lists", "versions", "segments", "confirmations", "amendments", "decisions",
    "outcomes", "exchanges", "expectations", "withdrawn", "repairs",
)  # fmt: skip
"""Tables whose rows are written once."""

_FIXED: Mapping[str, frozenset[str]] = {
    "snapshots": frozenset({"edition", "ordinal", "document", "observed", "run"}),
    "runs": frozenset({"started", "release"}),
    "editions": frozenset({"statement"}),
    "candidates": frozenset({"source", "address", "found", "run"}),
    "reviews": frozenset({"outcome", "source", "document"}),
}
"""Columns that are written once, of tables whose rows change otherwise."""

_YOURS = frozenset({"bodies", "sessions", "groups"})
"""Tables whose rows people may delete."""


class Noted:
    """What was noted in the record since the mirror was last written."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
        pending = read_pending(connection)
        self.is_proof = read_mirrored(connection) is not None
        """Whether the mirror's commit is known to have held all that was recorded."""
        self.left = tuple(map(_find_place, pending.left))
        self._missed = {wanted for _, _, wanted, _ in connection.execute("PRAGMA foreign_key_check")}
        """Tables of which rows are gone that others name."""
        self.unfinished = _read_unfinished(connection)
        """What was being destroyed when a run was cut short: its rows are not to be put back."""
        self.has_acts = _has_acts(connection, pending.units)
        """Whether the mirror does not know yet of an act: of what was withdrawn it still has the text."""
        self._units = frozenset(pending.units)
        watched = {
            name
            for (name,) in connection.execute(
                "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'unmirrored_%'"
            )
        }
        self._unwatched = frozenset(table.unit for table in tables.values() if table.name not in watched)
        """Kinds of units that nothing was noted of: a table is new, or was made anew by a newer release."""

    def holds(self, unit: Unit, name: str) -> bool:
        """Tell whether a unit may differ from the mirror."""
        return (unit, name) in self._units or unit in self._unwatched

    def allows(self, difference: Difference) -> bool:
        """Tell whether a row may have come to differ, or to be gone, other than by damage."""
        table, columns = difference.table, difference.columns
        if columns is None:
            return table in _YOURS and table not in self._missed
        return table not in _NEVER and _FIXED.get(table, frozenset()).isdisjoint(columns)

    def has_left(self, path: str) -> bool:
        """Tell whether a file stands where rows have been that are elsewhere now."""
        return path.startswith(self.left)


def _read_unfinished(connection: sqlite3.Connection) -> str | None:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'withdrawals'").fetchone()
    acts = read_unfinished(connection) if there else ()
    return acts[0].reference if acts else None


def _has_acts(connection: sqlite3.Connection, units: Iterable[tuple[Unit, str]]) -> bool:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'withdrawals'").fetchone():
        return False
    query = "SELECT 1 FROM withdrawals WHERE run = ?"
    runs = (name for unit, name in units if unit == "run")
    return any(connection.execute(query, [run]).fetchone() for run in runs)


def _find_place(place: Place) -> str:
    match place:
        case (int(run), started):
            return run_path(run, str(started))
        case (_, _, _, _):
            return f"{statement_folder(place)}/"
        case (*_, int(ordinal)):
            return f"{edition_path(place)}/{ordinal}.json"
        case _:
            return edition_path(place)
