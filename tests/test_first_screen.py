"""The first screen of any comparison has 44 lines, whatever there is to tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tracker
from tests.comparisons import revision, session
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.build import build_report
from tracker.report.render.terminal import LINES, render_terminal

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

SEEDS = sorted((Path(__file__).parents[1] / "seeds" / "xaa").glob("*.md"))
LONG = "a name that nobody would give to a file that has to be found again by others "


def screen(comparison: Comparison, width: int = 80) -> list[str]:
    """Return the lines of a first screen."""
    return render_terminal(build_report(comparison, load_vocabulary()), width=width).splitlines()


@pytest.mark.parametrize("pair", [*pairwise(SEEDS), (SEEDS[0], SEEDS[-1])], ids=lambda pair: pair[1].stem)
def test_pairs_at_hand_fit(pair: tuple[Path, Path]) -> None:
    comparison = tracker.compare(*pair)
    assert len(screen(comparison)) <= LINES
    assert max(map(len, screen(comparison))) <= 80


@pytest.mark.parametrize("many", [0, 1, 2, 5, 12, 30])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_any_number_of_topics_fits(many: int, width: int) -> None:
    known = session()
    topics = tuple(
        replace(
            topic,
            topic=f"{topic.topic}-{at}",
            label=f"{topic.label}, {LONG[: 7 * (at % 8)]}",
            claimed=at % 3 > 0,
        )
        for topic in known.topics
        for at in range(many)
    )
    crowded = replace(known, topics=topics, counterparts=())
    assert len(screen(crowded, width)) <= LINES


@pytest.mark.parametrize("comparison", [session(), revision()], ids=lambda each: each.genre)
def test_long_names_of_sides_and_cautions_fit(comparison: Comparison) -> None:
    old, new = (replace(side, name=f"{LONG}{side.name}") for side in (comparison.old, comparison.new))
    crowded = replace(comparison, old=old, new=new, caveats=tuple(f"{LONG}{at}" for at in range(2)))
    assert len(screen(crowded)) <= LINES


def test_what_is_kept_is_the_level_and_no_share_that_moved_stands_beside_it() -> None:
    known = session()
    (kept,) = (topic for topic in known.topics if topic.outcome == "kept")
    unsure = [
        replace(kept, topic=name, label=name, claimed=False, outcome_certainty=certainty, measured=True)
        for name, certainty in (("Health", 0.6), ("Trade", 0.1))
    ]
    compared = replace(known, topics=(*known.topics, *unsure))
    assert "KEPT, SAME LEVEL (2): Climate change · Health likely (.60)" in screen(compared)
    every = render_terminal(build_report(compared, load_vocabulary(), everything=True), width=120)
    (moved,) = (row for row in every.splitlines() if row.startswith("  Climate change  "))
    assert moved.split("  ")[-1] == "kept, same level"
    assert (
        every.index("\nLIKELY") < every.index("Trade, substantive, no change is told") < every.index("\nKEPT")
    )
