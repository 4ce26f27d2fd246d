"""A record with damaged pages and no mirror is reported with its faults, whatever reads it first."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.rights import make_series

if TYPE_CHECKING:
    from pathlib import Path

_PAGE = 4096


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive with an answer that is kept, so that verifying computes it again."""
    folder = make_series(tmp_path_factory.mktemp("compared") / "snapshots")
    assert run_tracker(folder.parent, "diff", "XAA/UNGA", "77", "78").code == 1
    assert (folder / "derived.db").exists()
    return folder


@pytest.mark.parametrize(
    "table", ["statements", "editions", "snapshots", "versions", "segment_offsets", "runs"]
)
@pytest.mark.parametrize("fill", [b"\0", b"?"])
def test_a_damaged_page_is_a_fault_and_no_trouble(
    compared: Path, tmp_path: Path, table: str, fill: bytes
) -> None:
    file = shutil.copytree(compared, tmp_path / "snapshots") / "tracker.db"
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (page,) = connection.execute(query, [table]).fetchone()
    data = file.read_bytes()
    file.write_bytes(data[: (page - 1) * _PAGE] + fill * _PAGE + data[page * _PAGE :])
    ran = run_tracker(tmp_path, "verify")
    assert (ran.code, ran.err) == (1, "")
    assert "pages of the file are damaged" in " ".join(ran.out.split())
    assert "restore it from another copy of the archive" in " ".join(ran.out.split())
