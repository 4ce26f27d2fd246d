"""Kept bytes read again: another selector, another release, and nothing that looks like their change."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.archives import OBSERVED, count_record, declare, hold_lock, in_session, query, version_of
from tests.here import runner
from tests.nights import Page, make_archive, only, run_night, source, watch
from tests.repositories import run_git
from tests.thorough import long
from tracker.archive import create_archive, open_store
from tracker.capture.read.extract import extract
from tracker.capture.read.extractors import Extractor, describe_reading_difference, read_extractor
from tracker.keep import reextract as rereading
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

NOW = "2026-11-25T10:00:00Z"
REF = "XAA/UNGA/79"
JUNK = "We use cookies on this site to make it better."
RIVERS = "We urge all States to ratify the Treaty on the Protection of Rivers without delay."
FUND = "My country will contribute 5 million euros to the Technical Fund by 2025."
COURTS = "Independent courts are the best defence against corruption in every country."
SHARE = "Share this page with your friends and colleagues."
OLDER = "trafilatura 1.0.0 utf-8"

reextract = in_session(rereading.reextract)


def page(*sentences: str, classes: str = "statement") -> str:
    """Return a page whose statement stands beside a note of the site's own."""
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return (
        "<html><head><title>Statement</title></head>"
        f"<body><main><div class='note'><p>{JUNK}</p></div><article class='{classes}'>"
        f"<h1>Statement of Atlantis</h1>{paragraphs}</article></main></body></html>"
    )


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    return runner(tmp_path, monkeypatch, capsys)


@pytest.fixture
def watched(tmp_path: Path, site: Site) -> Path:
    """Return an archive of one page, captured without a selector."""
    site.pages["/79"] = Page(page(FUND, RIVERS))
    folder = make_archive(tmp_path / "snapshots", source("xaa", REF, site.url("/79")), site.port)
    assert only(run_night(folder)).outcome == "new"
    return folder


def select(folder: Path, site: Site, more: str = 'selector = "article"', reference: str = REF) -> None:
    watch(folder, source("xaa", reference, site.url("/79"), more), site.port)


def texts(folder: Path) -> list[str]:
    """Return the text of every version, oldest first."""
    return [text for (text,) in query(folder, "SELECT text FROM versions ORDER BY id")]


def record_as(
    folder: Path, data: str, extractor: str | None = OLDER, reference: str = REF, more: str = f"\n\n{SHARE}"
) -> None:
    """Record a page as an older release would have, which read the text of a button with it."""
    extraction = extract(data.encode())
    text = extraction.text + more
    version = read_text(
        text, extractor=extractor or extraction.extractor, media_type="text/html", language="en"
    )
    with open_store(folder) as store:
        store.record(
            declare(f"{reference}~prepared.en"), data.encode(), version, OBSERVED, raw=text, source="a.html"
        )


def record_now(folder: Path, data: str, reference: str = REF) -> None:
    """Record a page as this release reads it."""
    record_as(folder, data, None, reference, "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_archive(tmp_path / "snapshots")
    return tmp_path / "snapshots"


def test_another_selector_gives_another_version_and_the_first_one_stays(
    watched: Path, site: Site, run: Callable[..., Ran]
) -> None:
    (before,) = texts(watched)
    select(watched, site)
    (found,) = reextract(watched, (), NOW)
    assert (found.status, found.gone, found.come) == ("extraction", (JUNK,), ())
    assert found.now is not None
    assert found.now.endswith("selector=article")
    assert JUNK in before
    assert texts(watched)[0] == before
    assert JUNK not in texts(watched)[1]
    assert count_record(watched)["snapshots"] == 1
    with open_reader(watched) as reader:
        assert JUNK not in reader.side(parse_reference(REF)).version.text
        assert reader.search("cookies").hits == ()
        assert len(reader.search("rivers").hits) == 1
        assert reader.raw(parse_reference(REF)).startswith("# Statement of Atlantis")
    assert run("log", REF).out.count("observed") == 1


def test_again_there_is_nothing_to_do(watched: Path, site: Site) -> None:
    select(watched, site)
    reextract(watched, (), NOW)
    before = count_record(watched)
    (found,) = reextract(watched, (), NOW)
    assert found.status == "same"
    assert count_record(watched) == before
    assert query(watched, "SELECT kind, status FROM runs") == [
        ("snapshot", "complete"),
        ("reextract", "complete"),
    ]


def test_a_selector_that_is_taken_back_counts_again(watched: Path, site: Site) -> None:
    (first,) = texts(watched)
    select(watched, site)
    reextract(watched, (), NOW)
    select(watched, site, "")
    (found,) = reextract(watched, (), NOW)
    assert (found.status, found.gone, found.come) == ("extraction", (), (JUNK,))
    assert [text == first for text in texts(watched)] == [True, False, True]
    with open_reader(watched) as reader:
        assert reader.side(parse_reference(REF)).version.text == first


def test_a_dry_run_shows_what_would_change_and_writes_nothing(
    watched: Path, site: Site, run: Callable[..., Ran]
) -> None:
    select(watched, site)
    before = (watched / "tracker.db").read_bytes()
    ran = run("reextract", REF, "--dry-run")
    assert ran.code == 0
    for told in (f"{REF}~en@1", f"- {JUNK}", "was trafilatura", "selector=article", "nothing was"):
        assert told in ran.out
    assert (watched / "tracker.db").read_bytes() == before
    answer = json.loads(run("reextract", "--dry-run", "--json").out)
    assert answer["counts"] == {"extraction": 1}
    assert answer["entries"][0]["gone"] == [JUNK]
    assert len(texts(watched)) == 1


def test_the_versions_of_a_snapshot_are_listed_with_their_cause(
    watched: Path, site: Site, run: Callable[..., Ran]
) -> None:
    select(watched, site)
    run("reextract")
    ran = run("log", REF, "--versions")
    assert [line.split()[1] for line in ran.out.splitlines() if line.startswith("  2026")] == [
        "capture",
        "extraction",
    ]
    listed = json.loads(run("log", REF, "--versions", "--format", "json").out)["versions"]
    assert [each["cause"] for each in listed] == ["capture", "extraction"]
    assert "1 extraction" in run("status", "--runs", "--kind", "reextract").out


def test_the_same_bytes_never_differ_by_their_extractor_alone(folder: Path, run: Callable[..., Ran]) -> None:
    first, second = page(FUND, RIVERS), page(FUND, COURTS)
    for data in (first, second, first):
        record_as(folder, data)
    reextract(folder, [f"{REF}@3"], NOW)
    ran = run("diff", f"{REF}@1", f"{REF}@3")
    assert ran.code == 0
    assert "No difference" in ran.out
    assert run("diff", f"{REF}@3", f"{REF}@1").code == 0


def test_two_editions_of_one_page_stay_apart(folder: Path, run: Callable[..., Ran]) -> None:
    data = page(FUND, RIVERS)
    record_as(folder, data, f"{OLDER} selector=.a", f"{REF}/item-1")
    record_as(folder, data, f"{OLDER} selector=.b", f"{REF}/item-2", f"\n\n{COURTS}")
    assert run("diff", f"{REF}/item-1", f"{REF}/item-2").code == 1


def test_two_releases_are_told_and_once_both_are_read_alike_no_more(
    folder: Path, run: Callable[..., Ran]
) -> None:
    record_as(folder, page(FUND, RIVERS))
    record_now(folder, page(FUND, COURTS))
    caveat = "read with different releases of trafilatura (1.0.0; "
    before = compare(run)
    assert [each[: len(caveat)] for each in before["caveats"]] == [caveat]
    assert {SHARE, RIVERS} <= set(sentences(before, "old"))
    reextract(folder, [f"{REF}@1"], NOW)
    after = compare(run)
    assert after["caveats"] == []
    assert set(sentences(after, "old")) - set(sentences(after, "new")) == {RIVERS}


def test_both_sides_are_read_with_versions_of_one_extractor_where_there_are(
    folder: Path, run: Callable[..., Ran]
) -> None:
    record_as(folder, page(FUND, RIVERS))
    record_as(folder, page(FUND, COURTS))
    reextract(folder, [f"{REF}@2"], NOW)
    compared = compare(run)
    assert {compared[side]["version"]["extractor"] for side in ("old", "new")} == {OLDER}
    assert compared["caveats"] == []
    assert SHARE in sentences(compared, "new")
    with open_reader(folder) as reader:
        assert SHARE not in reader.side(parse_reference(REF)).version.text


def test_what_another_release_reads_alike_is_noted_once(folder: Path, run: Callable[..., Ran]) -> None:
    record_as(folder, page(FUND, RIVERS), more="")
    record_now(folder, page(FUND, COURTS))
    assert len(compare(run)["caveats"]) == 1
    for _ in range(2):
        assert {each.status for each in reextract(folder, (), NOW)} == {"same"}
    present = extract(page(FUND).encode()).extractor
    assert query(folder, "SELECT version, extractor, run FROM confirmations") == [(1, present, 3)]
    assert query(folder, "SELECT max(id) FROM runs") == [(3,)]
    assert compare(run)["caveats"] == []
    assert f"the same by {present}" in " ".join(run("log", REF, "--versions").out.split())


def compare(run: Callable[..., Ran], old: str = f"{REF}@1", new: str = f"{REF}@2") -> dict[str, Any]:
    """Compare two snapshots as a user does, and return all of it."""
    ran = run("diff", old, new, "--all", "--format", "json")
    assert ran.code in {0, 1}, ran.err
    compared: dict[str, Any] = json.loads(ran.out)
    return compared


def sentences(compared: dict[str, Any], side: str) -> list[str]:
    return [each["text"] for each in compared[side]["version"]["segments"]]


def decide(run: Callable[..., Ran], sentence: str) -> str:
    """Have Ana say that the new sentence of a comparison is right as shown, and return its change."""
    compared = compare(run, "XAA/UNGA/78", REF)
    (name,) = [
        str(each["id"])
        for each in compared["changes"]
        if not each["old"] and [sentences(compared, "new")[index] for index in each["new"]] == [sentence]
    ]
    ran = run("judge", name, "accept", "--by", "Ana")
    assert ran.code == 0, ran.err
    return name


def test_decisions_follow_their_sentences_and_those_on_lost_ones_are_told(
    folder: Path, run: Callable[..., Ran]
) -> None:
    record_now(folder, page(FUND), "XAA/UNGA/78")
    record_as(folder, page(FUND, COURTS))
    kept, lost = decide(run, COURTS), decide(run, SHARE)
    ran = run("reextract", REF)
    assert "1 human decision still applies" in ran.out
    assert [line.split()[3] for line in ran.out.splitlines() if "no longer found" in line] == [f"#{lost[:7]}"]
    compared = compare(run, "XAA/UNGA/78", REF)
    decided = [each for each in compared["changes"] if each["decided"]]
    assert [(each["id"], each["decided"][0]["person"]) for each in decided] == [(kept, "Ana")]
    assert any("quotes sentences that these texts lack" in caveat for caveat in compared["caveats"])
    assert len(query(folder, "SELECT * FROM decisions")) == 2


def test_the_exit_code_tells_of_what_cannot_be_read_any_more(
    watched: Path, site: Site, run: Callable[..., Ran]
) -> None:
    select(watched, site, 'selector = "#nowhere"')
    ran = run("reextract")
    assert ran.code == 1
    assert "unreadable" in ran.out
    assert "selects nothing" in " ".join(ran.out.split())
    assert len(texts(watched)) == 1
    assert len(query(watched, "SELECT * FROM runs")) == 1


def test_bytes_that_are_gone_are_passed_over_with_the_reason(folder: Path, run: Callable[..., Ran]) -> None:
    record_as(folder, page(FUND, RIVERS))
    record_as(folder, page(FUND, COURTS))
    with closing(sqlite3.connect(folder / "tracker.db")) as file, file:
        file.execute(
            "DELETE FROM documents WHERE sha256 = (SELECT document FROM snapshots WHERE ordinal = 1)"
        )
    ran = run("reextract")
    assert ran.code == 0
    assert f"skipped {REF}~prepared.en@1: the record does not hold its bytes" in ran.out
    assert "1 extraction" in ran.out


def test_what_was_withdrawn_is_not_read_and_stays_as_it_is(folder: Path, run: Callable[..., Ran]) -> None:
    for sentence in (RIVERS, COURTS, FUND):
        record_as(folder, page(sentence))
    record_as(folder, page(FUND, RIVERS), reference="XAA/UNGA/78", more="")
    reextract(folder, ["XAA/UNGA/78"], NOW)
    told = ("--reason", "names a witness", "--authority", "District Court")
    assert run("withdraw", "XAA/UNGA/78", *told, "--destroy", "--yes").code == 0
    assert query(folder, "SELECT * FROM confirmations") == []
    assert run("withdraw", f"{REF}@1", *told).code == 0
    assert run("withdraw", f"{REF}@2", *told, "--destroy", "--yes").code == 0
    ran = run("reextract", REF)
    assert ran.code == 0
    said = " ".join(ran.out.split())
    assert said.startswith("3 snapshots: 1 extraction (a different text from the same bytes), 2 skipped")
    assert f"skipped {REF}~prepared.en@1: withdrawn on " in said
    assert f"skipped {REF}~prepared.en@2: destroyed on " in said
    assert "by authority of District Court: names a witness" in said
    assert RIVERS not in said
    assert [row[0] for row in query(folder, "SELECT snapshot FROM versions ORDER BY id")] == [1, 3, 3]
    (skipped,) = json.loads(run("reextract", f"{REF}@2", "--json").out)["entries"]
    assert skipped["reference"].endswith("@2")
    assert (skipped["sentences_before"], skipped["sentences_after"]) == (0, 0)
    assert run("log", f"{REF}@1", "--versions").code == 2


def test_bytes_that_were_altered_are_not_read(folder: Path) -> None:
    record_as(folder, page(FUND, RIVERS))
    with closing(sqlite3.connect(folder / "tracker.db")) as file, file:
        file.execute("UPDATE documents SET bytes = zeroblob(size)")
    (found,) = reextract(folder, (), NOW)
    assert (found.status, found.reason[:27]) == ("unreadable", "its bytes do not match thei")
    assert len(texts(folder)) == 1


def test_a_source_that_left_the_watch_list_selects_what_it_last_did(watched: Path, site: Site) -> None:
    select(watched, site)
    run_night(watched, "2026-03-02")
    watch(watched, source("other", "XAA/UNGA/78", site.url("/78")), site.port)
    (found,) = reextract(watched, (), NOW)
    assert found.now is not None
    assert found.now.endswith("selector=article")


def test_a_table_rewritten_for_another_session_says_nothing_of_the_last_one(
    watched: Path, site: Site
) -> None:
    select(watched, site, 'selector = "#other"', "XAA/UNGA/80")
    (found,) = reextract(watched, (), NOW)
    assert found.status == "same"


def test_what_unknown_selectors_read_is_left_as_it_is(watched: Path, site: Site) -> None:
    select(watched, site)
    reextract(watched, (), NOW)
    (watched / "watch.toml").unlink()
    with closing(sqlite3.connect(watched / "tracker.db")) as file, file:
        file.execute("UPDATE runs SET watch_list = NULL")
        file.execute("DELETE FROM watch_lists")
    (found,) = reextract(watched, (), NOW)
    assert (found.status, found.reason) == (
        "skipped",
        "its source xaa is in no watch list any more, so its selectors are unknown",
    )


def test_the_link_of_an_index_is_read_in_the_manner_of_its_index(tmp_path: Path, site: Site) -> None:
    site.pages["/"] = Page(f"<html><body><a href='{site.url('/79')}'>79</a></body></html>")
    site.pages["/79"] = Page(page(FUND, RIVERS))
    index = (
        f'[sources.all]\nkind = "index"\nurl = "{site.url("/")}"\n'
        'links = "/(?P<session>[0-9]+)$"\nreference = "XAA/UNGA/{session}"\n'
    )
    folder = make_archive(tmp_path / "snapshots", index, site.port)
    run_night(folder)
    watch(folder, f'{index}selector = "article"\n', site.port)
    (found,) = reextract(folder, (), NOW)
    assert (found.status, found.gone) == ("extraction", (JUNK,))


def test_an_accepted_document_is_read_as_its_source_asks(
    tmp_path: Path, site: Site, run: Callable[..., Ran]
) -> None:
    site.pages["/79"] = Page(page(FUND, RIVERS))
    folder = make_archive(
        tmp_path / "snapshots", source("xaa", REF, site.url("/79"), "min_words = 5000"), site.port
    )
    assert run("snapshot").code == 1
    assert run("review", "1", "accept", "--by", "Ana", "--reason", "short but whole").code == 0
    select(folder, site)
    (found,) = reextract(folder, (), NOW)
    assert (found.status, found.gone) == ("extraction", (JUNK,))


def test_a_declared_language_stays_and_an_inferred_one_is_told_again(folder: Path) -> None:
    text = "Oui."
    for reference, language in (("XAA/UNGA/78~prepared.fr", "fr"), ("XAA/UNGA/79", "en")):
        version = replace(version_of(text, language), extractor="text utf-7")
        with open_store(folder) as store:
            store.record(declare(reference), text.encode(), version, OBSERVED, raw=text, source="a.txt")
    declared, inferred = reextract(folder, (), NOW)
    assert declared.status == "same"
    assert inferred.status == "extraction"
    assert query(folder, "SELECT language FROM versions ORDER BY id DESC LIMIT 1") == [("und",)]


def test_only_what_is_named_is_read_and_a_name_with_nothing_behind_it_is_refused(
    folder: Path, run: Callable[..., Ran]
) -> None:
    record_as(folder, page(FUND, RIVERS), reference="XAA/UNGA/78")
    record_as(folder, page(FUND, COURTS))
    assert [str(each.reference) for each in reextract(folder, ["XAA/UNGA/79"], NOW)] == [
        f"{REF}~prepared.en@1"
    ]
    ran = run("reextract", "XAA/UNGA/12")
    assert ran.code == 2
    assert "sessions 78 and 79; no 12" in ran.err
    assert "nothing to do" in run("reextract", "--archive", str(_empty(folder))).out


def _empty(folder: Path) -> Path:
    create_archive(folder.parent / "empty")
    return folder.parent / "empty"


def test_while_another_run_writes_nothing_is_read(
    folder: Path, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.record.storing.writing.LOCK_TIMEOUT", 0.2)
    record_as(folder, page(FUND, RIVERS))
    with hold_lock(folder, 0):
        ran = run("reextract")
    assert ran.code == 75
    assert len(texts(folder)) == 1


def test_a_run_that_was_cut_short_is_run_again_for_the_rest(folder: Path) -> None:
    record_as(folder, page(FUND, RIVERS), reference="XAA/UNGA/78")
    record_as(folder, page(FUND, COURTS))

    def stop(done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reextract(folder, (), NOW, progress=stop)
    assert len(texts(folder)) == 3
    told: list[tuple[int, int]] = []
    found = reextract(folder, (), NOW, progress=lambda done, total: told.append((done, total)))
    assert [each.status for each in found] == ["same", "extraction"]
    assert told == [(0, 2), (1, 2), (2, 2)]
    assert query(folder, "SELECT kind, status FROM runs WHERE kind = 'reextract'") == [
        ("reextract", "interrupted"),
        ("reextract", "complete"),
    ]


def test_a_night_after_it_takes_the_page_for_unchanged(watched: Path, site: Site) -> None:
    select(watched, site)
    reextract(watched, (), NOW)
    assert only(run_night(watched, "2026-03-02")).outcome == "unchanged"
    site.pages["/79"] = Page(page(FUND, RIVERS, classes="statement new"))
    assert only(run_night(watched, "2026-03-03")).outcome == "unchanged"


@long
def test_the_mirror_says_that_a_text_was_read_again_and_rebuilds_all_versions(
    folder: Path, run: Callable[..., Ran], tmp_path: Path
) -> None:
    record_as(folder, page(FUND, RIVERS))
    record_as(folder, page(FUND, COURTS), reference="XAA/UNGA/78", more="")
    run("mirror", "update")
    reextract(folder, (), NOW)
    run("mirror", "update")
    said = run_git(folder / "mirror.git", "log", "-1", "--format=%B", "main")
    assert said.startswith(
        f"Run 3 (reextract): 0 snapshots, 1 read again\n\n{REF}~prepared.en@1\n\nKind: reextract"
    )
    shown = run_git(folder / "mirror.git", "show", "--format=", "main", "--", "statements/XAA/UNGA/79")
    assert f"-{SHARE}" in shown
    assert run("rebuild", str(folder / "mirror.git"), "--archive", "again").code == 0
    for table in ("versions", "confirmations", "segments", "runs"):
        asked = f"SELECT * FROM {table} ORDER BY id"  # noqa: S608
        assert query(tmp_path / "again", asked) == query(folder, asked)
        assert query(folder, asked)
    assert {each.status for each in reextract(tmp_path / "again", (), NOW)} == {"same"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("text utf-8", Extractor("text", "", "", "utf-8")),
        ("text utf-8 replace", Extractor("text", "", "", "utf-8")),
        ("pypdfium2 5.15.2", Extractor("pypdfium2", "5.15.2", "")),
        ("trafilatura 2.3.1 utf-8", Extractor("trafilatura", "2.3.1", "", "utf-8")),
        ("lxml 6.1.3 cp1252 selector=main > p", Extractor("lxml", "6.1.3", "selector=main > p", "cp1252")),
        ("lxml 6.1.3 utf-8 remove=.a remove=.b", Extractor("lxml", "6.1.3", "remove=.a remove=.b", "utf-8")),
    ],
)
def test_an_extractors_name_is_read_in_its_parts(name: str, parts: Extractor) -> None:
    assert read_extractor(name) == parts


@pytest.mark.parametrize(
    ("old", "new", "same_edition", "difference"),
    [
        ("pypdfium2 5.15.2", "pypdfium2 5.15.2", True, None),
        ("pypdfium2 5.15.2", "pypdfium2 5.16.0", False, "releases of pypdfium2 (5.15.2; 5.16.0)"),
        ("trafilatura 2.3.1 utf-8", "trafilatura 2.3.1 cp1252", True, None),
        ("trafilatura 2.3.1 utf-8", "lxml 6.1.3 utf-8", True, None),
        ("trafilatura 2.3.1 utf-8", "lxml 6.1.3 utf-8 selector=p", True, "selectors (none; selector=p)"),
        ("trafilatura 2.3.1 utf-8", "lxml 6.1.3 utf-8 selector=p", False, None),
        ("lxml 6.1.3 utf-8 remove=a", "lxml 6.1.3 utf-8 remove=b", False, None),
    ],
)
def test_what_is_read_otherwise_is_told(
    old: str, new: str, same_edition: bool, difference: str | None
) -> None:
    sides = (version_of("a", extractor=name) for name in (old, new))
    assert describe_reading_difference(*sides, is_same_edition=same_edition) == difference


def test_another_kind_of_document_is_no_difference_of_ours() -> None:
    page_, text = version_of("a", extractor="trafilatura 2.3.1 utf-8"), version_of("a")
    assert (
        describe_reading_difference(replace(page_, media_type="text/html"), text, is_same_edition=True)
        is None
    )
