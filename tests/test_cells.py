"""No text in a table is a formula to a spreadsheet, numbers stay numbers, and reading undoes the guard."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import run_tracker
from tests.running import OLD
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.inputs.formats import guard, unguard
from tracker.report.records import write_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran

FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "''=1")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_guarded_once(text: str) -> None:
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a", "1", "a=1", "'tis", "''", " =1", "it's -1", "(=1)", "−1", "¡@!"])
def test_what_no_spreadsheet_computes_is_left_alone(text: str) -> None:
    assert guard(text) == text == unguard(text)


@given(st.text("'=+-@\t\r\n＝ab1 ", max_size=8))
def test_reading_undoes_the_guard(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.lists(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))))
def test_numbers_stay_and_texts_are_never_formulas(cells: list[str | int | float]) -> None:
    (row,) = csv.reader(StringIO(write_csv([], [cells]).removeprefix("\n")))
    for cell, written in zip(cells, row, strict=False):
        if isinstance(cell, str):
            assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
        else:
            assert written == str(cell)


def test_only_one_place_writes_csv() -> None:
    found = [path for path in Path("tracker").rglob("*.py") if "csv.writer" in path.read_text("utf-8")]
    assert [path.as_posix() for path in found] == ["tracker/report/records.py"]
    assert not [path for path in Path("tracker").rglob("*.py") if "DictWriter" in path.read_text("utf-8")]


# Commands --------------------------------------------------------------------------------------------------

VOCABULARY = """
[-cmd]
label = "=HYPERLINK(1)"
en = ["corruption", "@bribes"]

[inner]
label = "+inner"
broader = "-cmd"
en = ["rivers"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "topics.toml").write_text(VOCABULARY.replace("[-cmd]", '["-cmd"]'), encoding="utf-8")
    return tmp_path


def rows_of(ran: Ran) -> list[list[str]]:
    assert ran.code in {0, 1}, ran
    return list(csv.reader(StringIO(ran.out)))


COMMANDS = (
    "list --topics --vocabulary topics.toml --format csv",
    "timeline XAA/CCPCJ --vocabulary topics.toml --format csv",
    "timeline CCPCJ 32 --vocabulary topics.toml --format csv",
    "status --runs --format csv",
    "decisions --format csv",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_a_formula(archive: Callable[..., Ran], folder: Path, command: str) -> None:
    (folder / "-x.txt").write_text(OLD, encoding="utf-8")
    rows = rows_of(archive(*command.split()))
    texts = [cell for row in rows for cell in row]
    assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    if "topics.toml" in command:
        assert "'-cmd" in texts


def test_a_vocabulary_that_was_written_loads_back_as_it_was(folder: Path) -> None:
    ran = run_tracker(folder, "list", "--topics", "--vocabulary", "topics.toml", "--format", "csv")
    (folder / "topics.csv").write_text(ran.out, encoding="utf-8")
    again = load_vocabulary(folder / "topics.csv")
    assert [(topic.id, topic.label, topic.broader) for topic in again.topics] == [
        ("-cmd", "=HYPERLINK(1)", None), ("inner", "+inner", "-cmd"),
    ]  # fmt: skip
    assert "@bribes" in again.topics[0].terms["und"]


def test_a_table_of_a_bag_is_read_as_metadata(archive: Callable[..., Ran], tmp_path: Path) -> None:
    assert (
        archive(
            "add", "old.txt", "--as", "XAA/CCPCJ/30~prepared.en", "--title", "=1+1", "--speaker", "@a"
        ).code
        == 0
    )
    assert archive("export", "bag", "bag").code == 0
    table = tmp_path / "bag/data/statements.csv"
    assert "'=1+1" in table.read_text("utf-8")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/XAA_30.txt").write_text(OLD, encoding="utf-8")
    assert archive("init", "--archive", "other").code == 0
    words = ("--body", "CCPCJ", "--pattern", "{country}_{session}.txt", "--metadata", str(table))
    assert archive("import", "corpus", *words, "--archive", "other").code == 0
    assert '"title": "=1+1"' in archive("list", "--format", "json", "--archive", "other").out
