"""Import the whole UN General Debate folder: speed and memory, beside a bare copy into SQLite.

Run as ``python tests/benchmarks/importing.py``. The peer reads the same files, digests them and inserts
the bytes into one table in one transaction: what no archive can undercut.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.shared_data import require

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    seconds: float
    processor: float
    megabytes: float
    said: str


def run_tracker(folder: Path, *arguments: str) -> Run:
    """Run the command and measure its wall time, its processor time and its largest memory."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tracker", *arguments], cwd=folder, stdout=subprocess.PIPE, text=True
    ) as process:
        said = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"tracker {' '.join(arguments)} ended in {process.returncode}: {said}")
    return Run(
        time.perf_counter() - started,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * 1024 / MEGABYTE,
        said,
    )


def copy_bare(corpus: Path, folder: Path) -> float:
    """Read, digest and insert every file, and return the seconds it took."""
    started = time.perf_counter()
    record = sqlite3.connect(folder / "bare.db")
    record.execute("CREATE TABLE documents (sha256 TEXT PRIMARY KEY, bytes BLOB)")
    rows = (
        (hashlib.sha256(data).hexdigest(), data)
        for data in map(Path.read_bytes, sorted(corpus.rglob("*.txt")))
    )
    record.executemany("INSERT OR IGNORE INTO documents VALUES (?, ?)", rows)
    record.commit()
    record.close()
    return time.perf_counter() - started


def main() -> None:
    corpus, speakers = require("ungdc"), require("ungdc_speakers.csv")
    size = sum(path.stat().st_size for path in corpus.rglob("*.txt")) / MEGABYTE
    options = [
        "import", str(corpus), "--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt",
        "--metadata", str(speakers),
        "--column", "country=ISO Code", "--column", "speaker=Name of Person Speaking",
    ]  # fmt: skip
    with TemporaryDirectory() as name:
        folder = Path(name)
        run_tracker(folder, "init")
        first, again = run_tracker(folder, *options), run_tracker(folder, *options)
        bare = copy_bare(corpus, folder)
    for label, run in (("import", first), ("again", again)):
        print(
            f"{label:7} {run.said.splitlines()[0]}\n        {size:.1f} MB in {run.seconds:.1f} s,"
            f" {run.processor:.1f} s of one core: {size / run.processor:.1f} MB/s a core;"
            f" {run.megabytes:.0f} MB of memory"
        )
    ratio = first.seconds / bare
    print(f"bare    the same bytes into one table: {bare:.1f} s; import takes {ratio:.0f} times that")


if __name__ == "__main__":
    main()
