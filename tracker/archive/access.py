"""Who may see what: which snapshots, documents and statements of a record are not open to all."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.archive.placement import unit_expression

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.archive.placement import Table, Unit

_GIVEN = "SELECT snapshot, source FROM outcomes WHERE snapshot IS NOT NULL"

_LISTS = """
SELECT text FROM watch_lists JOIN runs ON watch_list = sha256 GROUP BY sha256 ORDER BY max(runs.id)
"""


@dataclass(frozen=True, slots=True)
class Access:
    """What is closed; documents that no open snapshot holds are, quarantined ones among them."""

    sources: frozenset[str]
    snapshots: frozenset[int]
    statements: frozenset[int]
    """Those of which every snapshot is closed."""
    documents: frozenset[str]

    @property
    def digest(self) -> str:
        """Tell policies apart; empty where every source is open."""
        return sha256("\n".join(sorted(self.sources)).encode()).hexdigest()[:16] if self.sources else ""

    @property
    def is_open(self) -> bool:
        """Whether there is nothing that the public may not have."""
        return not (self.sources or self.snapshots or self.documents)


def read_access(connection: sqlite3.Connection, tables: Mapping[str, Table], watch: Path) -> Access:
    """Return what is closed by the watch list (``access``), and by a column of that name in any table."""
    lists = [text for (text,) in connection.execute(_LISTS)]
    if watch.is_file():
        lists.append(watch.read_text(encoding="utf-8-sig"))
    sources = _closed_sources(lists)
    snapshots = _snapshots_of(connection, sources) | {
        int(name) for name in _closed(connection, tables, "snapshot")
    }
    statements = {int(name) for name in _closed(connection, tables, "statement")}
    return _complete(connection, sources, snapshots, statements)


def is_closed_source(source: str, closed: frozenset[str]) -> bool:
    """Tell whether a source is closed, itself or the index that led to it (``index:address``)."""
    return source.partition(":")[0] in closed


def read_closed_sources(text: str) -> frozenset[str]:
    """Return the sources of a watch list that are not open."""
    return _closed_sources([text])


def _closed_sources(lists: list[str]) -> frozenset[str]:
    """Return the sources that are closed by the latest list that names them."""
    access: dict[str, str] = {}
    for text in lists:
        for source, said in _read_list(text).get("sources", {}).items():
            access[source] = str(said.get("access", "open"))
    return frozenset(source for source, said in access.items() if said != "open")


def _read_list(text: str) -> dict[str, dict[str, dict[str, object]]]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        return {}


def _snapshots_of(connection: sqlite3.Connection, sources: frozenset[str]) -> set[int]:
    """Return the snapshots that only closed sources gave; what an open one published is open."""
    if not sources:
        return set()
    given = [(snapshot, is_closed_source(source, sources)) for snapshot, source in connection.execute(_GIVEN)]
    opened = {snapshot for snapshot, closed in given if not closed}
    return {snapshot for snapshot, closed in given if closed and snapshot not in opened}


def _closed(connection: sqlite3.Connection, tables: Mapping[str, Table], unit: Unit) -> Iterator[str]:
    for table in tables.values():
        if table.unit == unit and "access" in table.columns:
            name = unit_expression(tables, table, f'"{table.name}"')
            query = f"SELECT {name} FROM \"{table.name}\" WHERE ifnull(access, 'open') <> 'open'"  # noqa: S608
            yield from (str(found) for (found,) in connection.execute(query))


def _complete(
    connection: sqlite3.Connection, sources: frozenset[str], snapshots: set[int], statements: set[int]
) -> Access:
    rows = connection.execute(
        "SELECT snapshots.id, statement, document FROM snapshots JOIN editions ON editions.id = edition"
        if snapshots or statements
        else "SELECT NULL, NULL, NULL WHERE FALSE"
    ).fetchall()
    closed = snapshots | {snapshot for snapshot, statement, _ in rows if statement in statements}
    told = {statement for _, statement, _ in rows}
    opened = {statement for snapshot, statement, _ in rows if snapshot not in closed}
    return Access(
        sources,
        frozenset(closed),
        frozenset(statements | (told - opened)),
        frozenset(_closed_documents(connection, rows, closed)),
    )


def _closed_documents(
    connection: sqlite3.Connection, rows: list[tuple[int, int, str]], closed: set[int]
) -> set[str]:
    opened = {document for snapshot, _, document in rows if snapshot not in closed}
    held = {document for snapshot, _, document in rows if snapshot in closed}
    waiting = connection.execute(
        "SELECT DISTINCT document FROM reviews WHERE document NOT IN (SELECT document FROM snapshots)"
    )
    return (held - opened) | {document for (document,) in waiting}
