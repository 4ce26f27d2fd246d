"""What a second reader takes: a hundred pairs are put to a model that answers at once."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.benchmarks.suite.ground import TRACKER, Job, run_alone
from tests.benchmarks.suite.table import Bound, Line
from tests.models import install_stub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.benchmarks.suite.ground import Ground

SESSIONS: Final = ("73", "74")
_SIZES: Final = 3
"""Of the sizes that records have, the third has a hundred countries."""
ENOUGH: Final = 50
"""Pairs of which a run takes much longer than to load the library that asks."""


def second_reader(ground: Ground) -> Iterator[Line]:
    """Ask about each pair, beside the comparison of the same pairs alone; both find it kept."""
    kept, asked = ground.copy(ground.sizes[:_SIZES][-1], "compared"), ground.folder / "asked"
    variables = (f"{name}={value}" for name, value in install_stub(ground.folder).items())
    judge = ("env", *variables, TRACKER, "judge", "UNGA", *SESSIONS, "--model", "stub")
    compare = run_alone("compare_pairs", kept, *SESSIONS)
    compare.run()  # what is kept is made
    compared, answered = ground.take_turns(compare, Job(judge, asked, before=partial(_renew, kept, asked)))
    pairs = int(answered.said.split(" of ")[1].split()[0])
    bound = Bound(0.05) if pairs >= ENOUGH else None
    name = f"a second reader of {pairs} pairs, each"
    yield Line(f"comparing {pairs} pairs, each", compared.processor / pairs, "s")
    yield Line(name, (answered.processor - compared.processor) / pairs, "s", bound=bound)
    yield Line(f"{name}, by the clock", (answered.seconds - compared.seconds) / pairs, "s")


def _renew(kept: Path, asked: Path) -> None:
    """Have an archive in a folder in which nobody was asked yet."""
    shutil.rmtree(asked, ignore_errors=True)
    shutil.copytree(kept, asked)
