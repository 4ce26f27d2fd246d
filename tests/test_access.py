"""What is restricted or embargoed is in nothing public; an embargo ends by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.archives import query
from tests.here import runner
from tests.mirrors import check_sound, read_everything
from tests.nights import confirm_clock, make_archive, run_night, running_site, source
from tests.rights import add
from tracker.capture.web.pacing import Clock
from tracker.errors import WatchListInvalid
from tracker.keep.mirror import update_mirror
from tracker.keep.withdraw import change
from tracker.model.decisions import Coder
from tracker.model.rights import Ruled
from tracker.model.watching import Admission
from tracker.record.access.closed import Access, read_access, read_closed_sources
from tracker.record.schema.units import read_tables
from tracker.watch.review import decide_review
from tracker.watch.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.nights import Site
    from tests.running import Ran

OPENS = "2026-06-01"
EMBARGO = f'access = "embargoed"\nopen_from = {OPENS}'
CLOSED = "We will found Port Regis."


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        running.say("/79", "We are open.")
        running.say("/80", CLOSED, 80)
        yield running


@pytest.fixture
def folder(tmp_path: Path, site: Site) -> Path:
    watched = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    watched += source("xaa-80", "XAA/UNGA/80~prepared.en", site.url("/80"), EMBARGO)
    return make_archive(tmp_path / "snapshots", watched, site.port)


def read(folder: Path, day: str) -> Access:
    """Return what is closed once a night of that day had a clock that was confirmed."""
    confirm_clock(folder, day)
    with closing(sqlite3.connect(folder / "tracker.db")) as connection:
        return read_access(connection, read_tables(connection), folder / "watch.toml")


@pytest.mark.parametrize(
    ("said", "day", "closed"),
    [
        ('access = "open"', OPENS, False),
        ('access = "restricted"', OPENS, True),
        ('access = "embargoed"', "2099-01-01", True),
        (EMBARGO, "", True),
        (EMBARGO, "2026-05-31", True),
        (EMBARGO, OPENS, False),
        (EMBARGO, "2030-01-01", False),
        (f'access = "embargoed"\nopen_from = "{OPENS}"', OPENS, False),
        (f'access = "restricted"\nopen_from = "{OPENS}"', OPENS, True),
        ('access = "resticted"', OPENS, True),
    ],
)
def test_a_source_is_closed_until_its_embargo_ends(said: str, day: str, closed: bool) -> None:
    found = read_closed_sources(f'[sources.one]\nreference = "XAA/UNGA/79"\n{said}\n', day)
    assert found == (frozenset({"one"}) if closed else frozenset())


def test_an_embargo_ends_by_itself_with_the_next_update(folder: Path, site: Site) -> None:
    mirror = folder / "mirror.git"
    update_mirror(folder)
    run_night(folder, "2026-03-01")
    assert CLOSED in read_everything(mirror, "main")
    assert CLOSED not in read_everything(mirror, "public")
    confirm_clock(folder, "2026-05-31")
    assert CLOSED not in read_everything(mirror, "public")
    confirm_clock(folder, OPENS)
    assert CLOSED in read_everything(mirror, "public")
    assert site.url("/80") in read_everything(mirror, "public")
    check_sound(mirror)


@pytest.mark.parametrize(
    "command",
    [
        ("export", "warc", "out.warc"),
        ("export", "bag", "out"),
        ("export", "corpus", "out.csv"),
        ("export", "sentences", "out.jsonl"),
    ],
)
def test_what_is_embargoed_leaves_in_no_export_before_its_day(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
) -> None:
    run_night(folder, "2026-03-01")
    tracker: Callable[..., Ran] = runner(folder.parent, monkeypatch, capsys)
    confirm_clock(folder, "2026-05-31")
    ran = tracker(*command)
    assert (ran.code, ran.err) == (0, "")
    assert CLOSED not in read_all(folder.parent / command[-1])
    confirm_clock(folder, OPENS)
    *words, name = command
    assert tracker(*words, f"later-{name}").code == 0
    assert CLOSED in read_all(folder.parent / f"later-{name}")


def read_all(path: Path) -> str:
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return "".join(each.read_text(encoding="utf-8", errors="replace") for each in files)


def test_a_source_that_left_the_list_stays_as_closed_as_it_was(folder: Path) -> None:
    run_night(folder, "2026-03-01")
    (folder / "watch.toml").write_text("", encoding="utf-8")
    assert read(folder, "2026-05-31").sources == {"xaa-80"}
    assert read(folder, OPENS).sources == frozenset()


@pytest.mark.parametrize("broken", [b"[sources.xaa-80\n", b"\xff\xfe"])
def test_a_list_that_cannot_be_read_opens_nothing(folder: Path, broken: bytes) -> None:
    run_night(folder, "2026-03-01")
    update_mirror(folder)
    before = read_everything(folder / "mirror.git", "public")
    (folder / "watch.toml").write_bytes(broken)
    with pytest.raises(
        WatchListInvalid, match=r"what it closes to the public is unknown .* \(everything is recorded"
    ):
        add(folder, "XAA/UNGA/81~prepared.en", "We are here.")
    assert query(folder, "SELECT count(*) FROM snapshots") == [(3,)]
    with pytest.raises(WatchListInvalid, match="what it closes to the public is unknown"):
        update_mirror(folder)
    assert read_everything(folder / "mirror.git", "public") == before


def test_what_a_person_accepted_from_a_closed_source_is_closed(folder: Path) -> None:
    def refuse(_arrival: object, _history: object) -> Admission:
        return Admission(accepted=False, cause="collapsed")

    clock = Clock(lambda: datetime(2026, 3, 1, tzinfo=UTC), lambda: 0.0, lambda _seconds: None)
    snapshot(folder, ["xaa-80"], refuse, clock=clock)
    assert len(read(folder, "2026-05-31").documents) == 1
    decide_review(folder, 1, "accept", Coder("Ana", "2026-03-02T00:00:00Z", "it is the statement"))
    closed = read(folder, "2026-05-31")
    assert (len(closed.snapshots), len(closed.statements), len(closed.documents)) == (1, 1, 1)
    assert read(folder, OPENS).is_open


def test_what_is_withdrawn_is_closed_whatever_its_source(folder: Path) -> None:
    run_night(folder, "2026-03-01")
    ruled = Ruled("an error", "its author", "2026-03-02T00:00:00Z")
    change(folder, "withdraw", "XAA/UNGA/79", ruled)
    closed = read(folder, OPENS)
    ids = query(folder, "SELECT snapshots.id, statement, document FROM snapshots JOIN editions"
                " ON editions.id = edition JOIN statements ON statements.id = statement"
                " WHERE session = '79'")  # fmt: skip
    assert ids == [(*closed.snapshots, *closed.statements, *closed.documents)]
    change(folder, "destroy", "XAA/UNGA/79", ruled)
    assert read(folder, OPENS).documents == frozenset()
    assert read(folder, OPENS).snapshots == closed.snapshots
