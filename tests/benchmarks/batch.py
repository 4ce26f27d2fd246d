"""What ``tracker batch`` costs for each pair as a record grows, by part, and how much two workers gain.

Run as ``python -m tests.benchmarks.batch [N]... [--record FOLDER] [--topics-only]``, with numbers of
statements, 100 and 1,000 if none are given, up to 13,000. The record is the General Debate of sessions 70 to
79, repeated at ten sessions before those, and so on; every sentence of a repetition has a word of another
sentence in it, so that no digest comes twice and nothing kept of one text answers for another. With
``--record`` the archive in ``FOLDER/snapshots`` is taken as it is, without what was derived.

Processor seconds are of the process that reads the record and writes (*writer*) and of its workers. A worker
is *idle* while it neither works nor waits for a core; what waits for a core is not counted, so that the last
figure, how much sooner two workers are done, is that of a quiet machine, whatever else this one does.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice, pairwise, product
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
EVERY = 0.2
NANO = 1_000_000_000
SENTENCE = re.compile(r"(?<=[.!?])\s+")


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
    def quiet(self) -> float:
        """Seconds it would take on two cores, or one for each worker, that no other program wanted.

        Which of two workers does more is chance on a busy machine, so that they are taken together.
        """
        busy = self.writer.processor + sum(each.processor for each in self.workers)
        each_worker = sum(each.own + each.idle for each in self.workers) / (len(self.workers) or 1)
        return max(each_worker, busy / max(2, len(self.workers)))


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


def run_batch(folder: Path, workers: int, *options: str, anew: bool = True) -> Cost:
    """Run a batch of the whole record, with nothing kept before, or with all."""
    if anew:
        (folder / "snapshots" / "derived.db").unlink(missing_ok=True)
    begun = time.perf_counter()
    command = (sys.executable, "-m", "tracker", "batch", "UNGA", "--workers", str(workers), *options)
    seen: dict[int, Seen] = {}
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as run:
        while run.poll() is None:
            for pid in (run.pid, *list_workers(run.pid)):
                look_at(pid, seen.setdefault(pid, Seen(time.perf_counter())))
            time.sleep(EVERY)
        said = run.stdout.read().strip() if run.stdout else ""
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
    options = [each for each in arguments if each == "--topics-only"]
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
