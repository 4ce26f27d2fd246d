from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.nights import Page, make_archive, outcomes, run_night, source, watch, write_speech
from tests.thorough import few, long, some
from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.errors import DecisionInvalid, NotInArchive, WatchListInvalid
from tracker.model.record import Checked
from tracker.record.reading.ledger import open_ledger
from tracker.record.reading.reader import open_reader
from tracker.references import parse_reference
from tracker.watch.requests import list_links, plan_requests
from tracker.watch.sources import close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

INDEX = """
[sources.xaa-speeches]
kind = "index"
url = "{url}"
links = '/s/(?P<session>[0-9]+)'
reference = "XAA/UNGA/{{session}}~prepared.en"
{more}
"""


def days(first: str, *after: int) -> Iterator[str]:
    """Return the days that are so many after the first."""
    return ((date.fromisoformat(first) + timedelta(days=number)).isoformat() for number in after)


def index(site: Site, more: str = "") -> str:
    return INDEX.format(url=site.url("/speeches"), more=more)


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    """Return an archive that watches an index of three speeches."""
    links = "".join(f'<li><a href="/s/{number}">Speech {number}</a></li>' for number in (77, 78, 79))
    site.pages["/speeches"] = Page(
        f"<html><body><ul>{links}</ul></body></html>", headers={"Content-Type": "text/html"}
    )
    for number in (77, 78, 79):
        site.say(f"/s/{number}", number=number)
    return make_archive(tmp_path / "snapshots", index(site), site.port)


def find_id(folder: Path, path: str) -> str:
    """Return the id under which the night prints a link."""
    ((found,),) = query(folder, f"SELECT DISTINCT source FROM outcomes WHERE address LIKE '%{path}'")  # noqa: S608 (ours)
    return str(found)


# How often ------------------------------------------------------------------------------------------------


def asked_on(folder: Path, site: Site, nights: Iterable[int]) -> list[int]:
    """Run nights, named by days after the first of January; return those on which the statement was asked."""
    asked = []
    for after in nights:
        site.asked.clear()
        run_night(folder, next(days("2026-01-01", after)))
        if "/79" in {path for path, _ in site.asked}:
            asked.append(after)
    return asked


@pytest.fixture
def single(tmp_path: Path, site: Site) -> Path:
    """Return an archive that watches one statement."""
    site.say("/79", ETag='"a"')
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    return make_archive(tmp_path / "snapshots", watched, site.port)


@long
def test_what_has_long_been_unchanged_is_asked_less_often_until_it_changes(single: Path, site: Site) -> None:
    nights = [0, 1, *range(28, 57)]
    assert asked_on(single, site, nights) == [0, 1, 28, 29, 30, 33, 36, 39, 43, 47, 52]
    site.say("/79", "One sentence more.")
    assert asked_on(single, site, range(57, 64)) == [57, 58, 59, 60, 61, 62, 63]


@pytest.mark.parametrize(
    ("setting", "asked"),
    some(
        1,
        few(
            3,
            ("", [0, 100, 111, 123, 130]),
            ("longest_gap_days = 9", [0, 100, 109, 118, 127, 130]),
            ("full_check_days = 7\nlongest_gap_days = 90", [0, 100, 107, 114, 121, 128, 135]),
            ("longest_gap_days = 1", [0, *range(100, 136)]),
            ("longest_gap_days = 15", [0, 100, 111, 123, 130]),
            ("full_check_days = 7", [0, 100, 107, 114, 121, 128, 135]),
        ),
    ),
)
@long
def test_the_longest_gap_is_one_setting(single: Path, site: Site, setting: str, asked: list[int]) -> None:
    path = single / WATCH_FILE
    path.write_text(path.read_text("utf-8").replace("[settings]", f"[settings]\n{setting}"), "utf-8")
    assert asked_on(single, site, [0, *range(100, 136)]) == asked


def test_a_clock_that_was_wrong_and_a_wish_are_no_rest(folder: Path, site: Site) -> None:
    for day in days("2026-01-01", 0, 1, 60):
        run_night(folder, day)
    site.asked.clear()
    assert run_night(folder, "2026-03-03").resting == 3
    assert {path for path, _ in site.asked} == {"/robots.txt", "/speeches"}
    assert outcomes(run_night(folder, "2026-03-03", "XAA/UNGA/78"))[find_id(folder, "/s/78")] == "unchanged"
    with open_ledger(folder) as ledger:
        watched = read_watch_list(folder / WATCH_FILE)
        links = [each.source for each in list_links(watched.sources[0], watched, ledger)]
        asked = [
            len(plan_requests(links, watched, ledger, day, everything=False).due)
            for day in ("2026-03-04", "2026-02-01")
        ]
    assert asked == [0, 3], "where the last check lies in the future, all are asked"


@long
def test_what_is_gone_is_confirmed_then_rests_and_its_return_is_seen(single: Path, site: Site) -> None:
    run_night(single, "2026-01-01")
    site.pages["/79"] = Page("", 410)
    assert asked_on(single, site, [1, 2, 3, *range(30, 45)]) == [1, 2, 3, 30, 31, 34, 37, 40, 44]
    site.pages["/79"] = Page("", 503)
    run_night(single, "2026-03-01")
    site.say("/79")
    (back,) = run_night(single, "2026-03-02").checks
    assert (back.outcome, back.cause, back.detail) == ("unchanged", "reappeared", "gone since 2026-01-02")


def test_the_log_states_how_often_a_snapshot_was_checked_and_the_longest_gap(
    single: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    asked_on(single, site, [0, 1, 2, 60])
    site.say("/79", "One sentence more.")
    asked_on(single, site, [66])
    shown = " ".join(tracker("log", "XAA/UNGA/79").out.split())
    assert (
        "seen in full 2 times, unchanged by the server's word 2 times, until 2026-03-02, longest gap 58 days"
        in shown
    )
    assert "checked once, longest gap 6 days" in shown
    with open_reader(single) as reader:
        entries = reader.log(parse_reference("XAA/UNGA/79"))
    assert [each.checked for each in entries] == [
        Checked(4, 2, "2026-03-02T02:30:00Z", 58),
        Checked(1, 1, "2026-03-08T02:30:00Z", 6),
    ]
    (single.parent / "own.txt").write_text(write_speech(number=5), encoding="utf-8")
    tracker("add", "own.txt", "--as", "XAA/UNGA/70~prepared.en")
    assert "checked" not in tracker("log", "XAA/UNGA/70").out


# Closed, excluded, superseded -----------------------------------------------------------------------------


def test_a_link_that_the_night_names_can_be_asked_alone_and_closed(
    folder: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    assert tracker("snapshot").code == 0
    link = find_id(folder, "/s/78")
    site.asked.clear()
    ran = tracker("snapshot", link)
    assert (ran.code, [path for path, _ in site.asked]) == (0, ["/robots.txt", "/s/78"])
    unknown = tracker("snapshot", "xaa-speeches:000000000000")
    assert (unknown.code, "nothing in the watch list feeds" in unknown.err) == (2, True)
    site.pages["/s/78"] = Page("", 410)
    closed = tracker("sources", "close", link, "--by", "Ana", "--reason", "taken down after the session")
    assert (closed.code, closed.out) == (0, f"{link} closed by Ana: taken down after the session\n")
    site.asked.clear()
    assert tracker("snapshot").code == 0
    assert "/s/78" not in {path for path, _ in site.asked}
    assert tracker("status").code == 0
    refused = tracker("snapshot", link)
    assert refused.code == 2
    assert re.search(rf"{link} was closed on \S+ by Ana: taken down.*remove \[closed", refused.err)
    assert f"{link} closed on " in tracker("sources", "list").out
    assert "already" in tracker("sources", "close", link, "--by", "Ana", "--reason", "x").err
    lists = query(folder, "SELECT count(*) FROM watch_lists WHERE text LIKE '%by = \"Ana\"%'")
    assert lists == [(1,)], "the record keeps who closed it"


def test_a_source_that_is_superseded_is_followed_by_the_new_address(folder: Path, site: Site) -> None:
    run_night(folder, "2026-01-01")
    link = find_id(folder, "/s/78")
    site.pages["/new/78"] = site.pages.pop("/s/78")
    follower = close(folder, link, "Ana", "2026-01-02", "moved", site.url("/new/78"))
    assert follower is not None
    night = run_night(folder, "2026-01-02")
    assert (outcomes(night)[follower.id], link in outcomes(night)) == ("unchanged", False)
    assert query(folder, "SELECT count(*) FROM snapshots") == [(3,)]


@pytest.mark.parametrize(
    ("id_", "by", "reason", "error", "told"),
    [
        ("xaa-nothing", "Ana", "gone", WatchListInvalid, "nothing is watched under the id"),
        ("xaa-speeches:123", "Ana", "gone", WatchListInvalid, "nothing is watched under the id"),
        ("xaa-speeches", " ", "gone", DecisionInvalid, "not a valid name"),
        ("xaa-speeches", "Ana", " ", DecisionInvalid, "--reason"),
        ("xaa-speeches", "Ana", "two\nlines", WatchListInvalid, "on one line"),
    ],
)
def test_what_cannot_be_closed_leaves_the_list_as_it_is(
    folder: Path, id_: str, by: str, reason: str, error: type[Exception], told: str
) -> None:
    before = (folder / WATCH_FILE).read_bytes()
    with pytest.raises(error, match=told):
        close(folder, id_, by, "2026-01-02", reason)
    assert (folder / WATCH_FILE).read_bytes() == before


@pytest.mark.parametrize("missing", ["by", "on", "reason"])
def test_a_closing_by_hand_needs_who_when_and_why(folder: Path, missing: str) -> None:
    keys = {"by": '"Ana"', "on": "2026-01-02", "reason": '"gone"'}
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items() if key != missing)
    with (folder / WATCH_FILE).open("a", encoding="utf-8") as file:
        file.write(f'[closed."xaa-speeches:1"]\n{lines}')
    with pytest.raises(WatchListInvalid, match=rf'closed\."xaa-speeches:1": expected {missing} too'):
        read_watch_list(folder / WATCH_FILE)


RETIRED = [
    ("excluded", "exclude = '/s/7[78]$'", ""),
    ("ended by a table of its own", "", 'valid_until = "2026-01-01"'),
]


@pytest.mark.parametrize(("how", "more", "own"), some(2, RETIRED), ids=lambda value: value.replace(" ", "-"))
def test_a_link_is_retired_by_a_line_of_the_watch_list(
    folder: Path, site: Site, how: str, more: str, own: str
) -> None:
    run_night(folder, "2026-01-01")
    link = find_id(folder, "/s/78")
    table = source("old-78", "XAA/UNGA/78~prepared.en", site.url("/s/78"), own) if own else ""
    watch(folder, index(site, more) + table, site.port)
    site.pages["/s/78"] = Page("", 404)
    night = run_night(folder, "2026-01-02")
    assert link not in outcomes(night), how
    with pytest.raises(NotInArchive):
        run_night(folder, "2026-01-02", link)
    with open_ledger(folder) as ledger:
        assert {each.address[-5:] for each in ledger.candidates("xaa-speeches")} >= {"/s/78"}


def test_an_excluded_link_that_is_new_is_never_asked(folder: Path, site: Site) -> None:
    watch(folder, index(site, "exclude = '/s/78'"), site.port)
    site.pages["/s/78"] = Page(write_speech(number=78))
    run_night(folder, "2026-01-01")
    assert "/s/78" not in {path for path, _ in site.asked}
