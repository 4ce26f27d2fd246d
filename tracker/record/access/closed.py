"""Who may see what: which snapshots, documents and statements of a record are not open to all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.errors import WatchListInvalid
from tracker.inputs.files import read_file
from tracker.inputs.formats import parse_toml
from tracker.record.access import withdrawals
from tracker.record.schema.connection import RECEIVED, WATCH
from tracker.record.schema.rows import fetch_column
from tracker.record.schema.units import unit_expression
from tracker.record.statements.clocks import read_confirmed_day

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tracker.record.schema.units import Table, Unit

_GIVEN = """
SELECT DISTINCT snapshot FROM (
    SELECT snapshot, source FROM outcomes UNION ALL SELECT snapshot, source FROM reviews
)
WHERE snapshot IS NOT NULL AND (source = ?1 OR source BETWEEN ?1 || ':' AND ?1 || ';')
"""
"""Snapshots that a source or a link of an index gave, or that were found to be there still."""

_LISTED = """
SELECT sha256 FROM outcomes
WHERE reference IS NULL AND (source = ?1 OR source BETWEEN ?1 || ':' AND ?1 || ';')
AND sha256 IN (SELECT sha256 FROM documents) AND sha256 NOT IN (SELECT document FROM holdings)
"""
"""Documents of an index, kept as evidence of what it listed."""

_GIVERS = """
SELECT source FROM outcomes WHERE snapshot = ?1 UNION SELECT source FROM reviews WHERE snapshot = ?1
"""

_NOT_ACCEPTED = """
SELECT document, source FROM reviews WHERE document NOT IN (SELECT document FROM holdings)
"""

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
    """Those whose bytes are not public; of those that were destroyed there is nothing to close."""
    waiting: frozenset[str] = frozenset()
    """Of these documents those that are only not accepted: that they came, and what became of it, is open."""

    @property
    def is_open(self) -> bool:
        """Whether there is nothing that the public may not have."""
        return not (self.sources or self.snapshots or self.documents)


def find_watch_list(folder: Path) -> Path:
    """Return the file of an archive's watch list: as long as there is none of its own, the one it came with.

    Nothing is fetched by that one, but what it closes to the public is closed all the same.
    """
    own, received = folder / WATCH, folder / RECEIVED
    return received if received.is_file() and not own.exists() else own


def read_access(connection: sqlite3.Connection, tables: Mapping[str, Table], watch: Path) -> Access:
    """Return what is closed: by the watch list's ``access``, and what is withdrawn.

    Embargoes end by the latest day that servers confirmed, as ``_is_closed_on`` says. A column ``access`` in
    any table closes as well. Raises ``WatchListInvalid`` where the list cannot be read.
    """
    lists = list(fetch_column(connection, _LISTS))
    if watch.is_file():
        lists.append(_read_file(watch))
    sources = _closed_sources(lists, read_confirmed_day(connection))
    snapshots = {
        *_snapshots_of(connection, sources),
        *(int(name) for name in _closed(connection, tables, "snapshot")),
        *withdrawals.read_withdrawn_snapshots(connection),
    }
    statements = {int(name) for name in _closed(connection, tables, "statement")}
    closed = _complete(connection, sources, snapshots, statements)
    listed = (document for each in sources for document in fetch_column(connection, _LISTED, [each]))
    return replace(closed, documents=closed.documents.union(listed))


def read_withdrawn(connection: sqlite3.Connection) -> Access:
    """Return what is closed even to a private copy: what was withdrawn."""
    closed = _complete(connection, frozenset(), set(withdrawals.read_withdrawn_snapshots(connection)), set())
    return replace(closed, documents=withdrawals.read_withdrawn_documents(connection))


def is_closed_source(source: str, closed: frozenset[str]) -> bool:
    """Return whether a source is closed, itself or the index that led to it (``index:address``)."""
    return source.partition(":")[0] in closed


def read_closed_sources(text: str, confirmed: str) -> frozenset[str]:
    """Return the sources of a watch list that are not open, by the latest day that was confirmed."""
    return _closed_sources([text], confirmed)


def read_ended_embargoes(text: str, confirmed: str, day: str) -> Mapping[str, str]:
    """Return the sources of a watch list whose embargo is over on a day, and not by what was confirmed.

    Each with the day on which it was to open.
    """
    return {
        source: str(each["open_from"])
        for source, each in _read_list(text).get("sources", {}).items()
        if _is_closed_on(confirmed, each) and not _is_closed_on(day, each)
    }


def read_sendable(watch: Path) -> frozenset[str]:
    """Return the sources that a watch list lets language models be shown, though they are closed."""
    return _read_chosen(watch, "models")


def read_unindexed(watch: Path) -> frozenset[str]:
    """Return the sources whose pages a watch list asks search engines to leave out."""
    return _read_chosen(watch, "noindex")


def read_givers(connection: sqlite3.Connection, snapshot: int) -> tuple[str, ...]:
    """Return the sources that gave a snapshot, or were found to have it still."""
    return fetch_column(connection, _GIVERS, [snapshot])


def _read_chosen(watch: Path, choice: str) -> frozenset[str]:
    sources = _read_list(_read_file(watch)).get("sources", {}) if watch.is_file() else {}
    return frozenset(name for name, said in sources.items() if said.get(choice) is True)


def _closed_sources(lists: list[str], confirmed: str) -> frozenset[str]:
    """Return the sources that are closed by the latest list that names them."""
    if not any("access" in text for text in lists):
        return frozenset()
    closed: dict[str, bool] = {}
    for text in lists:
        for source, said in _read_list(text).get("sources", {}).items():
            closed[source] = _is_closed_on(confirmed, said)
    return frozenset(source for source, is_closed in closed.items() if is_closed)


def _is_closed_on(day: str, said: Mapping[str, object]) -> bool:
    """Return whether what the table of a source says closes it on a day (ISO): all that ends an embargo.

    The day is the latest that servers confirmed (``statements.clocks``), never that of this machine's clock.
    Where none was confirmed it is empty, and no embargo has ended.
    """
    access, opens = said.get("access", "open"), str(said.get("open_from") or "9999")
    return access != "open" and not (access == "embargoed" and opens <= day)


def _read_file(watch: Path) -> str:
    try:
        text = read_file(watch).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        parse_toml(text)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise WatchListInvalid(
            f"{watch}: cannot be read, so what it closes to the public is unknown ({reason})"
        ) from error
    return text


def _read_list(text: str) -> dict[str, dict[str, dict[str, object]]]:
    try:
        return parse_toml(text.replace("\r\n", "\n"))
    except ValueError:
        return {}


def _snapshots_of(connection: sqlite3.Connection, sources: frozenset[str]) -> set[int]:
    """Return the snapshots that only closed sources gave; what an open one published is open."""
    given = {snapshot for source in sources for snapshot in fetch_column(connection, _GIVEN, [source])}
    return {
        snapshot
        for snapshot in given
        if all(is_closed_source(source, sources) for source in read_givers(connection, snapshot))
    }


def _closed(connection: sqlite3.Connection, tables: Mapping[str, Table], unit: Unit) -> Iterator[str]:
    for table in tables.values():
        if table.unit == unit and "access" in table.columns:
            name = unit_expression(tables, table, f'"{table.name}"')
            query = f"SELECT {name} FROM \"{table.name}\" WHERE ifnull(access, 'open') <> 'open'"  # noqa: S608
            yield from map(str, fetch_column(connection, query))


def _complete(
    connection: sqlite3.Connection, sources: frozenset[str], snapshots: set[int], statements: set[int]
) -> Access:
    rows = connection.execute(
        "SELECT snapshots.id, statement, holdings.document,"
        " snapshots.id IN (SELECT snapshot FROM parts) FROM holdings"
        " JOIN snapshots ON snapshots.id = holdings.snapshot JOIN editions ON editions.id = edition"
        if snapshots or statements
        else "SELECT NULL, NULL, NULL, NULL WHERE FALSE"
    ).fetchall()
    closed = snapshots | {snapshot for snapshot, statement, *_ in rows if statement in statements}
    known = {statement for _, statement, *_ in rows}
    opened = {statement for snapshot, statement, *_ in rows if snapshot not in closed}
    held = {document for snapshot, _, document, _ in rows if snapshot in closed}
    # What is open as a part opens no more than its own text: the document holds the closed one too.
    held -= {document for snapshot, _, document, is_part in rows if snapshot not in closed and not is_part}
    given = connection.execute(_NOT_ACCEPTED).fetchall()
    shut = {document for document, source in given if is_closed_source(source, sources)}
    waiting = {document for document, _ in given}
    return Access(
        sources,
        frozenset(closed),
        frozenset(statements | (known - opened)),
        frozenset((held | waiting) - withdrawals.read_destroyed_documents(connection)),
        frozenset(waiting - shut - withdrawals.read_withdrawn_documents(connection)),
    )
