"""The open copy holds what is open and no word of what is not, however it came to be."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Event
from typing import TYPE_CHECKING, cast

import pytest

from tests.closed import ACCESS, WHERE, WHY, close, holds_secret, judge, make_archive, run
from tests.no_archives import NO_RECORD
from tests.open_copies import read_everything, read_tables
from tests.running import COMMAND
from tests.thorough import few, long
from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.diff import diff
from tracker.errors import ArchiveUnusable, NotInArchive, Withdrawn
from tracker.preservation.folder import OPEN
from tracker.publish.open_copy import find_open_copy, name_state, read_state, refresh_open_copy
from tracker.publish.shelf import open_shelf
from tracker.publish.worker import ServedCopy
from tracker.record.schema.connection import Record, open_record
from tracker.references import parse_reference

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.publish import worker


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judge(make_archive(tmp_path_factory.mktemp("made") / "archive"))


@pytest.fixture
def archive(made: Path, tmp_path: Path) -> Path:
    """Return the folder around an archive whose statement of session 78 is open still, and judged."""
    return shutil.copytree(made, tmp_path / "archive")


def compare_in_copy(place: Path) -> None:
    with open_shelf(place) as shelf:
        diff([WHERE, "XAA/UNGA/79"], shelf.archive, load_vocabulary())


@pytest.mark.parametrize("access", ACCESS)
@pytest.mark.parametrize("was_open", [True, False], ids=["closed later", "closed before"])
def test_no_word_of_what_is_closed_is_in_it(archive: Path, access: str, was_open: bool) -> None:
    folder = archive / "snapshots"
    if was_open:
        compare_in_copy(refresh_open_copy(folder))
        assert (folder / OPEN / "derived.db").is_file()
        assert any(holds_secret(text) for _, text in read_everything(folder / OPEN))
    close(archive, access)
    place = refresh_open_copy(folder)
    found = {where for where, text in read_everything(place) if holds_secret(text)}
    if access == "open":
        assert found >= {"versions", "documents", "segments", "decisions", "words"}
        assert ("derived.db" in found) == was_open
    else:
        assert found == set()
        assert len(read_tables(place / "tracker.db")["statements"]) == 2


@pytest.mark.parametrize("nature", NO_RECORD)
def test_none_is_made_in_a_folder_that_is_no_archive(tmp_path: Path, nature: str) -> None:
    NO_RECORD[nature](tmp_path / "tracker.db")
    with pytest.raises(ArchiveUnusable):
        refresh_open_copy(tmp_path)
    assert not (tmp_path / OPEN).exists()


@pytest.mark.parametrize("access", ["restricted", "withdrawn"])
def test_what_is_closed_since_is_known_before_the_copy_is_made_again(archive: Path, access: str) -> None:
    folder = archive / "snapshots"
    place = refresh_open_copy(folder)
    assert find_open_copy(folder) == place
    close(archive, access)
    assert find_open_copy(folder) is None
    # By no hand but the command's: whoever has the copy open elsewhere finds it gone.
    assert (place / "tracker.db").exists() == (access == "restricted")


def test_of_what_was_withdrawn_authority_and_reason_are_told(archive: Path) -> None:
    place = refresh_open_copy(close(archive, "withdrawn") / "snapshots")
    with open_shelf(place) as shelf, pytest.raises(Withdrawn, match="District Court: names a witness"):
        shelf.reader.side(parse_reference(WHERE))


def test_of_what_is_restricted_nothing_is_told(archive: Path) -> None:
    place = refresh_open_copy(close(archive, "restricted") / "snapshots")
    with open_shelf(place) as shelf, pytest.raises(NotInArchive, match="closed, and not in it"):
        shelf.reader.side(parse_reference(WHERE))


STEPS = (
    ("add", "more.txt", "--as", "XAA/UNGA/80~prepared.en", "--title", "More"),
    ("add", "more.txt", "--as", "XAA/UNGA/80~prepared.en", "--title", "Another title"),
    ("judge", "XAA/UNGA/79", "--topic", "corruption", "--level", "declared", "--by", "Ana"),
    ("judge", WHERE, "--topic", "corruption", "--level", "declared", "--by", "Ana"),
    ("snapshot",),
    ("withdraw", WHERE, *WHY),
    ("add", "more.txt", "--as", "XBB/HRC/52"),
    ("withdraw", WHERE, "--lift", *WHY),
    ("withdraw", WHERE, "--destroy", "--yes", *WHY),
    ("expect", "XAA/UNGA/81", "--by", "Ana", "--due", "2026-01-01"),
    ("reextract",),
)


@pytest.mark.parametrize("access", few(1, "restricted", "open"))
def test_made_step_by_step_it_is_as_made_at_once(archive: Path, tmp_path: Path, access: str) -> None:
    folder = close(archive, access) / "snapshots"
    (archive / "more.txt").write_text("We will end corruption. We ask all States to do so.", encoding="utf-8")
    refresh_open_copy(folder)
    for step in STEPS:
        run(archive, *step, codes=frozenset({0, 1, 2} if access == "restricted" else {0, 1}))
        place = refresh_open_copy(folder)
        fresh = tmp_path / "fresh" / "snapshots"
        shutil.rmtree(fresh.parent, ignore_errors=True)
        shutil.copytree(folder, fresh, ignore=shutil.ignore_patterns(OPEN))
        wanted, found = (
            read_tables(refresh_open_copy(fresh) / "tracker.db"),
            read_tables(place / "tracker.db"),
        )
        for tables in (wanted, found):
            # Names of what each rests on, and what FTS5 keeps of its own work.
            tables["omissions"] = [row[2:] for row in tables["omissions"]]
            del tables["unmirrored"]
        assert found == wanted, step


def test_nothing_is_written_where_nothing_changed(archive: Path) -> None:
    folder = archive / "snapshots"
    place = refresh_open_copy(folder)
    before = {path.name: path.stat().st_mtime_ns for path in place.iterdir()}
    with ArchiveSession(folder) as session:
        session.reader.statements()
    assert refresh_open_copy(folder) == place
    assert {path.name: path.stat().st_mtime_ns for path in place.iterdir()} == before


def test_to_look_for_changes_keeps_the_log_of_who_reads(archive: Path) -> None:
    """A process that closes a file gives up all its locks on it: the next to write would remove the log."""
    folder, count = archive / "snapshots", "SELECT count(*) FROM snapshots"
    with open_record(folder, Record) as reader:
        (before,) = reader.row(count)
        state = name_state(folder)
        (archive / "more.txt").write_text("We will build a bridge.", encoding="utf-8")
        subprocess.run(
            [*COMMAND, "add", "more.txt", "--as", "XAA/UNGA/64~prepared.en"], cwd=archive, check=True
        )
        assert (folder / "tracker.db-wal").is_file()
        assert reader.row(count) == (before + 1,)
        assert name_state(folder) != state


def test_two_that_wait_for_one_copy_do_not_keep_the_next_from_being_made(archive: Path) -> None:
    folder = archive / "snapshots"
    place, together, asked = refresh_open_copy(folder), Barrier(2), Event()

    class Worker:
        """Answers two at the same instant."""

        def ask(self, *_: object) -> Path:
            asked.set()
            with suppress(BrokenBarrierError):
                together.wait(1)
            return place

    copy = ServedCopy(folder, cast("worker.Worker", Worker()))
    (archive / "more.txt").write_text("We will build a bridge.", encoding="utf-8")
    run(archive, "add", "more.txt", "--as", "XAA/UNGA/64~prepared.en")
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda _: copy.find(), range(2))) == [place, place]
    asked.clear()
    ends = time.monotonic() + 20
    while not asked.is_set() and time.monotonic() < ends:
        copy.find()
    assert asked.is_set()


def test_one_that_came_with_an_archive_is_not_believed(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = archive / "snapshots"
    place = refresh_open_copy(folder)
    made_from = name_state(folder)
    assert read_state(place) == made_from
    with monkeypatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(archive / "another user"))
        assert read_state(place) is None
    told = json.loads((place / "state.json").read_text(encoding="utf-8"))
    shutil.copyfile(place / "tracker.db", place / "other.db")
    (place / "other.db").replace(place / "tracker.db")
    assert told["made from"][0] == made_from
    assert read_state(place) is None
    refresh_open_copy(folder)
    assert read_state(place) == made_from


def test_a_folder_of_that_name_which_is_no_copy_is_left_alone(archive: Path) -> None:
    folder = archive / "snapshots"
    (folder / OPEN).mkdir()
    (folder / OPEN / "tracker.db").write_text("mine", encoding="utf-8")
    with pytest.raises(ArchiveUnusable, match="is something else; move it away"):
        refresh_open_copy(folder)
    close(archive, "withdrawn")
    assert (folder / OPEN / "tracker.db").read_text(encoding="utf-8") == "mine"


@long
def test_what_keeps_the_archive_leaves_it_out(archive: Path) -> None:
    folder = archive / "snapshots"
    run(archive, "mirror", "update")
    place = refresh_open_copy(folder)
    assert run(archive, "verify").code == 0
    refused = run(archive, "withdraw", WHERE, "--destroy", "--yes", *WHY)
    assert str(place) not in refused.out + refused.err
    assert not place.exists()
