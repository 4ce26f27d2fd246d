from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.here import runner
from tests.mirrors import FIRST, edit, make_record, read_tables, say
from tests.running import ROOT
from tests.thorough import long
from tracker.archive import create_archive
from tracker.errors import ArchiveUnusable
from tracker.keep.mirror import backup, update_mirror
from tracker.record.reading.reader import open_reader
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

WRITER = """
import sys
from pathlib import Path
from tests.archives import declare, record
from tracker.archive import open_store
with open_store(Path(sys.argv[1]), "import") as store:
    print("begun", flush=True)
    for number in range(1, 100_000):
        record(store, declare(f"XAA/HRC/{number}~prepared.en"), f"We build dykes.\\nNumber {number}.")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_record(tmp_path / "snapshots")


def test_a_copy_is_the_record_in_one_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    target = tmp_path / "copy" / "tracker.db"
    made = backup(folder, target)
    assert (made.path, made.size) == (str(target), target.stat().st_size)
    assert made.sha256 == digest_bytes(target.read_bytes())
    assert (made.rows["snapshots"], made.rows["documents"]) == (5, 4)
    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["tracker.db"]
    assert read_tables(tmp_path / "copy") == read_tables(folder)
    with open_reader(tmp_path / "copy") as reader:
        assert len(reader.search("corruption").hits) == 3
    say(tmp_path / "copy", "XAA/UNGA/80~prepared.en", FIRST)


def test_an_empty_archive_is_copied_too(tmp_path: Path) -> None:
    create_archive(tmp_path / "snapshots")
    assert backup(tmp_path / "snapshots", tmp_path / "copy.db").rows["snapshots"] == 0


def test_what_was_not_yet_moved_into_the_one_file_is_copied(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as other:
        held = backup(folder, tmp_path / "first.db").rows["groups"]
        other.execute("INSERT INTO groups VALUES ('ALLIES', 'Our allies')")
        assert (folder / "tracker.db-wal").stat().st_size
        assert backup(folder, tmp_path / "copy.db").rows["groups"] == held + 1
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO groups VALUES ('FRIENDS', 'Our friends')")
        assert backup(folder, tmp_path / "second.db").rows["groups"] == held + 1


@long
def test_copies_made_while_another_process_writes_are_each_of_one_instant(
    folder: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout
        assert writer.stdout.readline() == "begun\n"
        grown = []
        for number in range(8):
            (tmp_path / str(number)).mkdir()
            backup(folder, tmp_path / str(number) / "tracker.db")
            tables = read_tables(tmp_path / str(number))
            snapshots = len(tables["snapshots"])
            assert snapshots == len(tables["versions"]) == len(tables["documents"]) + 1
            assert len(tables["segments"]) == 2 * (snapshots - 5) + 18
            grown.append(snapshots)
        assert writer.poll() is None
        writer.kill()
    assert grown == sorted(grown)
    assert grown[-1] > grown[0]


def test_a_file_that_is_there_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine", encoding="utf-8")
    with pytest.raises(ArchiveUnusable, match="exists already and was left alone; name another file"):
        backup(folder, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text(encoding="utf-8") == "mine"
    with pytest.raises(ArchiveUnusable, match="exists already"):
        backup(folder, folder / "tracker.db")


def flip(path: Path, old: bytes, new: bytes) -> None:
    """Change bytes of a file behind SQLite's back."""
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "the bytes of a document": (
        lambda folder: edit(folder, "UPDATE documents SET bytes = zeroblob(size) WHERE rowid = 2"),
        "document [0-9a-f]{12} has another digest",
    ),
    "a text": (
        lambda folder: edit(folder, "UPDATE versions SET text = 'other' WHERE id = 1"),
        "text [0-9a-f]{12} has another digest",
    ),
    "a row that another names": (
        lambda folder: edit(folder, "PRAGMA foreign_keys = OFF", "DELETE FROM editions WHERE id = 1"),
        "row 1 of snapshots has no editions",
    ),
    "a word in the file": (
        lambda folder: flip(folder / "tracker.db", b"Atlantis will", b"Atlantis must"), "has another digest"
    ),
    "the schema": (
        lambda folder: flip(folder / "tracker.db", b"CREATE TABLE", b"CREATE CABLE"), "is damaged"
    ),
    "half the file": (
        lambda folder: os.truncate(folder / "tracker.db", 8 * 4096),
        "damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "told"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_record_is_told_and_no_copy_is_left(
    folder: Path, tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    damage(folder)
    (tmp_path / "copies").mkdir()
    with pytest.raises(ArchiveUnusable, match=told):
        backup(folder, tmp_path / "copies" / "copy.db")
    assert list((tmp_path / "copies").iterdir()) == []


def test_where_no_copy_can_be(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(
        ArchiveUnusable, match=r"nowhere/copy\.db cannot be written: there is no folder .*nowhere"
    ):
        backup(folder, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(ArchiveUnusable, match="no archive at"):
        backup(tmp_path / "none", tmp_path / "copy.db")
    (tmp_path / "other").mkdir()
    with closing(sqlite3.connect(tmp_path / "other" / "tracker.db")) as other:
        other.execute("CREATE TABLE mine (id)")
    with pytest.raises(ArchiveUnusable, match="is not a tracker archive"):
        backup(tmp_path / "other", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_copy_that_was_cut_short_is_no_hindrance(folder: Path, tmp_path: Path) -> None:
    (tmp_path / ".copy.db.part").write_bytes(b"half")
    backup(folder, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes().startswith(b"SQLite format 3")
    assert not (tmp_path / ".copy.db.part").exists()


def test_a_copy_goes_on_with_the_mirror(folder: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    backup(folder, tmp_path / "copy.db")
    shutil.copy(tmp_path / "copy.db", folder / "tracker.db")
    assert update_mirror(folder).commits == 0
    say(folder, "XAA/UNGA/80~prepared.en", FIRST)
    assert update_mirror(folder).commits == 0


def test_what_the_command_prints(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracker: Callable[..., Ran] = runner(tmp_path, monkeypatch, capsys)
    ran = tracker("backup", "copy.db")
    digest = digest_bytes((tmp_path / "copy.db").read_bytes())
    size = (tmp_path / "copy.db").stat().st_size
    assert (ran.code, ran.out) == (
        0, f"copy.db: 5 snapshots, {size / 1e6:.1f} MB, checked; sha256 {digest}\n",
    )  # fmt: skip
    assert json.loads(tracker("backup", "second.db", "--format", "json").out)["rows"]["snapshots"] == 5
    ran = tracker("backup", "copy.db")
    assert ran.code == 2
    assert ran.err == "tracker: copy.db exists already and was left alone; name another file\n"
    assert folder.is_dir()
