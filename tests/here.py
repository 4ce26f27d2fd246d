"""The command run inside the test's own process: a tenth of the time where many runs are needed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.running import Ran
from tracker.cli.main import main

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path


def runner(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Return a function that runs the command in a folder and gives its code and what it printed."""
    monkeypatch.chdir(folder)
    for name in ("NO_COLOR", "TRACKER_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | os.PathLike[str]) -> Ran:
        monkeypatch.setattr(sys, "argv", ["tracker", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run
