"""What programs read: values as JSON, and tables of records as CSV, JSON Lines and Parquet.

A table is a frozen dataclass: its fields are the columns, in their order. They hold text, whole and other
numbers, and booleans, or ``None``; what a column means stands below its field, or beside its type.
"""

from __future__ import annotations

import ast
import csv
import inspect
import json
import re
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from io import BytesIO, StringIO
from itertools import pairwise
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from tracker.errors import TrackerError
from tracker.inputs.extras import install_words
from tracker.inputs.formats import guard
from tracker.model.texts import Reference
from tracker.report.safe import escape_hidden, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from _typeshed import DataclassInstance

SCHEMA_VERSION: Final = "2"
_DECIMALS = 4

RecordForm = Literal["csv", "jsonl", "parquet"]
ColumnType = Literal["string", "integer", "number", "boolean"]
_TYPES: Final[Mapping[type, ColumnType]] = {str: "string", int: "integer", float: "number", bool: "boolean"}
_WORDS: Final = {True: "TRUE", False: "FALSE"}
"""What both R and pandas take for a boolean."""
_TOGETHER: Final = 8_000_000
"""Characters of the rows that are in memory at once, and of a group of rows in Parquet."""


def encode_json(value: DataclassInstance | Mapping[str, object]) -> str:
    """Return an object as JSON: its fields, after the version of the schemas."""
    content = plain_fields(value) if is_dataclass(value) else value
    return write_json({"schema_version": SCHEMA_VERSION, **content})


def encode_rows(name: str, rows: Sequence[object]) -> str:
    """Return objects as JSON under a name, after the version."""
    return encode_json({name: rows})


def write_json(value: object) -> str:
    """Return plain data and dataclasses as indented JSON that ends in a line break.

    A reference is written as text, any other dataclass as an object of its fields.
    """
    return escape_hidden(json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def plain_fields(value: DataclassInstance) -> dict[str, object]:
    """Return what is published of a dataclass by name, all values as JSON has them.

    What a dataclass calls ``OPTIONAL`` is left out where it is empty.
    """
    optional = getattr(value, "OPTIONAL", ())
    found = ((name, getattr(value, name)) for name in list_published(type(value)))
    return {name: _plain(each) for name, each in found if each or name not in optional}


def list_published(model: type) -> tuple[str, ...]:
    """Return the names of what JSON has of a dataclass: its fields, or what it says itself."""
    return getattr(model, "PUBLISHED", None) or tuple(field.name for field in fields(model))


def _plain(value: object) -> object:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Reference):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain_fields(value)
    return value


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
    ``maximum``, ``enum``."""


def write_records(kind: type, rows: Iterable[DataclassInstance], form: RecordForm) -> str | bytes:
    """Return rows, each of the kind, in a form; without rows the columns alone, and of JSON Lines nothing.

    CSV is guarded against formulas, each cell on one line. JSON Lines and Parquet have texts as they are.
    Raises ``TrackerError`` where Parquet is asked for and pyarrow is not there.
    """
    return WRITERS[form](kind, rows)


def _write_parquet(kind: type, rows: Iterable[DataclassInstance]) -> bytes:
    sink = BytesIO()
    stream_records(kind, rows, "parquet", sink)
    return sink.getvalue()


def _write_objects(kind: type, rows: Iterable[DataclassInstance]) -> str:
    names = _list_names(kind)
    return "".join(_write_object(names, [getattr(row, name) for name in names]) for row in rows)


def _write_csv(kind: type, rows: Iterable[DataclassInstance]) -> str:
    names = _list_names(kind)
    cells = ([getattr(row, name) for name in names] for row in rows)
    in_words = ([_WORDS[cell] if isinstance(cell, bool) else cell for cell in row] for row in cells)
    return write_csv(names, in_words)


WRITERS: Final[dict[RecordForm, Callable[[type, Iterable[DataclassInstance]], str | bytes]]] = {
    "csv": _write_csv,
    "jsonl": _write_objects,
    "parquet": _write_parquet,
}
"""How rows are written in each form; a form that is not here is refused, and not written as another."""


def stream_records(
    kind: type,
    rows: Iterable[DataclassInstance],
    form: RecordForm,
    file: BinaryIO,
    partition: str | None = None,
) -> int:
    """Write rows into a file, some at a time, as ``write_records`` returns them; return their number.

    Parquet lacks the column of the ``partition``, by which the file's folder is named. Raises as that does,
    and ``OSError`` where the file cannot be written.
    """
    written, names = 0, _list_names(kind)
    if form == "parquet":
        schema = _make_schema(kind, [each for each in describe_columns(kind) if each.name != partition])
        with _load_parquet()[1].ParquetWriter(file, schema, compression="zstd") as parquet:
            for some in _cut(rows, names):
                parquet.write_table(_make_table(some, schema))
                written += len(some)
        return written
    for some in _cut(rows, names):
        text = str(write_records(kind, some, form))
        is_headed = form == "csv" and written
        file.write((text.partition("\n")[2] if is_headed else text).encode("utf-8", "backslashreplace"))
        written += len(some)
    return written


def _list_names(kind: type) -> list[str]:
    """Return the names of the columns, for which no source of the type is read."""
    return [each.name for each in fields(kind)]


def _cut(rows: Iterable[DataclassInstance], names: Sequence[str]) -> Iterator[list[DataclassInstance]]:
    """Yield rows some at a time, as many as fit; without any, none of them once."""
    some: list[DataclassInstance] = []
    size = written = 0
    for row in rows:
        some.append(row)
        size += sum(len(str(getattr(row, name))) for name in names)
        if size >= _TOGETHER:
            yield some
            some, size, written = [], 0, 1
    if some or not written:
        yield some


def refuse_parquet(output: Path | None) -> None:
    """Raise ``TrackerError`` before any work where Parquet has no file to go to, or no library."""
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
                "constraints": {
                    **({"required": True} if column.required else {}),
                    **column.facts,
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


def _make_table(rows: Sequence[DataclassInstance], schema: Any) -> Any:  # noqa: ANN401 (pyarrow has no types)
    arrow, _ = _load_parquet()
    arrays = [
        arrow.array([_in_utf8(getattr(row, field.name)) for row in rows], type=field.type) for field in schema
    ]
    return arrow.table(arrays, schema=schema)


def _make_schema(kind: type, columns: Iterable[Column]) -> Any:  # noqa: ANN401 (as above)
    arrow, _ = _load_parquet()
    types = {
        "string": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
    }
    return arrow.schema(
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


def _in_utf8(value: object) -> object:
    """Return a text that UTF-8 can hold: a file's name may have bytes that are none."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _load_parquet() -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: ICN001, PLC0415 (an extra)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise TrackerError(f"Parquet needs pyarrow; {install_words('parquet')}") from None
    return pyarrow, parquet


def write_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with a line of headings; what is None is empty, each cell on one line.

    A number stays one, and a text is never a formula. Every table that leaves us in CSV is written here.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else guard(one_line(str(value)))
