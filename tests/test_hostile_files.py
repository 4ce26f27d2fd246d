"""Files that no reader survives, given to each command that reads files: it says so, and goes on.

The bounds are made narrow, so that nobody has to wait for a minute at each.
"""

from __future__ import annotations

import json
import os
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Final

import pypdfium2
import pytest

from tests import warcs
from tests.archives import OBSERVED, count_record, declare, infer, query, version_of
from tests.forking import run_command
from tests.hostile import DEADLY, ENDLESS
from tests.nights import Page, make_archive, source, write_speech
from tests.repositories import Made, make_repository
from tests.running import Ran
from tests.thorough import long, some
from tracker.archive import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.nights import Site

HOSTILE: Final[dict[str, Callable[[], bytes]]] = {
    **{name: cache(make) for name, make in ENDLESS.items()},
    **{name: partial(bytes, data) for name, data in DEADLY.items()},
}
SHORT: Final = tuple(HOSTILE)[::4]
"""One that takes too long, and one that takes too much."""
NARROW: Final = "from tests.narrow import narrow_limits\nnarrow_limits()"
STOPPED: Final = ("reading it takes over 0 s of a processor", "over 0.75 GB of memory")


def run_narrow(folder: Path, *arguments: str) -> Ran:
    """Run a command whose readers are ended early."""
    done = run_command(folder, arguments, b"", {**os.environ, "COLUMNS": "400"}, first=NARROW)
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in ran.err, ran.err
    return ran


def is_told(said: str) -> bool:
    return any(each in " ".join(said.split()) for each in STOPPED)


@pytest.fixture
def tracker(tmp_path: Path) -> Callable[..., Ran]:
    """Run a command beside an empty archive, a good file and a hostile one of each kind."""
    assert run_narrow(tmp_path, "init").code == 0
    (tmp_path / "good.txt").write_text(write_speech(), encoding="utf-8")
    for number, make in enumerate(HOSTILE.values()):
        (tmp_path / f"{number}.bad").write_bytes(make())
    return lambda *arguments: run_narrow(tmp_path, *arguments)


@pytest.mark.parametrize(
    ("words", "number"),
    some(
        2,
        [
            *((("show",), number) for number in range(len(HOSTILE))),
            (("show", "--raw"), 0),
            (("diff", "good.txt"), 0),
            (("diff", "good.txt"), len(HOSTILE) - 1),
        ],
    ),
)
def test_a_file_to_look_at_is_refused_on_one_line(
    words: tuple[str, ...], number: int, tracker: Callable[..., Ran]
) -> None:
    ran = tracker(*words, f"{number}.bad")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"tracker: {number}.bad: ")
    assert is_told(ran.err)
    assert "save it as plain text" in ran.err


@long
def test_nothing_is_added_where_one_of_the_files_is_hostile(
    tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    for number in (0, len(HOSTILE) - 1):
        ran = tracker("add", "good.txt", f"{number}.bad", "--as", "XAA/UNGA/79")
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert is_told(ran.err)
    assert count_record(tmp_path / "snapshots")["snapshots"] == 0
    assert tracker("add", "good.txt", "--as", "XAA/UNGA/79").code == 0


def test_a_folder_is_imported_but_for_its_hostile_files(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, make in enumerate(HOSTILE.values()):
        (folder / f"{2 * number + 2}.x").write_bytes(make())
        speech = write_speech(number=number)
        page = "".join(f"<p>{part}</p>" for part in speech.split("\n\n"))
        (folder / f"{2 * number + 1}.x").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
        (folder / f"{2 * number + 21}.x").write_text(speech, encoding="utf-8")
    ran = tracker("import", "folder", "--body", "UNGA", "--country", "XAA", "--pattern", "{session}.x")
    assert ran.code == 1, ran
    head, *lines = ran.out.splitlines()
    skipped = [line for line in lines if line.startswith("  skipped ")]
    assert head == "15 files: 10 new, 0 changed, 0 unchanged, 5 skipped", skipped
    assert sorted(line.split()[1] for line in skipped) == ["10.x:", "2.x:", "4.x:", "6.x:", "8.x:"]
    assert all(map(is_told, skipped))
    assert count_record(tmp_path / "snapshots")["snapshots"] == 10


@pytest.mark.parametrize("name", some(1, SHORT))
@long
def test_a_history_is_imported_but_for_its_hostile_revision(
    name: str, tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    commits = [
        Made("first", {"speech": write_speech("One.")}),
        Made("second", {"speech": HOSTILE[name]()}),
        Made("third", {"speech": write_speech("Three.")}),
    ]
    make_repository(tmp_path / "repo", commits)
    ran = tracker("import", "repo", "--path", "speech", "--as", "XAA/UNGA/79")
    assert ran.code == 1, ran
    assert is_told(ran.out)
    assert len(query(tmp_path / "snapshots", "SELECT 1 FROM snapshots")) == 2


@pytest.mark.parametrize("name", some(1, SHORT))
@long
def test_a_web_archive_is_imported_but_for_its_hostile_capture(
    name: str, tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    bodies: tuple[str | bytes, ...] = (write_speech("One."), HOSTILE[name](), write_speech("Three."))
    records = [warcs.Made(body, date=f"2024-09-2{day}T10:00:00Z") for day, body in enumerate(bodies)]
    warcs.write_warc(tmp_path / "a.warc.gz", records)
    ran = tracker("import", "a.warc.gz", "--as", "XAA/UNGA/79", "--unjudged")
    assert ran.code == 1, ran
    assert is_told(ran.out)
    assert len(query(tmp_path / "snapshots", "SELECT 1 FROM snapshots")) == 2


@pytest.mark.parametrize("name", some(1, SHORT))
def test_what_was_kept_before_is_unverifiable_and_no_fault(
    name: str, tracker: Callable[..., Ran], tmp_path: Path
) -> None:
    version = replace(
        version_of("We agree.", extractor=f"pypdfium2 {pypdfium2.PYPDFIUM_INFO.tag}"),
        media_type="application/pdf",
    )
    with closing(open_store(tmp_path / "snapshots", "add")) as store:
        said = infer(declare("XAA/UNGA/78"))
        store.record(said, HOSTILE[name](), version, OBSERVED, raw="We agree.", source="a.pdf")
    assert tracker("add", "good.txt", "--as", "XAA/UNGA/79").code == 0
    ran = tracker("verify")
    assert ran.code == 0, ran
    assert is_told(ran.out)
    assert "unverifiable" in ran.out
    ran = tracker("reextract")
    assert ran.code == 0, ran
    assert "2 snapshots: 1 same (as before), 1 unverifiable (kept as it was)" in ran.out
    assert is_told(ran.out)
    assert query(tmp_path / "snapshots", "SELECT text FROM versions")[0] == ("We agree.",)


@long
def test_a_night_keeps_what_is_sound_and_puts_the_hostile_off(tmp_path: Path, site: Site) -> None:
    site.say("/79")
    tables = source("xaa-79", "XAA/UNGA/79~prepared.en", site.url("/79"))
    for number, make in enumerate(HOSTILE.values(), start=1):
        site.pages[f"/{number}x"] = Page(make())
        tables += source(f"h{number}", f"XAA/HRC/{number}~prepared.en", site.url(f"/{number}x"))
    attributes = b"".join(b"a%d=1 " % number for number in range(200_000))
    site.pages["/list"] = Page(b"<html><body><a href='/79'>79</a><p " + attributes + b">")
    tables += f'[sources.list]\nkind = "index"\nurl = "{site.url("/list")}"\nlinks = "."\n'
    make_archive(tmp_path / "snapshots", tables, site.port)
    ran = run_narrow(tmp_path, "snapshot", "--summary", "night.json")
    assert ran.code == 1, ran
    checks = {
        each["source"]: each for each in json.loads((tmp_path / "night.json").read_text("utf-8"))["checks"]
    }
    assert checks.pop("xaa-79")["outcome"] == "new"
    index = checks.pop("list")
    assert (index["outcome"], index["cause"]) == ("unreachable", "no index")
    assert is_told(index["detail"])
    assert {each["outcome"] for each in checks.values()} == {"quarantined"}
    assert all(is_told(each["detail"]) for each in checks.values())
    assert count_record(tmp_path / "snapshots")["snapshots"] == 1
