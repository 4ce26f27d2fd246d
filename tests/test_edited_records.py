"""What ``verify`` says of rows that another program edited is true, and what it advises mends them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.nights import Page, make_archive, run_night, running_site, source
from tests.repositories import run_git
from tracker.keep.mirror import update_mirror
from tracker.keep.verify import repair, verify
from tracker.model.watching import Admission
from tracker.preservation.mirror.unexplained import Kept
from tracker.preservation.repair.accepting import accept_edits
from tracker.record.schema.packing import offer_functions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.verifying import Finding
    from tracker.model.watching import Arrival, History

EDITS = {
    "segments/16": 'UPDATE segment_offsets SET "end" = "end" - 3 WHERE id = 16',
    "versions/1": "UPDATE versions SET words = words + 1 WHERE id = 1",
    "snapshots/1": "UPDATE snapshots SET observed = '2001-01-01T00:00:00Z' WHERE id = 1",
    "outcomes/1": "UPDATE outcomes SET observed = '2001-01-01T00:00:00Z' WHERE id = 1",
    "outcomes/2": "DELETE FROM outcomes WHERE id = 2",
}
TOGETHER = ("segments/16", "versions/1", "snapshots/1")


def judge(arrival: Arrival, _history: History) -> Admission:
    return Admission(accepted="Short." not in arrival.version.text, cause="too short")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Site]]:
    """Return a mirrored archive whose public branch lacks a document that waits."""
    with running_site() as site:
        site.say("/a")
        site.say("/b", number=1)
        folder = make_archive(
            tmp_path_factory.mktemp("edited") / "snapshots",
            source("a", "KEN/UNGA/79~prepared.en", site.url("/a"))
            + source("b", "NRU/UNGA/79~prepared.en", site.url("/b")),
            site.port,
        )
        run_night(folder, "2026-03-01", judge=judge)
        site.pages["/b"] = Page("Short.")
        run_night(folder, "2026-03-02", judge=judge)
        update_mirror(folder)
        yield folder, site


def edit(folder: Path, *names: str) -> None:
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        offer_functions(connection)
        for name in names:
            connection.execute(EDITS[name])
        connection.commit()


def read_outcomes(folder: Path) -> set[tuple[object, ...]]:
    """Return all rows of outcomes, and those that are parts of them."""
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        tables = ("outcomes", "exchanges", "reviews")
        return {(name, *row) for name in tables for row in connection.execute(f"SELECT * FROM {name}")}  # noqa: S608 (our names)


def find_faults(folder: Path) -> list[Finding]:
    found = verify(folder, "2026-03-04T00:00:00Z", lambda _done, _total: None).findings
    return [each for each in found if each.standing == "fault"]


CASES = [
    *((names, False) for names in (*((name,) for name in EDITS), TOGETHER)),
    *(
        (names, True)
        for names in (("segments/16",), ("snapshots/1",), ("outcomes/1",), ("outcomes/2",), TOGETHER)
    ),
]
"""What is edited, and whether a night comes before anybody looks."""


@pytest.mark.parametrize(("names", "has_night"), CASES)
def test_an_edit_is_named_and_mended_as_advised(
    watched: tuple[Path, Site], tmp_path: Path, names: tuple[str, ...], *, has_night: bool
) -> None:
    folder = shutil.copytree(watched[0], tmp_path / "snapshots")
    before = read_outcomes(folder)
    edit(folder, *names)
    if has_night:
        run_night(folder, "2026-03-03", judge=judge)
    faults = find_faults(folder)
    assert all("tracker verify --repair" in each.remedy for each in faults), faults
    assert not any("another copy" in each.remedy or "public" in each.where for each in faults), faults
    for name in names:
        assert any(name.replace("/", " ") in each.meaning for each in faults), faults
    repair(folder, "2026-03-04T00:00:00Z", lambda _done, _total: None)
    assert find_faults(folder) == []
    assert before <= read_outcomes(folder)


def test_a_row_that_an_earlier_commit_has_is_never_deleted(
    watched: tuple[Path, Site], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(watched[0], tmp_path / "snapshots")
    before = read_outcomes(folder)
    edit(folder, "outcomes/2")
    with monkeypatch.context() as earlier:
        # Earlier releases left the parts of a deleted row out of the mirror.
        earlier.setattr(Kept, "_find_detached", lambda *_: ())
        run_night(folder, "2026-03-03", judge=judge)
    steps = repair(folder, "2026-03-04T00:00:00Z", lambda _done, _total: None).steps
    assert {each.what for each in steps if not each.did} == {"exchanges/2"}
    assert before <= read_outcomes(folder)
    assert ["exchanges 2" in each.meaning for each in find_faults(folder)] == [True]
    accept_edits(folder, ["exchanges/2"], "Ana", "the mirror had it", "2026-03-04T01:00:00Z")
    assert find_faults(folder) == []


def test_a_public_branch_that_was_changed_is_still_told(watched: tuple[Path, Site], tmp_path: Path) -> None:
    folder = shutil.copytree(watched[0], tmp_path / "snapshots")
    edit(folder, "snapshots/1")
    run_git(folder / "mirror.git", "update-ref", "refs/heads/public", "main")
    assert {each.where for each in find_faults(folder) if "public" in each.where}
