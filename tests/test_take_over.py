"""A record that was put back from a backup, beside a mirror that went on: nothing of either side is lost."""

from __future__ import annotations

import re
import shlex
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

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
from tracker.archive.mirror.rebuild import rebuild_record
from tracker.archive.schema.connection import connect_to_read
from tracker.archive.schema.schema_map import read_tables as read_schema
from tracker.archive.storing.store import create_archive
from tracker.archive.takeover.copying import COPIERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

_COMMAND = re.compile(
    r"in (?:one|the) record: (tracker mirror take-over"
    r"(?: --archive '[^']*'| (?!fault|pending|unverifiable|withdrawn|nothing|\()\S+)*)"
)


@pytest.fixture(scope="module")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive with a mirror, a backup of two runs, and a run that only the mirror has then."""
    return make_apart(tmp_path_factory.mktemp("apart"))


def make_apart(place: Path) -> Path:
    create_archive(place / "snapshots")
    assert run_tracker(place, "mirror", "update").code == 0
    for name, text in (("open", OPEN), ("secret", SECRET), ("other", OPEN.replace("5", "9"))):
        (place / f"{name}.txt").write_text(text, encoding="utf-8")
    _add(place, "open.txt", "XAA/UNGA/77")
    _add(place, "secret.txt", "XAA/UNGA/78")
    assert run_tracker(place, "backup", "b.db").code == 0
    _add(place, "other.txt", "XAA/UNGA/79", "--title", "Of the mirror")
    return place


def _add(place: Path, name: str, reference: str, *more: str) -> None:
    ran = run_tracker(place, "add", name, "--as", reference, "--kind", "prepared", *more)
    assert ran.code == 0, ran.err


@pytest.fixture
def folder(tmp_path: Path, _made_once: Path) -> Path:
    shutil.copytree(_made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "snapshots"


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


def put_back(folder: Path) -> None:
    """Put the backup in the place of the record, as the documents tell."""
    for ending in ("", "-wal", "-shm"):
        (folder / f"tracker.db{ending}").unlink(missing_ok=True)
    shutil.copy(folder.parent / "b.db", folder / "tracker.db")


def add(tracker: Tracker, folder: Path, text: str, reference: str, *more: str) -> Ran:
    (folder.parent / "new.txt").write_text(text, encoding="utf-8")
    return tracker("add", "new.txt", "--as", reference, "--kind", "prepared", *more)


def follow(tracker: Tracker, said: str) -> Ran:
    """Run the command that was printed, as it was printed."""
    found = _COMMAND.search(" ".join(said.split()))
    assert found, said
    return tracker(*shlex.split(found[1])[1:])


def check_joined(tracker: Tracker, folder: Path) -> None:
    """Assert that record and mirror are whole and one, and that nothing of the work is left."""
    ran = tracker("verify")
    assert ran.code == 0, ran.out
    check_sound(folder / "mirror.git")
    assert [path.name for path in folder.glob(".tracker-*")] == []
    rebuild_record(folder / "mirror.git", folder.parent / "again")
    assert read_tables(folder.parent / "again") == read_tables(folder)


# An older record ---------------------------------------------------------------------------------------


def test_an_older_record_is_told_and_made_again_from_the_mirror(folder: Path, tracker: Tracker) -> None:
    before = read_tables(folder)
    put_back(folder)
    for command in (("mirror", "update"), ("mirror", "push", "nowhere.git")):
        ran = tracker(*command)
        assert ran.code == 2
        assert "an older copy that ends after run 2: the mirror has 1 run since, up to run 3 of" in ran.err
    ran = tracker("verify", "--repair")
    assert (ran.code, ran.out.endswith("nothing to repair\n")) == (1, True)
    taken = follow(tracker, ran.out)
    assert (taken.code, taken.err) == (0, "")
    after = read_tables(folder)
    assert (after.pop("runs")[:-1], len(after.pop("repairs"))) == (before.pop("runs"), 1)
    before.pop("repairs")
    assert after == before
    check_joined(tracker, folder)
    again = tracker("mirror", "take-over")
    assert again.out == "snapshots/mirror.git has no run that the record lacks; nothing was changed\n"


def test_the_command_that_is_printed_names_the_archive(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    place = folder.rename(folder.parent / "all of it")
    ran = tracker("mirror", "update", "--archive", place)
    assert ran.err.rstrip().endswith(f"tracker mirror take-over --archive '{place}'")
    assert follow(tracker, ran.err).code == 0
    assert query(place, "SELECT count(*) FROM statements") == [(3,)]


# Both have runs since ----------------------------------------------------------------------------------


def test_both_sides_are_named_and_neither_is_lost(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    ran = add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    assert ran.code == 2
    pattern = (
        r"they diverged after run 2: the mirror has 1 run since, of which the first is run 3 of \S+Z, and"
        r" the record has 1 run, of which the first is run 3 of \S+Z; to have both in one record:"
        r" tracker mirror take-over \(everything is recorded, but not yet mirrored"
    )
    assert re.search(pattern, ran.err)
    tip = run_git(folder / "mirror.git", "rev-parse", "main")
    for command in (("verify", "--repair"), ("verify",), ("mirror", "update")):
        assert tracker(*command).code in {1, 2}
        assert run_git(folder / "mirror.git", "rev-parse", "main") == tip
    assert run_git(folder / "mirror.git", "for-each-ref", "refs/replaced/") == ""
    taken = follow(tracker, tracker("verify").out)
    assert "taken over from the record as run 4" in taken.out
    names = query(folder, "SELECT session, run FROM statements JOIN editions ON statement = statements.id"
        " JOIN snapshots ON edition = editions.id ORDER BY run")  # fmt: skip
    assert names == [("77", 1), ("78", 2), ("79", 3), ("80", 4)]
    kept = next(folder.glob("before-take-over-*")) / "tracker.db"
    with closing(connect_to_read(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM statements").fetchone() == (3,)
    check_joined(tracker, folder)


def test_what_both_met_is_one_statement_and_the_words_of_both_are_kept(
    folder: Path, tracker: Tracker
) -> None:
    put_back(folder)
    add(tracker, folder, OPEN.replace("5", "9"), "XAA/UNGA/79", "--title", "Of the record")
    add(tracker, folder, OPEN.replace("5", "4"), "XAA/UNGA/79")
    add(tracker, folder, OPEN.replace("5", "9"), "XAA/UNGA/77")
    assert tracker("mirror", "take-over").code == 0
    snapshots = "SELECT session, ordinal, run FROM statements JOIN editions ON statement = statements.id"
    assert query(folder, f"{snapshots} JOIN snapshots ON edition = editions.id ORDER BY 1, 2") == [
        ("77", 1, 1), ("77", 2, 6), ("78", 1, 2), ("79", 1, 3), ("79", 2, 5),
    ]  # fmt: skip
    assert query(folder, "SELECT title FROM statements WHERE session = '79'") == [("Of the mirror",)]
    assert query(folder, "SELECT earlier, later FROM amendments") == [("Of the record", "Of the mirror")]
    check_joined(tracker, folder)


def test_decisions_and_amendments_follow(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    topic = ("--topic", "corruption", "--level", "mentioned", "--by", "Ana")
    assert tracker("judge", "XAA/UNGA/77", *topic, "--note", "in passing").code == 2
    add(tracker, folder, OPEN, "XAA/UNGA/77", "--title", "Of Ana")
    add(tracker, folder, OPEN, "XAA/UNGA/77", "--title", "Of Ben")
    assert tracker("mirror", "take-over").code == 0
    assert query(folder, "SELECT person, note, run FROM decisions") == [("Ana", "in passing", 4)]
    assert query(folder, "SELECT earlier, later, run FROM amendments") == [
        ("", "Of Ben", 7), ("", "Of Ana", 5), ("Of Ana", "Of Ben", 6),
    ]  # fmt: skip
    assert query(folder, "SELECT title FROM statements WHERE session = '77'") == [("Of Ben",)]
    check_joined(tracker, folder)


def test_checks_candidates_and_reviews_follow(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        site.say("/80", "We dig wells.", 80)
        watched = source("a", "XAA/UNGA/79~prepared.en", site.url("/79"))
        watched += source("b", "XAA/UNGA/80~prepared.en", site.url("/80"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        run_night(folder, "2026-03-01")
        assert run_tracker(tmp_path, "mirror", "update").code == 0
        assert run_tracker(tmp_path, "backup", "b.db").code == 0
        site.say("/79", "We build high dykes.", 1)
        assert outcomes(run_night(folder, "2026-03-02"))["a"] == "changed"
        put_back(folder)
        site.say("/80", "We dig deep wells.", 2)
        night = run_night(folder, "2026-03-03")
        assert outcomes(night) == {"a": "changed", "b": "changed"}
        assert "they diverged after run 1" in night.unmirrored
    assert run_tracker(tmp_path, "mirror", "take-over").code == 0
    assert query(folder, "SELECT run, source, outcome FROM outcomes ORDER BY run, source") == [
        (1, "a", "new"), (1, "b", "new"), (2, "a", "changed"), (2, "b", "unchanged"),
        (3, "a", "changed"), (3, "b", "changed"),
    ]  # fmt: skip
    # Both nights saw the same new bytes at the first source, which are one snapshot.
    assert query(folder, "SELECT count(*) FROM snapshots") == [(4,)]
    assert query(folder, "SELECT count(DISTINCT outcome) FROM exchanges") == [(6,)]
    assert run_tracker(tmp_path, "verify").code == 0


def test_repeats_of_both_sides_are_kept(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79")
        folder = make_archive(
            tmp_path / "snapshots", source("a", "XAA/UNGA/79~prepared.en", site.url("/79")), site.port
        )
        assert run_tracker(tmp_path, "mirror", "update").code == 0
        for day in (1, 2):
            run_night(folder, f"2026-03-0{day}")
        assert run_tracker(tmp_path, "backup", "b.db").code == 0
        run_night(folder, "2026-03-03")
        put_back(folder)
        run_night(folder, "2026-03-04")
    assert run_tracker(tmp_path, "mirror", "take-over").code == 0
    assert query(folder, "SELECT outcome, run, substr(observed, 1, 10) FROM repeats ORDER BY run") == [
        (2, 3, "2026-03-03"), (2, 4, "2026-03-04"),
    ]  # fmt: skip
    assert run_tracker(tmp_path, "verify").code == 0


def test_a_review_decided_on_both_sides_is_told(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        folder = make_archive(
            tmp_path / "snapshots", source("a", "XAA/UNGA/79~prepared.en", site.url("/79")), site.port
        )
        run_night(folder, "2026-03-01")
        site.pages["/79"].body = "Log in\n\nEnter your password to see this page.\n"
        assert run_tracker(tmp_path, "snapshot").code == 1
    run_tracker(tmp_path, "mirror", "update")
    run_tracker(tmp_path, "backup", "b.db")
    run_tracker(tmp_path, "review", "1", "reject", "--by", "Ana", "--reason", "no speech")
    put_back(folder)
    run_tracker(tmp_path, "review", "1", "accept", "--by", "Ben", "--reason", "it is one")
    told = run_tracker(tmp_path, "mirror", "take-over").out
    assert "review 1: Ben said accept on" in told
    assert "what Ana said in the mirror stands: reject" in told
    assert query(folder, "SELECT verdict FROM reviews") == [("reject",)]
    # What was accepted is kept all the same.
    assert query(folder, "SELECT count(*) FROM snapshots") == [(2,)]
    assert run_tracker(tmp_path, "verify").code == 0


def test_every_table_of_a_record_has_its_rule(folder: Path) -> None:
    with closing(connect_to_read(folder / "tracker.db")) as connection:
        tables = set(read_schema(connection))
    hidden = {name for name in tables if name.startswith(("segments_fts", "_sqlite"))}
    assert set(COPIERS) == tables - hidden - {"omissions"}


def test_what_an_older_release_has_dropped_is_told_and_taken_over(folder: Path, tracker: Tracker) -> None:
    mirror = folder / "mirror.git"
    put_back(folder)
    add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    run_git(mirror, "update-ref", "refs/replaced/main-0123456789ab", "main")
    run_git(mirror, "update-ref", "refs/heads/main", "main~1")
    run_git(mirror, "update-ref", "refs/heads/public", "main")
    assert tracker("mirror", "update").code == 0
    ran = tracker("verify")
    assert "it was replaced, and has documents that the record does not have, 1 of them" in " ".join(
        ran.out.split()
    )
    taken = follow(tracker, ran.out)
    assert taken.code == 0, taken.err
    assert query(folder, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",), ("80",)]
    assert "it was replaced" not in tracker("verify").out
    check_joined(tracker, folder)


# What was destroyed or withdrawn -----------------------------------------------------------------------


def find_secret(folder: Path) -> list[str]:
    return [*find_in_files(folder), *find_in_index(folder), *find_in_objects(folder / "mirror.git")]


def test_what_the_mirror_knows_to_be_destroyed_is_named_and_does_not_come_back(
    folder: Path, tracker: Tracker
) -> None:
    assert tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes").code == 0
    put_back(folder)
    add(tracker, folder, SECRET, "XAA/UNGA/80")
    ran = tracker("verify")
    named = "the record has again what was destroyed since: XAA/UNGA/78 (destroyed on"
    assert named in " ".join(ran.out.split())
    taken = follow(tracker, ran.out)
    assert "XAA/UNGA/80~prepared.en@1: destroyed by the act that concerns the same" in taken.out
    assert find_secret(folder) == []
    assert (next(folder.glob("before-take-over-*")) / "tracker.db").is_file()
    check_joined(tracker, folder)
    assert tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes").code == 0


def test_nothing_is_destroyed_while_both_are_apart(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    ran = tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes")
    assert (ran.code, "tracker mirror take-over" in ran.err) == (2, True)
    assert query(folder, "SELECT count(*) FROM withdrawals") == [(0,)]
    assert follow(tracker, ran.err).code == 0
    assert tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes").code == 0
    assert find_secret(folder) == []


def test_what_the_record_destroyed_goes_from_the_mirror_too(folder: Path, tracker: Tracker) -> None:
    add(tracker, folder, SECRET, "XAA/UNGA/80")
    put_back(folder)
    (folder / "mirror.git").rename(folder.parent / "away.git")
    assert tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes").code == 0
    (folder.parent / "away.git").rename(folder / "mirror.git")
    assert tracker("mirror", "take-over").code == 0
    assert find_secret(folder) == []
    assert query(folder, "SELECT count(*) FROM withdrawals WHERE completed IS NULL") == [(0,)]
    assert query(folder, "SELECT bytes IS NULL FROM documents GROUP BY 1") == [(0,), (1,)]
    check_joined(tracker, folder)


def test_what_was_withdrawn_stays_closed(folder: Path, tracker: Tracker) -> None:
    assert tracker("withdraw", "XAA/UNGA/77", *WHY).code == 0
    put_back(folder)
    add(tracker, folder, OPEN.replace("5", "6"), "XAA/UNGA/77")
    taken = tracker("mirror", "take-over")
    assert "XAA/UNGA/77~prepared.en@2: withdrawn by the act" in taken.out
    assert "withdrawn on" in tracker("show", "XAA/UNGA/77").err
    check_joined(tracker, folder)


def test_what_is_withdrawn_while_both_are_apart_is_no_fault(folder: Path, tracker: Tracker) -> None:
    put_back(folder)
    assert tracker("withdraw", "XAA/UNGA/77", *WHY).code == 2
    ran = tracker("verify")
    assert ran.out.startswith("1 fault: ")
    assert follow(tracker, ran.out).code == 0
    check_joined(tracker, folder)


def test_what_a_pushed_copy_knows_to_be_destroyed_is_not_kept_under_another_name(
    folder: Path, tracker: Tracker
) -> None:
    run_git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", "copy.git")
    assert tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes").code == 0
    assert tracker("mirror", "push", "copy.git", "--private").code == 0
    put_back(folder)
    shutil.rmtree(folder / "mirror.git")
    assert tracker("mirror", "update").code == 0
    add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    ran = tracker("mirror", "push", "copy.git", "--private")
    assert "copy.git has what this record lacks" in ran.err
    assert "has again what was destroyed since: XAA/UNGA/78" in ran.err
    assert follow(tracker, ran.err).code == 0
    assert run_git(folder / "mirror.git", "for-each-ref", "refs/replaced/") != ""
    assert find_secret(folder) == []
    check_joined(tracker, folder)


@pytest.mark.parametrize("step", ["copy_runs", "complete_destruction", "_replace", "_update_mirror"])
def test_killed_at_any_moment_it_is_done_again(folder: Path, tracker: Tracker, step: str) -> None:
    assert tracker("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes").code == 0
    put_back(folder)
    add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    kill_at(folder, f"tracker.archive.takeover.take_over.{step}", command=("mirror", "take-over"))
    ran = tracker("mirror", "update")
    if ran.code:
        assert follow(tracker, ran.err).code == 0
    assert query(folder, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",), ("80",)]
    assert find_secret(folder) == []
    check_joined(tracker, folder)


# Copies that were pushed -------------------------------------------------------------------------------


def test_a_pushed_copy_that_has_more_is_not_replaced(folder: Path, tracker: Tracker) -> None:
    run_git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", "copy.git")
    assert tracker("mirror", "push", "copy.git", "--private").code == 0
    tip = run_git(folder.parent / "copy.git", "rev-parse", "main")
    # All of the archive's folder comes from an older copy, and its mirror begins anew.
    put_back(folder)
    shutil.rmtree(folder / "mirror.git")
    assert tracker("mirror", "update").code == 0
    add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    for more in ((), ("--force",)):
        ran = tracker("mirror", "push", "copy.git", "--private", *more)
        assert ran.code == 2
        assert "they diverged after run 2: copy.git has 1 run since" in ran.err
        assert run_git(folder.parent / "copy.git", "rev-parse", "main") == tip
    assert follow(tracker, ran.err).code == 0
    assert query(folder, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",), ("80",)]
    assert tracker("mirror", "push", "copy.git", "--private").code == 0
    check_joined(tracker, folder)


def test_a_public_copy_without_what_is_closed_makes_no_record(folder: Path, tracker: Tracker) -> None:
    assert tracker("withdraw", "XAA/UNGA/77", *WHY).code == 0
    run_git(folder.parent, "init", "--quiet", "--bare", "--initial-branch=main", "copy.git")
    assert tracker("mirror", "push", "copy.git").code == 0
    put_back(folder)
    before = read_tables(folder)
    shutil.rmtree(folder / "mirror.git")
    ran = tracker("mirror", "take-over", "copy.git")
    assert (ran.code, "is of a public copy, without" in ran.err) == (2, True)
    assert read_tables(folder) == before


# Damage beside it --------------------------------------------------------------------------------------


def test_a_damaged_record_that_went_another_way_is_made_again_with_its_own_runs(
    folder: Path, tracker: Tracker
) -> None:
    put_back(folder)
    add(tracker, folder, OPEN.replace("5", "3"), "XAA/UNGA/80")
    alter(folder, "DROP TABLE expectations")
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert query(folder, "SELECT session FROM statements ORDER BY 1") == [("77",), ("78",), ("79",), ("80",)]
    assert tracker("verify").code == 0
