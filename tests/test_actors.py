"""Who is named on a kept topic on one side only, and in which role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.comparisons import VOCABULARY, session, version
from tests.reports import render, render_markdown
from tracker.changes.shifts.counterparts import compare_actors
from tracker.model.changes import Evidence, Shift
from tracker.report.comparison.topic_words import actor_words


def told(old: str, new: str, own: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    sides = version((old,)), version((new,))
    shifts = compare_actors(*sides, (0,), (0,), own)
    return [
        (shift.direction, evidence.text, shift.rule)
        for shift in shifts
        for evidence in [shift.old or shift.new]
        if evidence
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "On Sudan we urge Chad to open the border.",
            "On Sudan we thank Kenya for opening the border.",
            [("removed", "Chad", "asked"), ("added", "Kenya", "thanked")],
        ),
        ("We met Kenya and Chad.", "We met Chad and Kenya again.", []),
        ("We trust the United Nations.", "We trust our neighbours.", []),
        ("We back African countries and the SDGs since the Cold War.", "We met nobody.", []),
        ("We met small island developing States (SIDS).", "We back SIDS.", []),
        ("We met Africa and the Middle East.", "We met Africa.", [("removed", "Middle East", "")]),
        ("We met Chad, and Chad agreed.", "We met nobody.", [("removed", "Chad", "")]),
    ],
)
def test_who_is_named_on_one_side_only(old: str, new: str, expected: list[tuple[str, str, str]]) -> None:
    found = told(old, new)
    assert [(direction, name) for direction, name, _ in found] == [each[:2] for each in expected]
    assert all(role in rule for (_, _, rule), (_, _, role) in zip(found, expected, strict=True))


def test_who_speaks_is_no_actor() -> None:
    assert told("We met in Kenya.", "We met.", own=("Kenya",)) == []


def test_evidence_stands_in_its_segment() -> None:
    old = version(("We act on Sudan.", "We urge Chad to open the border."))
    (shift,) = compare_actors(old, version(("We act on Sudan.",)), (0, 1), (0,))
    assert shift.old is not None
    assert old.segments[1].text[shift.old.start : shift.old.end] == "Chad"
    assert shift.old.segment == 1


def test_between_languages_nothing_is_told() -> None:
    assert compare_actors(version(("Chad.",)), version(("Tchad.",), language="fr"), (0,), (0,)) == ()


def test_the_report_names_them_with_their_roles() -> None:
    actors = (
        Shift("name", "removed", Evidence(0, 0, 7, "Climate"), None, "counterpart; actor: asked (ours)"),
        Shift("name", "added", None, Evidence(3, 0, 2, "We"), "counterpart; actor (ours)"),
    )
    words = "no longer named: Climate (asked); named now: We"
    assert actor_words(actors) == words
    comparison = session()
    pairs = tuple(replace(pair, actors=actors) for pair in comparison.counterparts)
    comparison = replace(comparison, counterparts=pairs)
    assert words in render(comparison, VOCABULARY, everything=True)
    assert words in render_markdown(comparison, VOCABULARY, everything=True)
    assert actor_words(()) is None
