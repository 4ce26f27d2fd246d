from __future__ import annotations

import sys
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.repeated_corpus import repeat_corpus
from tests.benchmarks.suite.ground import Ground, Job
from tests.benchmarks.suite.table import (
    Bound,
    Line,
    extrapolate,
    find_slope,
    show,
    show_growth,
    show_heading,
    show_value,
)
from tests.measuring import run_command
from tests.thorough import long

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("costs", "slope", "at_100_000"),
    [
        ({10: 0.31, 100: 0.4, 1000: 1.3, 10_000: 10.3}, 1.0, 100.3),
        ({10: 0.301, 100: 0.4, 1000: 10.3}, 2.0, 1099.3),
        ({10: 0.3, 100: 0.29, 1000: 0.3, 10_000: 0.39}, 0.0, 1.29),
        ({10: 0.3, 100: 0.29, 1000: 2.9}, 1.0, 290.0),
        ({10: 0.3, 100: 3.0}, None, 3000.0),
    ],
    ids=["linear", "quadratic", "flat", "noise, then linear", "two sizes"],
)
def test_a_slope_is_that_of_the_increases(
    costs: dict[int, float], slope: float | None, at_100_000: float
) -> None:
    assert find_slope(costs) == (slope if slope is None else pytest.approx(slope, abs=0.01))
    assert extrapolate(costs, 100_000) == pytest.approx(at_100_000, rel=0.02)


@pytest.mark.parametrize(
    ("ours", "theirs", "bound", "held", "said"),
    [
        (1.5, 1.0, Bound(1.5), True, "1.50 s peer 1.00 s 1.50 at most 1.5 times: holds"),
        (1.6, 1.0, Bound(1.5), False, "1.60 s peer 1.00 s 1.60 at most 1.5 times: MISSED"),
        (0.05, None, Bound(0.04), False, "50.0 ms peer at most 40.0 ms: MISSED"),
        (3.0, None, Bound(3.5, least=True), False, "3.00 s peer at least 3.50 s: MISSED"),
        (3.5, None, Bound(3.5, least=True), True, "3.50 s peer at least 3.50 s: holds"),
        (1234.5, 0.0, None, True, "1,234 s peer 0 ms"),
    ],
)
def test_a_line_says_whether_its_bound_holds(
    ours: float, theirs: float | None, bound: Bound | None, *, held: bool, said: str
) -> None:
    line = Line("what", ours, "s", "peer", theirs, bound, 10_000)
    assert line.held == held
    assert " ".join(show(line).split()) == f"what 10,000 {said}"
    assert show_heading().index("ours") < show(line).index("peer") == show_heading().index("beside")


def test_values_have_three_digits() -> None:
    shown = [show_value(value, "MB") for value in (0, 0.0354, 1.234, 56.78, 999.4, 12_345)]
    assert shown == ["0 MB", "0.0354 MB", "1.23 MB", "56.8 MB", "999 MB", "12,345 MB"]
    assert (show_value(0.9996, "s"), show_value(1, "s")) == ("1,000 ms", "1.00 s")


def test_growth_is_shown_for_what_was_measured_at_several_sizes_whatever_stood_beside_it() -> None:
    lines = [
        *(Line("import", cost, "s", peer, 1.0, kept=kept)
          for kept, cost in ((10, 0.31), (100, 0.4), (1000, 1.3)) for peer in ("one", "other")),
        Line("search", 0.1, "s", kept=100),
        Line("a rate", 3.0, "MB/s", kept=10),
        Line("a rate", 3.0, "MB/s", kept=100),
        Line("help", 0.1, "s"),
    ]  # fmt: skip
    heading, row = show_growth(lines)
    assert heading.split()[2:5] == ["10", "100", "1,000"]
    assert row.split() == ["import", "310", "ms", "400", "ms", "1.30", "s", "1.00", "1.00", "s", "1,000", "s"]
    assert list(show_growth(lines[-1:])) == []


@pytest.mark.parametrize("code", [0, 3])
def test_an_exit_code_is_asserted(code: int, tmp_path: Path) -> None:
    command = (
        sys.executable, "-c", f"import sys; print('said'); print('why', file=sys.stderr); sys.exit({code})"
    )  # fmt: skip
    assert run_command(command, tmp_path, code).said == "said\n"
    with pytest.raises(SystemExit, match=rf"ended in {code}, not 1: said\nwhy"):
        run_command(command, tmp_path, 1)


@long
def test_processes_that_a_command_starts_count(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < .2: pass"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
    assert run_command((sys.executable, "-c", start), tmp_path).processor >= 0.2


@pytest.mark.parametrize(("rounds", "patience", "turns"), [(3, 60, 3), (3, 0, 1)])
@long
def test_jobs_take_turns_as_long_as_there_is_patience(
    rounds: int, patience: float, turns: int, tmp_path: Path
) -> None:
    order: list[str] = []
    jobs = [Job(("echo", name), tmp_path, before=partial(order.append, name)) for name in "ab"]
    runs = Ground(tmp_path, (10,), rounds, patience).take_turns(*jobs)
    assert (order, [run.said for run in runs]) == (["a", "b"] * turns, ["a\n", "b\n"])


def test_no_sentence_of_the_repeated_corpus_comes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sentences = [f"We welcome chapter {number} on rivers and mountains." for number in range(5)]
    (tmp_path / "ungdc" / "XAA").mkdir(parents=True)
    for session in (78, 79):
        text = " ".join(
            f"{each} It is session {session} of {n} meetings." for n, each in enumerate(sentences)
        )
        (tmp_path / "ungdc" / "XAA" / f"{session}_{1945 + session}.txt").write_text(text)
    monkeypatch.setenv("TRACKER_CORPORA", str(tmp_path))
    texts = dict(repeat_corpus())
    assert list(islice(texts, 4)) == [f"XAA/{n}_{1945 + n}.txt" for n in (78, 79, 68, 69)]
    assert len(texts) == len(set(texts.values())) == 14
    original = texts["XAA/79_2024.txt"].split(". ")
    assert not set(original) & set(texts["XAA/69_2014.txt"].split(". "))
    assert dict(repeat_corpus()) == texts
