"""Tables of records as CSV, JSON Lines and Parquet, and what their columns mean.

A table is a frozen dataclass: its fields are the columns, in their order. They hold text, whole and other
numbers, and booleans, or ``None``; what a column means stands below its field, or beside its type.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from itertools import pairwise
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from tracker.errors import TrackerError
from tracker.report.safe import escape_hidden
from tracker.report.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from _typeshed import DataclassInstance

RecordForm = Literal["csv", "jsonl", "parquet"]
ColumnType = Literal["string", "integer", "number", "boolean"]

_TYPES: Final[Mapping[type, ColumnType]] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_YES: Final = "TRUE", "FALSE"
"""What both R and pandas take for a boolean."""


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a table holds."""

    name: str
    type: ColumnType
    required: bool
    """Whether it always has a value; else it may be null, which is an empty cell in CSV."""
    meaning: str
    facts: Mapping[str, Any]
    """Bounds and the values it may have, in the words of JSON Schema and of Frictionless tables: ``minimum``,
    ``maximum``, ``enum``; of booleans that CSV has in other words, ``trueValues`` and ``falseValues``."""


def write_records(kind: type, rows: Iterable[DataclassInstance], form: RecordForm) -> str | bytes:
    """Return rows, each of the kind, in a form; without rows the columns alone, and of JSON Lines nothing.

    CSV is guarded against formulas, each cell on one line. JSON Lines and Parquet have texts as they are.
    Raises ``TrackerError`` where Parquet is asked for and pyarrow is not there.
    """
    columns = describe_columns(kind)
    cells = ([getattr(row, column.name) for column in columns] for row in rows)
    if form == "parquet":
        return _write_parquet(kind, columns, list(cells))
    if form == "jsonl":
        names = [column.name for column in columns]
        return "".join(_write_object(names, row) for row in cells)
    words = [
        column.facts.get("trueValues", _YES[:1]) + column.facts.get("falseValues", _YES[1:])
        for column in columns
    ]
    return write_csv(
        [column.name for column in columns],
        (
            [
                pair[not cell] if isinstance(cell, bool) else cell
                for cell, pair in zip(row, words, strict=True)
            ]
            for row in cells
        ),
    )


def refuse_parquet(form: str, output: Path | None) -> None:
    """Raise ``TrackerError`` before any work where Parquet has no file to go to, or no library."""
    if form != "parquet":
        return
    if output is None:
        raise TrackerError("--format parquet makes a file; name it with -o FILE")
    _load_parquet()


@cache
def describe_columns(kind: type) -> tuple[Column, ...]:
    """Return the columns of a table in their order, read from the type of its rows."""
    hints, told = get_type_hints(kind, include_extras=True), read_docstrings(kind)
    return tuple(_describe(each.name, hints[each.name], told.get(each.name)) for each in fields(kind))


def describe_table(kind: type) -> dict[str, Any]:
    """Return a table's CSV as Frictionless Data describes it: a Table Schema."""
    return {
        "fields": [
            {
                "name": column.name,
                "type": column.type,
                "description": column.meaning,
                **{name: fact for name, fact in column.facts.items() if name.endswith("Values")},
                "constraints": {
                    **({"required": True} if column.required else {}),
                    **{name: fact for name, fact in column.facts.items() if not name.endswith("Values")},
                },
            }
            for column in describe_columns(kind)
        ],
        "missingValues": [""],
    }


def read_docstrings(model: type) -> dict[str, str]:
    """Return what stands below the fields of a class and of its bases, in the words of JSON."""
    told: dict[str, str] = {}
    for each in reversed([base for base in model.__mro__ if is_dataclass(base)]):
        (tree,) = ast.parse(inspect.getsource(each)).body
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for field, below in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
                told[ast.unparse(field.target)] = in_json(ast.literal_eval(below.value))
    return told


def in_json(docstring: str) -> str:
    """Return a docstring in the words of JSON."""
    return re.sub(r"\bNone\b", "null", " ".join(docstring.split())).replace("``", "")


def _describe(name: str, hint: Any, told: str | None) -> Column:  # noqa: ANN401 (any annotation)
    facts, required = _read_type(hint)
    kind, meaning = facts.pop("type"), facts.pop("description", "")
    return Column(name, kind, required, told or meaning, facts)


def _read_type(hint: Any) -> tuple[dict[str, Any], bool]:  # noqa: ANN401 (as above)
    """Return what a type says in the words of JSON Schema, and whether it always has a value."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind is Annotated:
        facts, required = _read_type(parts[0])
        return facts | dict(parts[1:]), required
    if kind is Literal:
        return {"type": "string", "enum": parts}, True
    if kind in {Union, UnionType}:
        (part,) = (each for each in parts if each is not NoneType)
        return _read_type(part)[0], False
    return {"type": _TYPES[hint]}, True


def _write_object(names: Sequence[str], cells: Sequence[object]) -> str:
    content = dict(zip(names, cells, strict=True))
    return escape_hidden(json.dumps(content, ensure_ascii=False, allow_nan=False)) + "\n"


def _write_parquet(kind: type, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> bytes:
    arrow, parquet = _load_parquet()
    types = {
        "string": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
    }
    schema = arrow.schema(
        [
            arrow.field(
                each.name,
                types[each.type],
                nullable=not each.required,
                metadata={"description": each.meaning},
            )
            for each in columns
        ],
        metadata={"description": in_json(kind.__doc__ or "")},
    )
    arrays = [
        arrow.array([_in_utf8(row[at]) for row in rows], type=field.type) for at, field in enumerate(schema)
    ]
    sink = arrow.BufferOutputStream()
    parquet.write_table(arrow.table(arrays, schema=schema), sink, compression="zstd")
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _in_utf8(value: object) -> object:
    """Return a text that UTF-8 can hold: a file's name may have bytes that are none."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _load_parquet() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415 (an extra)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise TrackerError("Parquet needs pyarrow; install it with: pip install 'tracker[parquet]'") from None
    return pyarrow, parquet
