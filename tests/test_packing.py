"""How the record keeps what it holds: documents deflated, span maps as lengths, segments as places."""

from __future__ import annotations

import random
import sqlite3
import time
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.archives import declare, query, record
from tests.mirrors import edit
from tests.rights import OPEN, SECRETS, WHY, add, find_in_files, find_in_index
from tests.running import ROOT
from tests.thorough import size
from tracker.archive import create_archive, open_store
from tracker.record.schema.connection import connect_to_write
from tracker.record.schema.packing import offer_functions, pack, pack_spans, read_spans, unpack, unpack_spans
from tracker.record.statements.segments import forget_words, read_segments, rebuild_index

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

    Tracker = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an archive of four texts, two of which hold the phrase of ``rights``."""
    place = make_archive(tmp_path / "snapshots")
    add(place, "XAA/UNGA/77~prepared.en", OPEN)
    add(place, "XAA/UNGA/78~prepared.en", *SECRETS)
    return place


def make_archive(folder: Path) -> Path:
    create_archive(folder)
    return folder


def find_anywhere(folder: Path) -> list[str]:
    """Return the files that hold the phrase, in the clear or in a document that is packed."""
    with closing(sqlite3.connect(folder / "tracker.db")) as file:
        offer_functions(file)
        rows = file.execute("SELECT sqlar_uncompress(bytes, size) FROM documents WHERE bytes NOT NULL")
        packed = [data for (data,) in rows if b"zephyrine" in data.lower() or b"quokka" in data.lower()]
    return [*find_in_files(folder), *("a document" for _ in packed)]


def test_nothing_of_what_is_destroyed_is_left(folder: Path, tracker: Tracker) -> None:
    assert find_anywhere(folder)
    assert find_in_index(folder)
    assert tracker("withdraw", "XAA/UNGA/78", "--destroy", "--yes", *WHY).code == 0
    assert (find_anywhere(folder), find_in_index(folder)) == ([], [])
    assert query(folder, "SELECT count(*) FROM documents WHERE bytes IS NULL") == [(2,)]
    assert tracker("verify").code == 0


def test_a_record_from_before_the_first_release_is_refused_with_what_converts_it(
    folder: Path, tracker: Tracker
) -> None:
    assert tracker("mirror", "update").code == 0
    edit(folder, "UPDATE _sqlite_migrations SET name = '0001_record' WHERE id = 1")
    for command in (("list",), ("add", "README.md", "--as", "XAA/UNGA/79"), ("verify",)):
        ran = tracker(*command)
        assert ran.code in {1, 2}
        assert "python -m tracker.archive.storing.convert" in " ".join(f"{ran.out}{ran.err}".split())


ORDERS = (
    ("DELETE FROM segments", "DELETE FROM confirmations", "DELETE FROM versions"),
    ("DELETE FROM versions", "DELETE FROM segments"),
    ("DELETE FROM versions WHERE id = 2", "DELETE FROM segments", "DELETE FROM versions"),
    ("UPDATE versions SET text = 'x'", "DELETE FROM versions", "DELETE FROM segments"),
)


@pytest.mark.parametrize("order", ORDERS)
def test_the_index_forgets_what_is_deleted_in_any_order(folder: Path, order: list[str]) -> None:
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
    for lines in (size(10_000), size(40_000)):
        folder = make_archive(tmp_path / str(lines))
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
    assert least[1] < 10 * least[0]


def test_the_record_takes_at_most_so_much_of_what_is_recorded(tmp_path: Path) -> None:
    """Measured on 2,208 speeches it is 2.5; small texts have more around them."""
    paths = sorted((ROOT / "seeds").rglob("*.md")) + sorted((ROOT / "seeds").rglob("*.txt"))
    sentences = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    chance = random.Random(20)  # noqa: S311
    texts = ["\n".join(chance.choices(sentences, k=60)) for _ in range(60)]
    folder = make_archive(tmp_path / "snapshots")
    with open_store(folder) as store:
        record(store, declare("XAA/HRC/1~prepared.en"), OPEN)
    empty = (folder / "tracker.db").stat().st_size
    with open_store(folder) as store, store.batch():
        for number, text in enumerate(texts):
            record(store, declare(f"XAA/UNGA/{number + 10}~prepared.en"), text)
    imported = sum(len(text.encode()) for text in texts)
    assert (folder / "tracker.db").stat().st_size - empty < 2.6 * imported
