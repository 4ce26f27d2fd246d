"""Feeds every door of the program with what strangers might write, and keeps what breaks a law.

Run as ``python -m tests.acceptance.fuzz --minutes 60 --keep findings`` in the root of the repository. The
time is shared among the targets. The same seed makes the same inputs. Inputs are run by a process of their
own, which dies where a library does and is killed where it hangs. A finding is what is raised and is no
expected error, an exit code that is not documented, more than one line about a trouble, what a terminal
would obey, a hang, memory over the target's bound, a program run, a host reached, a file written outside
the folder or left lying about. Each is written to ``--keep`` once, with the bytes that show it;
``--replay`` runs those again.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.acceptance.fuzz.keeping import Kept
from tests.acceptance.fuzz.running import Finding, Result, Workers
from tests.acceptance.fuzz.targets import load_targets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.acceptance.fuzz.target import Target

_BY_THE_CLOCK = frozenset({"hang", "slow"})
"""Kinds that may come of a busy machine."""

_TURN = 1.0
"""Seconds for which a target has the worker, once it is its turn."""


@dataclass(slots=True)
class Share:
    """What a target has had of the time, and what became of its inputs."""

    target: Target
    spent: float = 0.0
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.labels.total()

    def line(self) -> str:
        rate = self.count / self.spent if self.spent else 0.0
        became = ", ".join(f"{number:,} {label}" for label, number in self.labels.most_common())
        return f"{self.target.name:22} {self.count:8,} inputs {rate:8.1f}/s  {became}"


def fuzz(targets: Sequence[Target], workers: Workers, kept: Kept, seed: int, seconds: float) -> list[Share]:
    """Give the targets their turns until the time is over; at least one input each."""
    shares = [Share(target) for target in targets]
    ends = time.monotonic() + seconds
    while time.monotonic() < ends or not all(share.count for share in shares):
        share = min(shares, key=lambda each: (bool(each.count), each.spent))
        _take_turn(share, workers, kept, seed, min(ends, time.monotonic() + _TURN))
    return shares


def _take_turn(share: Share, workers: Workers, kept: Kept, seed: int, until: float) -> None:
    target, began, paused = share.target, time.monotonic(), 0.0
    while True:
        origin = f"{seed} {target.name} {share.count}"
        data, result = _run(target, origin, workers)
        share.labels[result.label or "died"] += 1
        ended = time.monotonic()
        _report(target, data, origin, result, workers, kept)
        paused += time.monotonic() - ended
        if time.monotonic() >= until:
            break
    share.spent += time.monotonic() - began - paused


def _run(target: Target, origin: str, workers: Workers) -> tuple[bytes, Result]:
    """Make an input and run it; that none can be made is a finding about us, and no end of the hour."""
    try:
        data = target.make(Random(origin))  # noqa: S311 (the same inputs each time)
    except Exception as error:  # noqa: BLE001 (as above)
        text = "".join(traceback.format_exception(error))
        return b"", Result("unmade", Finding("unmade", f"{target.name} unmade {type(error).__name__}", text))
    return data, workers.run(target, data)


def _report(target: Target, data: bytes, origin: str, result: Result, workers: Workers, kept: Kept) -> None:
    """Print and keep a finding that is new; what took too long must show again, by itself."""
    finding = result.finding
    if finding and finding.kind in _BY_THE_CLOCK:
        # That the machine was busy elsewhere is no finding.
        finding = workers.run(target, data).finding
    if finding and kept.note(finding):
        place = kept.keep(target, finding, f"seed, target and number: {origin}", data, workers)
        print(f"{finding.kind}: {finding.signature}\n  {place}", flush=True)


def replay(target: Target, file: Path, workers: Workers) -> bool:
    """Run one kept input, say what became of it, and tell whether that is no finding."""
    result = workers.run(target, file.read_bytes())
    print(result.finding.text if result.finding else result.label)
    return result.finding is None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each finding and what each target was given; return 1 if there is a finding."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--target", action="append", metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, default=1, help="the same one makes the same inputs")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz", metavar="DIR")
    parser.add_argument(
        "--replay", type=Path, metavar="FILE", help="run one input, such as one that was kept"
    )
    parser.add_argument(
        "--module", action="append", default=[], help="a module of targets; all of ours by default"
    )
    parser.add_argument("--list", action="store_true", help="name the targets and stop")
    options = parser.parse_args(arguments)
    targets = {target.name: target for target in load_targets(options.module)}
    unknown = [name for name in options.target or () if name not in targets]
    if options.list or unknown:
        print(*targets, sep="\n")
        return 2 if unknown else 0
    chosen = [targets[name] for name in options.target or targets]
    os.nice(10)
    # Whoever ends the runner ends the worker with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    workers = Workers(options.module)
    try:
        if options.replay:
            return int(not replay(chosen[0], options.replay, workers))
        kept = Kept(options.keep)
        shares = fuzz(chosen, workers, kept, options.seed, 60 * options.minutes)
    finally:
        workers.end()
    print(*(share.line() for share in shares), sep="\n")
    print(f"{sum(share.count for share in shares):,} inputs, {len(kept.met)} findings, {kept.folder}")
    return int(bool(kept.met))


if __name__ == "__main__":
    sys.exit(main())
