"""Three hundred nights over forty sources: every event is told once, at its severity, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.conftest import run_tracker
from tests.nights import Page, make_archive, running_site, source, write_speech
from tracker.capture.admit.admission import admit
from tracker.capture.web.pacing import Clock
from tracker.cli.watch import find_failed, read_outcomes
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.watch.health import assess_health
from tracker.watch.news import gather_news
from tracker.watch.snapshot import snapshot
from tracker.watch.sources import close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran
    from tracker.model.ledger import Check

    Event = Callable[[Site], None]

NIGHTS, SOURCES, LINKS = 300, 30, 10
LOGIN = Page("<html><body><form><input type=password name=p></form><p>Please log in.</p></body></html>")
MISSED = range(130, 135)
INTERRUPTED = 160
REST = 30
"""The longest gap with the settings as they come."""

Told = tuple[int, str, str, str]

EXPECTED: dict[tuple[str, str], tuple[str, int, int]] = {
    ("changed silently", "s01"): ("warning", 20, 20),
    ("changed", "s02"): ("note", 25, 25),
    ("unreachable", "s03"): ("note", 28, 28),
    ("well again", "s03"): ("note", 33, 33),
    ("unreachable", "s06"): ("note", 29, 29),
    ("gone", "s06"): ("warning", 31, 31),
    ("unreachable", "s07"): ("note", 50, 56),
    ("gone", "s07"): ("warning", 52, 58),
    ("came back", "s07"): ("note", 120, 130),
    ("moved", "s08"): ("note", 60, 66),
    ("quarantined", "s09"): ("warning", 70, 77),
    ("well again", "s09"): ("note", 90, 90),
    ("new", "link 10"): ("note", 80, 80),
    ("unreachable", "link 3"): ("note", 85, 95),
    ("gone", "link 3"): ("warning", 87, 97),
    ("changed silently", "s12"): ("warning", 110, 110 + REST),
    ("changed silently", "s11"): ("warning", INTERRUPTED + 1, INTERRUPTED + 1),
    ("changed silently", "s10"): ("warning", 200, 200 + REST),
}
"""What is to be told, at which severity, and between which nights; what rests is seen late, and no later."""


WELL, OTHER = "We intend to build a bridge.", "We will build a bridge."


def _put(path: str, page: Page) -> Event:
    return lambda site: site.pages.update({path: page})


def _say(number: int, more: str, **headers: str) -> Event:
    return lambda site: site.say(f"/s{number:02d}", more, number, **headers)


def _move(site: Site) -> None:
    site.pages["/moved"] = site.pages["/s08"]
    site.pages["/s08"] = Page("", 301, {"Location": "/moved"})


def _list_one_more(site: Site) -> None:
    site.say("/link/10", number=110)
    list_links(site, LINKS + 1)


def _dress(template: str) -> Page:
    paragraphs = "".join(f"<p>{text}</p>" for text in write_speech(WELL, 13).split("\n\n"))
    page = f"<html><head><title>Statement</title></head><body>{template.format(paragraphs)}</body></html>"
    return Page(page, headers={"Content-Type": "text/html; charset=utf-8"})


EVENTS: dict[int, Event] = {
    20: _say(1, OTHER),
    # A redesign with the same words is no event.
    22: lambda site: site.pages.update({"/s13": _dress("<nav><a href='/'>Home</a></nav><main>{}</main>")}),
    25: _say(2, f"Corrigendum: {WELL}"),
    28: _put("/s03", Page("", 503)),
    29: _put("/s06", Page("", 410)),
    33: _say(3, WELL),
    50: _put("/s07", Page("", 404)),
    60: _move,
    70: _put("/s09", LOGIN),
    80: _list_one_more,
    85: _put("/link/3", Page("", 404)),
    90: _say(9, WELL),
    # The server says "not modified" though it has changed.
    110: _say(12, OTHER, ETag='"12"'),
    120: _say(7, WELL),
    INTERRUPTED: _say(11, OTHER),
    200: _say(10, OTHER),
}


@dataclass(slots=True)
class World:
    """An archive, its sources, and what was told until now."""

    folder: Path
    site: Site
    told: list[Told] = field(default_factory=list)
    findings: set[int] = field(default_factory=set)

    def night(self, number: int, *, is_cut: bool = False) -> None:
        """Run one night; one that is cut is interrupted as it has seen the first change."""
        instant = datetime(2026, 1, 1, 2, 30, tzinfo=UTC) + timedelta(days=number)
        clock = Clock(lambda: instant, lambda: 0.0, lambda _seconds: None)

        def stop(check: Check, _done: int, _total: int) -> None:
            if check.outcome == "changed":
                raise KeyboardInterrupt

        if is_cut:
            with pytest.raises(KeyboardInterrupt):
                snapshot(self.folder, ("s11",), admit, clock=clock, progress=stop)
            return
        night = snapshot(self.folder, (), admit, clock=clock)
        news = gather_news(self.folder, night.run.id, night.checks)
        assert night.unmirrored == ""
        if find_failed(night.checks, read_outcomes(None), news):
            self.findings.add(number)
        self.told += [(number, each.kind, each.severity, self.name(each.check)) for each in news]

    def name(self, check: Check) -> str:
        """Return a source's id, a link by its number."""
        return f"link {check.address.rpartition('/')[2]}" if ":" in check.source else check.source


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, tracker_in: Callable[..., Ran]) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("nights")
    with running_site() as site:
        tables = ""
        for number in range(SOURCES):
            site.say(f"/s{number:02d}", WELL, number, ETag=f'"{number}"')
            tables += source(
                f"s{number:02d}", f"GBR/UNGA/{number + 20}~prepared.en", site.url(f"/s{number:02d}")
            )
        tables += (
            f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\n'
            "links = '/link/(?P<session>[0-9]+)'\nreference = \"FRA/UNGA/{session}~prepared.en\"\n"
        )
        for number in range(1, LINKS):
            site.say(f"/link/{number}", number=100 + number)
        made = World(make_archive(folder / "snapshots", tables, site.port), site)
        tracker_in(folder, "mirror", "update")
        list_links(site, LINKS)
        site.pages["/s13"] = _dress("<article>{}</article>")
        live(made)
        yield made


@pytest.fixture(scope="module")
def tracker_in() -> Callable[..., Ran]:
    return run_tracker


def list_links(site: Site, until: int) -> None:
    links = "".join(f'<li><a href="/link/{number}">Speech {number}</a></li>' for number in range(1, until))
    site.pages["/list"] = Page(f"<html><body>{links}</body></html>", headers={"Content-Type": "text/html"})


def live(world: World) -> None:
    """Let all nights pass, with what happens in them."""
    for number in range(NIGHTS):
        happen(world, number)
        if number not in MISSED:
            world.night(number, is_cut=number == INTERRUPTED)


def happen(world: World, number: int) -> None:
    """Change what the site publishes before a night."""
    if number in EVENTS:
        EVENTS[number](world.site)
    if number == 100:
        ((link,),) = query(world.folder, "SELECT DISTINCT source FROM outcomes WHERE address LIKE '%/link/3'")
        close(world.folder, link, "Ana", "2026-04-11", "taken down")


def test_every_event_is_told_once_and_nothing_else(world: World) -> None:
    after = [each for each in world.told if each[0] > 0]
    assert sorted((kind, who) for _, kind, _, who in after) == sorted(EXPECTED)
    for number, kind, severity, who in after:
        expected, first, last = EXPECTED[kind, who]
        assert (severity, first <= number <= last) == (expected, True), (number, kind, who)
    assert len([each for each in world.told if each[0] == 0]) == SOURCES + LINKS - 1


def test_a_night_is_red_only_where_a_failure_is_news(world: World) -> None:
    failing = {"unreachable", "gone", "quarantined"}
    assert world.findings == {number for number, kind, _, _ in world.told if kind in failing}
    assert len(world.findings) < 10


def test_in_the_end_health_has_notes_alone(world: World) -> None:
    day = (date(2026, 1, 1) + timedelta(days=NIGHTS - 1)).isoformat()
    health = assess_health(world.folder, f"{day}T08:00:00Z", 2)
    assert [(each.kind, each.subject) for each in health.concerns] == []
    assert {(each.kind, each.subject) for each in health.notes} == {
        ("gone", "s06"), ("waiting", "s09"), ("clock", "the archive"),
    }  # fmt: skip


def test_what_is_old_is_asked_less_often_and_never_after_a_longer_gap(world: World) -> None:
    asked = [path for path, _ in world.site.asked if path not in {"/robots.txt", "/list"}]
    assert len(asked) < (NIGHTS - len(MISSED)) * (SOURCES + LINKS) / 3
    failed = {f"/{int(who[1:]) + 20}~" for kind, who in EXPECTED if kind == "unreachable" and who[0] == "s"}
    with open_reader(world.folder) as reader:
        entries = reader.log(parse_reference("GBR/UNGA"))
    found = [each for each in entries if not any(name in str(each.reference) for name in failed)]
    gaps = [each.checked.longest_gap_days for each in found if each.checked]
    # The login page of s09 was there for twenty nights.
    assert len(gaps) > SOURCES - len(failed)
    assert REST - 3 <= max(gaps) <= REST


def test_the_record_and_the_mirror_verify(world: World, tracker_in: Callable[..., Ran]) -> None:
    ran = tracker_in(world.folder.parent, "verify")
    assert ran.code == 0, ran.out + ran.err
