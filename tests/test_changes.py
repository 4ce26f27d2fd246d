"""Each segment is in exactly one change; a move, a split or a merge hides no edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.comparisons import version
from tracker.comparing.alignment.align import align
from tracker.comparing.changes import describe_changes
from tracker.model.changes import Change, Link
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from tracker.model.texts import Version

MINI = Path(__file__).parent / "data" / "policy_mini"
FUND = "We will contribute 5 million euros to the Technical Cooperation Fund in 2023."
FUND_NOW = "We intend to contribute 8 million euros to the Technical Cooperation Fund in 2024."
WATER = "Access to clean water remains out of reach for a third of our rural population."
OCEAN = "The warming of the ocean already empties the nets of our fishermen."


def compare(old: Version, new: Version) -> tuple[Change, ...]:
    links = align([segment.text for segment in old.segments], [segment.text for segment in new.segments])
    return describe_changes(old, new, links)


def outline(old: list[str], new: list[str]) -> list[tuple[str, bool, tuple[int, ...], tuple[int, ...]]]:
    return [(c.operation, c.moved, c.old, c.new) for c in compare(version(old), version(new))]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([], [], []),
        ([FUND], [], [("dropped", False, (0,), ())]),
        ([], [FUND], [("new", False, (), (0,))]),
        ([FUND], [FUND.upper()], [("typographic", False, (0,), (0,))]),
        ([FUND, WATER], [FUND, WATER], [("kept", False, (0,), (0,)), ("kept", False, (1,), (1,))]),
        (
            [FUND, WATER, OCEAN],
            [FUND, OCEAN],
            [("kept", False, (0,), (0,)), ("dropped", False, (1,), ()), ("kept", False, (2,), (1,))],
        ),
        ([WATER, FUND], [FUND], [("dropped", False, (0,), ()), ("kept", False, (1,), (0,))]),
        (
            [WATER, OCEAN, FUND],
            [FUND_NOW, WATER, OCEAN],
            [("reworded", True, (2,), (0,)), ("kept", False, (0,), (1,)), ("kept", False, (1,), (2,))],
        ),
    ],
)
def test_outline(
    old: list[str], new: list[str], expected: list[tuple[str, bool, tuple[int, ...], tuple[int, ...]]]
) -> None:
    assert outline(old, new) == expected


def test_a_move_hides_no_edit() -> None:
    moved = compare(version([WATER, OCEAN, FUND]), version([FUND_NOW, WATER, OCEAN]))[0]
    assert moved.moved
    assert [edit.text for edit in moved.edits if edit.kind == "inserted"] == [
        "intend to",
        "8 million euros",
        "2024",
    ]
    assert {shift.axis for shift in moved.shifts} == {"strength", "figure", "date"}


def test_the_operations_of_the_small_policy_pair() -> None:
    found = {
        (change.operation + ("+moved" if change.moved else ""), change.old, change.new)
        for change in compare(
            read_text((MINI / "old.txt").read_text()), read_text((MINI / "new.txt").read_text())
        )
    }
    for entry in json.loads((MINI / "gold.json").read_text())["ops"]:
        if "paraphrase" in entry.get("note", ""):
            continue
        old, new = (tuple(place - 1 for place in entry.get(side, [])) for side in ("old", "new"))
        assert (entry["op"], old, new) in found


def test_a_shared_segment_is_refused() -> None:
    links = [Link((0,), (0,), 1.0, "equal"), Link((0,), (1,), 1.0, "equal")]
    with pytest.raises(ValueError, match="old segment 0 is in two links"):
        describe_changes(version([FUND]), version([FUND, FUND]), links)


def test_ids_tell_repeats_apart_and_survive_typography() -> None:
    plain = compare(version([FUND, FUND]), version([FUND, FUND]))
    louder = compare(version([FUND.upper(), FUND]), version([FUND, FUND]))
    assert len({change.id for change in plain}) == 2
    assert [change.id for change in plain] == [change.id for change in louder]


@settings(deadline=None)
@given(*[st.lists(st.sampled_from([FUND, FUND_NOW, WATER, OCEAN, "Peace."]), max_size=8)] * 2)
def test_each_segment_is_in_exactly_one_change(old: list[str], new: list[str]) -> None:
    changes = compare(version(old), version(new))
    assert sorted(place for change in changes for place in change.old) == list(range(len(old)))
    assert [place for change in changes if not change.moved for place in change.new] == sorted(
        place for change in changes if not change.moved for place in change.new
    )
    assert [place for change in changes for place in change.new] == list(range(len(new)))
    assert len({change.id for change in changes}) == len(changes)
    for change in changes:
        assert "".join(e.text for e in change.edits if e.kind != "inserted") == " ".join(
            old[i] for i in change.old
        )
        assert "".join(e.text for e in change.edits if e.kind != "deleted") == " ".join(
            new[j] for j in change.new
        )
