"""A record that was put back from a backup, beside a mirror that went on: nothing is written to it."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.damage import alter
from tests.here import runner
from tests.mirrors import check_sound, read_tables
from tests.nights import make_archive, outcomes, run_night, running_site, source
from tests.repositories import run_git
from tests.rights import OPEN, SECRET, WHY, find_in_files, find_in_index, find_in_objects
from tests.test_destroy import kill_at
from tests.thorough import few, long
from tracker.archive import create_archive, open_store
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.preservation.mirror.refs import is_at
from tracker.record.schema.connection import connect_to_read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

ORDER = ("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes")
JUDGE = ("judge", "XAA/UNGA/77", "--topic", "corruption", "--level", "mentioned", "--by", "Ana")
_COMMAND = re.compile(
    r"(tracker (?:verify --repair(?: --archive '[^']*')?|rebuild \S+ --archive from-mirror))"
)


@pytest.fixture(scope="module")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive with a mirror, a backup of two runs, and a run that only the mirror has then."""
    place = tmp_path_factory.mktemp("older")
    create_archive(place / "snapshots")
    assert run_tracker(place, "mirror", "update").code == 0
    for name, text in (("open", OPEN), ("secret", SECRET), ("other", OPEN.replace("5", "9"))):
        (place / f"{name}.txt").write_text(text, encoding="utf-8")
    _add(place, "open.txt", "XAA/UNGA/77")
    _add(place, "secret.txt", "XAA/UNGA/78")
    assert run_tracker(place, "backup", "b.db").code == 0
    _add(place, "other.txt", "XAA/UNGA/79")
    return place


def _add(place: Path, name: str, reference: str) -> None:
    ran = run_tracker(place, "add", name, "--as", reference, "--kind", "prepared")
    assert ran.code == 0, ran.err


@pytest.fixture
def folder(tmp_path: Path, _made_once: Path) -> Path:
    shutil.copytree(_made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "snapshots"


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


def put_back(folder: Path, backup: str = "b.db") -> None:
    """Put a backup in the place of the record, as the documents tell."""
    for ending in ("", "-wal", "-shm"):
        (folder / f"tracker.db{ending}").unlink(missing_ok=True)
    shutil.copy(folder.parent / backup, folder / "tracker.db")


def write_while_away(tracker: Tracker, folder: Path) -> None:
    """Write to the backup while its mirror is elsewhere: then there are two histories."""
    put_back(folder)
    (folder / "mirror.git").rename(folder.parent / "away.git")
    ran = add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    assert ran.code == 0, ran.err
    (folder.parent / "away.git").rename(folder / "mirror.git")


def add(tracker: Tracker, folder: Path, text: str, reference: str, *more: str) -> Ran:
    (folder.parent / "new.txt").write_text(text, encoding="utf-8")
    return tracker("add", "new.txt", "--as", reference, "--kind", "prepared", *more)


def follow(tracker: Tracker, said: str) -> Ran:
    """Run the command that was printed, as it was printed."""
    found = _COMMAND.search(" ".join(said.split()))
    assert found, said
    return tracker(*shlex.split(found[1])[1:])


def check_repaired(tracker: Tracker, folder: Path) -> None:
    """Assert that record and mirror are whole and one, and that nothing of the work is left."""
    assert tracker("mirror", "update").code == 0
    ran = tracker("verify")
    assert (ran.code, ran.out.startswith("no fault found: ")) == (0, True), ran.out
    check_sound(folder / "mirror.git")
    assert [path.name for path in folder.glob(".tracker-*")] == []
    rebuild_record(folder / "mirror.git", folder.parent / "again")
    assert read_tables(folder.parent / "again") == read_tables(folder)


def look(folder: Path) -> tuple[dict[str, list[tuple[Any, ...]]], str]:
    """Return what must not change: every table but what was noted of the mirror, and its branches."""
    return read_tables(folder), run_git(folder / "mirror.git", "for-each-ref")


# An older record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("add", "open.txt", "--as", "XAA/UNGA/80"), JUDGE, ("reextract",), ORDER, ("mirror", "update"),
        ("withdraw", "XAA/UNGA/77", *WHY), ("mirror", "push", "nowhere.git"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_nothing_is_written_to_a_record_that_is_older_than_its_mirror(
    folder: Path, tracker: Tracker, command: tuple[str, ...]
) -> None:
    put_back(folder)
    before = look(folder)
    ran = tracker(*command)
    assert (ran.code, ran.out) == (2, "")
    assert re.fullmatch(
        r"tracker: nothing was written: snapshots/mirror\.git and tracker\.db do not match: the record is an"
        r" older copy that ends after run 2: the mirror has 1 run since, up to run 3 of \S+Z, which this"
        r" record does not have; to make the record again from the mirror, and keep this file beside it:"
        r" tracker verify --repair\n",
        ran.err,
    )
    assert look(folder) == before


def test_repair_makes_it_again_from_the_mirror_and_the_command_then_works(
    folder: Path, tracker: Tracker
) -> None:
    before = read_tables(folder)
    put_back(folder)
    older = read_tables(folder)
    repaired = follow(tracker, add(tracker, folder, OPEN, "XAA/UNGA/80").err)
    assert "repaired tracker.db: it was made again from the mirror at" in " ".join(repaired.out.split())
    after = read_tables(folder)
    assert (after.pop("runs")[:-1], len(after.pop("repairs"))) == (before.pop("runs"), 1)
    before.pop("repairs")
    assert after == before
    (kept,) = folder.glob("before-repair-*")
    assert read_tables(kept) == older
    assert add(tracker, folder, OPEN, "XAA/UNGA/80").code == 0
    check_repaired(tracker, folder)


def test_the_command_that_is_printed_names_the_archive(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    place = folder.rename(folder.parent / "all of it")
    ran = tracker("mirror", "update", "--archive", place)
    assert ran.err.rstrip().endswith(f"tracker verify --repair --archive '{place}'")
    assert "made again from the mirror" in " ".join(follow(tracker, ran.err).out.split())
    assert query(place, "SELECT count(*) FROM statements") == [(3,)]


def test_a_night_fetches_nothing_before_the_record_is_made_again(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        watched = source("a", "XAA/UNGA/79~prepared.en", site.url("/79"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        run_night(folder, "2026-03-01")
        assert run_tracker(tmp_path, "mirror", "update").code == 0
        assert run_tracker(tmp_path, "backup", "b.db").code == 0
        site.say("/79", "We build high dykes.", 1)
        run_night(folder, "2026-03-02")
        put_back(folder)
        before, asked = look(folder), len(site.asked)
        ran = run_tracker(tmp_path, "snapshot")
        assert (ran.code, "nothing was written: " in ran.err) == (2, True)
        assert (look(folder), len(site.asked)) == (before, asked)
        assert run_tracker(tmp_path, "verify", "--repair").code == 1
        site.say("/79", "We build higher dykes.", 2)
        assert outcomes(run_night(folder, "2026-03-03")) == {"a": "changed"}
    assert query(folder, "SELECT count(*) FROM snapshots") == [(3,)]
    assert run_tracker(tmp_path, "verify").code == 0


@long
def test_a_backup_from_the_midst_of_a_run_is_older_than_its_end(folder: Path, tracker: Tracker) -> None:
    with open_store(folder, "add") as store:
        store.begin("2026-03-01T02:30:00Z")
        assert tracker("backup", "midst.db").code == 0
    assert query(folder, "SELECT max(id) FROM runs") == [(4,)]
    put_back(folder, "midst.db")
    ran = add(tracker, folder, OPEN, "XAA/UNGA/80")
    assert "an older copy that ends after run 3: the mirror has 1 run since, up to run 4 of" in ran.err
    assert query(folder, "SELECT id, status FROM runs WHERE id > 3") == [(4, "running")]
    follow(tracker, ran.err)
    assert query(folder, "SELECT id, status FROM runs WHERE id = 4") == [(4, "complete")]
    check_repaired(tracker, folder)


def test_a_lost_record_is_made_again_though_an_empty_one_was_begun(folder: Path, tracker: Tracker) -> None:
    for path in folder.glob("tracker.db*"):
        path.unlink()
    refused = add(tracker, folder, OPEN, "XAA/UNGA/80")
    assert "tracker verify --repair" in refused.err
    (folder / "tracker.db").touch()  # as a start that was broken off leaves it
    tracker("init")
    ran = add(tracker, folder, OPEN, "XAA/UNGA/80")
    assert "an older copy that ends before their first runs: the mirror has 3 runs since" in ran.err
    follow(tracker, ran.err)
    assert query(folder, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",)]
    check_repaired(tracker, folder)


# What tells that they are one --------------------------------------------------------------------------


def test_the_files_of_a_branch_tell_without_git_where_it_is(folder: Path) -> None:
    mirror = folder / "mirror.git"
    tip, earlier = (run_git(mirror, "rev-parse", name).strip() for name in ("main", "main~1"))
    assert (is_at(mirror, tip), is_at(mirror, earlier)) == (True, False)
    run_git(mirror, "pack-refs", "--all")
    assert not (mirror / "refs" / "heads" / "main").exists()
    assert (is_at(mirror, tip), is_at(mirror, earlier)) == (True, False)
    run_git(mirror, "update-ref", "refs/aside/main", tip)
    assert not is_at(mirror, tip)
    run_git(mirror, "pack-refs", "--all")
    assert not is_at(mirror, tip)
    run_git(mirror, "update-ref", "-d", "refs/aside/main")
    assert is_at(mirror, tip)
    assert not is_at(folder, tip)


def test_where_a_killed_run_had_not_moved_the_branches_the_backup_is_older_too(
    folder: Path, tracker: Tracker
) -> None:
    assert tracker("backup", "c.db").code == 0
    kill_at(
        folder,
        "tracker.preservation.mirror.refs.move_branches",
        command=("add", "open.txt", "--as", "XAA/UNGA/80", "--kind", "prepared"),
    )
    put_back(folder, "c.db")
    ran = add(tracker, folder, SECRET, "XAA/UNGA/81")
    assert (ran.code, "an older copy that ends after run 3" in ran.err) == (2, True)
    follow(tracker, ran.err)
    assert query(folder, "SELECT session FROM statements WHERE session > 79") == [("80",)]
    check_repaired(tracker, folder)


def test_killed_between_two_mirrors_the_backup_is_older_too(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    (folder / "mirror.git").rename(folder / "mirror.git.replaced")
    shutil.copytree(folder / "mirror.git.replaced", folder / "mirror.git.rewritten")
    ran = add(tracker, folder, OPEN, "XAA/UNGA/80")
    assert (ran.code, "an older copy that ends after run 2" in ran.err) == (2, True)


@pytest.mark.parametrize("step", ["mark_mirrored", "install_triggers"])
@long
def test_a_run_that_was_killed_in_the_mirror_is_no_other_history(
    folder: Path, tracker: Tracker, step: str
) -> None:
    add_one = ("add", "open.txt", "--as", "XAA/UNGA/80", "--kind", "prepared")
    kill_at(folder, f"tracker.preservation.mirror.pending.{step}", command=add_one)
    ran = add(tracker, folder, SECRET, "XAA/UNGA/81")
    assert (ran.code, ran.err) == (0, "")
    check_repaired(tracker, folder)


# What was destroyed or withdrawn -----------------------------------------------------------------------


def find_secret(folder: Path) -> list[str]:
    return [*find_in_files(folder), *find_in_index(folder), *find_in_objects(folder / "mirror.git")]


@long
def test_what_the_mirror_knows_to_be_destroyed_is_named_and_does_not_come_back(
    folder: Path, tracker: Tracker
) -> None:
    assert tracker(*ORDER).code == 0
    put_back(folder)
    assert tracker("diff", "XAA/UNGA", "77", "78").code == 1
    ran = add(tracker, folder, OPEN, "XAA/UNGA/80")
    assert "the record has again what was destroyed since: XAA/UNGA/78 (destroyed on" in ran.err
    follow(tracker, ran.err)
    assert find_secret(folder) == []
    (kept,) = folder.glob("before-repair-*")
    assert query(kept, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",)]
    check_repaired(tracker, folder)
    assert tracker(*ORDER).code == 0


@pytest.mark.parametrize("step", few(1, "rebuild.rebuild_record", "destroy_in_kept_copies", "permit"))
def test_a_repair_that_is_killed_is_done_again_and_leaves_nothing_destroyed(
    folder: Path, tracker: Tracker, step: str
) -> None:
    assert tracker(*ORDER).code == 0
    put_back(folder)
    kill_at(folder, f"tracker.preservation.repair.record.{step}", command=("verify", "--repair"))
    follow(tracker, add(tracker, folder, OPEN, "XAA/UNGA/80").err)
    assert len(list(folder.glob("before-repair-*"))) == 2
    assert find_secret(folder) == []
    check_repaired(tracker, folder)


@long
def test_what_was_withdrawn_is_withdrawn_again(folder: Path, tracker: Tracker) -> None:
    assert tracker("withdraw", "XAA/UNGA/77", *WHY).code == 0
    put_back(folder)
    tracker("verify", "--repair")
    assert "withdrawn on" in tracker("show", "XAA/UNGA/77").err
    check_repaired(tracker, folder)


@long
def test_repaired_it_destroys(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    ran = tracker(*ORDER)
    assert query(folder, "SELECT count(*) FROM withdrawals") == [(0,)]
    follow(tracker, ran.err)
    assert tracker(*ORDER).code == 0
    assert find_secret(folder) == []
    check_repaired(tracker, folder)


# Two histories -----------------------------------------------------------------------------------------


def test_of_two_histories_both_are_named_and_neither_is_changed(folder: Path, tracker: Tracker) -> None:
    write_while_away(tracker, folder)
    before = look(folder)
    pattern = (
        r"do not match: they diverged after run 2: the mirror has 1 run since, of which the first is run 3 of"
        r" \S+Z, and the record has 1 run, of which the first is run 3 of \S+Z; neither is changed, and one"
        r" must be chosen; to have the other one as an archive of its own: tracker rebuild"
        r" snapshots/mirror\.git --archive from-mirror\n"
    )
    for command in (("add", "open.txt", "--as", "XAA/UNGA/81"), ("mirror", "update"), ORDER):
        ran = tracker(*command)
        assert (ran.code, bool(re.search(pattern, ran.err))) == (2, True), ran.err
    ran = tracker("verify", "--repair")
    assert (ran.code, ran.out.endswith("nothing to repair\n")) == (1, True)
    assert look(folder) == before


def test_what_the_other_one_has_alone_is_listed_and_imported(folder: Path, tracker: Tracker) -> None:
    write_while_away(tracker, folder)
    assert follow(tracker, tracker("verify").out).code == 0
    assert tracker("export", "warc", "other.warc.gz", "--private").code == 0
    ran = tracker("import", "other.warc.gz", "--archive", "from-mirror", "--dry-run")
    assert "1 new, 0 changed, 0 unchanged, 2 known" in ran.out
    assert "\nnew XAA/UNGA/80~prepared.en" in ran.out
    assert tracker("import", "other.warc.gz", "--archive", "from-mirror").code == 0
    chosen = folder.parent / "from-mirror"
    assert query(chosen, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",), ("80",)]
    assert tracker("mirror", "update", "--archive", "from-mirror").code == 0
    assert tracker("verify", "--archive", "from-mirror").code == 0


def test_a_damaged_record_with_runs_of_its_own_is_kept_as_it_is(folder: Path, tracker: Tracker) -> None:
    write_while_away(tracker, folder)
    alter(folder, "DROP TABLE expectations")
    before = look(folder)
    ran = tracker("verify", "--repair")
    assert "not repaired tracker.db: it stays as it is: they diverged after run 2" in " ".join(
        ran.out.split()
    )
    assert look(folder) == before


@long
def test_a_damaged_record_that_is_older_is_made_again_whole(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    alter(folder, "UPDATE statements SET title = 'Of the backup'", "DROP TABLE expectations")
    tracker("verify", "--repair")
    assert query(folder, "SELECT session, title FROM statements ORDER BY 1") == [
        ("77", None), ("78", None), ("79", None),
    ]  # fmt: skip
    check_repaired(tracker, folder)


# Copies that were pushed -------------------------------------------------------------------------------


def test_a_pushed_copy_that_has_more_is_not_replaced(
    folder: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", "copy.git")
    assert tracker("mirror", "push", "copy.git", "--private").code == 0
    tip = run_git(folder.parent / "copy.git", "rev-parse", "main")
    # All of the archive's folder comes from an older copy, and its mirror begins again.
    put_back(folder)
    shutil.rmtree(folder / "mirror.git")
    # On another computer, where nothing is noted of it.
    monkeypatch.setenv("XDG_STATE_HOME", str(folder.parent / "elsewhere"))
    assert tracker("mirror", "update").code == 0
    older = tracker("mirror", "push", "copy.git", "--private")
    assert (
        "copy.git has what this record lacks: the record is an older copy that ends after run 2" in older.err
    )
    add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    run_git(folder / "mirror.git", "config", "remote.disk.url", str(folder.parent / "copy.git"))
    for more in ((), ("--force",)):
        for remote in ("copy.git", "disk"):
            ran = tracker("mirror", "push", remote, "--private", *more)
            assert ran.code == 2
            assert f"they diverged after run 2: {remote} has 1 run since" in ran.err
            assert run_git(folder.parent / "copy.git", "rev-parse", "main") == tip
            assert follow(tracker, ran.err).code == 0
            other = folder.parent / "from-mirror"
            assert query(other, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",)]
            shutil.rmtree(other)


def test_a_public_copy_without_what_is_closed_makes_no_record(folder: Path, tracker: Tracker) -> None:
    shutil.rmtree(folder / "mirror.git")
    assert tracker("withdraw", "XAA/UNGA/77", *WHY).code == 0
    assert tracker("mirror", "update").code == 0
    assert tracker("backup", "c.db").code == 0
    assert add(tracker, folder, OPEN.replace("5", "6"), "XAA/UNGA/80").code == 0
    assert tracker("mirror", "push", "./copy.git").code == 0
    put_back(folder, "c.db")
    shutil.rmtree(folder / "mirror.git")
    (folder.parent / "copy.git").rename(folder / "mirror.git")
    before = look(folder)
    said = " ".join(tracker("verify", "--repair").out.split())
    assert "not repaired tracker.db: it stays as it is: snapshots/mirror.git is a public copy" in said
    assert look(folder) == before


def test_a_replaced_history_with_documents_of_its_own_is_named(folder: Path, tracker: Tracker) -> None:
    mirror = folder / "mirror.git"
    run_git(mirror, "update-ref", "refs/replaced/main-0123456789ab", "main")
    for branch in ("main", "public"):
        run_git(mirror, "update-ref", f"refs/heads/{branch}", "main~1" if branch == "main" else "main")
    put_back(folder)
    assert tracker("mirror", "update").code == 0
    said = " ".join(tracker("verify").out.split())
    assert "it was replaced, and has documents that the record does not have, 1 of them" in said
    assert "do look at it: git -C mirror.git log --stat refs/replaced/main-0123456789ab" in said


@long
def test_the_copy_that_a_repair_keeps_can_be_read(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    tracker("verify", "--repair")
    (kept,) = folder.glob("before-repair-*")
    with closing(connect_to_read(kept / "tracker.db")) as connection:
        assert connection.execute("SELECT count(*) FROM statements").fetchone() == (2,)
