"""Whole nights on which a server fails in each way: told, written down, and what was kept stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.clocks import Warp
from tests.fault_server import answer, running
from tests.faults import CASES, PATH, Case
from tests.nights import only, source, write_speech
from tests.thorough import some
from tracker.archive import create_archive
from tracker.capture.admit.admission import admit
from tracker.capture.watch_list import WATCH_FILE
from tracker.cli.watch import read_outcomes
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fault_server import FaultServer

FAILING = tuple(case for case in CASES if case.outcome not in {"fetched", "unchanged"})
KEPT = ("documents", "statements", "editions", "snapshots", "versions", "segments", "amendments")
SPEECH = answer(body=write_speech().encode(), headers="Content-Type: text/plain; charset=utf-8\r\n")
NO_ROBOTS = answer("404 Not Found")


def make_watched(folder: Path, server: FaultServer, case: Case) -> Path:
    """Make an archive that watches the path of the faults."""
    create_archive(folder)
    settings = (
        f'[settings]\npace = 0.0\nallow_private = ["{server.host}"]\n'
        f"timeout = {case.timeout}\nmax_megabytes = {case.megabytes}\n"
    )
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", server.url(PATH))
    (folder / WATCH_FILE).write_text(settings + watched, encoding="utf-8")
    return folder


def fail(server: FaultServer, case: Case) -> None:
    """Let the server fail from now on; the requests until then do not count."""
    server.requests.clear()
    server.routes.update({PATH: case.serve, "/robots.txt": case.robots})


def read_kept(folder: Path) -> list[object]:
    return [query(folder, f"SELECT * FROM {table}") for table in KEPT]  # noqa: S608 (our names)


def outcome_of(case: Case) -> str:
    """Return what one night makes of a fault: missing for the first time is not yet gone."""
    return "unreachable" if case.outcome == "gone" else case.outcome


def test_the_faults_are_more_than_thirty() -> None:
    assert len({case.name for case in FAILING}) >= 50
    assert len({case.cause for case in FAILING}) >= 25


@pytest.mark.parametrize("case", some(24, FAILING), ids=lambda case: case.name)
def test_a_fault_is_a_finding_and_what_was_kept_is_untouched(case: Case, tmp_path: Path) -> None:
    with running({PATH: SPEECH, "/robots.txt": NO_ROBOTS}) as server:
        folder = make_watched(tmp_path / "snapshots", server, case)
        assert only(snapshot(folder, (), admit, clock=Warp().clock())).outcome == "new"
        before = read_kept(folder)
        fail(server, case)
        check = only(snapshot(folder, (), admit, clock=Warp().clock()))
    assert (check.outcome, check.cause) == (outcome_of(case), case.cause)
    assert check.outcome in read_outcomes(None)
    assert check.detail
    assert read_kept(folder) == before
    assert query(folder, "SELECT outcome, cause FROM outcomes ORDER BY id DESC LIMIT 1") == [
        (check.outcome, check.cause)
    ]
    last = "SELECT count(*) FROM exchanges WHERE outcome = (SELECT max(id) FROM outcomes)"
    assert query(folder, last)[0][0] >= 1
