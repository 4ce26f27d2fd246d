"""An index that stops working is noticed, and one that changes as indexes do is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.nights import DAYS, Page, make_archive, run_night, watch
from tests.thorough import examples, some
from tracker.keep.verify import verify
from tracker.model.watching import Fetched, Source, Validators
from tracker.record.reading.holdings import open_holdings
from tracker.watch.indexes import Listing, judge_listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.nights import Site
    from tracker.model.ledger import Check

HTML = {"Content-Type": "text/html; charset=utf-8"}

WATCHED = """
[sources.list]
kind = "index"
url = "{url}"
links = '{links}'
reference = "XAA/UNGA/{{session}}~prepared.en"
{more}
"""

MENU = ["/", "/about", "/ministers", "/news", "/contact", "/press", "/jobs", "/legal"]


def page(*sessions: int, place: str = "/speeches/{}", form: str = "", menu: Sequence[str] = MENU) -> Page:
    """Return a page of a site with its menu, and speeches among its links."""
    links = [place.format(session) for session in sessions]
    rows = "".join(f'<li><a href="{link}">Speech, {link}</a></li>' for link in links)
    nav = "".join(f'<a href="{link}">{link[1:]}</a> ' for link in menu)
    return Page(
        f"<!doctype html><html><head><title>Speeches | Ministry</title></head><body><nav>{nav}</nav>{form}"
        f"<main><h1>Speeches</h1><ul>{rows}</ul></main></body></html>",
        headers=HTML,
    )


def feed(*entries: int, news: Sequence[int] = (), end: str = "</channel></rss>") -> Page:
    """Return a feed of news and speeches, the newest first."""
    links = [*(f"/news/{number}" for number in news), *(f"/speeches/{number}" for number in entries)]
    items = "".join(
        f"<item><title>{link}</title><link>http://127.0.0.1{link}</link></item>" for link in links
    )
    return Page(f'<?xml version="1.0"?><rss version="2.0"><channel><title>All</title>{items}{end}')


_LOGIN = (
    "<html><head><title>Sign in | Ministry</title></head><body><h1>Sign in</h1><form>"
    '<input name="user"><input type="password" name="word"></form><a href="/forgot">Forgot your password?</a>'
    "</body></html>"
)
LOGIN, OTHER_LOGIN = Page(_LOGIN, headers=HTML), Page(f"{_LOGIN}<!-- 7f3a -->", headers=HTML)
SOFT_404 = Page(
    "<html><head><title>Page not found | Ministry</title></head><body><nav>"
    + "".join(f'<a href="{link}">{link}</a>' for link in MENU)
    + "</nav><h1>Page not found</h1><p>The page you are looking for may have been moved.</p></body></html>",
    headers=HTML,
)
CHALLENGE = Page(
    "<html><head><title>Just a moment...</title></head><body><p>Checking your browser.</p>"
    '<a href="/speeches/1?why">Why?</a></body></html>',
    headers=HTML,
)
BOX = '<form>Members: <input type="password" name="word"> <a href="/x">Forgot your password?</a></form>'
FULL = range(70, 76)


@dataclass(frozen=True)
class Case:
    """Nights of one index, and the outcome and cause of each."""

    name: str
    nights: tuple[Page, ...]
    found: tuple[str, ...]
    links: str = "/speeches/(?P<session>[0-9]+)"
    more: str = ""
    pages: dict[str, Page] = field(default_factory=dict)


BROKEN = [
    Case("a login page", (page(*FULL), LOGIN, LOGIN), ("new", "login", "login")),
    Case("a login page from the first", (LOGIN,), ("login",)),
    Case("a soft 404", (page(*FULL), SOFT_404), ("new", "error")),
    Case("a challenge with a link that matches", (page(*FULL), CHALLENGE), ("new", "challenge")),
    Case("a redesign: other addresses", (page(*FULL), page(*FULL, place="/texts/{}")), ("new", "no links")),
    Case("a list that is filled in by a script", (page(*FULL), page()), ("new", "no links")),
    Case("half of the list", (page(*FULL), page(70, 71, 72)), ("new", "fewer links")),
    Case(
        "a link a night",
        tuple(page(*FULL[at:]) for at in (0, 1, 2, 3, 4, 4)),
        ("new", "unchanged", "unchanged", "fewer links", "fewer links", "fewer links"),
    ),
    Case("nearly nothing", (page(*FULL), page(70), page(70)), ("new", "fewer links", "fewer links")),
    Case("a cut-off feed", (feed(*FULL), feed(78, 79, end="<item><tit")), ("new", "cut off")),
    Case("a cut-off feed with something new", (feed(*FULL), feed(80, end="<item>")), ("new", "cut off")),
    Case("an empty feed", (feed(*FULL), feed()), ("new", "no links")),
    Case("an empty feed from the first", (feed(),), ("no links",)),
    Case("nothing at all", (page(*FULL), Page("", headers=HTML)), ("new", "no index")),
    Case("a typo in links", (page(*FULL),) * 2, ("no links", "no links"), "/speches/(?P<session>[0-9]+)"),
    Case("fewer than asked for", (page(70, 71),), ("fewer links",), more="min_links = 3"),
    Case("a feed whose addresses are others", (feed(79), feed(news=(1, 2, 3))), ("new", "no links")),
    Case(
        "a redirect to the home page",
        (page(*FULL), Page("", 302, {"Location": "/"})),
        ("new", "home page"),
        pages={"/": page(menu=MENU)},
    ),
    Case(
        "a list that may be empty became a login page",
        (page(), LOGIN),
        ("new", "login"),
        more="min_links = 0",
    ),
]  # fmt: skip

NORMAL = [
    Case("the same, in another order", (page(70, 71), page(71, 70)), ("new", "unchanged")),
    Case("a new link", (page(*FULL), page(*FULL, 80)), ("new", "changed")),
    Case("an old one is taken off", (page(*FULL), page(*FULL[1:])), ("new", "unchanged")),
    Case("one of two is taken off", (page(78, 79), page(79)), ("new", "unchanged")),
    Case("the next page of a list", (page(*FULL), page(*range(80, 90))), ("new", "changed")),
    Case("a new season with one speech", (page(*FULL), page(80)), ("new", "changed")),
    Case("a short list with a form", (page(78, 79, form=BOX, menu=()),) * 2, ("new", "unchanged")),
    Case("the same after another design", (page(*FULL), page(*FULL, menu=())), ("new", "unchanged")),
    Case(
        "news push speeches out of a feed",
        (feed(78, 79, news=range(8)), feed(79, news=range(9)), feed(news=range(10))),
        ("new", "unchanged", "unchanged"),
    ),
    Case(
        "a list that may be empty",
        (page(79), page(), page(80)),
        ("new", "unchanged", "changed"),
        more="min_links = 0",
    ),
    Case(
        "a folder",
        (Page("<html><head><title>Index of /speeches</title></head><body><h1>Index of /speeches</h1><pre>"
              '<a href="/speeches/79">79</a></pre></body></html>', headers=HTML),),
        ("new",),
    ),
]  # fmt: skip


def _run(folder: Path, site: Site, case: Case) -> list[Check]:
    """Run a night for each page, and return the checks of the index."""
    text = WATCHED.format(url=site.url("/list"), links=case.links, more=case.more)
    make_archive(folder, text, site.port)
    site.pages.update(case.pages)
    for session in range(60, 100):
        site.say(f"/speeches/{session}", f"This is the speech of session {session}.", session)
    checks = []
    for day, each in zip(DAYS, case.nights, strict=False):
        host = each.body.replace("http://127.0.0.1/", site.url("/")) if isinstance(each.body, str) else ""
        site.pages["/list"] = Page(host, each.status, each.headers)
        checks += [check for check in run_night(folder, day).checks if check.source == "list"]
    return checks


@pytest.mark.parametrize("case", some(9, BROKEN), ids=lambda case: case.name)
def test_an_index_that_stops_working_is_a_finding(tmp_path: Path, site: Site, case: Case) -> None:
    checks = _run(tmp_path / "snapshots", site, case)
    assert tuple(check.cause or check.outcome for check in checks) == case.found
    assert checks[-1].outcome == "unreachable"
    assert checks[-1].detail


@pytest.mark.parametrize("case", some(6, NORMAL), ids=lambda case: case.name)
def test_an_index_that_changes_as_indexes_do_is_none(tmp_path: Path, site: Site, case: Case) -> None:
    checks = _run(tmp_path / "snapshots", site, case)
    assert tuple(check.cause or check.outcome for check in checks) == case.found


def test_a_redirect_is_told_once(tmp_path: Path, site: Site) -> None:
    there = Page("", 302, {"Location": "/en/list?visit=1"})
    again = Page("", 302, {"Location": "/en/list?visit=2"})
    for_good = Page("", 301, {"Location": "/lists/speeches"})
    pages = dict.fromkeys(("/en/list?visit=1", "/en/list?visit=2", "/lists/speeches"), page(*FULL))
    case = Case("", (page(*FULL), there, again, page(*FULL), for_good, for_good), (), pages=pages)
    checks = _run(tmp_path / "snapshots", site, case)
    assert [(check.outcome, check.cause) for check in checks] == [
        ("new", ""),
        ("moved", "temporary redirect"),
        ("unchanged", ""),
        ("moved", "back at its own address"),
        ("moved", "permanent redirect"),
        ("unchanged", ""),
    ]
    assert "/en/list?visit=1" in checks[1].detail
    assert "no longer redirected to" in checks[3].detail
    assert "/lists/speeches" in checks[4].detail


def test_the_bytes_of_an_index_are_kept_once_a_change(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    nights = (page(*FULL), page(*FULL, menu=()), page(*FULL, 80), LOGIN, OTHER_LOGIN, page(*FULL, 80))
    checks = _run(folder, site, Case("", nights, ()))
    kept = [check.sha256 for check in checks if check.sha256 in _documents(folder)]
    assert kept == [checks[at].sha256 for at in (0, 2, 3, 5)]
    assert checks[5].outcome == "unchanged"
    verified = verify(folder, "2026-04-01T00:00:00Z", lambda _done, _total: None)
    assert {each.standing for each in verified.findings} <= {"unverifiable"}


def _documents(folder: Path) -> set[str]:
    return {sha256 for (sha256,) in query(folder, "SELECT sha256 FROM documents")}


def test_the_links_of_a_page_that_is_no_index_are_not_followed(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    _run(folder, site, Case("", (page(*FULL), CHALLENGE), ()))
    assert len(query(folder, "SELECT * FROM candidates")) == len(FULL)


def test_links_that_an_index_still_has_are_followed_though_it_lost_many(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    _run(folder, site, Case("", (page(*FULL), feed(81, end="<item>")), ()))
    assert len(query(folder, "SELECT * FROM candidates")) == len(FULL) + 1


def test_another_address_is_not_measured_by_the_last_one(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    _run(folder, site, Case("", (page(*FULL),), ()))
    site.pages["/other"] = page(70, 71)
    text = WATCHED.format(url=site.url("/other"), links="/speeches/(?P<session>[0-9]+)", more="")
    watch(folder, text, site.port)
    assert {check.outcome for check in run_night(folder, DAYS[1]).checks} == {"unchanged"}


def test_a_typo_in_links_names_the_cause_and_a_link_that_was_followed(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    _run(folder, site, Case("", (page(*FULL),), ()))
    watch(
        folder,
        WATCHED.format(url=site.url("/list"), links="/speches/(?P<session>[0-9]+)", more=""),
        site.port,
    )
    (check,) = (each for each in run_night(folder, DAYS[1]).checks if each.source == "list")
    assert check.detail == (
        "0 of its 14 links are to be followed, 6 of them were before; links (and exclude) in the watch list"
        f" choose none, such as {site.url('/speeches/70')}: mend them there; if that is right, write"
        " min_links = 0 in the watch list"
    )


def test_other_patterns_are_applied_to_what_was_listed_before_too(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    _run(folder, site, Case("", (page(*FULL),), ()))
    found = []
    for day, links in zip(DAYS[1:], ("/spech(?P<session>)", "/(?P<session>75)"), strict=False):
        watch(folder, WATCHED.format(url=site.url("/list"), links=links, more=""), site.port)
        check = next(each for each in run_night(folder, day).checks if each.source == "list")
        found.append(check.cause or check.outcome)
    assert found == ["no links", "unchanged"]


SITEMAPS = '<?xml version="1.0"?><sitemapindex>{}</sitemapindex>'


def test_sitemaps_are_judged_together(tmp_path: Path, site: Site) -> None:
    """One of them may have nothing to follow; all of them not, once they have been read."""
    names = ["/map-1.xml", "/map-2.xml"]
    written = SITEMAPS.format("".join(f"<sitemap><loc>{site.url(name)}</loc></sitemap>" for name in names))
    for name, place in zip(names, ("/speeches/79", "/about"), strict=True):
        site.pages[name] = Page(f"<urlset><url><loc>{site.url(place)}</loc></url></urlset>")
    nights = (Page(written),) * 2
    checks = _run(tmp_path / "one", site, Case("", nights, ()))
    assert [(check.outcome, check.cause) for check in checks] == [("new", ""), ("unchanged", "")]
    checks = _run(tmp_path / "two", site, Case("", nights, (), "/speches/(?P<session>[0-9]+)"))
    assert [(check.outcome, check.cause) for check in checks] == [("new", ""), ("unreachable", "no links")]


def test_what_a_closed_index_listed_stays_out_of_everything_public(tmp_path: Path, site: Site) -> None:
    folder = tmp_path / "snapshots"
    _run(folder, site, Case("", (page(*FULL),), (), more='access = "restricted"'))
    with open_holdings(folder) as holdings:
        assert holdings.access.documents >= _documents(folder)


# A year of indexes as they are ----------------------------------------------------------------------------

_SPEECH = "https://www.example.org/speeches/{}"
_NEWS = "https://www.example.org/news/{}"
_INDEX = Source("list", "https://www.example.org/list", is_index=True, links="/speeches/")


def _list_year(chance: Random, window: int, *, is_feed: bool, is_seasonal: bool) -> Iterator[Listing]:
    """Yield what an index lists on each night of a year: speeches most of all in a season, and other news."""
    entries = [(_SPEECH if chance.random() < 0.5 else _NEWS).format(number) for number in range(window)]
    entries.append(_SPEECH.format("first"))
    for night in range(365):
        for _ in range(chance.choices((0, 1, 2, 3), (70, 20, 8, 2))[0]):
            kind = _SPEECH if chance.random() < (0.6 if night in range(250, 290) else 0.2) else _NEWS
            entries.insert(0, kind.format(f"{night}-{chance.random()}"))
            if is_seasonal and kind == _SPEECH and night in {30, 31, 32}:
                entries = entries[:1]
        if not is_feed and chance.random() < 0.03 and sum("/speeches/" in each for each in entries[:-1]):
            entries.pop()
        entries = entries[:window] if is_feed else entries
        data = b"<rss></rss>" if is_feed else b"<html></html>"
        fetched = Fetched("list", _INDEX.address, data, None, (), Validators(), 0.1)
        chosen = frozenset(each for each in entries if "/speeches/" in each)
        yield Listing(fetched, frozenset(entries), chosen, had_any=True)


@pytest.mark.parametrize("is_seasonal", [False, True])
@pytest.mark.parametrize("is_feed", [False, True])
def test_a_year_of_what_indexes_do_gives_no_false_alarm(*, is_feed: bool, is_seasonal: bool) -> None:
    alarms = []
    for seed in range(examples(25)):
        last = None
        window = (10, 20, 50)[seed % 3]
        chance = Random(seed)  # noqa: S311 (the same years every time)
        for night, now in enumerate(_list_year(chance, window, is_feed=is_feed, is_seasonal=is_seasonal)):
            found = judge_listing(_INDEX, now, last)
            alarms += [(seed, night, found)] if found else []
            last = last if found else now
    assert alarms == []
