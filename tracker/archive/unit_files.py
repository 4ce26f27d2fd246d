"""The files of the mirror that a unit of the record is written as; the same rows give the same bytes."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tracker.archive.placement import members, read_tables, rows_query
from tracker.archive.places import (
    ARCHIVE,
    STATEMENT,
    document_place,
    edition_place,
    run_place,
    statement_folder,
    watch_list_place,
)
from tracker.archive.row_files import write_lines, write_rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from tracker.archive.placement import Unit
    from tracker.archive.row_files import Row

FORMAT = 1
"""Of the mirror; a higher one was written by a later release."""

Files = dict[str, "bytes | None"]
"""Contents by path; None for a file that is to go."""

_SNAPSHOT_NAME = """
SELECT country, body, session, item, kind, language, ordinal,
    ordinal = (
        SELECT max(ordinal) FROM snapshots AS other
        WHERE other.edition = snapshots.edition AND other.run <= ?2
    )
FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
WHERE snapshots.id = ?1
"""


class UnitFiles:
    """Writes units of one record; what is asked for must be read in one transaction to fit together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.tables = read_tables(connection)
        units: tuple[Unit, ...] = ("snapshot", "statement", "run", "document", "watch_list", "archive")
        self._queries = {
            unit: [(table, rows_query(self.tables, table)) for table in members(self.tables, unit)]
            for unit in units
        }

    def files(self, unit: Unit, rows: Mapping[str, list[Row]], name: str, until: int) -> Files:
        """Return the files of a unit's rows; none where its row has gone and left its place before.

        An edition's readable text is that of its latest snapshot of a run ``until`` which is told.
        """
        match unit:
            case "archive":
                return {ARCHIVE: _with_format(write_rows(rows))}
            case "document":
                return _document_files(name, rows)
            case "watch_list":
                return {watch_list_place(name): write_rows(rows) if rows["watch_lists"] else None}
            case "run":
                return _run_files(rows)
            case "statement":
                return _statement_files(rows)
            case "snapshot":
                return self._snapshot_files(name, rows, until)

    def rows(self, unit: Unit, name: str) -> dict[str, list[Row]]:
        """Return the rows of a unit by table, its own first, in the order of their writing."""
        found = {}
        for table, query in self._queries[unit]:
            values = [] if unit == "archive" else [name]
            cursor = self._connection.execute(query, values)
            found[table.name] = [dict(zip(table.columns, row, strict=True)) for row in cursor]
        return found

    def _snapshot_files(self, name: str, rows: Mapping[str, list[Row]], until: int) -> Files:
        if not rows["snapshots"]:
            return {}
        *place, ordinal, is_latest = self._connection.execute(_SNAPSHOT_NAME, [name, until]).fetchone()
        folder = edition_place(place)
        files: Files = {f"{folder}/{ordinal}.json": write_rows({**rows, "segments": _without_text(rows)})}
        if is_latest:
            files[f"{folder}.txt"] = _readable(rows)
        return files


def _with_format(data: bytes) -> bytes:
    return b'{"format": [{"mirror": %d}],' % FORMAT + data.removeprefix(b"{")


def _document_files(sha256: str, rows: Mapping[str, list[Row]]) -> Files:
    """Return the bytes as they are, and beside them what else is known of them."""
    place = document_place(sha256)
    if not rows["documents"]:
        return {place: None, f"{place}.json": None}
    row = dict(rows["documents"][0])
    data = row.pop("bytes", None)
    files: Files = {f"{place}.json": write_rows({**rows, "documents": [row]})}
    files[place] = data if isinstance(data, bytes) else None
    return files


def _run_files(rows: Mapping[str, list[Row]]) -> Files:
    return {run_place(int(row["id"] or 0), str(row["started"])): write_lines(rows) for row in rows["runs"]}


def _statement_files(rows: Mapping[str, list[Row]]) -> Files:
    name = ("country", "body", "session", "item")
    return {
        f"{statement_folder([_text(row[part]) for part in name])}/{STATEMENT}": write_rows(rows)
        for row in rows["statements"]
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _without_text(rows: Mapping[str, list[Row]]) -> list[Row]:
    """Leave the text of segments out where it is the version's text between their offsets, as it must be."""
    texts = {row["id"]: str(row["text"]) for row in rows["versions"]}
    segments = rows["segments"]
    if all(texts[row["version"]][_span(row)] == row["text"] for row in segments):
        return [{name: value for name, value in row.items() if name != "text"} for row in segments]
    return segments


def _span(row: Row) -> slice:
    return slice(int(row["start"] or 0), int(row["end"] or 0))


def _readable(rows: Mapping[str, list[Row]]) -> bytes:
    """Return the version that counts, a segment a line and a blank line between paragraphs."""
    latest = max((row["id"] for row in rows["versions"]), key=lambda id_: int(id_ or 0), default=None)
    segments = [row for row in rows["segments"] if row["version"] == latest]
    paragraphs = (
        "\n".join(" ".join(str(row["text"]).split()) for row in group)
        for _, group in groupby(segments, key=lambda row: row["paragraph"])
    )
    return ("\n\n".join(paragraphs) + "\n").encode()
