"""What ``tracker batch`` costs for each pair as a record grows, one worker beside two, and its memory.

Run as ``python -m tests.benchmarks.batch [N]... [--topics-only]``, with numbers of statements, 100 and 1,000
if none are given, up to 13,000. The record is the General Debate of sessions 70 to 79, repeated at ten
sessions before those, and so on; every sentence of a repetition has a word of another sentence in it, so that
no digest comes twice and nothing kept of one text answers for another.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.benchmarks.importing import run_tracker
from tests.shared_data import require

if TYPE_CHECKING:
    from collections.abc import Iterator

IMPORT = ("--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt")
FIRST, LAST, SPAN, SINCE = 70, 79, 10, 1945
WORD = re.compile(r"[a-z]{5,}")
SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Cost:
    pairs: int
    seconds: float
    processor: float
    writer: float
    """Megabytes of the process that reads the record and writes what is derived, at its largest."""


def repeat_corpus() -> Iterator[tuple[str, str]]:
    """Yield names and texts, country by country, first as they are and then changed at earlier sessions."""
    folders = sorted(path for path in require("ungdc").iterdir() if path.is_dir())
    for copy, folder in product(range(FIRST // SPAN), folders):
        for path in sorted(folder.glob("7*_*.txt")):
            session = int(path.name.partition("_")[0]) - copy * SPAN
            name = f"{folder.name}/{session}_{SINCE + session}.txt"
            text = path.read_text("utf-8")
            yield name, change_words(text, random.Random(name)) if copy else text  # noqa: S311 (the same each time)


def change_words(text: str, chance: random.Random) -> str:
    """Put a word of the same text in the place of one word of every sentence."""
    words = sorted(set(WORD.findall(text))) or ["words"]
    return " ".join(
        WORD.sub(lambda _: chance.choice(words), sentence, count=1) for sentence in SENTENCE.split(text)
    )


def make_record(folder: Path, statements: int) -> None:
    """Make an archive of so many statements in a folder, by ``tracker import``."""
    for name, text in islice(repeat_corpus(), statements):
        path = folder / "speeches" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    run_tracker(folder, "init")
    run_tracker(folder, "import", "speeches", *IMPORT)


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
