from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import hold_lock, query
from tests.conftest import run_tracker
from tests.damage import (
    IN_DOCUMENT,
    IN_TEXT,
    MARKED,
    WRAPPED,
    alter,
    alter_unseen,
    commit,
    first_pack,
    flip,
    flip_in,
    object_file,
    unpack,
)
from tests.here import runner
from tests.mirrors import read_tables
from tests.nights import make_archive, run_night, running_site, source
from tests.repositories import run_git
from tests.running import ROOT
from tests.thorough import few, some
from tracker.capture.read.extract import extract
from tracker.errors import TrackerError
from tracker.keep.verify import read_again, read_settings, verify
from tracker.preservation.verify.findings import NotReadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.verifying import Finding, Verified

    Tracker = Callable[..., Ran]
    Damage = Callable[[Path], object]

NOW = "2026-11-25T12:00:00Z"
PLACES = (
    ("31", "a.txt", WRAPPED),
    ("32", "b.md", MARKED),
    ("31", "c.txt", WRAPPED.replace("ten", "six").replace("We will publish", "We shall publish")),
)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    assert run_tracker(folder, "init").code == 0
    assert run_tracker(folder, "mirror", "update").code == 0
    for session, name, text in PLACES:
        (folder / name).write_text(text, encoding="utf-8")
        reference = f"XAA/CCPCJ/{session}"
        ran = run_tracker(
            folder, "add", name, "--as", reference, "--kind", "prepared", "--title", f"Of {name}"
        )
        assert ran.code == 0, ran.err
    return folder


@pytest.fixture
def tracker(
    tmp_path: Path, made_once: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Tracker:
    """Run the command in a folder with an archive of three runs, and its mirror."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path, tracker: Tracker) -> Path:  # noqa: ARG001 (it makes the archive)
    return tmp_path / "snapshots"


def look(folder: Path) -> Verified:
    return verify(folder, NOW, lambda _done, _total: None)


def told(findings: tuple[Finding, ...]) -> str:
    return "\n".join(f"{each.check}: {each.what}: {each.meaning}" for each in findings)


def check_mended(tracker: Tracker, folder: Path, before: dict[str, list[tuple[Any, ...]]]) -> str:
    """Repair, and see that the record is what it was, that verifying is content, and what was noted."""
    ran = tracker("verify", "--repair")
    assert ran.code == 1, ran.err
    again = tracker("verify")
    assert again.code == 0, again.out
    after = read_tables(folder)
    (run,) = query(folder, "SELECT id FROM runs WHERE kind = 'repair'")[0]
    assert query(folder, f"SELECT count(*) > 0 FROM repairs WHERE run = {run}") == [(1,)]  # noqa: S608
    for table in set(before) - {"runs", "repairs", "sqlite_sequence"}:
        assert after[table] == before[table], table
    assert [row for row in after["runs"] if row[0] != run] == before["runs"]
    assert len(list(folder.glob("before-repair-*"))) == 1
    return ran.out


# A whole archive -------------------------------------------------------------------------------------


def test_a_whole_archive(tracker: Tracker, folder: Path) -> None:
    ran = tracker("verify")
    assert (ran.code, ran.err) == (0, "")
    tip = run_git(folder / "mirror.git", "rev-parse", "main")
    assert ran.out.startswith(f"no fault found: snapshots/tracker.db and snapshots/mirror.git at {tip[:12]},")
    table, _, told = ran.out.partition("\n\nsandbox: ")
    assert told
    rows = {line.split("  ")[0]: line.split() for line in table.splitlines()[4:]}
    assert {row[-1] for row in rows.values()} == {"ok"}
    assert rows["documents"][1] == rows["texts"][1] == "3"
    assert int(rows["mirror"][1]) == len(run_git(folder / "mirror.git", "ls-tree", "-r", "main").splitlines())


def test_nothing_is_written_and_nobody_has_to_wait(
    tracker: Tracker, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.preservation.repair.repair.LOCK_TIMEOUT", 0.2)

    def read() -> dict[Path, bytes]:
        files = (
            path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal"))
        )
        return {path: path.read_bytes() for path in files}

    before = read()
    assert tracker("verify").code == 0
    assert read() == before
    with hold_lock(folder):
        assert tracker("verify").code == 0
        ran = tracker("verify", "--repair")
    assert ran.code == 75
    assert "is held by process" in ran.err


def test_nothing_to_repair(tracker: Tracker, folder: Path) -> None:
    ran = tracker("verify", "--repair")
    assert ran.code == 0
    assert ran.out.endswith("nothing to repair\n")
    assert query(folder, "SELECT count(*) FROM runs WHERE kind = 'repair'") == [(0,)]
    assert list(folder.glob("before-repair-*")) == []


def test_the_json(tracker: Tracker, folder: Path) -> None:
    flip_in(folder / "tracker.db", IN_DOCUMENT)
    found = json.loads(tracker("verify", "--json").out)
    assert found["verdict"] == "1 fault"
    assert found["tip"] == run_git(folder / "mirror.git", "rev-parse", "main")
    (finding,) = found["findings"]
    assert (finding["standing"], finding["check"]) == ("fault", "documents")
    assert {check["check"]: check["found"] for check in found["checks"]}["documents"] == {"fault": 1}
    repaired = json.loads(tracker("verify", "--repair", "--json").out)
    assert repaired["before"]["verdict"] == "1 fault"
    assert repaired["after"]["verdict"] == "no fault found"
    assert [step["did"] for step in repaired["steps"]] == [True]
    assert repaired["run"] == 4


def test_a_night_with_quarantine_and_failures_is_without_fault(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        watched = source("xaa", "XAA/UNGA/79~prepared.en", site.url("/79"))
        watched += source("gone", "XAA/UNGA/78~prepared.en", site.url("/78"))
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        run_night(folder, "2026-03-01")
        site.say("/79", "We build more dykes.", 79)
        run_night(folder, "2026-03-02")
        assert look(folder).faults == ()
        alter_unseen(folder, "UPDATE watch_lists SET text = replace(text, 'pace', 'face')")
        alter_unseen(folder, "UPDATE outcomes SET address = 'http://x' WHERE source = 'xaa' AND run = 1")
        alter_unseen(
            folder, "UPDATE outcomes SET sha256 = substr(sha256, 2) || '0' WHERE outcome = 'changed'"
        )
    faults = told(look(folder).faults)
    assert "ledger: watch list" in faults
    assert "has another text than its sha256 says" in faults
    assert "it says that it received other bytes than its snapshot has" in faults


# Damage to the record --------------------------------------------------------------------------------


def flip_document(folder: Path) -> None:
    flip_in(folder / "tracker.db", IN_DOCUMENT)


def flip_text(folder: Path) -> None:
    flip_in(folder / "tracker.db", IN_TEXT)


def flip_text_out_of_unicode(folder: Path) -> None:
    flip_in(folder / "tracker.db", IN_TEXT, bit=7)


def change(statement: str) -> Damage:
    return lambda folder: alter_unseen(folder, statement)


def delete(table: str, number: int) -> Damage:
    """Delete a row as another program does, which triggers note."""
    return lambda folder: alter(folder, f"DELETE FROM {table} WHERE rowid = {number}")  # noqa: S608


def lose(table: str, number: int) -> Damage:
    """Delete a row without a trace."""
    return change(f"DELETE FROM {table} WHERE rowid = {number}")  # noqa: S608


RECORD: list[tuple[str, Damage, str]] = [
    ("document", flip_document, r"documents: document [0-9a-f]{12}: it has other bytes: their sha256 is"),
    ("text", flip_text, r"31~prepared.en@1: it has another text: its sha256 is"),
    ("not Unicode", flip_text_out_of_unicode, r"31~prepared.en@1: it cannot be read"),
    (
        "segment", change('UPDATE segment_offsets SET "end" = "end" - 2 WHERE id = 2'),
        r"31~prepared.en@1: it has text that no segment covers, before segment 2",
    ),
    (
        "title", change("UPDATE statements SET title = 'Of d.md' WHERE id = 2"),
        r"XAA/CCPCJ/32: rows with changes that no command makes: statements 2 \(title\)$",
    ),
    (
        "extractor's output", change("UPDATE versions SET raw = replace(raw, 'reg', 'rag') WHERE id = 2"),
        r"texts: XAA/CCPCJ/32~prepared.en@1: it is not",
    ),
    (
        "span map", change("UPDATE versions SET spans = '[[1,14,5,19]]' WHERE id = 1"),
        r"31~prepared.en@1: it has a span map with a gap at 0",
    ),
    (
        "span map turned round",
        change("UPDATE versions SET spans = '[[0,14,5,19],[14,92,0,78]]' WHERE id = 1"),
        r"31~prepared.en@1: it (has a span map|is not what)",
    ),
    (
        "span map that is none", change("UPDATE versions SET spans = '[1, 2]' WHERE id = 1"),
        r"it has a span map that cannot be read",
    ),
    (
        "order of segments", change("UPDATE segment_offsets SET paragraph = 9 WHERE id = 2"),
        r"31~prepared.en@1: it has segment 2 out of order",
    ),
    ("dropped index", change("DROP INDEX versions_by_run"), r"file: index versions_by_run: it is not there"),
    (
        "altered view", change("DROP VIEW segments_searched"),
        r"file: view segments_searched: it is not there",
    ),
    (
        "dropped table", lambda folder: alter(folder, "DROP TABLE expectations"),
        r"file: table expectations: it is not there",
    ),
    ("deleted segment", delete("segment_offsets", 3), r"31~prepared.en@1: it lacks its segment 2"),
    ("lost last segment", lose("segment_offsets", 5), r"31~prepared.en@1: it lacks its segment 4"),
    ("deleted snapshot", delete("snapshots", 2), r"rows: snapshots 2: it is not there, and a row"),
    ("lost snapshot", lose("snapshots", 1), r"rows: XAA/CCPCJ/31~prepared.en: of its 2 snapshots"),
    ("deleted document", delete("documents", 2), r"rows: documents [0-9a-f]{64}: it is not there"),
    ("deleted run", delete("runs", 2), r"rows: run 2: it is not there, though a later one is"),
    ("lost last run", lose("runs", 3), r"mirror: runs/.*/3.jsonl: rows that are missing: runs 3$"),
    ("deleted version", delete("versions", 1), r"rows: XAA/CCPCJ/31~prepared.en@1: the snapshot has"),
    ("deleted edition", delete("editions", 1), r"rows: editions 1: it is not there, and 2 rows of snapshots"),
    ("lost statement", lose("statements", 2), r"rows: statements 2: it is not there, and a row of editions"),
    ("deleted session", delete("sessions", 1), r"rows: sessions CCPCJ 31: it is not there, and a row of"),
    (
        "index entry",
        lambda folder: alter(
            folder,
            "INSERT INTO segments_fts (segments_fts, rowid, text)"
            " SELECT 'delete', id, text FROM segments WHERE id = 3",
        ),
        r"search index: the full-text index: segment 3 is not in it",
    ),
    (
        "noted commit",
        change("UPDATE mirror_commits SET content = CAST(content || 'x' AS BLOB) WHERE rowid = 2"),
        r"history: mirror_commits [0-9a-f]{12}: what the record keeps under this name",
    ),
    (
        "files of a noted commit",
        change("UPDATE mirror_commits SET files = substr(files, 3) WHERE rowid = 2"),
        r"history: mirror_commits [0-9a-f]{12}: what the record keeps under this name",
    ),
    (
        "lost note of a commit", lose("mirror_commits", 2),
        r"history: mirror_commits [0-9a-f]{12}: the record no longer keeps what it needs",
    ),
    (
        "noted file", change("UPDATE mirror_files SET content = substr(content, 1, 20) WHERE rowid = 1"),
        r"history: mirror_files [0-9a-f]{12}: what the record keeps under this name",
    ),
    (
        "noted file that is another",
        change("UPDATE mirror_files SET content = (SELECT files FROM mirror_commits) WHERE rowid = 1"),
        r"history: mirror_files [0-9a-f]{12}: what the record keeps under this name",
    ),
    (
        "index words",
        change("INSERT INTO segments_fts (rowid, text) VALUES (3, 'volcanoes')"),
        r"search index: the full-text index: it has other words than the segments",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "expected"), [case[1:] for case in RECORD], ids=[case[0] for case in RECORD]
)
def test_damage_to_the_record_is_named(folder: Path, damage: Damage, expected: str) -> None:
    damage(folder)
    found = look(folder).faults
    assert any(re.search(expected, line) for line in told(found).splitlines()), told(found)
    assert all(each.where and each.remedy for each in found)


@pytest.mark.parametrize(
    "damage", some(5, [case[1] for case in RECORD]), ids=some(5, [case[0] for case in RECORD])
)
def test_damage_to_the_record_is_mended(tracker: Tracker, folder: Path, damage: Damage) -> None:
    before = read_tables(folder)
    damage(folder)
    check_mended(tracker, folder, before)


def test_what_people_may_change_is_pending_and_stays(tracker: Tracker, folder: Path) -> None:
    alter(folder, "UPDATE sessions SET year = 1999 WHERE id = 1", "UPDATE statements SET post = 'Minister'")
    alter(folder, "INSERT INTO groups VALUES ('G99', 'Group of 99')", "DELETE FROM segments WHERE id = 3")
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert "it is not in the mirror yet" in ran.out
    assert query(
        folder, "SELECT year, (SELECT name FROM groups WHERE id = 'G99') FROM sessions WHERE id = 1"
    ) == [(1999, "Group of 99")]
    assert query(folder, "SELECT DISTINCT post FROM statements") == [(None,)]
    assert query(folder, "SELECT count(*) FROM segments WHERE id = 3") == [(1,)]
    assert tracker("verify").code == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.archives import declare, record
from tracker.archive import open_store
with open_store(Path(sys.argv[1]), "add") as store:
    record(store, declare("XAA/CCPCJ/33~prepared.en"), "Mr. President,\\nWe build dykes.")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_log_of_a_run_that_was_killed_is_missed_where_it_is_gone(
    tracker: Tracker, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    log = folder / "tracker.db-wal"
    assert log.stat().st_size
    assert look(folder).faults == ()
    log.unlink()
    assert "file: tracker.db-wal: it is gone, and held what process" in told(look(folder).faults)
    assert tracker("add", "b.md", "--as", "XAA/CCPCJ/34").code == 0
    assert "it is gone, and held what process" in caplog.text
    assert query(folder, "SELECT what, did FROM repairs") == [("tracker.db-wal", 0)]
    assert look(folder).faults == ()


def test_a_run_without_an_end_a_lock_and_a_log_is_told(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, check=False)
    alter(folder, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert told(look(folder).findings).count("tracker.db-wal") == 0
    (folder / "lock").unlink()
    assert "run 4 of" in told(look(folder).findings)


def test_a_backup_is_verified_without_a_mirror_being_missed(tracker: Tracker, folder: Path) -> None:
    assert tracker("backup", "copy.db").code == 0
    drill = folder.parent / "drill"
    drill.mkdir()
    (folder.parent / "copy.db").rename(drill / "tracker.db")
    assert tracker("verify", "--archive", "drill").code == 1
    ran = tracker("verify", "--archive", "drill", "--record-only")
    assert (ran.code, "mirror" in ran.out) == (0, False)
    flip_document(drill)
    assert tracker("verify", "--archive", "drill", "--record-only").code == 1
    assert tracker("verify", "--repair", "--record-only").code == 2


ACCEPTED = ("--by", "Ana", "--reason", "typed by hand")
FORGED = "UPDATE statements SET title = 'Of d.md' WHERE id = 2"


def test_a_forged_title_is_a_fault_before_the_mirror_has_it(tracker: Tracker, folder: Path) -> None:
    before = read_tables(folder)
    alter(folder, FORGED)
    assert r"32: rows with changes that no command makes: statements 2 (title)" in told(look(folder).faults)
    check_mended(tracker, folder, before)


def test_a_forged_title_stays_out_of_the_mirror(tracker: Tracker, folder: Path) -> None:
    before = read_tables(folder)
    alter(folder, FORGED)
    ran = tracker("mirror", "update")
    assert ran.code == 1
    assert "another program changed statements/2 (title); the mirror keeps that as it was" in ran.err
    assert r"32: rows with changes that no command makes: statements 2 (title)" in told(look(folder).faults)
    noted = query(folder, "SELECT of_table, of_row, of_column, person FROM edits")
    assert noted == [("statements", "2", "title", None)]
    assert tracker("verify", "--repair").code == 1
    assert read_tables(folder)["statements"] == before["statements"]
    assert tracker("verify").code == 0


def test_where_nothing_proves_which_copy_is_right_nothing_is_put_back(tracker: Tracker, folder: Path) -> None:
    alter_unseen(folder, "UPDATE statements SET title = 'Of d.md' WHERE id = 2", "DELETE FROM unmirrored")
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert "look at both: the record has not noted which commit had all of it" in " ".join(ran.out.split())
    assert query(folder, "SELECT title FROM statements WHERE id = 2") == [("Of d.md",)]


def test_an_index_of_the_file_is_made_again_from_the_rows(tracker: Tracker, folder: Path) -> None:
    before = read_tables(folder)
    (sha256,) = query(folder, "SELECT sha256 FROM versions WHERE id = 1")[0]
    data = (folder / "tracker.db").read_bytes()
    assert data.count(sha256.encode()) > 1
    flip(folder / "tracker.db", data.rindex(sha256.encode()) + 5)
    assert "an index of the file is damaged, the rows themselves are whole" in told(look(folder).faults)
    assert "the indexes of tracker.db: they were made again from the rows" in check_mended(
        tracker, folder, before
    )


# A record that cannot be read ------------------------------------------------------------------------


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def blot_the_head(file: Path) -> None:
    file.write_bytes(b"x" * 200 + file.read_bytes()[200:])


def blot_a_page(file: Path) -> None:
    data = file.read_bytes()
    page = data.index(IN_TEXT) // 4096 * 4096
    file.write_bytes(data[:page] + bytes(4096) + data[page + 4096 :])


def blot_a_page_without_texts(file: Path) -> None:
    """Damage the table of runs, of which the mirror has all."""
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'runs'").fetchone()
    data = file.read_bytes()
    file.write_bytes(data[: (page - 1) * 4096] + b"?" * 4096 + data[page * 4096 :])


def empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize(
    "damage", some(2, [cut_short, blot_the_head, blot_a_page, empty, lambda file: file.unlink()])
)
def test_a_record_that_cannot_be_read_is_made_again(
    tracker: Tracker, folder: Path, damage: Callable[[Path], None]
) -> None:
    before = read_tables(folder)
    damage(folder / "tracker.db")
    verified = look(folder)
    assert {each.check for each in verified.faults} >= {"file"}
    said = check_mended(tracker, folder, before)
    assert "repaired tracker.db: it was made again from the mirror at" in said


def test_what_was_recorded_since_is_taken_over_from_a_damaged_record(tracker: Tracker, folder: Path) -> None:
    (folder / "mirror.git").rename(folder / "away.git")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    (folder / "away.git").rename(folder / "mirror.git")
    before = read_tables(folder)
    # The index of a table is lost, of which nothing but integrity_check and a look-up would tell.
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'outcomes'").fetchone()
    data = (folder / "tracker.db").read_bytes()
    (folder / "tracker.db").write_bytes(data[: (page - 1) * 4096] + b"?" * 4096 + data[page * 4096 :])
    said = check_mended(tracker, folder, before)
    assert "repaired what was recorded since:" in said
    assert "not repaired" not in said


def test_what_was_recorded_since_and_is_lost_is_told(tracker: Tracker, folder: Path) -> None:
    (folder / "mirror.git").rename(folder / "away.git")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    (folder / "away.git").rename(folder / "mirror.git")
    blot_the_head(folder / "tracker.db")
    # A run is known by its number and its second: the repair has the number of the run that is lost.
    time.sleep(1)
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert "not repaired what was recorded since: the damaged file does not tell what it was" in said
    assert re.search(r"not repaired run 4 of \S+: .* lost with the damaged file, and the mirror", said)
    assert tracker("verify").code == 0
    assert tracker("status").code == 0
    # What the repair recorded is known outside of the folder, as is each later run.
    kept = folder.rename(folder.with_name("kept"))
    shutil.copytree(kept, folder)
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/34", "--kind", "prepared").code == 0
    shutil.rmtree(folder)
    kept.rename(folder)
    assert "put back to an older state" in " ".join(tracker("verify").out.split())


# Damage to the mirror --------------------------------------------------------------------------------


def flip_loose(name: str) -> Damage:
    def damage(mirror: Path) -> None:
        unpack(mirror)
        flip(object_file(mirror, name), 40)

    return damage


def flip_pack(offset: int) -> Damage:
    return lambda mirror: flip(first_pack(mirror), offset)


def unlink_loose(name: str) -> Damage:
    def damage(mirror: Path) -> None:
        unpack(mirror)
        object_file(mirror, name).unlink()

    return damage


def tear(name: str) -> Damage:
    """Replace a file by bytes of the same length that say nothing."""
    return lambda mirror: (mirror / name).write_bytes(b"\xff" * 60)


def swap_loose(mirror: Path) -> None:
    unpack(mirror)
    target = object_file(mirror, "main:archive.json")
    target.unlink()
    shutil.copy(object_file(mirror, "main:schema.sql"), target)


MIRROR: list[tuple[str, Damage, str]] = [
    ("a file", flip_loose("main:statements/XAA/CCPCJ/31/~prepared.en/2.json"), r"2.json\): its file is dam"),
    ("a document", flip_loose("main:documents"), r"objects: object \w+ \(documents\): its file is damaged"),
    ("the top", flip_loose("main^{tree}"), r"its file is damaged"),
    ("the latest commit", flip_loose("main"), r"\(the latest commit\): its file is damaged"),
    ("an older commit", flip_loose("main~1"), r"its file is damaged"),
    ("the first commit", flip_loose("main~3"), r"its file is damaged"),
    ("an older archive.json", flip_loose("main~2:archive.json"), r"of the history\): its file is damaged"),
    ("a file gone", unlink_loose("main:archive.json"), r"archive.json\): this blob is not there"),
    ("a folder gone", unlink_loose("main:statements/XAA"), r"this tree is not there"),
    ("another file in its place", swap_loose, r"its file is damaged, or holds something else"),
    *((f"pack at {at}", flip_pack(at), r"objects: pack-[0-9a-f]{40}.pack: the file is damaged") for at in
      few(3, 0, 1500, -5, 9, 13, 300, 2500, -300)),
    (
        "index of a pack", lambda mirror: flip(first_pack(mirror).with_suffix(".idx"), -60),
        r"objects: pack-[0-9a-f]{40}.(idx|pack): the file is damaged",
    ),
    ("a pack gone", lambda mirror: first_pack(mirror).unlink(), r"this (blob|commit) is not there"),
    ("HEAD gone", lambda mirror: (mirror / "HEAD").unlink(), r"objects: the mirror: it cannot be opened"),
    *((f"{name} {word}", damage(name), r"objects: the mirror: it cannot be opened") for name, word, damage in
      (("config", "torn", tear), ("packed-refs", "torn", tear))),
    ("a pack cut", lambda mirror: cut_short(first_pack(mirror)), r"objects: pack-\w{40}.pack: the file"),
    (
        "index of commits",
        lambda mirror: flip(next((mirror / "objects/info/commit-graphs").glob("*.graph")), -100),
        r"objects: commit-graph: the index of commits is damaged",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "expected"), [case[1:] for case in MIRROR], ids=[case[0] for case in MIRROR]
)
def test_damage_to_the_mirror_is_named(folder: Path, damage: Damage, expected: str) -> None:
    damage(folder / "mirror.git")
    found = look(folder).faults
    assert any(re.search(expected, line) for line in told(found).splitlines()), told(found)


@pytest.mark.parametrize(
    "damage", some(3, [case[1] for case in MIRROR]), ids=some(3, [case[0] for case in MIRROR])
)
def test_damage_to_the_mirror_is_mended(tracker: Tracker, folder: Path, damage: Damage) -> None:
    before, tip = read_tables(folder), run_git(folder / "mirror.git", "rev-parse", "main")
    damage(folder / "mirror.git")
    check_mended(tracker, folder, before)
    # The same history goes on: git gives the same name to nothing else.
    run_git(folder / "mirror.git", "merge-base", "--is-ancestor", tip, "main")
    run_git(folder / "mirror.git", "fsck", "--full", "--strict")


EARLIER = "main~1:statements/XAA/CCPCJ/31/statement.json"
"""Of 31 with another title, of which the record has an amendment and not the file."""


def test_an_earlier_state_of_a_statement_is_written_again(tracker: Tracker, folder: Path) -> None:
    before, tip = read_tables(folder), run_git(folder / "mirror.git", "rev-parse", "main")
    flip_loose(EARLIER)(folder / "mirror.git")
    assert "repaired mirror.git: written again under the same names" in check_mended(tracker, folder, before)
    run_git(folder / "mirror.git", "merge-base", "--is-ancestor", tip, "main")


def test_what_only_the_mirror_had_is_told_to_be_lost(tracker: Tracker, folder: Path) -> None:
    alter(folder, "DELETE FROM mirror_files")
    flip_loose(EARLIER)(folder / "mirror.git")
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    said = " ".join(ran.out.split())
    assert "not repaired mirror.git: written again under the same names; as it was, it is kept in" in said
    assert "(statements/XAA/CCPCJ/31/statement.json): lost in the mirror, and the record as it is now" in said
    again = tracker("verify")
    assert again.code == 1
    assert "this blob is not there, or cannot be read" in again.out
    shown = " ".join(again.out.split())
    assert "start again: move mirror.git away, then tracker mirror update --new-history" in shown
    (folder / "mirror.git").rename(folder / "away.git")
    assert tracker("mirror", "update").code == 2
    assert tracker("mirror", "update", "--new-history").code == 0
    assert "which was begun again" in " ".join(tracker("verify").out.split())
    assert tracker("verify", "--repair").code == 1
    assert tracker("verify").code == 0


def test_an_edited_record_is_not_written_where_the_mirror_lost_what_it_had(
    tracker: Tracker, folder: Path
) -> None:
    mirror = folder / "mirror.git"
    tip, place = run_git(mirror, "rev-parse", "main"), "statements/XAA/CCPCJ/32/statement.json"
    flip_loose(f"main:{place}")(mirror)
    alter_unseen(folder, FORGED)
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert f"({place}): lost in the mirror, and the record as it is now" in " ".join(ran.out.split())
    assert run_git(mirror, "rev-parse", "main") == tip
    assert tracker("verify").code == 1
    (kept,) = folder.glob("before-repair-*/mirror.git")
    assert run_git(kept, "rev-parse", "main") == tip


def test_a_record_and_a_mirror_that_are_damaged_in_different_things_mend_each_other(
    tracker: Tracker, folder: Path
) -> None:
    before, tip = read_tables(folder), run_git(folder / "mirror.git", "rev-parse", "main")
    flip_loose("main:statements/XAA/CCPCJ/31/~prepared.en/2.json")(folder / "mirror.git")
    blot_a_page_without_texts(folder / "tracker.db")
    assert {each.check for each in look(folder).faults} >= {"file", "objects"}
    check_mended(tracker, folder, before)
    run_git(folder / "mirror.git", "merge-base", "--is-ancestor", tip, "main")


def test_damage_to_both_copies_is_told_and_the_rest_is_mended(tracker: Tracker, folder: Path) -> None:
    flip_document(folder)
    name = query(folder, "SELECT sha256 FROM documents WHERE rowid = 1")[0][0]
    flip_loose(f"main:documents/{name[:2]}/{name}")(folder / "mirror.git")
    flip(object_file(folder / "mirror.git", "main:schema.sql"), 40)
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    said = " ".join(ran.out.partition("AFTER THE REPAIR")[2].split())
    assert f"fault document {name[:12]}" in said
    assert "the mirror has the same, or nothing; restore it from another copy" in said
    assert "schema.sql" not in said
    before = run_git(folder / "mirror.git", "rev-parse", "main")
    assert tracker("verify", "--repair").code == 1
    assert run_git(folder / "mirror.git", "rev-parse", "main") == before


# The history of the mirror ---------------------------------------------------------------------------


def amend(mirror: Path) -> None:
    commit(mirror, run_git(mirror, "log", "-1", "--format=%B", "main"), "main~1")


HISTORY: list[tuple[str, Damage, str]] = [
    ("amended", amend, "the history was rewritten or cut"),
    ("cut", lambda mirror: run_git(mirror, "update-ref", "refs/heads/main", "main~2"), "rewritten or cut"),
    ("a commit of ours", lambda mirror: commit(mirror, "Hello", "main"), "somebody else has written to it"),
    ("no branch", lambda mirror: (mirror / "refs/heads/main").unlink(), "it is at no commit"),
    (
        "a branch that names nothing",
        lambda mirror: (mirror / "refs/heads/main").write_text("nothing\n"), "it is at no commit",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("damage", "expected"),
    some(3, [case[1:] for case in HISTORY]),
    ids=some(3, [case[0] for case in HISTORY]),
)
def test_a_rewritten_history_is_told_and_put_back(
    tracker: Tracker, folder: Path, damage: Damage, expected: str
) -> None:
    before, tip = read_tables(folder), run_git(folder / "mirror.git", "rev-parse", "main")
    damage(folder / "mirror.git")
    found = look(folder)
    assert f"the record wrote {tip[:12]} last" in told(found.faults)
    assert expected in told(found.faults)
    assert "moved back to" in check_mended(tracker, folder, before)
    run_git(folder / "mirror.git", "merge-base", "--is-ancestor", tip, "main")


def test_a_history_that_was_rewritten_before_the_next_run_stays_known(tracker: Tracker, folder: Path) -> None:
    tip = run_git(folder / "mirror.git", "rev-parse", "main")
    amend(folder / "mirror.git")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    for _ in range(2):
        ran = tracker("verify")
        assert ran.code == 1
        assert f"fault commit {tip[:12]}" in ran.out
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert f"not repaired commit {tip[:12]}: lost; the history is taken as it stands" in ran.out
    ran = tracker("verify")
    assert ran.code == 0
    assert f"unverifiable commit {tip[:12]}" in ran.out


def test_a_lost_commit_is_no_rewritten_history(tracker: Tracker, folder: Path) -> None:
    mirror = folder / "mirror.git"
    unpack(mirror)
    shutil.rmtree(mirror / "objects" / "info" / "commit-graphs", ignore_errors=True)
    noted = run_git(mirror, "rev-parse", "main~2")
    object_file(mirror, "main~1").unlink()
    alter_unseen(folder, f"UPDATE unmirrored SET name = '{noted} {noted}' WHERE unit = 'tips'")  # noqa: S608
    assert "a commit between them is lost" in told(look(folder).faults)
    assert "rewritten" not in told(look(folder).findings)
    tracker("mirror", "update")
    assert query(folder, "SELECT count(*) FROM breaks") == [(0,)]


def test_somebody_elses_commit_below_later_ones_is_told(tracker: Tracker, folder: Path) -> None:
    commit(folder / "mirror.git", "Hello", "main")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    assert "it names no run: tracker did not write it" in told(look(folder).faults)


def test_an_older_copy_of_the_record_does_not_undo_the_mirror(tracker: Tracker, folder: Path) -> None:
    shutil.copy(folder / "tracker.db", folder / "older.db")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    tip = run_git(folder / "mirror.git", "rev-parse", "main")
    (folder / "older.db").replace(folder / "tracker.db")
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert "the record is an older copy that ends after run 3: the mirror" in " ".join(ran.out.split())
    assert run_git(folder / "mirror.git", "rev-parse", "main~1") == tip
    assert query(folder, "SELECT count(*) FROM statements WHERE session = '33'") == [(1,)]
    assert tracker("mirror", "update").code == 0
    assert tracker("verify").code == 0


def test_a_mirror_that_is_gone(tracker: Tracker, folder: Path) -> None:
    before, tip = read_tables(folder), run_git(folder / "mirror.git", "rev-parse", "main")
    shutil.rmtree(folder / "mirror.git")
    assert "it is missing, and had everything at commit" in told(look(folder).faults)
    check_mended(tracker, folder, before)
    # The same record gives the same commits.
    run_git(folder / "mirror.git", "merge-base", "--is-ancestor", tip, "main")
    run_git(folder / "mirror.git", "fsck", "--full", "--strict")


def test_a_run_that_was_cut_short_between_both_copies_is_pending(tracker: Tracker, folder: Path) -> None:
    noted = query(folder, "SELECT unit, name FROM unmirrored ORDER BY id")
    assert tracker("add", "a.txt", "--as", "XAA/CCPCJ/33", "--kind", "prepared").code == 0
    # As if the record had not come to note what the mirror holds by now.
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        connection.execute("DELETE FROM unmirrored")
        connection.executemany("INSERT INTO unmirrored (unit, name) VALUES (?, ?)", noted)
        for unit, key in (("snapshot", "4"), ("run", "4"), ("archive", ""), ("statement", "3")):
            connection.execute("INSERT INTO unmirrored (unit, name) VALUES (?, ?)", [unit, key])
    found = look(folder)
    assert found.faults == ()
    assert "a run was interrupted before the record had noted its commits" in told(found.findings)
    assert tracker("mirror", "update").code == 0
    assert look(folder).findings == ()


# What is no fault, and not simply whole ---------------------------------------------------------------


def test_without_a_mirror_the_record_is_the_only_copy(tracker: Tracker, folder: Path) -> None:
    shutil.rmtree(folder / "mirror.git")
    alter(folder, "DELETE FROM unmirrored")
    ran = tracker("verify")
    assert ran.code == 0
    assert ran.out.startswith("no fault found, and only one copy: snapshots/tracker.db,")
    assert "there is none: the record is the only copy" in ran.out
    flip_document(folder)
    ran = tracker("verify", "--repair")
    assert ran.code == 1
    assert "there is no mirror to repair it from; restore it from another copy" in " ".join(ran.out.split())
    assert ran.out.endswith("nothing to repair\n")


def test_without_git_the_mirror_is_not_looked_at(folder: Path) -> None:
    ran = run_tracker(folder.parent, "verify", PATH=str(folder))
    assert ran.code == 0
    assert "it was not checked: git was not found on the path" in " ".join(ran.out.split())


def test_another_release_of_an_extractor_cannot_be_compared(tracker: Tracker, folder: Path) -> None:
    alter_unseen(folder, "UPDATE versions SET extractor = 'markdown-it-py 0.1 utf-8' WHERE id = 2")
    assert tracker("verify", "--accept", "versions/2", *ACCEPTED).code == 0
    ran = tracker("verify")
    assert ran.code == 0, ran.out
    assert "they were read by markdown-it-py 0.1, which is not what is installed" in " ".join(ran.out.split())


def test_an_extractor_that_reads_otherwise_now_is_no_damage_where_both_copies_agree(
    tracker: Tracker, folder: Path
) -> None:
    # Behind the end of the text nothing of the span map tells what the extractor's output was.
    alter_unseen(folder, "UPDATE versions SET raw = raw || 'x' WHERE id = 2")
    assert "is not what markdown-it-py" in told(look(folder).faults)
    assert tracker("verify", "--accept", "versions/2", *ACCEPTED).code == 0
    found = look(folder)
    assert found.faults == ()
    assert "the installed extractor reads another text in the document; both copies have" in told(
        found.findings
    )


def test_a_watch_list_that_was_edited_is_pending(tracker: Tracker, folder: Path) -> None:
    (folder / "watch.toml").write_text("[settings]\n")
    found = look(folder)
    assert [(each.standing, each.what) for each in found.findings] == [("pending", "watch.toml")]
    assert tracker("mirror", "update").code == 0
    assert look(folder).findings == ()


def test_a_file_of_the_mirror_that_the_record_does_not_have(tracker: Tracker, folder: Path) -> None:
    mirror = folder / "mirror.git"
    blob = run_git(mirror, "hash-object", "-w", "--stdin", stdin=b"hello")
    listed = run_git(mirror, "ls-tree", "main") + f"\n100644 blob {blob}\tnotes.txt\n"
    tree = run_git(mirror, "mktree", stdin=listed.encode())
    said = run_git(mirror, "log", "-1", "--format=%B", "main")
    made = run_git(mirror, "commit-tree", tree, "-p", "main", "-m", said)
    run_git(mirror, "update-ref", "refs/heads/main", made)
    alter(folder, "DELETE FROM unmirrored")
    assert "notes.txt: the record has nothing that would be written there" in told(look(folder).faults)
    assert tracker("verify", "--repair").code == 1
    assert "notes.txt" not in run_git(mirror, "ls-tree", "--name-only", "main")
    assert look(folder).faults == ()


def test_the_public_branch_has_no_more_than_it_may(tmp_path: Path) -> None:
    with running_site() as site:
        site.say("/79", "We build dykes.", 79)
        site.say("/78", "We dig wells.", 78)
        watched = source("open", "XAA/UNGA/79~prepared.en", site.url("/79"))
        watched += source("closed", "XAA/UNGA/78~prepared.en", site.url("/78"), 'access = "restricted"')
        folder = make_archive(tmp_path / "snapshots", watched, site.port)
        run_night(folder, "2026-03-01")
        run_tracker(tmp_path, "mirror", "update")
        run_night(folder, "2026-03-02")
    mirror = folder / "mirror.git"
    assert look(folder).findings == ()
    assert run_git(mirror, "rev-parse", "main") != run_git(mirror, "rev-parse", "public")
    run_git(mirror, "update-ref", "refs/heads/public", "main")
    faults = told(look(folder).faults)
    assert "XAA/UNGA/78~prepared.en@1" in faults
    assert "the public branch has more, or other data, than it may" in faults
    assert run_tracker(tmp_path, "verify", "--repair").code == 1
    assert look(folder).faults == ()
    assert "wells" not in run_git(mirror, "grep", "-h", "Mr. President", "public", "--", "*.txt")
    run_git(mirror, "read-tree", "public")
    run_git(mirror, "rm", "--cached", "--quiet", "-r", "statements/XAA/UNGA/79")
    less = run_git(mirror, "commit-tree", "-p", "public", "-m", "less", run_git(mirror, "write-tree"))
    run_git(mirror, "update-ref", "refs/heads/public", less)
    assert "the public branch lacks it" in told(look(folder).faults)
    run_git(mirror, "update-ref", "-d", "refs/heads/public")
    assert "branch public: it is not there, and main is" in told(look(folder).faults)


WITHDRAW = ("--reason", "names a witness", "--authority", "a court", "--yes")


def test_what_was_withdrawn_is_told_and_not_brought_back(tracker: Tracker, folder: Path) -> None:
    assert tracker("withdraw", "XAA/CCPCJ/32", *WITHDRAW).code == 0
    ran = tracker("verify")
    assert ran.code == 0, ran.out
    assert "by order of a court (names a witness): it is kept and not shown" in " ".join(ran.out.split())
    ran = tracker("withdraw", "XAA/CCPCJ/32", "--destroy", *WITHDRAW)
    assert ran.code == 0, ran.err
    ran = tracker("verify", "--repair")
    assert ran.code == 0, ran.out
    assert "its bytes are destroyed, its digest is kept" in " ".join(ran.out.split())
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(1,)]
    alter_unseen(folder, "UPDATE documents SET bytes = NULL WHERE rowid = 1")
    assert "it has no bytes, although nobody has ordered that" in told(look(folder).faults)
    assert tracker("verify", "--repair").code == 1
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(1,)]
    assert tracker("verify").code == 0


def test_what_was_to_be_destroyed_and_is_there_again_is_a_fault(tracker: Tracker, folder: Path) -> None:
    data = query(folder, "SELECT bytes FROM documents WHERE rowid = 2")[0][0]
    assert tracker("withdraw", "XAA/CCPCJ/32", "--destroy", *WITHDRAW).code == 0
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        connection.execute("UPDATE documents SET bytes = ? WHERE bytes IS NULL", [data])
    assert "should have been destroyed (by order of a court (names a witness)) and is still there" in told(
        look(folder).faults
    )


def test_a_destruction_that_was_cut_short_is_not_undone(tracker: Tracker, folder: Path) -> None:
    shutil.copytree(folder / "mirror.git", folder / "before.git")
    noted = query(folder, "SELECT unit, name FROM unmirrored ORDER BY id")
    assert tracker("withdraw", "XAA/CCPCJ/32", "--destroy", *WITHDRAW).code == 0
    shutil.rmtree(folder / "mirror.git")
    (folder / "before.git").rename(folder / "mirror.git")
    with closing(sqlite3.connect(folder / "tracker.db")) as connection, connection:
        connection.execute("DELETE FROM unmirrored")
        connection.executemany("INSERT INTO unmirrored (unit, name) VALUES (?, ?)", noted)
        for unit, key in (("snapshot", "2"), ("statement", "2"), ("run", "2"), ("run", "4"), ("archive", "")):
            connection.execute("INSERT INTO unmirrored (unit, name) VALUES (?, ?)", [unit, key])
        connection.execute(
            "INSERT INTO unmirrored (unit, name) SELECT 'document', sha256 FROM documents WHERE bytes IS NULL"
        )
        connection.execute("UPDATE withdrawals SET completed = NULL")
    found = look(folder)
    assert found.faults == (), told(found.faults)
    assert "destroying was interrupted" in told(found.findings)
    assert tracker("verify", "--repair").code == 0
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(1,)]


# Trouble ---------------------------------------------------------------------------------------------


def test_trouble_is_no_fault(tracker: Tracker, folder: Path, tmp_path: Path) -> None:
    ran = tracker("verify", "--archive", tmp_path / "nowhere")
    assert ran.code == 2
    assert "no archive at" in ran.err
    alter(folder, "INSERT INTO _sqlite_migrations VALUES (99, 'tracker', '9999_later', '2034')")
    ran = tracker("verify")
    assert ran.code == 2
    assert "newer release (9999_later)" in ran.err


# Laws ------------------------------------------------------------------------------------------------


def test_no_bit_of_the_record_changes_unseen(folder: Path) -> None:
    file = folder / "tracker.db"
    whole, before = file.read_bytes(), read_anyhow(folder)
    chance, unseen = Random(11), []  # noqa: S311 (places for damage)
    for _ in few(6, *range(60)):
        offset, bit = chance.randrange(len(whole)), chance.randrange(8)
        flip(file, offset, bit)
        if not look_anyhow(folder) and read_anyhow(folder) != before:
            unseen.append((offset, bit))
        file.write_bytes(whole)
    assert unseen == []


def look_anyhow(folder: Path) -> bool:
    """Tell whether verifying finds a fault, or refuses the archive."""
    try:
        return bool(look(folder).faults)
    except TrackerError:
        return True


def read_anyhow(folder: Path) -> object:
    """Return all rows of the record; what each column means is the program's, and no part of it."""
    copy = folder / "read"
    copy.mkdir(exist_ok=True)
    shutil.copy(folder / "tracker.db", copy)
    try:
        alter(copy, "DELETE FROM descriptions")
        return read_tables(copy)
    except (AssertionError, sqlite3.Error):
        return None


@pytest.mark.parametrize(
    ("extractor", "selector", "remove"),
    [
        ("text utf-8", None, ()),
        ("lxml 6.0 utf-8 selector=main", "main", ()),
        ("lxml 6.0 utf-8 selector=div p remove=.share remove=nav a", "div p", (".share", "nav a")),
        ("trafilatura 2.3 utf-8 remove=.share", None, (".share",)),
    ],
)
def test_settings_are_read_out_of_an_extractors_name(
    extractor: str, selector: str | None, remove: tuple[str, ...]
) -> None:
    assert read_settings(extractor) == (selector, remove)


def test_a_page_is_read_again_with_its_selectors() -> None:
    page = b"<html><body><main><p>We will build dykes.</p><p class='share'>Share</p></main></body></html>"
    extraction = extract(page, selector="main", remove=(".share",))
    assert read_again(page, extraction.extractor, "text/html") == extraction.text
    other = read_again(page, extraction.extractor.replace("lxml ", "lxml 0"), "text/html")
    assert isinstance(other, NotReadable)
    assert other.why.startswith("they were read by lxml 0")
    assert isinstance(read_again(b"", "text utf-8", "text/plain"), NotReadable)
