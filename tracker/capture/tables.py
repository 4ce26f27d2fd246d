"""Tables with a column of text, as rows of cells: CSV, TSV, JSON Lines, Parquet, .xlsx; all within bounds."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Final

from tracker.capture.spreadsheets import find_rows, is_spreadsheet
from tracker.inputs.extras import install_words
from tracker.inputs.formats import parse_json, unguard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MAX_BYTES: Final = 256 * 1024**2
"""The largest table: the speeches of eighty sessions of the General Debate are 170 MB."""
MAX_CELL: Final = 10_000_000
"""Characters of one cell, as of one document."""
_MAX_COLUMNS: Final = 1000
_MAX_LINE: Final = 4 * MAX_CELL
_MAX_UNPACKED: Final = 1024**3
"""Bytes to which the columns of a Parquet file may unpack, as it says itself."""
_BATCH: Final = 16
"""Rows of a Parquet file that are in memory at once."""

Row = tuple[int, "Mapping[str, str]"]
"""The number of its line, or of the row, from 1, and its cells by the names of their columns."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """How tables of one format are called, and what yields their rows."""

    name: str
    media_type: str
    read: Callable[[bytes], Iterator[Row]]


def find_table_format(name: str, data: bytes) -> TableFormat | None:
    """Return the format of a table by the end of its name and its first bytes; None for no table."""
    ending = name.rpartition(".")[2].lower()
    if data.startswith(b"PAR1"):
        return TABLE_FORMATS["parquet"]
    if is_spreadsheet(data):
        return TABLE_FORMATS["xlsx"] if ending in {"xlsx", "xls", "xlsm"} else None
    return TABLE_FORMATS.get({"ndjson": "jsonl", "tab": "tsv"}.get(ending, ending))


def read_table_rows(data: bytes, table: TableFormat) -> Iterator[Row]:
    """Yield the rows of a table that hold anything.

    Raises ``ValueError`` or ``DocumentUnreadable`` with the reason for what is no such table, is damaged, or
    is beyond the bounds above.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"over {MAX_BYTES // 1024**2} MB; split it into several tables")
    yield from table.read(data)


def _read_csv(data: bytes, delimiter: str = ",") -> Iterator[Row]:
    before = csv.field_size_limit(MAX_CELL)
    try:
        with TextIOWrapper(BytesIO(data), encoding="utf-8-sig", newline="") as file:
            # Strict: a file that was cut in the middle of a cell would end in half a statement.
            table = csv.reader(file, delimiter=delimiter, strict=True)
            yield from _name_cells((table.line_num, row) for row in table if row)
    except UnicodeDecodeError as error:
        raise ValueError(f"not in UTF-8 ({error}); save it so") from None
    except csv.Error as error:
        raise ValueError(f"no table that can be read ({error})") from None
    finally:
        csv.field_size_limit(before)


def _read_lines(data: bytes) -> Iterator[Row]:
    file, number = BytesIO(data), 0
    while line := file.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise ValueError(f"line {number:,} has over {_MAX_LINE // 10**6} MB")
        if not line.strip():
            continue
        try:
            value = parse_json(line.decode("utf-8-sig"))
        except ValueError as error:
            raise ValueError(f"line {number:,} is no JSON ({error})") from None
        if not isinstance(value, dict):
            raise ValueError(f'line {number:,}: each line is an object, such as {{"country": "GBR"}}')  # noqa: TRY004
        _check_columns(value)
        yield number, {name: _write_cell(cell) for name, cell in value.items()}


def _read_workbook(data: bytes) -> Iterator[Row]:
    yield from _name_cells(find_rows(data))


def _read_parquet(data: bytes) -> Iterator[Row]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ValueError(
            f"reading Parquet needs pyarrow; save the table as CSV, or {install_words('parquet')}"
        ) from None
    try:
        with parquet.ParquetFile(pa.BufferReader(data)) as file:
            _check_columns(file.schema_arrow.names)
            groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
            if sum(group.total_byte_size for group in groups) > _MAX_UNPACKED:
                raise ValueError(f"it unpacks to over {_MAX_UNPACKED // 1024**3} GB; split it")
            number = 0
            for batch in file.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {name: _write_cell(cell) for name, cell in row.items()}
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"no Parquet file that can be read ({reason})") from None


def _name_cells(rows: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    names: list[str] = []
    for line, row in rows:
        _check_columns(row)
        if not names:
            names = [name.strip() for name in row]
            continue
        yield line, {name: unguard(cell) for name, cell in zip(names, row, strict=False)}


def _check_columns(names: Iterable[object]) -> None:
    number = sum(1 for _ in names)
    if number > _MAX_COLUMNS:
        raise ValueError(f"{number:,} columns; a table of texts has at most {_MAX_COLUMNS:,}")


def _write_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > MAX_CELL:
        raise ValueError(f"a cell of over {MAX_CELL:,} characters")
    return text


def _read_tsv(data: bytes) -> Iterator[Row]:
    yield from _read_csv(data, "\t")


TABLE_FORMATS: Final[Mapping[str, TableFormat]] = {
    each.name: each
    for each in (
        TableFormat("csv", "text/csv", _read_csv),
        TableFormat("tsv", "text/tab-separated-values", _read_tsv),
        TableFormat("jsonl", "application/x-ndjson", _read_lines),
        TableFormat("parquet", "application/vnd.apache.parquet", _read_parquet),
        TableFormat(
            "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _read_workbook
        ),
    )
}
"""Each format by its name, which is also how its files end."""


def find_table_ending(media_type: str) -> str | None:
    """Return how a file of a media type ends its name; None for what is no table."""
    return next((each.name for each in TABLE_FORMATS.values() if each.media_type == media_type), None)
