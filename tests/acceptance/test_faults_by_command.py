"""The command itself on nights on which a server fails in each way, with all its waiting (six minutes)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.fault_server import running
from tests.faults import PATH, Case
from tests.test_faulty_nights import FAILING, NO_ROBOTS, SPEECH, fail, make_watched, outcome_of, read_kept

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", FAILING, ids=lambda case: case.name)
def test_the_exit_code_is_1_the_cause_is_told_and_nothing_is_lost(case: Case, tmp_path: Path) -> None:
    with running({PATH: SPEECH, "/robots.txt": NO_ROBOTS}) as server:
        folder = make_watched(tmp_path / "snapshots", server, case)
        first = run_tracker(tmp_path, "snapshot", "--quiet")
        assert (first.code, first.out, first.err) == (0, "", "")
        before = read_kept(folder)
        fail(server, case)
        ran = run_tracker(tmp_path, "snapshot", "--quiet")
    assert ran.code == 1, ran.err
    assert f" {outcome_of(case)} XAA/UNGA/79~prepared.en xaa-79 {case.cause} (" in ran.err
    assert ran.err.count("\n") == 1
    assert read_kept(folder) == before
