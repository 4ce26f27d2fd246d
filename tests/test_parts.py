"""Many statements in one document: parts of it as snapshots, in the record and its mirror."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.archives import OBSERVED, count_record, declare, digest, infer, query, version_of
from tests.mirrors import ENDED, read_tables
from tracker.archive import create_archive, open_store
from tracker.keep.mirror import update_mirror
from tracker.model.record import Part
from tracker.model.texts import Place
from tracker.preservation.mirror.rebuild import rebuild_record
from tracker.record.reading.reader import open_reader
from tracker.record.schema import connection
from tracker.record.schema.migrations import MIGRATIONS, make_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.running import Ran
    from tracker.model.record import Recorded
    from tracker.record.storing.store import Store

TURNS = ("Atlantis will build ten dykes.", "We in Lemuria thank Atlantis.", "Mu has no dykes.")
COUNTRIES = ("XAA", "XAB", "XAC")


def join(turns: Sequence[str]) -> str:
    return "\n\n".join(turns)


def record_meeting(store: Store, turns: Sequence[str], observed: str = OBSERVED) -> list[Recorded]:
    """Record each turn of a meeting as a statement of its country, as a cutter of documents does."""
    text = join(turns)
    found, at = [], 0
    for number, (country, turn) in enumerate(zip(COUNTRIES, turns, strict=True), 1):
        place = Place(number, at, at + len(turn), page=1, turn=f"turn-{number}")
        declaration = infer(declare(f"{country}/UNGA/79"), kind="verbatim")
        version = version_of(turn)
        found.append(
            store.record(
                declaration,
                text.encode(),
                version,
                observed,
                raw=turn,
                source="meeting.txt",
                part=Part(digest(text), place),
            )
        )
        at += len(turn) + 2
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "snapshots"
    create_archive(folder)
    with open_store(folder, "import", lambda: ENDED) as store:
        record_meeting(store, TURNS)
    return folder


# The record ------------------------------------------------------------------------------------------


def test_a_meeting_is_kept_once_and_each_turn_is_a_statement(folder: Path) -> None:
    assert count_record(folder) == {
        "documents": 1,
        "statements": 3,
        "editions": 3,
        "snapshots": 3,
        "versions": 3,
        "segments": 3,
        "amendments": 0,
        "runs": 1,
    }
    places = 'ordinal, "start", "end", page, turn, parts.sha256'
    rows = query(folder, f"SELECT {places}, raw FROM parts JOIN versions USING (snapshot)")  # noqa: S608
    text = join(TURNS)
    for (ordinal, start, end, page, turn, sha256, raw), said in zip(rows, TURNS, strict=True):
        assert text[start:end] == said == raw
        assert (sha256, page, turn) == (digest(said), 1, f"turn-{ordinal}")


def test_one_corrected_turn_makes_one_snapshot_and_confirms_the_others(folder: Path) -> None:
    corrected = (TURNS[0], TURNS[1].replace("thank", "warmly thank"), TURNS[2])
    with open_store(folder, "import", lambda: ENDED) as store:
        found = record_meeting(store, corrected, "2024-06-01T10:00:00Z")
        again = record_meeting(store, corrected, "2024-06-02T10:00:00Z")
    assert [each.outcome for each in found] == ["unchanged", "changed", "unchanged"]
    assert [each.outcome for each in again] == ["unchanged"] * 3
    assert query(folder, "SELECT count(*) FROM snapshots") == [(4,)]
    later = digest(join(corrected))
    assert query(folder, f"SELECT snapshot, ordinal FROM parts WHERE document = '{later}'") == [  # noqa: S608
        (1, 1),
        (4, 2),
        (3, 3),
    ]
    assert query(folder, "SELECT count(*) FROM holdings") == [(6,)]


def test_a_known_part_is_not_read_again(folder: Path) -> None:
    text = join(TURNS)
    declaration = infer(declare("XAB/UNGA/79"), kind="verbatim")
    with open_store(folder) as store:
        known = store.known(declaration, digest(text), digest(TURNS[1]))
        assert known
        assert (known.outcome, known.snapshot) == ("unchanged", 1)
        assert store.known(declaration, digest(text), digest("another text")) is None
        assert store.known(declaration, digest("another document"), digest(TURNS[1])) is None
        assert store.known(declaration, digest(text)) is None


def test_a_file_of_the_same_words_is_a_document_of_its_own(folder: Path) -> None:
    with open_store(folder) as store:
        whole = store.record(
            infer(declare("XAB/UNGA/79"), kind="verbatim"),
            TURNS[1].encode(),
            version_of(TURNS[1]),
            OBSERVED,
            raw=TURNS[1],
            source="speech.txt",
        )
    assert (whole.outcome, whole.snapshot) == ("changed", 2)
    assert query(folder, "SELECT count(*) FROM documents") == [(2,)]


# The mirror ------------------------------------------------------------------------------------------


def test_the_mirror_alone_gives_the_parts_again(folder: Path, tmp_path: Path) -> None:
    update_mirror(folder)
    corrected = (*TURNS[:2], TURNS[2].replace("no", "two"))
    with open_store(folder, "import", lambda: ENDED) as store:
        record_meeting(store, corrected, "2024-06-01T10:00:00Z")
    rebuild_record(folder / "mirror.git", tmp_path / "again")
    tables = read_tables(folder)
    assert len(tables["parts"]) == 6
    assert read_tables(tmp_path / "again") == tables


# What checks both --------------------------------------------------------------------------------------


@pytest.fixture
def mirrored(folder: Path) -> Path:
    update_mirror(folder)
    return folder


def test_verify_finds_nothing_to_say(mirrored: Path, tracker: Callable[..., Ran]) -> None:
    ran = tracker("verify", "--archive", str(mirrored))
    assert ran.code == 0, ran.out + ran.err


def test_verify_names_a_place_that_is_not_the_parts(folder: Path, tracker: Callable[..., Ran]) -> None:
    with closing(sqlite3.connect(folder / "tracker.db")) as record, record:
        record.execute('UPDATE parts SET "start" = 1, "end" = 5 WHERE ordinal = 2')
    ran = tracker("verify", "--archive", str(folder))
    assert (ran.code, "XAB/UNGA/79" in ran.out) == (1, True), ran.out


def test_a_record_of_an_older_release_is_read_as_it_is_and_then_brought_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    older = [name for name, _ in MIGRATIONS if name < "0005"]
    with closing(connection.connect_to_write(make_empty(folder / "tracker.db"))) as old:
        make_schema(old, older)
    with open_reader(folder) as reader:
        assert reader.column("SELECT document FROM holdings") == ()
    with open_store(folder, "import", lambda: ENDED) as store:
        assert [each.outcome for each in record_meeting(store, TURNS)] == ["new"] * 3
    assert query(folder, "SELECT kind FROM editions") == [("verbatim",)] * 3


def test_a_transcript_is_a_kind_of_its_own(folder: Path) -> None:
    with open_store(folder) as store:
        said = declare("XAA/UNGA/79~transcript.en")
        store.record(said, b"Good.", version_of("Good."), OBSERVED, raw="Good.", source="x")
    assert query(folder, "SELECT kind FROM editions WHERE position = 2") == [("transcript",)]


def make_empty(path: Path) -> Path:
    path.touch()
    return path
