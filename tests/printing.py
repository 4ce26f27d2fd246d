"""What the documents show of the program, made by running it: called by cog in README and docs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from tracker.cli.app import app

NARROWED = "new,promoted,dropped,figure"


def print_tracker(*arguments: str) -> str:
    """Return what the command prints at 80 columns; what it says on standard error is a failure."""
    ran = subprocess.run(
        [sys.executable, "-m", "tracker", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    if ran.stderr:
        raise RuntimeError(ran.stderr)
    return "\n".join(line.rstrip() for line in ran.stdout.strip().splitlines())


def print_example() -> str:
    """Return the priorities and figures of one pair of the made-up series, as a block of a document."""
    with TemporaryDirectory() as name:
        archive = str(Path(name) / "demo")
        print_tracker("demo", "--keep", archive)
        arguments = ("diff", "XAA/CCPCJ", "32", "33", "--only", NARROWED)
        report = print_tracker(*arguments, "--archive", archive)
    body = report[report.index("PRIORITIES") :].partition("\n\nSENTENCES")[0]
    return f"```console\n$ tracker {' '.join(arguments)}\n{body}\n```\n"


def print_help() -> str:
    """Return the help of every command, each under a heading."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    parts = [f"```text\n{print_tracker('--help')}\n```\n"]
    parts += [f"## tracker {name}\n\n```text\n{print_tracker(name, '--help')}\n```\n" for name in commands]
    return "\n".join(parts)
