"""An archive that is put back as a whole, with its mirror: told by what is known outside of its folder."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.edits import tell_faults
from tests.here import runner
from tests.nights import make_watched, run_night
from tests.repositories import run_git
from tracker.archive import open_store
from tracker.keep.mirror import push_mirror, update_mirror
from tracker.preservation.copies import note_copy
from tracker.preservation.rollback import PushedTo, note_latest
from tracker.record.schema.connection import Record, open_record
from tracker.record.state import find_state_folder
from tracker.watch.health import assess_health

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.nights import Site
    from tests.running import Ran
    from tracker.model.health import Health

    Tracker = Callable[..., Ran]

ACCEPT = ("verify", "--accept", "rollback", "--by", "Ana", "--reason", "a new disk")
_LOST = "run 2 of 2026-03-02T02:30:00Z"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def tracker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture(params=["mirrored", "alone"])
def folder(tmp_path: Path, site: Site, request: pytest.FixtureRequest) -> Path:
    """Make an archive of two nights, with a copy of the first night beside it."""
    made = make_watched(tmp_path / "snapshots", site)
    if request.param == "mirrored":
        update_mirror(made)
    run_night(made, "2026-03-01")
    shutil.copytree(made, tmp_path / "older")
    run_night(made, "2026-03-02")
    return made


def put_back(folder: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(folder.parent / "older", folder)


def look(folder: Path) -> Health:
    return assess_health(folder, "2026-03-04T12:00:00Z", 3)


def kinds(folder: Path) -> set[str]:
    """Return what status tells of the archive: concerns and notes."""
    health = look(folder)
    told = (str(each.kind) for each in (*health.concerns, *health.notes))
    return {kind for kind in told if kind in {"put back", "unprotected"}}


def test_a_rollback_is_told_until_a_person_accepts_it(folder: Path, tracker: Tracker) -> None:
    assert tell_faults(folder) == ""
    assert kinds(folder) == set()
    put_back(folder)
    assert f"{_LOST}: the archive in this folder had it" in tell_faults(folder)
    for day in ("2026-03-03", "2026-03-04"):
        said = run_night(folder, day).unmirrored
        assert said.startswith(f"{_LOST}: the archive in this folder had it")
        assert "tracker verify --accept rollback --by NAME --reason TEXT" in said
    assert _LOST in tell_faults(folder)
    assert kinds(folder) == {"put back"}
    assert tracker(*ACCEPT).code == 0
    assert query(folder, "SELECT what, did, how FROM repairs") == [
        (_LOST, 0, "an older state took its place, which was accepted by Ana: a new disk")
    ]
    assert tell_faults(folder) == ""
    assert kinds(folder) == set()
    assert run_night(folder, "2026-03-05").unmirrored == ""
    refused = tracker(*ACCEPT)
    assert refused.code == 2
    assert "nothing shows that the archive was put back" in refused.err


def test_every_command_that_writes_tells_it(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    (folder.parent / "a.txt").write_text("We build ten dykes by 2030.\n", encoding="utf-8")
    added = tracker("add", "a.txt", "--as", "XAA/UNGA/80", "--kind", "prepared")
    assert added.code == 1
    assert f"{_LOST}: the archive in this folder had it" in added.err
    assert "what this command did is recorded" in added.err


def test_a_record_that_is_older_than_its_mirror_is_told_as_that(folder: Path) -> None:
    if not (folder / "mirror.git").exists():
        return
    shutil.copy(folder.parent / "older" / "tracker.db", folder / "tracker.db")
    said = tell_faults(folder)
    assert "the record is an older copy that ends after run 1" in said
    assert "--accept" not in said


def test_a_copy_elsewhere_and_another_archive_are_none(folder: Path, site: Site) -> None:
    copy = folder.parent / "older"
    assert tell_faults(copy) == ""
    assert kinds(copy) == {"unprotected"}
    assert run_night(copy, "2026-03-03").unmirrored == ""
    assert kinds(copy) == set()
    folder.rename(folder.with_name("moved"))
    assert tell_faults(folder.with_name("moved")) == ""
    make_watched(folder, site)
    assert run_night(folder, "2026-03-04").unmirrored == ""
    assert tell_faults(folder) == ""


def test_a_run_that_did_not_end_is_no_latest(folder: Path) -> None:
    store = open_store(folder, "add")
    store.begin("2026-03-03T00:00:00Z")
    store.close("failed")
    assert tell_faults(folder) == ""
    assert kinds(folder) == set()


def test_without_a_home_that_keeps_a_note_the_archive_is_unprotected(folder: Path, home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("no folder", encoding="utf-8")
    assert run_night(folder, "2026-03-03").unmirrored == ""
    assert kinds(folder) == {"unprotected"}
    put_back(folder)
    assert tell_faults(folder) == ""


def test_a_note_that_others_could_have_written_is_not_believed(folder: Path, home: Path) -> None:
    (note,) = (home / "tracker" / "archives").iterdir()
    assert note.stat().st_mode & 0o777 == 0o600
    note.chmod(0o644)
    assert kinds(folder) == {"unprotected"}
    assert run_night(folder, "2026-03-03").unmirrored == ""
    assert note.stat().st_mode & 0o777 == 0o600
    note.write_text("{" * 100_000, encoding="utf-8")
    assert kinds(folder) == {"unprotected"}


# What was pushed -------------------------------------------------------------------------------------


@pytest.fixture
def pushed(tmp_path: Path, site: Site) -> Callable[[], Path]:
    """Make an archive that was pushed each night, and that is put back with all that its user's home knew."""
    folder = make_watched(tmp_path / "snapshots", site)
    update_mirror(folder)
    state = find_state_folder() or Path()

    def push(day: str) -> None:
        site.say("/79", day)
        run_night(folder, day)
        push_mirror(folder, str(tmp_path / "copy.git"), branch="statements")

    push("2026-03-01")
    shutil.copytree(folder, tmp_path / "older")
    shutil.copytree(state, tmp_path / "older-state")
    push("2026-03-02")

    def restore() -> Path:
        put_back(folder)
        shutil.rmtree(state)
        shutil.copytree(tmp_path / "older-state", state)
        return folder

    return restore


def test_what_was_pushed_is_compared_each_night(pushed: Callable[[], Path], tracker: Tracker) -> None:
    folder = pushed()
    tip = run_git(folder.parent / "copy.git", "rev-parse", "statements")[:12]
    told = f"commit {tip} of {folder.parent / 'copy.git'}: branch statements there is at it"
    assert told in tell_faults(folder)
    for day in ("2026-03-03", "2026-03-04"):
        assert told in run_night(folder, day).unmirrored
    assert tracker(*ACCEPT).code == 0
    assert run_night(folder, "2026-03-05").unmirrored == ""
    assert tell_faults(folder) == ""


@pytest.mark.usefixtures("pushed")
def test_what_was_pushed_and_is_known_is_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    assert tell_faults(folder) == ""
    # One that lost what was pushed is behind, and no newer one.
    copy = partial(run_git, tmp_path / "copy.git")
    copy("update-ref", "refs/heads/statements", copy("rev-parse", "statements~1"))
    assert run_night(folder, "2026-03-03").unmirrored == ""
    assert tell_faults(folder) == ""


@pytest.mark.usefixtures("pushed")
def test_a_copy_that_does_not_answer_is_told_and_no_fault(
    tmp_path: Path, tracker: Tracker, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "copy.git").rename(tmp_path / "away.git")
    assert run_night(tmp_path / "snapshots", "2026-03-03").unmirrored == ""
    assert "a copy that was pushed was not compared" in caplog.text
    looked = tracker("verify")
    assert looked.code == 0
    assert "a copy that was pushed there was not compared" in " ".join(looked.out.split())


def test_no_place_is_asked_that_only_the_folder_names(folder: Path, tmp_path: Path) -> None:
    """The folder may come from others, and an address in it may be theirs."""
    run_git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "theirs.git")
    note_copy(folder, "push", str(tmp_path / "theirs.git"), "2026-03-02T00:00:00Z")
    shutil.rmtree(tmp_path / "theirs.git")
    assert run_night(folder, "2026-03-03").unmirrored == ""
    assert tell_faults(folder) == ""


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("https://example.org/statements.git", True),
        ("git@example.org:statements.git", True),
        ("ssh://git@example.org/statements.git", True),
        ("https://token@example.org/statements.git", False),
        ("ssh://git:secret@example.org/statements.git", False),
    ],
)
def test_no_password_is_kept_of_an_address(folder: Path, home: Path, address: str, *, is_kept: bool) -> None:
    with open_record(folder, Record) as record:
        note_latest(folder, record.connection, PushedTo(address, "main", "0" * 40))
    (note,) = (home / "tracker" / "archives").iterdir()
    assert (address in note.read_text(encoding="utf-8")) is is_kept
