"""Whether a text may be handed on: what a command has read, or what somebody hands in, of closed material."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.model.texts import Reference
from tracker.record.schema.connection import RECEIVED, WATCH
from tracker.record.schema.rows import fetch_column, fetch_value
from tracker.record.statements.queries import ALL_EDITIONS, NAME, ORDER, WITH_STATEMENTS

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tracker.record.access.closed import Access

_CLOSING = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND sql LIKE '%access%' LIMIT 1"

_READABLE = f"""
SELECT snapshots.id, {NAME}, ordinal {ALL_EDITIONS}
JOIN readable_snapshots AS snapshots ON snapshots.edition = editions.id ORDER BY {ORDER}, ordinal
"""

_GIVEN = f"""
SELECT DISTINCT outcomes.source, country, body, session, item FROM outcomes
JOIN snapshots ON snapshots.id = outcomes.snapshot {WITH_STATEMENTS}
"""  # noqa: S608 (our own text)

_HOLDERS = "SELECT DISTINCT snapshot FROM versions WHERE sha256 = ?"

_WITHDRAWN = """
SELECT 1 FROM standing_withdrawals WHERE (document = ?1 OR text = ?2)
AND document NOT IN (SELECT document FROM readable_snapshots) LIMIT 1
"""


def is_closed(connection: sqlite3.Connection, access: Access, document: str | None, text: str) -> bool:
    """Return whether a text, by its digest, is of a closed document, or of closed snapshots and no other."""
    held = set(fetch_column(connection, _HOLDERS, [text]))
    if document in access.documents or held - access.snapshots:
        return document in access.documents
    return bool(held or fetch_column(connection, _WITHDRAWN, [document, text]))


def list_closed(connection: sqlite3.Connection, folder: Path) -> tuple[Reference, ...]:
    """Return the snapshots of the archive in a folder that are restricted or embargoed.

    Raises ``WatchListInvalid`` where the watch list cannot be read.
    """
    return tuple(_find_closed(connection, folder).values())


def list_unsendable(connection: sqlite3.Connection, folder: Path) -> dict[Reference, str]:
    """Return the snapshots that no language model may be shown, each with the source that says so.

    They are restricted or embargoed, and not every source that gave them says ``models = true`` in the watch
    list; where none is known the source is empty. Raises as ``list_closed`` does.
    """
    closed = _find_closed(connection, folder)
    if not closed:
        return {}
    from tracker.record.access.closed import find_watch_list, read_givers, read_sendable  # noqa: PLC0415 (as below)

    may_be_sent = read_sendable(find_watch_list(folder))
    found = {}
    for number, reference in closed.items():
        givers = [each.partition(":")[0] for each in read_givers(connection, number)] or [""]
        if refusing := [each for each in givers if each not in may_be_sent]:
            found[reference] = refusing[0]
    return found


def list_unindexed(connection: sqlite3.Connection, watch: Path) -> frozenset[Reference]:
    """Return the statements that a source gave whose pages search engines are asked to leave out.

    Raises ``WatchListInvalid`` where the watch list cannot be read.
    """
    from tracker.record.access.closed import is_closed_source, read_unindexed  # noqa: PLC0415 (as above)

    asking = read_unindexed(watch)
    rows = connection.execute(_GIVEN).fetchall() if asking else []
    return frozenset(Reference(*name) for source, *name in rows if is_closed_source(source, asking))


def _find_closed(connection: sqlite3.Connection, folder: Path) -> dict[int, Reference]:
    if not _may_close(connection, folder):
        return {}
    # To ask what is closed takes 10 ms, and most archives were never told of anything.
    from tracker.record.access.closed import find_watch_list, read_access  # noqa: PLC0415
    from tracker.record.schema.units import read_tables  # noqa: PLC0415

    access = read_access(connection, read_tables(connection), find_watch_list(folder))
    if not access.snapshots:
        return {}
    rows = connection.execute(_READABLE).fetchall()
    return {number: Reference(*name) for number, *name in rows if number in access.snapshots}


def _may_close(connection: sqlite3.Connection, folder: Path) -> bool:
    listed = fetch_value(connection, "SELECT 1 FROM watch_lists LIMIT 1")
    told = listed or fetch_value(connection, _CLOSING)
    return bool(told) or any((folder / name).exists() for name in (WATCH, RECEIVED))
