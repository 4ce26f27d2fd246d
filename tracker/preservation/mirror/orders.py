"""Orders to destroy that another program wrote into runs which are mirrored: nothing is removed by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.preservation.mirror.commits import name_run, read_trailers_of
from tracker.preservation.mirror.paths import run_path
from tracker.preservation.mirror.unexplained import read_mirrored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from tracker.preservation.git.repository import Repository
    from tracker.preservation.mirror.row_files import Row
    from tracker.record.schema.units import Table

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
