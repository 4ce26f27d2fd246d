"""A night by a clock that the servers contradict keeps nothing; embargoes end by confirmed days alone."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.mirrors import check_sound, read_everything
from tests.nights import Page, make_archive, outcomes, run_night, running_hosts, set_clocks, source
from tests.thorough import long
from tracker.errors import ClockWrong
from tracker.keep.mirror import rebuild, update_mirror
from tracker.keep.verify import verify
from tracker.model.clock_readings import ClockReading
from tracker.model.watching import Admission, Exchange
from tracker.watch.clock import ServerClocks, read_ahead
from tracker.watch.health import assess_health

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran
    from tracker.watch.snapshot import Night

TODAY, FALSE = "2026-03-01", "2040-01-01"
DAY = 24 * 60 * 60
EMBARGOED = "We will found Port Regis."
Hosts = tuple["Site", ...]


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with running_hosts(4) as sites:
        set_clocks(sites, TODAY)
        for number, site in enumerate(sites, 71):
            site.say(f"/{number}", EMBARGOED, number)
        yield sites


def make(folder: Path, hosts: Hosts, more: str = "") -> Path:
    """Make an archive that watches one statement on each host."""
    tables = "".join(
        source(f"xaa-{number}", f"XAA/UNGA/{number}~prepared.en", site.url(f"/{number}"), more)
        for number, site in enumerate(hosts, 71)
    )
    return make_archive(folder, tables, hosts[0].port)


def read_clock_of(night: Night) -> ClockReading | None:
    return night.run.clock


def exchange(**headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange("2026-03-01T02:30:00.000Z", "http://a.example/", (), 200, named)


def at(days: float) -> str:
    """Return a date that is so many days from the night, in HTTP's form."""
    return format_datetime(datetime(2026, 3, 1, 2, 30, tzinfo=UTC) + timedelta(days=days), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"Date": at(0)}, (0, 0)),
        ({"date": at(-1)}, (0, DAY)),
        ({"Date": at(3)}, (0, -3 * DAY)),
        ({"Date": at(-3), "Age": str(3 * DAY)}, (3 * DAY, 0)),
        ({"Date": at(-3), "Age": str(DAY)}, (DAY, 2 * DAY)),
        # A cache that renews the date, and not the age.
        ({"Date": at(0), "Age": str(9 * DAY)}, (9 * DAY, 0)),
        ({"Date": at(-40), "Age": str(40 * DAY)}, None),
        ({"Date": at(-40), "Age": "9" * 30}, None),
        ({"Date": at(0), "Age": "-5"}, None),
        ({"Date": at(-3), "X-Cache": "HIT from cache.example"}, None),
        ({"Date": at(-3), "CF-Cache-Status": "HIT", "Age": str(3 * DAY)}, (3 * DAY, 0)),
        ({"Date": at(0), "X-Cache": "MISS"}, (0, 0)),
        ({"Date": "yesterday"}, None),
        ({}, None),
    ],
)
def test_a_servers_time_is_its_date_and_its_age(
    headers: dict[str, str], found: tuple[int, int] | None
) -> None:
    assert read_ahead(exchange(**headers)) == found


def test_a_host_counts_once_by_its_youngest_answer_and_the_median_decides() -> None:
    clocks = ServerClocks()

    def note(host: str, days: float, **more: str) -> ClockReading:
        clocks.note([replace(exchange(Date=at(days), **more), url=f"http://{host}/")])
        return clocks.read()

    assert clocks.read() == ClockReading(0, None)
    assert note("a.example:81", -30, Age="5") == ClockReading(1, 30 * DAY - 5)
    assert note("a.example:82", 0) == ClockReading(1, 0)
    assert note("a.example", -9, Age=str(DAY)) == ClockReading(1, 0)
    assert note("b.example", -30) == ClockReading(2, 15 * DAY)
    assert not clocks.read().is_confirmed
    assert note("c.example", 0.5) == ClockReading(3, 0)
    assert clocks.read().is_confirmed
    for host in ("d.example", "e.example", "f.example"):
        assert note(host, -30) == ClockReading(3, 0)


def test_three_hosts_confirm_the_clock_and_one_that_is_wrong_is_outvoted(
    tmp_path: Path, hosts: Hosts
) -> None:
    folder = make(tmp_path / "snapshots", hosts[:3])
    hosts[1].date = at(-4000)
    night = run_night(folder, TODAY)
    assert read_clock_of(night) == ClockReading(3, -1)
    assert set(outcomes(night).values()) == {"new"}


def test_a_night_at_a_false_date_keeps_nothing_and_the_next_one_goes_on(tmp_path: Path, hosts: Hosts) -> None:
    folder = make(tmp_path / "snapshots", hosts)
    update_mirror(folder)
    before, published = (folder / "tracker.db").read_bytes(), read_everything(folder / "mirror.git", "public")
    with pytest.raises(ClockWrong) as caught:
        run_night(folder, FALSE)
    assert str(caught.value) == (
        "the clock of this machine says 2040-01-01T02:30Z, and those of 4 hosts 2026-03-01T02:30Z"
        " (127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.4); the run was stopped: set the clock;"
        " if it is right: tracker snapshot --clock-is-right"
    )
    assert (folder / "tracker.db").read_bytes() == before
    assert read_everything(folder / "mirror.git", "public") == published
    assert outcomes(run_night(folder, FALSE, dry_run=True)) == dict.fromkeys(
        ("xaa-71", "xaa-72", "xaa-73", "xaa-74"), "new"
    )
    assert read_clock_of(run_night(folder, TODAY)) == ClockReading(3, -1)
    check_sound(folder / "mirror.git")


def test_a_link_to_a_third_host_undoes_a_night_that_two_hosts_doubted(tmp_path: Path, hosts: Hosts) -> None:
    """Before the listing was read there were two hosts, which are not enough to refuse."""
    first, second, third, _ = hosts
    folder = make(tmp_path / "snapshots", (first, second))
    listed = f'<a href="{third.url("/73")}">Statement</a>'
    first.pages["/list"] = Page(listed, headers={"Content-Type": "text/html"})
    with (folder / "watch.toml").open("a", encoding="utf-8") as file:
        file.write(f'[sources.list]\nkind = "index"\nurl = "{first.url("/list")}"\nlinks = "/7"\n')
    with pytest.raises(ClockWrong):
        run_night(folder, FALSE)
    for table in ("runs", "outcomes", "candidates", "snapshots", "documents", "clocks"):
        assert query(folder, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 (named here)
    night = run_night(folder, TODAY)
    assert len(night.checks) == 4
    assert read_clock_of(night) == ClockReading(3, -1)


def test_a_clock_that_is_said_to_be_right_is_not_confirmed(tmp_path: Path, hosts: Hosts) -> None:
    folder = make(tmp_path / "snapshots", hosts)
    reading = read_clock_of(run_night(folder, FALSE, clock_is_right=True))
    assert reading is not None
    assert (reading.hosts, reading.is_confirmed) == (4, False)


def test_an_embargo_ends_by_confirmed_days_alone(tmp_path: Path, hosts: Hosts) -> None:
    folder = make(tmp_path / "snapshots", hosts[:2], 'access = "embargoed"\nopen_from = "2030-01-01"')
    mirror = folder / "mirror.git"
    update_mirror(folder)
    run_night(folder, TODAY)
    run_night(folder, FALSE)
    assert EMBARGOED in read_everything(mirror, "main")
    assert EMBARGOED not in read_everything(mirror, "public")
    notes = [each for each in assess_health(folder, f"{FALSE}T08:00:00Z", 3).notes if each.kind == "embargo"]
    assert [(each.subject, each.since, 'access = "open"' in each.detail) for each in notes] == [
        ("xaa-71", "2030-01-01", True), ("xaa-72", "2030-01-01", True),
    ]  # fmt: skip
    watched = folder / "watch.toml"
    by_hand = watched.read_text(encoding="utf-8").replace('"embargoed"\nopen_from = "2030-01-01"', '"open"')
    watched.write_text(by_hand, encoding="utf-8")
    update_mirror(folder)
    assert EMBARGOED in read_everything(mirror, "public")
    check_sound(mirror)


def test_an_embargo_ends_with_a_night_that_three_hosts_confirm(tmp_path: Path, hosts: Hosts) -> None:
    folder = make(tmp_path / "snapshots", hosts[:3], 'access = "embargoed"\nopen_from = "2026-06-01"')
    update_mirror(folder)
    for day, is_public in (("2026-05-31", False), ("2026-06-01", True)):
        set_clocks(hosts, day)
        run_night(folder, day)
        assert (EMBARGOED in read_everything(folder / "mirror.git", "public")) == is_public
    check_sound(folder / "mirror.git")


@long
def test_a_record_that_is_made_of_a_copy_confirms_no_day_that_is_still_to_come(
    tmp_path: Path, hosts: Hosts, tracker: Callable[..., Ran]
) -> None:
    """A night of 2040 with three hosts that agree, in a copy that others can write to."""
    folder = make(tmp_path / "snapshots", hosts[:3], 'access = "embargoed"\nopen_from = "2035-01-01"')
    update_mirror(folder)
    run_night(folder, TODAY)
    shutil.copytree(folder, tmp_path / "copy")
    set_clocks(hosts, FALSE)
    run_night(tmp_path / "copy", FALSE)
    copy = tmp_path / "copy" / "mirror.git"
    assert EMBARGOED in read_everything(copy, "public")
    shutil.rmtree(folder / "mirror.git")
    shutil.copytree(copy, folder / "mirror.git")
    ran = tracker("verify", "--repair")
    assert (ran.code, query(folder, "SELECT count(*) FROM clocks")) == (1, [(2,)]), ran.err
    assert EMBARGOED not in read_everything(folder / "mirror.git", "public")
    check_sound(folder / "mirror.git")


def test_the_command_ends_with_2_and_one_line_and_goes_on_where_it_is_told_to(
    tmp_path: Path, hosts: Hosts, tracker: Callable[..., Ran]
) -> None:
    """The clock of this machine against servers of another year."""
    folder = make(tmp_path / "snapshots", hosts)
    refused = tracker("snapshot", "--summary", "night.json")
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert refused.err.startswith("tracker: the clock of this machine says 20")
    assert "those of 4 hosts 2026-03-01T02:30Z (127.0.0.1, 127.0.0.2, " in refused.err
    assert json.loads((tmp_path / "night.json").read_text(encoding="utf-8"))["exit_code"] == 2
    assert query(folder, "SELECT count(*) FROM runs") == [(0,)]
    ran = tracker("snapshot", "--clock-is-right", "--quiet")
    assert ran.code == 0
    assert re.search(r"clock not confirmed: [\d,]+ days ahead of 4 hosts; what this night kept", ran.err)
    concerned = tracker("status")
    assert concerned.code == 1
    assert re.search(r"clock +the archive since .*: run 1: clock not confirmed: ", concerned.out)


@long
def test_a_night_of_two_hosts_is_marked_and_raises_no_alarm(
    tmp_path: Path, hosts: Hosts, tracker: Callable[..., Ran]
) -> None:
    folder = make(tmp_path / "snapshots", hosts[:2])
    for site in hosts:
        site.date = format_datetime(datetime.now(UTC), usegmt=True)
    quiet = tracker("snapshot", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    told = tracker("snapshot")
    assert (told.code, "clock not confirmed: 2 hosts gave a date, 3 are needed" in told.out) == (0, True)
    assert json.loads(tracker("status", "1", "--format", "json").out)["clock"]["hosts"] == 2
    assert "clock not confirmed: 2 hosts" in " ".join(tracker("status", "1").out.split())
    health = tracker("status")
    assert (health.code, "note: clock" in health.out) == (0, True)
    assert ", clock not confirmed\n" in tracker("log", "XAA/UNGA/71").out
    for form in ("text", "bibtex", "csl", "ris"):
        cited = tracker("cite", "XAA/UNGA/71", "--format", form).out
        assert re.search(r"Captured 20\S+, clock not confirmed, as XAA/UNGA/71\S+@1, SHA", cited)
    with (folder / "watch.toml").open("a", encoding="utf-8") as file:
        file.write(source("xaa-73", "XAA/UNGA/73~prepared.en", hosts[2].url("/73")))
    assert "clock not confirmed" not in tracker("snapshot").out
    assert "clock not confirmed" not in tracker("log", "XAA/UNGA/73").out
    assert "clock not confirmed" not in tracker("cite", "XAA/UNGA/73").out
    assert "note: clock" not in tracker("status").out


def test_what_a_person_accepted_was_captured_by_the_clock_of_its_night(
    tmp_path: Path, hosts: Hosts, tracker: Callable[..., Ran]
) -> None:
    def refuse(_arrival: object, _history: object) -> Admission:
        return Admission(accepted=False, cause="collapsed")

    folder = make(tmp_path / "snapshots", hosts[:3])
    run_night(folder, TODAY, "xaa-71", judge=refuse)
    run_night(folder, TODAY, "xaa-71", "xaa-72", "xaa-73", judge=refuse)
    for number in ("1", "2"):
        assert tracker("review", number, "accept", "--by", "Ana", "--reason", "seen").code == 0
    shown = [tracker("log", f"XAA/UNGA/{session}").out for session in (71, 72)]
    assert [", clock not confirmed" in each for each in shown] == [True, False]


@long
def test_a_refused_night_leaves_a_mirror_that_verifies_and_rebuilds(tmp_path: Path, hosts: Hosts) -> None:
    folder = make(tmp_path / "snapshots", hosts)
    update_mirror(folder)
    run_night(folder, TODAY)
    with pytest.raises(ClockWrong):
        run_night(folder, FALSE)
    set_clocks(hosts, "2026-03-02")
    run_night(folder, "2026-03-02")
    check_sound(folder / "mirror.git")
    rebuild(str(folder / "mirror.git"), tmp_path / "again")
    assert query(tmp_path / "again", "SELECT * FROM clocks") == query(folder, "SELECT * FROM clocks")
    verified = verify(folder, "2026-03-02T08:00:00Z", lambda _done, _total: None)
    assert [each for each in verified.findings if each.standing == "fault"] == []


def list_statements(first: Site, hosts: Hosts, tmp_path: Path) -> Path:
    """Make an archive whose one source is an index on a host, which leads to statements on others."""
    links = "".join(
        f'<a href="{site.url(f"/{number}")}">Statement</a>' for number, site in enumerate(hosts, 72)
    )
    first.pages["/list"] = Page(f"<html>{links}</html>", headers={"Content-Type": "text/html"})
    index = f'[sources.list]\nkind = "index"\nurl = "{first.url("/list")}"\nlinks = "/7"\n'
    return make_archive(
        tmp_path / "snapshots", source("xaa-71", "XAA/UNGA/71", first.url("/71")) + index, first.port
    )


def test_what_was_kept_before_hosts_denied_the_clock_is_marked_everywhere(
    tmp_path: Path, hosts: Hosts, tracker: Callable[..., Ran]
) -> None:
    """The host of the watch list gives no date at first, then one, and leads to three that say the same."""
    first, *others = hosts
    folder = list_statements(first, (*others,), tmp_path)
    first.pages["/71"].headers["Date"], first.date = str(first.date), None
    update_mirror(folder)
    with pytest.raises(ClockWrong, match="what run 1 kept before is marked: clock not confirmed"):
        run_night(folder, FALSE)
    assert query(folder, "SELECT run, hosts, ahead > 9000000 FROM clocks") == [(1, 4, 1)]
    with pytest.raises(ClockWrong, match="before the end of the last run, 2040-01-01"):
        run_night(folder, TODAY)
    run_night(folder, TODAY, clock_is_right=True)
    check_sound(folder / "mirror.git")
    rebuild(str(folder / "mirror.git"), tmp_path / "again")
    for where in (folder, tmp_path / "again"):
        shown = tracker("--archive", str(where), "log", "XAA/UNGA/71")
        assert "2040-01-01" in shown.out
        assert "clock not confirmed" in shown.out
        assert "clock not confirmed" in tracker("--archive", str(where), "cite", "XAA/UNGA/71").out
        told = " ".join(tracker("--archive", str(where), "status", "1").out.split())
        assert re.search(r"clock not confirmed: [\d,]+ days ahead of 4 hosts", told)


DENYING, AGREEING = -4000, 0


@pytest.mark.parametrize(
    ("listed", "linked", "found"),
    [
        ([AGREEING], [AGREEING] * 2, ClockReading(3, 0)),
        ([AGREEING], [DENYING] * 5, ClockReading(1, 0)),
        ([AGREEING] * 3, [DENYING] * 5, ClockReading(3, 0)),
        ([DENYING], [DENYING] * 2, ClockReading(3, 4000 * DAY)),
        ([DENYING], [AGREEING] * 5, ClockReading(1, 4000 * DAY)),
        ([AGREEING, DENYING], [AGREEING] * 5, ClockReading(2, 2000 * DAY)),
        ([AGREEING, DENYING], [DENYING] * 5, ClockReading(2, 2000 * DAY)),
        ([], [AGREEING] * 5, ClockReading(0, None)),
        ([], [DENYING] * 5, ClockReading(0, None)),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_links_never_outvote_hosts_of_the_watch_list(
    listed: list[int], linked: list[int], found: ClockReading, *, is_first: bool
) -> None:
    clocks = ServerClocks()
    votes = [(f"listed{n}.example", days, True) for n, days in enumerate(listed)]
    votes += [(f"linked{n}.example", days, False) for n, days in enumerate(linked)]
    for host, days, is_listed in votes if is_first else reversed(votes):
        clocks.note([replace(exchange(Date=at(days)), url=f"http://{host}/")], is_listed=is_listed)
    assert clocks.read() == found
    clocks.settle()
    assert clocks.read() == found


@pytest.mark.parametrize(("day", "linked"), [(TODAY, FALSE), (FALSE, FALSE)], ids=["denied", "confirmed"])
def test_an_index_with_many_names_neither_stops_a_night_nor_confirms_it(
    tmp_path: Path, hosts: Hosts, day: str, linked: str
) -> None:
    first, *others = hosts
    folder = list_statements(first, (*others,), tmp_path)
    set_clocks(others, linked)
    reading = read_clock_of(run_night(folder, day))
    assert reading is not None
    assert (reading.hosts, reading.is_confirmed) == (1, False)


def test_one_site_has_one_voice_however_many_names_it_redirects_to(tmp_path: Path, hosts: Hosts) -> None:
    """It is asked before the honest ones, whose clocks are right, as ours is."""
    evil, *named = hosts
    for site in named:
        site.date = at(-4000)
    for number, site in enumerate(named, 71):
        evil.pages[f"/{number}"] = Page("", 302, {"Location": site.url(f"/{number}")})
    tables = "".join(
        source(f"xaa-{number}", f"XAA/UNGA/{number}~prepared.en", evil.url(f"/{number}"))
        for number in (71, 72, 73)
    )
    folder = make_archive(tmp_path / "snapshots", tables, evil.port)
    reading = read_clock_of(run_night(folder, TODAY))
    assert reading is not None
    assert reading.hosts == 1


def test_a_host_with_and_without_its_last_dot_is_one() -> None:
    clocks = ServerClocks()
    for host in ("a.example", "a.example.", "A.example"):
        clocks.note([replace(exchange(Date=at(0)), url=f"http://{host}/")])
    assert clocks.read() == ClockReading(1, 0)
