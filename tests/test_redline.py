"""Both texts as one sequence of runs: accepting all gives the new one exactly, rejecting all the old one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparisons import change, comparison, revision, session, side
from tracker.diff.notebook import compare
from tracker.report.redline import IN_SIDE, Run, redline

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

SENTENCES = [
    "We will pay 5 million euros.",
    "We will pay 8 million euros by 2030.",
    "Women in prison must be protected.",
    "The oceans are our home, and we will protect a third of them.",
    "The oceans are our home. We will protect a third.",
    "We thank the Secretary-General.",
    "一切国家都应当遵守国际法。",
    "نحن ملتزمون بحماية حقوق الإنسان.",
]
TEXTS = st.lists(
    st.tuples(st.sampled_from(SENTENCES), st.sampled_from([" ", "\n", "\n\n", "\n- "])), max_size=9
).map(lambda parts: "".join(f"{sentence}{gap}" for sentence, gap in parts))


def check_exact(found: Comparison) -> tuple[Run, ...]:
    runs = redline(found)
    for kinds, side_of in ((IN_SIDE["old"], found.old), (IN_SIDE["new"], found.new)):
        assert "".join(run.text for run in runs if run.kind in kinds) == side_of.version.text
    assert all(run.text for run in runs)
    return runs


@given(TEXTS, TEXTS)
def test_each_text_comes_back_exactly(old: str, new: str) -> None:
    runs = check_exact(compare(old, new, language="en", encoder=None))
    between = [run for run in runs if run.old is None and run.new is None]
    assert all(run.text.isspace() and not run.change for run in between)


@pytest.mark.parametrize("made", [revision(), session()], ids=["revision", "session"])
def test_texts_made_by_hand_come_back_exactly(made: Comparison) -> None:
    check_exact(made)


CASES = [
    pytest.param(
        comparison(
            side("o", ("We pay.", "We go."), ("We stay.",)),
            side("n", ("We pay and we go.",), ("We stay.",)),
            change("merged", (0, 1), (0,), "We pay|-. We|+ and we| go."),
            change("kept", (2,), (1,), "We stay."),
        ),
        # The blank inside the old pair is one between sentences, and none of the edit's own.
        "We pay|-.|-_|-We|+ and we| go.|_¶_|We stay.",
        id="a merger",
    ),
    pytest.param(
        comparison(
            side("o", ("We pay.",), ("We go.",)),
            side("n", ("We pay.", "We go."), ("We sing.",)),
            change("kept", (0,), (0,), "We pay."),
            change("kept", (1,), (1,), "We go."),
            change("new", (), (2,), "+We sing."),
        ),
        "We pay.|-_¶_|+_|We go.|+_¶_|+We sing.",
        id="a paragraph joined, and one that is new",
    ),
    pytest.param(
        comparison(
            side("o", ("We pay.", "We go now.", "We sing.")),
            side("n", ("We pay.", "We sing.", "We go.")),
            change("kept", (0,), (0,), "We pay."),
            change("kept", (2,), (1,), "We sing."),
            change("reworded", (1,), (2,), "We go|- now|.", moved=True),
        ),
        "We pay.|_|<We go|<- now|<.|-_|We sing.|+_|>We go|>.",
        id="a sentence that moved and was edited",
    ),
    pytest.param(
        comparison(
            side("o", ("We pay.", "We go.", "We sing.")),
            side("n", ("We dance.", "We sing.")),
            change("dropped", (0,), (), "-We pay."),
            change("dropped", (1,), (), "-We go."),
            change("new", (), (0,), "+We dance."),
            change("kept", (2,), (1,), "We sing."),
        ),
        "-We pay.|-_|-We go.|+We dance.|_|We sing.",
        id="blanks on both sides are kept where one of them can be",
    ),
    pytest.param(
        comparison(
            side("o", ("We pay.", "We go.")),
            side("n", ("We go.", "We pay.")),
            change("kept", (1,), (0,), "We go."),
            change("kept", (0,), (1,), "We pay."),
        ),
        "-We pay.|-_|We go.|+_|+We pay.",
        id="what is out of order and is not said to have moved",
    ),
    pytest.param(
        comparison(
            side("o", ("We pay.",), ("We go.",), ("We sing.",), ("We stay.",), ("We sit.",)),
            side("n", ("We pay.",), ("We dance.",), ("We stay.",), ("We fly.",)),
            change("kept", (0,), (0,), "We pay."),
            change("dropped", (1,), (), "-We go."),
            change("dropped", (2,), (), "-We sing."),
            change("new", (), (1,), "+We dance."),
            change("kept", (3,), (2,), "We stay."),
            change("dropped", (4,), (), "-We sit."),
            change("new", (), (3,), "+We fly."),
        ),
        "We pay.|_¶_|-We go.|-_¶_|-We sing.|-_¶_|+We dance.|+_¶_|We stay.|-_¶_|-We sit.|+_¶_|+We fly.",
        id="paragraphs that stand for others are paragraphs of their own",
    ),
    pytest.param(
        comparison(
            side("o", ("We pay.", "We go."), ("We sing.",), ("We run.", "We stay.")),
            side("n", ("We pay.", "We fly."), ("We dance.",), ("We sit.", "We stay.")),
            change("kept", (0,), (0,), "We pay."),
            *(
                change("dropped", (at,), (), f"-{text}")
                for at, text in ((1, "We go."), (2, "We sing."), (3, "We run."))
            ),
            *(
                change("new", (), (at,), f"+{text}")
                for at, text in ((1, "We fly."), (2, "We dance."), (3, "We sit."))
            ),
            change("kept", (4,), (4,), "We stay."),
        ),
        "We pay.|_|-We go.|+We fly.|_¶_|-We sing.|-_¶_|+We dance.|+_¶_|-We run.|+We sit.|_|We stay.",
        id="what goes on with a paragraph stands in it",
    ),
]
MARKS = {"kept": "", "deleted": "-", "inserted": "+", "moved from": "<", "moved to": ">"}


@pytest.mark.parametrize(("made", "expected"), CASES)
def test_runs_are_as_few_as_tell_what_happened(made: Comparison, expected: str) -> None:
    runs = check_exact(made)
    drawn = [
        MARKS[run.kind] + "-" * run.edited + run.text.replace("\n\n", "_¶_")
        if run.change
        else MARKS[run.kind] + run.text.replace("\n\n", "_¶_").replace(" ", "_")
        for run in runs
    ]
    assert "|".join(drawn) == expected


def test_a_moved_passage_has_the_id_of_its_change_at_both_places() -> None:
    runs = redline(revision())
    (moved,) = (each for each in revision().changes if each.moved)
    there = {run.kind for run in runs if run.change == moved.id}
    assert there == {"moved from", "moved to"}
    assert {run.old for run in runs if run.kind == "moved from"} == {*moved.old}
    assert {run.new for run in runs if run.kind == "moved to"} == {*moved.new}
