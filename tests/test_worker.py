"""What is computed beside the server is done once, one thing after another, and ends with it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tracker.errors import NotInArchive, TrackerError
from tracker.publish.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def note(path: Path, seconds: float) -> int:
    with path.open("a", encoding="utf-8") as file:
        file.write("done once\n")
    time.sleep(seconds)
    return os.getpid()


def fail(what: str) -> None:
    raise NotInArchive(what)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker()
    yield made
    made.close()


def test_two_who_ask_for_one_thing_have_it_once(worker: Worker, tmp_path: Path) -> None:
    asked = [worker.ask("page", 0.0, note, tmp_path / "log", 0.5) for _ in range(5)]
    assert asked == [None] * 5
    other = worker.ask("page", 60.0, note, tmp_path / "log", 0.5)
    assert other not in {None, os.getpid()}
    assert (tmp_path / "log").read_text(encoding="utf-8") == "done once\n"


def test_what_fails_says_so_to_who_asks(worker: Worker) -> None:
    with pytest.raises(NotInArchive, match="no such thing"):
        worker.ask("page", 60.0, fail, "no such thing")


def test_a_process_that_is_ended_is_followed_by_another(worker: Worker, tmp_path: Path) -> None:
    with pytest.raises(TrackerError, match="its process was ended"):
        worker.ask("page", 60.0, die)
    assert worker.ask("page", 60.0, note, tmp_path / "log", 0.0)


def test_twenty_wait_and_no_more(worker: Worker, tmp_path: Path) -> None:
    for number in range(25):
        assert worker.ask(f"page {number}", 0.0, note, tmp_path / "log", 0.05) is None
    assert worker.ask("page 19", 60.0, note, tmp_path / "log", 0.05)
    assert len((tmp_path / "log").read_text(encoding="utf-8").splitlines()) == 20


def test_it_ends_in_the_middle_of_its_work(tmp_path: Path) -> None:
    worker = Worker()
    assert worker.ask("page", 1.0, note, tmp_path / "log", 600.0) is None
    began = time.monotonic()
    worker.close()
    assert time.monotonic() - began < 30
