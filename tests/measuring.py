"""A command run once in a process of its own: what it took and said, and that it ended as was expected."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    processor: float
    """Seconds of user and system, of the process and of those that it started."""
    megabytes: float
    """Of the largest of these processes."""
    said: str


def run_command(command: Sequence[str], folder: Path, code: int = 0, stdin: Path | None = None) -> Run:
    """Run a command; raises ``SystemExit`` with what it said where it ends in another code."""
    # Users have compiled modules, whatever this shell has set.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with (
        (stdin or Path(os.devnull)).open("rb") as given,
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, cwd=folder, stdin=given, stdout=subprocess.PIPE, stderr=errors, env=environment
        ) as process,
    ):
        said = process.stdout.read().decode(errors="replace") if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != code:
            errors.seek(0)
            told = said + errors.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)} ended in {process.returncode}, not {code}: {told}")
    return Run(
        time.perf_counter() - started,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024 / MEGABYTE,
        said,
    )


def run_tracker(folder: Path, *arguments: str) -> Run:
    """Run a command of the program in a folder."""
    return run_command((sys.executable, "-m", "tracker", *arguments), folder)
