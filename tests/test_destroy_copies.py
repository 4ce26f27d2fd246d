"""What is destroyed is in no copy that the archive's folder keeps; copies elsewhere are listed by name."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.damage import alter, alter_unseen, first_pack, flip, unpack
from tests.here import runner
from tests.mirrors import check_sound, list_commits
from tests.nights import Page, run_night, running_site, source, watch, write_speech
from tests.repositories import run_git
from tests.rights import ENDS, PHRASE, SECRET, WHY, add, find_in_index, find_in_objects, make_series
from tests.test_destroy import kill_at
from tests.thorough import few, long, some

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

ORDER = ("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes")
NEEDLES = tuple(end.encode() for end in ENDS)


def find_anywhere(folder: Path) -> list[str]:
    """Return where the phrase is below a folder: in any file, or in any object of any repository."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "watch.toml":
            data = path.read_bytes()
            if "objects" in path.parts:
                data += _unpack(data)
            found += [str(path.relative_to(folder)) for needle in NEEDLES if needle in data.lower()]
        elif (path / "objects").is_dir() and (path / "HEAD").exists():
            # Of a damaged mirror that a repair has kept, git reads a part.
            asked = ("git", "-C", path, "cat-file", "--batch-all-objects", "--batch")
            everything = subprocess.run(asked, capture_output=True, check=False).stdout.lower()
            found += [f"{path.name}, an object" for needle in NEEDLES if needle in everything]
    return [*found, *find_in_index(folder)]


def _unpack(data: bytes) -> bytes:
    try:
        return zlib.decompress(data)
    except zlib.error:
        return b""


@pytest.fixture(scope="module")
def _told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive with a mirror whose source told the phrase in headers, redirects and links, too."""
    folder = make_series(tmp_path_factory.mktemp("told") / "snapshots")
    place = folder.parent
    assert run_tracker(place, "mirror", "update").code == 0
    with running_site() as site:
        watch(folder, source("xaa-78", "XAA/UNGA/78~verbatim.en", site.url("/old")), site.port)
        site.pages["/old"] = Page("moved", 302, {"Location": "/78", "X-Title": PHRASE})
        headers = {"Content-Disposition": f'inline; filename="{PHRASE}.txt"', "ETag": f'"{PHRASE}"'}
        site.pages["/78"] = Page(write_speech(f"We thank the {PHRASE} papers.", 7), headers=headers)
        run_night(folder, "2026-03-01")
    noted = ("--by", "Ana", "--note", f"on the {PHRASE}")
    assert run_tracker(place, "expect", "XAA/UNGA/78", *noted).code == 0
    return folder


@pytest.fixture
def folder(tmp_path: Path, _told_once: Path) -> Path:
    return shutil.copytree(_told_once, tmp_path / "snapshots")


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


# One after another, each way in which a copy has ever come into the folder ------------------------------


def repair_a_row(folder: Path, tracker: Tracker) -> None:
    alter_unseen(folder, "UPDATE versions SET words = words + 1 WHERE id = 1")
    assert tracker("verify", "--repair").code == 1
    assert list(folder.glob("before-repair-*/tracker.db"))


def repair_the_schema(folder: Path, tracker: Tracker) -> None:
    alter(folder, "DROP TABLE expectations")
    assert tracker("verify", "--repair").code == 1


def repair_objects(folder: Path, tracker: Tracker) -> None:
    unpack(folder / "mirror.git")
    run_git(folder / "mirror.git", "repack", "-a", "-d", "-q")
    flip(first_pack(folder / "mirror.git"), 2000)
    assert tracker("verify", "--repair").code == 1
    assert list(folder.glob("before-repair-*/mirror.git"))


def repair_a_branch(folder: Path, tracker: Tracker) -> None:
    mirror = folder / "mirror.git"
    made = run_git(mirror, "commit-tree", "main^{tree}", "-p", "main~1", "-m", "Hello")
    run_git(mirror, "update-ref", "refs/heads/main", made)
    assert tracker("verify", "--repair").code == 1
    assert run_git(mirror, "for-each-ref", "refs/replaced/") != ""


def leave_what_an_older_release_dropped(folder: Path, tracker: Tracker) -> None:
    """Put under refs/replaced what another record wrote: its rows have other numbers."""
    other = make_series(folder.parent / "other" / "snapshots")
    add(other, "XAA/HRC/52~prepared.en", "First of all, another one.")
    alter(other, "UPDATE statements SET id = id + 100", "UPDATE editions SET statement = statement + 100")
    alter(other, "PRAGMA foreign_keys = OFF", "UPDATE snapshots SET id = id + 100",
        "UPDATE versions SET snapshot = snapshot + 100")  # fmt: skip
    alter(other, "UPDATE statements SET title = 'the zephyrine quokka' WHERE session = '78'")
    assert tracker("mirror", "update", "--archive", other).code == 0
    theirs = str((other / "mirror.git").resolve())
    run_git(folder / "mirror.git", "fetch", "--quiet", theirs, "main:refs/replaced/main-0123456789ab")
    shutil.rmtree(folder.parent / "other")


def leave_objects_without_a_branch(folder: Path, tracker: Tracker) -> None:
    assert tracker("mirror", "update").code == 0
    run_git(folder / "mirror.git", "hash-object", "-w", "--stdin", stdin=SECRET.encode())


def leave_logs_of_git(folder: Path, tracker: Tracker) -> None:
    run_git(folder / "mirror.git", "config", "core.logAllRefUpdates", "always")
    (folder.parent / "a.txt").write_text("Some other words.", encoding="utf-8")
    assert tracker("add", "a.txt", "--as", "XAA/UNGA/81").code == 0


def leave_what_killed_commands_leave(folder: Path, tracker: Tracker) -> None:
    assert tracker("mirror", "update").code == 0
    for name in (".tracker-staging-abc", ".tracker-staging-xyz"):
        (folder / name).mkdir()
        shutil.copy(folder / "tracker.db", folder / name)
    for name in ("tracker.db.part", "tracker.db.part-journal", ".backup.db.part", "derived.db-journal"):
        shutil.copy(folder / "tracker.db", folder / name)
    for name in ("mirror.git.new", "mirror.git.rewritten", "mirror.git.replaced", "mirror.git.rewritten.new"):
        shutil.copytree(folder / "mirror.git", folder / name)


def put_back_and_repair(folder: Path, tracker: Tracker) -> None:
    assert tracker("backup", "b.db").code == 0
    add(folder, "XAA/UNGA/82~prepared.en", "Yet another one.")
    shutil.copy(folder.parent / "b.db", folder / "tracker.db")
    (folder.parent / "b.db").unlink()
    assert tracker("verify", "--repair").code == 1
    assert list(folder.glob("before-repair-*/tracker.db"))


def compare_and_read_again(folder: Path, tracker: Tracker) -> None:
    assert tracker("diff", "XAA/UNGA", "77", "78").code == 1
    tracker("reextract", "XAA/UNGA/78")
    assert (folder / "derived.db").exists()


WAYS = (
    repair_a_row, repair_the_schema, repair_objects, repair_a_branch, leave_what_an_older_release_dropped,
    leave_objects_without_a_branch, leave_logs_of_git, leave_what_killed_commands_leave, put_back_and_repair,
    compare_and_read_again,
)  # fmt: skip


@pytest.mark.parametrize("way", some(4, WAYS), ids=lambda way: way.__name__)
def test_nothing_is_left_of_it(folder: Path, tracker: Tracker, way: Callable[[Path, Tracker], None]) -> None:
    way(folder, tracker)
    assert find_anywhere(folder) != []
    ran = tracker(*ORDER)
    assert (ran.code, ran.err) == (0, "")
    assert find_anywhere(folder) == []
    check_sound(folder / "mirror.git")
    assert tracker("verify").code == 0
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NOT NULL")[0][0] > 1


@long
def test_what_was_kept_before_a_repair_loses_no_more_than_that(folder: Path, tracker: Tracker) -> None:
    repair_a_row(folder, tracker)
    assert tracker(*ORDER).code == 0
    (kept,) = folder.glob("before-repair-*/tracker.db")
    with closing(sqlite3.connect(f"file:{kept}?mode=ro&immutable=1", uri=True)) as connection:
        words = connection.execute("SELECT words FROM versions ORDER BY id").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    now = query(folder, "SELECT words FROM versions ORDER BY id")
    assert (words[0][0], words[1:]) == (now[0][0] + 1, now[1:])
    assert [path.name for path in kept.parent.iterdir()] == ["tracker.db"]


def test_a_damaged_copy_is_removed_and_named(folder: Path, tracker: Tracker) -> None:
    repair_the_schema(folder, tracker)
    (kept,) = folder.glob("before-repair-*/tracker.db")
    alter(kept.parent, "PRAGMA foreign_keys = OFF", "DELETE FROM editions WHERE id = 2")
    told = " ".join(tracker(*ORDER).out.split())
    assert f"{kept.parent.name}/tracker.db: removed, since it is damaged" in told.replace("- ", "-")
    assert not kept.parent.exists()


def test_the_dropped_history_keeps_what_is_not_destroyed(folder: Path, tracker: Tracker) -> None:
    leave_what_an_older_release_dropped(folder, tracker)
    mirror = folder / "mirror.git"
    ref = "refs/replaced/main-0123456789ab"
    before = len(list_commits(mirror, ref))
    assert tracker(*ORDER).code == 0
    assert len(list_commits(mirror, ref)) == before
    assert "another one" in run_git(mirror, "show", f"{ref}:statements/XAA/HRC/52/~prepared.en.txt")
    kept = run_git(mirror, "show", f"{ref}:statements/XAA/UNGA/77/~prepared.en/1.json")
    assert "two hundred judges" in kept


@pytest.mark.parametrize("step", few(1, "destroy_in_copy", "remove_leftovers"))
def test_killed_in_the_middle_of_the_copies(folder: Path, tracker: Tracker, step: str) -> None:
    repair_a_row(folder, tracker)
    leave_what_killed_commands_leave(folder, tracker)
    module = "copies" if step == "destroy_in_copy" else "withdrawal"
    kill_at(folder, f"tracker.preservation.{module}.{step}")
    assert find_anywhere(folder) != []
    (folder.parent / "a.txt").write_text("Some other words.", encoding="utf-8")
    ran = run_tracker(folder.parent, "add", "a.txt", "--as", "XAA/UNGA/81")
    assert "the destruction of XAA/UNGA/78, which had been cut short, is complete now" in ran.err
    assert find_anywhere(folder) == []


@pytest.mark.parametrize("is_old", [False, True])
def test_a_private_copy_that_a_push_made_is_replaced(folder: Path, tracker: Tracker, *, is_old: bool) -> None:
    assert tracker("mirror", "push", "new.git", "--private").code == 0
    copy = folder.parent / "new.git"
    assert find_in_objects(copy)
    if is_old:
        run_git(copy, "config", "receive.denyNonFastForwards", "true")
    assert tracker(*ORDER).code == 0
    assert "--force" in tracker("mirror", "push", "new.git", "--private").err
    ran = tracker("mirror", "push", "new.git", "--private", "--force")
    if is_old:
        assert ran.code == 2
        command = ran.err.rstrip().rpartition("run: git ")[2]
        assert command == "-C new.git config receive.denyNonFastForwards false"
        run_git(folder.parent, *command.split())
        ran = tracker("mirror", "push", "new.git", "--private", "--force")
    assert ran.code == 0
    run_git(copy, "gc", "--quiet", "--prune=now")
    assert find_in_objects(copy) == []


# Out of reach ------------------------------------------------------------------------------------------


def test_copies_elsewhere_are_listed_by_name(folder: Path, tracker: Tracker) -> None:
    place = folder.parent
    make_series(place / "early" / "snapshots")
    run_git(place, "init", "--quiet", "--bare", "copy.git")
    run_git(folder / "mirror.git", "remote", "add", "origin", "https://ana:word@example.org/a.git")
    assert tracker("mirror", "push", "copy.git", "--private").code == 0
    assert tracker("backup", "b.db").code == 0
    assert tracker("backup", "snapshots/c.db").code == 0
    assert tracker("backup", "gone.db").code == 0
    (place / "gone.db").unlink()
    assert tracker("export", "bag", "bag").code == 0
    shutil.copytree(folder / "mirror.git", folder / "old.git")
    shutil.copy(folder / "tracker.db", folder / "copy of mine")
    told = tracker(*ORDER, "--format", "json").out
    for name in ("b.db", "snapshots/c.db", "gone.db", "bag", "copy.git", "snapshots/old.git", "copy of mine"):
        assert f'{name}"' in told, name
    assert f'"{place / "copy.git"}"' in told
    assert "https://example.org/a.git" in told
    assert "word@" not in told
    # Backups from before it was recorded, and those from after, are none.
    assert tracker("backup", "after.db").code == 0
    again = tracker(*ORDER).out
    assert "after.db" not in again
    assert "These copies are out of reach; deal with them yourself:" in again
    assert str(place / "b.db") in "".join(again.split("\n"))


def test_a_copy_of_the_record_forgets_no_other(folder: Path, tracker: Tracker) -> None:
    assert tracker("backup", "b.db").code == 0
    shutil.copy(folder.parent / "b.db", folder / "tracker.db")
    assert "b.db" in tracker(*ORDER, "--format", "json").out
