"""What happened to many sources at once is told once, with what mends it; and "since" is the right night."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.nights import DAYS, Page, make_archive, run_night, source, watch
from tests.test_judgement import speech
from tests.thorough import long
from tracker.capture.admit.admission import admit
from tracker.capture.web.pacing import Clock
from tracker.cli.watch import find_failed, read_outcomes
from tracker.record.reading.ledger import open_ledger
from tracker.report.answers.news import render_news
from tracker.report.answers.review import write_ranges
from tracker.watch.health import assess_health
from tracker.watch.news import gather_news
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site
    from tracker.watch.snapshot import Night

PORTAL = (
    "<html><head><title>Sign in</title></head><body><h1>Sign in</h1><p>You must be logged in.</p>"
    "</body></html>"
)
NUMBERS = range(60, 72)


def judged_night(folder: Path, day: int) -> Night:
    instant = datetime(2026, 3, day, 2, 30, tzinfo=UTC)
    return snapshot(folder, (), admit, clock=Clock(lambda: instant, lambda: 0.0, lambda _seconds: None))


def told(folder: Path, night: Night) -> list[str]:
    return render_news(gather_news(folder, night.run.id), width=200).splitlines()


@pytest.fixture
def portal(tmp_path: Path, site: Site) -> Path:
    """Return an archive of twelve statements on a night on which a portal answered for all of them."""
    tables = ""
    for number in NUMBERS:
        site.pages[f"/{number}"] = Page(speech(number))
        tables += source(f"xaa-{number}", f"XAA/UNGA/{number}~prepared.en", site.url(f"/{number}"))
    folder = make_archive(tmp_path / "snapshots", tables, site.port)
    assert {each.outcome for each in judged_night(folder, 1).checks} == {"new"}
    for number in NUMBERS:
        site.pages[f"/{number}"] = Page(PORTAL)
    return folder


def test_a_portal_is_one_line_of_the_night_one_concern_and_one_review(portal: Path) -> None:
    night = judged_night(portal, 2)
    (line, step) = told(portal, night)
    assert line.startswith("warning: the same bytes (sha256 ")
    assert line.endswith("): quarantined, login, 12 sources")
    assert step == "  tracker review"
    assert len(json.loads(run_tracker(portal.parent, "review", "--format", "json").out)["documents"]) == 12
    (concern,) = assess_health(portal, "2026-03-02T08:00:00Z", 3).concerns
    assert (concern.subject, concern.since) == ("12 sources", "2026-03-02T02:30:00Z")
    assert "tracker review 1-12 reject" in concern.detail
    listed = run_tracker(portal.parent, "review").out
    assert listed.splitlines()[0].startswith("1-12  12 sources gave the same bytes")
    assert len(listed.splitlines()) <= 4
    ran = run_tracker(portal.parent, "review", "1-12", "reject", "--by", "Ana", "--reason", "a portal")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("12 documents, 1-12: rejected by Ana on ")
    assert run_tracker(portal.parent, "review").out == "No documents are waiting.\n"
    assert {each.outcome for each in judged_night(portal, 3).checks} == {"rejected"}


def test_a_range_rejects_what_waits_and_nothing_else(portal: Path) -> None:
    judged_night(portal, 2)
    home, by = portal.parent, ("--by", "Ana", "--reason", "a portal")
    assert run_tracker(home, "review", "3", "reject", "--by", "Bo", "--reason", "mine").code == 0
    assert "3 documents, 1-2,4:" in run_tracker(home, "review", "1-4", "reject", *by).out
    decided = json.loads(run_tracker(home, "review", "--decided", "--format", "json").out)["documents"]
    assert sorted((each["id"], each["person"]) for each in decided) == [
        (1, "Ana"), (2, "Ana"), (3, "Bo"), (4, "Ana"),
    ]  # fmt: skip
    for words, said in (
        (("1-4", "reject", *by), "none of these documents waits"),
        (("5-6", "accept", *by), "several documents can only be rejected"),
        (("5-6",), "several documents can only be rejected"),
        (("5-", "reject", *by), "is not a whole number"),
        (("5,7-9", "reject", "--as", "XAA/UNGA/60", *by), "--as needs accept"),
    ):
        ran = run_tracker(home, "review", *words)
        assert (ran.code, ran.err.count("\n"), said in ran.err) == (2, 1, True), ran.err


def test_ranges_are_written_as_they_are_read() -> None:
    assert [write_ranges(each) for each in ([3], [1, 2, 3], [76, 3, 11, 12, 75])] == [
        "3",
        "1-3",
        "3,11-12,75-76",
    ]


INDEX = """
[sources.list]
kind = "index"
url = "{}"
links = "(?P<session>[0-9]+)$"
reference = "XAA/UNGA/{{session}}~prepared.en"
"""


def list_of(place: str, *sessions: int) -> Page:
    links = "".join(f'<li><a href="{place}/{session}">Speech {session}</a></li>' for session in sessions)
    return Page(f"<html><body><ul>{links}</ul></body></html>", headers={"Content-Type": "text/html"})


SESSIONS = range(70, 76)
OTHER_LINKS = [
    "note: XAA, UNGA: moved, other links (list)",
    "  all lead elsewhere than the 6 that it listed before; 6 links, 6 not seen before",
]


@pytest.fixture
def listed(tmp_path: Path, site: Site) -> Path:
    """Return an archive of six statements of a list, which the site has at other addresses as well."""
    for session in SESSIONS:
        site.say(f"/old/{session}", number=session)
        site.say(f"/new/{session}", number=session)
    site.pages["/list"] = list_of("/old", *SESSIONS)
    folder = make_archive(tmp_path / "snapshots", INDEX.format(site.url("/list")), site.port)
    run_night(folder, DAYS[0])
    return folder


def lose(site: Site, place: str) -> None:
    for session in SESSIONS:
        site.pages[f"{place}/{session}"] = Page("", 404)


def all_is_well(folder: Path, day: str) -> bool:
    health = assess_health(folder, f"{day}T08:00:00Z", 3)
    return not health.concerns and {each.kind for each in health.notes} == {"clock"}


def test_a_listing_that_moved_is_told_with_its_links_and_nothing_is_gone(listed: Path, site: Site) -> None:
    site.pages["/list"] = list_of("/new", *SESSIONS)
    lose(site, "/old")
    night = run_night(listed, DAYS[1])
    assert told(listed, night) == ["note: list: moved, read elsewhere, 6 of its links", *OTHER_LINKS]
    (check,) = [each for each in night.checks if each.address.endswith("/old/70")]
    assert (check.outcome, check.snapshot) == ("moved", None)
    assert check.detail.endswith(f"its statement is read at {site.url('/new/70')}")
    for day in DAYS[2:6]:
        assert told(listed, run_night(listed, day)) == []
        assert all_is_well(listed, day)
    assert find_failed(night.checks, read_outcomes(None), gather_news(listed, night.run.id)) == ()
    with open_ledger(listed) as ledger:
        assert ledger.first_gone("2026", "2027") == ()


def test_old_addresses_may_stay_a_while(listed: Path, site: Site) -> None:
    site.pages["/list"] = list_of("/new", *SESSIONS)
    assert told(listed, run_night(listed, DAYS[1])) == OTHER_LINKS
    lose(site, "/old")
    assert told(listed, run_night(listed, DAYS[2])) == ["note: list: moved, read elsewhere, 6 of its links"]
    assert [told(listed, run_night(listed, day)) for day in DAYS[3:6]] == [[], [], []]
    assert all_is_well(listed, DAYS[5])


def test_links_that_lead_to_others_for_good_are_told_together(listed: Path, site: Site) -> None:
    for session in SESSIONS:
        site.pages[f"/old/{session}"] = Page("", 301, {"Location": f"/new/{session}"})
    assert told(listed, run_night(listed, DAYS[1])) == [
        "note: list: moved, permanent redirect, 6 of its links"
    ]


def test_links_that_are_missing_until_the_listing_is_mended_are_gone_until_then(
    listed: Path, site: Site
) -> None:
    lose(site, "/old")
    for day in DAYS[1:4]:
        lines = told(listed, run_night(listed, day))
    assert lines == [
        "warning: list: gone, http 404, 6 of its links",
        "  if the listing has moved: url or links in [sources.list] of the watch list",
    ]
    health = assess_health(listed, f"{DAYS[3]}T08:00:00Z", 3)
    (note,) = [each for each in health.notes if each.kind == "gone"]
    assert (note.subject, note.since) == ("list", f"{DAYS[1]}T02:30:00Z")
    assert "sources close" not in note.detail
    site.pages["/list"] = list_of("/new", *SESSIONS)
    assert told(listed, run_night(listed, DAYS[4]))[0] == "note: list: moved, read elsewhere, 6 of its links"
    assert all_is_well(listed, DAYS[4])


def test_what_is_lost_at_its_new_address_too_is_gone(listed: Path, site: Site) -> None:
    site.pages["/list"] = list_of("/new", *SESSIONS)
    lose(site, "/old")
    run_night(listed, DAYS[1])
    lose(site, "/new")
    lines = [each for day in DAYS[2:7] for each in told(listed, run_night(listed, day))]
    assert lines.count("warning: list: gone, http 404, 6 of its links") == 2
    site.say("/new/70", number=70)
    assert "note: XAA, UNGA 70 (2015): came back" in told(listed, run_night(listed, DAYS[7]))[0]


def test_a_source_that_takes_the_place_of_another_is_where_it_moved(tmp_path: Path, site: Site) -> None:
    """One that gave the same statement all along is not: then one of two is gone."""
    site.say("/old")
    site.say("/new")
    tables = [source(name, "XAA/UNGA/79~prepared.en", site.url(f"/{name}")) for name in ("old", "new")]
    kinds = {}
    for name, first in (("followed", tables[0]), ("beside", "".join(tables))):
        site.say("/old")
        folder = make_archive(tmp_path / name, first, site.port)
        run_night(folder, DAYS[0])
        watch(folder, "".join(tables), site.port)
        site.pages["/old"] = Page("", 410)
        nights = [run_night(folder, day) for day in DAYS[1:4]]
        kinds[name] = [[each.kind for each in gather_news(folder, night.run.id)] for night in nights]
    assert kinds == {"followed": [["moved"], [], []], "beside": [["unreachable"], [], ["gone"]]}


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (Page("", 404), "if it has moved, write its url in [sources.list] of the watch list"),
        (list_of("/other"), "min_links = 0"),
        (Page(PORTAL, headers={"Content-Type": "text/html"}), '"sign in" in the title'),
    ],
)
def test_a_listing_that_is_broken_is_offered_what_mends_it(
    tmp_path: Path, site: Site, page: Page, said: str
) -> None:
    """Also one whose rule names no country, so that its links wait for a person."""
    site.say("/old/70", number=70)
    site.pages["/list"] = list_of("/old", 70)
    table = f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = "[0-9]+$"\n'
    folder = make_archive(tmp_path / "snapshots", table, site.port)
    run_night(folder, DAYS[0])
    site.pages["/list"] = page
    for day in DAYS[1:4]:
        night = run_night(folder, day)
    (concern,) = [e for e in assess_health(folder, f"{DAYS[3]}T08:00:00Z", 3).concerns if e.subject == "list"]
    assert said in concern.detail
    assert concern.detail.startswith("3 times") == (page.status == 200)
    assert page.status == 404 or "sources close" not in concern.detail
    assert page.status == 200 or "  if it has moved: url or links in [sources.list]" in "\n".join(
        told(folder, night)
    )


@long
def test_since_is_the_night_of_the_first_missing_answer(tmp_path: Path, site: Site) -> None:
    site.say("/79")
    table = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    folder = make_archive(tmp_path / "snapshots", table, site.port)
    run_night(folder, DAYS[0])
    answers = [Page("", 503), Page("", 503), *[Page("", 404)] * 24]
    for day, page in zip(DAYS[1:], answers, strict=False):
        site.pages["/79"] = page
        run_night(folder, day)
    (note,) = [e for e in assess_health(folder, f"{DAYS[26]}T08:00:00Z", 3).notes if e.kind == "gone"]
    assert note.since == f"{DAYS[3]}T02:30:00Z"
    site.say("/79")
    (check,) = run_night(folder, DAYS[27]).checks
    assert (check.cause, check.detail) == ("reappeared", f"gone since {DAYS[3]}")


def test_a_source_is_restless_since_it_began_to_change(tmp_path: Path, site: Site) -> None:
    site.say("/79")
    table = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    folder = make_archive(tmp_path / "snapshots", table, site.port)
    run_night(folder, DAYS[0])
    run_night(folder, DAYS[1])
    for number, day in enumerate(DAYS[2:9]):
        site.say("/79", f"Printed on day {number}.")
        run_night(folder, day)
    (concern,) = assess_health(folder, f"{DAYS[8]}T08:00:00Z", 3).concerns
    assert (concern.kind, concern.since) == ("changes every night", f"{DAYS[2]}T02:30:00Z")


def test_a_kind_that_was_inferred_keeps_its_mark(tmp_path: Path, site: Site) -> None:
    site.say("/79")
    folder = make_archive(tmp_path / "snapshots", source("xaa-79", "XAA/UNGA/79", site.url("/79")), site.port)
    run_night(folder, DAYS[0])
    watch(folder, source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/79")), site.port)
    run_night(folder, DAYS[1])
    for session, is_inferred in (("79", True), ("80", False)):
        log = " ".join(run_tracker(tmp_path, "log", f"XAA/UNGA/{session}").out.split())
        assert ("kind inferred from the text" in log) == is_inferred
        for form in ("text", "bibtex", "csl", "ris"):
            cited = run_tracker(tmp_path, "cite", f"XAA/UNGA/{session}", "--format", form).out
            assert ("(kind inferred from the text)" in cited) == is_inferred
            assert "clock not confirmed" in cited
