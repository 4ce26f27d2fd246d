"""The lead: the largest findings by status, each with words that are there; what is unsure is said so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.comparisons import VOCABULARY, change, comparison, reading, session, side, topic
from tests.reports import render
from tracker.comparing.topics.certainty import load_certainty
from tracker.model.topics import SURE
from tracker.report.comparison.lead import MOST, RULES, build_lead, read_lead
from tracker.report.comparison.words import percent

if TYPE_CHECKING:
    from tracker.model.changes import Comparison
    from tracker.model.topics import TopicChange

OLD = side("XAA/UNGA/78", ("We fish for cod.", "We keep bees.", "Eels are rare."))
NEW = side("XAA/UNGA/79", ("We fish for cod again.", "Figs will be planted.", "Gold is found."))


def between(*topics: TopicChange) -> Comparison:
    changes = (
        change("dropped", (0,), (), "-We fish for cod."),
        change("new", (), (1,), "+Figs will be planted."),
    )
    return comparison(OLD, NEW, *changes, topics=topics, genre="session", aligned=0)


def lead(*topics: TopicChange) -> list[str]:
    return [each.text for each in read_lead(build_lead(between(*topics)))]


def test_the_status_with_the_largest_finding_leads_and_its_largest_topic_is_quoted() -> None:
    new = [
        topic("Figs", "new", None, reading("substantive", (1,), 0.1)),
        topic("Gold", "new", None, reading("substantive", (2,), 0.05)),
    ]
    gone = topic("Bees", "not repeated", reading("substantive", (1,), 0.4), None)
    main = "the main subject in the old text"
    assert lead(*new, gone) == [
        f"Not repeated from the old text: Bees, {main}, 40% of the words (old ¶1 “We keep bees.”).",
        "New in the new text: Figs, 10% of the words (new ¶1 “Figs will be planted.”); Gold.",
    ]


def test_no_more_than_three_sentences_and_four_topics_each() -> None:
    topics = [
        topic(f"{status} {number}", status, *sides)
        for status in RULES
        for number in range(6)
        for sides in [
            (
                None if status == "new" else reading("substantive", (0,), 0.1),
                None if status == "not repeated" else reading("substantive", (0,), 0.12),
            )
        ]
    ]
    found = build_lead(between(*topics))
    assert len(found) == MOST
    assert all(len(each.topics) == 4 for each in found)
    assert all(" and others." in each.text for each in read_lead(found))


def test_what_is_unsure_is_said_to_be_likely_with_its_certainty() -> None:
    unsure = replace(
        topic("Figs", "new", None, reading("substantive", (1,), 0.1)),
        claimed=False,
        outcome_certainty=0.66,
        measured=True,
    )
    first, second = lead(unsure)
    assert first == "No change of priorities between the old text and the new text is sure."
    assert second == "Likely: Figs new (.66), new ¶1 “Figs will be planted.”."


def test_where_nothing_changed_it_names_what_is_a_priority_in_both_texts_the_largest_first() -> None:
    both = [
        topic(name, "kept", *(reading("substantive", (at,), share) for at in (0, 1)))
        for name, share in (("Figs", 0.1), ("Bees", 0.3))
    ]
    passing = topic("Cows", "kept", reading("mentioned", (0,), 0.5), reading("mentioned", (1,), 0.5))
    gone = topic("Dogs", "kept", reading("substantive", (0,), 0.4), None)
    assert lead(*both, passing, gone) == [
        "No change of priorities between the old text and the new text is sure. The same stay: Bees, Figs."
    ]


def rated(change: TopicChange, certainty: float, *, claimed: bool = True) -> TopicChange:
    return replace(change, outcome_certainty=certainty, measured=True, claimed=claimed)


FIGS = topic("Figs", "new", None, reading("substantive", (1,), 0.3))
BEES = topic("Bees", "not repeated", reading("substantive", (1,), 0.1), None)
LEAST = load_certainty().lead


def test_a_claim_must_be_surer_to_lead_than_to_stand_below() -> None:
    assert max(load_certainty().find_threshold(status, SURE) for status in RULES) < LEAST
    figs, bees = rated(FIGS, LEAST - 0.01), rated(BEES, LEAST)
    (found,) = lead(figs, bees)
    assert found.startswith("Not repeated from the old text: Bees, ")
    first, second = lead(rated(FIGS, LEAST), bees)
    assert first.startswith("New in the new text: Figs, ")
    assert second == found


def test_of_more_and_less_the_levels_must_be_as_sure_and_the_share_as_for_any_claim() -> None:
    more = topic("Figs", "more", reading("substantive", (0,), 0.1), reading("substantive", (1,), 0.3))
    (found,) = lead(replace(rated(more, LEAST), share_certainty=0.6))
    assert found.startswith("More in the new text: Figs, ")
    below = lead(replace(rated(more, LEAST - 0.01), share_certainty=0.9))
    assert below[1].startswith("Claimed below: Figs more, ")


DEBT = rated(topic("Debt", "new", None, reading("substantive", (2,), 0.1)), 0.55, claimed=False)


def test_where_nothing_is_sure_enough_to_lead_it_says_what_is_claimed_below_the_surest_first() -> None:
    first, second = lead(rated(FIGS, LEAST - 0.02), rated(BEES, LEAST - 0.01), DEBT)
    change = "No change of priorities between the old text and the new text"
    assert first == f"{change} is sure enough to stand first."
    assert second == "Claimed below: Bees not repeated, old ¶1 “We keep bees.”; Figs new."


def test_of_what_is_claimed_below_three_are_named_and_the_others_counted() -> None:
    claimed = [rated(replace(FIGS, label=name), LEAST - 0.01) for name in ("Ants", "Bats", "Cows", "Dogs")]
    assert lead(*claimed)[1].endswith("; Bats new; Cows new; and 1 more.")


def test_nothing_is_called_likely_beside_claims_that_do_not_lead() -> None:
    """They stand below as claims, and are surer than what is likely."""
    assert len(lead(rated(FIGS, LEAST), DEBT)) == 2
    assert len(lead(rated(FIGS, LEAST), rated(BEES, LEAST - 0.01), DEBT)) == 1


def test_what_people_decided_leads_and_what_was_not_measured_does_not() -> None:
    assert lead(replace(FIGS, outcome_certainty=None))[0].startswith("New in the new text: Figs")
    unmeasured = replace(FIGS, outcome_certainty=0.99, claimed=False)
    assert lead(unmeasured)[1].startswith("Likely: Figs new (.99)")


def test_what_is_hardly_likely_is_in_no_sentence() -> None:
    unsure = replace(
        topic("Figs", "new", None, reading("substantive", (1,), 0.1)),
        claimed=False,
        outcome_certainty=0.4,
        measured=True,
    )
    assert len(lead(unsure)) == 1


def test_how_likely_it_is_is_what_the_table_says() -> None:
    """Where only the share is unsure, both chances together."""
    unsure = topic("Figs", "more", reading("substantive", (0,), 0.1), reading("substantive", (1,), 0.3))
    told = {"claimed": False, "share_unsure": True, "outcome_certainty": 0.9, "measured": True}
    (_, second) = lead(replace(unsure, share_certainty=0.7, **told))  # type: ignore[arg-type]
    assert second.startswith("Likely: Figs more (.63), ")
    assert len(lead(replace(unsure, share_certainty=0.5, **told))) == 1  # type: ignore[arg-type]


def test_a_rank_that_goes_against_its_share_shows_levels_and_no_shares() -> None:
    raised = topic("Cod", "moved up", reading("mentioned", (0,), 0.3), reading("substantive", (0,), 0.1))
    (found,) = lead(raised)
    assert "mentioned → substantive" in found
    assert "%" not in found


def test_the_old_text_is_quoted_where_the_new_one_is_silent() -> None:
    (sentence,) = build_lead(between(topic("Bees", "not repeated", reading("substantive", (1,), 0.4), None)))
    (place,) = read_lead((sentence,))[0].quotations
    assert (place.side, place.segment) == ("old", 1)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_it_stands_first_on_a_terminal(width: int) -> None:
    lines = render(session(), VOCABULARY, width=width).splitlines()
    start = lines.index("")
    shown = " ".join(lines[start + 1 : lines.index("", start + 1)])
    told = read_lead(build_lead(session()))
    assert all(each.text.split(" (")[0] in shown for each in told)


@pytest.mark.parametrize(
    ("share", "told"), [(0.0, "0%"), (0.0001, "<1%"), (0.005, "<1%"), (0.0051, "1%"), (0.094, "9%")]
)
def test_a_share_that_is_not_nothing_is_not_told_as_nothing(share: float, told: str) -> None:
    assert percent(share) == told
