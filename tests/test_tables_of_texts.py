"""Tables of texts: each row a statement and a part of the table, in every format; what is none is refused."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.archives import query
from tests.here import runner
from tracker.capture.admit.meetings import find_meeting
from tracker.capture.tables import MAX_CELL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.running import Ran

SAID = {
    (
        "XAA",
        78,
    ): "Corruption is our first priority. We will fight corruption in every port of Atlantis.\n\nThank you.",
    (
        "XAA",
        79,
    ): 'Our priority is the climate, said the "old" king.\n\nWe will protect the climate, and our coasts.',
    (
        "FRA",
        79,
    ): "We thank the people of Atlantis. Terrorism threatens us all, and we will fight terrorism together.",
}
ROWS = [
    {"session": str(session), "year": str(1945 + session), "country": country, "text": text}
    for (country, session), text in SAID.items()
]


def write_csv(path: Path, rows: Sequence[Mapping[str, str]] = ROWS, delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [*rows[0]], delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)
    return path


def write_lines(path: Path, rows: Sequence[Mapping[str, str]] = ROWS) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def write_parquet(path: Path) -> Path:
    parquet.write_table(pa.Table.from_pylist(ROWS), path)
    return path


def write_tabs(path: Path) -> Path:
    return write_csv(path, delimiter="\t")


FORMATS = {"csv": write_csv, "tsv": write_tabs, "jsonl": write_lines, "parquet": write_parquet}


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


# What is recorded --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", FORMATS)
def test_each_row_is_a_statement_and_the_table_is_kept_once(
    tracker: Callable[..., Ran], tmp_path: Path, ending: str
) -> None:
    file = FORMATS[ending](tmp_path / f"speeches.{ending}")
    ran = tracker("import", file, "--body", "UNGA")
    assert (ran.code, "3 rows: 3 new" in ran.out) == (0, True), ran
    archive = tmp_path / "snapshots"
    assert query(archive, "SELECT count(*), sum(size) FROM documents") == [(1, file.stat().st_size)]
    raws = [raw for (raw,) in query(archive, "SELECT raw FROM versions ORDER BY id")]
    assert raws == [row["text"] for row in ROWS]
    assert query(archive, "SELECT delivered FROM statements ORDER BY id") == [("2023",), ("2024",), ("2024",)]
    assert "3 rows: 0 new, 0 changed, 3 unchanged" in tracker("import", file, "--body", "UNGA").out
    assert tracker("verify").code == 0
    assert "3 same" in tracker("reextract").out


def test_a_table_says_what_a_folder_of_the_same_texts_says(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for (country, session), text in SAID.items():
        (folder / f"{country}_{session}_{1945 + session}.txt").write_text(text, encoding="utf-8")
    tracker("import", folder, "--body", "UNGA", "--archive", "one")
    tracker("import", write_csv(tmp_path / "speeches.csv"), "--body", "UNGA", "--archive", "other")
    said = []
    for archive in ("one", "other"):
        found = json.loads(
            tracker("diff", "XAA/UNGA", "78", "79", "--format", "json", "--archive", archive).out
        )
        said.append((found["topics"], found["changes"]))
    assert said[0] == said[1]
    assert said[0][0]


def test_a_corrected_row_is_one_snapshot(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "speeches.csv"
    tracker("import", write_csv(file), "--body", "UNGA")
    corrected = [ROWS[0], {**ROWS[1], "text": ROWS[1]["text"].replace("coasts", "shores")}, ROWS[2]]
    assert (
        "0 new, 1 changed, 2 unchanged" in tracker("import", write_csv(file, corrected), "--body", "UNGA").out
    )
    assert query(tmp_path / "snapshots", "SELECT count(*) FROM snapshots") == [(4,)]
    assert query(tmp_path / "snapshots", "SELECT count(*) FROM parts") == [(6,)]
    assert tracker("verify").code == 0


def test_columns_are_found_by_their_names_or_said(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    rows = [
        {
            "Land": row["country"],
            "Meeting": row["session"],
            "What was said": row["text"] * 5,
            "Speaker": "A. Reyes",
        }
        for row in ROWS
    ]
    file = write_csv(tmp_path / "speeches.csv", rows)
    ran = tracker("import", file, "--body", "UNGA")
    assert (ran.code, "--column country=COLUMN" in ran.err) == (2, True)
    ran = tracker(
        "import",
        file,
        "--body",
        "UNGA",
        "--column",
        "country=Land",
        "--column",
        "session=Meeting",
        "--dry-run",
    )
    assert "columns read: speaker=Speaker, country=Land, session=Meeting, text='What was said'" in ran.out
    assert "new XAA/UNGA/78" in ran.out
    assert not (tmp_path / "snapshots" / "tracker.db").exists()


def test_what_is_left_out_is_said(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    rows = [*ROWS, {**ROWS[0], "country": "Narnia"}, {**ROWS[0], "text": " "}, ROWS[2]]
    ran = tracker("import", write_csv(tmp_path / "speeches.csv", rows), "--body", "UNGA")
    assert (ran.code, "6 rows: 3 new, 0 changed, 0 unchanged, 3 skipped" in ran.out) == (1, True)
    assert "row 4: unknown country 'Narnia'" in ran.out
    assert "row 5: it has no text" in ran.out
    assert "row 6: row 3 is about FRA/UNGA/79 too" in ran.out


# What is refused, with nothing recorded ------------------------------------------------------------------

FAULTS: Mapping[str, tuple[str, bytes, str]] = {
    "no text": ("a.csv", b"country,session\nXAA,79\n", "--column text=COLUMN"),
    "no session": ("a.csv", b"country,text\nXAA,We fight.\n", "session"),
    "no row": ("a.csv", b"country,session,text\n", "no row"),
    "not UTF-8": ("a.csv", b"country,session,text\nXAA,79,caf\xe9\n", "UTF-8"),
    "cut in a cell": ("a.csv", b'country,session,text\nXAA,79,"We will fight corr', "unexpected end of data"),
    "no JSON": ("a.jsonl", b"{'country': 1}\n", "line 1 is no JSON"),
    "a list a line": ("a.jsonl", b"[1, 2]\n", "each line is an object"),
    "nested": ("a.jsonl", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested"),
    "a number without end": ("a.jsonl", b'{"session": ' + b"9" * 100_000 + b"}", "line 1 is no JSON"),
    "a cell of many megabytes": ("a.csv", b"country,session,text\nXAA,79," + b"a " * MAX_CELL, "larger than"),
    "a cell of many megabytes in JSON": (
        "a.jsonl",
        b'{"country": "XAA", "session": 79, "text": "' + b"a " * MAX_CELL + b'"}',
        "a cell of over",
    ),
    "a hundred thousand columns": ("a.csv", b"text," * 100_000 + b"country\n" + b"a," * 100_000, "columns"),
    "no Parquet": ("a.parquet", b"PAR1" + b"\0" * 100 + b"PAR1", "no Parquet file"),
}


@pytest.mark.parametrize(("name", "data", "says"), FAULTS.values(), ids=FAULTS.keys())
def test_a_table_at_fault_is_refused_whole(
    tracker: Callable[..., Ran], tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(data)
    ran = tracker("import", name, "--body", "UNGA")
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran
    assert says in ran.err
    assert not (tmp_path / "snapshots" / "tracker.db").exists()


@pytest.mark.parametrize("ending", FORMATS)
def test_add_takes_no_table_for_a_statement(tracker: Callable[..., Ran], tmp_path: Path, ending: str) -> None:
    file = FORMATS[ending](tmp_path / f"speeches.{ending}")
    ran = tracker("add", file, "--as", "XAA/UNGA/79")
    assert (ran.code, "each of its rows is one: tracker import" in ran.err) == (2, True)


def test_add_takes_no_json_for_a_text(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    for name in ("turns.json", "turns.txt"):
        (tmp_path / name).write_text('{"transcript": {"data": [{"speaker": "A. Reyes"}]}}', encoding="utf-8")
        ran = tracker("add", name, "--as", "XAA/UNGA/79")
        assert (ran.code, "is JSON, and no text" in ran.err) == (2, True)


MEETING = """The meeting was called to order at 3 p.m.

The President: I give the floor to the representative of Atlantis.

Mr. Reyes (Atlantis) (spoke in Spanish): We will fight corruption.

Ms. Mara (Lemuria): We thank Atlantis, and will protect our coasts.

The meeting rose at 4 p.m.
"""
STATEMENTS = {
    "a turn quoted": "As Mr. Reyes (Atlantis): said, we fight.\n\nMs. Mara (Lemuria) is right. Thank you.",
    "cut out of a record": "Mr. Reyes (Atlantis): We will fight corruption.\n\nWe will protect our coasts.",
    "one line of a record": "We will fight corruption. Thank you.\n\nThe meeting rose at 4 p.m.",
}


def test_add_takes_no_record_of_a_meeting_for_a_statement(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "pv.txt").write_text(MEETING, encoding="utf-8")
    ran = tracker("add", "pv.txt", "--as", "XAA/UNGA/79")
    assert ran.code == 2
    assert "is the record of a meeting (Atlantis, Lemuria speak in it)" in ran.err
    assert find_meeting(MEETING.replace("(Lemuria)", "(Atlantis)")) == "it says so itself"
    assert [name for name, text in STATEMENTS.items() if find_meeting(text)] == []


# What is withdrawn ---------------------------------------------------------------------------------------


def test_a_withdrawn_row_closes_the_table_and_leaves_the_other_texts(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    file = write_csv(tmp_path / "speeches.csv")
    tracker("import", file, "--body", "UNGA")
    tracker("mirror", "update")
    ran = tracker("withdraw", "FRA/UNGA/79", "--by", "Ana", "--reason", "asked", "--authority", "France")
    assert "stay open: other parts of its document, whose bytes are closed with it" in " ".join(
        ran.out.split()
    )
    assert tracker("export", "bag", "bag").code == 0
    bag = b"".join(path.read_bytes() for path in (tmp_path / "bag").rglob("*") if path.is_file())
    assert (b"every port" in bag, b"Terrorism" in bag) == (True, False)
    assert tracker("show", "XAA/UNGA/79").code == 0
    assert tracker("show", "FRA/UNGA/79").code == 2
    ran = tracker("import", file, "--body", "UNGA")
    assert (ran.code, "row 3" in ran.err, "take that row out" in ran.err) == (2, True, True)
    assert tracker("verify").code == 0


def test_a_destroyed_row_takes_the_bytes_and_leaves_the_other_texts(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    tracker("import", write_csv(tmp_path / "speeches.csv"), "--body", "UNGA")
    tracker("mirror", "update")
    said = ("--by", "Ana", "--reason", "asked", "--authority", "France", "--destroy", "--yes")
    assert tracker("withdraw", "FRA/UNGA/79", *said).code == 0
    archive = tmp_path / "snapshots"
    assert query(archive, "SELECT bytes FROM documents") == [(None,)]
    assert tracker("verify").code == 0
    assert tracker("show", "XAA/UNGA/79").code == 0
    held = b"".join(path.read_bytes() for path in archive.rglob("*") if path.is_file())
    assert b"Terrorism threatens" not in held
    tracker("rebuild", archive / "mirror.git", "--archive", "again")
    assert tracker("verify", "--archive", "again").code == 0
    with closing(sqlite3.connect(tmp_path / "again" / "tracker.db")) as record:
        texts = [text for (text,) in record.execute("SELECT text FROM versions ORDER BY id")]
    assert len(texts) == 2
