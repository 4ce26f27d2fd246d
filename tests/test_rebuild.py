from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.here import runner
from tests.mirrors import FIRST, edit, list_files, make_record, read_tables, say, show
from tests.repositories import Made, add_commits, make_repository, run_git
from tests.thorough import some
from tracker.errors import ArchiveUnusable, RepositoryUnusable, TrackerError
from tracker.keep.mirror import backup, rebuild, update_mirror
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.preservation.mirror.unit_files import document_path
from tracker.record.reading.reader import open_reader
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

DOCUMENT = document_path(digest_bytes(FIRST.encode()))
STATEMENT = "statements/XAA/UNGA/78"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an archive with a mirror and a watch list."""
    folder = make_record(tmp_path / "snapshots")
    (folder / "watch.toml").write_text("[settings]\npace = 2.0\n", encoding="utf-8")
    update_mirror(folder)
    return folder


@pytest.fixture
def mirror(folder: Path) -> Path:
    return folder / "mirror.git"


# What it gives ---------------------------------------------------------------------------------------

CLONES = {
    "a clone with its files": ["clone"],
    "a bare one": ["clone", "--bare"],
    "a mirror of it": ["clone", "--mirror"],
    "the head alone": ["clone", "--depth", "1", "--no-local"],
}


@pytest.mark.parametrize("command", some(2, CLONES.values()), ids=some(2, CLONES.keys()))
def test_a_clone_gives_the_record_equal_in_every_table(
    folder: Path, mirror: Path, tmp_path: Path, command: list[str]
) -> None:
    run_git(tmp_path, *command, "--quiet", str(mirror), "copy")
    rebuilt = rebuild_record(tmp_path / "copy", tmp_path / "again")
    assert sorted(path.name for path in (tmp_path / "again").iterdir()) == [
        "tracker.db",
        "watch.received.toml",
    ]
    tables = read_tables(folder)
    assert read_tables(tmp_path / "again") == tables
    assert rebuilt.rows["segments"] == 18
    assert {name: len(tables[name]) for name in rebuilt.rows} == rebuilt.rows
    assert rebuilt.closed == 0
    received = tmp_path / "again" / "watch.received.toml"
    assert received.read_bytes() == (folder / "watch.toml").read_bytes()


def test_a_clone_of_a_copy_whose_own_head_leads_nowhere(folder: Path, mirror: Path, tmp_path: Path) -> None:
    run_git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=trunk", "copy.git")
    run_git(mirror, "push", "--quiet", str(tmp_path / "copy.git"), "main")
    run_git(tmp_path, "clone", "--quiet", "copy.git", "clone")
    rebuild_record(tmp_path / "clone", tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(folder)


def test_the_program_reads_it_as_before(folder: Path, mirror: Path, tmp_path: Path) -> None:
    rebuild_record(mirror, tmp_path / "again")
    read = []
    for archive in (folder, tmp_path / "again"):
        with open_reader(archive) as reader:
            read.append((reader.statements(), reader.search("corruption").hits))
    assert read[0] == read[1]
    assert len(read[0][1]) == 3


def test_a_rebuilt_record_can_be_written_to(mirror: Path, tmp_path: Path) -> None:
    rebuild_record(mirror, tmp_path / "again")
    say(tmp_path / "again", "XAA/UNGA/80~prepared.en", "We build harbours now.")
    with open_reader(tmp_path / "again") as reader:
        assert len(reader.search("harbours").hits) == 1


def test_every_value_that_sqlite_holds_comes_back(folder: Path, tmp_path: Path) -> None:
    # Of what it has already, the mirror would keep what it has.
    shutil.rmtree(folder / "mirror.git")
    edit(
        folder,
        "INSERT INTO groups VALUES ('G\u2028\"\\7', 'line\nbreak \x01 \U0001f30a \u202e ], [')",
        "UPDATE statements SET title = '', speaker = x'00ff', post = 'a' || char(0) || 'b' WHERE id = 1",
        "UPDATE segments SET folded = '], [' WHERE version = 1",
        "UPDATE versions SET spans = '[[0, 1, 0, 1]]', raw = 'raw  \r\n text'",
    )
    update_mirror(folder, new_history=True)
    rebuild_record(folder / "mirror.git", tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(folder)


def test_a_watch_list_that_is_there_is_left_alone(mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "watch.toml").write_text("# mine\n", encoding="utf-8")
    rebuild_record(mirror, tmp_path / "again")
    assert (tmp_path / "again" / "watch.toml").read_text(encoding="utf-8") == "# mine\n"


def test_what_the_command_prints(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tracker: Callable[..., Ran] = runner(tmp_path, monkeypatch, capsys)
    tip = run_git(folder / "mirror.git", "rev-parse", "main")
    ran = tracker("rebuild", "snapshots/mirror.git", "--archive", "again")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        f"rebuilt from {tip[:12]}: 3 statements, 5 snapshots, 4 documents, 3 runs",
        (
            "watch.received.toml is not used until it is accepted; to see what it reaches:"
            " tracker sources accept"
        ),
    ]
    ran = tracker("rebuild", (folder / "mirror.git").as_uri(), "--archive", "third", "--format", "json")
    told = json.loads(ran.out)
    assert (told["commit"], told["rows"]["snapshots"], told["closed"]) == (tip, 5, 0)
    assert read_tables(tmp_path / "third") == read_tables(folder)


# What it refuses -------------------------------------------------------------------------------------


def test_an_archive_that_is_there_is_refused_and_stays(folder: Path, mirror: Path) -> None:
    before = (folder / "tracker.db").read_bytes()
    with pytest.raises(ArchiveUnusable, match=r"there is an archive at .* already; name another folder"):
        rebuild_record(mirror, folder)
    assert (folder / "tracker.db").read_bytes() == before


def test_an_empty_file_in_its_place_is_no_archive(folder: Path, mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "tracker.db").touch()
    rebuild_record(mirror, tmp_path / "again")
    assert read_tables(tmp_path / "again") == read_tables(folder)


def altered(mirror: Path, path: str, old: str, new: str) -> Made:
    data = show(mirror, path)
    assert old in data
    return Made("damage", {path: data.replace(old, new)})


def without(_mirror: Path, *paths: str) -> Made:
    return Made("damage", dict.fromkeys(paths))


DAMAGE: dict[str, tuple[Callable[[Path], Made], str]] = {
    "a document's bytes": (
        lambda mirror: altered(mirror, DOCUMENT, "dykes", "walls"), "does not have that digest"
    ),
    "a document's size": (
        lambda mirror: altered(mirror, f"{DOCUMENT}.json", '"size": 98', '"size": 99'),
        "holds a row that cannot be",
    ),
    "a document that is missing": (lambda mirror: without(mirror, DOCUMENT), "bytes of document .* missing"),
    "a document's name": (
        lambda mirror: altered(mirror, f"{DOCUMENT}.json", '"sha256"', '"sha265"'),
        "bytes of document None are missing",
    ),
    "a document's row": (lambda mirror: without(mirror, f"{DOCUMENT}.json"), "has no documents"),
    "a text": (
        lambda mirror: altered(mirror, f"{STATEMENT}/~prepared.en/1.json", "dykes", "walls"),
        "a version does not have its digest",
    ),
    "half a file": (
        lambda mirror: altered(mirror, f"{STATEMENT}/statement.json", '"speaker"', '"spe'), "cannot be read"
    ),
    "a file that holds no rows": (
        lambda _mirror: Made("damage", {f"{STATEMENT}/statement.json": "[]"}), "cannot be read"
    ),
    "a column that there is not": (
        lambda mirror: altered(mirror, f"{STATEMENT}/statement.json", '"speaker"', '"singer"'),
        "holds a row that cannot be",
    ),
    "a statement": (lambda mirror: without(mirror, f"{STATEMENT}/statement.json"), "has no editions"),
    "a run": (
        lambda mirror: without(mirror, *(path for path in list_files(mirror) if path.endswith("/1.jsonl"))),
        "has no runs",
    ),
    "a row that is there twice": (
        lambda mirror: Made("damage", {"statements/twice.json": show(mirror, f"{STATEMENT}/statement.json")}),
        "UNIQUE constraint failed",
    ),
    "no archive.json": (lambda mirror: without(mirror, "archive.json"), "is no mirror"),
    "a newer format": (
        lambda mirror: altered(mirror, "archive.json", '"mirror": 1', '"mirror": 2'),
        "is a mirror of format 2; upgrade tracker",
    ),
    "a newer schema": (
        lambda mirror: altered(mirror, "archive.json", "0001_archive", "9999_thoughts"),
        r"written by a newer release \(9999_thoughts\); upgrade tracker",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "told"), some(7, DAMAGE.values()), ids=some(7, DAMAGE.keys()))
def test_a_damaged_mirror_is_told_and_gives_no_archive(
    mirror: Path, tmp_path: Path, damage: Callable[[Path], Made], told: str
) -> None:
    add_commits(mirror, [damage(mirror)], 2)
    with pytest.raises(RepositoryUnusable, match=told):
        rebuild_record(mirror, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("kept", some(1, [0.2, 0.5, 0.9]))
def test_a_mirror_whose_objects_rotted_gives_no_archive(mirror: Path, tmp_path: Path, kept: float) -> None:
    for pack in (mirror / "objects" / "pack").glob("*.pack"):
        data = pack.read_bytes()
        pack.chmod(0o600)
        pack.write_bytes(data[: int(len(data) * kept)] + bytes(len(data) - int(len(data) * kept)))
    with pytest.raises(TrackerError, match=r"mirror\.git"):
        rebuild_record(mirror, tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_what_is_no_mirror_is_refused(tmp_path: Path) -> None:
    make_repository(tmp_path / "other", [Made("theirs", {"a.txt": "theirs"})])
    make_repository(tmp_path / "empty", [])
    (tmp_path / "folder").mkdir()
    for name, told in {
        "other": "is no mirror: it holds no archive.json",
        "empty": "is no mirror: it holds no archive.json",
        "folder": "is not a git repository",
        "nowhere": "no such repository",
    }.items():
        for named in (str(tmp_path / name), (tmp_path / name).as_uri()):
            with pytest.raises(RepositoryUnusable, match=told):
                rebuild(named, tmp_path / "again")
    with pytest.raises(RepositoryUnusable, match="git clone: "):
        rebuild("http://127.0.0.1:1/nowhere.git", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    (tmp_path / "again").mkdir()
    with pytest.raises(RepositoryUnusable):
        rebuild(str(tmp_path / "other"), tmp_path / "again")
    assert (tmp_path / "again").is_dir()


def test_a_clone_without_the_files_themselves_says_what_to_do(mirror: Path, tmp_path: Path) -> None:
    run_git(mirror, "config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "--quiet", "--bare", "--filter=blob:none", mirror.as_uri(), "part")
    shutil.rmtree(mirror)
    with pytest.raises(RepositoryUnusable, match=r"part is a partial clone, .* git clone --mirror"):
        rebuild_record(tmp_path / "part", tmp_path / "again")


def test_a_backup_is_what_a_rebuild_gives(folder: Path, mirror: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    backup(folder, tmp_path / "copy" / "tracker.db")
    rebuild_record(mirror, tmp_path / "again")
    assert read_tables(tmp_path / "copy") == read_tables(tmp_path / "again")
