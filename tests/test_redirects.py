"""A page that sends its readers on is told with where it leads, on a real server, in a night."""

from __future__ import annotations

from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING

import pytest

from tests.bad_pages import arrive, fetch
from tests.nights import DAYS, Page, make_archive, make_watched, only, run_night, source, write_speech
from tests.test_news_once import INDEX, list_of, told
from tracker.capture.admit.admission import admit, refuse_unreadable
from tracker.model.watching import History

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nights import Site

HTML = {"Content-Type": "text/html; charset=utf-8"}
META, HEADER, SCRIPT = "a meta refresh", "the header Refresh", "a script"


def page(head: str = "", body: str = "<p>One moment.</p>", **headers: str) -> Page:
    markup = f"<!doctype html><html><head><title>Statement</title>{head}</head><body>{body}</body></html>"
    return Page(markup, headers={**HTML, **headers})


def refresh(content: str) -> Page:
    return page(f'<meta http-equiv="refresh" content="{content}">')


def script(code: str) -> Page:
    return page(f"<script>{code}</script>")


ELSEWHERE = {
    "at once": (refresh("0; url=/new"), META),
    "in five seconds": (refresh("5;URL='/new'"), META),
    "a part of a second": (refresh("0.5; url=/new"), META),
    "with a comma, without a name": (refresh("0, /new"), META),
    "capitals and no quotation marks": (page("<META CONTENT=0;URL=/new HTTP-EQUIV=Refresh>"), META),
    "entities": (refresh("0; url=&#47;new"), META),
    "a base": (page("<base href='/deep/'><meta http-equiv=refresh content='0;url=../new'>"), META),
    "in a noscript": (page("<noscript><meta http-equiv='refresh' content='0;url=/new'></noscript>"), META),
    "no text at all": (page("<meta http-equiv='refresh' content='0;url=/new'>", ""), META),
    "a statement's words, and a link": (
        page(
            '<meta http-equiv="refresh" content="3; url=/new">',
            "<p>The statement of the Republic at the General Assembly has moved. You are led on to"
            " <a href='/new'>its new address</a> in a moment.</p>",
        ),
        META,
    ),
    "in another encoding": (
        Page(
            '<html><head><meta charset="windows-1252"><meta http-equiv="refresh" content="0;url=/new">'
            "</head><body>Déplacée</body></html>".encode("cp1252"),
            headers={"Content-Type": "text/html"},
        ),
        META,
    ),
    "a header": (page(Refresh="0; url=/new"), HEADER),
    "a header of a text": (Page("Moved.", headers={"Refresh": "2; url=/new"}), HEADER),
    "a script": (script("window.location = '/new';"), SCRIPT),
    "its href": (script('window.location.href="/new"'), SCRIPT),
    "of the document": (script("document.location.href = '/new'"), SCRIPT),
    "replaced": (script("location.replace('/new')"), SCRIPT),
    "assigned": (script("top.location.assign(`/new`)"), SCRIPT),
    "after a while": (script('setTimeout(function () { self.location.href = "/new" }, 500);'), SCRIPT),
    "with strokes": (script(r'location.href = "\/new"'), SCRIPT),
    "when it is loaded": (
        Page("<html><body onload=\"location.href='/new'\">Moved</body></html>", headers=HTML),
        SCRIPT,
    ),
}


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    made = make_watched(tmp_path / "snapshots", site)
    run_night(made, DAYS[0], judge=admit)
    return made


@pytest.mark.parametrize("name", ELSEWHERE)
def test_where_a_page_leads_is_told(folder: Path, site: Site, name: str) -> None:
    site.pages["/79"], way = ELSEWHERE[name]
    night = run_night(folder, DAYS[1], judge=admit)
    check = only(night)
    assert (check.outcome, check.cause) == ("quarantined", "redirect"), check.detail
    assert check.detail.startswith(f"it leads to {site.url('/new')} ({way}")
    assert told(folder, night)[0].endswith("quarantined, redirect (xaa-79)")


STAYS = {
    "no address": (refresh("0"), "collapsed"),
    "a delay and nothing": (refresh("5;"), "collapsed"),
    "itself": (refresh("0; url=/79"), "collapsed"),
    "a place in itself": (refresh("0; url=#top"), "collapsed"),
    "nothing of the web": (refresh("0; url=javascript:void(0)"), "collapsed"),
    "nonsense": (refresh("0; url=http://[:::/"), "collapsed"),
    "much later": (refresh("600; url=/new"), "collapsed"),
    "a comment": (page("<!-- <meta http-equiv='refresh' content='0;url=/new'> -->"), "collapsed"),
    "another pragma": (page("<meta http-equiv='content-language' content='0;url=/new'>"), "collapsed"),
    "a header without an address": (page(Refresh="30"), "collapsed"),
    "a comparison": (script("if (location.href == '/new') { stop() }"), "collapsed"),
    "a variable": (script("var location = 'Geneva'"), "collapsed"),
    "computed": (script("location.href = '/new' + place"), "collapsed"),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_leads_nowhere_else_is_told_as_before(folder: Path, site: Site, name: str) -> None:
    site.pages["/79"], cause = STAYS[name]
    assert only(run_night(folder, DAYS[1], judge=admit)).cause == cause


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("<meta http-equiv='refresh' content='5;url=/new'>", {}),
        ("<script>menu.onchange = function () { location.href = '/new' }</script>", {}),
        ("", {"Refresh": "5; url=/new"}),
    ],
)
def test_a_statement_may_lead_on(folder: Path, site: Site, head: str, headers: dict[str, str]) -> None:
    body = "".join(f"<p>{part}</p>" for part in write_speech("We will build a bridge.").split("\n\n"))
    site.pages["/79"] = page(head, body, **headers)
    assert only(run_night(folder, DAYS[1], judge=admit)).outcome == "changed"
    site.pages["/80"] = page(head, body, **headers)
    other = make_archive(
        folder.parent / "other", source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80")), site.port
    )
    assert only(run_night(other, DAYS[1], judge=admit)).outcome == "new"


def test_a_short_statement_whose_length_is_declared_may_have_a_menu() -> None:
    code = "<script>menu.onchange = function () { location.href = '/new' }</script>"
    text = "<p>Mr. President, we thank you. We will build a bridge, and we call on all States to help.</p>"
    arrival = arrive(f"<html><head>{code}</head><body>{text}</body></html>")
    assert admit(arrival, History()).cause == "redirect"
    declared = replace(arrival, source=replace(arrival.source, min_words=10))
    assert admit(declared, History()).accepted


def test_other_causes_come_with_where_the_page_leads(folder: Path, site: Site) -> None:
    moved = "<h1>Page not found</h1><p>The page you are looking for may have been moved.</p>"
    site.pages["/79"] = page("<meta http-equiv='refresh' content='5;url=/'>", moved)
    check = only(run_night(folder, DAYS[1], judge=admit))
    assert check.cause == "error"
    assert check.detail.endswith(f"; it leads to {site.url('/')} (a meta refresh, after 5 s)")


def test_a_first_capture_and_a_page_without_text_are_told_alike() -> None:
    stub = "<html><head><meta http-equiv='refresh' content='0;url=/new'></head><body></body></html>"
    judged = refuse_unreadable(fetch(stub.encode()), "no text")
    assert (judged.accepted, judged.cause) == (False, "redirect")
    judged = admit(arrive(stub.replace("<body>", "<body><p>The text has moved.</p>")), History())
    assert (judged.accepted, judged.cause) == (False, "redirect")


def test_a_listing_that_leads_elsewhere_is_told_with_where(tmp_path: Path, site: Site) -> None:
    for session in range(70, 73):
        site.say(f"/old/{session}", number=session)
    site.pages["/list"] = list_of("/old", *range(70, 73))
    folder = make_archive(tmp_path / "snapshots", INDEX.format(site.url("/list")), site.port)
    run_night(folder, DAYS[0])
    for stub, way in ((refresh("0;url=/news"), META), (script("location.replace('/news')"), SCRIPT)):
        site.pages["/list"] = stub
        (check,) = [each for each in run_night(folder, DAYS[1]).checks if each.source == "list"]
        assert (check.outcome, check.cause) == ("unreachable", "redirect")
        assert check.detail.startswith(f"it leads to {site.url('/news')} ({way}")


@pytest.mark.parametrize(
    "part",
    [
        "<meta http-equiv=refresh ",
        "<meta http-equiv=refresh content='0;   ",
        "<script>",
        "<!--",
        'a="',
        "onload='",
        "location = '",
        "location.replace(",
        "<base ",
        " ",
    ],
)  # fmt: skip
def test_a_hostile_page_takes_no_time(part: str) -> None:
    data = f"<html><head>{part * 20_000}".encode()
    started = process_time()
    refuse_unreadable(fetch(data), "no text")
    assert process_time() - started < 10
