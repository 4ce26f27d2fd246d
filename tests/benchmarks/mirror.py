"""The mirror beside bare git: the first writing, a run at 100 and at 10,000 statements kept, 500 runs.

Run as ``python tests/benchmarks/mirror.py [ROUNDS]``. The first writing is of the UN General Debate folder;
its peer is one ``git fast-import`` of the very same files in one commit, which reads no record, makes no file
and compares nothing. Both are timed ROUNDS times in turn, and the best of each counts, by the clock and by
processor time. The runs that change one statement are of made-up archives.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.archives import declare, record
from tests.mirrors import list_commits, read_tables, say
from tests.nights import write_speech
from tests.repositories import run_git
from tests.shared_data import require
from tracker.archive.storing.store import create_archive, open_store
from tracker.workflows.keep.mirror import update_mirror

TRACKER = [sys.executable, "-m", "tracker"]
MEGABYTE = 1_000_000
ROUNDS = 3
SMALL, LARGE = 100, 10_000
RUNS = 500
SESSIONS = 100


@dataclass(frozen=True, slots=True)
class Spent:
    """What a command took, its children included, by the clock and of all processors together."""

    seconds: float
    processor: float


def spend(command: list[str], folder: Path, stdin: Path | None = None) -> Spent:
    before = os.times()
    with (stdin or Path(os.devnull)).open("rb") as given:
        subprocess.run(command, cwd=folder, stdin=given, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return Spent(after.elapsed - before.elapsed, user + system)


def best(spent: list[Spent]) -> Spent:
    return Spent(min(each.seconds for each in spent), min(each.processor for each in spent))


def import_corpus(folder: Path) -> None:
    options = [
        "import", str(require("ungdc")), "--body", "UNGA", "--pattern", "{country}/{session}_{year}.txt",
        "--metadata", str(require("ungdc_speakers.csv")),
        "--column", "country=ISO Code", "--column", "speaker=Name of Person Speaking",
    ]  # fmt: skip
    spend([*TRACKER, "init"], folder)
    spend([*TRACKER, *options], folder)


def write_stream(mirror: Path, stream: Path) -> tuple[int, int]:
    """Write the files of a mirror as one commit for ``fast-import``; return their number and their bytes."""
    entries = [
        entry.split("\t") for entry in run_git(mirror, "ls-tree", "-r", "-z", "main").split("\0") if entry
    ]
    size = 0
    with stream.open("wb") as out:
        out.write(
            b"commit refs/heads/main\ncommitter bare <bare@localhost> 1000000000 +0000\ndata 5\nbare\n\n"
        )
        with subprocess.Popen(
            ["git", "-C", str(mirror), "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as git:
            assert git.stdin
            assert git.stdout
            for described, path in entries:
                git.stdin.write(f"{described.split()[2]}\n".encode())
                git.stdin.flush()
                length = int(git.stdout.readline().split()[2])
                data = git.stdout.read(length + 1)[:-1]
                size += length
                out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), length, data))
            git.stdin.close()
        out.write(b"done\n")
    return len(entries), size


def first_writing(folder: Path, rounds: int) -> None:
    """Time the first writing of the mirror beside bare ``fast-import`` of the same files, in turn."""
    import_corpus(folder)
    mirror, stream = folder / "snapshots" / "mirror.git", folder / "stream"
    ours, bare = [], []
    for _ in range(rounds):
        shutil.rmtree(mirror, ignore_errors=True)
        ours.append(spend([*TRACKER, "mirror", "update"], folder))
        if not stream.exists():
            files, size = write_stream(mirror, stream)
        shutil.rmtree(folder / "bare.git", ignore_errors=True)
        run_git(folder, "init", "--quiet", "--bare", "bare.git")
        bare.append(spend(["git", "-C", "bare.git", "fast-import", "--quiet", "--done"], folder, stream))
    one, other = best(ours), best(bare)
    print(f"{files:,} files, {size / MEGABYTE:.0f} MB, of 2,208 statements, best of {rounds} in turn")
    print(f"  git fast-import   {other.seconds:6.2f} s  {other.processor:6.2f} s of processors")
    print(f"  mirror update     {one.seconds:6.2f} s  {one.processor:6.2f} s of processors")
    ratio, work = one.seconds / other.seconds, one.processor / other.processor
    print(f"  ratio             {ratio:6.2f}    {work:6.2f}    (1.50 allowed by the clock)")
    again = spend([*TRACKER, "mirror", "update"], folder)
    print(f"  mirror update     {again.seconds:6.2f} s  when there is nothing to commit")


def rebuild_corpus(folder: Path) -> None:
    """Rebuild the record from a clone of the mirror, and compare every table."""
    run_git(folder, "clone", "--quiet", "--bare", "snapshots/mirror.git", "clone.git")
    spent = spend([*TRACKER, "rebuild", "clone.git", "--archive", "again"], folder)
    is_equal = read_tables(folder / "again") == read_tables(folder / "snapshots")
    print(f"rebuild from a clone  {spent.seconds:6.2f} s, tables {'equal' if is_equal else 'DIFFER'}")


def fill(folder: Path, number: int) -> Path:
    """Make an archive with so many statements and its mirror, both written before anything is timed."""
    create_archive(folder)
    with open_store(folder, "import") as store, store.batch():
        for each in range(number):
            country = "".join(chr(ord("A") + each // SESSIONS // power % 26) for power in (26, 1))
            reference = f"X{country}/UNGA/{each % SESSIONS + 1}~prepared.en"
            record(store, declare(reference), write_speech(f"Number {each}.", each))
    update_mirror(folder)
    return folder


def change_one(folder: Path, number: int) -> float:
    """Return the seconds of bringing the mirror along after a run that changed one statement."""
    mirror, away = folder / "mirror.git", folder / "away.git"
    mirror.rename(away)
    say(folder, "XAA/UNGA/1~prepared.en", write_speech(f"Change {number}.", number))
    away.rename(mirror)
    began = time.perf_counter()
    assert update_mirror(folder).commits == 1
    return time.perf_counter() - began


def steady_runs(folder: Path, rounds: int) -> None:
    """Time runs that change one statement, in a small and in a large archive in turn."""
    archives = {number: fill(folder / str(number), number) for number in (SMALL, LARGE)}
    seconds: dict[int, list[float]] = {number: [] for number in archives}
    for turn in range(10 * rounds):
        for number, archive in archives.items():
            seconds[number].append(change_one(archive, turn))
    for number, spent in seconds.items():
        middle, least = median(spent) * 1000, min(spent) * 1000
        print(f"one change at {number:6,} statements  {middle:6.0f} ms (best {least:.0f})")
    ratio = median(seconds[LARGE]) / median(seconds[SMALL])
    print(f"  ratio                           {ratio:6.2f}")


def many_runs(folder: Path) -> None:
    """Count what 500 runs leave in the mirror."""
    archive = fill(folder / "many", SMALL)
    most, began = 0, time.perf_counter()
    for number in range(RUNS):
        say(archive, "XAA/UNGA/1~prepared.en", write_speech(f"Run {number}.", number))
        most = max(most, len(list((archive / "mirror.git" / "objects" / "pack").glob("*.pack"))))
    each = (time.perf_counter() - began) / RUNS * 1000
    loose = run_git(archive / "mirror.git", "count-objects").split()[0]
    commits = len(list_commits(archive / "mirror.git"))
    print(f"{RUNS} runs: {commits} commits, at most {most} packs, {loose} loose objects, {each:.0f} ms a run")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with TemporaryDirectory() as name:
        folder = Path(name)
        first_writing(folder, rounds)
        rebuild_corpus(folder)
        steady_runs(folder, rounds)
        many_runs(folder)


if __name__ == "__main__":
    main()
