"""Deadlines as intervals, and figures by their slot: tables of edits in six languages."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.comparisons import version
from tracker.comparing.changes import describe_changes
from tracker.comparing.passages.rewording import SideText
from tracker.comparing.shifts.moments import read_moments
from tracker.model.changes import Link, Shift
from tracker.report.comparison.words import tell_shift

DATA = Path(__file__).parent / "data"


def read_table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def find(old: str, new: str, language: str = "en") -> list[Shift]:
    """Return what an edit does to figures and dates."""
    sides = version([old], language=language), version([new], language=language)
    (change,) = describe_changes(*sides, [Link((0,), (0,), 0.9, "likeness")])
    return [shift for shift in change.shifts if shift.axis in {"figure", "date"}]


@pytest.mark.parametrize(
    "row", read_table("deadlines.tsv"), ids=lambda row: f"{row['language']}: {row['new']}"
)
def test_a_deadline_goes_where_all_of_it_goes(row: dict[str, str]) -> None:
    """A span such as ``two years`` is told once, as a deadline and no figure."""
    wanted = [] if row["direction"] == "none" else [("date", row["direction"])]
    shifts = find(row["old"], row["new"], row["language"])
    assert [(shift.axis, shift.direction) for shift in shifts] == wanted


@pytest.mark.parametrize("row", read_table("figures.tsv"), ids=lambda row: f"{row['language']}: {row['new']}")
def test_figures_are_paired_by_their_slot(row: dict[str, str]) -> None:
    """Labels that moved take their figures along; addresses and numbers of articles are none."""
    wanted = [] if row["directions"] == "none" else row["directions"].split()
    assert sorted(shift.direction for shift in find(row["old"], row["new"], row["language"])) == wanted


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "Each inn must close by 2030.",
            "Each inn must close by mid-2035.",
            "date later: “2030” → “mid-2035”",
        ),
        (
            "Each inn must close by 2030.",
            "Each inn must close by 2032.",
            "date later: “2030” → “2032”, +2 years",
        ),
        ("Each inn must close.", "Each inn must close by 2032.", "date new: nothing → “by 2032”"),
        ("Each inn must close by 2032.", "Each inn must close.", "date gone: “by 2032” → nothing"),
        (
            "Each inn must close by 2032.",
            "Each inn must close in due course.",
            "date vaguer: “by 2032” → “in due course”",
        ),
        (
            "Each inn must close by 2032.",
            "Each inn must close by June 2032.",
            "date more exact: “by 2032” → “by June 2032”",
        ),
        (
            "The guild shall report at its 9th session.",
            "The guild shall report at its eleventh session.",
            "date later: “at its 9th session” → “at its eleventh session”, +2 sessions",
        ),
        (
            "Each inn must close within six weeks.",
            "Each inn must close within three weeks.",
            "date earlier: “within six weeks” → “within three weeks”, -3 weeks",
        ),
    ],
)
def test_a_deadline_in_plain_words(old: str, new: str, told: str) -> None:
    assert [tell_shift(shift) for shift in find(old, new)] == [told]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en", "It will report at its hundred and twelfth session.", 112),
        ("fr", "Elle étudiera le point à sa quatre-vingt-dix-neuvième session.", 99),
        ("es", "Examinará el tema en su quincuagésimo primer período de sesiones.", 51),
        ("ru", "Комитет рассмотрит вопрос на сорок третьей сессии.", 43),
        ("ar", "ستنظر اللجنة في البند في دورتها السابعة عشرة.", 17),
        ("zh", "委员会将在第一百零三届会议上审议该项目。", 103),
        ("en", "We speak at the seventy-ninth session.", None),
        ("en", "The seventy-ninth session was long.", None),
    ],
)
def test_a_session_by_which_something_is_due(language: str, text: str, number: int | None) -> None:
    found = [
        each.first for each in read_moments(SideText(text, language, ((0, 0),))) if each.scale == "session"
    ]
    assert found == ([number] if number else [])
