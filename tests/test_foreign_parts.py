"""A record that was received holds nothing that acts on its own but what the program has made."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.here import runner
from tests.mirrors import FIRST, edit, make_record
from tracker.keep.mirror import update_mirror
from tracker.record.schema.connection import connect_to_read, connect_to_write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_record(tmp_path_factory.mktemp("made") / "snapshots")
    update_mirror(folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "snapshots")


@pytest.fixture
def tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    (tmp_path / "speech.txt").write_text(FIRST, encoding="utf-8")
    return runner(tmp_path, monkeypatch, capsys)


def forge(folder: Path, *rows: tuple[str, str, str, str]) -> None:
    """Write rows of kind, name, table and command into the schema, as no command of SQLite's would."""
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.executemany("INSERT INTO sqlite_master VALUES (?, ?, ?, 0, ?)", rows)
        connection.execute("PRAGMA schema_version = 999")


FOREIGN = {
    "a trigger that changes rows": (
        ["CREATE TRIGGER evil AFTER INSERT ON snapshots BEGIN UPDATE versions SET text = 'evil'; END"],
        "holds a trigger that tracker did not make (evil)", 'DROP TRIGGER "evil"',
    ),
    "a trigger that keeps what is destroyed": (
        [
            "CREATE TABLE kept (bytes)",
            "CREATE TRIGGER evil BEFORE UPDATE ON documents BEGIN INSERT INTO kept VALUES (old.bytes); END",
        ],
        "holds a trigger that tracker did not make (evil)", 'DROP TRIGGER "evil"',
    ),
    "a view in the place of a table": (
        ["ALTER TABLE groups RENAME TO hidden", "CREATE VIEW groups AS SELECT 'X' AS id, 'Y' AS name"],
        "holds a view that tracker did not make (groups)", 'DROP VIEW "groups"',
    ),
    "a virtual table": (
        ["CREATE VIRTUAL TABLE evil USING fts5 (text)"],
        "holds a virtual table that tracker did not make (evil)", 'DROP TABLE "evil"',
    ),
    "a name with marks": (
        ['CREATE TRIGGER "e""v\'il" AFTER INSERT ON runs BEGIN SELECT 1; END'],
        "holds a trigger that tracker did not make (e\"v'il)", "DROP TRIGGER",
    ),
    "a table with marks in its name": (
        ['CREATE TABLE "a"" , b" (id)'], "holds a table whose names have quotation marks", "rename it"
    ),
    "a column with marks in its name": (
        ['CREATE TABLE notes ([a" , b] INT)'], "holds a table whose names have quotation marks", "rename it"
    ),
    "another view than ours": (
        ["DROP VIEW latest", "CREATE VIEW latest AS SELECT 1 AS edition, 1 AS snapshot, 1 AS version"],
        "has another latest than tracker makes", "run: tracker verify",
    ),
}  # fmt: skip

READING: tuple[tuple[str, ...], ...] = (
    ("list",), ("show", "XAA/UNGA/79"), ("search", "dykes"), ("status", "--runs"), ("backup", "copy.db"),
    ("export", "bag", "bag"), ("export", "warc", "a.warc.gz"), ("export", "sentences", "a.csv"),
)  # fmt: skip
WRITING: tuple[tuple[str, ...], ...] = (
    ("add", "speech.txt", "--as", "XAA/UNGA/81~prepared.en"),
    ("judge", "XAA/UNGA/79", "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
    ("mirror", "update"),
    ("reextract",),
    ("snapshot",),
    ("withdraw", "XAA/UNGA/78", "--reason", "r", "--authority", "a"),
)


@pytest.mark.parametrize(("statements", "told", "remedy"), FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_part_is_refused_by_every_command(
    folder: Path, tracker: Callable[..., Ran], statements: list[str], told: str, remedy: str
) -> None:
    edit(folder, *statements)
    (folder / "watch.toml").write_text('[sources.a]\nreference = "XAA/UNGA/79"\npath = "a.txt"\n', "utf-8")
    before = (folder / "tracker.db").read_bytes()
    for command in (*READING, *WRITING):
        ran = tracker(*command)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), command
        assert told in ran.err
        assert remedy in ran.err
    ran = tracker("verify")
    assert (folder / "tracker.db").read_bytes() == before
    if "another" not in told:
        assert (ran.code, told in ran.err) == (2, True)
        return
    # What verifies tells itself of a part of ours that was altered, and makes it again.
    assert (ran.code, "view latest" in ran.out) == (1, True)
    tracker("verify", "--repair")
    assert "XAA/UNGA/79" in tracker("list").out


def test_the_command_that_is_printed_takes_it_away(folder: Path, tracker: Callable[..., Ran]) -> None:
    edit(folder, "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN UPDATE runs SET command = 'evil'; END")
    command = tracker("list").err.rpartition("take it away: ")[2]
    assert command == "sqlite3 snapshots/tracker.db 'DROP TRIGGER \"evil\"'\n"
    edit(folder, 'DROP TRIGGER "evil"')
    assert tracker("list").code == 0


FORGED = {
    "a view said to be a table": ("table", "evil", "evil", "CREATE VIEW evil AS SELECT 1"),
    "a trigger in small letters": (
        "index", "sqlite_evil", "runs", "create trigger evil after insert on runs begin select 1; end",
    ),
    "a virtual table written another way": (
        "table", "evil", "evil", "CREATE VIRTUAL/**/TABLE evil USING fts5(a)",
    ),
    "a name of the mirror's": (
        "view", "unmirrored_evil", "unmirrored_evil", "CREATE VIEW unmirrored_evil AS SELECT 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", FORGED.values(), ids=FORGED.keys())
def test_what_the_schema_says_of_a_part_hides_nothing(
    folder: Path, tracker: Callable[..., Ran], row: tuple[str, str, str, str]
) -> None:
    forge(folder, row)
    for command in (("list",), ("add", "speech.txt", "--as", "XAA/UNGA/81~prepared.en")):
        ran = tracker(*command)
        assert ran.code == 2
        # SQLite itself refuses some of them, by the release.
        assert "that tracker did not make" in ran.err or "malformed database schema" in ran.err


# The triggers of the mirror -------------------------------------------------------------------------


def test_a_trigger_named_as_the_mirrors_is_refused_before_anything_is_written(
    folder: Path, tracker: Callable[..., Ran]
) -> None:
    edit(
        folder,
        'CREATE TRIGGER "unmirrored_evil" AFTER INSERT ON runs'
        " BEGIN UPDATE versions SET text = 'evil'; END",
    )
    ran = tracker("add", "speech.txt", "--as", "XAA/UNGA/81~prepared.en")
    assert (ran.code, "holds a trigger that tracker did not make (unmirrored_evil)" in ran.err) == (2, True)
    assert query(folder, "SELECT count(*) FROM versions WHERE text = 'evil'") == [(0,)]


def test_one_of_the_mirrors_that_does_something_else_is_made_anew_before_anything_is_written(
    folder: Path, tracker: Callable[..., Ran]
) -> None:
    (ours,) = query(folder, "SELECT sql FROM sqlite_master WHERE name = 'unmirrored_runs_insert'")
    edit(
        folder,
        "DROP TRIGGER unmirrored_runs_insert",
        'CREATE TRIGGER "unmirrored_runs_insert" AFTER INSERT ON runs'
        " BEGIN UPDATE versions SET text = 'evil'; END",
    )
    ran = tracker("add", "speech.txt", "--as", "XAA/UNGA/81~prepared.en")
    assert (ran.code, "took away, or changed, 1 trigger: unmirrored_runs_insert" in ran.err) == (1, True)
    assert query(folder, "SELECT count(*) FROM versions WHERE text = 'evil'") == [(0,)]
    assert query(folder, "SELECT sql FROM sqlite_master WHERE name = 'unmirrored_runs_insert'") == [ours]
    assert tracker("verify").code == 0


def test_a_table_of_ones_own_stays_and_is_mirrored(folder: Path, tracker: Callable[..., Ran]) -> None:
    edit(
        folder,
        'CREATE TABLE notes ([id] INTEGER PRIMARY KEY, statement INT REFERENCES statements, said DEFAULT "")',
        "CREATE INDEX notes_said ON notes (said)",
    )
    for command in (("add", "speech.txt", "--as", "XAA/UNGA/81~prepared.en"), ("list",), ("verify",)):
        assert tracker(*command).code == 0, command


# What SQLite itself forbids -------------------------------------------------------------------------


@pytest.mark.parametrize("connect", [connect_to_read, connect_to_write])
def test_a_schema_calls_no_function_that_could_do_harm(
    folder: Path, connect: Callable[[Path], sqlite3.Connection]
) -> None:
    edit(folder, "CREATE VIEW evil AS SELECT load_extension('evil') AS a")
    with closing(connect(folder / "tracker.db")) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="unsafe use of load_extension"):
            connection.execute("SELECT a FROM evil").fetchall()


def test_no_command_alters_the_schema_behind_sqlites_back(folder: Path) -> None:
    """Python offers it from 3.12 on."""
    with closing(connect_to_write(folder / "tracker.db")) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        for command in ("UPDATE sqlite_master SET sql = sql", "DELETE FROM segments_fts_data"):
            refused = pytest.raises(sqlite3.OperationalError, match="may not be modified")
            with refused if hasattr(connection, "setconfig") else nullcontext():
                connection.execute(command)
