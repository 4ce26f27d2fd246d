"""How the time of each stage grows with each kind of input: ten and a hundred times as much.

Run as ``python -m tests.benchmarks.growth``, with ``--only WORD`` for the kinds and stages that hold a word,
and ``--size N`` for other sizes than 400, 4,000 and 40,000 characters. Each case runs in a process with a
limit of time and memory, so that a bad one does not stop the others. From each time that of nothing is
taken; a case fails where the last step's slope, log time over log size, exceeds 1.2 at these sizes and at
larger ones, or where it died. What takes so little time that even a cube of it would not be seen is not made
larger. A refusal is a bound.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.benchmarks.growth_inputs import INPUTS
from tests.benchmarks.growth_stages import STAGES, Subject
from tests.benchmarks.growth_texts import KINDS
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Case = Callable[[int], Callable[[], object]]
    """What a size is made into: what is measured, everything before it done."""

SIZE: Final = 400
STEPS: Final = 3
STEEPEST: Final = 1.2
FLOOR: Final = 0.1
"""Seconds below which the last time is noise, beside those of a collection of garbage or a busy machine."""
SECONDS: Final = 60
MEGABYTES: Final = 2000
"""Of memory that a stage may take, beside what the process has."""

LARGER: Final = 4
"""What fails is measured again at so many times its sizes: there a bound shows, and a busy moment is over."""

_SAME = (
    "the first 999 sentences are the same once their numbers are off, and done once; the others all differ"
)
KNOWN: Final[Mapping[tuple[str, str], str]] = {
    ("numbered paragraphs", "encoder"): _SAME,
    ("numbered paragraphs", "align"): f"{_SAME}, by a number alone, and are each other's candidates",
}
"""What grows faster and is left so, by case: with its reason."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One kind of input through one stage: seconds for nothing and for each size, and how it ended."""

    kind: str
    stage: str
    seconds: tuple[float, ...]
    ended: str = ""

    @property
    def slope(self) -> float:
        """How the last step grew: 1 is linear, 2 quadratic; 0 where there is nothing to be seen."""
        if len(self.seconds) < STEPS or self.seconds[-1] < FLOOR:
            return 0.0
        before, last = (max(each - self.seconds[0], 1e-4) for each in self.seconds[-2:])
        return math.log10(last / before)

    @property
    def fails(self) -> bool:
        """Whether it died, or grows faster than is allowed."""
        return bool(self.ended) or self.slope > STEEPEST


def measure(size: int, steps: int = STEPS, only: Sequence[str] = ()) -> Iterator[Growth]:
    """Yield the growth of each case, one process a kind, and another where that died."""
    groups: dict[str, dict[str, Case]] = {
        kind: {stage: _make_case(kind, stage) for stage in STAGES} for kind in KINDS
    }
    groups |= {kind: {"read": case} for kind, case in INPUTS.items()}
    sizes = [size * 10**step for step in range(steps)]
    for kind, stages in groups.items():
        left = [stage for stage in stages if all(word in f"{kind}: {stage}" for word in only)]
        while left:
            for growth in _run_apart(kind, {stage: stages[stage] for stage in left}, sizes):
                left.remove(growth.stage)
                yield _confirm(growth, stages[growth.stage], sizes)


def _confirm(growth: Growth, case: Case, sizes: Sequence[int]) -> Growth:
    """Return what fails as measured once more at larger sizes, where that is better."""
    if growth.ended or not growth.fails:
        return growth
    (again,) = _run_apart(growth.kind, {growth.stage: case}, [size * LARGER for size in sizes])
    return again if again.slope < growth.slope else growth


def _make_case(kind: str, stage: str) -> Case:
    def prepare(size: int) -> Callable[[], object]:
        subject = _SUBJECTS.setdefault((kind, size), Subject(kind, size))
        return STAGES[stage](subject)

    return prepare


_SUBJECTS: Final[dict[tuple[str, int], Subject]] = {}
"""What one stage read serves the next; a process has those of one kind."""


def _run_apart(kind: str, cases: Mapping[str, Case], sizes: Sequence[int]) -> Iterator[Growth]:
    """Yield what a process of its own measured; of the stage in which it died, the end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _measure_all(cases, sizes, writing)
    os.close(writing)
    waiting = list(cases)
    with os.fdopen(reading, encoding="utf-8") as answers:
        for line in answers:
            seconds, ended = json.loads(line)
            yield Growth(kind, waiting.pop(0), tuple(seconds), ended)
    _, status = os.waitpid(child, 0)
    if waiting and status:
        yield Growth(kind, waiting[0], (), f"killed by signal {os.waitstatus_to_exitcode(status)}")


def _measure_all(cases: Mapping[str, Case], sizes: Sequence[int], answers: int) -> None:
    """Measure each case and write it to a pipe, in a process that then ends."""
    code = 1
    try:
        gc.freeze()
        gc.disable()
        resource.setrlimit(resource.RLIMIT_AS, (_count_addresses() + MEGABYTES * 1024**2,) * 2)
        for case in cases.values():
            answer = _measure_case(case, sizes)
            os.write(answers, f"{json.dumps(answer)}\n".encode())
        code = 0
    finally:
        os._exit(code)


def _count_addresses() -> int:
    """Return the bytes of addresses that this process has: libraries may hold far more than they use."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * resource.getpagesize()


def _measure_case(case: Case, sizes: Sequence[int]) -> tuple[list[float], str]:
    used = math.ceil(time.process_time())
    resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS * len(sizes), resource.RLIM_INFINITY))
    seconds: list[float] = []
    try:
        for size in (0, *sizes):
            seconds.append(_time(case(size)))
            if size and seconds[-1] * 1000 ** (len(sizes) - len(seconds) + 1) < FLOOR:
                break
    except MemoryError:
        return seconds, "out of memory"
    except (TrackerError, ValueError):
        pass
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cases are measured
        return seconds, f"{type(error).__name__}: {error}"[:200]
    return seconds, ""


def _time(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def main() -> None:
    """Print what fails, and how the slowest grow, and exit 1 where anything fails that is not known."""
    parser = argparse.ArgumentParser(description="How the time of each stage grows.")
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--all", action="store_true", help="print what does not fail as well")
    arguments = parser.parse_args()
    warm = Subject("plain text on one line", 3000)
    for stage in STAGES.values():
        stage(warm)()
    began, growths = time.monotonic(), []
    for growth in measure(arguments.size, only=arguments.only):
        growths.append(growth)
        if growth.fails or arguments.all:
            print(_tell(growth), flush=True)
    slowest = sorted((each for each in growths if each.seconds), key=lambda each: -each.seconds[-1])[:10]
    print("the slowest:", *(f"  {_tell(each)}" for each in slowest), sep="\n")
    print(f"{len(growths)} cases in {time.monotonic() - began:.0f} s")
    failed = [each for each in growths if each.fails and (each.kind, each.stage) not in KNOWN]
    sys.exit(f"{len(failed)} grow too fast" if failed else 0)


def _tell(growth: Growth) -> str:
    times = " ".join(f"{each:.3f}" for each in growth.seconds)
    known = KNOWN.get((growth.kind, growth.stage), "")
    ended = growth.ended or f"slope {growth.slope:.2f}"
    return f"{growth.kind}: {growth.stage}: {ended}, seconds {times} {f'(known: {known})' if known else ''}"


if __name__ == "__main__":
    main()
