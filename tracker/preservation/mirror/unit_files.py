"""The files of the mirror: their paths, rows in them as readable JSON and back, and those that hold a unit.

Keys are sorted and each row has a line: the same rows give the same bytes.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tracker.inputs.formats import parse_json
from tracker.record.schema.expected import list_in_order
from tracker.record.schema.units import members, read_tables, rows_query
from tracker.record.statements.queries import WITH_STATEMENTS
from tracker.record.statements.segments import read_segments

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from tracker.record.schema.units import Unit


FORMAT = 1
"""The format of the mirror; a later release may write a higher one."""

READING_OF = "reading of"
"""What names the snapshot in the file of a run that read it again; no table has that name."""

SEGMENTS = "segments"
"""The table whose rows are read with their version's text, and written by columns."""

Files = dict[str, "bytes | None"]
"""Contents by path; None for a file to remove."""

_SNAPSHOT_NAME = f"""
SELECT country, body, session, item, kind, language, ordinal,
    ordinal = (
        SELECT max(ordinal) FROM readable_snapshots AS other
        WHERE other.edition = snapshots.edition AND other.run <= ?2
    )
FROM snapshots {WITH_STATEMENTS}
WHERE snapshots.id = ?1
"""  # noqa: S608 (our names)

_SHOWN = """
name NOT LIKE 'sqlite_%' AND name NOT LIKE 'unmirrored%'
AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
"""
_KINDS = ("table", "view", "index", "trigger")
"""The parts of a schema, each kind after those that it needs."""

_OF_RUNS = ("versions", "confirmations", "parts")
"""Parts of a snapshot that later runs may add."""

_Segment = tuple["Any", ...]
_FIRST, _LAST = ("paragraph", "start", "end"), "text"
"""The first and last columns of a segment as it is read; the other columns are between them."""


class UnitFiles:
    """Reads and writes units of one record; callers read them in one transaction."""

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

    def files(self, unit: Unit, rows: Mapping[str, list[Row]], name: str, until: int) -> Files:
        """Return the files of a unit's rows; none where its row was deleted.

        An edition's readable text is that of its latest snapshot up to the run ``until`` that is not
        withdrawn.
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
        """Return the rows of a unit by table, without segments, in the order in which they were written."""
        found = {}
        for table, query in self._queries[unit]:
            values = [] if unit == "archive" else [name]
            cursor = self._connection.execute(query, values)
            found[table.name] = [dict(zip(table.columns, row, strict=True)) for row in cursor]
        return found

    def readable(self, version: Value) -> bytes:
        """Return the readable text of a version, which its edition has while that is the latest."""
        return write_readable(read_segments(self._connection, int(version or 0), self._columns[:-1]))

    def _schema(self) -> bytes:
        """Return the commands that make the tables, for readers who have SQLite and not this program."""
        parts = list_in_order(self._connection, _SHOWN)
        parts.sort(key=lambda part: _KINDS.index(part[0]))
        return "".join(f"{sql};\n\n" for _, sql in parts).encode()

    def _snapshot_files(self, name: str, rows: Mapping[str, list[Row]], until: int) -> Files:
        if not rows["snapshots"]:
            return {}
        named = self._connection.execute(_SNAPSHOT_NAME, [name, until]).fetchone()
        if named is None:
            raise LookupError(f"snapshot {name} is of no edition or statement that is there")
        *place, ordinal, is_latest = named
        folder = edition_path(place)
        cut = {
            row["id"]: read_segments(self._connection, int(row["id"] or 0), self._columns[:-1])
            for row in rows["versions"]
        }
        files: Files = {
            f"{folder}/{ordinal}{mark}.json": write_rows({**own, SEGMENTS: self._columnar(own, cut)})
            for mark, own in _split_readings(rows)
        }
        if is_latest and cut:
            files[f"{folder}.txt"] = write_readable(cut[max(cut, key=lambda id_: int(id_ or 0))])
        return files

    def _columnar(
        self, rows: Mapping[str, list[Row]], cut: Mapping[Value, Sequence[_Segment]]
    ) -> ColumnarRows:
        """Return the segments, without texts where the version has them between their offsets."""
        segments = [segment for row in rows["versions"] for segment in cut[row["id"]]]
        if all(_is_part_of(str(row["text"]), cut[row["id"]]) for row in rows["versions"]):
            return ColumnarRows(self._columns[:-1], [segment[:-1] for segment in segments])
        return ColumnarRows(self._columns, segments)


def _split_readings(rows: Mapping[str, list[Row]]) -> Iterator[tuple[str, dict[str, list[Row]]]]:
    """Yield the rows of a snapshot by run, each with what marks its file: those of its own run come first.

    A run that reads a snapshot again has a file of its own, so that no file is written twice; that says of
    which document it is, since it is destroyed with that.
    """
    (snapshot,) = rows["snapshots"]
    readings = {name: found for name, found in rows.items() if name != "snapshots"}
    runs = {int(row["run"] or 0) for name in _OF_RUNS for row in readings[name]}
    for run in sorted({int(snapshot["run"] or 0), *runs}, key=lambda each: (each != snapshot["run"], each)):
        own = {
            name: [row for row in found if row.get("run", snapshot["run"]) == run]
            for name, found in readings.items()
        }
        if run == snapshot["run"]:
            yield "", {"snapshots": [snapshot], **own}
        else:
            named = {"id": snapshot["id"]}
            # A part is destroyed by itself: its document is others' too.
            if not rows.get("parts"):
                named |= {"document": snapshot["document"]}
            yield f".{run}", {READING_OF: [named], **own}


def _with_format(data: bytes) -> bytes:
    return b'{"format": [{"mirror": %d}],' % FORMAT + data.removeprefix(b"{")


def _document_files(sha256: str, rows: Mapping[str, list[Row]]) -> Files:
    """Return a file of the bytes, and one of the rest of the row, which also says that there are none."""
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


def _is_part_of(text: str, segments: Iterable[_Segment]) -> bool:
    return all(text[start:end] == segment for _, start, end, *_, segment in segments)


def write_readable(segments: Iterable[tuple[Any, ...]]) -> bytes:
    """Return a text with one segment per line and a blank line between paragraphs.

    The first value of a segment is its paragraph, the last its text.
    """
    lines, last = [], None
    for paragraph, *_, text in segments:
        if last not in {None, paragraph}:
            lines.append("")
        lines.append(text if _is_one_line(text) else " ".join(text.split()))
        last = paragraph
    return ("\n".join(lines) + "\n").encode()


def _is_one_line(text: str) -> bool:
    """Tell whether all white space is single blanks inside the text; four times as fast as splitting it."""
    return text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]


Value = str | int | float | bytes | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class ColumnarRows:
    """Many rows of a table, for which the names of the columns are written once."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]

    def __len__(self) -> int:
        return len(self.rows)


def write_rows(tables: Mapping[str, Sequence[Row] | ColumnarRows]) -> bytes:
    """Return a JSON object of tables, each a list of rows, or columns and rows of a columnar."""
    parts = [
        f"{_encode(name)}: {_write_columnar(rows) if isinstance(rows, ColumnarRows) else _write_list(rows)}"
        for name, rows in sorted(tables.items())
        if rows
    ]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def write_lines(tables: Mapping[str, Sequence[Row]]) -> bytes:
    """Return one JSON object per line, each a row under the name of its table."""
    lines = (f"{{{_encode(name)}: {_encode(row)}}}\n" for name, rows in tables.items() for row in rows)
    return "".join(lines).encode()


def read_rows(data: bytes) -> dict[str, list[Row]]:
    """Read what ``write_rows`` wrote. Raises ``ValueError`` for anything else."""
    return {name: [_decode_row(row) for row in _read_table(rows)] for name, rows in _parse(data).items()}


def read_lines(data: bytes) -> dict[str, list[Row]]:
    """Read what ``write_lines`` wrote. Raises ``ValueError`` for anything else."""
    tables: dict[str, list[Row]] = {}
    for line in data.splitlines():
        for name, row in _parse(line).items():
            tables.setdefault(name, []).append(_decode_row(row))
    return tables


def _parse(data: bytes) -> dict[str, Any]:
    value = parse_json(data)
    if not isinstance(value, dict):
        raise ValueError("rows stand under the names of their tables")  # noqa: TRY004 - as for no JSON
    return value


def _write_list(rows: Sequence[Row]) -> str:
    return "[\n" + ",\n".join(map(_encode, rows)) + "\n]"


def _write_columnar(columnar: ColumnarRows) -> str:
    return f'{{"columns": {_encode(columnar.columns)}, "rows": [\n{_write_tuples(columnar.rows)}\n]}}'


def _write_tuples(rows: Sequence[tuple[Value, ...]]) -> str:
    """Return one row per line, encoded in one call: ten times as fast as one call per row."""
    together = _encode(rows)[1:-1]
    if together.count("], [") == len(rows) - 1:
        return together.replace("], [", "],\n[")
    return ",\n".join(map(_encode, rows))


def _read_table(value: object) -> Iterable[Row]:
    if isinstance(value, dict):
        return [dict(zip(value["columns"], row, strict=True)) for row in value["rows"]]
    if isinstance(value, list):
        return value
    raise ValueError("neither rows nor columns and rows")


def _encode_bytes(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} is nothing that SQLite holds")


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_encode_bytes).encode


def _decode_row(row: Row) -> Row:
    return {name: _decode_value(value) for name, value in row.items()}


def _decode_value(value: object) -> Value:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError(f"{value!r} is nothing that SQLite holds")


ARCHIVE = "archive.json"
SCHEMA = "schema.sql"
STATEMENT = "statement.json"
EDITION_MARK = "~"


DOCUMENTS = "documents"
"""The folder of all documents."""


def document_path(sha256: str) -> str:
    """Return the path of a document's bytes; that of its row ends in ``.json``."""
    name = _plain(sha256)
    return f"{DOCUMENTS}/{name[:2]}/{name}"


def is_document(path: str) -> bool:
    """Return whether a file of the mirror is a document, byte for byte."""
    return path.startswith(f"{DOCUMENTS}/") and not path.endswith(".json")


def watch_list_path(sha256: str) -> str:
    """Return the path of an earlier watch list."""
    return f"watch_lists/{_plain(sha256)}.json"


def run_path(run: int, started: str) -> str:
    """Return the path of a run's rows, by the day on which it began."""
    return f"runs/{_plain(started[:10]).replace('-', '/')}/{run}.jsonl"


def statement_folder(name: Sequence[str | int | None]) -> str:
    """Return the folder of a statement: of country, body, session, and item where there is one.

    A character that no reference has is percent-encoded. So is the dot of an item that ends like a file,
    and what marks an edition.
    """
    parts = [_component(str(part)) for part in name[:4] if part is not None]
    return "/".join(["statements", *parts])


def edition_path(name: Sequence[str | int | None]) -> str:
    """Return the folder of an edition: of country, body, session, item, kind and language."""
    edition = ".".join(quote(str(part), safe="-_") for part in name[4:6] if part is not None)
    return f"{statement_folder(name)}/{EDITION_MARK}{edition}"


def _plain(part: str) -> str:
    """Return what is a digest or a day as it is; anything else is encoded, so that it leads nowhere."""
    return quote(part, safe="-").replace(".", "%2E")


def _component(part: str) -> str:
    encoded = quote(part, safe="-_.").replace(EDITION_MARK, "%7E")
    if encoded.startswith("."):
        encoded = f"%2E{encoded[1:]}"
    return f"{encoded[:-5]}%2Ejson" if encoded.endswith(".json") else encoded
