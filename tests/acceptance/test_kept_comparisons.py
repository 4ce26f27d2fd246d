"""Thirty pairs of real statements: what is kept of them gives the bytes that were given first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff import compare
from tracker.diff.diff import diff
from tracker.errors import TrackerError
from tracker.report.comparison.build import build_report, render_json
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.measuring import Run
    from tracker.model.changes import Comparison

PAIRS = 30
COUNTRIES = ("GBR", "FRA", "BRA", "IND", "KEN", "FJI", "RUS", "CHN", "UKR", "USA")
SESSIONS = (("72", "73"), ("75", "76"), ("77", "78"), ("78", "79"))


def test_a_kept_comparison_is_the_same_to_the_byte(
    imported: tuple[Path, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    operands = [[f"{country}/UNGA", *pair] for pair in SESSIONS for country in COUNTRIES][:PAIRS]
    fresh = [_answer(imported[0], each) for each in operands]

    def refuse(*_: object, **__: object) -> Comparison:
        raise TrackerError("compared anew")

    monkeypatch.setattr(compare, "compare_sides", refuse)
    assert [_answer(imported[0], each) for each in operands] == fresh


def _answer(folder: Path, operands: list[str]) -> tuple[str, str]:
    vocabulary = load_vocabulary()
    with ArchiveSession(folder / "snapshots") as archive:
        found = diff(operands, archive, vocabulary, None)
    report = build_report(found, vocabulary, everything=True)
    return render_json(found), render_terminal(report, width=100, color=True)
