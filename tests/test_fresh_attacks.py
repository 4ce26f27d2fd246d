"""Attacks on an archive by who sends one, and by a colleague who has ``sqlite3``: a table of what was tried.

Each is made for real, and each has to be refused or named in one line.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import struct
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZipFile

import pytest

from tests.damage import alter
from tests.edits import tell_faults
from tests.here import runner
from tests.mirrors import FIRST, list_files, make_record, say, show
from tests.repositories import Made, make_repository, run_git
from tests.thorough import some
from tracker.errors import RecordEdited
from tracker.inputs.zips import read_zip, write_zip
from tracker.keep.mirror import update_mirror
from tracker.record.derived.answers import DERIVED_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.running import Ran

PAGE = 4096
BEGINS = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
ADD = ("add", "a.txt", "--as", "XAA/UNGA/90", "--kind", "prepared")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("We build dykes by 2030.\n", encoding="utf-8")
    update_mirror(make_record(tmp_path / "snapshots"))
    return tmp_path / "snapshots"


@pytest.fixture
def tracker(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(folder.parent, monkeypatch, capsys)


# What is beside a record that was received --------------------------------------------------------------


def link_journal(database: Path, named: Path, page: int = PAGE) -> None:
    """Leave a journal that names another file, as a program does that was killed while it wrote to both."""
    head = BEGINS + struct.pack(">IIIII", 0, 0, database.stat().st_size // page, 512, page)
    name = str(named).encode()
    place = struct.pack(">I", 0x40000000 // page + 1)
    ends = struct.pack(">II", len(name), sum(name)) + BEGINS
    Path(f"{database.resolve()}-journal").write_bytes(head.ljust(512, b"\0") + place + name + ends)


@pytest.mark.parametrize("words", [("list",), ("verify",), ("init",), ("backup", "b.db"), ADD], ids=" ".join)
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_journal_beside_a_record_deletes_no_other_file(
    tracker: Callable[..., Ran], folder: Path, words: tuple[str, ...], *, is_linked: bool
) -> None:
    record, thesis = folder / "tracker.db", folder.parent / "thesis.txt"
    thesis.write_text("four years of work")
    if is_linked:
        record.rename(folder / "x.db")
        record.symlink_to("x.db")
    link_journal(record, thesis)
    ran = tracker(*words)
    assert thesis.exists()
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "would delete another file" in ran.err


def test_a_journal_beside_what_derived_db_is_a_link_to_deletes_no_other_file(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    derived, thesis = folder / DERIVED_NAME, folder.parent / "thesis.txt"
    told = tracker("diff", "XAA/UNGA", "78", "79")
    thesis.write_text("four years of work")
    derived.rename(folder / "x.db")
    derived.symlink_to("x.db")
    link_journal(derived, thesis, 16384)
    assert tracker("diff", "XAA/UNGA", "78", "79") == told
    assert thesis.exists()


def add_page(data: bytes) -> bytes:
    """Return the sum by which SQLite knows a page of a journal."""
    return struct.pack(">I", sum(data[PAGE - 200 : 0 : -200]) & 0xFFFFFFFF)


def test_a_journal_beside_a_record_slips_no_trigger_in(tracker: Callable[..., Ran], folder: Path) -> None:
    """To read it SQLite takes the file as it is; to write to it, what the journal makes of it."""
    record, copy = folder / "tracker.db", folder.parent / "copy.db"
    shutil.copy(record, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(
            "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN UPDATE statements SET speaker = 'Eve'; END"
        )
    old, new = record.read_bytes(), copy.read_bytes()
    pages = [
        struct.pack(">I", at // PAGE + 1) + new[at : at + PAGE] + add_page(new[at : at + PAGE])
        for at in range(0, len(new), PAGE)
        if new[at : at + PAGE] != old[at : at + PAGE]
    ]
    head = BEGINS + struct.pack(">IIIII", len(pages), 0, len(new) // PAGE, 512, PAGE)
    record.write_bytes(old[:18] + b"\1\1" + old[20:])
    Path(f"{record}-journal").write_bytes(head.ljust(512, b"\0") + b"".join(pages))
    assert tracker("list").code == 0
    ran = tracker(*ADD)
    assert (ran.code, "a trigger that tracker did not make (evil)" in ran.err) == (2, True)
    with closing(sqlite3.connect(record)) as connection:
        assert connection.execute("SELECT count(*) FROM statements WHERE speaker = 'Eve'").fetchone() == (0,)


# What a received archive leads to -----------------------------------------------------------------------

WHY = ("--reason", "r", "--authority", "a", "--by", "Ana", "--yes")
DESTROY = ("withdraw", "XAA/HRC/52/item-4", "--destroy", *WHY)


@pytest.mark.parametrize("is_planted", some(1, [True, False]), ids=str)
@pytest.mark.parametrize(
    "name", some(1, ["before-repair-1", "before-repair-1/sub", "before-repair-1/tracker.db"])
)
def test_a_destruction_follows_no_link(
    tracker: Callable[..., Ran], folder: Path, name: str, *, is_planted: bool
) -> None:
    home = folder.parent / "home"
    (home / "sub").mkdir(parents=True)
    (home / "sub" / "thesis.txt").write_text("four years of work")
    update_mirror(make_record(home / "snapshots"))
    if is_planted:
        assert tracker(*DESTROY).code == 0
        alter(folder, "UPDATE withdrawals SET completed = NULL")
    place = folder / name
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(home / "snapshots" / "tracker.db" if place.suffix else home)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    ran = tracker(*(ADD if is_planted else DESTROY))
    # The order is an edit of the record, unless it was carried out again within the second.
    assert ran.code in ({0, 1} if is_planted else {0}), ran.err
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert not place.is_symlink()


def test_a_mirror_that_is_a_link_leads_to_no_repository_of_the_readers(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    project = folder.parent / "project"
    run_git(folder.parent, "init", "--quiet", "--initial-branch=main", "project")
    run_git(project, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m1")
    refs = run_git(project, "for-each-ref")
    shutil.rmtree(folder / "mirror.git")
    (folder / "mirror.git").symlink_to("../project/.git")
    ran = tracker(*ADD)
    assert (ran.code, "mirror.git is a symbolic link" in ran.err) == (2, True)
    assert run_git(project, "for-each-ref") == refs


# Acts that are slipped into a run that is over ------------------------------------------------------------

_AMEND = "INSERT INTO amendments (statement, snapshot, field, earlier, later, run) VALUES "
_ORDERED = "'destroy', 'XAA/UNGA/78', '2026-01-01T00:00:00Z', 'a', 'b', NULL, '2026-01-01T00:00:00Z', 1"
_WITHDRAWN = "INSERT INTO withdrawn SELECT 1, 1, id, document, NULL, NULL FROM snapshots WHERE id = 1"
_ALL_WITHDRAWN = _WITHDRAWN.replace("1, 1, id", "NULL, 1, id").replace("id = 1", "id > 1")
SLIPPED = {
    "a speaker": (
        f"{_AMEND} (1, NULL, 'speaker', 'Ana Reyes', 'Eve', 1)",
        "UPDATE statements SET speaker = 'Eve' WHERE id = 1",
        "statements 1 (speaker)",
    ),
    "an address": (
        f"{_AMEND} (1, 1, 'url', '', 'http://eve.example', 1)",
        "UPDATE snapshots SET url = 'http://eve.example' WHERE id = 1",
        "snapshots 1 (url)",
    ),
    "a language": (
        f"{_AMEND} (1, 1, 'language', 'en', 'fr', 1)",
        "UPDATE editions SET language = 'fr' WHERE id = 1",
        "editions 1 (language)",
    ),
    "a destruction": (
        f"INSERT INTO withdrawals SELECT NULL, {_ORDERED}; {_WITHDRAWN}",
        "DELETE FROM versions WHERE id = 1",
        "segments 1",
    ),
    "what a destruction removes": (
        f"INSERT INTO withdrawals SELECT NULL, {_ORDERED}; {_ALL_WITHDRAWN}",
        "UPDATE statements SET title = NULL WHERE id = 2",
        "statements 2 (title)",
    ),
}


@pytest.mark.parametrize("what", some(2, SLIPPED))
def test_an_act_that_was_slipped_into_an_old_run_explains_nothing(folder: Path, what: str) -> None:
    slipped, edit, named = SLIPPED[what]
    mirror = folder / "mirror.git"
    before = {
        path: show(mirror, path) for path in list_files(mirror) if "/UNGA/" in path and path.endswith(".json")
    }
    alter(folder, *slipped.split("; "), edit)
    for night in range(2):
        assert named in tell_faults(folder), night
        with pytest.raises(RecordEdited):
            say(folder, f"XAA/HRC/{90 + night}~prepared.en", FIRST)
    assert {path: show(mirror, path) for path in before} == before


def test_a_mirror_that_was_moved_away_and_begun_again_does_not_prove_an_edit(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    (folder / "mirror.git").rename(folder.parent / "away.git")
    alter(folder, "UPDATE snapshots SET observed = '1999-01-01T00:00:00Z' WHERE id = 1")
    assert tracker("mirror", "update").code == 2
    assert tracker("mirror", "update", "--new-history").code == 0
    for night in range(3):
        assert "which was begun again: nothing proves what the record held before" in tell_faults(folder)
        say(folder, f"XAA/HRC/{90 + night}~prepared.en", FIRST)
    assert tracker("verify", "--repair").code == 1
    ran = tracker("verify")
    assert (ran.code, "it was accepted as it is" in " ".join(ran.out.split())) == (0, True)


# Zips that programs read differently ------------------------------------------------------------------------

HONEST, FORGED = (write_zip({"texts/a.txt": text, "README.txt": "of speeches"}) for text in ("ten", "two"))
HIDDEN = HONEST.index(b"PK", 4)


@pytest.mark.parametrize("place", [0, HIDDEN, HONEST.index(b"PK\1\2")], ids=["before", "between", "after"])
def test_a_zip_with_members_that_its_list_does_not_name_is_refused(place: int) -> None:
    """Python reads the list at the end; a program that unpacks a stream reads what comes first."""
    hidden = FORGED if not place else FORGED[:HIDDEN]
    data = HONEST[:place] + hidden + HONEST[place:]
    if place:
        moved = bytearray(data)
        for at in [each.start() for each in re.finditer(b"PK\1\2", data)]:
            (offset,) = struct.unpack_from("<I", moved, at + 42)
            struct.pack_into("<I", moved, at + 42, offset + len(hidden) * (offset >= place))
        ends = moved.rindex(b"PK\5\6") + 16
        struct.pack_into("<I", moved, ends, struct.unpack_from("<I", moved, ends)[0] + len(hidden))
        data = bytes(moved)
    with ZipFile(BytesIO(data)) as package:
        assert package.read("texts/a.txt") == b"ten"
    with pytest.raises(ValueError, match=r"that (its|the) list does not name"):
        read_zip(data)


def test_a_zip_that_was_written_to_a_stream_is_read() -> None:
    class Stream(BytesIO):
        def seekable(self) -> bool:
            return False

    with ZipFile(stream := Stream(), "w") as package:
        package.writestr("texts/a.txt", "ten")
        package.writestr("README.txt", "of speeches")
    assert read_zip(stream.getvalue()) == {"texts/a.txt": b"ten", "README.txt": b"of speeches"}


@pytest.mark.parametrize("kind", [ZIP_LZMA, ZIP_BZIP2])
@pytest.mark.parametrize("damage", [b"", b"\xff" * 8])
def test_a_zip_that_is_packed_in_another_way_is_refused(kind: int, damage: bytes) -> None:
    with ZipFile(stream := BytesIO(), "w", kind) as package:
        package.writestr("a.txt", "ten dykes " * 1000)
    data = bytearray(stream.getvalue())
    data[47 : 47 + len(damage)] = damage
    with pytest.raises(ValueError, match=r"a\.txt is packed in a way that is not read here"):
        read_zip(bytes(data))


# What another program notes for the mirror, and large files of small repositories -----------------------

NOTES = {
    "a place that is none": "INSERT INTO unmirrored (unit, name) VALUES ('left', 'not json')",
    "a place of places": "INSERT INTO unmirrored (unit, name) VALUES ('left', '[[1], {}]')",
    "places without end": (
        "INSERT INTO unmirrored (unit, name) VALUES ('left', replace(hex(zeroblob(50000)), '0', '['))"
    ),
    "a unit of no kind": "INSERT INTO unmirrored (unit, name) VALUES ('evil', '1')",
    "commits that are none": "UPDATE unmirrored SET name = 'evil commit' WHERE unit = 'tips'",
    "an option": "UPDATE unmirrored SET name = '--output=evil main' WHERE unit = 'tips'",
}


@pytest.mark.parametrize("note", some(3, NOTES.values()), ids=some(3, NOTES))
def test_a_note_that_no_trigger_makes_stops_nothing(
    tracker: Callable[..., Ran], folder: Path, note: str
) -> None:
    alter(folder, note)
    ran = tracker("verify")
    assert (ran.code, ran.err) == (0, ""), ran.out
    ran = tracker(*ADD)
    assert (ran.code, ran.err) == (0, "")
    assert "statements/XAA/UNGA/90/statement.json" in list_files(folder / "mirror.git")
    assert tell_faults(folder) == ""
    assert not list(folder.parent.rglob("evil*"))


@pytest.mark.parametrize("name", ["packed-refs", "HEAD", "config", "shallow"])
def test_a_file_of_a_repository_with_holes_fills_no_memory(
    tracker: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    repo = make_repository(tmp_path / "repo", [Made("one", {"a.txt": FIRST})])
    with (repo / name).open("ab") as file:
        file.truncate(10**12)
    ran = tracker("import", "repo", "--path", "a.txt", "--as", "XAA/CCPCJ/31~prepared.en")
    assert (ran.code, ran.err.count("\n"), "bytes: no git writes such a one" in ran.err) == (2, 1, True)
