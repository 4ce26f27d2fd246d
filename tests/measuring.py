"""A command run once in a process of its own: what it took and said, and that it ended as was expected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
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
    complained: str


_LAUNCHER = """
import json, os, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.call(sys.argv[2:])
seconds, usage = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
with os.fdopen(int(sys.argv[1]), "w") as told:
    json.dump([seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss], told)
sys.exit(code)
"""
"""A small process in between: one that a large process starts has the size of that as its largest."""


def run_command(command: Sequence[str], folder: Path, code: int = 0, stdin: Path | None = None) -> Run:
    """Run a command; raises ``SystemExit`` with what it said where it ends in another code."""
    # Users have compiled modules, whatever this shell has set.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (
        (stdin or Path(os.devnull)).open("rb") as given,
        tempfile.TemporaryFile() as errors,
        tempfile.TemporaryFile("w+") as told,
    ):
        ran = subprocess.run(
            (sys.executable, "-S", "-c", _LAUNCHER, str(told.fileno()), *command),
            cwd=folder,
            check=False,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            pass_fds=[told.fileno()],
        )
        said = ran.stdout.decode(errors="replace")
        errors.seek(0)
        complained = errors.read().decode(errors="replace")
        if ran.returncode != code:
            raise SystemExit(f"{' '.join(command)} ended in {ran.returncode}, not {code}: {said}{complained}")
        told.seek(0)
        seconds, processor, kilobytes = json.load(told)
    return Run(seconds, processor, kilobytes * 1024 / MEGABYTE, said, complained)


def run_tracker(folder: Path, *arguments: str) -> Run:
    """Run a command of the program in a folder."""
    return run_command((sys.executable, "-m", "tracker", *arguments), folder)
