"""Runs that are killed, starved of disk, kept from the record, or begun twice: real processes and mounts.

Whatever happens, no snapshot that a run told of is lost or there twice, the record is sound, and the next
run completes.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.nights import make_archive, running_site, source, watch
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.nights import Site

TRACKER = (sys.executable, "-m", "tracker")
KILLED = (sys.executable, str(Path(__file__).with_name("killed.py")))
SOURCES = 50
INSTANTS = int(os.environ.get("TRACKER_KILLS", "200"))
ACKNOWLEDGED = re.compile(r"^\S+ (new|changed) (XAA/UNGA/\d+~prepared\.en)@(\d+) ", re.MULTILINE)

DOUBLED = "SELECT edition, document FROM snapshots GROUP BY edition, document HAVING count(*) > 1"
GAPS = "SELECT edition FROM snapshots GROUP BY edition HAVING max(ordinal) <> count(*) OR min(ordinal) <> 1"
WITHOUT_OUTCOME = """
SELECT id FROM snapshots WHERE 1 <> (
    SELECT count(*) FROM outcomes
    WHERE snapshot = snapshots.id AND outcome IN ('new', 'changed') AND outcomes.run = snapshots.run
)
"""
HALF = """
SELECT id FROM snapshots
WHERE id NOT IN (SELECT snapshot FROM versions JOIN segments ON version = versions.id)
"""
WITHOUT_EVIDENCE = "SELECT id FROM outcomes WHERE id NOT IN (SELECT outcome FROM exchanges)"
KEPT = """
SELECT 'XAA/UNGA/' || session || '~' || kind || '.' || language, ordinal FROM snapshots
JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


def make(folder: Path, site: Site, number: int) -> Path:
    watched = "".join(
        source(f"xaa-{each}", f"XAA/UNGA/{each}~prepared.en", site.url(f"/{each}"))
        for each in range(1, number + 1)
    )
    if folder.exists():
        watch(folder, watched, site.port)
        return folder
    return make_archive(folder, watched, site.port)


def publish(site: Site, number: int, generation: int) -> None:
    """Change every page."""
    for each in range(1, number + 1):
        site.say(f"/{each}", f"We said this in generation {generation} of source {each}.", each)


def command(folder: Path, *program: str) -> list[str]:
    return [*(program or TRACKER), "--archive", str(folder), "snapshot"]


def run(folder: Path, *program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, *program), capture_output=True, text=True, check=False, cwd=ROOT, timeout=120
    )


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def acknowledged(told: str) -> set[tuple[str, int]]:
    """Return the snapshots that a run told of; a line that was cut short by the kill counts for nothing."""
    whole = told[: told.rfind("\n") + 1]
    return {(reference, int(ordinal)) for _, reference, ordinal in ACKNOWLEDGED.findall(whole)}


def check_sound(folder: Path, told: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Assert that the record is sound and holds all that was told, each once; return what it holds."""
    with closing(sqlite3.connect(folder / "tracker.db")) as record:
        assert record.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert record.execute("PRAGMA foreign_key_check").fetchall() == []
        record.execute("INSERT INTO segments_fts (segments_fts, rank) VALUES ('integrity-check', 1)")
        record.rollback()
        for broken in (DOUBLED, GAPS, WITHOUT_OUTCOME, HALF, WITHOUT_EVIDENCE):
            assert record.execute(broken).fetchall() == [], broken
        kept = record.execute(KEPT).fetchall()
    assert len(kept) == len(set(kept))
    assert told <= set(kept), f"lost: {told - set(kept)}"
    return set(kept)


def complete(folder: Path, number: int) -> set[tuple[str, int]]:
    """Assert that a run completes, and that the record then holds what is published."""
    ran = run(folder)
    assert ran.returncode == 0, ran.stderr
    kept = check_sound(folder, acknowledged(ran.stderr))
    with closing(sqlite3.connect(folder / "tracker.db")) as record:
        running = record.execute("SELECT count(*) FROM runs WHERE status = 'running'").fetchone()[0]
        last = record.execute("SELECT status FROM runs ORDER BY id DESC LIMIT 1").fetchone()[0]
        current = record.execute("SELECT count(*) FROM latest").fetchone()[0]
    assert (running, last, current) == (0, "complete", number)
    assert not (folder / "lock").exists()
    return kept


STEPS = [
    ("tracker.record.lock:_name_holder", 1),
    ("BEGIN IMMEDIATE", 1),
    ("INSERT OR IGNORE INTO watch_lists", 1),
    ('INSERT INTO "runs"', 1),
    ("COMMIT", 1),
    ("tracker.watch.snapshot:fetch_all", 1),
    ("tracker.exchange.add:read_arrival", 2),
    ("BEGIN IMMEDIATE", 2),
    ('INSERT INTO "statements"', 2),
    ('INSERT INTO "editions"', 2),
    ("INSERT INTO documents", 2),
    ('INSERT INTO "snapshots"', 2),
    ('INSERT INTO "versions"', 2),
    ("INSERT INTO segment_offsets", 2),
    ("INSERT INTO segments_fts", 2),
    ("RELEASE batch", 2),
    ('INSERT INTO "outcomes"', 2),
    ('INSERT INTO "exchanges"', 2),
    ("COMMIT", 3),
    ("COMMIT", 6),
    ("UPDATE runs SET status", 1),
    ("PRAGMA wal_checkpoint", 1),
    ("tracker.record.storing.writing:closing", 1),
]


@pytest.mark.parametrize(("step", "number"), STEPS)
def test_a_run_killed_at_a_step_loses_nothing_it_told_of(
    tmp_path: Path, site: Site, step: str, number: int
) -> None:
    folder = make(tmp_path / "snapshots", site, 5)
    publish(site, 5, 1)
    killed = run(folder, *KILLED, step, str(number))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    check_sound(folder, acknowledged(killed.stderr))
    assert len(complete(folder, 5)) == 5


def test_a_run_killed_while_a_server_keeps_it_waiting_loses_nothing(tmp_path: Path, site: Site) -> None:
    folder = make(tmp_path / "snapshots", site, 5)
    publish(site, 5, 1)
    site.held["/5"] = threading.Event()
    process = start(folder)
    told = "".join(process.stderr.readline() for _ in range(4)) if process.stderr else ""
    process.kill()
    told += process.communicate()[0] or ""
    site.held.pop("/5").set()
    assert len(acknowledged(told)) == 4
    assert len(check_sound(folder, acknowledged(told))) == 4
    assert len(complete(folder, 5)) == 5


def test_runs_killed_at_random_instants_lose_nothing_they_told_of(tmp_path: Path, site: Site) -> None:
    folder = make(tmp_path / "snapshots", site, SOURCES)
    publish(site, SOURCES, 0)
    began = time.monotonic()
    told = complete(folder, SOURCES)
    lasts = time.monotonic() - began
    chance = random.Random(5)  # noqa: S311 (instants)
    killed = ended = midway = number = 0
    while killed < INSTANTS:
        number += 1
        publish(site, SOURCES, number)
        process = start(folder)
        # Half of the instants from the start on, half from the first snapshot on.
        stderr = process.stderr.readline() if number % 2 and process.stderr else ""
        time.sleep(chance.uniform(0, lasts / 2 if stderr else lasts))
        process.kill()
        stderr += process.communicate()[1]
        killed, ended = killed + (process.returncode != 0), ended + (process.returncode == 0)
        news = acknowledged(stderr)
        midway += 0 < len(news) < SOURCES
        told |= news
        check_sound(folder, told)
        if number % 10 == 0:
            told = complete(folder, SOURCES)
    complete(folder, SOURCES)
    print(f"\n{killed} killed, {midway} midway, {ended} had ended; {len(told)} snapshots told of, none lost")
    assert midway >= INSTANTS * 0.3


# Runs at once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", [2, 8])
def test_of_runs_at_once_one_works_and_the_others_name_it(tmp_path: Path, site: Site, runs: int) -> None:
    folder = make(tmp_path / "snapshots", site, 10)
    publish(site, 10, 1)
    site.held["/10"] = threading.Event()
    processes = [start(folder) for _ in range(runs)]
    deadline = time.monotonic() + 60
    while sum(process.poll() is not None for process in processes) < runs - 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    site.held.pop("/10").set()
    told = [process.communicate()[1] for process in processes]
    codes = sorted(process.returncode for process in processes)
    assert codes == [0, *[75] * (runs - 1)]
    worked = next(process for process in processes if process.returncode == 0)
    for process, text in zip(processes, told, strict=True):
        if process is not worked:
            assert re.search(rf"is held by process {worked.pid} on \S+ since \S+ \(.*snapshot\)", text)
    assert len(check_sound(folder, acknowledged("".join(told)))) == 10
    assert len(complete(folder, 10)) == 10


# A full disk, and a record that is busy ---------------------------------------------------------------


def test_a_record_that_another_program_writes_to_is_waited_for(tmp_path: Path, site: Site) -> None:
    folder = make(tmp_path / "snapshots", site, 5)
    publish(site, 5, 1)
    with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = start(folder)
        time.sleep(3)
        assert process.poll() is None
        other.execute("COMMIT")
        _, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    assert len(check_sound(folder, acknowledged(told))) == 5


def test_a_run_killed_while_the_record_is_busy_loses_nothing(tmp_path: Path, site: Site) -> None:
    folder = make(tmp_path / "snapshots", site, 5)
    chance = random.Random(7)  # noqa: S311 (instants)
    told: set[tuple[str, int]] = set()
    for number in range(20):
        publish(site, 5, number)
        with closing(sqlite3.connect(folder / "tracker.db", isolation_level=None)) as other:
            process = start(folder)
            time.sleep(chance.uniform(0, 2))
            other.execute("PRAGMA busy_timeout = 60000")
            other.execute("BEGIN IMMEDIATE")
            time.sleep(chance.uniform(0, 0.5))
            process.kill()
            told |= acknowledged(process.communicate()[1])
            other.execute("ROLLBACK")
        check_sound(folder, told)
    complete(folder, 5)


FULL = """
import random, shutil, signal, subprocess, sys, time
from pathlib import Path
from tests.acceptance.test_kills import acknowledged, check_sound, complete, run, start
folder, free, kills = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
shutil.copytree(sys.argv[4], folder, dirs_exist_ok=True)
ballast = folder / "ballast"
ballast.write_bytes(b"0" * max(shutil.disk_usage(folder).free - 1024 * free, 0))
told, chance = set(), random.Random(free)
for _ in range(kills):
    process = start(folder)
    time.sleep(chance.uniform(0.3, 1.8))
    process.kill()
    told |= acknowledged(process.communicate()[1])
ran = run(folder)
told |= acknowledged(ran.stderr)
print(ran.returncode, len(told), ran.stderr.splitlines()[-1] if ran.stderr else "")
ballast.unlink()
check_sound(folder, told)
print(len(complete(folder, 20)))
"""


@pytest.mark.parametrize(("free", "kills"), [(0, 0), (64, 0), (400, 0), (0, 5), (400, 5)])
def test_a_full_disk_loses_nothing_and_the_next_run_completes(
    tmp_path: Path, site: Site, free: int, kills: int
) -> None:
    made = make(tmp_path / "made", site, 20)
    publish(site, 20, 1)
    folder = tmp_path / "snapshots"
    folder.mkdir()
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = 'mount -t tmpfs -o size=4m tmpfs "$1" || exit 77; shift; exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", *own, "sh", "-c", mount, "sh", str(folder), sys.executable, "-c", FULL,
         str(folder), str(free), str(kills), str(made)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    full, after = done.stdout.splitlines()
    assert full.startswith("2 ")
    assert "disk full" in full
    assert after == "20"
