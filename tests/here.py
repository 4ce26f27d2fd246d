"""The command run inside the test's own process: a fifth of what a fork takes."""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
from contextlib import chdir, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Final
from unittest.mock import patch

import pytest
import typer.main

from tests.running import Ran
from tracker.cli.main import app, main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_COMMAND: Final = typer.main.get_command(app)
"""What the application is to its parser: to make it takes as long as most commands take to run."""


def can_run_here() -> bool:
    """Return whether this thread may have another folder and other streams for as long as a command takes."""
    return threading.current_thread() is threading.main_thread()


def run_here(folder: Path, arguments: Iterable[str], stdin: bytes, without: Iterable[str]) -> Ran:
    """Run the command in a folder, without some variables; afterwards all is as it was."""
    out, err, code = io.BytesIO(), io.BytesIO(), None
    with (
        chdir(folder),
        patch.dict(os.environ),
        patch.object(typer.main, "get_command", lambda _app: _COMMAND),
        patch.object(sys, "argv", ["tracker", *arguments]),
        # Pytest keeps what is logged, which Python would show.
        patch.object(logging.getLogger(), "handlers", []),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
        redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
        redirect_stderr(io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True)),
    ):
        for name in without:
            os.environ.pop(name, None)
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        # A wrapper closes what it wraps once nobody holds it.
        said = out.getvalue().decode(), err.getvalue().decode()
    return Ran(code if isinstance(code, int) else int(code is not None), *said)


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
