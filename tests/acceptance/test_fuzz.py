"""That the fuzzers find what they are to find, and that a short run of all of them finds nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.fuzz.targets import load_targets
from tests.running import ROOT

SAID: dict[str, str | tuple[str, ...]] = {
    "raises": "traceback: raises ValueError",
    "hangs": "hang: hangs hang",
    "spins": ("slow: spins slow", "hang: spins hang"),  # by the clock too, where the machine is busy
    "aborts": "abort: aborts abort",
    "fills": "memory: fills memory",
    "starts": "command: starts command: subprocess.Popen of true",
    "connects": "network: connects network",
    "hooks": "command: hooks command: the canary",
    "climbs": "outside: climbs outside",
    "leaves": "left: leaves left: tmp/left",
    "prints": "terminal: prints terminal",
    "unmade": "unmade: unmade unmade IndexError",
}


FAULTS = ("--module", "tests.acceptance.fuzz_faults", "--target")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of temporary files, which nobody else uses."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.acceptance.fuzz", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)


@pytest.mark.parametrize("target", SAID)
def test_each_kind_of_fault_is_found(target: str, tmp_path: Path, temporary: Path) -> None:
    ran = run(*FAULTS, target, "--minutes", "0", "--keep", tmp_path / "kept")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert ran.stdout.startswith(SAID[target]), ran.stdout + ran.stderr
    assert "1 inputs, 1 findings" in ran.stdout
    (kept,) = (tmp_path / "kept").iterdir()
    assert run(*FAULTS, target, "--replay", kept / "input").returncode == 1
    assert list(temporary.iterdir()) == []


def test_a_finding_is_kept_once_with_fewer_bytes_that_show_it(tmp_path: Path, temporary: Path) -> None:
    ran = run(*FAULTS, "raises", "--minutes", "0.05", "--keep", tmp_path / "kept")
    assert "1 findings" in ran.stdout
    (kept,) = (tmp_path / "kept").iterdir()
    assert (kept / "smaller").read_bytes() == b"needle"
    assert "found it" in (kept / "report.txt").read_text("utf-8")
    assert list(temporary.iterdir()) == []


def test_whoever_ends_the_runner_ends_the_worker_too(tmp_path: Path, temporary: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.acceptance.fuzz",
        *FAULTS,
        "hangs",
        "--keep",
        str(tmp_path / "kept"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as runner:
        ends = time.monotonic() + 60
        while not workers(runner.pid):
            assert time.monotonic() < ends
            time.sleep(0.1)
        (worker,) = workers(runner.pid)
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(30) == 2
    assert list(temporary.iterdir()) == []
    # It has ended, and init collects it when it comes to it.
    ends = time.monotonic() + 30
    while Path(f"/proc/{worker}").exists():
        assert time.monotonic() < ends
        time.sleep(0.1)


def workers(parent: int) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii")
    return [int(pid) for pid in found.split()]


def test_the_same_seed_makes_the_same_inputs() -> None:
    for target in load_targets():
        one, other = (Random(target.name) for _ in range(2))  # noqa: S311 (the same numbers are wanted)
        assert target.make(one) == target.make(other), target.name


def test_a_short_run_of_all_targets_finds_nothing(tmp_path: Path) -> None:
    ran = run("--minutes", "0.5", "--seed", "1", "--keep", tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
