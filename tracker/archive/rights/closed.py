"""Whether a text may be handed on: what a command has read, or what somebody hands in, of closed material."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.schema.rows import fetch_column

if TYPE_CHECKING:
    import sqlite3

    from tracker.archive.rights.access import Access

_HOLDERS = "SELECT DISTINCT snapshot FROM versions WHERE sha256 = ?"

_WITHDRAWN = """
SELECT 1 FROM standing_withdrawals WHERE (document = ?1 OR text = ?2)
AND document NOT IN (SELECT document FROM readable_snapshots) LIMIT 1
"""


def is_closed(connection: sqlite3.Connection, access: Access, document: str | None, text: str) -> bool:
    """Return whether a text, by its digest, is of a closed document, or of closed snapshots and no other."""
    if document in access.documents or fetch_column(connection, _WITHDRAWN, [document, text]):
        return True
    held = set(fetch_column(connection, _HOLDERS, [text]))
    return bool(held) and held <= access.snapshots
