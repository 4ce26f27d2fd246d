"""Rows put into an empty record as they come from a mirror, or from a record without what is closed."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.errors import RepositoryUnusable
from tracker.preservation.mirror.redaction import NOT_PUBLIC
from tracker.preservation.mirror.unit_files import is_document
from tracker.record.access.withdrawals import read_lacking
from tracker.record.schema.rows import insert_row
from tracker.record.schema.units import read_tables
from tracker.record.statements.segments import rebuild_index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tracker.preservation.mirror.unit_files import Row, Value

_HEX = re.compile(r"[0-9a-f]+")
_LONG = re.compile(r"CHECK \(length\((\w+)\) = (?:40|64)\)")
"""How the schema declares a column of digests or names of commits; it checks the length itself."""

_DIGESTED: Mapping[str, str] = {"documents": "bytes", "watch_lists": "text"}
"""The column of which a row's ``sha256`` is the digest; versions are checked with their segments."""


def _read_digest_columns(connection: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    """Return the columns that hold digests, by table, as the schema itself says."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    return {str(name): tuple(found) for name, sql in rows if (found := _LONG.findall(str(sql)))}


def _check_digests(row: Row, columns: Sequence[str]) -> None:
    """Raise ``ValueError`` where a digest holds anything but hexadecimal digits."""
    for column in columns:
        value = row.get(column)
        if value is not None and not _HEX.fullmatch(str(value)):
            raise ValueError(f"{column} is no digest")


def _check_own_digest(table: str, row: Row) -> None:
    """Raise ``ValueError`` where the bytes or the text of a row do not have its digest."""
    value = row.get(_DIGESTED.get(table, ""))
    if value is not None and sha256(_as_bytes(value)).hexdigest() != row.get("sha256"):
        raise ValueError(f"it does not have its digest {row.get('sha256')!s}")


def _check_size(row: Row) -> None:
    """Raise ``ValueError`` where a document is said to have another size: packed bytes are read by it."""
    if len(_as_bytes(row["bytes"])) != row.get("size"):
        raise ValueError("it does not have the size that its row says")


def _as_bytes(value: Value) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


_LINK = """
SELECT "from", "notnull" FROM pragma_foreign_key_list(?1) AS link
JOIN pragma_table_info(?1) AS column ON column.name = "from" WHERE link.id = ?2
"""


class RowLoader:
    """Inserts rows in the order in which they come; the bytes of a document come before its row.

    Names of tables and columns are taken from the schema, never from the mirror.
    """

    def __init__(self, connection: sqlite3.Connection, mirror: Path) -> None:
        self.rows: Counter[str] = Counter()
        self.closed = 0
        self._connection = connection
        self._mirror = mirror
        self._tables = read_tables(connection)
        self._digests = _read_digest_columns(connection)
        self._bytes: Row = {}

    def load(self, tables: Mapping[str, Sequence[Row]], path: str) -> None:
        """Insert the rows of a file; those that are closed to the public are counted."""
        if is_document(path):
            (self._bytes,) = tables["documents"]
            return
        for table, rows in tables.items():
            for row in rows:
                try:
                    self._insert(table, row)
                except (sqlite3.IntegrityError, sqlite3.OperationalError, OverflowError, ValueError) as error:
                    if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                        raise
                    raise mirror_damaged(
                        self._mirror, f"{path} holds a row that cannot be ({error})"
                    ) from error

    def finish(self) -> None:
        """Build the full-text index, and remove dangling references; see ``remove_dangling``."""
        rebuild_index(self._connection)
        self.closed += len(read_lacking(self._connection))
        self.remove_dangling()

    def remove_dangling(self) -> None:
        """Remove rows that refer to closed rows; without closed rows the mirror is damaged."""
        while dangling := self._connection.execute("PRAGMA foreign_key_check").fetchall():
            if not self.closed:
                table, row, wanted, _ = dangling[0]
                raise mirror_damaged(self._mirror, f"row {row} of {table} has no {wanted}")
            for table, row, _, link in dict.fromkeys(dangling):
                self._remove_reference(table, row, link)

    def _remove_reference(self, table: str, row: int, link: int) -> None:
        """Remove a reference to a closed row from a row, or the row where it needs the reference.

        The watch list of a run may be closed, and what the run recorded not.
        """
        (column, needed), *others = self._connection.execute(_LINK, [table, link]).fetchall()
        if not (needed or others):
            update = f'UPDATE OR IGNORE "{table}" SET "{column}" = NULL WHERE rowid = ?'  # noqa: S608
            if self._connection.execute(update, [row]).rowcount:
                return
        deleted = self._connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', [row]).rowcount  # noqa: S608
        self.rows[table] -= deleted
        self.closed += deleted

    def _insert(self, table: str, row: Row) -> None:
        if NOT_PUBLIC in row:
            self.closed += 1
            return
        if table == "documents" and "bytes" not in row:
            if row.get("sha256") != self._bytes.get("sha256"):
                raise mirror_damaged(self._mirror, f"the bytes of document {row.get('sha256')!s} are missing")
            row = {**row, **self._bytes}
            _check_size(row)
        else:
            _check_own_digest(table, row)
        _check_digests(row, self._digests.get(table, ()))
        self._check_names(table, row)
        insert_row(self._connection, table, row)
        self.rows[table] += 1

    def _check_names(self, table: str, row: Row) -> None:
        """Raise ``ValueError`` for names that the schema lacks."""
        if table not in self._tables:
            raise ValueError(f"there is no table {table}")
        for name in row:
            if name not in self._tables[table].columns:
                raise ValueError(f"there is no column {name} of {table}")


def mirror_damaged(mirror: Path, what: str) -> RepositoryUnusable:
    """Return the error that says what is wrong with a mirror."""
    return RepositoryUnusable(f"{mirror}: {what}; it is damaged, use another copy")
