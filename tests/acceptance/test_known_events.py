"""What happened in the world must be seen in what countries put first, and not before it happened."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.measuring import run_tracker

if TYPE_CHECKING:
    from pathlib import Path

    from tests.measuring import Run

SINCE_1970 = ("GBR", "FRA", "USA", "BRA", "IND", "JPN")
PRIORITY = {"declared", "substantive"}


@pytest.fixture(scope="module")
def folder(imported: tuple[Path, Run]) -> Path:
    return imported[0]


def share(folder: Path, session: int, topic: str) -> float:
    """Return the share of the countries that speak to which a topic is a priority."""
    answer: dict[str, Any] = json.loads(
        run_tracker(folder, "timeline", "UNGA", str(session), "--format", "json").said
    )
    shares = {row["id"]: row["share_of_countries"] for row in answer["topics"]}
    return float(shares.get(topic, 0))


def test_the_war_in_ukraine_from_2022(folder: Path) -> None:
    assert share(folder, 77, "situation-ukraine") > 5 * share(folder, 76, "situation-ukraine")


def test_the_pandemic_from_2020(folder: Path) -> None:
    assert share(folder, 74, "pandemics") < 0.05
    assert share(folder, 75, "pandemics") > 0.9


def test_the_2030_agenda_from_2015(folder: Path) -> None:
    assert share(folder, 70, "sustainable-development-goals") > 0.6


@pytest.mark.parametrize("country", SINCE_1970)
def test_no_goals_before_the_summits_that_set_them(folder: Path, country: str) -> None:
    """They were proposed at Rio de Janeiro in 2012."""
    sessions = priorities(folder, country, "sustainable-development-goals")
    assert [session for session in sessions if session < 67] == []


def test_apartheid_until_it_ended(folder: Path) -> None:
    sessions = [session for country in SINCE_1970 for session in priorities(folder, country, "apartheid")]
    assert len([session for session in sessions if session <= 48]) > 25
    assert not [session for session in sessions if session > 48]


def priorities(folder: Path, country: str, topic: str) -> list[int]:
    """Return the sessions at which a topic is a priority of a country."""
    said = run_tracker(folder, "timeline", f"{country}/UNGA", "--topic", topic, "--format", "csv").said
    return [int(row["session"]) for row in csv.DictReader(said.splitlines()) if row["level"] in PRIORITY]
