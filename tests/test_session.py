from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import OBSERVED, declare, query, record
from tests.here import runner
from tests.running import PYTHON
from tests.thorough import long
from tracker.archive import ArchiveSession, create_archive, open_store
from tracker.diff import diff
from tracker.errors import ArchiveUnusable
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran

RIVERS = "We urge all States to ratify the Treaty on the Protection of Rivers without delay."
COURTS = "Independent courts are the best defence against corruption in every country."
HELD = [
    ("XAA/UNGA/77~prepared.en", RIVERS),
    ("XAA/UNGA/78~prepared.en", COURTS),
    ("XAA/UNGA/79~prepared.en", f"{COURTS} {RIVERS}"),
]
WRITER = """
from tracker.record.schema import connection
from tracker.cli.main import main

connection.BUSY_SECONDS = 0.1
main()
"""
"""The command, which does not wait for a reader until it moves everything into the one file."""

DIFF = ["diff", "XAA/UNGA", "--encoder", "none", "--format", "json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "snapshots"
    create_archive(folder)
    with open_store(folder) as store:
        for reference, text in HELD:
            record(store, declare(reference), text, OBSERVED)
    return folder


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(folder.parent, monkeypatch, capsys)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """Count how often each file of a database is opened, by how it is."""
    counted: Counter[tuple[str, str]] = Counter()
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def count(name: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 (what sqlite3 takes)
        path, _, how = name.partition("?")
        counted[Path(path).name, how] += 1
        return connect(name, **options)

    monkeypatch.setattr(sqlite3, "connect", count)
    return counted


RECORD = {("tracker.db", "mode=ro"): 1, ("tracker.db", "mode=rw"): 1}
"""The record is opened to read, and once more for SQLite to remove the empty log that this leaves."""
BOTH = {**RECORD, ("derived.db", "mode=rw"): 1}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("diff XAA/UNGA 78 79 --encoder none", BOTH),
        ("diff XAA/UNGA --all --encoder none", BOTH),
        ("priorities XAA/UNGA/79", BOTH),
        ("timeline XAA/UNGA", BOTH),
        ("log XAA/UNGA --versions", RECORD),
        ("decisions", RECORD),
        ("diff one.txt two.txt --encoder none", {}),
    ],
)
def test_a_command_opens_each_file_once(
    run: Callable[..., Ran],
    folder: Path,
    opened: Counter[tuple[str, str]],
    command: str,
    expected: dict[tuple[str, str], int],
) -> None:
    for name, text in (("one.txt", RIVERS), ("two.txt", COURTS)):
        folder.with_name(name).write_text(text)
    assert run(*command.split()).err == ""
    assert opened == expected


@long
def test_an_answer_is_of_one_moment_also_where_another_process_writes_meanwhile(
    run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(*DIFF).out
    load_pair = diff.load_pair
    (folder.parent / "later.txt").write_text(f"{COURTS} We have changed our mind.")

    def write_then_load(*arguments: Any) -> Any:  # noqa: ANN401 (as the function it stands for)
        """Load the sides after another process has recorded a snapshot: which sessions is read already."""
        add = ["add", "later.txt", "--as", "XAA/UNGA/79~prepared.en", "--date", "2024-09-25"]
        subprocess.run(
            [*PYTHON, "-c", WRITER, *add], cwd=folder.parent, check=True, capture_output=True, timeout=60
        )
        return load_pair(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(diff, "load_pair", write_then_load)
        during = run(*DIFF).out
    after = run(*DIFF).out
    assert query(folder, "SELECT count(*) FROM snapshots") == [(len(HELD) + 1,)]
    assert during == before
    assert "changed our mind" in after


def test_a_session_reads_no_more_once_it_writes_and_then_reads_what_was_written(folder: Path) -> None:
    with ArchiveSession(folder) as archive:
        assert archive.reader.sessions("XAA", "UNGA") == ("77", "78", "79")
        with archive.store("add") as store:
            record(store, declare("XAA/UNGA/80~prepared.en"), RIVERS, OBSERVED)
        # Closing would have waited for a reader of our own, and left the rows in the log.
        assert not (folder / "tracker.db-wal").exists()
        assert archive.reader.sessions("XAA", "UNGA") == ("77", "78", "79", "80")
        assert archive.versions.entries(parse_reference("XAA/UNGA/80"))


def test_who_reads_an_answer_page_by_page_keeps_no_run_waiting(
    run: Callable[..., Ran], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record_first(text: str) -> None:
        """Record a statement before the text is printed."""
        with open_store(folder) as store:
            record(store, declare("XAA/UNGA/80~prepared.en"), RIVERS, OBSERVED)
        sys.stdout.write(text)

    monkeypatch.setattr("tracker.cli.output._print", record_first)
    assert "XAA/UNGA/80" not in run("list").out
    assert not (folder / "tracker.db-wal").exists()


def test_a_session_without_an_archive_fails_once_it_is_read(tmp_path: Path) -> None:
    with ArchiveSession(tmp_path / "none") as archive:
        archive.derived.keep_answer("links", "key", "rules", "value")
        with pytest.raises(ArchiveUnusable, match="tracker add or import makes one"):
            _ = archive.reader
    assert not (tmp_path / "none").exists()


def ask_all(archive: ArchiveSession) -> None:
    """Ask all that a comparison asks about its statements."""
    reference = parse_reference(HELD[-1][0])
    full = archive.reader.resolve(reference)
    archive.reader.identify(reference)
    archive.reader.sessions("XAA", "UNGA")
    archive.reader.withdrawn("XAA", "UNGA")
    archive.reader.rulings()
    archive.reader.side(reference)
    archive.versions.entries(full)


def test_what_is_asked_of_one_statement_looks_at_no_others(folder: Path) -> None:
    asked: list[str] = []
    with ArchiveSession(folder) as archive:
        connection = archive.reader.connection
        connection.set_trace_callback(asked.append)
        ask_all(archive)
        connection.set_trace_callback(None)
        plans = {
            step
            for sql in asked
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}")
            if sql.lstrip().startswith("SELECT")
        }
    assert len(asked) > 5
    assert [
        step for step in plans if step.startswith(("SCAN snapshots", "SCAN versions", "SCAN editions"))
    ] == []


def test_at_one_moment_a_question_is_asked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Who writes waits for the reader that is open here, in vain.
    monkeypatch.setattr("tracker.record.schema.connection.BUSY_SECONDS", 0.1)
    asked: list[str] = []
    with ArchiveSession(folder) as archive:
        ask_all(archive)
        archive.reader.connection.set_trace_callback(asked.append)
        ask_all(archive)
        # What the schema is stands in memory.
        again = sum(not sql.startswith("PRAGMA") for sql in asked)
        archive.reader.side(parse_reference(HELD[0][0]))
        with open_store(folder) as store:
            record(store, declare(HELD[-1][0]), COURTS, "2026-01-01T00:00:00Z")
        before = archive.reader.resolve(parse_reference(HELD[-1][0]))
        archive.close()
        after = archive.reader.resolve(parse_reference(HELD[-1][0]))
    # Its text, which is not remembered, what was withdrawn, and whether this is a public copy.
    assert again <= 8
    assert (before.snapshot, after.snapshot) == (1, 2)
