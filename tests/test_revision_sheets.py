"""Check that the sheets of revisions are whole: each row has its answer, and each half as many."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.classes import CLASSES
from tests.acceptance.revision_sheets import SCORERS

CODING = Path(__file__).parent / "acceptance" / "coding"
LANGUAGES = {"en", "fr", "es", "ru", "ar", "zh"}
COUNTS = {
    "requests": 26,
    "polarity": 62,
    "reversals": 76,
    "deadlines": 36,
    "deadlines_late": 28,
    "figures": 60,
    "figures60": 60,
    "names": 38,
    "names_late": 22,
    "merges": 30,
    "reuse": 24,
    "first_screen": 30,
    "ceremony": 24,
    "ceremony_late": 10,
    "splitting": 58,
    "splitting_late": 24,
}
VALUES = {
    "strength": {"stronger", "weaker", "none", "unranked"},
    "negation": {"added", "removed", "none"},
    "scope": {"wider", "narrower", "none"},
    "date": {"earlier", "later", "loosened", "tightened", "added", "removed", "changed", "none"},
    "figure": {"raised", "lowered", "changed", "none"},
    "name": {"added", "removed", "changed", "none"},
}


def _read_csv(name: str) -> list[dict[str, str]]:
    with (CODING / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read_cases(name: str) -> list[dict[str, Any]]:
    lines = (CODING / "revisions" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("name", "languages", "halves"),
    [
        ("edits240", LANGUAGES, {"chosen": 20, "report": 20}),
        ("edits96", LANGUAGES, {"report": 16}),
        ("edits60", {"fr"}, {"chosen": 30, "report": 30}),
    ],
)
def test_a_sheet_of_edits_has_as_many_of_each_language_and_half(
    name: str, languages: set[str], halves: dict[str, int]
) -> None:
    rows = _read_csv(f"{name}.csv")
    assert len({row["old"] for row in rows}) == len({row["new"] for row in rows}) == len(rows)
    assert all(row["old"] != row["new"] for row in rows)
    counts = Counter((row["language"], row["half"]) for row in rows)
    assert counts == {(language, half): n for language in languages for half, n in halves.items()}


@pytest.mark.parametrize("name", ["edits240", "edits96", "edits60"])
def test_each_reader_of_a_sheet_of_edits_answers_each_edit_on_each_axis(name: str) -> None:
    ids = [row["id"] for row in _read_csv(f"{name}.csv")]
    answers = _read_csv(f"{name}_answers.csv")
    for reader in {row["reader"] for row in answers}:
        assert [row["id"] for row in answers if row["reader"] == reader] == ids
    assert all(row[axis] in values for row in answers for axis, values in VALUES.items())


@pytest.mark.parametrize("name", COUNTS)
def test_the_cases_of_a_class_are_whole(name: str) -> None:
    cases = _read_cases(name)
    assert len({case["id"] for case in cases}) == len(cases) == COUNTS[name]
    # What came late is all for the end.
    aside = COUNTS[name] if name.endswith("_late") else COUNTS[name] // 2
    assert Counter(case["half"] for case in cases) == +Counter(report=aside, chosen=COUNTS[name] - aside)
    assert {case["language"] for case in cases} <= LANGUAGES
    for case in cases:
        assert "text" in case or case["old"] != case["new"], case["id"]
        for old, new in case.get("links", ()):
            assert old < len(case["old"]), case["id"]
            assert new < len(case["new"]), case["id"]
        for axis, value in (*case.get("expected", {}).items(), *case.get("or", {}).items()):
            assert value in VALUES[axis], case["id"]


def test_each_sheet_is_in_the_table_of_classes() -> None:
    assert (
        set(COUNTS)
        < set(SCORERS)
        == {sheet.split()[0] for sheets in CLASSES.values() for sheet in sheets} & set(SCORERS)
    )


def test_figures_and_deadlines_stand_where_the_cases_say() -> None:
    for case in (*_read_cases("figures"), *_read_cases("figures60")):
        for pair in case["pairs"]:
            for side in ("old", "new"):
                if pair[side]:
                    assert case[side].startswith(pair[side], pair[f"{side}_at"]), case["id"]
    for case in (*_read_cases("deadlines"), *_read_cases("deadlines_late")):
        assert case["old_date"] in case["old"]
        assert case["new_date"] in case["new"]


def test_each_reader_names_three_changes_that_are_in_the_texts() -> None:
    texts = {case["id"]: case for case in _read_cases("first_screen")}
    main = _read_csv("revisions/first_screen_main.csv")
    ranks = Counter((row["id"], row["reader"]) for row in main)
    assert ranks == {(case, reader): 3 for case in texts for reader in {row["reader"] for row in main}}
    for row in main:
        assert row["old"] or row["new"], row
        assert row["old"] in texts[row["id"]]["old"], row
        assert row["new"] in texts[row["id"]]["new"], row
