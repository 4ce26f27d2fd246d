"""Chinese, Arabic and Russian statements: an edit is found in its sentence, and nothing else is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tracker

if TYPE_CHECKING:
    from tracker.model.changes import Change, Comparison

CASES = tomllib.loads((Path(__file__).parent / "data" / "other_scripts.toml").read_text(encoding="utf-8"))
MARKS = {"kept": "{}", "deleted": "[-{}-]", "inserted": "[+{}+]"}
BLANKS = {"zh": ""}


def _compare(language: str) -> Comparison:
    blank = BLANKS.get(language, " ")
    return tracker.compare(blank.join(CASES[language]["old"]), blank.join(CASES[language]["new"]))


@pytest.mark.parametrize("language", CASES)
def test_edits_are_localised_inside_the_sentence(language: str) -> None:
    comparison = _compare(language)
    assert comparison.new.version.language == language
    changes = {_mark(change) for change in comparison.changes if change.operation != "kept"}
    assert changes == set(CASES[language]["changes"])


@pytest.mark.parametrize("language", CASES)
def test_deadlines_written_in_digits_are_read(language: str) -> None:
    shifts = [shift for change in _compare(language).changes for shift in change.shifts]
    assert ("date", "earlier", "-2 years") in {
        (shift.axis, shift.direction, shift.amount) for shift in shifts
    }


def _mark(change: Change) -> str:
    return "".join(MARKS[edit.kind].format(edit.text) for edit in change.edits)
