"""What ``timeline BODY --jobs`` costs for each pair as a record grows, by part, and what two workers gain.

Run as ``python -m tests.benchmarks.batch [N]... [--record FOLDER] [--topics-only]``, with numbers of
statements, 100 and 1,000 if none are given, up to 13,000 of the repeated corpus. With
``--record`` the archive in ``FOLDER/snapshots`` is taken as it is, without what was derived.

Processor seconds are of the process that reads the record and writes (*writer*) and of its workers. A worker
is *idle* while it neither works nor waits for a core; what waits for a core is not counted, so that the last
figure, how much sooner two workers are done, is that of a quiet machine, whatever else this one does.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.repeated_corpus import make_record

EVERY = 0.2
NANO = 1_000_000_000


@dataclass(slots=True)
class Seen:
    """A process as it was when it was last looked at."""

    begun: float
    wall: float = 0.0
    processor: float = 0.0
    own: float = 0.0
    """Processor seconds of its first thread."""
    waited: float = 0.0
    """Seconds for which that thread could have run and another process had the core."""
    megabytes: float = 0.0

    @property
    def idle(self) -> float:
        return max(0.0, self.wall - self.own - self.waited)


@dataclass(frozen=True, slots=True)
class Cost:
    said: str
    pairs: int
    seconds: float
    writer: Seen
    workers: tuple[Seen, ...]

    @property
    def processor(self) -> float:
        """Processor seconds of all."""
        return self.writer.processor + sum(each.processor for each in self.workers)

    @property
    def quiet(self) -> float:
        """Seconds it would take on two cores, or one for each worker, that no other program wanted.

        Which of two workers does more is chance on a busy machine, so that they are taken together.
        """
        each_worker = sum(each.own + each.idle for each in self.workers) / (len(self.workers) or 1)
        return max(each_worker, self.processor / max(2, len(self.workers)))


def run_batch(folder: Path, workers: int, *options: str, anew: bool = True) -> Cost:
    """Run a batch of the whole record, with nothing kept before, or with all."""
    if anew:
        (folder / "snapshots" / "derived.db").unlink(missing_ok=True)
    begun = time.perf_counter()
    command = (sys.executable, "-m", "tracker", "timeline", "UNGA", "--jobs", str(workers), *options)
    seen: dict[int, Seen] = {}
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        while run.poll() is None:
            for pid in (run.pid, *list_workers(run.pid)):
                look_at(pid, seen.setdefault(pid, Seen(time.perf_counter())))
            time.sleep(EVERY)
        said = run.stderr.read().strip() if run.stderr else ""
    if run.returncode:
        raise SystemExit(f"the batch ended in {run.returncode}: {said}")
    pairs = int(re.findall(r"compared ([\d,]+)", said)[0].replace(",", ""))
    seconds = time.perf_counter() - begun
    return Cost(said, pairs, seconds, seen.pop(run.pid), tuple(seen.values()))


def list_workers(pid: int) -> list[int]:
    """Return the processes that do units, and not the one that only cleans up after them."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        return [int(each) for each in children if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]
    except OSError:
        return []


def look_at(pid: int, seen: Seen) -> None:
    """Note what a process has used so far; it stays as it was where it is gone."""
    process = Path(f"/proc/{pid}")
    try:
        threads = {each.name: (each / "schedstat").read_text("ascii") for each in process.glob("task/*")}
        status = (process / "status").read_text("ascii")
        own, waited, _ = map(int, threads[str(pid)].split())
    except (OSError, KeyError, ValueError):
        return
    seen.wall = time.perf_counter() - seen.begun
    seen.processor = sum(int(each.split()[0]) for each in threads.values()) / NANO
    seen.own, seen.waited = own / NANO, waited / NANO
    seen.megabytes = sum(
        int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM")
    )


def show(statements: str, workers: int, cost: Cost, kept: float) -> None:
    busy = sum(each.processor for each in cost.workers)
    idle = sum(each.idle for each in cost.workers) / (sum(each.wall for each in cost.workers) or 1)
    print(
        f"{statements:>10} {cost.pairs:6,} {workers:7} {cost.seconds:8.1f} {busy / cost.pairs * 1000:14.0f}"
        f" {cost.writer.processor / cost.pairs * 1000:14.1f} {idle:6.0%} {cost.writer.megabytes:9.0f}"
        f" {max((each.megabytes for each in cost.workers), default=0):9.0f} {kept / cost.pairs:10.1f}",
        flush=True,
    )


def measure(folder: Path, statements: str, options: list[str]) -> None:
    """Run a batch by one worker and by two, and again where all is kept; print a line of each."""
    costs = {}
    for workers in (1, 2):
        costs[workers] = run_batch(folder, workers, *options)
        kept = (folder / "snapshots" / "derived.db").stat().st_size / 1000
        show(statements, workers, costs[workers], kept)
    again = run_batch(folder, 2, *options, anew=False)
    for done, kept_before in re.findall(r"([\d,]+)(?: statements?)?, ([\d,]+) of them before", again.said):
        assert done == kept_before
    print(
        f"{'':10} two workers {costs[1].quiet / costs[2].quiet:.2f} times one on a quiet machine,"
        f" {costs[1].seconds / costs[2].seconds:.2f} on this one;"
        f" the same again {again.writer.processor:.1f} s of processor time, {again.seconds:.1f} s",
        flush=True,
    )


def main(arguments: list[str]) -> None:
    folders = [Path(after) for before, after in pairwise(arguments) if before == "--record"]
    sizes = sorted(int(each) for each in arguments if each.isdigit()) or ([] if folders else [100, 1000])
    options = [] if "--topics-only" in arguments else ["--sentences"]
    print(
        "statements  pairs workers  seconds worker ms/pair writer ms/pair   idle writer MB worker MB"
        " kept KB/pair"
    )
    for folder in folders:
        measure(folder, "as it is", options)
    for size in sizes:
        with TemporaryDirectory() as name:
            make_record(Path(name), size)
            measure(Path(name), f"{size:,}", options)


if __name__ == "__main__":
    main(sys.argv[1:])
