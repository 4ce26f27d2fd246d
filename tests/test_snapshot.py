from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.archives import count_record, query
from tests.conftest import run_tracker
from tests.nights import DAYS, Page, make_watched, only, outcomes, run_night, source, watch, write_speech
from tracker.capture.admit.admission import admit
from tracker.errors import NotInArchive
from tracker.record.reading.ledger import open_ledger
from tracker.watch.news import gather_news

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    return make_watched(tmp_path / "snapshots", site)


def test_nights_without_a_change_keep_one_snapshot_and_each_check_as_evidence(folder: Path) -> None:
    nights = [only(run_night(folder, day)) for day in DAYS[:3]]
    assert [night.outcome for night in nights] == ["new", "unchanged", "unchanged"]
    assert {str(night.snapshot) for night in nights} == {"XAA/UNGA/79~prepared.en@1"}
    assert count_record(folder)["snapshots"] == 1
    assert query(folder, "SELECT outcome, http_status, length(sha256), snapshot FROM outcomes") == [
        ("new", 200, 64, 1),
        ("unchanged", 200, 64, 1),
    ]
    assert query(folder, "SELECT outcome, run, observed FROM repeats") == [(2, 3, f"{DAYS[2]}T02:30:00Z")]
    with open_ledger(folder) as ledger:
        (check,) = ledger.checks(2, evidence=True)
        assert ledger.checks(3) == (replace(check, observed=f"{DAYS[2]}T02:30:00Z", exchanges=()),)
        assert [each.outcomes for each in ledger.runs()][1:] == [(("unchanged", 1),)] * 2
        assert ledger.past("xaa-79", 1)[0].observed == f"{DAYS[2]}T02:30:00Z"
    assert [(each.status, each.url) for each in check.exchanges][-1] == (200, check.address)
    assert "user-agent" in dict(check.exchanges[-1].request_headers) | {"user-agent": ""}


def test_a_run_is_written_with_its_command_its_end_and_the_watch_list_it_read(folder: Path) -> None:
    night = run_night(folder, DAYS[0])
    assert (night.run.kind, night.run.status, night.run.outcomes) == ("snapshot", "complete", (("new", 1),))
    assert (night.run.started, night.run.ended) == ("2026-03-01T02:30:00Z", "2026-03-01T02:30:00Z")
    ((text,),) = query(folder, "SELECT text FROM watch_lists JOIN runs ON watch_list = sha256")
    assert text == (folder / "watch.toml").read_text(encoding="utf-8")


def test_after_a_night_the_record_is_one_file(folder: Path) -> None:
    run_night(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["tracker.db", "watch.toml"]


def test_not_modified_counts_as_evidence_and_the_whole_is_asked_for_at_intervals(
    folder: Path, site: Site
) -> None:
    site.say("/79", ETag='"a"')
    days = [DAYS[0], DAYS[1], "2026-03-30", "2026-03-31"]
    checks = [only(run_night(folder, day)) for day in days]
    assert [check.http_status for check in checks] == [200, 304, 304, 200]
    assert [check.outcome for check in checks] == ["new", "unchanged", "unchanged", "unchanged"]
    assert {str(check.snapshot) for check in checks} == {"XAA/UNGA/79~prepared.en@1"}


def test_an_edit_elsewhere_in_the_watch_list_asks_for_nothing_more(folder: Path, site: Site) -> None:
    site.say("/79", ETag='"a"')
    run_night(folder, DAYS[0])
    with (folder / "watch.toml").open("a", encoding="utf-8") as file:
        file.write(source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80")))
    statuses = {check.source: check.http_status for check in run_night(folder, DAYS[1]).checks}
    assert statuses == {"xaa-79": 304, "xaa-80": 404}


def test_an_edited_table_asks_for_the_whole_once(folder: Path, site: Site) -> None:
    site.say("/79", ETag='"a"')
    statuses = [only(run_night(folder, day)).http_status for day in DAYS[:2]]
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"), 'rights = "CC0-1.0"')
    watch(folder, watched, site.port)
    statuses += [only(run_night(folder, day)).http_status for day in DAYS[2:4]]
    assert statuses == [200, 304, 200, 304]


def test_a_source_that_is_renamed_to_another_statement_gives_that_one(folder: Path, site: Site) -> None:
    site.say("/79", ETag='"a"')
    run_night(folder, DAYS[0])
    watch(folder, source("xaa-79", "XAA/UNGA/80~prepared.en", site.url("/79")), site.port)
    night = [only(run_night(folder, day)) for day in DAYS[1:3]]
    assert [(str(check.snapshot), check.outcome) for check in night] == [
        ("XAA/UNGA/80~prepared.en@1", "new"),
        ("XAA/UNGA/80~prepared.en@1", "unchanged"),
    ]


# How a change was announced ---------------------------------------------------------------------------

EARLY, LATE = "Sun, 01 Feb 2026 10:00:00 GMT", "Mon, 02 Feb 2026 10:00:00 GMT"
CHANGES = [
    ("We will build a bridge.", "", "", "silent"),
    ("We will build a bridge.", EARLY, EARLY, "silent"),
    ("We will build a bridge.", EARLY, LATE, "last-modified"),
    ("We will build a bridge.", "", LATE, "silent"),
    ("Corrigendum: we will build a bridge.", EARLY, LATE, "corrigendum"),
]


@pytest.mark.parametrize(("more", "before", "now", "announced"), CHANGES)
def test_a_silent_edit_is_told_from_one_that_was_announced(
    folder: Path, site: Site, more: str, before: str, now: str, announced: str
) -> None:
    site.say("/79")
    site.pages["/79"].headers["Last-Modified"] = before
    run_night(folder, DAYS[0])
    site.say("/79", more)
    site.pages["/79"].headers["Last-Modified"] = now
    check = only(run_night(folder, DAYS[1]))
    assert (check.outcome, check.announced) == ("changed", announced)
    assert str(check.snapshot) == "XAA/UNGA/79~prepared.en@2"


def test_other_bytes_with_the_same_text_are_no_change(folder: Path, site: Site) -> None:
    page = "<html><head><title>{0}</title></head><body><main><p>{1}</p></main><!-- {0} --></body></html>"
    speech = "We fight corruption in all its forms, and we will publish every contract of the State. " * 20
    for day, token in zip(DAYS, "ab", strict=False):
        site.pages["/79"] = Page(page.format(token, speech), headers={"Content-Type": "text/html"})
        check = only(run_night(folder, day))
    assert (check.outcome, check.detail) == ("unchanged", "other bytes, the same text")
    assert count_record(folder)["snapshots"] == 1


def test_two_sources_of_one_edition_do_not_change_it_back_and_forth(folder: Path, site: Site) -> None:
    site.say("/mirror", "Our mirror adds a line.")
    both = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79")) + source(
        "xaa-mirror", "XAA/UNGA/79~prepared.en", site.url("/mirror")
    )
    watch(folder, both, site.port)
    nights = [outcomes(run_night(folder, day)) for day in DAYS[:3]]
    assert sorted(nights[0].values()) == ["changed", "new"]
    assert nights[1:] == [{"xaa-79": "unchanged", "xaa-mirror": "unchanged"}] * 2
    site.say("/mirror", "Our mirror adds another line.")
    assert outcomes(run_night(folder, DAYS[3])) == {"xaa-79": "unchanged", "xaa-mirror": "changed"}


# Gone, moved and back -----------------------------------------------------------------------------------


def test_gone_is_said_after_three_days_and_the_return_is_noted(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.pages["/79"] = Page("", 404)
    days = [DAYS[1], DAYS[1], DAYS[2], DAYS[3], DAYS[4]]
    assert [only(run_night(folder, day)).outcome for day in days] == [
        "unreachable",
        "unreachable",
        "unreachable",
        "gone",
        "gone",
    ]
    site.say("/79")
    back = only(run_night(folder, DAYS[5]))
    assert (back.outcome, back.cause, back.detail) == ("unchanged", "reappeared", "gone since 2026-03-02")
    with open_ledger(folder) as ledger:
        assert [check.observed[:10] for check in ledger.first_gone("2026", "2027")] == ["2026-03-04"]


@pytest.mark.parametrize(
    ("between", "after"),
    [(Page("", 500), "gone"), (Page("We are back with a speech. " * 40), "unreachable")],
)
def test_only_being_there_breaks_the_row_of_days(folder: Path, site: Site, between: Page, after: str) -> None:
    missing = Page("", 410)
    for day, page in zip(DAYS, [missing, missing, between, missing], strict=False):
        site.pages["/79"] = page
        check = only(run_night(folder, day))
    assert check.outcome == after


PORTAL = Page("<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>")
GONE, HERE = Page("", 404), Page(write_speech())


@pytest.mark.parametrize(
    ("pages", "came", "said"),
    [
        ([GONE, GONE, GONE, PORTAL, HERE], ["gone", "quarantined"], "gone since 2026-03-02"),
        ([GONE, GONE, GONE, PORTAL, GONE, HERE], ["quarantined", "gone"], "gone since 2026-03-02"),
        ([GONE, PORTAL, GONE, GONE, HERE], ["unreachable", "gone"], "gone since 2026-03-02"),
        ([PORTAL, GONE, GONE, GONE, HERE], ["unreachable", "gone"], "gone since 2026-03-03"),
        ([GONE, GONE, Page("", 503), GONE, HERE], ["unreachable", "gone"], "gone since 2026-03-02"),
        ([GONE, GONE, HERE, GONE, GONE, GONE, HERE], ["unreachable", "gone"], "gone since 2026-03-05"),
        ([GONE, GONE, GONE, *[PORTAL] * 22, HERE], ["quarantined", "quarantined"], "gone since 2026-03-02"),
    ],
)
def test_what_else_is_met_at_an_address_is_no_end_of_an_absence(
    folder: Path, site: Site, pages: list[Page], came: list[str], said: str
) -> None:
    run_night(folder, DAYS[0], judge=admit)
    nights = []
    for day, page in zip(DAYS[1:], pages, strict=False):
        site.pages["/79"] = page
        nights.append(run_night(folder, day, judge=admit))
    back = only(nights[-1])
    assert [only(night).outcome for night in nights[-3:-1]] == came
    assert (back.outcome, back.cause, back.detail) == ("unchanged", "reappeared", said)
    assert [each.kind for each in gather_news(folder, nights[-1].run.id)] == ["came back"]
    with open_ledger(folder) as ledger:
        assert len(ledger.first_gone("2026", "2027")) == 1


def test_what_a_person_accepted_was_there(folder: Path, site: Site) -> None:
    """It ends an absence, though it was put aside on its night."""
    run_night(folder, DAYS[0], judge=admit)
    other = Page("We speak of other things today, and we will say why. " * 12)
    for day, page in zip(DAYS[1:], [GONE, GONE, GONE, other], strict=False):
        site.pages["/79"] = page
        check = only(run_night(folder, day, judge=admit))
    assert check.outcome == "quarantined"
    accepted = run_tracker(folder.parent, "review", "1", "accept", "--by", "Ana", "--reason", "seen")
    assert accepted.code == 0, accepted.err
    assert only(run_night(folder, DAYS[5], judge=admit)).cause == ""
    for day, outcome in zip(DAYS[6:], ["unreachable", "unreachable", "gone"], strict=False):
        site.pages["/79"] = GONE
        assert only(run_night(folder, day, judge=admit)).outcome == outcome
    site.pages["/79"] = other
    assert only(run_night(folder, DAYS[9], judge=admit)).detail == f"gone since {DAYS[6]}"
    with open_ledger(folder) as ledger:
        assert [each.observed[:10] for each in ledger.first_gone("2026", "2027")] == [DAYS[3], DAYS[8]]


def test_an_address_that_is_another_for_good_is_told_once(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.pages["/new"] = site.pages["/79"]
    site.pages["/79"] = Page("", 301, {"Location": "/new"})
    moved, settled = (only(run_night(folder, day)) for day in DAYS[1:3])
    assert (moved.outcome, moved.url) == ("moved", site.url("/new"))
    assert settled.outcome == "unchanged"


# What is chosen -----------------------------------------------------------------------------------------


def test_only_what_is_wanted_and_valid_is_looked_at(folder: Path, site: Site) -> None:
    watched = "".join(
        source(f"xaa-{number}", f"XAA/UNGA/{number}~prepared.en", site.url("/79"), more)
        for number, more in ((78, 'valid_until = "2026-02-28"'), (79, ""), (80, 'valid_from = "2026-03-02"'))
    ).replace(site.url("/79"), site.url("/{}"))
    for number in (78, 79, 80):
        watched = watched.replace(site.url("/{}"), site.url(f"/{number}"), 1)
        site.say(f"/{number}", str(number))
    watch(folder, watched, site.port)
    assert outcomes(run_night(folder, "2026-03-01")) == {"xaa-79": "new"}
    assert outcomes(run_night(folder, "2026-03-02", "XAA/UNGA/80")) == {"xaa-80": "new"}
    assert outcomes(run_night(folder, "2026-03-02", "xaa-79", "XAA/UNGA")) == {
        "xaa-79": "unchanged",
        "xaa-80": "unchanged",
    }
    with pytest.raises(NotInArchive, match="nothing in the watch list feeds XAA/UNGA/78"):
        run_night(folder, "2026-03-02", "XAA/UNGA/78")


def test_a_dry_run_says_the_same_and_writes_nothing(folder: Path) -> None:
    before = (folder / "tracker.db").read_bytes()
    night = run_night(folder, DAYS[0], dry_run=True)
    assert outcomes(night) == {"xaa-79": "new"}
    assert (night.run.snapshots, night.run.rereadings) == (0, 0)
    assert (folder / "tracker.db").read_bytes() == before
    assert outcomes(run_night(folder, DAYS[0])) == {"xaa-79": "new"}


def test_a_file_beside_the_archive_is_a_source(folder: Path, site: Site) -> None:
    (folder / "inbox").mkdir()
    (folder / "inbox" / "speech.txt").write_text("We fight corruption in all its forms. " * 30)
    table = '[sources.xaa-file]\nreference = "XAA/UNGA/81~prepared.en"\npath = "inbox/speech.txt"\n'
    watch(folder, table, site.port)
    assert [outcomes(run_night(folder, day)) for day in DAYS[:2]] == [
        {"xaa-file": "new"},
        {"xaa-file": "unchanged"},
    ]


# Links of an index ------------------------------------------------------------------------------------

INDEX = """
[sources.xaa-speeches]
kind = "index"
url = "{url}"
links = '/speeches/(?P<session>[0-9]+)'
{rule}
"""


def list_speeches(site: Site, *numbers: int) -> None:
    links = "".join(f'<li><a href="/speeches/{number}">Speech {number}</a></li>' for number in numbers)
    site.pages["/speeches"] = Page(
        f"<html><body><ul>{links}</ul></body></html>", headers={"Content-Type": "text/html"}
    )
    for number in numbers:
        site.say(f"/speeches/{number}", f"This is the speech of session {number}.")


def test_a_new_link_is_captured_the_same_night_under_the_right_reference(folder: Path, site: Site) -> None:
    rule = 'reference = "XAA/UNGA/{session}~prepared.en"'
    watch(folder, INDEX.format(url=site.url("/speeches"), rule=rule), site.port)
    list_speeches(site, 78)
    first = run_night(folder, DAYS[0])
    assert [(str(check.snapshot), check.outcome) for check in first.checks] == [
        ("None", "new"),
        ("XAA/UNGA/78~prepared.en@1", "new"),
    ]
    list_speeches(site, 78, 79)
    second = run_night(folder, DAYS[1])
    assert {str(check.snapshot): check.outcome for check in second.checks} == {
        "None": "changed",
        "XAA/UNGA/78~prepared.en@1": "unchanged",
        "XAA/UNGA/79~prepared.en@1": "new",
    }
    texts = query(
        folder,
        "SELECT session, text FROM versions JOIN snapshots ON snapshots.id = snapshot"
        " JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement",
    )
    assert all(f"the speech of session {session}." in text for session, text in texts)
    list_speeches(site)
    third = run_night(folder, DAYS[2], "XAA/UNGA/79")
    assert {str(check.snapshot) for check in third.checks} == {"None", "XAA/UNGA/79~prepared.en@1"}


def test_a_link_that_no_rule_names_is_kept_and_waits_for_a_person(folder: Path, site: Site) -> None:
    watch(folder, INDEX.format(url=site.url("/speeches"), rule=""), site.port)
    list_speeches(site, 78)
    first, second = (run_night(folder, day) for day in DAYS[:2])
    assert [(check.outcome, check.cause) for check in first.checks] == [
        ("new", ""),
        ("quarantined", "no reference"),
    ]
    assert [check.outcome for check in second.checks] == ["unchanged"]
    with open_ledger(folder) as ledger:
        (review,) = ledger.waiting()
        assert b"session 78" in ledger.document(review.sha256)
    assert (review.address, review.reference) == (site.url("/speeches/78"), None)
    assert count_record(folder)["snapshots"] == 0


def test_what_a_night_never_changed_stays_whatever_else_fails(folder: Path, site: Site) -> None:
    run_night(folder, DAYS[0])
    site.pages["/79"] = Page("", 500)
    check = only(run_night(folder, DAYS[1]))
    assert (check.outcome, check.cause, check.http_status) == ("unreachable", "http 500", 500)
    assert count_record(folder)["snapshots"] == 1
