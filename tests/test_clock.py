"""A wrong clock brings no disorder into the record, and nights that were missed are told."""

from __future__ import annotations

import operator
import re
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.nights import (
    DAYS,
    accept_all,
    make_watched,
    outcomes,
    run_night,
    write_speech,
)
from tracker.capture.web.pacing import Clock
from tracker.errors import ClockWrong
from tracker.exchange.warc_export import export_warc
from tracker.watch.health import assess_health
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran
    from tracker.model.health import Concern


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    return make_watched(tmp_path / "snapshots", site)


def health(folder: Path, day: str) -> tuple[Concern, ...]:
    return assess_health(folder, f"{day}T08:00:00Z", 3).concerns


def test_nights_that_were_missed_are_told_for_a_week_after(folder: Path) -> None:
    for day in (DAYS[0], DAYS[1], DAYS[5], DAYS[6], DAYS[11]):
        run_night(folder, day)
    missed = [each for each in health(folder, DAYS[11]) if each.kind == "night missed"]
    assert [(str(each.since)[:10], each.detail) for each in missed] == [
        (DAYS[1], f"96 hours without a complete run, until {DAYS[5]}T02:30:00Z"),
        (DAYS[6], f"120 hours without a complete run, until {DAYS[11]}T02:30:00Z"),
    ]
    assert [each.since for each in health(folder, DAYS[12])] == [f"{DAYS[6]}T02:30:00Z"]


def test_a_run_before_the_last_one_is_refused_and_writes_nothing(folder: Path) -> None:
    run_night(folder, DAYS[5])
    before = (folder / "tracker.db").read_bytes()
    with pytest.raises(ClockWrong) as caught:
        run_night(folder, DAYS[0])
    assert str(caught.value) == (
        f"the clock of this machine says {DAYS[0]}T02:30:00Z, before the end of the last run,"
        f" {DAYS[5]}T02:30:00Z: set the clock; if it is right and was wrong then:"
        " tracker snapshot --clock-is-right"
    )
    assert (folder / "tracker.db").read_bytes() == before
    assert outcomes(run_night(folder, DAYS[0], dry_run=True)) == {"xaa-79": "unchanged"}
    assert outcomes(run_night(folder, DAYS[6])) == {"xaa-79": "unchanged"}


def test_after_a_run_in_the_future_one_goes_on_by_saying_that_the_clock_is_right(folder: Path) -> None:
    run_night(folder, DAYS[0])
    run_night(folder, "2036-01-01")
    (concern,) = (each for each in health(folder, DAYS[1]) if each.kind == "clock")
    assert (concern.subject, concern.since) == ("the archive", "2036-01-01T02:30:00Z")
    with pytest.raises(ClockWrong):
        run_night(folder, DAYS[1])
    run_night(folder, DAYS[1], clock_is_right=True)
    run_night(folder, DAYS[2])
    assert health(folder, DAYS[2]) == ()
    assert [each.kind for each in health(folder, DAYS[4])] == ["night missed"]


def test_a_run_in_the_future_is_not_taken_for_the_last_download_nor_for_the_last_check(
    folder: Path, site: Site
) -> None:
    site.say("/79", ETag='"1"')
    nights = ((DAYS[0], None), ("2036-01-01", None), (DAYS[1], None), (DAYS[2], '"1"'), (DAYS[3], '"1"'))
    for day, tag in nights:
        site.asked.clear()
        run_night(folder, day, clock_is_right=True)
        assert ("/79", tag) in site.asked
    (state,) = assess_health(folder, f"{DAYS[3]}T08:00:00Z", 3).sources
    assert state.succeeded == f"{DAYS[3]}T02:30:00Z"


def test_a_clock_that_is_set_back_by_minutes_waits(folder: Path, site: Site) -> None:
    """Also in the middle of a run: what was observed later is never dated earlier."""
    run_night(folder, DAYS[0])
    site.say("/79", "We add a sentence.")
    first = datetime.fromisoformat(f"{DAYS[0]}T02:30:00+00:00")
    said = iter(timedelta(minutes=each) for each in (-5, -5, 20))
    clock = Clock(lambda: first + next(said, timedelta(days=-400)), lambda: 0.0, lambda _seconds: None)
    night = snapshot(folder, (), accept_all, clock=clock)
    assert night.run.started == f"{DAYS[0]}T02:50:00Z"
    rows = query(folder, "SELECT observed FROM outcomes UNION ALL SELECT ended FROM runs ORDER BY 1")
    assert [instant for (instant,) in rows] == [f"{DAYS[0]}T02:30:00Z"] * 2 + [f"{DAYS[0]}T02:50:00Z"] * 2


def test_nights_on_a_clock_that_was_set_back_have_instants_and_records_of_their_own(folder: Path) -> None:
    last = datetime.fromisoformat(f"{DAYS[0]}T02:30:00+00:00")
    run_night(folder, DAYS[0])
    for minutes in (15, 14):
        now = partial(operator.sub, last, timedelta(minutes=minutes))
        snapshot(folder, (), accept_all, clock=Clock(now, lambda: 0.0, lambda _seconds: None))
    seen = [at for (at,) in query(folder, "SELECT observed FROM outcomes UNION SELECT observed FROM repeats")]
    assert len(seen) == 3
    export_warc(folder, folder.parent / "out.warc", (), private=True)
    written = (folder.parent / "out.warc").read_bytes()
    ids = re.findall(rb"^WARC-Record-ID: (\S+)", written, re.MULTILINE)
    assert len(ids) == len(set(ids))


def test_checks_by_a_clock_that_was_wrong_are_marked_and_make_no_gap(
    folder: Path, tracker: Callable[..., Ran]
) -> None:
    run_night(folder, DAYS[0])
    run_night(folder, "2096-01-01")
    own = folder.parent / "own.txt"
    own.write_text(write_speech(number=5), encoding="utf-8")
    warned = tracker("add", "own.txt", "--as", "XAA/UNGA/70~prepared.en")
    assert (warned.code, warned.err.count("before the last run of tracker snapshot, 2096-01-01")) == (0, 1)
    assert tracker("snapshot", "--clock-is-right").code == 0
    shown = " ".join(tracker("log", "XAA/UNGA/79").out.split())
    assert re.search(r"checked 3 times until 20\d\d-", shown)
    assert "2096" not in shown
    assert shown.endswith(" days, 1 of them by a clock that was wrong")
    assert tracker("add", "own.txt", "--as", "XAA/UNGA/70~prepared.en").err == ""


def test_at_the_command_line_the_clock_is_told_on_one_line_and_the_answer_is_recorded(
    tracker: Callable[..., Ran], folder: Path
) -> None:
    run_night(folder, "2096-01-01")
    refused = tracker("snapshot")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("tracker: the clock of this machine says 20")
    assert refused.err.count("\n") == 1
    concerned = tracker("status")
    assert concerned.code == 1
    assert "clock" in concerned.out
    assert tracker("snapshot", "--clock-is-right").code == 0
    assert query(folder, "SELECT command FROM runs ORDER BY id DESC LIMIT 1") == [
        ("tracker snapshot --clock-is-right",)
    ]
    assert tracker("snapshot").code == 0
    assert tracker("status").code == 0
