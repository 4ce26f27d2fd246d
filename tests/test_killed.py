"""Commands that are killed leave nothing among what is temporary: real processes, real signals."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_tracker
from tests.running import PYTHON
from tests.thorough import IS_THOROUGH, long, some
from tracker.files import remove_abandoned, temporary_folder, temporary_place

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = (
    "demo",
    "verify",
    "reproduce paper.zip",
    "add old.txt --as XAA/CCPCJ/31",
    "mirror push --force copy.git",
)
"""Each makes a temporary folder: of an archive, of a vocabulary, of what git sees, of a copy to look at."""


# Whoever is interrupted between the opening of a file and its use leaves it to Python to close.
COMMAND = (*PYTHON, "-W", "ignore::ResourceWarning", "-m", "tracker")
WAITS = (0.0, 0.01, 0.03, 0.1, 0.3) if IS_THOROUGH else (0.0,)
"""Seconds after which it is killed, from when there is something."""


@pytest.fixture
def prepared(_archive_made_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(_archive_made_once, tmp_path, dirs_exist_ok=True)
    (tmp_path / "topics.csv").write_text("id,label,terms\nrivers,Rivers,rivers;water\n", encoding="utf-8")
    for command in (
        "mirror push copy.git",
        "diff XAA/CCPCJ --encoder none --vocabulary topics.csv --format json -o comparison.json",
        "export replication paper.zip comparison.json --vocabulary topics.csv",
    ):
        assert run_tracker(tmp_path, *command.split()).code in {0, 1}, command
    (tmp_path / "temporary").mkdir()
    return tmp_path


def start(folder: Path, command: str) -> subprocess.Popen[bytes]:
    # What a shell runs in the background ignores interrupts, and would hand that on to the command.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [*COMMAND, *command.split()],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(folder / "temporary")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, handler)


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def kill_at_work(folder: Path, command: str, how: signal.Signals, wait: float) -> tuple[int, list[str]]:
    """Kill a command some time after it has made a temporary folder; return its code, and what was there."""
    running = start(folder, command)
    while running.poll() is None and not list_names(folder / "temporary"):
        time.sleep(0.001)
    time.sleep(wait)
    there = list_names(folder / "temporary")
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    assert b"Traceback" not in said, said.decode()
    return running.returncode, there


@pytest.mark.parametrize("command", some(1, COMMANDS))
@long
def test_a_killed_command_leaves_nothing_in_the_temporary_folder(command: str, prepared: Path) -> None:
    temporary = prepared / "temporary"
    met = 0
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
        for wait in WAITS:
            code, there = kill_at_work(prepared, command, how, wait)
            met += bool(there)
            if how == signal.SIGKILL:
                # Nobody can clean up then: the next command does, whichever it is.
                assert run_tracker(prepared, "list", "--bodies", TMPDIR=str(temporary)).code == 0
            elif there:
                # Where its work was done, and only Python had still to end, the signal ends that. One that
                # came while Python made a class of a string has it end by SIGINT: to a shell, 130 too.
                assert code in {0, 130, -how, -signal.SIGINT}, (how, code)
            assert list_names(temporary) == [], (how, wait)
    assert met > 1  # where the machine is busy, some have removed it before they are killed


def test_only_what_a_killed_command_of_ours_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert temporary_place() == tmp_path
    kept = [
        tmp_path / name for name in ("tracker-demo-0123456789x", "tracker-notes", "other-demo-0123456789")
    ]
    for folder in kept:
        folder.mkdir()
    link = tmp_path / "tracker-git-0123456789"
    link.symlink_to(kept[1], target_is_directory=True)
    left = tmp_path / "tracker-git-abcdefabcd"
    (left / "refs").mkdir(parents=True)
    with temporary_folder("demo") as used:
        assert used.stat().st_mode & 0o777 == 0o700
        remove_abandoned()
        assert {*tmp_path.iterdir()} == {*kept, link, used}
    assert {*tmp_path.iterdir()} == {*kept, link}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another")
def test_what_another_user_left_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    left = tmp_path / "tracker-git-abcdefabcd"
    left.mkdir()
    os.chown(left, 65534, 65534)
    remove_abandoned()
    assert left.exists()


def test_where_no_folder_can_hold_what_is_temporary_the_next_named_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    assert temporary_place() == tmp_path


@long
def test_folders_made_at_once_are_never_taken_for_abandoned(prepared: Path) -> None:
    running = [start(prepared, "verify") for _ in range(2)]
    ends = time.monotonic() + 60
    while any(each.poll() is None for each in running) and time.monotonic() < ends:
        assert run_tracker(prepared, "list", "--bodies", TMPDIR=str(prepared / "temporary")).code == 0
    assert [each.communicate()[1] for each in running] == [b""] * 2
    assert [each.returncode for each in running] == [0] * 2
