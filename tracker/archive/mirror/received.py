"""Digests of rows that came from a mirror, which must be right before the rows are taken in."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from tracker.archive.mirror.row_files import Row, Value

_HEX = re.compile(r"[0-9a-f]+")
_LONG = re.compile(r"CHECK \(length\((\w+)\) = (?:40|64)\)")
"""How the schema says that a column holds a digest, or git's name of a commit; it sees to the length."""

_DIGESTED: Mapping[str, str] = {"documents": "bytes", "watch_lists": "text"}
"""The column of a table whose digest is that of the row; versions are looked at with their segments."""


def read_digest_columns(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the columns that hold digests, by table, as the schema itself says."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {str(name): tuple(found) for name, sql in rows if (found := _LONG.findall(str(sql)))}


def check_digests(row: Row, columns: Sequence[str]) -> None:
    """Raise ``ValueError`` where a digest holds anything but hexadecimal digits."""
    for column in columns:
        value = row.get(column)
        if value is not None and not _HEX.fullmatch(str(value)):
            raise ValueError(f"{column} is no digest")


def check_own_digest(table: str, row: Row) -> None:
    """Raise ``ValueError`` where a row holds its bytes or its text, and not under their digest."""
    value = row.get(_DIGESTED.get(table, ""))
    if value is not None and sha256(_as_bytes(value)).hexdigest() != row.get("sha256"):
        raise ValueError(f"it does not have its digest {row.get('sha256')!s}")


def _as_bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
