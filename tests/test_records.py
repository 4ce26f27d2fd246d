"""Tables of records in each form: the same values, true types, what columns mean, and nothing that acts."""

from __future__ import annotations

import csv
import json
import shlex
import sys
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pyarrow import parquet

import tracker
from tests.conftest import run_tracker
from tests.running import NEW, OLD
from tests.thorough import some
from tracker.errors import TrackerError
from tracker.model import rows, series_rows
from tracker.model.rows import TABLES
from tracker.model.texts import Natural, Proportion  # noqa: TC001 (columns are made from annotations)
from tracker.report.records import describe_columns, describe_table, refuse_parquet, write_records

if TYPE_CHECKING:
    from tracker.report.records import RecordForm


@dataclass(frozen=True, slots=True)
class Boat:
    """A boat, as None has seen it."""

    name: str
    """What it is called; ``None`` has no name."""
    crew: Natural
    """How many sail it."""
    full: Proportion | None
    """How full it is."""
    afloat: bool | None
    """Whether it floats."""
    old: Annotated[bool, ("description", "Whether it is old.")]
    size: Literal["small", "large"] | None = None
    """Of two sizes."""


BOATS = [
    Boat("Ada", 3, 0.5, afloat=True, old=True, size="small"),
    Boat("B", 0, None, afloat=None, old=False),
    Boat("C", 1, 1.0, afloat=False, old=True),
]
EVIL = ("=1+1", "-1", "a\nb", "\x1b[31mred", "a\u202eb", "\u2028", "\x00", "\udc80", '"', "NA", "79", "", " ")


def read_parquet(data: str | bytes) -> Any:  # noqa: ANN401 (has no types)
    assert isinstance(data, bytes)
    return parquet.read_table(BytesIO(data))


def in_lines(text: str | bytes) -> list[dict[str, Any]]:
    assert isinstance(text, str)
    return [json.loads(line) for line in text.split("\n")[:-1]]


def in_cells(text: str | bytes) -> list[dict[str, str]]:
    assert isinstance(text, str)
    return list(csv.DictReader(StringIO(text)))


def test_a_table_has_the_same_values_in_each_form() -> None:
    assert write_records(Boat, BOATS, "csv") == (
        "name,crew,full,afloat,old,size\nAda,3,0.5,TRUE,TRUE,small\nB,0,,,FALSE,\nC,1,1.0,FALSE,TRUE,\n"
    )
    expected = [
        {"name": "Ada", "crew": 3, "full": 0.5, "afloat": True, "old": True, "size": "small"},
        {"name": "B", "crew": 0, "full": None, "afloat": None, "old": False, "size": None},
        {"name": "C", "crew": 1, "full": 1.0, "afloat": False, "old": True, "size": None},
    ]
    lines = in_lines(write_records(Boat, BOATS, "jsonl"))
    assert (lines, list(lines[0])) == (expected, list(expected[0]))
    table = read_parquet(write_records(Boat, BOATS, "parquet"))
    assert table.to_pylist() == expected
    assert [str(field.type) for field in table.schema] == [
        "string",
        "int64",
        "double",
        "bool",
        "bool",
        "string",
    ]
    assert [field.name for field in table.schema if not field.nullable] == ["name", "crew", "old"]


def test_without_rows_there_are_columns() -> None:
    assert write_records(Boat, [], "csv") == "name,crew,full,afloat,old,size\n"
    assert write_records(Boat, [], "jsonl") == ""
    table = read_parquet(write_records(Boat, [], "parquet"))
    assert (table.num_rows, table.schema) == (0, read_parquet(write_records(Boat, BOATS, "parquet")).schema)


def test_parquet_says_what_each_column_means_and_is_the_same_each_time() -> None:
    data = write_records(Boat, iter(BOATS), "parquet")
    assert data == write_records(Boat, BOATS, "parquet")
    schema = read_parquet(data).schema
    told = [column.meaning.encode() for column in describe_columns(Boat)]
    assert [field.metadata[b"description"] for field in schema] == told
    assert told[:2] == [b"What it is called; null has no name.", b"How many sail it."]
    assert schema.metadata[b"description"] == b"A boat, as null has seen it."


@pytest.mark.parametrize("text", EVIL)
def test_a_text_stays_one_text_in_each_form(text: str) -> None:
    rows = [Boat(name, 1, None, afloat=None, old=False) for name in (text, "next")]
    in_csv = write_records(Boat, rows, "csv")
    assert [row["name"] for row in in_cells(in_csv)][1:] == ["next"]
    assert not any(char in in_csv for char in ("\x1b", "\u202e", "\n=", "\n-", "\x00", "\udc80"))
    in_json = write_records(Boat, rows, "jsonl")
    assert [row["name"] for row in in_lines(in_json)] == [text, "next"]
    assert isinstance(in_json, str)
    assert len(in_json.splitlines()) == len(rows)
    assert not any(char in in_json for char in ("\x1b", "\u202e", "\udc80"))
    stored = text.replace("\udc80", "\\udc80")
    assert read_parquet(write_records(Boat, rows, "parquet")).column("name").to_pylist() == [stored, "next"]


def test_columns_are_described_for_frictionless_tables() -> None:
    assert describe_table(Boat) == {
        "fields": [
            {
                "name": "name",
                "type": "string",
                "description": "What it is called; null has no name.",
                "constraints": {"required": True},
            },
            {
                "name": "crew",
                "type": "integer",
                "description": "How many sail it.",
                "constraints": {"required": True, "minimum": 0},
            },
            {
                "name": "full",
                "type": "number",
                "description": "How full it is.",
                "constraints": {"minimum": 0, "maximum": 1},
            },
            {"name": "afloat", "type": "boolean", "description": "Whether it floats.", "constraints": {}},
            {
                "name": "old",
                "type": "boolean",
                "description": "Whether it is old.",
                "constraints": {"required": True},
            },
            {
                "name": "size",
                "type": "string",
                "description": "Of two sizes.",
                "constraints": {"enum": ("small", "large")},
            },
        ],
        "missingValues": [""],
    }


@pytest.mark.parametrize("of", TABLES)
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_comparison_is_the_same_in_each_form(of: Any, form: RecordForm) -> None:  # noqa: ANN401 (a name)
    compared = tracker.compare(OLD, NEW)
    kind, yield_rows = TABLES[of]
    written, expected = write_records(kind, yield_rows(compared), form), tracker.list_rows(compared, of)
    if form == "csv":
        assert [list(row) for row in in_cells(written)] == [list(row) for row in expected]
    else:
        found = in_lines(written) if form == "jsonl" else read_parquet(written).to_pylist()
        assert found == expected


KINDS = [
    kind for module in (rows, series_rows) for name, kind in vars(module).items() if name.endswith("Record")
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_column_says_what_it_means(kind: type) -> None:
    for column in describe_columns(kind):
        assert column.meaning.endswith("."), column


def test_parquet_is_refused_before_any_work(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_parquet(Path("table.parquet"))
    with pytest.raises(TrackerError, match="--format parquet makes a file; name it with -o FILE"):
        refuse_parquet(None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for ask in (
        lambda: refuse_parquet(Path("table.parquet")),
        lambda: write_records(Boat, BOATS, "parquet"),
    ):
        with pytest.raises(TrackerError, match=r"Parquet needs pyarrow.*pip install 'pyarrow"):
            ask()


# Commands --------------------------------------------------------------------------------------------------

COMMANDS = {
    "diff XAA/CCPCJ 32 33": rows.TopicRecord,
    "diff XAA/CCPCJ 32 33 --table changes": rows.ChangeRecord,
    "diff XAA/CCPCJ 32 33 --table shifts": rows.ShiftRecord,
    "diff XAA/CCPCJ/33 XAA/CCPCJ/33 --table shifts": rows.ShiftRecord,
    "diff CCPCJ 32 33 --countries XAA --topic corruption": series_rows.MoveRecord,
    "priorities XAA/CCPCJ/33": rows.StatementTopicRecord,
    "timeline XAA/CCPCJ": series_rows.TimelineRecord,
    "timeline CCPCJ --sessions 28-33": series_rows.PanelRecord,
    "timeline CCPCJ 33": series_rows.StandingRecord,
    "trace XAA/CCPCJ corruption": series_rows.SayingRecord,
    "trace CCPCJ 'illegal logging'": series_rows.SayingRecord,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    assert run_tracker(folder, "demo", "--keep", "snapshots").code == 0
    return folder


@pytest.mark.parametrize(("command", "kind"), some(5, COMMANDS.items()), ids=lambda each: str(each)[:60])
def test_each_command_writes_the_same_table_in_each_form(folder: Path, command: str, kind: type) -> None:
    words, columns = shlex.split(command), describe_columns(kind)
    ran = run_tracker(folder, *words, "--format", "jsonl")
    assert (ran.code in {0, 1}, ran.err) == (True, "")
    rows = in_lines(ran.out)
    assert {tuple(row) for row in rows} <= {tuple(column.name for column in columns)}
    for column in columns:
        values = [row[column.name] for row in rows]
        assert not (column.required and None in values), column
        assert set(values) - {None} <= set(column.facts.get("enum", values)), column
    done = run_tracker(folder, *words, "--format", "parquet", "-o", "table.parquet", "--overwrite")
    assert (done.code, done.out, done.err) == (ran.code, "", "")
    table = parquet.read_table(folder / "table.parquet")
    assert (table.to_pylist(), table.column_names) == (rows, [column.name for column in columns])
    cells = run_tracker(folder, *words, "--format", "csv")
    assert cells.code == ran.code
    if words[:3] != ["timeline", "CCPCJ", "33"]:
        found = [list(row) for row in csv.reader(StringIO(cells.out))]
        assert (found[0], len(found) - 1) == (table.column_names, len(rows))


UNFIT = "--table goes with --format csv, jsonl and parquet of two statements"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--format parquet", "--format parquet makes a file; name it with -o FILE"),
        ("--format csv --topic corruption", "--format csv has all rows, and takes no --topic"),
        ("--format jsonl --only new", "--format jsonl has all rows, and takes no --only"),
        ("--format latex --explain corruption", "--format latex has all priorities, and takes no --explain"),
        ("--table changes", "--table goes with --format csv, jsonl and parquet of two statements"),
        (
            "--table changes --format latex",
            "--table goes with --format csv, jsonl and parquet of two statements",
        ),
        ("--format csv --stat", "--stat has no csv format"),
    ],
)
def test_what_a_table_cannot_have_is_refused_in_one_line(folder: Path, options: str, line: str) -> None:
    ran = run_tracker(folder, "diff", "XAA/CCPCJ", "32", "33", *options.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"tracker: {line}\n")


@pytest.mark.parametrize(
    "command", ["timeline XAA/CCPCJ", "timeline CCPCJ --sessions 31-33", "priorities XAA/CCPCJ/33"]
)
def test_parquet_is_for_a_file(folder: Path, command: str) -> None:
    ran = run_tracker(folder, *command.split(), "--format", "parquet")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "tracker: --format parquet makes a file; name it with -o FILE\n"
