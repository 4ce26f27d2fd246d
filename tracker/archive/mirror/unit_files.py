"""The files of the mirror that a unit of the record is written as; the same rows give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import (
    ARCHIVE,
    SCHEMA,
    STATEMENT,
    document_path,
    edition_path,
    run_path,
    statement_folder,
    watch_list_path,
)
from tracker.archive.mirror.row_files import Sheet, write_lines, write_rows
from tracker.archive.schema.schema_map import members, read_tables, rows_query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from tracker.archive.mirror.row_files import Row, Value
    from tracker.archive.schema.schema_map import Unit

FORMAT = 1
"""Of the mirror; a higher one was written by a later release."""

SEGMENTS = "segments"
"""The table whose rows are read with their version's text, a hundred at a time, and written as a sheet."""

Files = dict[str, "bytes | None"]
"""Contents by path; None for a file that is to go."""

_SNAPSHOT_NAME = """
SELECT country, body, session, item, kind, language, ordinal,
    ordinal = (
        SELECT max(ordinal) FROM readable_snapshots AS other
        WHERE other.edition = snapshots.edition AND other.run <= ?2
    )
FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
WHERE snapshots.id = ?1
"""

_SCHEMA = """
SELECT sql FROM sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'unmirrored%'
    AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'view' THEN 2 WHEN 'index' THEN 3 ELSE 4 END, rowid
"""

_Cut = tuple["Any", ...]
_FIRST, _LAST = ("paragraph", "start", "end"), "text"
"""The columns of a segment that are looked at, in the order in which its row is read: the rest between."""


class UnitFiles:
    """Writes units of one record; what is asked for must be read in one transaction to fit together."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.tables = read_tables(connection)
        units: tuple[Unit, ...] = ("snapshot", "statement", "run", "document", "watch_list", "archive")
        self._queries = {
            unit: [
                (table, rows_query(self.tables, table))
                for table in members(self.tables, unit)
                if table.name != SEGMENTS
            ]
            for unit in units
        }
        others = [name for name in self.tables[SEGMENTS].columns if name not in {*_FIRST, _LAST}]
        self._columns = (*_FIRST, *others, _LAST)
        quoted = ", ".join(f'"{column}"' for column in self._columns)
        self._cut = f"SELECT {quoted} FROM segments WHERE version = ? ORDER BY ordinal"  # noqa: S608 (our schema)

    def files(self, unit: Unit, rows: Mapping[str, list[Row]], name: str, until: int) -> Files:
        """Return the files of a unit's rows; none where its row has gone and left its place before.

        An edition's readable text is that of its latest snapshot of a run ``until`` which is told, of those
        that were not withdrawn.
        """
        match unit:
            case "archive":
                return {ARCHIVE: _with_format(write_rows(rows)), SCHEMA: self._schema()}
            case "document":
                return _document_files(name, rows)
            case "watch_list":
                return {watch_list_path(name): write_rows(rows) if rows["watch_lists"] else None}
            case "run":
                return _run_files(rows)
            case "statement":
                return _statement_files(rows)
            case "snapshot":
                return self._snapshot_files(name, rows, until)

    def rows(self, unit: Unit, name: str) -> dict[str, list[Row]]:
        """Return the rows of a unit by table, its own first, in the order of their writing, save segments."""
        found = {}
        for table, query in self._queries[unit]:
            values = [] if unit == "archive" else [name]
            cursor = self._connection.execute(query, values)
            found[table.name] = [dict(zip(table.columns, row, strict=True)) for row in cursor]
        return found

    def _schema(self) -> bytes:
        """Return the commands that make the tables, for whoever has SQLite and not this program."""
        rows = self._connection.execute(_SCHEMA).fetchall()
        return "".join(f"{sql};\n\n" for (sql,) in rows).encode()

    def _snapshot_files(self, name: str, rows: Mapping[str, list[Row]], until: int) -> Files:
        if not rows["snapshots"]:
            return {}
        *place, ordinal, is_latest = self._connection.execute(_SNAPSHOT_NAME, [name, until]).fetchone()
        folder = edition_path(place)
        cut = {
            row["id"]: self._connection.execute(self._cut, [row["id"]]).fetchall() for row in rows["versions"]
        }
        files: Files = {f"{folder}/{ordinal}.json": write_rows({**rows, SEGMENTS: self._sheet_of(rows, cut)})}
        if is_latest and cut:
            files[f"{folder}.txt"] = write_readable(cut[max(cut, key=lambda id_: int(id_ or 0))])
        return files

    def _sheet_of(self, rows: Mapping[str, list[Row]], cut: Mapping[Value, Sequence[_Cut]]) -> Sheet:
        """Return the segments, without their text where it is the version's between their offsets."""
        segments = [segment for id_ in cut for segment in cut[id_]]
        if all(_is_cut_from(str(row["text"]), cut[row["id"]]) for row in rows["versions"]):
            return Sheet(self._columns[:-1], [segment[:-1] for segment in segments])
        return Sheet(self._columns, segments)


def _with_format(data: bytes) -> bytes:
    return b'{"format": [{"mirror": %d}],' % FORMAT + data.removeprefix(b"{")


def _document_files(sha256: str, rows: Mapping[str, list[Row]]) -> Files:
    """Return the bytes as they are, and beside them what else is known of them, as that there are none."""
    place = document_path(sha256)
    if not rows["documents"]:
        return {place: None, f"{place}.json": None}
    (row,) = rows["documents"]
    data = row.get("bytes")
    beside = {name: value for name, value in row.items() if name != "bytes" or value is None}
    files: Files = {f"{place}.json": write_rows({**rows, "documents": [beside]})}
    files[place] = data if isinstance(data, bytes) else None
    return files


def _run_files(rows: Mapping[str, list[Row]]) -> Files:
    return {run_path(int(row["id"] or 0), str(row["started"])): write_lines(rows) for row in rows["runs"]}


def _statement_files(rows: Mapping[str, list[Row]]) -> Files:
    name = ("country", "body", "session", "item")
    return {
        f"{statement_folder([_text(row[part]) for part in name])}/{STATEMENT}": write_rows(rows)
        for row in rows["statements"]
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _is_cut_from(text: str, segments: Iterable[_Cut]) -> bool:
    return all(text[start:end] == segment for _, start, end, *_, segment in segments)


def write_readable(segments: Iterable[tuple[Any, ...]]) -> bytes:
    """Return a text, a segment a line and a blank line between paragraphs.

    A segment is its paragraph, whatever is known of it besides, and its text.
    """
    lines, last = [], None
    for paragraph, *_, text in segments:
        if last not in {None, paragraph}:
            lines.append("")
        lines.append(text if _is_one_line(text) else " ".join(text.split()))
        last = paragraph
    return ("\n".join(lines) + "\n").encode()


def _is_one_line(text: str) -> bool:
    """Tell whether there is no white space but single blanks inside, four times as fast as to part it."""
    return text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]
