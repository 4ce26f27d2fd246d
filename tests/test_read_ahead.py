"""An import whose documents other processes read: the same record, in the same order, whatever ends them."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.running import OLD
from tracker.errors import DocumentUnreadable
from tracker.exchange import ahead
from tracker.exchange.add import BATCH, read_bytes
from tracker.exchange.ahead import Document, reading_ahead
from tracker.exchange.folder_import import FolderSaid, import_folder
from tracker.follow import workers

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.preserving import FolderImport

SAID = FolderSaid("UNGA", "{country}/{session}_{year}.{any}")
NOW = "2026-01-01T00:00:00Z"
ROWS = ("snapshots", "versions", "segments", "editions", "statements", "documents")


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Texts of three countries at thirty sessions, one in Markdown, one damaged, two of the same bytes."""
    monkeypatch.setattr(ahead, "_ENOUGH", 8)
    monkeypatch.setattr(ahead, "_MOST", 20)
    folder = tmp_path / "corpus"
    for country in ("XAA", "XAB", "XAC"):
        (folder / country).mkdir(parents=True)
        for session in range(1, 31):
            text = f"Mr. President,\n\n{country} supports {session} rivers. We thank\nyou.\n"
            (folder / country / f"{session}_{1945 + session}.txt").write_text(text, "utf-8")
    (folder / "XAA" / "3_1948.txt").write_bytes(OLD.encode())
    (folder / "XAB" / "3_1948.txt").write_bytes(OLD.encode())
    (folder / "XAB" / "7_1952.txt").write_bytes(bytes(range(256)) * 9)
    (folder / "XAC" / "31_1976.md").write_text("# Rivers\n\n**We** support [rivers](/r).\n", "utf-8")
    return folder


def bring_in(
    folder: Path,
    archive: Path,
    tracker: Callable[..., Ran],
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> FolderImport:
    if not archive.exists():
        assert tracker("init", "--archive", archive).code == 0
    return import_folder(folder, SAID, archive, NOW, progress=progress)


def read_rows(archive: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(archive / "tracker.db")) as record:
        return [record.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ROWS]  # noqa: S608


@pytest.mark.parametrize("cores", [2, 3])
def test_what_other_processes_read_is_recorded_as_what_this_one_reads(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    asked: list[int] = []
    start = workers.start_processes

    def count_started(number: int) -> ProcessPoolExecutor:
        asked.append(number)
        return start(number)

    monkeypatch.setattr(workers, "start_processes", count_started)
    imported = []
    for number in (1, cores):
        monkeypatch.setattr(workers, "count_cores", lambda number=number: number)
        imported.append(bring_in(corpus, tmp_path / f"by {number}", tracker))
    assert asked == [cores]
    assert imported[0] == imported[1]
    assert imported[0].counts == {"new": 90, "skipped": 1}
    assert read_rows(tmp_path / "by 1") == read_rows(tmp_path / f"by {cores}")
    assert bring_in(corpus, tmp_path / f"by {cores}", tracker).counts == {"unchanged": 90, "skipped": 1}
    assert asked == [cores]


def test_what_a_process_that_died_was_to_read_is_read_here(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "count_cores", lambda: 2)
    killed: list[int | None] = []

    def kill(done: int, _total: int) -> None:
        for process in multiprocessing.active_children() if done == BATCH else ():
            process.kill()
            process.join()
            killed.append(process.exitcode)

    monkeypatch.setattr(ahead, "_MOST", 60)
    imported = bring_in(corpus, tmp_path / "killed", tracker, kill)
    assert killed
    assert imported.counts == {"new": 90, "skipped": 1}
    monkeypatch.setattr(workers, "count_cores", lambda: 1)
    bring_in(corpus, tmp_path / "alone", tracker)
    assert read_rows(tmp_path / "killed") == read_rows(tmp_path / "alone")


def test_an_interrupt_leaves_no_process_and_what_is_recorded(
    tracker: Callable[..., Ran], corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "count_cores", lambda: 2)
    running: list[int] = []

    def interrupt(done: int, _total: int) -> None:
        if done:
            running.append(len(multiprocessing.active_children()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_in(corpus, tmp_path / "archive", tracker, interrupt)
    assert running[0] > 0
    assert not multiprocessing.active_children()
    again = bring_in(corpus, tmp_path / "archive", tracker)
    assert (again.counts["unchanged"], again.counts["skipped"]) == (BATCH - 1, 1)


def test_no_more_is_read_ahead_than_memory_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "count_cores", lambda: 2)
    monkeypatch.setattr(ahead, "_ENOUGH", 2)
    monkeypatch.setattr(ahead, "_MOST_BYTES", 100)
    taken = count()
    documents = [Document(b"We agree. " * 3 + b"%d" % number, f"{number}.txt", "en") for number in range(9)]
    coming = (document for document, _ in zip(documents, taken, strict=False))
    with reading_ahead() as reader:
        for place, document in enumerate(documents[:5]):
            assert reader.read(document, coming) == read_bytes(*document)
            assert next(taken) - 2 * place == 4


def test_a_document_that_cannot_be_read_says_why_as_it_does_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "count_cores", lambda: 2)
    monkeypatch.setattr(ahead, "_ENOUGH", 1)
    document = Document(bytes(range(256)) * 9, "noise.txt", None)
    with pytest.raises(DocumentUnreadable) as here:
        read_bytes(*document)
    with reading_ahead() as reader, pytest.raises(DocumentUnreadable) as there:
        reader.read(document, iter([document]))
    assert str(there.value) == str(here.value)


def test_little_is_read_without_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "start_processes", partial(pytest.fail, "a process is started"))
    documents = [Document(b"We agree.", f"{number}.txt", "en") for number in range(9)]
    with reading_ahead() as reader:
        for document in documents:
            reader.read(document, iter(documents))
