"""Rows as readable JSON and back: keys sorted, a row a line, the same bytes for the same rows."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Value = str | int | float | bytes | None
Row = dict[str, Value]

COMPACT = frozenset({"segments"})
"""Tables of a hundred rows a file: the names of their columns are written once."""


def write_rows(tables: Mapping[str, Sequence[Row]]) -> bytes:
    """Return a JSON object of tables, each a list of rows, or columns and rows where it is compact."""
    parts = [
        f"{json.dumps(name)}: {_write_table(name, rows)}" for name, rows in sorted(tables.items()) if rows
    ]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def write_lines(tables: Mapping[str, Sequence[Row]]) -> bytes:
    """Return one JSON object a line, each a row under the name of its table."""
    lines = (f"{{{json.dumps(name)}: {_dump(row)}}}\n" for name, rows in tables.items() for row in rows)
    return "".join(lines).encode()


def read_rows(data: bytes) -> dict[str, list[Row]]:
    """Read what ``write_rows`` wrote. Raises ``ValueError`` for anything else."""
    return {name: [_thaw(row) for row in _read_table(rows)] for name, rows in json.loads(data).items()}


def read_lines(data: bytes) -> dict[str, list[Row]]:
    """Read what ``write_lines`` wrote. Raises ``ValueError`` for anything else."""
    tables: dict[str, list[Row]] = {}
    for line in data.splitlines():
        for name, row in json.loads(line).items():
            tables.setdefault(name, []).append(_thaw(row))
    return tables


def _write_table(name: str, rows: Sequence[Row]) -> str:
    if name not in COMPACT:
        return "[\n" + ",\n".join(map(_dump, rows)) + "\n]"
    columns = sorted(rows[0])
    lines = ",\n".join(_dump([row[column] for column in columns]) for row in rows)
    return f'{{"columns": {_dump(columns)}, "rows": [\n{lines}\n]}}'


def _read_table(value: object) -> Iterable[Row]:
    if isinstance(value, dict):
        return [dict(zip(value["columns"], row, strict=True)) for row in value["rows"]]
    if isinstance(value, list):
        return value
    raise ValueError("neither rows nor columns and rows")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_freeze)


def _freeze(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    raise TypeError(f"{type(value).__name__} is nothing that SQLite holds")


def _thaw(row: Row) -> Row:
    return {name: _thaw_value(value) for name, value in row.items()}


def _thaw_value(value: object) -> Value:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError(f"{value!r} is nothing that SQLite holds")
