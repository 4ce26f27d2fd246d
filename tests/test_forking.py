"""A forked command is what one started anew is, so that tests may take either."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.forking import Limits, run_command
from tests.running import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran


@pytest.mark.parametrize(
    "words", ["list", "lst", "--help", "show XAA/CCPCJ/33", "diff XAA/CCPCJ", "add - --as X"]
)
def test_it_says_and_comes_to_the_same(archive: Callable[..., Ran], tmp_path: Path, words: str) -> None:
    forked = archive(*words.split(), stdin=b"We agree.")
    done = subprocess.run(
        [*COMMAND, *words.split()], cwd=tmp_path, input=b"We agree.", capture_output=True, check=False
    )
    assert (forked.code, forked.out, forked.err) == (
        done.returncode,
        done.stdout.decode(),
        done.stderr.decode(),
    )


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
