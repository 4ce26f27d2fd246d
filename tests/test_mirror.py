from __future__ import annotations

import json
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tests.archives import declare, digest, hold_lock, query, record
from tests.here import runner
from tests.mirrors import (
    ENDED,
    FIRST,
    SECOND,
    check_sound,
    edit,
    list_commits,
    list_files,
    list_subjects,
    make_record,
    read_tables,
    say,
    show,
)
from tests.nights import make_archive, run_night, running_site, source
from tests.repositories import run_git
from tests.thorough import long, some
from tracker.archive import create_archive, open_store
from tracker.errors import ArchiveLocked, RecordEdited, RepositoryUnusable
from tracker.keep.mirror import update_mirror
from tracker.preservation.mirror.rebuild import rebuild_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_record(tmp_path / "snapshots")


@pytest.fixture
def mirror(folder: Path) -> Path:
    return folder / "mirror.git"


def check_rebuilds(folder: Path, where: Path) -> None:
    """Assert that the head of the mirror gives the very record."""
    rebuild_record(folder / "mirror.git", where)
    assert read_tables(where) == read_tables(folder)


# A commit for each run -------------------------------------------------------------------------------


def test_each_run_is_one_commit_with_trailers(folder: Path, mirror: Path) -> None:
    made = update_mirror(folder)
    assert (made.commits, made.closed, made.is_cut) == (3, 0, False)
    assert list_subjects(mirror) == [
        "Run 1 (import): 3 snapshots", "Run 2 (add): 1 snapshot", "Run 3 (add): 1 snapshot",
    ]  # fmt: skip
    assert run_git(mirror, "log", "-1", "--format=%b", "main~2").startswith(
        "XAA/UNGA/78~prepared.en@1\nXAA/UNGA/79~prepared.en@1\nXAA/HRC/52/item-4~verbatim.fr@1\n"
    )
    trailers = run_git(mirror, "log", "-1", "--format=%(trailers:unfold)", "main~1").splitlines()
    started = query(folder, "SELECT started, release FROM runs WHERE id = 2")[0]
    assert trailers == ["Kind: add", "Run: 2", f"Started: {started[0]}", f"Release: {started[1]}"]
    assert run_git(mirror, "log", "-1", "--format=%aI %cI").split() == [ENDED, ENDED]
    assert list_commits(mirror) == list_commits(mirror, "public")
    check_sound(mirror)


def test_the_second_time_there_is_nothing_to_commit(folder: Path, mirror: Path) -> None:
    (folder / "watch.toml").write_text("[settings]\npace = 2.0\n", encoding="utf-8")
    tip = update_mirror(folder).tip
    again = update_mirror(folder)
    assert (again.commits, again.tip) == (0, tip)
    assert len(list_commits(mirror)) == 3


def test_the_layout(folder: Path, mirror: Path) -> None:
    (folder / "watch.toml").write_text("[settings]\npace = 2.0\n", encoding="utf-8")
    update_mirror(folder)
    documents = [sha256 for (sha256,) in query(folder, "SELECT sha256 FROM documents")]
    days = [started[:10].replace("-", "/") for (started,) in query(folder, "SELECT started FROM runs")]
    assert set(list_files(mirror)) == {
        "archive.json",
        "schema.sql",
        "watch.toml",
        *(f"documents/{sha256[:2]}/{sha256}" for sha256 in documents),
        *(f"documents/{sha256[:2]}/{sha256}.json" for sha256 in documents),
        *(f"runs/{day}/{number}.jsonl" for number, day in enumerate(days, 1)),
        "statements/XAA/HRC/52/item-4/statement.json",
        "statements/XAA/HRC/52/item-4/~verbatim.fr.txt",
        "statements/XAA/HRC/52/item-4/~verbatim.fr/1.json",
        "statements/XAA/UNGA/78/statement.json",
        "statements/XAA/UNGA/78/~prepared.en.txt",
        "statements/XAA/UNGA/78/~prepared.en/1.json",
        "statements/XAA/UNGA/79/statement.json",
        "statements/XAA/UNGA/79/~prepared.en.txt",
        "statements/XAA/UNGA/79/~prepared.en/1.json",
        "statements/XAA/UNGA/79/~prepared.en/2.json",
        "statements/XAA/UNGA/79/~verbatim.en.txt",
        "statements/XAA/UNGA/79/~verbatim.en/1.json",
    }
    first = digest(FIRST)
    assert show(mirror, f"documents/{first[:2]}/{first}") == FIRST


def test_the_log_of_a_text_shows_what_changed_in_it(folder: Path, mirror: Path) -> None:
    update_mirror(folder)
    told = run_git(mirror, "log", "-p", "-1", "main", "--", "statements/XAA/UNGA/79/~prepared.en.txt")
    changed = [line for line in told.splitlines() if line.startswith(("+A", "-A"))]
    assert changed == [
        "-Atlantis will build ten dykes by 2030.",
        "+Atlantis will build twelve dykes by 2030.",
    ]


@long
def test_an_archive_without_runs_is_mirrored_too(tmp_path: Path) -> None:
    create_archive(tmp_path / "snapshots")
    assert update_mirror(tmp_path / "snapshots").commits == 1
    assert update_mirror(tmp_path / "snapshots").commits == 0
    say(tmp_path / "snapshots", "XAA/UNGA/79~prepared.en", FIRST)
    assert list_subjects(tmp_path / "snapshots" / "mirror.git") == [
        "An archive without runs", "Run 1 (add): 1 snapshot",
    ]  # fmt: skip
    check_rebuilds(tmp_path / "snapshots", tmp_path / "again")


def test_the_same_record_gives_the_same_commits(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    for archive in (folder, other):
        update_mirror(archive)
        say(archive, "XAA/UNGA/80~prepared.en", FIRST)
        say(archive, "XAA/UNGA/80~prepared.en", SECOND)
        edit(archive, *EDITS["a group"])
        update_mirror(archive)
    commits = list_commits(folder / "mirror.git")
    assert len(commits) == 6
    assert commits == list_commits(other / "mirror.git")


def test_a_name_that_git_or_a_file_system_would_not_take(folder: Path, mirror: Path, tmp_path: Path) -> None:
    names = ["a b/ü~.json", "..", ".git", "~prepared.en", "statement.json", 'x"\\\n', "item.txt", "-"]
    for number, name in enumerate(names):
        say(folder, f"XAA/HRC/52/item-{number + 10}~prepared.en", f"{FIRST} {number}")
        quoted = name.replace("'", "''")
        edit(folder, f"UPDATE statements SET item = '{quoted}' WHERE item = 'item-{number + 10}'")  # noqa: S608
    update_mirror(folder)
    check_sound(mirror)
    check_rebuilds(folder, tmp_path / "again")
    run_git(tmp_path, "clone", "--quiet", str(mirror), "work")
    assert len(list((tmp_path / "work").rglob("statement.json"))) == 3 + len(names)


# Runs bring it along ---------------------------------------------------------------------------------


def test_every_command_that_writes_brings_the_mirror_along(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    mirror = tmp_path / "snapshots" / "mirror.git"
    first = archive("mirror", "update")
    assert first.code == 0, first.err
    assert first.out.startswith("snapshots/mirror.git: 2 commits, at ")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "XAA_81.txt").write_text(FIRST, encoding="utf-8")
    for arguments in (
        ("add", "new.txt", "--as", "XAA/CCPCJ/32", "--kind", "prepared"),
        ("import", "more", "--body", "UNGA", "--pattern", "{country}_{session}.txt"),
        ("judge", "XAA/CCPCJ/33", "--topic", "corruption", "--level", "mentioned", "--by", "Ana"),
        ("expect", "XAA/HRC/52", "--none", "--by", "Ana"),
    ):
        ran = archive(*arguments)
        assert ran.code == 0, ran.err
    assert [subject.partition(":")[0] for subject in list_subjects(mirror)] == [
        "Run 1 (add)", "Run 2 (add)", "Run 3 (add)", "Run 4 (import)", "Run 5 (judge)", "Run 6 (expect)",
    ]  # fmt: skip
    assert archive("mirror", "update").out.startswith("snapshots/mirror.git: nothing to commit, at ")
    check_rebuilds(tmp_path / "snapshots", tmp_path / "again")


def test_a_night_is_one_commit_even_where_it_found_nothing_new(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        watched = source("xaa", "XAA/UNGA/79~prepared.en", site.url("/79"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        update_mirror(folder)
        for day in ("2026-03-01", "2026-03-02"):
            assert run_night(folder, day).unmirrored == ""
    assert list_subjects(folder / "mirror.git")[1:] == [
        "Run 1 (snapshot): 1 snapshot", "Run 2 (snapshot): 0 snapshots",
    ]  # fmt: skip
    assert '"outcome": "unchanged"' in show(folder / "mirror.git", "runs/2026/03/02/2.jsonl")
    check_rebuilds(folder, tmp_path / "again")


def test_runs_that_were_cut_short_get_their_commit_with_the_next(folder: Path, mirror: Path) -> None:
    update_mirror(folder)
    with suppress(KeyboardInterrupt), open_store(folder, "add", lambda: ENDED) as store:
        record(store, declare("XAA/UNGA/80~prepared.en"), FIRST)
        raise KeyboardInterrupt
    assert len(list_commits(mirror)) == 3
    say(folder, "XAA/UNGA/80~prepared.en", SECOND)
    assert list_subjects(mirror)[3:] == ["Run 4 (add): 1 snapshot", "Run 5 (add): 1 snapshot"]


def test_a_mirror_that_cannot_follow_is_told_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracker = runner(tmp_path, monkeypatch, capsys)
    folder = make_record(tmp_path / "snapshots")
    update_mirror(folder)
    (folder / "mirror.git").rename(tmp_path / "kept.git")
    (folder / "mirror.git").mkdir()
    (tmp_path / "speech.txt").write_text(FIRST, encoding="utf-8")
    ran = tracker("add", "speech.txt", "--as", "XAA/UNGA/80")
    assert ran.code == 2
    assert ran.err == (
        "tracker: snapshots/mirror.git is not a git repository; name the folder that holds .git"
        " (everything is recorded, but not yet mirrored; when that is fixed, run: tracker mirror update)\n"
    )
    assert query(folder, "SELECT status FROM runs ORDER BY id DESC LIMIT 1") == [("complete",)]
    assert not (folder / "lock").exists()
    (folder / "mirror.git").rmdir()
    (tmp_path / "kept.git").rename(folder / "mirror.git")
    assert tracker("mirror", "update").code == 0
    assert list_subjects(folder / "mirror.git")[3:] == ["Run 4 (add): 1 snapshot"]
    check_rebuilds(folder, tmp_path / "again")


def test_a_night_whose_mirror_cannot_follow_is_told_with_all_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracker = runner(tmp_path, monkeypatch, capsys)
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        watched = source("xaa", "XAA/UNGA/79~prepared.en", site.url("/79"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        (folder / "mirror.git").mkdir()
        ran = tracker("snapshot", "--quiet", "--summary", "night.json")
    assert ran.code == 1
    assert "not yet mirrored" in ran.err
    night = json.loads((tmp_path / "night.json").read_text(encoding="utf-8"))
    assert (night["exit_code"], night["status"], night["checks"][0]["outcome"]) == (1, "complete", "new")
    assert night["unmirrored"].startswith("snapshots/mirror.git is not a git repository")


def test_without_git_the_record_is_kept_and_git_is_asked_for(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    assert archive("mirror", "update").code == 0
    ran = archive("add", "new.txt", "--as", "XAA/CCPCJ/32", "--kind", "prepared", PATH=str(tmp_path))
    assert ran.code == 2
    assert ran.err.startswith("tracker: git was not found on the path; install it")
    assert archive("mirror", "update").out.startswith("snapshots/mirror.git: 1 commit, at ")


def test_a_mirror_is_not_written_while_another_run_holds_the_archive(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.record.storing.writing.LOCK_TIMEOUT", 0.1)
    with hold_lock(folder), pytest.raises(ArchiveLocked, match="is held by process"):
        update_mirror(folder)
    assert not (folder / "mirror.git").exists()


# What other programs change --------------------------------------------------------------------------

EDITS = {
    "a session, which its statements follow": ["UPDATE sessions SET label = '79-resumed' WHERE label = '79'"],
    "a body": ["UPDATE bodies SET id = 'GA' WHERE id = 'UNGA'"],
    "a group": ["INSERT INTO groups VALUES ('ALLIES', 'Our allies')"],
    "a document that nothing names": [
        "INSERT INTO documents VALUES (hex(zeroblob(32)), 3, 'text/plain', x'616263')",
        f"UPDATE documents SET sha256 = '{digest('abc')}' WHERE size = 3",  # noqa: S608
    ],
}
"""What people may edit."""

CHANGES = {
    "a field": ["UPDATE statements SET speaker = 'Ben Okri' WHERE session = '78'"],
    "an item": ["UPDATE statements SET item = 'intro' WHERE session = '79'"],
    "an item away": ["UPDATE statements SET item = NULL WHERE body = 'HRC'"],
    "a country": ["UPDATE statements SET country = 'XAB'"],
    "names exchanged": [
        "UPDATE statements SET item = 'x' WHERE session = '78'",
        "UPDATE statements SET session = '78' WHERE session = '79'",
        "UPDATE statements SET session = '79', item = NULL WHERE item = 'x'",
    ],
    "a kind": ["UPDATE editions SET kind = 'delivered' WHERE kind = 'prepared'"],
    "an edition moved": [
        "UPDATE editions SET statement = 1, position = 2 WHERE kind = 'verbatim' AND language = 'en'"
    ],
    "ordinals": [
        "UPDATE snapshots SET ordinal = ordinal + 10 WHERE edition = 2",
        "UPDATE snapshots SET ordinal = 13 - ordinal WHERE edition = 2",
    ],
    "a run's beginning": ["UPDATE runs SET started = '1948-12-10T00:00:00Z' WHERE id = 2"],
    "a version": ["UPDATE versions SET words = words + 1"],
    "what segments are": ["UPDATE segments SET kind = 'heading' WHERE ordinal = 0"],
    "where segments are": ['UPDATE segments SET "end" = "end" - 1 WHERE ordinal = 1'],
    "no segments": ["DELETE FROM segments WHERE version = 1"],
    "the latest snapshot": [
        "DELETE FROM segments WHERE version = 4",
        "DELETE FROM versions WHERE id = 4",
        "DELETE FROM snapshots WHERE id = 4",
    ],
    "a statement and all that is its": [
        "DELETE FROM segments WHERE version = 1",
        "DELETE FROM versions WHERE id = 1",
        "DELETE FROM snapshots WHERE id = 1",
        "DELETE FROM editions WHERE id = 1",
        "DELETE FROM statements WHERE id = 1",
    ],
}
"""What no command changes so."""


@pytest.mark.parametrize("edits", some(2, EDITS.values()), ids=some(2, EDITS.keys()))
def test_what_another_program_changes_is_mirrored_as_well(
    folder: Path, mirror: Path, tmp_path: Path, edits: list[str]
) -> None:
    update_mirror(folder)
    edit(folder, *edits)
    assert update_mirror(folder).commits == 1
    assert list_subjects(mirror)[-1] == "Edits after run 3"
    check_rebuilds(folder, tmp_path / "again")
    # The same edits, found without what was noted of them.
    tip = list_commits(mirror)[-1]
    run_git(mirror, "update-ref", "refs/heads/main", f"{tip}~1")
    edit(folder, "DELETE FROM unmirrored")
    update_mirror(folder)
    assert run_git(mirror, "rev-parse", "main^{tree}") == run_git(mirror, "rev-parse", f"{tip}^{{tree}}")


@pytest.mark.parametrize("changes", some(3, CHANGES.values()), ids=some(3, CHANGES.keys()))
def test_what_no_command_changes_stays_as_it_was_mirrored(
    folder: Path, mirror: Path, changes: list[str]
) -> None:
    update_mirror(folder)
    before = list_contents(mirror)
    edit(folder, *changes)
    for _ in range(2):
        with pytest.raises(RecordEdited, match="the mirror keeps that as it was"):
            update_mirror(folder)
        assert list_contents(mirror) == before
        # The same changes, found without what was noted of them.
        edit(folder, "DELETE FROM unmirrored")


def list_contents(mirror: Path) -> str:
    """Return the files of the mirror but for runs, in whose latest the ledger notes what was changed."""
    return run_git(mirror, "ls-tree", "-r", "main", "--", "statements", "documents", "archive.json")


def test_all_edits_one_after_another_and_in_one(folder: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    shutil.copytree(folder, tmp_path / "other")
    for edits in EDITS.values():
        edit(folder, *edits)
        edit(tmp_path / "other", *edits)
        update_mirror(folder)
    update_mirror(tmp_path / "other")
    trees = {
        run_git(each / "mirror.git", "rev-parse", "main^{tree}") for each in (folder, tmp_path / "other")
    }
    assert len(trees) == 1
    check_rebuilds(folder, tmp_path / "again")


@long
def test_a_place_that_was_left_and_taken_again_before_the_next_update(folder: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    (folder / "mirror.git").rename(tmp_path / "away.git")
    edit(folder, "UPDATE sessions SET label = '78-moved' WHERE label = '78'")
    say(folder, "XAA/UNGA/78~prepared.en", SECOND)
    say(folder, "XAA/UNGA/81~prepared.en", FIRST)
    (tmp_path / "away.git").rename(folder / "mirror.git")
    update_mirror(folder)
    assert "statements/XAA/UNGA/78/statement.json" in list_files(folder / "mirror.git")
    check_rebuilds(folder, tmp_path / "again")


def test_the_readable_text_is_that_of_the_latest_snapshot_that_is_left(folder: Path, mirror: Path) -> None:
    edit(folder, *CHANGES["the latest snapshot"])
    update_mirror(folder)
    assert "ten" in show(mirror, "statements/XAA/UNGA/79/~prepared.en.txt")


def test_a_watch_list_that_was_edited_and_taken_away(folder: Path, mirror: Path) -> None:
    (folder / "watch.toml").write_bytes("# ü\r\n[settings]\r\n".encode())
    update_mirror(folder)
    assert run_git(mirror, "cat-file", "blob", "main:watch.toml").startswith("# ü\r\n[settings]")
    (folder / "watch.toml").unlink()
    assert update_mirror(folder).commits == 1
    assert "watch.toml" not in list_files(mirror)


def test_a_table_that_a_later_release_adds_is_mirrored_with_what_it_belongs_to(
    folder: Path, mirror: Path
) -> None:
    update_mirror(folder)
    edit(
        folder,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, statement INT NOT NULL REFERENCES statements, said)",
        "INSERT INTO notes VALUES (1, 2, x'00ff')",
    )
    update_mirror(folder)
    noted = json.loads(show(mirror, "statements/XAA/UNGA/79/statement.json"))["notes"]
    assert noted == [{"id": 1, "said": {"base64": "AP8="}, "statement": 2}]
    edit(folder, "UPDATE notes SET said = 'well'")
    with pytest.raises(RecordEdited, match=r"notes/1 \(said\)"):
        update_mirror(folder)
    assert "AP8=" in show(mirror, "statements/XAA/UNGA/79/statement.json")


# Records and mirrors that do not belong together -----------------------------------------------------


def test_a_mirror_of_another_record_is_refused(folder: Path, mirror: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    other = tmp_path / "other"
    create_archive(other)
    say(other, "XAA/UNGA/80~prepared.en", FIRST)
    shutil.copytree(mirror, other / "mirror.git")
    before = read_tables(other)
    with pytest.raises(RepositoryUnusable, match=r"diverged before their first runs: .* run 1 of .*rebuild"):
        update_mirror(other)
    assert read_tables(other) == before
    assert len(list_commits(other / "mirror.git")) == 3


def test_a_record_that_is_older_than_its_mirror_is_refused(folder: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    shutil.copy(folder / "tracker.db", tmp_path / "older.db")
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    shutil.copy(tmp_path / "older.db", folder / "tracker.db")
    with pytest.raises(RepositoryUnusable, match=r"ends after run 3: .*up to run 4 of .*verify --repair"):
        update_mirror(folder)


def test_a_record_from_before_edits_that_the_mirror_has_is_what_counts(folder: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    shutil.copy(folder / "tracker.db", tmp_path / "older.db")
    edit(folder, *EDITS["a body"], *EDITS["a group"])
    update_mirror(folder)
    shutil.copy(tmp_path / "older.db", folder / "tracker.db")
    assert update_mirror(folder).commits == 1
    check_rebuilds(folder, tmp_path / "again")


@long
def test_an_older_copy_of_the_mirror_is_brought_up_to_date(
    folder: Path, mirror: Path, tmp_path: Path
) -> None:
    update_mirror(folder)
    shutil.copytree(mirror, tmp_path / "older.git")
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    edit(folder, *EDITS["a group"])
    update_mirror(folder)
    shutil.rmtree(mirror)
    (tmp_path / "older.git").rename(mirror)
    assert update_mirror(folder).commits == 1
    assert list_subjects(mirror)[3:] == ["Run 4 (add): 1 snapshot"]
    check_rebuilds(folder, tmp_path / "again")


@long
def test_a_rebuilt_record_goes_on_where_the_mirror_stands(folder: Path, mirror: Path, tmp_path: Path) -> None:
    tip = update_mirror(folder).tip
    (folder / "tracker.db").unlink()
    rebuild_record(mirror, folder)
    assert update_mirror(folder).tip == tip
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    assert list_subjects(mirror)[3:] == ["Run 4 (add): 1 snapshot"]
    check_rebuilds(folder, tmp_path / "again")


# Upkeep ----------------------------------------------------------------------------------------------


@long
def test_packs_stay_few(folder: Path, mirror: Path) -> None:
    update_mirror(folder)
    # As many again as there may be packs.
    for number in range(22):
        say(folder, f"XAA/HRC/{number + 60}~prepared.en", f"{FIRST} {number}")
    assert len(list_commits(mirror)) == 25
    assert len(list((mirror / "objects" / "pack").glob("*.pack"))) <= 13
    assert run_git(mirror, "count-objects").startswith("0 objects")
    check_sound(mirror)


def test_a_mirror_that_is_gone_is_written_again_under_the_same_names(folder: Path, mirror: Path) -> None:
    update_mirror(folder)
    before = list_commits(mirror), list_commits(mirror, "public")
    shutil.rmtree(mirror)
    updated = update_mirror(folder)
    assert (updated.is_restored, updated.commits) == (True, 0)
    assert (list_commits(mirror), list_commits(mirror, "public")) == before
    check_sound(mirror)


def test_a_history_that_the_record_no_longer_gives_begins_anew_only_where_that_is_asked_for(
    folder: Path, mirror: Path
) -> None:
    update_mirror(folder)
    with pytest.raises(RepositoryUnusable, match="is there; to begin another history, move it away first"):
        update_mirror(folder, new_history=True)
    edit(folder, "DELETE FROM mirror_commits WHERE rowid = 1")
    shutil.rmtree(mirror)
    for _ in range(2):
        with pytest.raises(RepositoryUnusable, match=r"no longer gives all of it .*update --new-history"):
            update_mirror(folder)
        assert not mirror.exists()
    assert not update_mirror(folder, new_history=True).is_restored
    check_sound(mirror)


def test_a_damaged_mirror_is_told_and_the_record_stays(folder: Path, mirror: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    for pack in (mirror / "objects" / "pack").glob("*.pack"):
        size = pack.stat().st_size
        pack.chmod(0o600)
        pack.write_bytes(pack.read_bytes()[:12] + bytes(size - 12))
    with pytest.raises(RepositoryUnusable, match="everything is recorded, but not yet mirrored"):
        say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    mirror.rename(tmp_path / "damaged.git")
    update_mirror(folder)
    check_rebuilds(folder, tmp_path / "again")
