"""Exports for other programs: which texts, in which columns, and that all tables tell the same."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet
import pytest

from tests import tables_page
from tests.conftest import run_tracker
from tests.here import runner
from tests.rights import OPEN, PHRASE, SECRET, WHY, add, make_series
from tests.thorough import few, long
from tracker.exchange.corpus import SEPARATOR
from tracker.exchange.tables import TABLES
from tracker.model.facts import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

CORPUS = ["doc_id", "text", "country", "body", "session", "year", "kind", "language", "speaker"]
FRENCH = "Monsieur le Président,\n\nMon pays soutient le traité. Nous vous remercions de votre travail.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an archive of several bodies, languages, kinds, items and snapshots."""
    archive = make_series(tmp_path / "snapshots")
    add(archive, "XAA/UNGA/79~verbatim.en", OPEN)
    add(archive, "XAA/UNGA/79~prepared.fr", FRENCH)
    add(archive, "XAB/HRC/52/item-4~prepared.en", OPEN)
    add(archive, "XAB/HRC/52/item-10~prepared.en", OPEN)
    return archive


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


def read_any(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file in any form, all values as CSV has them."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    else:
        rows = pyarrow.parquet.read_table(path, partitioning=None).to_pylist()
    return [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in rows]


def ids(path: Path) -> list[str]:
    return [row["doc_id"] for row in read_any(path)]


# The corpus ----------------------------------------------------------------------------------------


def test_a_corpus_has_the_columns_of_readtext_and_a_row_for_each_statement(
    folder: Path, tracker: Tracker
) -> None:
    ran = tracker("export", "corpus", "all.csv")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("all.csv: 5 statements, ")
    rows = read_any(folder.parent / "all.csv")
    assert list(rows[0]) == [*CORPUS, *(name for name in NAMES if name not in CORPUS)]
    assert [row["doc_id"] for row in rows] == [
        "XAA/UNGA/77~prepared.en@1", "XAA/UNGA/78~prepared.en@2", "XAA/UNGA/79~prepared.en@1",
        "XAB/HRC/52/item-4~prepared.en@1", "XAB/HRC/52/item-10~prepared.en@1",
    ]  # fmt: skip
    undeclared = dict.fromkeys(NAMES, "")
    assert rows[0] | {"text": ""} == undeclared | {
        "doc_id": "XAA/UNGA/77~prepared.en@1", "text": "", "country": "XAA", "body": "UNGA", "session": "77",
        "year": "2022", "kind": "prepared", "language": "en", "speaker": "",
    }  # fmt: skip
    for row in rows:
        assert tracker("show", row["doc_id"], "--format", "json").code == 0


@pytest.mark.parametrize("command", ["corpus", "sentences"])
@long
def test_each_form_has_the_same_rows_and_the_same_bytes_each_time(
    folder: Path, tracker: Tracker, command: str
) -> None:
    found = []
    for form in ("csv", "jsonl", "parquet"):
        for name in ("one", "two"):
            assert tracker("export", command, f"{name}.{form}").code == 0
        one, two = (folder.parent / f"{name}.{form}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
        found.append([{name: " ".join(cell.split()) for name, cell in row.items()} for row in read_any(one)])
    assert found[0] == found[1] == found[2]


def test_paragraphs_stay_apart_where_a_cell_may_have_lines(folder: Path, tracker: Tracker) -> None:
    for form in ("csv", "jsonl", "parquet"):
        tracker("export", "corpus", f"a.{form}", "XAA/UNGA/77")
        (row,) = read_any(folder.parent / f"a.{form}")
        assert ("\n\n" in row["text"]) == (form != "csv")


CHOSEN = {
    "a series": ("XAA/UNGA", "77~prepared.en@1 78~prepared.en@2 79~prepared.en@1"),
    "a body": ("UNGA", "77~prepared.en@1 78~prepared.en@2 79~prepared.en@1"),
    "a session of a body": ("UNGA/79", "79~prepared.en@1"),
    "a session apart": ("XAA/UNGA 79", "79~prepared.en@1"),
    "a language": ("XAA/UNGA/79~fr", "79~prepared.fr@1"),
    "a kind": ("UNGA~verbatim", "79~verbatim.en@1"),
    "an earlier snapshot": ("XAA/UNGA/78@1", "78~prepared.en@1"),
    "a snapshot by its date": ("XAA/UNGA/78@2025-06-01", "78~prepared.en@2"),
    "the same twice": ("XAA/UNGA/79 UNGA/79", "79~prepared.en@1"),
    "all editions": (
        "XAA/UNGA/79 --all-editions", "79~prepared.en@1 79~verbatim.en@1 79~prepared.fr@1"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("asked", "expected"), CHOSEN.values(), ids=CHOSEN)
def test_references_choose_texts(folder: Path, tracker: Tracker, asked: str, expected: str) -> None:
    ran = tracker("export", "corpus", "a.csv", *asked.split())
    assert (ran.code, ran.err) == (0, "")
    assert ids(folder.parent / "a.csv") == [f"XAA/UNGA/{each}" for each in expected.split()]


REFUSED = {
    "another ending": (
        "corpus a.txt", "a.txt: the ending names the format; end it in .csv, .jsonl or .parquet"
    ),
    "no ending": ("sentences a", "a: the ending names the format; end it in .csv, .jsonl or .parquet"),
    "a file that is there": ("corpus here.csv", "here.csv exists already; choose another file"),
    "a folder that is there": ("tables snapshots", "snapshots exists already; choose another folder"),
    "a folder that is not there": (
        "corpus no/a.csv", "no/a.csv cannot be written: No such file or directory"
    ),
    "tables in no folder": ("tables no/a", "no/a cannot be written: No such file or directory"),
    "a session that is not there": ("tables a UNGA/99", "UNGA has sessions 77 to 79; no 99"),
    "a body without statements": (
        "corpus a.csv CCPCJ", "nothing at CCPCJ in the archive; it has HRC and UNGA"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("command", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_told_in_a_line_and_leaves_nothing(
    folder: Path, tracker: Tracker, command: str, says: str
) -> None:
    (folder.parent / "here.csv").write_text("mine", encoding="utf-8")
    before = sorted(folder.parent.iterdir())
    ran = tracker("export", *command.split())
    assert (ran.code, ran.out, ran.err) == (2, "", f"tracker: {says}\n")
    assert sorted(folder.parent.iterdir()) == before
    assert (folder.parent / "here.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("command", [("sentences", "a.csv"), ("tables", "a")], ids=" ".join)
def test_an_export_that_fails_half_way_leaves_nothing(
    folder: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tracker.exchange.corpus.find_mentions", fail)
    ran = tracker("export", *command)
    assert (ran.code, ran.err) == (2, "tracker: a cannot be written: No space left on device\n".replace(
        " a ", f" {command[1]} "))  # fmt: skip
    assert [path.name for path in folder.parent.iterdir()] == ["snapshots"]


# Sentences -----------------------------------------------------------------------------------------


def test_sentences_are_those_that_show_tells_with_the_topics_that_priorities_tells(
    folder: Path, tracker: Tracker
) -> None:
    level = ("--topic", "corruption", "--level", "mentioned", "--by", "Ana")
    assert tracker("judge", "XAA/UNGA/77", *level).code == 0
    exported = tracker("export", "sentences", "a.jsonl", "XAA/UNGA/77")
    rows = [json.loads(line) for line in (folder.parent / "a.jsonl").read_text().splitlines()]
    assert f"1 statement, {len(rows)} sentences" in exported.out
    shown = json.loads(tracker("show", "XAA/UNGA/77", "--format", "json").out)["statement"]["version"]
    assert [(row["paragraph"], row["sentence"], row["unit"]) for row in rows] == [
        (each["paragraph"], each["ordinal"] + 1, each["kind"]) for each in shown["segments"]
    ]
    assert [row["text"] for row in rows] == [
        shown["text"][each["start"] : each["end"]] for each in shown["segments"]
    ]
    told = json.loads(tracker("priorities", "XAA/UNGA/77", "--format", "json").out)["topics"]
    levels: dict[str, set[str]] = {}
    count: dict[str, int] = {}
    for row in rows:
        parts = [(row[name] or "").split(SEPARATOR) for name in ("topics", "levels", "terms")]
        assert len({len(part) for part in parts}) == 1
        for topic, given, term in zip(*parts, strict=True):
            levels.setdefault(topic, set()).add(given)
            count[topic] = count.get(topic, 0) + 1
            assert term in row["text"]
    assert levels.pop("") == {""}
    assert levels == {each["topic"]: {each["level"]} for each in told}
    assert levels["corruption"] == {"mentioned"}
    count.pop("")
    assert count == {each["topic"]: each["sentences"] for each in told}


# Tables --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the commands of the page were run."""
    folder = tmp_path_factory.mktemp("page")
    tables_page.make_tables(folder)
    return folder


def test_the_page_on_tables_shows_what_its_questions_answer(page: Path) -> None:
    text = tables_page.PAGE.read_text(encoding="utf-8")
    assert tables_page.answer_again(page) == text, "python -m tests.tables_page writes it again"
    assert text.count("\n| ---") == 5


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"CREATE VIEW {table} AS FROM '{folder}/{table}/**/*.parquet'")
        return connection.execute(sql).fetchall()


TYPES = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


def test_duckdb_finds_the_columns_of_the_dictionary_with_their_types(page: Path) -> None:
    with (page / "tables" / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    for table in TABLES:
        columns = {row["column"]: TYPES[row["type"]] for row in told if row["table"] == table}
        found = dict(
            ask(page / "tables", f"SELECT column_name, column_type FROM (DESCRIBE {table})")  # noqa: S608
        )
        assert found == columns | {"body": "VARCHAR"}
    assert all(row["meaning"] for row in told)


def test_the_data_package_names_each_file_with_its_digest_and_columns(page: Path) -> None:
    tables = page / "tables"
    told = json.loads((tables / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    assert {each["path"] for each in told} == {
        path.relative_to(tables).as_posix() for path in tables.rglob("*.parquet")
    }
    for each in told:
        data = (tables / each["path"]).read_bytes()
        assert each["hash"] == f"sha256:{sha256(data).hexdigest()}"
        schema = json.loads((tables / each["schema"]).read_text(encoding="utf-8"))
        columns = pyarrow.parquet.read_schema(tables / each["path"]).names
        assert [field["name"] for field in schema["fields"]] == columns


def test_all_tables_join(page: Path) -> None:
    tables = page / "tables"
    for table, name in (("sentences", "doc_id"), ("topics", "doc_id"), ("changes", "new"), ("shifts", "old")):
        unknown = f"SELECT * FROM {table} WHERE {name} NOT IN (SELECT doc_id FROM statements)"  # noqa: S608
        assert ask(tables, f"SELECT count(*) > 0 FROM {table}") == [(True,)]  # noqa: S608
        assert ask(tables, unknown) == []
    assert ask(tables, "SELECT change FROM shifts WHERE change NOT IN (SELECT id FROM changes)") == []
    (counts,) = ask(tables, "SELECT sum(len(string_split(topics, ';'))) FROM sentences")
    assert counts == ask(tables, "SELECT sum(sentences) FROM topics")[0]


@long
def test_what_nobody_compared_is_counted_and_nothing_is_compared_unasked(
    folder: Path, tracker: Tracker
) -> None:
    ran = tracker("export", "tables", "before")
    assert ran.code == 0
    assert ran.err == (
        "tracker: 2 pairs of neighbours not compared yet: topic changes, changes and shifts lack them; to"
        " compare them: tracker timeline UNGA --sentences; then export again\n"
    )
    assert ran.out.startswith("before: 5 statements, 42 sentences, 8 topics, ")
    assert ask(folder.parent / "before", "SELECT * FROM changes") == []
    assert tracker("diff", "XAA/UNGA", "77", "78").code == 1
    assert tracker("export", "tables", "between").err.startswith("tracker: 1 pair of neighbours")
    told = json.loads(tracker("diff", "XAA/UNGA", "77", "78", "--format", "json").out)["changes"]
    found = ask(folder.parent / "between", "SELECT id, old, new FROM changes")
    pair = "XAA/UNGA/77~prepared.en@1", "XAA/UNGA/78~prepared.en@2"
    assert found == [(each["id"], *pair) for each in told]
    assert tracker("timeline", "UNGA", "--jobs", "1", "--sentences").code == 0
    assert tracker("export", "tables", "after").err == ""
    assert ask(folder.parent / "after", "SELECT DISTINCT new FROM changes ORDER BY new")[1:] == [
        ("XAA/UNGA/79~prepared.en@1",)
    ]


# What may not leave --------------------------------------------------------------------------------


def holds_phrase(folder: Path) -> list[str]:
    """Return the files below a folder, but for the archive's, that hold the phrase in whatever form."""
    found = []
    for path in sorted(folder.rglob("*.*")):
        if path.is_file() and "snapshots" not in path.parts:
            text = (
                json.dumps(read_any(path)) if path.suffix == ".parquet" else path.read_text(encoding="utf-8")
            )
            found += [path.name for word in PHRASE.split() if word in text.lower()]
    return found


def export_all(tracker: Tracker, *more: str) -> None:
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        assert tracker("export", "corpus", f"c-{name}", "--all-editions", *more).code == 0
        assert tracker("export", "sentences", f"s-{name}", "--all-editions", *more).code == 0
    assert tracker("export", "tables", "tables", "--all-editions", *more).code == 0


@long
def test_what_is_open_is_there(folder: Path, tracker: Tracker) -> None:
    tracker("timeline", "UNGA", "--jobs", "1", "--sentences")
    export_all(tracker)
    assert {name.partition(".")[2] for name in holds_phrase(folder.parent)} == {"csv", "jsonl", "parquet"}


@pytest.mark.parametrize("more", few(1, ("--private",), ()), ids=few(1, "private", "open"))
@long
def test_what_was_withdrawn_is_in_no_table(folder: Path, tracker: Tracker, more: tuple[str, ...]) -> None:
    tracker("timeline", "UNGA", "--jobs", "1", "--sentences")
    assert tracker("withdraw", "XAA/UNGA/78", *WHY).code == 0
    export_all(tracker, *more)
    assert holds_phrase(folder.parent) == []


def close(folder: Path) -> None:
    """Close the statement at 78 to the public, in the record itself."""
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        connection.execute("ALTER TABLE statements ADD COLUMN access TEXT")
        connection.execute("UPDATE statements SET access = 'restricted' WHERE session = '78'")
        connection.commit()


def test_what_is_closed_is_in_no_open_table_nor_what_looked_back_on_it(
    folder: Path, tracker: Tracker
) -> None:
    add(folder, "XAA/UNGA/80~prepared.en", OPEN.replace("5", "7"))
    tracker("timeline", "UNGA", "--jobs", "1", "--sentences")
    assert tracker("export", "tables", "all").code == 0
    pairs = "SELECT DISTINCT new FROM topic_changes ORDER BY new"
    assert len(ask(folder.parent / "all", pairs)) == 3
    (folder.parent / "all").rename(folder / "all")
    close(folder)
    export_all(tracker)
    assert holds_phrase(folder.parent) == []
    assert ask(folder.parent / "tables", pairs) == []
    ran = tracker("export", "corpus", "none.csv", "XAA/UNGA/78")
    assert ran.err == "tracker: XAA/UNGA/78 is closed to the public; include it with --private\n"
    assert "closed snapshots left out" in tracker("export", "corpus", "open.csv").out
    assert tracker("export", "corpus", "private.csv", "--private").code == 0
    assert SECRET.split()[0] in read_any(folder.parent / "private.csv")[1]["text"]
    assert (folder.parent / "private.csv").stat().st_mode & 0o077 == 0


def test_parquet_without_its_library_is_refused_before_any_work(
    folder: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    for command in ("corpus a.parquet", "tables a"):
        ran = tracker("export", *command.split())
        assert (ran.code, ran.out) == (2, "")
        assert "-m pip install 'pyarrow" in ran.err
    assert [path.name for path in folder.parent.iterdir()] == ["snapshots"]


def test_where_copies_went_is_noted_for_whoever_destroys(folder: Path, tracker: Tracker) -> None:
    tracker("export", "corpus", "a.csv")
    ran = run_tracker(folder.parent, "withdraw", "XAA/UNGA/78", "--destroy", "--yes", *WHY)
    assert str(folder.parent / "a.csv") in (ran.out + ran.err).replace("\n", "")
