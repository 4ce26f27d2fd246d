from __future__ import annotations

import json
import re
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.nights import Page, make_archive, running_site, source, watch
from tests.test_heartbeat import listening
from tests.thorough import some
from tracker.cli.watch import read_outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran


UNCONFIRMED = "clock not confirmed: no host gave a date, 3 are needed"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site() as running:
        running.say("/79", number=79)
        running.say("/80", number=80)
        make_archive(tmp_path / "snapshots", tables(running, 79, 80), running.port)
        yield running


def tables(site: Site, *numbers: int) -> str:
    return "".join(source(f"xaa-{n}", f"XAA/UNGA/{n}~prepared.en", site.url(f"/{n}")) for n in numbers)


def test_two_nights_in_a_pipe_are_logged_line_by_line(tracker: Callable[..., Ran], site: Site) -> None:
    first = tracker("snapshot")
    assert first.code == 0, first.err
    head, *told = first.out.splitlines()
    assert head == f"2 sources: 2 new; {UNCONFIRMED}"
    assert [row for row in told if not row.startswith("    ")] == [
        "note: XAA, UNGA 79 (2024): new, 329 words (xaa-79)",
        "note: XAA, UNGA 80 (2025): new, 347 words (xaa-80)",
    ]
    instant = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    for number in (79, 80):
        assert re.search(
            rf"^{instant} new XAA/UNGA/{number}~prepared\.en@1 xaa-{number}$", first.err, re.MULTILINE
        )
    site.say("/79", "Corrigendum: and we thank the interpreters.", 79)
    second = tracker("snapshot")
    counts, *news = second.out.splitlines()
    counted, _, mark = counts.partition("; ")
    assert mark == UNCONFIRMED
    assert sorted(counted.partition(": ")[2].split(", ")) == ["1 changed", "1 unchanged"]
    assert news == [
        "note: XAA, UNGA 79 (2024): changed, 329 → 335 words; sentences: 1 new (xaa-79)",
        "    {+Corrigendum: and we thank the interpreters.+}",
        "  announced: 'corrigendum'",
        "  tracker diff XAA/UNGA/79~prepared.en@1 XAA/UNGA/79~prepared.en@2",
    ]
    assert "changed XAA/UNGA/79~prepared.en@2 xaa-79 announced in words ('corrigendum')" in second.err


def test_the_summary_says_all_of_it_to_a_machine(
    tracker: Callable[..., Ran], site: Site, tmp_path: Path
) -> None:
    site.pages["/80"] = Page("", 503)
    ran = tracker("snapshot", "--json", "--quiet", "--summary", "night.json")
    assert ran.code == 1
    assert ran.out == (tmp_path / "night.json").read_text(encoding="utf-8")
    told = json.loads(ran.out)
    assert (told["run"], told["status"], told["exit_code"]) == (1, "complete", 1)
    assert told["outcomes"] == {"new": 1, "unreachable": 1}
    failed = next(check for check in told["checks"] if check["outcome"] == "unreachable")
    assert (failed["cause"], failed["http_status"], failed["snapshot"]) == ("http 503", 503, None)
    assert [line.split()[1] for line in ran.err.splitlines()] == ["unreachable"]


@pytest.mark.parametrize(
    ("fail_on", "code"),
    some(
        3, [(None, 1), ("never", 0), ("gone,quarantined", 0), ("unreachable", 1), ("new", 1), ("nonsense", 2)]
    ),
)
def test_the_user_says_what_counts_as_a_finding(
    tracker: Callable[..., Ran], site: Site, fail_on: str | None, code: int
) -> None:
    site.pages["/80"] = Page("", 500)
    ran = tracker("snapshot", *(("--fail-on", fail_on) if fail_on else ()))
    assert ran.code == code, ran.err
    if code == 2:
        assert "--fail-on nonsense: expected one of new, changed, unchanged, moved" in ran.err


@pytest.mark.parametrize("words", ["gone,quarantined", "gone, quarantined", " gone , quarantined "])
def test_blanks_between_outcomes_mean_nothing(words: str) -> None:
    assert read_outcomes(words) == {"gone", "quarantined"}


def test_only_what_is_wanted_is_asked_for_and_a_dry_run_keeps_nothing(
    tracker: Callable[..., Ran], site: Site
) -> None:
    ran = tracker("snapshot", "XAA/UNGA/80", "--dry-run")
    assert (ran.code, ran.out) == (
        0,
        f"1 source: 1 new; {UNCONFIRMED}\nnote: XAA, UNGA 80 (2025): new (xaa-80)\n",
    )
    assert "/79" not in [path for path, _ in site.asked]
    assert tracker("status", "--runs").out == "No run yet; write a watch list, then: tracker snapshot\n"
    unknown = tracker("snapshot", "XAA/HRC/52")
    assert unknown.code == 2
    assert "nothing in the watch list feeds XAA/HRC/52" in unknown.err


def test_a_second_run_ends_with_75_and_names_the_first(tracker: Callable[..., Ran], site: Site) -> None:
    site.held["/80"] = threading.Event()
    results: list[Ran] = []
    first = threading.Thread(target=lambda: results.append(tracker("snapshot")))
    first.start()
    while not any(path == "/80" for path, _ in site.asked):
        time.sleep(0.02)
    second = tracker("snapshot", "--summary", "second.json")
    site.held.pop("/80").set()
    first.join()
    assert second.code == 75
    assert re.search(r"is held by process \d+ on \S+ since \S+ \(tracker snapshot\)", second.err)
    assert results[0].code == 0


def test_the_heartbeat_fails_with_findings_only_where_that_is_asked(
    tracker: Callable[..., Ran], site: Site
) -> None:
    with listening() as listener:
        asked = {"TRACKER_HEARTBEAT": f"http://127.0.0.1:{listener.port}/beat"}
        assert tracker("snapshot", **asked).code == 0
        site.pages["/80"] = Page("", 500)
        assert tracker("snapshot", **asked).code == 1
        again = tracker("snapshot", **asked)
        assert again.code == 0, "the same failure is told once"
        assert again.out.endswith(f"; 1 as before, see: tracker status; {UNCONFIRMED}\n")
        site.say("/80", number=80)
        assert tracker("snapshot", "--heartbeat-on-findings", **asked).code == 0
        site.pages["/79"] = Page("", 500)
        assert tracker("snapshot", "--heartbeat-on-findings", **asked).code == 1
    assert [path for _, path, _ in listener.heard] == [*["/beat"] * 4, "/beat/fail"]


def test_trouble_is_told_too(tracker: Callable[..., Ran], site: Site, tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "watch.toml").write_text("[sources.x]\nnonsense = 1\n", encoding="utf-8")
    assert site
    with listening() as listener:
        ran = tracker(
            "snapshot",
            "--summary",
            "night.json",
            "--heartbeat",
            f"http://127.0.0.1:{listener.port}/beat",
        )
        assert [path for _, path, _ in listener.heard] == ["/beat/fail"]
    assert ran.code == 2
    told = json.loads((tmp_path / "night.json").read_text(encoding="utf-8"))
    assert told["exit_code"] == 2
    assert "nonsense" in told["error"]


def test_health_and_runs_say_what_a_night_came_to(tracker: Callable[..., Ran], site: Site) -> None:
    assert tracker("snapshot").code == 0
    well = tracker("status")
    assert (well.code, well.out.splitlines()[0].split(",")[0]) == (0, "0 concerns")
    site.pages["/80"] = Page("", 500)
    for _ in range(2):
        tracker("snapshot")
    ill = tracker("status", "--format", "json")
    assert ill.code == 1
    assert [concern["kind"] for concern in json.loads(ill.out)["concerns"]] == ["failing"]
    runs = json.loads(tracker("status", "--runs", "--format", "json").out)["runs"]
    assert [run["outcomes"] for run in runs] == [{"new": 2}] + [{"unchanged": 1, "unreachable": 1}] * 2
    one = tracker("status", "2", "--format", "csv").out.splitlines()
    assert len(one) == 3
    year = tracker("status", "--year", runs[0]["started"][:4], "--format", "markdown").out
    assert "| UNGA | 0 | 2 | 0 | 0 | 0 | 0 |" in year


def test_a_watch_list_that_was_edited_is_kept_with_each_run(
    tracker: Callable[..., Ran], site: Site, tmp_path: Path
) -> None:
    tracker("snapshot")
    watch(tmp_path / "snapshots", tables(site, 79), site.port)
    tracker("snapshot")
    runs = json.loads(tracker("status", "--runs", "--format", "json").out)["runs"]
    assert len({run["watch_list"] for run in runs}) == 2


def test_without_an_archive_or_a_watch_list_the_next_step_is_told(tracker: Callable[..., Ran]) -> None:
    told = "tracker: snapshots/watch.toml: there is no watch list; begin one with: tracker sources add\n"
    ran = tracker("snapshot")
    assert (ran.code, ran.err) == (2, told)
    tracker("init")
    assert tracker("snapshot") == ran


def test_an_archive_without_a_watch_list_has_its_status_too(
    archive: Callable[..., Ran], tmp_path: Path
) -> None:
    ran = archive("status")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("0 concerns, 0 sources, 2 notes, ")
    shown = " ".join(ran.out.split())
    assert "there is no watch list; begin one with: tracker sources add" in shown
    assert re.search(r"last run: 2 add, 20\S+Z, complete; all: tracker status --runs;", shown)
    told = json.loads(archive("status", "--format", "json").out)
    assert (told["notes"][0]["kind"], told["last_run"]["id"]) == ("unwatched", 2)
    # What came with a mirror waits for somebody; a list that nights were by is missed.
    (tmp_path / "snapshots" / "watch.received.toml").write_text("", encoding="utf-8")
    waits = archive("status")
    assert (waits.code, "tracker sources accept" in " ".join(waits.out.split())) == (1, True)


@pytest.mark.usefixtures("site")
def test_the_list_of_earlier_nights_is_missed(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    tracker("snapshot")
    (tmp_path / "snapshots" / "watch.toml").unlink()
    ran = tracker("status")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no watch list" in ran.err


def test_a_run_that_was_killed_is_no_longer_running(
    tmp_path: Path, site: Site, tracker: Callable[..., Ran]
) -> None:
    assert site.pages
    assert tracker("snapshot").code == 0
    with closing(sqlite3.connect(tmp_path / "snapshots" / "tracker.db")) as record, record:
        record.execute("UPDATE runs SET status = 'running', ended = NULL WHERE kind = 'snapshot'")
    assert (
        json.loads(tracker("status", "--runs", "--format", "json").out)["runs"][-1]["status"] == "interrupted"
    )
    health = tracker("status")
    assert (health.code, "ended without a word" in " ".join(health.out.split())) == (1, True)
