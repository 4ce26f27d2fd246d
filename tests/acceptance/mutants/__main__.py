"""Draws mistakes in the program, makes them one by one in a copy, and says which of them its tests notice.

Run as ``python -m tests.acceptance.mutants --seed 1 --number 100 --folder DIR`` in the root of
the repository, by Python 3.12 or newer. What is drawn depends on the seed and the tree alone. At first each
test is run once, half an hour of a processor, to know which lines it reaches in all that it starts; this map
is kept in the folder, and made again for files of tests that have changed. A mutant is tried by the
tests that reach its line, the quick and special ones first, up to ``--seconds`` of them, then by others that
reach its module; what survives these in forks, by the first of them in new processes. Tests that fail where
nothing changed are not believed. ``--from FILE`` tries again what survived in an earlier run, which
``--keep FILE`` wrote.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from tests.acceptance.mutants.changes import Mutant, draw, find_function, find_lines, list_bodies
from tests.acceptance.mutants.reach import find_reaching, find_unmapped
from tests.acceptance.mutants.trial import Copy
from tests.acceptance.mutants.warm import NOT_MADE
from tests.running import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.acceptance.mutants.reach import Reaching

_MORE_OF_A_FILE: Final = 0.3
"""By how much a test is put back for each of its file that comes before it."""
_START: Final = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant: the test that noticed it, ``""`` where none did, and how many tried."""

    mutant: Mutant
    noticed_by: str
    tests: int


def main() -> None:
    """Draw, try and tell."""
    asked = _parse()
    copy = Copy(asked.folder)
    copy.make()
    if not asked.no_map:
        copy.map(find_unmapped(copy.folder, ROOT))
    random = Random(asked.seed)  # noqa: S311 (a draw)
    mutants = _read(asked.again) if asked.again else draw(ROOT, asked.number, random, asked.room)
    modules = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "tracker").rglob("*.py")}
    texts = {name: path.read_text("utf-8") for name, path in modules.items()}
    verdicts = try_all(copy, mutants, texts, asked.seconds, asked.anew, asked.keep)
    tell(verdicts, texts)


def try_all(
    copy: Copy,
    mutants: Sequence[Mutant],
    texts: dict[str, str],
    seconds: float,
    anew: int,
    keep: Path | None,
) -> list[Verdict]:
    """Try mutants, and those again that were noticed by tests which fail where nothing changed."""
    near = find_reaching(copy.folder, [find_lines(mutant, texts) for mutant in mutants])
    wide = find_reaching(copy.folder, [list_bodies(mutant.module, texts) for mutant in mutants])
    verdicts: list[Verdict] = []
    for number, mutant in enumerate(mutants):
        names = choose(near[number], seconds)
        names += [name for name in choose(wide[number], seconds / 2) if name not in names]
        verdicts.append(try_mutant(copy, mutant, texts[mutant.module], names, anew))
        _say(number, verdicts[-1], texts)
        if keep:
            keep.write_text("".join(json.dumps(asdict(each)) + "\n" for each in verdicts), "utf-8")
    return verdicts


def try_mutant(copy: Copy, mutant: Mutant, text: str, names: Sequence[str], anew: int) -> Verdict:
    """Try tests in forks, and what survives there by some in new processes."""
    changed, first = mutant.apply(text), find_function(mutant, text)

    def run_swapped(names: Sequence[str], *, as_is: bool = False) -> str:
        return copy.run_swapped(None if as_is else mutant, first, changed, names)

    def run_changed(names: Sequence[str], *, as_is: bool = False) -> str:
        return copy.run_changed(mutant, f"{text}\n_nothing = None\n" if as_is else changed, names)

    noticed = _find_failure(names, run_swapped) if first else NOT_MADE
    if noticed in {"", NOT_MADE}:
        noticed = _find_failure(names if noticed else names[:anew], run_changed)
    return Verdict(mutant, noticed, len(names))


def _find_failure(names: Sequence[str], run: Callable[..., str]) -> str:
    """Return the first test that fails, or why none could be run, and does not where nothing changed."""
    left = list(names)
    while left:
        failed = run(left)
        if failed in {"", NOT_MADE} or not run([failed] if failed in left else left, as_is=True):
            return failed
        left = left[left.index(failed) + 1 :] if failed in left else []
    return ""


def choose(tests: Sequence[Reaching], seconds: float) -> list[str]:
    """Return names of tests that together take so long, first those that are quick and reach little else."""
    before: Counter[str] = Counter()
    ranked: list[tuple[float, Reaching]] = []
    for test in sorted(tests, key=_weigh):
        ranked.append((_weigh(test) * (1 + _MORE_OF_A_FILE * before[test.file]), test))
        before[test.file] += 1
    chosen, spent = [], 0.0
    for _, test in sorted(ranked, key=lambda each: each[0]):
        if spent + test.seconds <= seconds:
            chosen.append(test.name)
            spent += test.seconds
    return chosen


def _weigh(test: Reaching) -> float:
    return (test.seconds + _START) * test.lines


def tell(verdicts: Sequence[Verdict], texts: dict[str, str]) -> None:
    """Print what survived, and how many were noticed in each room."""
    for verdict in verdicts:
        if not verdict.noticed_by:
            print(f"survived {verdict.mutant.show(texts[verdict.mutant.module])} ({verdict.tests} tests)")
    rooms = Counter(name_room(verdict.mutant) for verdict in verdicts)
    noticed = Counter(name_room(verdict.mutant) for verdict in verdicts if verdict.noticed_by)
    for room, number in sorted(rooms.items()):
        print(f"{room:24} {noticed[room]:3} of {number}")
    print(f"{'all':24} {noticed.total():3} of {rooms.total()} noticed")


def name_room(mutant: Mutant) -> str:
    """Return the package below the program that a mutant lies in; of a module there, its own name."""
    return mutant.module.split("/")[1].removesuffix(".py")


def _say(number: int, verdict: Verdict, texts: dict[str, str]) -> None:
    became = f"noticed by {verdict.noticed_by}" if verdict.noticed_by else f"SURVIVED {verdict.tests} tests"
    print(f"{number:3} {verdict.mutant.show(texts[verdict.mutant.module])}\n      {became}", flush=True)


def _read(path: Path) -> list[Mutant]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Mutant(**row["mutant"]) for row in rows if not row["noticed_by"]]


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--number", type=int, default=100)
    parser.add_argument("--room", default="", help="a package below tracker/, such as archive/mirror")
    parser.add_argument("--seconds", type=float, default=60.0, help="of tests for each mutant")
    parser.add_argument("--anew", type=int, default=30, help="tests in new processes, of what survived forks")
    parser.add_argument(
        "--folder", type=Path, required=True, help="outside the tree, for its copy and the map"
    )
    parser.add_argument("--keep", type=Path, help="a file for what became of each")
    parser.add_argument("--from", dest="again", type=Path, help="a file that --keep wrote")
    parser.add_argument("--no-map", action="store_true", help="try by what is mapped so far")
    return parser.parse_args()


if __name__ == "__main__":
    main()
