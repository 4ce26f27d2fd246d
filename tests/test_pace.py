from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

import pytest

from tests.clocks import Warp
from tracker.capture.web.pacing import Pace, Schedule, backoff, read_retry_after
from tracker.model.watching import Source

NOW = datetime(2024, 5, 20, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("Mon, 20 May 2024 10:01:00 GMT", 60.0),
        ("Mon, 20 May 2024 09:00:00 GMT", 0.0),
        ("Monday, 20-May-24 10:00:30 GMT", 30.0),
        ("Mon, 20 May 2024 10:01:00", None),
        ("9" * 400, 999999999.0),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, NOW) == seconds


def test_backoff_doubles_within_its_jitter_and_is_always_the_same() -> None:
    for attempt in range(4):
        waits = {backoff(attempt, f"source {number}") for number in range(50)}
        assert len(waits) == 50
        assert all(0.5 * 2**attempt <= wait <= 1.5 * 2**attempt for wait in waits)
        assert backoff(attempt, "source 1") == backoff(attempt, "source 1")


def test_turns_of_a_host_are_apart_and_hosts_do_not_wait_for_each_other() -> None:
    warp = Warp()
    pace = Pace(warp.clock())
    for host in ("a", "b", "a", "b", "a"):
        pace.wait_turn(host, 2.0)
    # While a is waited for, b becomes free: two waits of two seconds, and not three.
    assert round(sum(warp.waits)) == 4


def test_a_host_that_asked_to_be_left_alone_is() -> None:
    warp = Warp()
    pace = Pace(warp.clock())
    pace.hold("a", 30)
    pace.hold("a", 10)
    pace.wait_turn("a", 0)
    assert round(sum(warp.waits)) == 30


def test_a_host_that_failed_three_sources_in_a_row_is_asked_once_for_each_until_it_answers() -> None:
    pace = Pace(Warp().clock())
    many = pace.attempts("a")
    assert many > 1
    for failed in (1, 2, 3):
        pace.note("a", answered=False)
        assert pace.attempts("a") == (1 if failed == 3 else many)
    pace.note("b", answered=False)
    assert pace.attempts("b") == many
    pace.note("a", answered=True)
    assert pace.attempts("a") == many


def _hosts(source: Source) -> str:
    return source.address


def test_the_host_that_is_free_soonest_comes_next() -> None:
    sources = [Source(str(number), host) for number, host in enumerate("aaabbc")]
    free = {"a": 5.0, "b": 1.0, "c": 3.0}
    schedule = Schedule(sources, _hosts, lambda host: free[host], lambda _source: True)
    assert [source.address for source in schedule.take()] == ["b", "b", "c", "a", "a", "a"]


def test_no_two_threads_ask_one_host() -> None:
    sources = [Source(str(number), host) for number, host in enumerate("abcde" * 40)]
    schedule = Schedule(sources, _hosts, lambda _host: 0.0, lambda _source: True)
    busy: set[str] = set()
    done: list[str] = []
    clashes: list[str] = []

    def work() -> None:
        for source in schedule.take():
            if source.address in busy:
                clashes.append(source.address)
            busy.add(source.address)
            done.append(source.id)
            busy.discard(source.address)

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not clashes
    assert sorted(done) == sorted(source.id for source in sources)


def test_a_stopped_schedule_gives_out_no_more() -> None:
    schedule = Schedule([Source("1", "a"), Source("2", "a")], _hosts, lambda _host: 0.0, lambda _source: True)
    taken = schedule.take()
    next(taken)
    schedule.stop()
    assert next(taken, None) is None
