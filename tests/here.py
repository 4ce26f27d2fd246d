"""The command run inside the test's own process: a tenth of the time where many runs are needed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import pytest
import typer.main

from tests.running import Ran
from tracker.cli.main import app, main

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path


_COMMAND: Final = typer.main.get_command(app)
"""What the application is to its parser: to make it takes as long as most commands take to run."""


def runner(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Return a function that runs the command in a folder and gives its code and what it printed."""
    monkeypatch.chdir(folder)
    for name in ("NO_COLOR", "TRACKER_ARCHIVE"):
        monkeypatch.delenv(name, raising=False)

    monkeypatch.setattr(typer.main, "get_command", lambda _app: _COMMAND)

    def run(*arguments: str | os.PathLike[str]) -> Ran:
        monkeypatch.setattr(sys, "argv", ["tracker", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run
