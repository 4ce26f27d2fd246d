"""Panels of the General Debate: all countries at sessions 70 to 79, six long series from session 60 on.

Takes a quarter of an hour on two quiet cores, nearly all of it for reading the topics of 2,208 speeches once.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.measuring import run_tracker
from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.diff import diff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.measuring import Run
    from tracker.archive import ArchiveSession as Session

    Rows = list[dict[str, str]]

PANELS = {
    "70-79": (),
    "60-79": ("--countries", "GBR,FRA,USA,BRA,IND,JPN"),
}
PAIRS, CELLS = 125, 4
"""Comparisons that are made anew, and cells of each that are looked at: 500 cells."""

FACTS = ("level", "sentences", "share", "status", "likely", "certainty", "measured", "share_unsure")


@pytest.fixture(scope="module")
def panels(imported: tuple[Path, Run]) -> dict[str, Path]:
    """Return each panel as a file, made twice; a child is measured while we are small."""
    folder, _ = imported
    for sessions, more in PANELS.items():
        for time in ("first", "second"):
            words = ("--sessions", sessions, *more, "--format", "csv", "-o", f"{sessions}-{time}.csv")
            run = run_tracker(folder, "timeline", "UNGA", *words)
            print(f"{sessions}, {time} time: {run.processor:.1f} s of processor, {run.megabytes:.0f} MB")
    return {sessions: folder / f"{sessions}-first.csv" for sessions in PANELS}


def test_the_second_time_gives_the_same(panels: dict[str, Path]) -> None:
    for sessions, path in panels.items():
        assert path.read_bytes() == path.with_name(f"{sessions}-second.csv").read_bytes()
    assert len({row["country"] for row in _read(panels["70-79"])}) > 190
    assert {row["session"] for row in _read(panels["60-79"])} == {str(number) for number in range(60, 80)}


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_cells_are_what_single_comparisons_say(
    panels: dict[str, Path], imported: tuple[Path, Run], tmp_path: Path
) -> None:
    """500 cells, drawn by chance, against comparisons in a copy of the archive without results."""
    shutil.copy(imported[0] / "snapshots" / "tracker.db", tmp_path)
    by_pair: dict[tuple[str, str, str], Rows] = defaultdict(list)
    for path in panels.values():
        for row in _read(path):
            if row["before"]:
                by_pair[row["country"], row["before"], row["session"]].append(row)
    drawn = random.Random(14)  # noqa: S311 (the same cells each time)
    pairs = drawn.sample(sorted(by_pair), PAIRS)
    wrong, told = [], 0
    with ArchiveSession(tmp_path) as archive:
        for pair in sorted(pairs):
            said = dict(_compare(pair, archive))
            rows = drawn.sample(by_pair[pair], len(by_pair[pair]))
            # Three of the topics of which something became, and one of the others.
            rows.sort(key=lambda row: row["topic"] not in said)
            rows = [*rows[: CELLS - 1], rows[-1]]
            told += sum(row["topic"] in said for row in rows)
            for row in rows:
                silent = not row["status"] and not row["likely"]
                same = _facts(row) == said[row["topic"]] if row["topic"] in said else silent
                wrong += [] if same else [(pair, row)]
    print(f"{PAIRS * CELLS} cells of {PAIRS} comparisons, {told} with a status, {len(wrong)} otherwise")
    for (country, before, session), row in wrong:
        print(country, before, session, row["topic"], *_facts(row))
    assert wrong == []
    assert told > PAIRS * CELLS / 2


def _facts(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in FACTS)


def _compare(pair: tuple[str, str, str], archive: Session) -> Iterator[tuple[str, tuple[str, ...]]]:
    country, before, session = pair
    single = diff([f"{country}/UNGA", before, session], archive, load_vocabulary(), None)
    for change in single.topics:
        new = change.new
        status, possible = change.status or "", change.likely or ""
        level = (new.level, str(len(new.segments)), str(new.share)) if new else ("absent", "0", "0.0")
        flags = ("TRUE" if flag else "FALSE" for flag in (change.measured, change.share_unsure))
        certainty = "" if change.certainty is None else str(change.certainty)
        if status or possible:
            yield change.topic, (*level, status, possible, certainty, *flags)
