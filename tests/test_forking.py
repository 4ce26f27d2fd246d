"""A command in the tests' own process, and a forked one, are what one started anew is: tests may take any."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import run_apart
from tests.forking import Limits, run_command
from tests.running import COMMAND, Ran
from tests.thorough import some

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    "words", some(3, ["list", "lst", "--help", "show XAA/CCPCJ/33", "diff XAA/CCPCJ", "add - --as X"])
)
def test_it_says_and_comes_to_the_same(archive: Callable[..., Ran], tmp_path: Path, words: str) -> None:
    asked = words.split()
    done = subprocess.run(
        [*COMMAND, *asked], cwd=tmp_path, input=b"We agree.", capture_output=True, check=False
    )
    anew = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert archive(*asked, stdin=b"We agree.") == anew
    assert run_apart(tmp_path, *asked, stdin=b"We agree.") == anew


def test_a_command_in_this_process_leaves_it_as_it_was(archive: Callable[..., Ran]) -> None:
    before = Path.cwd(), dict(os.environ), [*sys.argv], sys.stdin, sys.stdout, sys.stderr, os.getpid()
    assert "\x1b" in archive("list", "--color", "always").out
    assert archive("show", "XAA/CCPCJ/99").code == 2
    after = Path.cwd(), dict(os.environ), [*sys.argv], sys.stdin, sys.stdout, sys.stderr, os.getpid()
    assert after == before


def test_nothing_stays_for_the_next(tracker: Callable[..., Ran], tmp_path: Path) -> None:
    assert tracker("--archive", "other", "init", NO_COLOR="1").code == 0
    before = os.umask(0o077)
    try:
        assert tracker("init").code == 0
    finally:
        os.umask(before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "snapshots"]


def test_limits_hold_for_one_alone(tmp_path: Path) -> None:
    endless = ("show", "./a.txt")
    (tmp_path / "a.txt").write_text("We agree on peace. " * 500_000, encoding="utf-8")
    ended = run_command(tmp_path, endless, b"", os.environ, Limits(processor=0, memory=2**31))
    assert ended.returncode in {-signal.SIGXCPU, -signal.SIGKILL}
    assert run_command(tmp_path, ("list", "--bodies"), b"", os.environ).returncode == 0
