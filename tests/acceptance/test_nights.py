"""Three hundred nights over forty sources, by the command: each event is told once, and nothing else is.

Every source is asked every night, so that each event has its night; ``test_quiet_nights`` lets sources rest.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from statistics import mean
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.night_events import CUT, EVENTS, FUTURE, MISSED, NIGHTS, REFUSED
from tests.acceptance.night_world import COUNTRIES, FIRST, INDEXES, LAST, PLAIN, QUIET, build, measure
from tests.mirrors import read_tables
from tests.nights import make_archive, run_night, running_site, source
from tracker.capture.admit.admission import admit
from tracker.capture.web.pacing import Clock
from tracker.keep.mirror import update_mirror
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.night_world import World
    from tracker.model.ledger import Check

FAILURES = {"unreachable", "gone", "quarantined"}
EMBARGOED = 150
"""The night from which an embargo is over."""

VERIFIED = 50
"""The nights after which the record and its copies are verified."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_site() as site:
        made = build(tmp_path_factory.mktemp("nights"), site)
        assert made.run("mirror", "update").code == 0
        for night in range(NIGHTS + 1):
            made.night = night
            live(made)
        yield made


def live(world: World) -> None:
    """Let one night and its morning pass."""
    world.hum()
    for event in EVENTS:
        if event.night == world.night:
            event.act(world)
    if world.night == CUT:
        interrupt(world)
    elif world.night == FUTURE:
        world.snapshot(at=world.instant(days=365))
    elif world.night in {FUTURE + 1, REFUSED}:
        refuse(world)
        world.snapshot("--clock-is-right" if world.night == FUTURE + 1 else "--quiet")
    elif world.night not in MISSED:
        world.snapshot()
    world.wake()
    world.sizes[world.night] = measure(world.archive)
    if world.night % VERIFIED == VERIFIED - 1:
        check(world)


def interrupt(world: World) -> None:
    """Interrupt the run when the first change is safe."""
    clock = Clock(lambda: world.day, lambda: 0.0, lambda _seconds: None)

    def stop(check: Check, _done: int, _total: int) -> None:
        if check.source == "cut":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        snapshot(world.archive, ("cut",), admit, clock=clock, progress=stop)


def refuse(world: World) -> None:
    """See that a run whose clock is behind is refused and writes nothing."""
    before = (world.archive / "tracker.db").read_bytes()
    ran = world.run("snapshot", at=world.instant(days=-2))
    assert (ran.code, "--clock-is-right" in ran.err) == (2, True), ran.err
    assert (world.archive / "tracker.db").read_bytes() == before


def check(world: World) -> None:
    """Verify the archive, and push both copies."""
    for arguments in (
        ("verify",),
        ("mirror", "push", str(world.folder / "public.git")),
        ("mirror", "push", str(world.folder / "private.git"), "--private"),
    ):
        ran = world.run(*arguments)
        assert ran.code == 0, ran.out + ran.err


def test_the_first_night_tells_each_statement(world: World) -> None:
    first = {each for each in world.told if each[0] == 0}
    links = {world.link(index, session) for index in INDEXES for session in range(FIRST, LAST)}
    assert first == {(0, "new", "note", who) for who in (*PLAIN, *QUIET, *links)}
    assert len((*PLAIN, *QUIET, *INDEXES)) == 40
    assert len(COUNTRIES) > len((*PLAIN, *QUIET))


def test_every_event_is_told_once_in_its_night_and_nothing_else_is(world: World) -> None:
    told = Counter(each for each in world.told if each[0] > 0)
    expected = Counter(
        (event.night + after, kind, severity, event.who)
        for event in EVENTS
        for after, kind, severity in event.told
    )
    show(world)
    assert sorted((told - expected).elements()) == []
    assert sorted((expected - told).elements()) == []


def show(world: World) -> None:
    """Print each event with what was told of it."""
    for event in EVENTS:
        print(f"{event.night:>3}  {event.who:<12} {event.what}")
        for after, kind, severity in event.told:
            number = event.night + after
            print(
                f"       {number:>3} {severity}: {kind}: {world.details.get((number, event.who), 'not told')}"
            )


def test_health_has_each_concern_as_long_as_it_lasts_and_no_other(world: World) -> None:
    expected: dict[int, set[tuple[str, str, str]]] = {night: set() for night in world.mornings}
    for event in EVENTS:
        for first, end, kind, severity in event.health:
            for night in range(event.night + first, min(event.night + end, NIGHTS + 1)):
                expected[night].add((kind, event.who, severity))
    # One host confirms no clock, so that what was embargoed until then is opened by hand alone.
    for night in range(EMBARGOED, NIGHTS + 1):
        expected.get(night, set()).add(("embargo", "embargoed", "note"))
    wrong = {
        night: (sorted(found - expected[night]), sorted(expected[night] - found))
        for night, found in world.mornings.items()
        if found != expected[night]
    }
    assert wrong == {}


def test_a_night_ends_with_1_only_where_a_failure_is_news(world: World) -> None:
    failed = {night for night, kind, _, _ in world.told if kind in FAILURES}
    assert {night for night, code in world.codes.items() if code} == failed


def test_the_changes_are_told_with_their_size(world: World) -> None:
    assert "-4" in world.details[35, "shrunk"]
    assert "changes every night" in world.details[153, "flips"]
    assert "the text of AUT/UNGA/79~prepared.en@1 again" in world.details[100, "restored"]


def test_a_rebuilt_archive_is_the_same(world: World) -> None:
    check(world)
    ran = world.run("rebuild", str(world.folder / "private.git"), "--archive", "again", "--accept-watch-list")
    assert ran.code == 0, ran.err
    assert read_tables(world.folder / "again") == read_tables(world.archive)


def test_a_quiet_night_writes_next_to_nothing_however_late(world: World) -> None:
    busy = {event.night + after for event in EVENTS for after in range(2)} | set(MISSED)
    busy |= {night for night, *_ in world.told}
    quiet = [night for night in world.sizes if night > 1 and not busy & {night, night - 1}]
    thirds = [[night for night in quiet if low < night <= low + 100] for low in (0, 100, 200)]
    means = [
        [mean(world.sizes[night][part] - world.sizes[night - 1][part] for night in third) for third in thirds]
        for part in (0, 1)
    ]
    record, mirror = means
    print(f"{len(quiet)} quiet nights, bytes in each third: record {record}, mirror {mirror}")
    ends = [world.sizes[night] for night in (0, 100, 200, NIGHTS)]
    print(f"bytes after nights 0, 100, 200 and {NIGHTS}, record and mirror: {ends}")
    for part in (0, 1):
        grown = [after[part] - before[part] for before, after in pairwise(ends)]
        assert max(grown) < 1.5 * min(grown)
    assert max(record) < 1.5 * min(record)
    assert max(record) < 25_000
    assert max(map(abs, mirror)) < 10_000


def test_a_night_without_news_of_33_sources_writes_a_few_kilobytes(tmp_path: Path) -> None:
    """With all headers of every check it was 52.6 KB of record and 3.1 KB of mirror."""
    headers = {f"X_Header_{number}": f"a value of some length, {number}" for number in range(12)}
    with running_site() as site:
        tables = ""
        for number in range(33):
            tag = {"ETag": f'"{number}"'} if number % 3 else {}
            site.say(f"/{number}", number=number, **headers, **tag)
            tables += source(f"s{number}", f"GBR/UNGA/{number + 20}~prepared.en", site.url(f"/{number}"))
        folder = make_archive(tmp_path / "snapshots", tables, site.port)
        update_mirror(folder)
        sizes = []
        for day in range(1, 29):
            run_night(folder, f"2026-03-{day:02d}")
            sizes.append(measure(folder))
    record, mirror = ((last - first) / 26 for first, last in zip(sizes[1], sizes[-1], strict=True))
    print(f"33 sources without news, bytes a night: record {record:,.0f}, mirror {mirror:,.0f}")
    assert (record < 4_000, mirror < 3_000) == (True, True)
