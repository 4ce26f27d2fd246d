"""All benchmarks of speed and size in one table: ours, a peer or a limit in the same run, and their ratio.

Run as ``python -m tests.benchmarks.suite [NAME]... [--rounds N] [--quick]`` in the root of the repository. Of
each command the processor time of all its processes counts, user and system, the least of several turns: a
busy machine hardly changes that. Of what is no command, such as difflib or the digests of the same bytes, the
start of its process does not count. Then comes each cost at 10, 100, 1,000 and 10,000 statements kept, with
the power by which it grows. It ends in 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tests.benchmarks.suite import asking, coding, keeping, nights, peers
from tests.benchmarks.suite.ground import Ground
from tests.benchmarks.suite.table import show, show_growth, show_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tests.benchmarks.suite.table import Line

PARTS: Final[Mapping[str, Callable[[Ground], Iterator[Line]]]] = {
    "import": keeping.import_,
    "size": keeping.size,
    "start-up": asking.start_up,
    "diff": asking.diff,
    "words": asking.words,
    "topics": asking.topics,
    "search": asking.search,
    "mirror": keeping.mirror,
    "night": nights.night,
    "batch": asking.batch,
    "history": keeping.history,
    "second-reader": coding.second_reader,
}
SIZES: Final = (10, 100, 1000, 10_000)
QUICK: Final = (10, 100)


def describe_machine() -> str:
    """Return processor, cores, memory, system, Python and load."""
    models = [line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if "model name" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    processor = models[0].partition(":")[2].strip() if models else platform.machine()
    return (
        f"{processor}, {os.cpu_count()} cores, {memory:.0f} GB of memory, {platform.platform()},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def measure(names: Iterable[str], ground: Ground) -> list[Line]:
    """Print the lines of some parts as they come; interrupted, return those that there are."""
    lines = []
    print(show_heading())
    try:
        for name in names:
            for line in PARTS[name](ground):
                print(show(line), flush=True)
                lines.append(line)
    except KeyboardInterrupt:
        print("interrupted")
    return lines


def main() -> None:
    """Print the table, part by part, and how the costs grow."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.suite",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"parts: {', '.join(PARTS)}; all if none")
    parser.add_argument("--rounds", type=int, help="turns that each command has; 5 if not given, quick 2")
    parser.add_argument("--quick", action="store_true", help="with 10 and 100 statements alone")
    options = parser.parse_args()
    if unknown := set(options.names) - PARTS.keys():
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    began = time.monotonic()
    rounds, patience = options.rounds or (2 if options.quick else 5), 10 if options.quick else 20
    print(describe_machine(), peers.list_versions(), sep="\n")
    print(f"processor time, the least of {rounds} turns, or of as many as began within {patience} s\n")
    with TemporaryDirectory() as name:
        ground = Ground(Path(name), QUICK if options.quick else SIZES, rounds, patience)
        lines = measure(options.names or PARTS, ground)
    print("", *show_growth(lines), "", sep="\n")
    bounds = [line.held for line in lines if line.bound]
    took = f"{time.monotonic() - began:,.0f} s in all, load {os.getloadavg()[0]:.1f}"
    print(f"{sum(bounds)} of {len(bounds)} bounds hold; {took}")
    sys.exit(not all(bounds))


if __name__ == "__main__":
    main()
