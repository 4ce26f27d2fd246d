"""Batches of real speeches by real processes, on one machine and on a Dask cluster, some of them killed.

Takes three minutes on two quiet cores.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psutil
import pytest
from distributed import LocalCluster

from tests.benchmarks.repeated_corpus import make_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TRACKER = (sys.executable, "-m", "tracker")
BATCH = (*TRACKER, "timeline", "UNGA", "--sessions", "77-79", "--sentences")
RECORD, STATEMENTS, PAIRS = 36, 30, 9
"""Six statements of a country that is not at these sessions, ten of three others each: all looked back on."""
FEW = 4
ANSWERS = {"readings", "links", "cells", "comparison"}
PATIENCE = 300.0
SOON = {"DASK_DISTRIBUTED__SCHEDULER__NO_WORKERS_TIMEOUT": "10s"}

ASKED = (
    ("diff", "AND/UNGA", "79", "--format", "json"),
    ("diff", "ALB/UNGA", "77", "--format", "markdown"),
    ("timeline", "UNGA", "--sessions", "77-79", "--format", "csv"),
    ("timeline", "AGO/UNGA", "--format", "csv"),
    ("timeline", "UNGA", "78", "--format", "json"),
)
"""What shows the answers that a batch keeps."""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    make_record(folder, RECORD)
    return folder


@pytest.fixture(scope="module")
def alone(record: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the record after a batch by one worker, to which nothing happened."""
    folder = copy(record, tmp_path_factory.mktemp("alone"))
    done = subprocess.run((*BATCH, "--jobs", "1"), cwd=folder, capture_output=True, text=True, check=True)
    told = f"read {STATEMENTS} statements, 0 of them before; compared {PAIRS}, 0 of them before\n"
    assert done.stderr == f"tracker: {told}"
    return folder


def copy(record: Path, folder: Path) -> Path:
    return shutil.copytree(record, folder, dirs_exist_ok=True)


def read_kept(folder: Path) -> dict[tuple[str, str], str]:
    """Return all answers, byte for byte; none where the file is not there yet or is being written."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/snapshots/derived.db?mode=ro", uri=True)) as file:
            rows = file.execute("SELECT kind, key, value FROM answers WHERE kind <> 'weights'").fetchall()
    except sqlite3.OperationalError:
        return {}
    return {(kind, key): value for kind, key, value in rows}


@contextmanager
def started(folder: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start a batch, and wait until some of it is kept but by far not all."""
    command = (*BATCH, *options)
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as run:
        try:
            wait_until(lambda: len(read_kept(folder)) >= FEW)
            assert run.poll() is None
            yield run
        finally:
            run.kill()


def open_cluster(workers: int) -> LocalCluster:
    return LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=0,
        dashboard_address=None,
        silence_logs="CRITICAL",
    )


def wait_until(is_so: object) -> None:
    end = time.monotonic() + PATIENCE
    assert callable(is_so)
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def list_workers(run: subprocess.Popen[str]) -> list[psutil.Process]:
    return [
        each
        for each in psutil.Process(run.pid).children()
        if any("spawn_main" in word for word in each.cmdline())
    ]


def finish(run: subprocess.Popen[str]) -> str:
    _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, err
    assert "Traceback" not in err
    return err


def say(folder: Path, words: tuple[str, ...]) -> tuple[int, str]:
    done = subprocess.run((*TRACKER, *words), cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_commands_say_with_what_is_kept_what_they_say_without(
    record: Path, alone: Path, tmp_path: Path
) -> None:
    kept, folder, done = read_kept(alone), copy(record, tmp_path / "a"), copy(alone, tmp_path / "b")
    assert {kind for kind, _ in kept} == {*ANSWERS, "priorities", "batch"}
    for words in ASKED:
        code, said = say(folder, words)
        assert (code, said) == say(done, words)
        assert code in {0, 1}
        assert said
    after = read_kept(done)
    assert kept.items() <= after.items()
    # The timeline alone is of sessions that the batch was not asked for.
    assert {kind for kind, _ in after.keys() - kept.keys()} == {"cells"}
    # What they found themselves, where nothing was kept, is what the batch keeps.
    found = read_kept(folder)
    assert len(found.keys() & kept.keys()) >= STATEMENTS
    assert found.items() <= after.items()


def test_two_workers_of_which_one_is_killed_keep_the_same(record: Path, alone: Path, tmp_path: Path) -> None:
    folder = copy(record, tmp_path)
    with started(folder, "--jobs", "2") as run:
        os.kill(list_workers(run)[0].pid, signal.SIGKILL)
        assert f"compared {PAIRS}" in finish(run)
    assert read_kept(folder) == read_kept(alone)


def test_a_cluster_of_which_a_worker_is_killed_keeps_the_same(
    record: Path, alone: Path, tmp_path: Path
) -> None:
    folder = copy(record, tmp_path)
    with open_cluster(3) as cluster, started(folder, "--scheduler", cluster.scheduler_address) as run:
        os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        assert f"compared {PAIRS}" in finish(run)
    assert read_kept(folder) == read_kept(alone)


def test_killed_in_the_middle_it_goes_on_where_it_was(record: Path, alone: Path, tmp_path: Path) -> None:
    folder = copy(record, tmp_path)
    with started(folder, "--jobs", "2") as run:
        workers = list_workers(run)
        assert len(workers) == 2
        run.kill()
        run.communicate(timeout=PATIENCE)
        # Nobody is left behind who would go on alone.
        gone, left = psutil.wait_procs(workers, timeout=PATIENCE)
        assert (len(gone), left) == (2, [])
    kept = read_kept(folder)
    assert 0 < len(kept) < len(read_kept(alone))
    said = finish(
        subprocess.Popen(
            (*BATCH, "--jobs", "2"), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
    )
    read = sum(kind == "readings" for kind, _ in kept)
    told = f"read {STATEMENTS} statements, {read} of them before; compared {PAIRS}, "
    assert said.splitlines()[-1].startswith(f"tracker: {told}"), said  # where it is slow, progress is above
    assert read_kept(folder) == read_kept(alone)


def test_interrupted_it_leaves_no_process_and_no_traceback(record: Path, tmp_path: Path) -> None:
    folder = copy(record, tmp_path)
    # What a shell starts in the background ignores interrupts, and so would the batch.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with started(folder, "--jobs", "2") as run:
        signal.signal(signal.SIGINT, before)
        workers = list_workers(run)
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=PATIENCE)
        assert re.fullmatch(
            r"tracker: interrupted; \d+ statements? read and \d+ compared are kept;"
            r" give the same command again, which goes on\n",
            err,
        )
        assert run.returncode == 130
        assert psutil.wait_procs(workers, timeout=PATIENCE)[1] == []
    assert read_kept(folder)


def test_a_cluster_that_all_workers_leave_is_told_of_and_what_is_done_is_kept(
    record: Path, alone: Path, tmp_path: Path
) -> None:
    folder = copy(record, tmp_path)
    with open_cluster(2) as cluster:
        with started(folder, "--scheduler", cluster.scheduler_address, **SOON) as run:
            cluster.scale(0)
            _, err = run.communicate(timeout=PATIENCE)
        assert run.returncode == 2
        told, ended = (line for line in err.splitlines() if line.startswith("tracker: --scheduler"))
        assert "has no workers left" in told
        assert "what was done is kept" in ended
        assert "Traceback" not in err
        assert len(read_kept(folder)) >= FEW
        cluster.scale(2)
        cluster.wait_for_workers(2)
        with subprocess.Popen(
            (*BATCH, "--scheduler", cluster.scheduler_address),
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as again:
            assert f"compared {PAIRS}" in finish(again)
    assert read_kept(folder) == read_kept(alone)


@pytest.mark.parametrize(
    ("workers", "said"),
    [(0, "has no workers; start some: dask worker"), (None, "start one with: dask scheduler")],
)
def test_a_cluster_that_cannot_work_is_told_in_one_line(
    record: Path, tmp_path: Path, workers: int | None, said: str
) -> None:
    folder, address = copy(record, tmp_path), "tcp://127.0.0.1:9"
    with open_cluster(0) as cluster:
        if workers is not None:
            address = cluster.scheduler_address
        command = (*BATCH, "--scheduler", address)
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
