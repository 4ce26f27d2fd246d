"""After a command the record is one file, and nothing of a run that was cut short is taken from it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.nights import make_watched, run_night
from tests.rights import make_series
from tracker.record.reading.reader import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site


def list_companions(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("tracker.db-*"))


@pytest.mark.parametrize("line", ["list", "log XAA/UNGA/78", "mirror update", "verify --record-only"])
def test_a_command_leaves_one_file(tmp_path: Path, line: str) -> None:
    folder = make_series(tmp_path / "snapshots")
    run_tracker(tmp_path, "list")
    assert run_tracker(tmp_path, *line.split()).code == 0
    assert list_companions(folder) == []


def test_a_night_leaves_one_file(tmp_path: Path, site: Site) -> None:
    folder = make_watched(tmp_path / "snapshots", site)
    run_night(folder)
    assert run_tracker(tmp_path, "status", "--runs").code == 0
    assert list_companions(folder) == []


def test_what_is_read_or_not_yet_in_the_file_stays(tmp_path: Path) -> None:
    folder = make_series(tmp_path / "snapshots")
    with open_reader(folder) as first:
        with open_reader(folder) as second:
            assert second.statements() == first.statements()
        assert list_companions(folder) == ["tracker.db-shm", "tracker.db-wal"]
        assert len(first.statements()) == 3
    with closing(sqlite3.connect(folder / "tracker.db")) as writer:
        writer.execute("UPDATE bodies SET name = 'another'")
        writer.commit()
        log = (folder / "tracker.db-wal").read_bytes()
        assert log
        with open_reader(folder) as reader:
            assert reader.statements()
        assert (folder / "tracker.db-wal").read_bytes() == log
    assert list_companions(folder) == []
