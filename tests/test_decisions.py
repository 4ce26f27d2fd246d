from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archives import version_of
from tests.deciding import level, link
from tracker.comparing.changes import describe_changes
from tracker.comparing.decisions.applied import (
    METHOD,
    PlacedDecision,
    decide_links,
    mark_changes,
    place_rulings,
)
from tracker.comparing.decisions.rulings import (
    find_quotes,
    place_segments,
    quote_segments,
    select_changes,
    select_levels,
    settle_rulings,
)
from tracker.comparing.topics.decided import decide_readings, find_absences, place_levels
from tracker.model.changes import Evidence, Link, Shift
from tracker.model.decisions import Decision, Quote
from tracker.model.topics import Topic, TopicReading, Vocabulary
from tracker.references import parse_reference

BEFORE = version_of("We will act.\nThe river rises.\nThank you.\nThank you.")
AFTER = version_of("We may act.\nThe river falls.\nIt is our river.\nThank you.")
ALIGNED = (
    Link((0,), (0,), 0.9, "likeness"),
    Link((1,), (1, 2), 0.7, "likeness"),
    Link((2,), (3,), 1.0, "equal"),
)

# Segments are told by their words ------------------------------------------------------------------


def test_a_repeated_sentence_is_told_by_its_occurrence() -> None:
    quotes = quote_segments(BEFORE, (3, 0))
    assert quotes == (Quote("Thank you.", 2), Quote("We will act.", 1))
    assert find_quotes(place_segments(BEFORE), quotes) == (3, 0)


def test_quotes_are_found_in_another_cutting_and_typography() -> None:
    quotes = quote_segments(BEFORE, (1, 3))
    anew = version_of("A head that was not there\nTHE RIVER  RISES.\nThank you.\nThank you.")
    assert find_quotes(place_segments(anew), quotes) == (1, 3)
    assert find_quotes(place_segments(AFTER), quotes) is None


# Which decision counts -----------------------------------------------------------------------------


def test_the_latest_counts_and_names_who_differs() -> None:
    sides = ((0,), (0,))
    (settled,) = settle_rulings(
        [
            link(BEFORE, AFTER, sides, "kept", person="Ben", day=3),
            link(BEFORE, AFTER, sides, None, person="Ana", day=1),
            link(BEFORE, AFTER, sides, "split", person="Ana", day=2),
            link(BEFORE, AFTER, sides, "kept", person="Cy", day=2),
        ]
    )
    assert (settled.decision.person, settled.decision.code) == ("Ben", "kept")
    assert settled.decision.against == ("Ana: split",)


def test_of_one_instant_the_one_recorded_last_counts() -> None:
    sides = ((0,), (0,))
    rulings = [link(BEFORE, AFTER, sides, "kept"), link(BEFORE, AFTER, sides, None)]
    assert settle_rulings(rulings)[0].decision.code == "reject"
    assert settle_rulings(reversed(rulings))[0].decision.code == "kept"


def test_rulings_belong_to_their_statements_whatever_the_edition() -> None:
    rulings = (link(BEFORE, AFTER, ((0,), (0,))), level("rivers", "absent"))
    old, new = parse_reference("XAA/CCPCJ/32~verbatim.en@4"), parse_reference("XAA/CCPCJ/33")
    assert select_changes(rulings, old, new) == rulings[:1]
    assert select_changes(rulings, new, old) == ()
    assert select_levels(rulings, new) == rulings[1:]
    assert select_levels(rulings, old) == ()
    assert select_levels(rulings, replace(new, item="item-4")) == ()


# Links and changes ---------------------------------------------------------------------------------

PAIRS = [
    # What people decided, oldest first, on segments of both sides; and the links that come of it.
    ([], "0>0 1>1,2 2>3"),
    ([(((0,), (0,)), "kept")], "0>0 1>1,2 2>3"),
    ([(((0,), (0,)), None)], "1>1,2 2>3"),
    ([(((1,), (1,)), None)], "0>0 2>3"),
    ([(((0,), (2,)), "reworded")], "1>1 0>2 2>3"),
    ([(((0, 1), (0, 1, 2)), "merged")], "0,1>0,1,2 2>3"),
    ([(((3,), (3,)), "kept")], "0>0 1>1,2 3>3"),
    ([(((1,), ()), "dropped")], "0>0 2>3"),
    ([(((), (2,)), "new")], "0>0 1>1 2>3"),
    ([(((0,), (2,)), "reworded"), (((0,), (0,)), "reworded")], "0>0 1>1 2>3"),
    ([(((0,), (0,)), "weaker")], "0>0 1>1,2 2>3"),
]


@pytest.mark.parametrize(("decided", "expected"), PAIRS)
def test_links_follow_what_people_decided(
    decided: list[tuple[tuple[tuple[int, ...], tuple[int, ...]], str | None]], expected: str
) -> None:
    rulings = [
        link(BEFORE, AFTER, sides, label, day=day) for day, (sides, label) in enumerate(decided, start=1)
    ]
    links = decide_links(ALIGNED, place_rulings(settle_rulings(rulings), BEFORE, AFTER))
    shown = " ".join(f"{','.join(map(str, link.old))}>{','.join(map(str, link.new))}" for link in links)
    assert shown == expected


def test_what_the_alignment_linked_keeps_its_confidence_and_what_it_did_not_is_marked() -> None:
    rulings = [link(BEFORE, AFTER, ((0,), (0,)), "kept"), link(BEFORE, AFTER, ((3,), (3,)), "kept")]
    links = decide_links(ALIGNED, place_rulings(rulings, BEFORE, AFTER))
    assert {(each.old, each.confidence, each.method) for each in links} == {
        ((0,), 0.9, "likeness"),
        ((1,), 0.7, "likeness"),
        ((3,), 1.0, METHOD),
    }


def test_a_decision_about_words_that_are_gone_is_left_out() -> None:
    ruling = link(BEFORE, AFTER, ((0,), (0,)), None)
    assert place_rulings([ruling], AFTER, BEFORE) == ()


def test_changes_carry_the_label_and_the_decision() -> None:
    rulings = [
        link(BEFORE, AFTER, ((0,), (0,)), "kept"),
        link(BEFORE, AFTER, ((0,), (0,)), "stronger", question="strength", said="weaker", day=2),
        link(BEFORE, AFTER, ((1,), (1, 2)), None, person="Ben", day=3),
    ]
    placed = place_rulings(settle_rulings(rulings), BEFORE, AFTER)
    links = decide_links(ALIGNED, placed)
    changes = mark_changes(describe_changes(BEFORE, AFTER, links), placed, BEFORE, AFTER)
    shown = {
        (each.old, each.new): (each.operation, [decision.code for decision in each.decided])
        for each in changes
    }
    assert shown == {
        ((0,), (0,)): ("kept", ["kept", "stronger"]),
        ((1,), ()): ("dropped", ["reject"]),
        ((), (1,)): ("new", ["reject"]),
        ((), (2,)): ("new", ["reject"]),
        ((2,), (3,)): ("kept", []),
        ((3,), ()): ("dropped", []),
    }
    (strength,) = [shift for each in changes for shift in each.shifts if shift.axis == "strength"]
    assert (strength.direction, strength.rule) == ("stronger", "person: Ana")


def test_a_shift_that_was_found_keeps_its_words() -> None:
    old, new = version_of("We will pay."), version_of("We may pay.")
    words = Evidence(0, 3, 7, "will"), Evidence(0, 3, 6, "may")
    (change,) = describe_changes(old, new, [Link((0,), (0,), 0.9, "likeness")])
    found = replace(change, shifts=(Shift("strength", "weaker", *words, "a scale"),))
    ruling = link(old, new, ((0,), (0,)), "stronger", question="strength", said="weaker")
    (marked,) = mark_changes([found], place_rulings([ruling], old, new), old, new)
    assert marked.shifts == (Shift("strength", "stronger", *words, "person: Ana"),)


def test_a_shift_that_nobody_found_quotes_the_sentences_and_none_takes_it_away() -> None:
    for label, expected in (("wider", ["The river rises."]), ("none", [])):
        ruling = link(BEFORE, AFTER, ((1,), (1,)), label, question="scope", said="none")
        placed = place_rulings([ruling], BEFORE, AFTER)
        links = decide_links(ALIGNED, placed)
        changes = mark_changes(describe_changes(BEFORE, AFTER, links), placed, BEFORE, AFTER)
        shifts = [each for change in changes for each in change.shifts if each.axis == "scope"]
        assert [each.old.text for each in shifts if each.old] == expected


def test_two_people_who_link_one_segment_differently_disagree() -> None:
    rulings = [
        link(BEFORE, AFTER, ((0,), (0,)), "reworded", person="Ana", day=1),
        link(BEFORE, AFTER, ((0,), (2,)), "reworded", person="Ben", day=2),
    ]
    placed = place_rulings(settle_rulings(rulings), BEFORE, AFTER)
    assert [each.decision.against for each in placed] == [(), ("Ana: reworded",)]


@pytest.mark.parametrize(
    ("first", "second", "against"),
    [("reworded", None, ("Ana: reworded",)), (None, "reworded", ("Ana: reject",)), (None, None, ())],
)
def test_who_takes_sentences_apart_disagrees_with_who_links_them(
    first: str | None, second: str | None, against: tuple[str, ...]
) -> None:
    rulings = [
        link(BEFORE, AFTER, ((1,), (1, 2)), first, person="Ana", day=1),
        link(BEFORE, AFTER, ((1,), (2,)), second, person="Ben", day=2),
    ]
    placed = place_rulings(settle_rulings(rulings), BEFORE, AFTER)
    assert placed[-1].decision.against == against


@st.composite
def decisions(draw: st.DrawFn) -> list[PlacedDecision]:
    indexes = st.lists(st.integers(0, 3), max_size=2, unique=True).map(sorted).map(tuple)
    placed = []
    for _ in range(draw(st.integers(0, 5))):
        old, new = draw(indexes), draw(indexes)
        apart = bool(old and new) and draw(st.booleans())
        decision = Decision(
            "Ana", "2026-11-01T10:00:00Z", "sentences", "reject" if apart else "relabel",
            None if apart else "reworded", "reworded",
        )  # fmt: skip
        placed.append(PlacedDecision(old, new, decision))
    return placed


@given(decisions())
def test_no_segment_is_ever_in_two_links_and_the_last_word_holds(placed: list[PlacedDecision]) -> None:
    links = decide_links(ALIGNED, placed)
    for side in ("old", "new"):
        indexes = [index for each in links for index in getattr(each, side)]
        assert len(indexes) == len(set(indexes))
    assert all(each.old and each.new for each in links)
    last = placed[-1] if placed else None
    if last and last.is_apart:
        assert not any(set(each.old) & set(last.old) and set(each.new) & set(last.new) for each in links)
    elif last and last.old and last.new:
        assert (last.old, last.new) in {(each.old, each.new) for each in links}


# Levels --------------------------------------------------------------------------------------------

RIVERS = Topic("rivers", "Rivers", terms={"en": ("river",)})
LAKES = Topic("lakes", "Lakes", terms={"en": ("lake",)})
WATERS = Vocabulary("waters", (LAKES, RIVERS))
READ = (TopicReading("rivers", "substantive", (1, 2), 7, 0.5, 2, "a rule"),)


def test_a_level_decided_takes_the_place_of_the_one_read() -> None:
    ruling = level("rivers", "mentioned", quoted=(AFTER, (1, 2)))
    (reading,) = decide_readings(READ, place_levels([ruling], AFTER), AFTER, WATERS)
    assert (reading.level, reading.rule, reading.decided) == ("mentioned", "person: Ana", ruling.decision)
    assert (reading.segments, reading.share, reading.leading) == ((1, 2), 0.5, 2)


def test_a_topic_decided_to_be_absent_has_no_reading() -> None:
    ruling = level("rivers", "absent", quoted=(AFTER, (1, 2)))
    assert decide_readings(READ, [ruling], AFTER, WATERS) == ()
    assert find_absences([ruling]) == {"rivers": ruling.decision}


def test_a_topic_that_a_person_alone_saw_has_no_words_to_quote() -> None:
    found = decide_readings((), [level("rivers", "declared")], AFTER, WATERS)
    assert [(each.topic, each.level, each.segments, each.share) for each in found] == [
        ("rivers", "declared", (), 0.0)
    ]
    assert found[0].quote_from(AFTER) == ""
    (read,) = decide_readings(READ, [level("rivers", "declared")], AFTER, WATERS)
    assert read.quote_from(AFTER) == AFTER.segments[2].text


def test_a_level_holds_while_the_sentences_stand_that_it_was_read_from() -> None:
    ruling = level("rivers", "absent", quoted=(AFTER, (1, 2)))
    longer = version_of(f"{AFTER.text}\nThe lake is clean.")
    assert place_levels([ruling], longer) == (ruling,)
    assert place_levels([ruling], BEFORE) == ()


def test_a_topic_of_another_vocabulary_is_passed_over() -> None:
    assert decide_readings(READ, [level("seas", "declared")], AFTER, WATERS) == READ
