"""What is measured on: corpora and records of several sizes, made once, and jobs that take turns."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.repeated_corpus import IMPORT, write_corpus
from tests.measuring import Run, run_command, run_tracker
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

TRACKER: Final = str(Path(sys.executable).with_name("tracker"))
PYTHON: Final = sys.executable


@dataclass(frozen=True, slots=True)
class Job:
    """A command, what it is expected to end with, and what is done before it each time, unmeasured."""

    command: tuple[str, ...]
    folder: Path
    code: int = 0
    before: Callable[[], object] | None = None
    stdin: Path | None = None

    def run(self) -> Run:
        if self.before:
            self.before()
        return run_command(self.command, self.folder, self.code, self.stdin)


def run_alone(work: str, *arguments: object) -> Job:
    """Return a job that does one thing of ``alone`` in a process of its own, and says what that took."""
    module = "tests.benchmarks.suite.alone"
    return Job((PYTHON, "-m", module, work, *map(str, arguments)), ROOT)


def begin(folder: Path) -> None:
    """Make an empty archive in a folder, in the place of one that is there."""
    shutil.rmtree(folder / "snapshots", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    run_tracker(folder, "init")


@dataclass(frozen=True, slots=True)
class Ground:
    """A folder to work in; how many turns are taken, and for how many seconds at most before the last."""

    folder: Path
    sizes: tuple[int, ...]
    rounds: int
    patience: float
    made: set[Path] = field(default_factory=set)

    @property
    def is_quick(self) -> bool:
        return max(self.sizes) < 1000

    def take_turns(self, *jobs: Job) -> list[Run]:
        """Return for each job the run of the least processor time, which a busy machine hardly changes."""
        taken: list[list[Run]] = [[] for _ in jobs]
        began = time.monotonic()
        for _ in range(self.rounds):
            for runs, job in zip(taken, jobs, strict=True):
                runs.append(job.run())
            if time.monotonic() - began > self.patience:
                break
        return [min(runs, key=lambda run: run.processor) for runs in taken]

    def corpus(self, size: int) -> Path:
        """Return a folder of so many statements, a file each."""
        folder = self.folder / "corpora" / str(size)
        if folder not in self.made:
            write_corpus(folder, size)
            self.made.add(folder)
        return folder

    def record(self, size: int) -> Path:
        """Return a folder with an archive of so many statements, to be read alone."""
        job = self.importing(size)
        if job.folder not in self.made:
            job.run()
            self.made.add(job.folder)
        return job.folder

    def importing(self, size: int) -> Job:
        """Return the job that makes such an archive, again each time."""
        folder = self.folder / "records" / str(size)
        return Job(
            (TRACKER, "import", str(self.corpus(size)), *IMPORT), folder, before=partial(begin, folder)
        )

    def copy(self, size: int, name: str) -> Path:
        """Return a folder with a copy of a record, to be written to."""
        return Path(shutil.copytree(self.record(size), self.folder / name / str(size)))
