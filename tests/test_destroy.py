"""Material that is destroyed is in no file of the archive, whenever the destroying was cut short."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.here import runner
from tests.mirrors import check_sound, edit, list_commits, read_everything, read_tables
from tests.nights import run_night, running_site, source, watch
from tests.repositories import run_git
from tests.rights import (
    OPEN,
    PHRASE,
    SECRET,
    WHY,
    WORDS,
    add,
    find_in_files,
    find_in_index,
    find_in_objects,
    make_series,
)
from tests.running import KILLED, PATIENCE
from tests.test_withdraw import SHOWING, TELLING
from tests.thorough import long, some
from tracker.archive import create_archive
from tracker.capture.web.pacing import Clock
from tracker.errors import ArchiveUnusable
from tracker.keep.mirror import backup, update_mirror
from tracker.keep.withdraw import change
from tracker.model.rights import Ruled
from tracker.model.watching import Admission
from tracker.preservation.destroying import Destroyed, scrub
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.preservation.mirror.rewrite import rewrite_mirror
from tracker.record.access.withheld import name_command
from tracker.record.schema.connection import archive_file, connect_to_write
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.running import Ran
    from tracker.preservation.mirror.unit_files import Row

    Tracker = Callable[..., Ran]

RULED = Ruled("names a witness", "District Court", "2026-03-04T05:06:07Z", "Ana")


ORDER = ("withdraw", "XAA/UNGA/78", *WHY, "--destroy", "--yes")


@pytest.fixture(scope="module")
def _told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an archive, and its mirror, that tell of one statement in every place that there is.

    Two snapshots of one edition, two of another with titles, one that a source gave and one that waits for a
    review; judged topics and changes with notes; and a comparison that derived.db remembers.
    """
    folder = make_series(tmp_path_factory.mktemp("told") / "snapshots")

    def run(*arguments: str) -> str:
        ran = run_tracker(folder.parent, *arguments)
        assert ran.code in {0, 1}, ran.err
        return ran.out

    run("mirror", "update")
    with running_site() as site:
        watch(folder, source("xaa-78", "XAA/UNGA/78~verbatim.en", site.url("/78")), site.port)
        site.say("/78", f"We thank the {PHRASE} papers.", 7)
        run_night(folder, "2026-03-01")
        site.say("/78", f"The {PHRASE} papers again.", 7)
        clock = Clock(lambda: datetime(2026, 3, 2, tzinfo=UTC), lambda: 0.0, lambda _seconds: None)
        snapshot(folder, [], _refuse, clock=clock)
    for number, title in enumerate((f"On the {PHRASE}", f"Of the {PHRASE} papers")):
        (folder.parent / "draft.txt").write_text(SECRET.replace("8", str(number)), encoding="utf-8")
        run("add", "draft.txt", "--as", "XAA/UNGA/78~delivered.en", "--title", title)
    compared = json.loads(run("diff", "XAA/UNGA", "77", "78", "--format", "json"))
    judged = next(each["id"] for each in compared["changes"] if each["operation"] == "reworded")
    run("judge", judged[:10], "accept", "--by", "Ben", "--note", f"on the {PHRASE} papers")
    topic = ("--topic", "corruption", "--level", "mentioned")
    run("judge", "XAA/UNGA/78", *topic, "--by", "Ben", "--note", PHRASE)
    run("review", "1", "reject", "--by", "Ben", "--reason", f"the {PHRASE} again")
    return folder


def _refuse(_arrival: object, _history: object) -> Admission:
    return Admission(accepted=False, cause="collapsed", detail=f"far shorter: {PHRASE}")


@pytest.fixture
def folder(tmp_path: Path, _told_once: Path) -> Path:
    return shutil.copytree(_told_once, tmp_path / "snapshots")


@pytest.fixture
def tracker(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tracker:
    return runner(folder.parent, monkeypatch, capsys)


def find_everywhere(folder: Path) -> dict[str, list[str]]:
    """Return where the phrase is, of all places at which it may be."""
    mirror = folder / "mirror.git"
    found = {
        "files": find_in_files(folder),
        "index": find_in_index(folder),
        "objects": find_in_objects(mirror),
        "companions": [path.name for path in folder.iterdir() if path.name.startswith("mirror.git.")],
    }
    return {place: names for place, names in found.items() if names}


def read_commits(mirror: Path, branch: str) -> list[str]:
    told = run_git(mirror, "log", "--reverse", "--format=%x00%B%n%aI %cI", branch).split("\0")
    return [each.strip() for each in told[1:]]


# Nowhere ---------------------------------------------------------------------------------------------


def test_it_is_found_nowhere(folder: Path, tracker: Tracker) -> None:
    assert set(find_everywhere(folder)) == {"files", "index", "objects"}
    assert (folder / "derived.db").exists()
    ran = tracker(*ORDER)
    assert (ran.code, ran.err) == (0, "")
    assert find_everywhere(folder) == {}
    assert not (folder / "derived.db").exists()
    assert not [path.name for path in folder.iterdir() if path.name.startswith("tracker.db-")]
    for arguments in (*SHOWING, *TELLING, ("review", "--decided"), ("status", "--runs", "--format", "csv")):
        shown = tracker(*arguments)
        told = (shown.out + shown.err).replace("'quokka'", "")
        assert not any(word in told for word in (*WORDS, "papers")), arguments
    assert find_everywhere(folder) == {}
    check_sound(folder / "mirror.git")


def test_what_is_left_are_digests_sizes_dates_and_who_decided_why(folder: Path, tracker: Tracker) -> None:
    counted = "SELECT (SELECT count(*) FROM {}), {} FROM {}"
    kept = {
        "snapshots": "group_concat(ordinal || document || observed || run)",
        "documents": "group_concat(sha256 || size || media_type)",
        "decisions": "group_concat(decided || person || name || question || verdict || label || said)",
        "reviews": "group_concat(source || document || verdict || person || decided)",
        "outcomes": "group_concat(source || outcome || observed || sha256 || size)",
        "runs": "group_concat(started || kind || status)",
    }
    queries = {table: counted.format(table, columns, table) for table, columns in kept.items()}
    before = {table: query(folder, sql) for table, sql in queries.items()}
    told = " ".join(tracker(*ORDER).out.split())
    after = {table: query(folder, sql) for table, sql in queries.items()}
    runs = before.pop("runs"), after.pop("runs")
    assert after == before
    assert runs[1][0][0] == runs[0][0][0] + 1
    assert str(runs[1][0][1]).startswith(str(runs[0][0][1]))
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(6,)]
    act = "SELECT act, reference, authority, reason, person, completed IS NOT NULL FROM withdrawals"
    assert query(folder, act) == [("destroy", "XAA/UNGA/78", "District Court", "names a witness", "Ana", 1)]
    assert query(folder, "SELECT count(*), count(text), min(words) > 40 FROM withdrawn") == [(6, 5, 1)]
    assert "5 snapshots (6 documents, " in told
    assert "What remains: digests, sizes and dates, and who decided and why." in told
    assert "The mirror's history was rewritten, " in told
    listed = " ".join(tracker("list").out.split())
    assert "XAA/UNGA/78~prepared.en destroyed on" in listed
    assert "by authority of District Court: names a witness" in listed


def test_everything_else_is_as_it_was(folder: Path) -> None:
    others = (
        "SELECT text, sha256 FROM versions WHERE text NOT LIKE '%quokka%' ORDER BY id",
        (
            "SELECT sha256, bytes FROM documents WHERE instr(sqlar_uncompress(bytes, size), 'quokka') = 0"
            " ORDER BY sha256"
        ),
        "SELECT country, body, session, item, speaker FROM statements ORDER BY id",
        "SELECT * FROM editions ORDER BY id",
    )
    before = [query(folder, sql) for sql in others]
    assert len(before[0]) == 2
    change(folder, "destroy", "XAA/UNGA/78", RULED)
    assert [query(folder, sql) for sql in others] == before
    assert query(folder, "PRAGMA integrity_check") == [("ok",)]
    assert query(folder, "PRAGMA foreign_key_check") == []


def test_one_snapshot_of_several_goes_alone(folder: Path, tracker: Tracker) -> None:
    mirror = folder / "mirror.git"
    path = "statements/XAA/UNGA/78/~prepared.en"
    readable = run_git(mirror, "show", f"main:{path}.txt")
    change(folder, "destroy", "XAA/UNGA/78~prepared.en@1", RULED)
    assert tracker("show", "XAA/UNGA/78~prepared.en").code == 0
    assert run_git(mirror, "show", f"main:{path}.txt") == readable
    shown = run_git(mirror, "log", "--all", "-p", "--format=")
    assert ("7 million" in shown, "8 million" in shown) == (False, True)
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(1,)]
    # The title may have been read out of any of the documents.
    assert query(folder, "SELECT title FROM statements WHERE session = '78'") == [
        (f"Of the {PHRASE} papers",)
    ]


def test_an_edition_whose_latest_goes_is_read_as_it_was_before(folder: Path) -> None:
    mirror, path = folder / "mirror.git", "statements/XAA/UNGA/78/~prepared.en"
    change(folder, "destroy", "XAA/UNGA/78~prepared.en@2", RULED)
    readable = run_git(mirror, "show", f"main:{path}.txt")
    assert f"7 million {PHRASE}" in readable
    assert run_git(mirror, "log", "--format=", "--name-only", "main", "--", f"{path}.txt").split() == [
        f"{path}.txt"
    ]


def test_it_cannot_be_opened_and_doing_it_twice_changes_nothing(folder: Path, tracker: Tracker) -> None:
    assert tracker(*ORDER).code == 0
    before = (folder / "tracker.db").read_bytes(), list_commits(folder / "mirror.git")
    assert "nothing was changed" in " ".join(tracker(*ORDER).out.split())
    assert tracker("withdraw", "XAA/UNGA/78", *WHY).code == 0
    lifted = tracker("withdraw", "XAA/UNGA/78", "--lift", *WHY)
    assert (lifted.code, "nothing is left to open" in lifted.err) == (2, True)
    assert ((folder / "tracker.db").read_bytes(), list_commits(folder / "mirror.git")) == before


def test_bytes_that_another_statement_shares_are_not_destroyed(folder: Path, tracker: Tracker) -> None:
    add(folder, "XAA/HRC/52~prepared.en", SECRET)
    ran = tracker(*ORDER)
    assert ran.code == 2
    assert "shares its bytes with XAA/HRC/52~prepared.en@1, which is open" in ran.err
    assert query(folder, "SELECT count(*) FROM withdrawals") == [(0,)]
    tracker("withdraw", "XAA/HRC/52", *WHY)
    asked = tracker(*ORDER[:-1])
    assert (asked.code, "and with it XAA/HRC/52~prepared.en@1" in asked.err) == (2, True)
    assert "Also destroyed: XAA/HRC/52~prepared.en@1" in " ".join(tracker(*ORDER).out.split())
    assert find_everywhere(folder) == {}


def test_who_opens_again_is_told_what_is_gone_for_good(tracker: Tracker) -> None:
    assert tracker("withdraw", "XAA/UNGA/78~delivered.en@1", *WHY, "--destroy", "--yes").code == 0
    assert tracker("withdraw", "XAA/UNGA/78", *WHY).code == 0
    opened = tracker("withdraw", "XAA/UNGA/78", *WHY, "--lift")
    assert "1 snapshot of it was destroyed and cannot be reopened." in " ".join(opened.out.split())


def test_without_a_mirror_there_is_none_to_rewrite(folder: Path, tracker: Tracker) -> None:
    shutil.rmtree(folder / "mirror.git")
    ran = tracker(*ORDER)
    assert (ran.code, "mirror" in ran.out) == (0, False)
    assert (find_in_files(folder), (folder / "mirror.git").exists()) == ([], False)


# Cut short -------------------------------------------------------------------------------------------

KILLED_AT = (
    "tracker.preservation.destroying.overwrite_freed_pages",
    "tracker.preservation.destroying.remove_derived",
    "tracker.preservation.withdrawal.destroy_in_kept_copies",
    "tracker.preservation.mirror.rewrite.rewrite_mirror",
    "tracker.preservation.mirror.rewrite._write",
    "tracker.preservation.mirror.rewrite._replace",
    "tracker.preservation.mirror.rewrite.shutil.rmtree",
    "tracker.preservation.withdrawal._complete_all",
    "tracker.preservation.mirror.update.update_mirror",
)


def kill_at(folder: Path, name: str, after: int = 1, command: Sequence[str] = ORDER) -> None:
    """Run a command in a process of its own, which is killed where it comes to a function."""
    ran = run_tracker(folder.parent, *command, stdin=b"", **{KILLED: f"{name} {after}"})
    assert ran.code == -signal.SIGKILL


@pytest.mark.parametrize("name", some(1, KILLED_AT))
def test_killed_at_any_moment_the_next_call_completes_it(folder: Path, tracker: Tracker, name: str) -> None:
    # Leftovers of another crash are removed first, so that the third removal is that of the old mirror.
    kill_at(folder, name, after=3 if name.endswith("rmtree") else 1)
    assert tracker("list").code == 0
    ran = tracker(*ORDER)
    assert (ran.code, ran.err) == (0, "")
    assert find_everywhere(folder) == {}
    assert query(folder, "SELECT count(*) FROM withdrawals WHERE completed IS NULL") == [(0,)]
    check_sound(folder / "mirror.git")
    rebuild_record(folder / "mirror.git", folder.parent / "again")
    assert read_tables(folder.parent / "again") == read_tables(folder)


def test_killed_between_two_mirrors_any_writing_finds_one(folder: Path, tracker: Tracker) -> None:
    mirror = folder / "mirror.git"
    commits = len(list_commits(mirror))
    mirror.rename(folder / "mirror.git.replaced")
    shutil.copytree(folder / "mirror.git.replaced", folder / "mirror.git.rewritten")
    assert tracker("mirror", "update").code == 0
    assert len(list_commits(mirror)) == commits
    assert find_everywhere(folder).get("companions") is None


def test_another_act_completes_it_too_and_says_so(folder: Path, tracker: Tracker) -> None:
    kill_at(folder, "tracker.preservation.mirror.rewrite.rewrite_mirror")
    told = " ".join(tracker("withdraw", "XAA/UNGA/77", *WHY).out.split())
    assert "The destruction of XAA/UNGA/78, which had been cut short, is complete now." in told
    assert find_everywhere(folder) == {}


@long
def test_whatever_writes_next_completes_it_and_names_it(folder: Path) -> None:
    kill_at(folder, "tracker.preservation.mirror.rewrite.rewrite_mirror")
    run_git(folder.parent, "init", "--quiet", "--bare", "copy.git")
    pushed = run_tracker(folder.parent, "mirror", "push", "copy.git", "--private")
    assert pushed.code == 0
    assert pushed.err == (
        "tracker: the destruction of XAA/UNGA/78, which had been cut short, is complete now\n"
    )
    assert find_everywhere(folder) == {}
    assert find_in_objects(folder.parent / "copy.git") == []


def test_nothing_is_pushed_before_it_is_complete(folder: Path) -> None:
    kill_at(folder, "tracker.preservation.destroying.overwrite_freed_pages")
    run_git(folder.parent, "init", "--quiet", "--bare", "copy.git")
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as reading:
        reading.execute("BEGIN")
        assert reading.execute("SELECT count(*) FROM versions").fetchone()[0] > 0
        push = ("mirror", "push", "copy.git", "--private")
        pushed = run_tracker(folder.parent, *push, stdin=b"", **{PATIENCE: "0.3"})
    assert "cannot be completed yet: tracker.db-wal still holds what was destroyed" in pushed.err
    assert (pushed.code, "the destruction of XAA/UNGA/78 was cut short; finish it first" in pushed.err) == (
        2, True,
    )  # fmt: skip
    assert run_git(folder.parent / "copy.git", "for-each-ref") == ""


def test_who_reads_the_old_pages_holds_it_up(
    folder: Path, tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.record.schema.connection.BUSY_SECONDS", 0.3)
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as reading:
        reading.execute("BEGIN")
        assert reading.execute("SELECT count(*) FROM versions").fetchone()[0] > 2
        ran = tracker(*ORDER)
        assert ran.code == 75
        assert "tracker.db-wal still holds what was destroyed" in ran.err
        assert "quokka" not in tracker("search", "quokka").out
    assert tracker(*ORDER).code == 0
    assert find_everywhere(folder) == {}


@long
def test_without_git_the_record_goes_and_the_mirror_follows_later(folder: Path, tracker: Tracker) -> None:
    ran = run_tracker(folder.parent, *ORDER, PATH="")
    assert (ran.code, "git was not found" in ran.err) == (2, True)
    assert set(find_everywhere(folder)) == {"objects"}
    assert tracker(*ORDER).code == 0
    assert find_everywhere(folder) == {}


# The mirror ------------------------------------------------------------------------------------------


@long
def test_the_commits_keep_what_they_say_and_the_mirror_goes_on(folder: Path) -> None:
    mirror = folder / "mirror.git"
    before = {branch: read_commits(mirror, branch) for branch in ("main", "public")}
    change(folder, "destroy", "XAA/UNGA/78", RULED)
    for branch, said in before.items():
        now = read_commits(mirror, branch)
        assert now[: len(said)] == said
        # The act itself, before anything was taken out, and that it was complete.
        assert len(now) == len(said) + 2
    assert update_mirror(folder).commits == 0
    add(folder, "XAA/UNGA/80~prepared.en", OPEN.replace("5", "1"))
    assert len(read_commits(mirror, "main")) == len(before["main"]) + 3
    rebuild_record(mirror, folder.parent / "again")
    assert read_tables(folder.parent / "again") == read_tables(folder)
    check_sound(mirror)


def test_what_somebody_set_in_the_mirror_stays(folder: Path) -> None:
    mirror = folder / "mirror.git"
    run_git(mirror, "remote", "add", "copy", "https://example.org/copy.git")
    run_git(mirror, "tag", "-a", "-m", "a tag", "first", list_commits(mirror)[0])
    (mirror / "hooks").mkdir(exist_ok=True)
    (mirror / "hooks" / "post-update").write_text("#!/bin/sh\n", encoding="utf-8")
    change(folder, "destroy", "XAA/UNGA/78", RULED)
    assert run_git(mirror, "remote") == "copy"
    assert run_git(mirror, "rev-parse", "first^{commit}") == list_commits(mirror)[0]
    assert (mirror / "hooks" / "post-update").exists()
    assert find_everywhere(folder) == {}


@long
def test_what_else_is_closed_stays_out_of_the_public_branch(folder: Path, tracker: Tracker) -> None:
    tracker("withdraw", "XAA/UNGA/77", *WHY)
    tracker(*ORDER)
    public = read_everything(folder / "mirror.git", "public")
    assert "two hundred judges" in public
    assert "5 million" not in public
    assert "5 million" in read_everything(folder / "mirror.git", "main")


@long
def test_a_mirror_that_was_put_back_from_an_older_copy_is_rewritten_too(
    folder: Path, tmp_path: Path, tracker: Tracker
) -> None:
    mirror = folder / "mirror.git"
    shutil.copytree(mirror, tmp_path / "older.git")
    tracker(*ORDER)
    shutil.rmtree(mirror)
    shutil.copytree(tmp_path / "older.git", mirror)
    assert tracker("mirror", "update").code == 0
    assert set(find_everywhere(folder)) == {"objects"}
    assert "nothing was changed" in " ".join(tracker(*ORDER).out.split())
    assert find_everywhere(folder) == {}
    rebuild_record(mirror, folder.parent / "again")
    assert read_tables(folder.parent / "again") == read_tables(folder)


def test_a_history_without_it_is_left_alone(folder: Path) -> None:
    mirror = folder / "mirror.git"
    inode = mirror.stat().st_ino
    nothing: frozenset[int] = frozenset()
    gone = Destroyed(nothing, frozenset({"0" * 64}), nothing, nothing, frozenset(), frozenset(), nothing)
    assert rewrite_mirror(mirror, gone) is None
    assert mirror.stat().st_ino == inode


@long
def test_a_public_copy_tells_that_it_was_destroyed(folder: Path, tracker: Tracker) -> None:
    tracker(*ORDER)
    run_git(folder.parent, "clone", "--quiet", "--bare", "snapshots/mirror.git", "p.git")
    run_git(folder.parent / "p.git", "update-ref", "refs/heads/main", "refs/heads/public")
    assert tracker("rebuild", "p.git", "--archive", "again").code == 0
    assert query(folder.parent / "again", "SELECT act, reason FROM withdrawals") == [
        ("destroy", "names a witness")
    ]


# The record ------------------------------------------------------------------------------------------


def test_a_backup_knows_what_was_destroyed_and_what_is_damaged(folder: Path, tmp_path: Path) -> None:
    change(folder, "destroy", "XAA/UNGA/78", RULED)
    assert backup(folder, tmp_path / "copy.db").rows["withdrawals"] == 1
    edit(folder, "UPDATE documents SET bytes = NULL WHERE bytes IS NOT NULL")
    with pytest.raises(ArchiveUnusable, match="the record is damaged: document"):
        backup(folder, tmp_path / "other.db")


def test_a_document_has_bytes_of_its_size_at_most_or_none(tmp_path: Path) -> None:
    create_archive(tmp_path / "snapshots")
    with closing(connect_to_write(archive_file(tmp_path / "snapshots"))) as connection:
        values = ["0" * 64]
        connection.execute(
            "INSERT INTO documents (sha256, size, media_type, bytes) VALUES (?, 1, 'text/plain', x'41')",
            values,
        )
        for wrong in ("bytes = 'text'", "bytes = x'4142'"):
            with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
                connection.execute(f"UPDATE documents SET {wrong}")  # noqa: S608
        connection.execute("UPDATE documents SET bytes = NULL")


def test_the_texts_of_links_and_what_checks_noted_go_with_it() -> None:
    none: frozenset[int] = frozenset()
    gone = Destroyed(none, frozenset({"d"}), none, none, frozenset({"s"}), frozenset({"a"}), none)
    assert scrub("candidates", {"address": "a", "text": PHRASE}, gone)["text"] == "destroyed"
    other: Row = {"address": "b", "text": PHRASE}
    assert scrub("candidates", other, gone) is other
    noted: Row = {"source": "s", "snapshot": None, "sha256": "e", "cause": "collapsed", "detail": PHRASE}
    assert scrub("outcomes", noted, gone)["detail"] == ""
    for column, value in (("source", "t"), ("sha256", None), ("cause", "withdrawn")):
        row: Row = {**noted, column: value}
        assert scrub("outcomes", row, gone) is row
    public: Row = {"id": 1, "sha256": "d"}
    assert scrub("outcomes", public, gone) is public


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("tracker add a.txt --as XAA/UNGA/79 --title 'a title'", "tracker add ..."),
        ("tracker add ...", "tracker add ..."),
        ("tracker demo", "tracker demo"),
        ("", ""),
    ],
)
def test_a_command_is_named_without_what_was_typed_behind_it(command: str, name: str) -> None:
    assert name_command(command) == name
