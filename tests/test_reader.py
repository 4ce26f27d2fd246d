from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.archives import OBSERVED, declare, digest, infer, query, record, version_of
from tests.thorough import examples, some
from tracker.archive import create_archive, open_store
from tracker.errors import ArchiveUnusable, NotInArchive, ReferenceInvalid, TrackerError
from tracker.model.record import Declaration, SearchScope, SnapshotEntry, StatementEntry
from tracker.model.texts import Reference, Run, Segment, SpanMap, Version
from tracker.record.reading.reader import open_reader
from tracker.record.statements.editions import sort_text
from tracker.record.statements.nearest import list_in_order
from tracker.record.statements.search import (
    MARK_END,
    MARK_START,
    fold_for_search,
    match_expression,
    restore_marked,
)
from tracker.references import parse_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.record.reading.reader import Reader

HELD = [
    ("XAA/UNGA/9~prepared.en", "We fight corruption.\nThank you.", "1954-09-30T00:00:00Z"),
    ("XAA/UNGA/78~verbatim.en", "Counter-terrorism matters.\nSee A/RES/78/1 on corruption.", OBSERVED),
    ("XAA/UNGA/78~verbatim.en", "Counter-terrorism matters.\nSee A/RES/78/1.", "2024-06-01T09:00:00Z"),
    ("XAA/UNGA/78~verbatim.fr", "Les droits de l’homme, éternels.", "2024-06-02T00:00:00Z"),
    ("XAA/UNGA/79~prepared.es", "La corrupción y los señores.", OBSERVED),
    ("XAA/HRC/52/item-10~prepared.ru", "Всё ещё ёлка и права человека.", OBSERVED),
    ("XAA/HRC/52/item-2~prepared.ar", "نؤكّد على حقوق الإنسان.", OBSERVED),
    ("XAB/UNGA/79~prepared.zh", "我们重视人权和反腐败工作。", OBSERVED),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    create_archive(folder)
    with open_store(folder) as store:
        for reference, text, observed in HELD:
            record(store, declare(reference, delivered="2024", speaker="A. Delegate"), text, observed)
    return folder


@pytest.fixture
def reader(folder: Path) -> Iterator[Reader]:
    with open_reader(folder) as reader:
        yield reader


# Listing ---------------------------------------------------------------------------------------------


def test_statements_stand_by_country_body_session_and_item(reader: Reader) -> None:
    assert [str(each.reference) for each in reader.statements()] == [
        "XAA/HRC/52/item-2~prepared.ar",
        "XAA/HRC/52/item-10~prepared.ru",
        "XAA/UNGA/9~prepared.en",
        "XAA/UNGA/78~verbatim.en",
        "XAA/UNGA/78~verbatim.fr",
        "XAA/UNGA/79~prepared.es",
        "XAB/UNGA/79~prepared.zh",
    ]
    assert [str(each.reference) for each in reader.statements("XAA", "UNGA", "79")] == [
        "XAA/UNGA/79~prepared.es"
    ]
    assert reader.sessions("XAA", "UNGA") == ("9", "78", "79")
    assert reader.sessions("XAC", "UNGA") == ()


def test_a_statement_entry_tells_its_latest_snapshot(reader: Reader) -> None:
    assert reader.statements("XAA", "UNGA", "78")[0] == StatementEntry(
        reference=parse_reference("XAA/UNGA/78~verbatim.en"),
        kind_inferred=False,
        delivered="2024",
        title=None,
        speaker="A. Delegate",
        post=None,
        words=4,
        snapshots=2,
        observed="2024-06-01T09:00:00Z",
    )


def test_the_log_tells_each_snapshot_oldest_first(reader: Reader) -> None:
    first, second = reader.log(parse_reference("XAA/UNGA/78~verbatim.en"))
    assert first == SnapshotEntry(
        reference=parse_reference("XAA/UNGA/78~verbatim.en@1"),
        observed=OBSERVED,
        sha256=digest(HELD[1][1]),
        size=len(HELD[1][1]),
        media_type="text/plain",
        extractor="text utf-8",
        language="en",
        words=6,
        source="speech.txt",
    )
    assert second.reference.snapshot == 2
    assert len(reader.log(parse_reference("XAA/UNGA"))) == 5
    assert len(reader.log(parse_reference("XAA/UNGA/78@1"))) == 2
    with pytest.raises(NotInArchive):
        reader.log(parse_reference("XAA/UNGA/78@9"))


# One side --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "held"),
    [
        ("XAA/UNGA/78", 2),
        ("XAA/UNGA/78@1", 1),
        ("XAA/UNGA/78@2024-05-20", 1),
        ("XAA/UNGA/78@2024-05-31", 1),
        ("XAA/UNGA/78@2024-06-01", 2),
        ("XAA/UNGA/78@2030-01-01", 2),
        ("XAA/UNGA/78~verbatim", 2),
        ("XAA/UNGA/78~fr", 3),
        ("XAA/UNGA/78~verbatim.fr", 3),
        ("XAA/HRC/52/item-2", 6),
    ],
)
def test_a_reference_comes_down_to_one_snapshot(reader: Reader, reference: str, held: int) -> None:
    side = reader.side(parse_reference(reference))
    assert side.version.text == HELD[held][1]
    assert side.sha256 == digest(HELD[held][1])
    assert reader.raw(parse_reference(reference)) == HELD[held][1]
    assert side.name == reference


def test_a_side_carries_what_is_known_of_its_delivery(reader: Reader) -> None:
    side = reader.side(parse_reference("XAA/UNGA/78"))
    assert (side.country, side.body, side.session) == ("XAA", "UNGA", "78")
    assert (side.kind, side.kind_inferred, side.snapshot) == ("verbatim", False, 2)
    assert (side.delivered, side.speaker, side.post, side.on_behalf_of) == ("2024", "A. Delegate", None, None)


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        (
            Reference("XAC", "UNGA", "79"),
            "nothing by XAC in the archive; there are statements by XAA and XAB",
        ),
        (Reference("XAB", "HRC", "52"), "nothing by XAB at HRC in the archive; it has UNGA"),
        (Reference("XAA", "UNGA", "77"), "XAA/UNGA has sessions 9, 78 and 79; no 77"),
        (Reference("XAB", "UNGA", "78"), "XAB/UNGA has session 79; no 78"),
        (Reference("XAA", "HRC", "52", "item-3"), "XAA/HRC/52 has item-2 and item-10; no item-3"),
        (
            Reference("XAA", "UNGA", "79", "item-3"),
            "XAA/UNGA/79 has one statement, without an item; no item-3",
        ),
        (
            parse_reference("XAA/UNGA/78~summary.en"),
            "XAA/UNGA/78 has verbatim.en and verbatim.fr; no summary.en",
        ),
        (parse_reference("XAA/UNGA/78@3"), "XAA/UNGA/78 has 2 snapshots; no @3"),
        (parse_reference("XAA/UNGA/78~fr@2"), "XAA/UNGA/78~fr has one snapshot; no @2"),
        (
            parse_reference("XAA/UNGA/78@2023-01-01"),
            f"XAA/UNGA/78 was first observed at {OBSERVED}; nothing by 2023-01-01",
        ),
    ],
)
def test_what_is_missing_is_told_with_what_is_nearest(
    reader: Reader, reference: Reference, says: str
) -> None:
    with pytest.raises(NotInArchive) as caught:
        reader.side(reference)
    assert str(caught.value) == says


def test_several_statements_in_a_session_are_the_choices(reader: Reader) -> None:
    choices = "name one: XAA/HRC/52/item-2, XAA/HRC/52/item-10$"
    with pytest.raises(ReferenceInvalid, match=choices):
        reader.side(Reference("XAA", "HRC", "52"))


def test_a_series_is_no_statement(reader: Reader) -> None:
    with pytest.raises(ReferenceInvalid, match="name a session"):
        reader.side(Reference("XAA", "UNGA"))


def test_an_empty_archive_says_how_to_begin(tmp_path: Path) -> None:
    create_archive(tmp_path)
    with open_reader(tmp_path) as reader:
        assert reader.statements() == ()
        with pytest.raises(NotInArchive, match="the archive is empty; add a statement with: tracker add"):
            reader.side(Reference("XAA", "UNGA", "79"))


@pytest.mark.parametrize(
    ("labels", "listed"),
    [
        (["70"], "70"),
        (["70", "71"], "70 and 71"),
        (["70", "71", "72", "73"], "70 to 73"),
        (["70", "71", "72", "74", "S-30"], "70 to 72, 74 and S-30"),
        (
            [f"S-{n}" for n in range(1, 20)],
            "S-1, S-2, S-3, S-4, S-5, S-6, S-7, S-8, S-9, S-10, S-11, S-12 and 7 more",
        ),
    ],
)
def test_labels_are_listed_as_one_says_them(labels: list[str], listed: str) -> None:
    assert list_in_order(labels) == listed


@given(st.lists(st.tuples(st.integers(0, 99999), st.integers(0, 9)), min_size=2))
def test_a_sort_text_orders_as_its_key(keys: list[tuple[int, int]]) -> None:
    assert sorted(keys) == sorted(keys, key=sort_text)


# Search ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("corruption", ["XAA/UNGA/9~prepared.en"]),
        ("CORRUP*", ["XAA/UNGA/9~prepared.en", "XAA/UNGA/79~prepared.es"]),
        ("corrupcion", ["XAA/UNGA/79~prepared.es"]),
        ("señores OR thank", ["XAA/UNGA/9~prepared.en", "XAA/UNGA/79~prepared.es"]),
        ('"droits de l\'homme"', ["XAA/UNGA/78~verbatim.fr"]),
        ("« droits de l’homme »", ["XAA/UNGA/78~verbatim.fr"]),
        ("eternels", ["XAA/UNGA/78~verbatim.fr"]),
        ("counter-terrorism", ["XAA/UNGA/78~verbatim.en"]),
        ("A/RES/78/1", ["XAA/UNGA/78~verbatim.en"]),
        ("все елка", ["XAA/HRC/52/item-10~prepared.ru"]),
        ("ПРАВА человека", ["XAA/HRC/52/item-10~prepared.ru"]),
        ("نؤكد", ["XAA/HRC/52/item-2~prepared.ar"]),
        ("الانسان", ["XAA/HRC/52/item-2~prepared.ar"]),
        ("人权", ["XAB/UNGA/79~prepared.zh"]),
        ("反腐败 NOT 战争", ["XAB/UNGA/79~prepared.zh"]),
        ("权人", []),
        ("(corruption OR terrorism) matters", ["XAA/UNGA/78~verbatim.en"]),
        ("we fight NOT corruption", []),
        ('"thank you', ["XAA/UNGA/9~prepared.en"]),
        ("thank (you", ["XAA/UNGA/9~prepared.en"]),
        ("thank, you!", ["XAA/UNGA/9~prepared.en"]),
        ("text:corruption", []),
    ],
)
def test_a_query_finds(reader: Reader, wanted: str, found: list[str]) -> None:
    assert sorted(str(hit.reference) for hit in reader.search(wanted).hits) == sorted(found)


@pytest.mark.parametrize(
    ("wanted", "snippet"),
    [
        ("corruption", "We fight [corruption]."),
        ('"thank you"', "[Thank you]."),
        ("人权", "我们重视[人权]和反腐败工作。"),
        ("نؤكد", "[نؤكّد] على حقوق الإنسان."),
        ("все", "[Всё] ещё ёлка и права человека."),
        ("homme eternels", "Les droits de l’[homme], [éternels]."),
    ],
)
def test_a_snippet_marks_the_text_itself(reader: Reader, wanted: str, snippet: str) -> None:
    (hit,) = reader.search(wanted).hits
    assert hit.snippet.replace(MARK_START, "[").replace(MARK_END, "]") == snippet
    assert hit.delivered == "2024"


def test_a_hit_says_where_it_stands(reader: Reader) -> None:
    (hit,) = reader.search("thank").hits
    assert (hit.paragraph, hit.segment) == (2, 1)


def test_only_the_latest_snapshot_is_searched(reader: Reader) -> None:
    assert [hit.segment for hit in reader.search("terrorism", SearchScope(session="78")).hits] == [0]
    assert not reader.search("corruption", SearchScope(session="78")).hits


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (SearchScope(country="XAB"), ["XAB/UNGA/79~prepared.zh"]),
        (SearchScope(session="9"), ["XAA/UNGA/9~prepared.en"]),
        (SearchScope(language="es"), ["XAA/UNGA/79~prepared.es"]),
        (SearchScope(body="HRC"), []),
        (SearchScope(years=(None, 2023)), []),
        (SearchScope(body="UNGA", sessions=(None, "78")), ["XAA/UNGA/9~prepared.en"]),
    ],
)
def test_a_search_is_narrowed(reader: Reader, scope: SearchScope, found: list[str]) -> None:
    page = reader.search("corruption OR corrupción OR 人权", scope)
    assert [str(hit.reference) for hit in page.hits] == found
    assert (page.passages, page.statements, page.countries) == (len(found),) * 3


def test_pages_together_are_all_that_is_found(reader: Reader) -> None:
    either = "corruption OR corrupción OR 人权"
    whole = reader.search(either)
    assert (len(whole.hits), whole.passages) == (3, 3)
    pages = [reader.search(either, limit=2, page=number) for number in (1, 2, 3)]
    assert [page.first for page in pages] == [1, 3, 5]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("", "nothing to search for"),
        ("?!", "nothing to search for"),
        ("AND", "nothing to search for"),
        ("corruption AND", "AND needs a word on both sides"),
        ("NOT corruption", "NOT needs a word on both sides"),
        ("a OR OR b", "OR needs a word on both sides"),
        ("corruption -fund", "write NOT fund"),
        ("(" * 99 + "fund" + ")" * 99, "nested too deeply"),
        (" NOT ".join(["fund"] * 999), "it may have 200"),
    ],
)
def test_a_query_that_says_nothing_is_told_so(reader: Reader, wanted: str, says: str) -> None:
    with pytest.raises(TrackerError, match=says):
        reader.search(wanted)


PARTS = [*"aé人\"*()-^:+{}/\\.,'«”\0\u200b ", " AND ", " OR ", " NOT ", " NEAR "]


@settings(max_examples=examples(400))
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join))
def test_any_query_is_answered_or_told_off(wanted: str) -> None:
    with closing(sqlite3.connect(":memory:")) as file:
        file.execute("CREATE VIRTUAL TABLE f USING fts5 (t, tokenize = 'unicode61 remove_diacritics 2')")
        try:
            expression = match_expression(wanted)
        except TrackerError:
            return
        file.execute("SELECT * FROM f WHERE f MATCH ?", [expression]).fetchall()


@given(st.text(alphabet="aёأـّ人权\u200b ", max_size=20), st.data())
def test_marks_leave_the_text_as_it_is(text: str, data: st.DataObject) -> None:
    folded = fold_for_search(text)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(folded)), min_size=2, max_size=2)))
    marked = f"{folded[: cuts[0]]}{MARK_START}{folded[cuts[0] : cuts[1]]}{MARK_END}{folded[cuts[1] :]}"
    restored = restore_marked(marked, text)
    assert restored.replace(MARK_START, "").replace(MARK_END, "") == text
    assert fold_for_search(restored).replace("\u200b", "") == marked.replace("\u200b", "")


# What is recorded is read back -----------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@st.composite
def versions(draw: st.DrawFn) -> Version:
    text = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    segments = tuple(
        Segment(
            ordinal,
            draw(st.sampled_from(["sentence", "heading", "item"])),
            ordinal + 1,
            start,
            end,
            text[start:end],
        )
        for ordinal, (start, end) in enumerate(pairwise(cuts))
    )
    runs = draw(st.lists(st.builds(Run, *[st.integers(0, 10**6)] * 4), max_size=5))
    language = draw(st.sampled_from(["en", "zh", "und"]))
    return Version(text, language, segments, SpanMap(tuple(runs)), draw(WORDS), "application/pdf")


@settings(max_examples=examples(60), deadline=None)
@given(
    versions(),
    st.binary(max_size=100),
    WORDS,
    st.builds(Declaration, *[st.just(Reference("XAA", "UNGA", "79"))]),
)
def test_what_is_recorded_is_read_back(version: Version, data: bytes, raw: str, plain: Declaration) -> None:
    declaration = infer(replace(plain, title=raw, speaker=raw, on_behalf_of=raw), language=version.language)
    with tempfile.TemporaryDirectory() as name:
        create_archive(Path(name))
        with open_store(Path(name)) as store:
            recorded = store.record(declaration, data, version, OBSERVED, raw, raw)
        with open_reader(Path(name)) as reader:
            side, kept = reader.side(recorded.reference), reader.raw(recorded.reference)
            (entry,) = reader.log(recorded.reference)
    assert side.version == version
    assert (side.title, side.speaker, side.on_behalf_of, kept) == (raw, raw, raw, raw)
    assert (entry.size, entry.words, entry.source) == (len(data), version.words, raw)


# Trouble ---------------------------------------------------------------------------------------------


def read_all(folder: Path) -> None:
    with open_reader(folder) as reader:
        for entry in reader.statements():
            reader.log(entry.reference)
            reader.side(entry.reference)
            reader.raw(entry.reference)
        reader.search("corruption OR terrorism")
        reader.sessions("XAA", "UNGA")


@pytest.mark.parametrize("seed", some(20, range(60)))
def test_flipped_bytes_are_one_clear_line_or_harmless(folder: Path, tmp_path: Path, seed: int) -> None:
    content = bytearray((folder / "tracker.db").read_bytes())
    chance = random.Random(seed)  # noqa: S311 (damage that can be repeated)
    for _ in range(4 ** (seed % 6)):
        content[chance.randrange(100, len(content))] ^= 1 << chance.randrange(8)
    (tmp_path / "tracker.db").write_bytes(content)
    try:
        read_all(tmp_path)
    except TrackerError as error:
        assert "\n" not in str(error)  # noqa: PT017 (either end is right)


@pytest.mark.parametrize("open_", [open_reader, open_store, create_archive])
def test_a_damaged_schema_is_one_clear_line(folder: Path, tmp_path: Path, open_: object) -> None:
    content = (folder / "tracker.db").read_bytes()
    (tmp_path / "tracker.db").write_bytes(content.replace(b"REFERENCES", b"RE\xc6ERENCES"))
    assert callable(open_)
    with pytest.raises(ArchiveUnusable, match=r"tracker\.db is damaged .* restore it from a copy"):
        open_(tmp_path)


def test_a_document_whose_bytes_changed_is_not_passed_on(folder: Path, tmp_path: Path) -> None:
    content = (folder / "tracker.db").read_bytes()
    (tmp_path / "tracker.db").write_bytes(content.replace(b"Counter-terrorism", b"Counter-tourist!!"))
    with open_reader(tmp_path) as reader, pytest.raises(ArchiveUnusable, match="no longer has its sha256"):
        reader.raw(parse_reference("XAA/UNGA/78"))


def test_a_segment_that_was_altered_is_not_passed_on(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tracker.db").write_bytes((folder / "tracker.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as file, file:
        with pytest.raises(sqlite3.IntegrityError, match="the text of a segment is that of its version"):
            file.execute("UPDATE segments SET text = 'We fight for it.' WHERE text LIKE 'We fight%'")
        file.execute('UPDATE segments SET "end" = "end" + 999 WHERE text LIKE \'We fight%\'')
    with open_reader(tmp_path) as reader, pytest.raises(ArchiveUnusable, match="a segment is not the text"):
        reader.side(parse_reference("XAA/UNGA/9"))


def test_the_index_follows_what_is_changed_and_deleted(tmp_path: Path) -> None:
    create_archive(tmp_path)
    with open_store(tmp_path) as store:
        record(store, declare("XAA/UNGA/79~prepared.en"), "one 人\ntwo 人")
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as file, file:
        file.execute("DELETE FROM segments WHERE ordinal = 0")
        file.execute("UPDATE versions SET text = replace(text, 'two 人', 'three')")
        file.execute("UPDATE segments SET folded = NULL WHERE ordinal = 1")
        file.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
    assert query(tmp_path, "SELECT text FROM segments_fts WHERE text MATCH 'three'") == [("three",)]
    assert query(tmp_path, "SELECT text FROM segments_fts WHERE text MATCH 'one OR two'") == []


def test_reading_goes_on_while_another_writes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "tracker.db").write_bytes((folder / "tracker.db").read_bytes())
    with open_store(tmp_path) as store, store.batch():
        record(store, declare("XAA/UNGA/77~prepared.en"), "one")
        with open_reader(tmp_path) as reader:
            assert "77" not in reader.sessions("XAA", "UNGA")
    with open_reader(tmp_path) as reader:
        assert "77" in reader.sessions("XAA", "UNGA")


def test_reading_does_not_load_sqlite_utils(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tracker.record.reading.reader import open_reader\n"
        "with open_reader(Path(sys.argv[1])) as reader: reader.statements(); reader.search('corruption')\n"
        "print([name for name in sys.modules if name.startswith(('sqlite_utils', 'numpy', 'click'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_version_of_another_media_type_keeps_its_extractor(tmp_path: Path) -> None:
    create_archive(tmp_path)
    version = replace(version_of("one", extractor="pypdfium2 5.1"), media_type="application/pdf")
    with open_store(tmp_path) as store:
        store.record(declare("XAA/UNGA/79~prepared.en"), b"%PDF", version, OBSERVED, "o n e", None)
    with open_reader(tmp_path) as reader:
        (entry,) = reader.log(parse_reference("XAA/UNGA/79"))
    assert (entry.media_type, entry.extractor, entry.source) == ("application/pdf", "pypdfium2 5.1", None)
