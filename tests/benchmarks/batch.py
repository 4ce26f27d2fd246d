"""What ``tracker batch`` costs for each pair as a record grows, one worker beside two, and its memory.

Run as ``python -m tests.benchmarks.batch [N]... [--topics-only]``, with numbers of statements, 100 and 1,000
if none are given, up to 13,000 of the repeated corpus.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.repeated_corpus import make_record


@dataclass(frozen=True, slots=True)
class Cost:
    pairs: int
    seconds: float
    processor: float
    writer: float
    """Megabytes of the process that reads the record and writes what is derived, at its largest."""


def run_batch(folder: Path, workers: int, *options: str) -> Cost:
    """Run a batch of the whole record, with nothing kept before."""
    (folder / "snapshots" / "derived.db").unlink(missing_ok=True)
    before, processor = time.perf_counter(), children_seconds()
    command = (sys.executable, "-m", "tracker", "batch", "UNGA", "--workers", str(workers), *options)
    largest = 0.0
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        while run.poll() is None:
            largest = max(largest, read_memory(run.pid))
            time.sleep(0.2)
        said = run.stdout.read() if run.stdout else ""
    if run.returncode:
        raise SystemExit(f"the batch ended in {run.returncode}: {said}")
    pairs = int(re.findall(r"compared ([\d,]+)", said)[0].replace(",", ""))
    return Cost(pairs, time.perf_counter() - before, children_seconds() - processor, largest)


def children_seconds() -> float:
    """Return the processor time of all processes that were started and have ended."""
    import resource  # noqa: PLC0415 (not on every system)

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def read_memory(pid: int) -> float:
    """Return the megabytes that a process had at its largest; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM"))


def main(arguments: list[str]) -> None:
    sizes = sorted(int(each) for each in arguments if each.isdigit()) or [100, 1000]
    options = [each for each in arguments if not each.isdigit()]
    print("statements  pairs  workers  seconds  processor s/pair  writer MB  derived.db KB/pair")
    for size in sizes:
        with TemporaryDirectory() as name:
            folder = Path(name)
            make_record(folder, size)
            costs = {workers: run_batch(folder, workers, *options) for workers in (1, 2)}
            kept = (folder / "snapshots" / "derived.db").stat().st_size / 1000
        for workers, cost in costs.items():
            print(
                f"{size:10,} {cost.pairs:6,} {workers:8} {cost.seconds:8.1f}"
                f" {cost.processor / cost.pairs:17.3f} {cost.writer:10.0f} {kept / cost.pairs:19.1f}"
            )
        print(f"{'':10}  two workers: {costs[1].seconds / costs[2].seconds:.2f} times one")


if __name__ == "__main__":
    main(sys.argv[1:])
