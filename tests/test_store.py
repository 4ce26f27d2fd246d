from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archives import OBSERVED, count_record, declare, digest, infer, query, record, version_of
from tests.running import ROOT
from tests.thorough import examples
from tracker.archive import create_archive, open_store
from tracker.errors import (
    ArchiveLocked,
    ArchiveUnusable,
    ReferenceInvalid,
    RepositoryUnusable,
    TrackerError,
)
from tracker.model.record import Amendment
from tracker.record.reading.reader import open_reader
from tracker.record.schema import connection
from tracker.record.statements.editions import Edition, EditionName, choose_edition
from tracker.record.storing import store, writing
from tracker.references import parse_reference, session_sort_key

if TYPE_CHECKING:
    from tracker.model.record import Declaration
    from tracker.record.storing.store import Store
    from tracker.record.storing.writing import Writing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_archive(tmp_path / "snapshots")
    return tmp_path / "snapshots"


# What the same bytes and other bytes come to ---------------------------------------------------------


def test_new_then_unchanged_then_changed_then_back(folder: Path) -> None:
    declaration = declare("XAA/UNGA/79~prepared.en")
    with open_store(folder) as store:
        outcomes = [record(store, declaration, text) for text in ("one", "one", "two", "one", "one")]
    assert [(each.outcome, each.snapshot) for each in outcomes] == [
        ("new", 1),
        ("unchanged", 1),
        ("changed", 2),
        ("changed", 3),
        ("unchanged", 3),
    ]
    assert count_record(folder) | {"runs": 1} == {
        "documents": 2,
        "statements": 1,
        "editions": 1,
        "snapshots": 3,
        "versions": 3,
        "segments": 3,
        "amendments": 0,
        "runs": 1,
    }


def test_the_same_again_changes_not_one_byte_of_the_file(folder: Path) -> None:
    declaration = declare("XAA/UNGA/79~prepared.en", title="Speech", url="https://example.org/79")
    with open_store(folder) as store:
        record(store, declaration, "one")
    before = (folder / "tracker.db").read_bytes()
    with open_store(folder) as store:
        assert store.known(declaration, digest("one")) == record(store, declaration, "one")
    assert (folder / "tracker.db").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["tracker.db"]


def test_known_is_silent_about_other_bytes_and_other_statements(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "one")
        record(store, declare("XAA/UNGA/79~prepared.en"), "two")
        assert store.known(declare("XAA/UNGA/79"), digest("one")) is None
        assert store.known(declare("XAA/UNGA/78"), digest("two")) is None
        assert store.known(declare("XAA/UNGA/79~verbatim"), digest("two")) is None
        known = store.known(declare("XAA/UNGA/79"), digest("two"))
    assert known
    assert (str(known.reference), known.outcome, known.snapshot) == (
        "XAA/UNGA/79~prepared.en",
        "unchanged",
        2,
    )


# Which edition a document belongs to ------------------------------------------------------------------

EDITIONS = [
    # Recorded before (reference: text), then declared now with its text: edition and outcome.
    ([], ("XAA/UNGA/79", "one"), "XAA/UNGA/79~prepared.en new"),
    ([("XAA/UNGA/79~verbatim.en", "one")], ("XAA/UNGA/79", "two"), "XAA/UNGA/79~verbatim.en changed"),
    ([("XAA/UNGA/79~verbatim.fr", "un")], ("XAA/UNGA/79", "one"), "XAA/UNGA/79~prepared.en new"),
    ([("XAA/UNGA/79~verbatim.fr", "un")], ("XAA/UNGA/79", "un"), "XAA/UNGA/79~verbatim.fr unchanged"),
    ([("XAA/UNGA/79~prepared.en", "one")], ("XAA/UNGA/79~verbatim", "two"), "XAA/UNGA/79~verbatim.en new"),
    ([("XAA/UNGA/79", "one")], ("XAA/UNGA/79~verbatim.en", "one"), "XAA/UNGA/79~verbatim.en unchanged"),
    ([("XAA/UNGA/79", "one")], ("XAA/UNGA/79~verbatim.en", "two"), "XAA/UNGA/79~verbatim.en new"),
    (
        [("XAA/UNGA/79~prepared.en", "one")],
        ("XAA/UNGA/79~prepared.en", "two"),
        "XAA/UNGA/79~prepared.en changed",
    ),
    (
        [("XAA/UNGA/79~verbatim.en", "a"), ("XAA/UNGA/79~prepared.en", "b")],
        ("XAA/UNGA/79", "c"),
        "XAA/UNGA/79~verbatim.en changed",
    ),
    (
        [("XAA/UNGA/79~verbatim.en", "a"), ("XAA/UNGA/79~prepared.en", "b")],
        ("XAA/UNGA/79", "b"),
        "XAA/UNGA/79~prepared.en unchanged",
    ),
    ([("XAA/HRC/52/item-4", "a")], ("XAA/HRC/52/item-2", "a"), "XAA/HRC/52/item-2~prepared.en new"),
]


@pytest.mark.parametrize(("before", "now", "expected"), EDITIONS)
def test_the_edition_a_document_belongs_to(
    folder: Path, before: list[tuple[str, str]], now: tuple[str, str], expected: str
) -> None:
    with open_store(folder) as store:
        for reference, text in before:
            record(store, infer(declare(reference)), text)
        recorded = record(store, infer(declare(now[0])), now[1])
    assert f"{recorded.reference} {recorded.outcome}" == expected


def test_a_declared_kind_takes_the_place_of_an_inferred_one(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, infer(declare("XAA/UNGA/79")), "one")
        assert store.known(declare("XAA/UNGA/79~verbatim.en"), digest("one")) is None
        record(store, declare("XAA/UNGA/79~verbatim.en"), "one")
        assert store.known(declare("XAA/UNGA/79~verbatim.en"), digest("one"))
    (entry,) = open_entries(folder)
    assert entry == ("XAA/UNGA/79~verbatim.en", False, 1)


def open_entries(folder: Path) -> list[tuple[str, bool, int]]:
    with open_reader(folder) as reader:
        return [(str(each.reference), each.kind_inferred, each.snapshots) for each in reader.statements()]


def test_a_declared_language_has_the_text_cut_again(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, infer(declare("XAA/UNGA/79~prepared"), language="und"), "Habari.")
        record(store, declare("XAA/UNGA/79~prepared.sw"), "Habari.")
    with open_reader(folder) as reader:
        side = reader.side(parse_reference("XAA/UNGA/79"))
    assert (side.version.language, side.snapshot) == ("sw", 1)
    assert query(folder, "SELECT language, language_inferred FROM editions") == [("sw", 0)]


@pytest.mark.parametrize(
    ("first", "second", "language"), [("und", "en", "en"), ("en", "und", "en"), ("und", "und", "und")]
)
def test_a_text_that_does_not_tell_its_language_is_no_edition_apart(
    folder: Path, first: str, second: str, language: str
) -> None:
    with open_store(folder) as store:
        record(store, infer(declare("XAA/UNGA/79"), language=first), "No.")
        recorded = record(store, infer(declare("XAA/UNGA/79"), language=second), "We say no to this.")
    assert (recorded.reference.language, recorded.outcome) == (language, "changed")


def test_an_edition_of_no_known_kind_is_named_by_its_language() -> None:
    edition = Edition(1, None, True, "en", True, 1, 1, "a" * 64)  # noqa: FBT003 (as the row says it)
    assert choose_edition([edition], EditionName("verbatim", None), "en", "b" * 64) is None
    assert choose_edition([edition], EditionName("verbatim", None), "en", "a" * 64) == edition
    assert choose_edition([edition], EditionName(None, None), "en", "b" * 64) == edition


STEPS = st.tuples(
    st.sampled_from(
        ["", "~verbatim", "~prepared", "~fr", "~en", "~verbatim.en", "~prepared.en", "~verbatim.fr"]
    ),
    st.sampled_from(["verbatim", "prepared"]),
    st.sampled_from(["en", "fr", "und"]),
    st.sampled_from(["one", "two", "three"]),
)


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(STEPS, max_size=8))
def test_known_and_record_agree_in_any_order(steps: list[tuple[str, str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        create_archive(Path(name))
        with open_store(Path(name)) as store:
            for edition, kind, language, text in steps:
                declaration = declare(f"XAA/UNGA/79{edition}")
                known = store.known(declaration, digest(text))
                recorded = record(store, infer(declaration, kind, language), text)
                assert known in {None, recorded}
                again = record(store, infer(declaration, kind, language), text)
                assert (again.reference, again.outcome) == (recorded.reference, "unchanged")
                assert store.known(declaration, digest(text)) == again


# What was declared ------------------------------------------------------------------------------------


def test_a_later_declaration_fills_in_what_is_missing(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en", speaker="A. Delegate"), "one")
        more = declare("XAA/UNGA/79~prepared.en", title="Speech", post="Minister", delivered="2024-09")
        assert store.known(more, digest("one")) is None
        assert record(store, more, "one").amended == ()
        assert store.known(more, digest("one"))
    assert query(folder, "SELECT title, speaker, post, delivered FROM statements") == [
        ("Speech", "A. Delegate", "Minister", "2024-09")
    ]


def test_a_contradiction_is_answered_and_both_values_are_kept(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en", speaker="A", url="https://a.example"), "one")
        recorded = record(
            store, declare("XAA/UNGA/79~prepared.en", speaker="B", url="https://b.example"), "one"
        )
    assert recorded.outcome == "unchanged"
    amended = (("speaker", "A", "B"), ("url", "https://a.example", "https://b.example"))
    assert recorded.amended == tuple(Amendment(*each) for each in amended)
    assert query(folder, "SELECT field, earlier, later FROM amendments ORDER BY id") == list(amended)
    assert query(folder, "SELECT speaker FROM statements") == [("B",)]
    assert query(folder, "SELECT url FROM snapshots") == [("https://b.example",)]


def test_what_a_declaration_leaves_out_is_not_erased(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en", speaker="A", title="Speech"), "one")
        record(store, declare("XAA/UNGA/79~prepared.en", speaker="", title=None), "two")
    assert query(folder, "SELECT speaker, title FROM statements") == [("A", "Speech")]


def test_an_inferred_title_never_takes_the_place_of_a_declared_one(folder: Path) -> None:
    with open_store(folder) as store:
        steps = [("Page 1", True), ("Page 2", True), ("Speech", False), ("Page 3", True)]
        kept = [
            record(store, declare("XAA/UNGA/79~prepared.en", title=title, title_inferred=inferred), title)
            for title, inferred in steps
        ]
    assert query(folder, "SELECT title, title_inferred FROM statements") == [("Speech", 0)]
    assert [each.amended for each in kept] == [(), (), (), ()]


def test_sessions_are_filled_on_first_use_and_stay_the_users(folder: Path) -> None:
    labels = ["9", "79", "10", "S-31"]
    with open_store(folder) as store:
        for label in labels:
            record(store, declare(f"XAA/UNGA/{label}~prepared.en"), label)
    ordered = sorted(labels, key=lambda label: session_sort_key("UNGA", label))
    with open_reader(folder) as reader:
        assert list(reader.sessions("XAA", "UNGA")) == ordered
    with closing(sqlite3.connect(folder / "tracker.db")) as file, file:
        file.execute("UPDATE sessions SET sort = 'z' WHERE label = '9'")
    with open_store(folder) as store:
        record(store, declare("XAB/UNGA/9~prepared.en"), "again")
    with open_reader(folder) as reader:
        assert reader.sessions("XAA", "UNGA")[-1] == "9"


def test_instants_are_kept_in_utc_and_need_an_offset(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "one", "2024-05-20T10:00:00.123+02:00")
        with pytest.raises(ValueError, match="no offset"):
            record(store, declare("XAA/UNGA/79~prepared.en"), "two", "2024-05-20T10:00:00")
    assert query(folder, "SELECT observed FROM snapshots") == [("2024-05-20T08:00:00Z",)]


@pytest.mark.parametrize(
    ("extractor", "raw", "kept"),
    [
        ("text utf-8", "é\r\n", None),
        ("text utf-8", "é\n", "é\n"),
        ("text latin-1", "é\r\n", "é\r\n"),
        ("text no-such-encoding", "é\r\n", "é\r\n"),
        ("pypdfium2 5.1", "é\r\n", "é\r\n"),
    ],
)
def test_raw_text_is_kept_unless_it_is_the_document(
    folder: Path, extractor: str, raw: str, kept: str | None
) -> None:
    declaration, data = declare("XAA/UNGA/79~prepared.en"), "é\r\n".encode()
    with open_store(folder) as store:
        store.record(declaration, data, version_of("é", extractor=extractor), OBSERVED, raw, None)
    assert query(folder, "SELECT raw FROM versions") == [(kept,)]
    with open_reader(folder) as reader:
        assert reader.raw(declaration.reference) == raw


def test_a_segment_that_is_not_its_text_is_refused_whole(folder: Path) -> None:
    version = version_of("one\ntwo")
    wrong = version_of("one\ntwx").segments
    faulty = type(version)(version.text, "en", wrong, version.spans, "text utf-8", "text/plain")
    with open_store(folder) as store, pytest.raises(ValueError, match="segment 1"):
        store.record(declare("XAA/UNGA/79~prepared.en"), b"one\ntwo", faulty, OBSERVED, "one\ntwo", None)
    assert not any(count_record(folder).values())


@pytest.mark.parametrize("field", ["speaker", "title"])
def test_text_that_is_not_unicode_is_one_clear_line(folder: Path, field: str) -> None:
    with open_store(folder) as store, pytest.raises(TrackerError, match="not Unicode"):
        record(store, declare("XAA/UNGA/79~prepared.en", **{field: "A\udcff"}), "one")
    assert not any(count_record(folder).values())


def test_a_file_name_that_is_not_unicode_is_kept_visibly(folder: Path) -> None:
    with open_store(folder) as store:
        store.record(
            declare("XAA/UNGA/79~prepared.en"), b"one", version_of("one"), OBSERVED, "one", "a\udcff.txt"
        )
    assert query(folder, "SELECT source FROM snapshots") == [("a\\udcff.txt",)]


def test_a_series_cannot_be_recorded(folder: Path) -> None:
    with open_store(folder) as store, pytest.raises(ReferenceInvalid, match="names no session"):
        record(store, declare("XAA/UNGA"), "one")


# Transactions ----------------------------------------------------------------------------------------


def record_half(store: Store, reference: str) -> None:
    """Record in a batch of its own what can be recorded, then what cannot."""
    with store.batch():
        for title in ("Speech", "\udcff"):
            record(store, declare(reference, title=title), "half")


def test_an_error_undoes_the_batch_and_the_next_one_is_whole(folder: Path) -> None:
    with open_store(folder) as store:
        with pytest.raises(TrackerError):
            record_half(store, "XAA/UNGA/78~prepared.en")
        record(store, declare("XAA/UNGA/79~prepared.en"), "two")
    assert query(folder, "SELECT session FROM statements") == [("79",)]
    assert count_record(folder)["runs"] == 1


def test_an_error_of_the_callers_own_passes_through_a_batch(folder: Path) -> None:
    with open_store(folder) as store, pytest.raises(UnicodeDecodeError), store.batch():
        b"\xff".decode()


def test_what_is_refused_or_fails_in_a_batch_of_its_own_leaves_the_others(folder: Path) -> None:
    with open_store(folder) as store, store.batch():
        with pytest.raises(ReferenceInvalid):
            record(store, declare("XAA/UNGA"), "none")
        record(store, declare("XAA/UNGA/78~prepared.en"), "one")
        with pytest.raises(TrackerError):
            record_half(store, "XAA/UNGA/79~prepared.en")
    assert query(folder, "SELECT session FROM statements") == [("78",)]


def test_a_record_that_fails_half_written_undoes_the_batch_around_it(folder: Path) -> None:
    def record_in_batch(store: Store) -> None:
        with store.batch():
            record(store, declare("XAA/UNGA/77~prepared.en"), "one")
            with pytest.raises(TrackerError):
                record(store, declare("XAA/UNGA/78~prepared.en", title="\udcff"), "none")

    with open_store(folder) as store:
        with pytest.raises(TrackerError, match="not Unicode"):
            record_in_batch(store)
        record(store, declare("XAA/UNGA/79~prepared.en"), "two")
    assert query(folder, "SELECT session FROM statements") == [("79",)]
    assert query(folder, "SELECT count(*) FROM segments_fts_docsize") == [(1,)]


# What follows a record -------------------------------------------------------------------------------


class Notes:
    """A follower that notes what it is asked, and what the record held then; it may refuse at a moment."""

    def __init__(self, refused: str = "") -> None:
        self.asked: list[tuple[str, int, int]] = []
        self.refused = refused

    def check(self, writing: Writing) -> None:
        self._note("check", writing)

    def prepare(self, writing: Writing) -> None:
        self._note("prepare", writing)

    def resume(self, writing: Writing) -> None:
        self._note("resume", writing)

    def follow(self, writing: Writing) -> None:
        self._note("follow", writing)

    def _note(self, moment: str, writing: Writing) -> None:
        running, complete = (
            writing.connection.execute("SELECT count(*) FROM runs WHERE status = ?", [status]).fetchone()[0]
            for status in ("running", "complete")
        )
        self.asked.append((moment, running, complete))
        if moment == self.refused:
            raise RepositoryUnusable(f"refused at {moment}")


def leave_a_run(folder: Path) -> None:
    """Leave a run in the record as a command does that was killed."""
    run = "INSERT INTO runs (started, release, kind, status) VALUES ('2026-03-01', '1', 'add', 'running')"
    with closing(sqlite3.connect(folder / "tracker.db")) as record, record:
        record.execute(run)


def test_what_follows_a_record_is_asked_at_four_moments(folder: Path) -> None:
    leave_a_run(folder)
    follower = Notes()
    with store.open_store(folder, follower, "add") as opened:
        assert follower.asked == [("check", 1, 0), ("prepare", 1, 0), ("resume", 0, 0)]
        record(opened, declare("XAA/UNGA/79~prepared.en"), "one")
    assert follower.asked[3:] == [("follow", 0, 1)]


def test_a_run_that_failed_is_not_followed(folder: Path) -> None:
    follower = Notes()
    with pytest.raises(ZeroDivisionError), store.open_store(folder, follower, "add") as opened:
        record(opened, declare("XAA/UNGA/79~prepared.en"), str(1 // 0))
    assert [moment for moment, *_ in follower.asked] == ["check", "prepare", "resume"]


def test_nothing_is_written_where_what_follows_refuses_before(folder: Path) -> None:
    leave_a_run(folder)
    before = (folder / "tracker.db").read_bytes()
    with pytest.raises(RepositoryUnusable, match="refused at check"):
        store.open_store(folder, Notes("check"), "add")
    assert (folder / "tracker.db").read_bytes() == before
    assert not (folder / "lock").exists()


def test_what_cannot_be_followed_is_recorded_all_the_same(folder: Path) -> None:
    with (
        pytest.raises(RepositoryUnusable, match="refused at follow"),
        store.open_store(folder, Notes("follow"), "add") as opened,
    ):
        record(opened, declare("XAA/UNGA/79~prepared.en"), "one")
    assert [path.name for path in folder.iterdir()] == ["tracker.db"]
    assert query(folder, "SELECT status FROM runs") == [("complete",)]


KILLED = """
import sys
from pathlib import Path
from tests.archives import declare, record
from tracker.archive import open_store

store = open_store(Path(sys.argv[1]))
for session in range(1, 80):
    with store.batch():
        for item in range(1, 11):
            record(store, declare(f"XAA/HRC/{session}/item-{item}~prepared.en"), f"{session} {item}\\n" * 200)
            print(session, item, flush=True)
"""


def test_a_killed_process_leaves_complete_batches(folder: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line == "4 5\n":
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    counts = query(folder, "SELECT session, count(*) FROM statements GROUP BY session ORDER BY session")
    assert counts == [("1", 10), ("2", 10), ("3", 10)]
    assert count_record(folder)["segments"] == 30 * 201
    with open_store(folder) as store:
        assert record(store, declare("XAA/HRC/3/item-1~prepared.en"), "3 1\n" * 200).outcome == "unchanged"
        assert record(store, declare("XAA/HRC/4/item-1~prepared.en"), "4 1\n" * 200).outcome == "new"


def test_a_second_writer_waits_then_is_told_who_writes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LOCK_TIMEOUT", 0.2)
    began = time.monotonic()
    with (
        open_store(folder),
        pytest.raises(ArchiveLocked, match=f"held by process {os.getpid()} on ") as caught,
    ):
        open_store(folder)
    assert 0.2 <= time.monotonic() - began < 30
    assert caught.value.exit_code == 75


def test_another_program_that_writes_is_told_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.2)
    with open_store(folder) as store, closing(sqlite3.connect(folder / "tracker.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveLocked, match=r"another program is writing to .*tracker\.db"):
            record(store, declare("XAA/UNGA/79~prepared.en"), "one")
    assert not any(count_record(folder).values())


def test_a_short_wait_is_no_failure(folder: Path) -> None:
    entered = threading.Event()

    def hold() -> None:
        with open_store(folder) as store, store.batch():
            entered.set()
            time.sleep(0.3)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait()
    with open_store(folder) as store:
        assert record(store, declare("XAA/UNGA/79~prepared.en"), "one").outcome == "new"
    thread.join()


# The file itself -------------------------------------------------------------------------------------


def test_a_closed_archive_is_one_file_in_wal_mode_with_foreign_keys_kept(folder: Path) -> None:
    with open_store(folder) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "one")
    assert [path.name for path in folder.iterdir()] == ["tracker.db"]
    assert query(folder, "PRAGMA journal_mode") == [("wal",)]
    with closing(sqlite3.connect(folder / "tracker.db")) as file:
        file.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            file.execute("DELETE FROM documents")


def test_creating_twice_says_so_and_harms_nothing(folder: Path) -> None:
    before = (folder / "tracker.db").read_bytes()
    with pytest.raises(ArchiveUnusable, match=r"there is an archive at .*snapshots already"):
        create_archive(folder)
    assert (folder / "tracker.db").read_bytes() == before


def test_a_start_that_was_broken_off_can_be_made_again(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as file:
        file.execute("PRAGMA journal_mode = WAL")
    create_archive(tmp_path)
    assert open_entries(tmp_path) == []


@pytest.mark.parametrize(
    "content", [b"This is not a database. " * 200, b"SQLite format 3\0" + b"\xff" * 5000]
)
@pytest.mark.parametrize("open_", [create_archive, open_store, open_reader])
def test_another_file_in_its_place_is_left_alone(tmp_path: Path, content: bytes, open_: object) -> None:
    (tmp_path / "tracker.db").write_bytes(content)
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match=r"tracker\.db is not a tracker archive|damaged"):
        open_(tmp_path)
    assert (tmp_path / "tracker.db").read_bytes() == content


@pytest.mark.parametrize("open_", [create_archive, open_store, open_reader])
def test_another_programs_database_is_left_alone(tmp_path: Path, open_: object) -> None:
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as file:
        file.execute("CREATE TABLE other (x)")
    before = (tmp_path / "tracker.db").read_bytes()
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match="is not a tracker archive"):
        open_(tmp_path)
    assert (tmp_path / "tracker.db").read_bytes() == before


@pytest.mark.parametrize("left", [("",), ("", "-wal"), ("", "-wal", "-shm")])
@pytest.mark.parametrize("open_", [create_archive, open_store, open_reader])
def test_nothing_is_left_beside_another_programs_database(
    tmp_path: Path, open_: object, left: tuple[str, ...]
) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        for line in ("PRAGMA journal_mode = WAL", "CREATE TABLE other (x)", "PRAGMA wal_checkpoint"):
            other.execute(line)
        other.execute("CREATE TABLE later (x)")
        for ending in left:
            shutil.copy(tmp_path / f"other.db{ending}", tmp_path / f"tracker.db{ending}")
    before = _read_all_but_index(tmp_path)
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match="is not a tracker archive"):
        open_(tmp_path)
    assert _read_all_but_index(tmp_path) == before


def _read_all_but_index(folder: Path) -> dict[str, bytes]:
    """Return what files hold, but for the index of a log: readers of a database note themselves there."""
    return {path.name: b"" if path.suffix == ".db-shm" else path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("open_", [create_archive, open_store, open_reader])
def test_a_directory_in_its_place_is_named(tmp_path: Path, open_: object) -> None:
    (tmp_path / "tracker.db").mkdir()
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match="is not a file"):
        open_(tmp_path)


@pytest.mark.parametrize("open_", [open_store, open_reader])
def test_no_archive_names_the_next_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_: object
) -> None:
    monkeypatch.chdir(tmp_path)
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match=r"^no archive at snapshots; tracker add or import makes one$"):
        open_(Path("snapshots"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "snapshots").write_text("")
    with pytest.raises(ArchiveUnusable, match="snapshots"):
        create_archive(tmp_path / "snapshots")


@pytest.mark.parametrize("open_", [create_archive, open_store, open_reader])
def test_a_newer_schema_is_refused(folder: Path, open_: object) -> None:
    with closing(sqlite3.connect(folder / "tracker.db")) as file, file:
        file.execute("INSERT INTO _sqlite_migrations VALUES (99, 'tracker', '9999_later', '2034')")
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match="newer release \\(9999_later\\); upgrade tracker"):
        open_(folder)


@pytest.mark.parametrize("open_", [create_archive, open_store, open_reader])
@pytest.mark.parametrize(
    ("edit", "unnoted"),
    [
        ("UPDATE _sqlite_migrations SET name = '9999_later' WHERE id = 1", "0001_archive"),
    ],
)
def test_a_schema_whose_notes_were_altered_is_refused(
    folder: Path, open_: object, edit: str, unnoted: str
) -> None:
    with closing(sqlite3.connect(folder / "tracker.db")) as file, file:
        file.executescript(edit)
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match=f"was altered: .* does not have {unnoted}, .* tracker rebuild"):
        open_(folder)


def test_declarations_are_made_of_the_words_of_the_table(folder: Path) -> None:
    columns = {row[1] for row in query(folder, "PRAGMA table_info(statements)")}
    declaration: Declaration = declare("XAA/UNGA/79")
    fields = set(type(declaration).__dataclass_fields__)
    assert fields - columns == {"reference", "kind_inferred", "language_inferred", "url"}
