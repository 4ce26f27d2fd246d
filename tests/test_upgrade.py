"""Both layouts of the record: each is read, written, destroyed, verified, rebuilt; one becomes the other."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import time
import zlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import declare, query, record
from tests.conftest import run_tracker
from tests.layouts import FIRST, SECOND, find_anywhere, make_in_layout, read_layout_of
from tests.mirrors import edit, list_commits
from tests.repositories import run_git
from tests.rights import OPEN, SECRETS, WHY, add, find_in_index
from tests.running import ROOT
from tests.test_destroy import kill_at
from tracker.archive.file.lock import read_clock
from tracker.archive.reading.holdings import list_lines, open_holdings
from tracker.archive.reading.reader import open_reader
from tracker.archive.record.encoding import read_spans
from tracker.archive.record.segments import forget_words, read_segments, rebuild_index
from tracker.archive.schema.connection import connect_to_write
from tracker.archive.schema.layout import pack, pack_spans, unpack, unpack_spans
from tracker.archive.storing import upgrade
from tracker.archive.storing.store import open_store
from tracker.errors import ArchiveUnusable
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]

LAYOUTS = (FIRST, SECOND)
DESTROY = ("withdraw", "XAA/UNGA/78", "--destroy", "--yes", *WHY)
CHINESE = "主席先生，腐败是我们的首要问题。我们将公布每一份合同。"


def fill(folder: Path) -> Path:
    """Record five texts, one of them twice and one of which the index has another form, and mirror them."""
    add(folder, "XAA/UNGA/77~prepared.en", OPEN)
    add(folder, "XAA/UNGA/78~prepared.en", *SECRETS)
    add(folder, "XAA/UNGA/79~prepared.zh", CHINESE)
    with open_store(folder) as store:
        store.update_mirror()
    return folder


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return an archive that an earlier release has made and filled."""
    return fill(make_in_layout(tmp_path / "snapshots", FIRST))


def read_all(folder: Path) -> tuple[list[Any], ...]:
    """Return all that a record says, but for runs and how it keeps things, and what a search finds in it."""
    with open_holdings(folder, private=True) as holdings:
        lines = [line for line in b"".join(list_lines(holdings)).splitlines() if b'"_sqlite' not in line]
        kept = [holdings.document(sha256) for sha256, _ in holdings.documents()]
    with open_reader(folder) as reader:
        sides = [reader.side(entry.reference) for entry in reader.statements()]
        raw = [reader.raw(entry.reference) for entry in reader.statements()]
        found = [reader.search(words).hits for words in ("corruption", "quokka", "腐败", "合同")]
    tables = ("documents", "statements", "editions", "snapshots", "versions", "segments")
    begins = tuple(f'{{"{name}"'.encode() for name in tables)
    return sorted(line for line in lines if line.startswith(begins)), kept, sides, raw, found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_written_read_verified_and_rebuilt_and_stays(
    tmp_path: Path, tracker: Tracker, layout: str
) -> None:
    folder = fill(make_in_layout(tmp_path / "snapshots", layout))
    assert [len(found) > 0 for found in read_all(folder)[-1]] == [True] * 4
    (tmp_path / "new.txt").write_text("Mr. President,\n\nWe plant trees.", encoding="utf-8")
    assert tracker("add", "new.txt", "--as", "XAA/UNGA/80~prepared.en").code == 0
    assert "We plant *trees*." in tracker("search", "trees").out
    for words in (("verify",), ("mirror", "update"), ("diff", "XAA/UNGA/77", "XAA/UNGA/80"), ("runs",)):
        assert tracker(*words).code in {0, 1}, words
    assert tracker("verify").code == 0
    assert tracker("rebuild", "snapshots/mirror.git", "--archive", "again").code == 0
    assert read_all(tmp_path / "again") == read_all(folder)
    assert {read_layout_of(folder), read_layout_of(tmp_path / "again")} == {layout}


def test_both_layouts_say_the_same(tmp_path: Path, old: Path, tracker: Tracker) -> None:
    before = read_all(old)
    size = (old / "tracker.db").stat().st_size
    commits = list_commits(old / "mirror.git")
    ran = tracker("upgrade", "--yes")
    assert (ran.code, ran.err, read_layout_of(old)) == (0, "", SECOND)
    assert read_all(old) == before
    assert f"{size / 1e6:,.1f} MB before, " in ran.out
    assert tracker("verify").code == 0
    assert list_commits(old / "mirror.git")[:-1] == commits
    changed = run_git(old / "mirror.git", "diff", "--name-only", "main~1", "main").split()
    assert {name for name in changed if not name.startswith("runs/")} == {"archive.json", "schema.sql"}
    assert not list(old.glob("tracker.db.*"))
    assert tracker("rebuild", "snapshots/mirror.git", "--archive", "again").code == 0
    assert (read_all(tmp_path / "again"), read_layout_of(tmp_path / "again")) == (before, SECOND)
    assert query(old, "SELECT kind, status FROM runs ORDER BY id DESC LIMIT 1") == [("upgrade", "complete")]
    assert query(old, "SELECT count(*), sum(packing = 'zlib') FROM documents") == [(4, 3)]
    assert query(old, "SELECT id, ordinal, kind, text FROM segments WHERE version = 1 LIMIT 1") == [
        (1, 0, "sentence", "Mr. President,")
    ]


def test_what_is_done_or_only_planned_changes_nothing(old: Path, tracker: Tracker) -> None:
    kept = (old / "tracker.db").read_bytes()
    ran = tracker("upgrade", "--dry-run")
    assert (ran.code, " MB after; needs " in ran.out) == (0, True)
    ran = tracker("upgrade")
    assert (ran.code, "--backup FILE copies the record first" in ran.err) == (2, True)
    assert (old / "tracker.db").read_bytes() == kept
    assert tracker("upgrade", "--backup", "before.db").code == 0
    with closing(sqlite3.connect(old.parent / "before.db")) as copy:
        assert copy.execute("SELECT type FROM sqlite_master WHERE name = 'segments'").fetchall() == [
            ("table",)
        ]
    assert [json.loads(line)["kind"] for line in (old / "copies.jsonl").read_text().splitlines()] == [
        "backup"
    ]
    for words in (("upgrade",), ("upgrade", "--dry-run"), ("upgrade", "--yes")):
        ran = tracker(*words)
        assert (ran.code, ran.out) == (0, "the record has the newest layout already; nothing to do\n")


def test_too_little_room_is_told_before(old: Path) -> None:
    plan = upgrade.plan_upgrade(old)
    assert plan is not None
    with pytest.raises(ArchiveUnusable, match="1 MB are free; nothing was changed"):
        upgrade.upgrade_record(old, replace(plan, free=1_000_000), read_clock, lambda _done, _total: None)
    assert read_layout_of(old) == FIRST


STEPS = {
    "before anything": ("tracker.archive.storing.upgrade.make_record_file", 1),
    "in an empty file": ("tracker.archive.storing.upgrade.make_tables", 1),
    "between two batches": ("tracker.archive.storing.transfer._copying", 4),
    "when the rows are there": ("tracker.archive.storing.upgrade.finish", 1),
    "before it is compared": ("tracker.archive.storing.upgrade.find_faults", 1),
    "before the swap": ("tracker.archive.storing.upgrade._swap", 1),
    "in the swap": ("tracker.archive.storing.upgrade._sync", 1),
    "after the swap": ("tracker.archive.storing.upgrade._sync", 2),
}


@pytest.mark.parametrize(("name", "after"), STEPS.values(), ids=STEPS.keys())
def test_killed_at_any_step_the_record_is_whole_and_the_next_run_goes_on(
    old: Path, tracker: Tracker, name: str, after: int
) -> None:
    before = read_all(old)
    kill_at(old, name, after, ("upgrade", "--yes"))
    assert read_all(old) == before
    assert read_layout_of(old) == (SECOND if (name, after) == STEPS["after the swap"] else FIRST)
    ran = tracker("upgrade", "--yes")
    assert (ran.code, ran.err, read_layout_of(old)) == (0, "", SECOND)
    assert read_all(old) == before
    assert tracker("verify").code == 0
    assert not list(old.glob("tracker.db.*"))


def test_a_run_goes_on_with_what_is_there_and_begins_again_where_the_record_changed(
    old: Path, tracker: Tracker
) -> None:
    kill_at(old, *STEPS["when the rows are there"], ("upgrade", "--yes"))
    part = old / "tracker.db.upgrade"
    (made,) = {part.stat().st_ino}
    kill_at(old, *STEPS["before the swap"], ("upgrade", "--yes"))
    assert part.stat().st_ino == made
    add(old, "XAA/UNGA/80~prepared.en", OPEN.replace("5", "6"))
    assert tracker("upgrade", "--yes").code == 0
    assert query(old, "SELECT count(*) FROM statements") == [(4,)]
    assert tracker("verify").code == 0


def test_another_program_that_uses_the_record_is_waited_for(old: Path, tracker: Tracker) -> None:
    before = read_all(old)
    with closing(sqlite3.connect(old / "tracker.db")) as other:
        other.execute("SELECT count(*) FROM runs").fetchone()
        ran = tracker("upgrade", "--yes")
        assert (ran.code, "another program uses" in ran.err) == (75, True)
        assert (read_layout_of(old), read_all(old)) == (FIRST, before)
    assert tracker("upgrade", "--yes").code == 0
    assert (read_layout_of(old), read_all(old)) == (SECOND, before)


def test_a_damaged_record_is_left_to_verify(old: Path, tracker: Tracker) -> None:
    edit(old, "UPDATE segments SET text = 'We never said so.' WHERE id = 2")
    ran = tracker("upgrade", "--yes")
    assert (ran.code, "is not what is between its two places; run: tracker verify" in ran.err) == (2, True)
    assert (read_layout_of(old), list(old.glob("tracker.db.upgrade*"))) == (FIRST, [])


def test_what_somebody_added_comes_along(old: Path, tracker: Tracker) -> None:
    edit(
        old,
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, statement INTEGER REFERENCES statements, note TEXT)",
        "CREATE INDEX notes_by_statement ON notes (statement)",
        "INSERT INTO notes VALUES (7, 1, 'ours')",
    )
    assert tracker("upgrade", "--yes").code == 0
    assert query(old, "SELECT * FROM notes INDEXED BY notes_by_statement WHERE statement = 1") == [
        (7, 1, "ours")
    ]


# Destroying ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_of_what_is_destroyed_is_left_in_either_layout(
    tmp_path: Path, tracker: Tracker, layout: str
) -> None:
    folder = fill(make_in_layout(tmp_path / "snapshots", layout))
    assert find_anywhere(folder)
    assert find_in_index(folder)
    assert tracker(*DESTROY).code == 0
    assert (find_anywhere(folder), find_in_index(folder)) == ([], [])
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(2,)]
    assert tracker("verify").code == 0
    assert read_layout_of(folder) == layout


def test_an_upgrade_that_was_killed_keeps_nothing_of_what_is_destroyed(old: Path, tracker: Tracker) -> None:
    kill_at(old, *STEPS["when the rows are there"], ("upgrade", "--yes"))
    assert "tracker.db.upgrade" in find_anywhere(old)
    assert tracker(*DESTROY).code == 0
    assert (find_anywhere(old), find_in_index(old)) == ([], [])
    assert tracker("upgrade", "--yes").code == 0
    assert tracker("verify").code == 0


ORDERS = (
    ("DELETE FROM segments", "DELETE FROM confirmations", "DELETE FROM versions"),
    ("DELETE FROM versions", "DELETE FROM segments"),
    ("DELETE FROM versions WHERE id = 2", "DELETE FROM segments", "DELETE FROM versions"),
    ("UPDATE versions SET text = 'x'", "DELETE FROM versions", "DELETE FROM segments"),
)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("order", ORDERS)
def test_the_index_forgets_what_is_deleted_in_any_order(
    tmp_path: Path, layout: str, order: list[str]
) -> None:
    folder = fill(make_in_layout(tmp_path / "snapshots", layout))
    assert find_in_index(folder) == ["quokka", "zephyrine"]
    edit(folder, "PRAGMA foreign_keys = OFF", *order)
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as file:
        file.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
        file.execute("INSERT INTO segments_fts (segments_fts) VALUES ('optimize')")
    assert find_in_index(folder) == []
    assert query(folder, "SELECT count(*) FROM segments_fts_docsize") == [(0,)]


# Packing ---------------------------------------------------------------------------------------------

BYTES = (b"", b"a", b"ab" * 4000, bytes(range(256)), "主席先生".encode() * 30)


@pytest.mark.parametrize("data", BYTES)
def test_bytes_are_packed_where_that_is_shorter_and_come_back(data: bytes) -> None:
    packed = pack(data)
    assert len(packed) <= len(data)
    assert packed == data or len(packed) < len(data)
    assert unpack(packed, len(data)) == data


def test_no_length_of_a_text_packs_to_its_own_length() -> None:
    texts = [bytes(random.Random(size).choices(b"abcdefgh ", k=size)) for size in range(300)]  # noqa: S311
    assert [unpack(pack(text), len(text)) for text in texts] == texts


def test_no_more_is_inflated_than_the_record_says() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    assert unpack(bomb, 10**12) == bomb
    for damaged in (bomb, bomb[:-9], zlib.compress(b"ab" * 99) + b"more", b"no stream of zlib"):
        assert unpack(damaged, 100_000) == damaged


SPANS = (
    ("[]", "[]"),
    ("[[0,5,0,5]]", "[[5,5]]"),
    ("[[0,498,1,499],[498,500,499,500],[500,701,500,701]]", "[[498,498,1],[2,1],[201,201]]"),
    ("[[0,5,9,9],[5,6,8,9]]", "[[5,0,9],[1,1,-1]]"),
    ("[[0,5,0,5],[6,7,6,7]]", "[[0,5,0,5],[6,7,6,7]]"),
    ("[[0,5,0,5][5,6,5,6]]", "[[0,5,0,5][5,6,5,6]]"),
    ("[[0,5,0,05]]", "[[0,5,0,05]]"),
    ("[[0, 5, 0, 5]]", "[[0, 5, 0, 5]]"),
    ("[1, 2]", "[1, 2]"),
    ("none", "none"),
)


@pytest.mark.parametrize(("spans", "packed"), SPANS)
def test_span_maps_are_packed_where_they_come_back(spans: str, packed: str) -> None:
    assert pack_spans(spans) == packed
    assert unpack_spans(packed) == spans
    if spans == "[[0,5,0,5]]":
        assert len(read_spans(unpack_spans(packed)).runs) == 1


def test_a_long_text_is_read_indexed_and_destroyed_in_time_that_grows_with_it(tmp_path: Path) -> None:
    """Four times the text takes four times as long; where each segment reads all of it, sixteen times."""
    least = []
    for lines in (4_000, 16_000):
        folder = make_in_layout(tmp_path / str(lines), SECOND)
        with open_store(folder) as store:
            text = "\n".join(f"{number} delegations spoke of dykes." for number in range(lines))
            record(store, declare("XAA/UNGA/77~prepared.en"), text)
        with closing(connect_to_write(folder / "tracker.db")) as connection:
            taken = []
            for _ in range(3):
                began = time.process_time()
                assert len(read_segments(connection, 1, ["ordinal"])) == lines
                rebuild_index(connection)
                forget_words(connection, [1])
                taken.append(time.process_time() - began)
            least.append(min(taken))
        assert find_in_index(folder) == []
    assert least[1] < 8 * least[0]


def test_the_record_takes_at_most_so_much_of_what_is_recorded(tmp_path: Path) -> None:
    """Measured on 2,208 speeches it is 2.5; small texts have more around them."""
    paths = sorted((ROOT / "seeds").rglob("*.md")) + sorted((ROOT / "seeds").rglob("*.txt"))
    sentences = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    chance = random.Random(20)  # noqa: S311
    texts = ["\n".join(chance.choices(sentences, k=60)) for _ in range(60)]
    sizes = {}
    for layout in LAYOUTS:
        folder = make_in_layout(tmp_path / layout, layout)
        with open_store(folder) as store:
            record(store, declare("XAA/HRC/1~prepared.en"), OPEN)
        empty = (folder / "tracker.db").stat().st_size
        with open_store(folder) as store, store.batch():
            for number, text in enumerate(texts):
                record(store, declare(f"XAA/UNGA/{number + 10}~prepared.en"), text)
        sizes[layout] = (folder / "tracker.db").stat().st_size - empty
    imported = sum(len(text.encode()) for text in texts)
    assert sizes[SECOND] < 2.6 * imported
    assert sizes[SECOND] < 0.65 * sizes[FIRST]


def test_a_reference_reads_alike_on_a_medium_that_cannot_be_written(old: Path, tmp_path: Path) -> None:
    for name in ("old", "new"):
        shutil.copytree(old, tmp_path / name)
    assert run_tracker(tmp_path, "upgrade", "--yes", "--archive", "new").code == 0
    sides = []
    for name in ("old", "new"):
        (tmp_path / name / "tracker.db").chmod(0o400)
        (tmp_path / name).chmod(0o500)
        with open_reader(tmp_path / name) as reader:
            sides.append(reader.side(parse_reference("XAA/UNGA/79")))
        (tmp_path / name).chmod(0o700)
    assert sides[0] == sides[1]
