"""What changed inside a topic that stays: asked, promised, threatened, condemned, named on one side alone."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

import tracker
from tests.acceptance.inside import DRAWN, draw
from tests.benchmarks.judged_inside import ANSWERS, list_measured, read_answers
from tracker.comparing.topics.inside import list_candidates
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.build import build_report, render_json
from tracker.report.comparison.inside import FILTER, TITLE, WORDS
from tracker.report.render.html import render_html
from tracker.report.render.markdown import render_markdown
from tracker.report.render.terminal import render_terminal

if TYPE_CHECKING:
    from tracker.comparing.topics.inside import Candidate
    from tracker.model.changes import Comparison, Inside

SAME = (
    "Corruption robs the poorest of schools and hospitals in every one of our cities. "
    "The fight against corruption remains the first priority of our government. "
    "Corruption in public works has been with us for a generation and more. "
)
ABOUT = "Public registers let citizens see who owns a company and help to uncover corruption."


def compare(old: str, new: str) -> Comparison:
    """Compare what is said beside the same about corruption, far apart enough to be two speeches."""
    return tracker.compare(f"{SAME}{old} {ABOUT}", f"{ABOUT} {new} {SAME}")


@pytest.mark.parametrize(
    ("said", "act"),
    [
        ("We urge all parties to publish their corruption audits before the autumn.", "asks"),
        ("The banks must return the proceeds of corruption to the countries of origin.", "asks"),
        ("Let us open the corruption archives to every journalist who asks.", "asks"),
        ("We understand the need to consider a corruption tribunal for the islands.", "asks"),
        ("The world cannot tolerate the corruption of arbitrators in grain disputes.", "asks"),
        ("The prosperous nations have a responsibility to trace what corruption carried off.", "asks"),
        ("Corruption in cadastral offices is an urgent task for surveyors everywhere.", "asks"),
        ("We pay tribute to the auditors, and we urge witnesses of corruption to come forward.", "asks"),
        ("We shall finance twelve corruption courts in the northern provinces.", "promises"),
        ("We are ready to host the next corruption conference in the harbour town.", "promises"),
        (
            "The government has committed to a new corruption prosecutor for the ports and harbours.",
            "promises",
        ),
        ("We condemn the corruption of the harbour police in the strongest words.", "condemns"),
        ("Corruption among border guards is a shameful betrayal of travellers.", "condemns"),
        ("Corruption destabilizing the islands is the propaganda of its founders.", "condemns"),
        ("Corruption at the customs house is an insult to every honest merchant.", "condemns"),
        ("We reserve our right to leave the corruption treaty after the vote.", "threatens"),
        ("Corruption costs the shipping trade $47 million a year in the straits.", "figure"),
    ],
)
@pytest.mark.parametrize("side", ["old", "new"])
def test_what_one_side_does_is_found_on_it(said: str, act: str, side: str) -> None:
    comparison = compare(*((said, "") if side == "old" else ("", said)))
    (found,) = _list_deeds(said, comparison)
    assert (found.topic, found.side, found.deed.act) == ("corruption", side, act)


def _list_deeds(said: str, comparison: Comparison) -> list[Candidate]:
    """Return what a sentence does inside a topic, however sure it is that the other side does not."""
    old, new = comparison.old.version, comparison.new.version
    sides = {"old": old, "new": new}
    found = list_candidates(old, new, comparison.topics, comparison.names)
    return [
        each for rows in found.values() for each in rows if sides[each.side].segments[each.place].text == said
    ]


@pytest.mark.parametrize(
    "said",
    [
        "We must not forget that corruption has accompanied every empire of the past.",
        "I must say that corruption was discussed at length by the committee.",
        "Nor did we encourage corruption among the captains of the merchant fleet.",
        "Corruption was discussed by historians at the university last winter.",
        "We shall recall the corruption debates of the seventies with some nostalgia.",
        "The convention on corruption holds auditors to the standards that must guide harbour masters.",
        "We look forward to exchanging views about corruption with the neighbouring fishing villages.",
        "The museum of corruption displays donations received in response to our appeal.",
        "We want to deepen every friendship forged by the league against corruption among sailors.",
        "We pay tribute to the auditors who exposed the corruption of the grain board.",
        "Pledges against corruption are a third of what is required in order to end it.",
        "Our islands will disappear where corruption sells the sand of their beaches.",
        "The prevention of atrocities and the study of corruption share a library.",
        "Corruption among pilots is old, and the harbour is the best hope that novelists have.",
        "How should the corruption of distant provinces colour the novels of the coast?",
        "We have decided to speak of corruption, sailors and ballads on this occasion.",
        "There is no need for us to stress what corruption does to lighthouse keepers.",
        "Without courage over corruption we will all lose the songs of the harbour.",
        "The corruption agreement calls for registers of vessels and their captains.",
        "The slogan of the corruption ring was “We shall burn the ledgers together”.",
        "Let us pause and reflect on corruption among cartographers of the old school.",
        "Prices of corruption trials are expected to double among the provinces.",
        "Corruption globalizes outrage and condemnation among merchants, sailors and their families.",
    ],
)
def test_what_does_nothing_is_not_told(said: str) -> None:
    assert not _list_deeds(said, compare("", said))


def test_what_the_other_side_says_too_is_not_told() -> None:
    asked = "We urge all parties to publish their corruption audits before the autumn."
    again = "We urge all the parties to publish corruption audits before this autumn."
    found = compare(asked, again).inside
    assert not [each for each in found if "publish" in each.evidence.text or "urge" in each.evidence.text]


def test_a_counterpart_is_sought_in_the_whole_other_text() -> None:
    place = "out of lighthouses, shipyards, harbours and canals."
    asked = f"We urge all parties to keep corruption, smuggling, bribery and perjury {place}"
    again = f"We urge all the parties to keep goats {place}"
    apart = "The weather was kind to the orchards, and pears ripened early in the valleys of the south. " * 20
    assert [each for each in compare(asked, apart).inside if "urge" in each.evidence.text]
    found = compare(asked, f"{apart}{again} {apart}").inside
    assert not [each for each in found if "urge" in each.evidence.text]


def _find(said: str, comparison: Comparison, topic: str = "corruption") -> Inside:
    sides = {"old": comparison.old.version, "new": comparison.new.version}
    (found,) = (
        each
        for each in comparison.inside
        if each.topic == topic and sides[each.side].segments[each.evidence.segment].text == said
    )
    return found


def test_what_the_other_side_says_piece_by_piece_is_not_told() -> None:
    asked = "We urge all parties to publish their corruption audits before the autumn."
    much = "Corruption audits emptied the granary of district one. Parties publish on corruption in autumn."
    assert _find(asked, compare("", asked)).claimed
    assert not [each for each in compare(much, asked).inside if each.evidence.text == "We urge"]


def test_a_promise_is_less_surely_news_than_a_request_or_a_figure() -> None:
    said = (
        "We urge all parties to publish their corruption audits before the autumn.",
        "We shall publish all parties and their corruption audits before the autumn.",
        "Corruption audits of all parties published before the autumn cost $47 million.",
    )
    asked, promised, counted = (_find(each, compare("", each)).certainty for each in said)
    assert promised < asked < counted


def test_a_topic_that_moved_is_read_too() -> None:
    named = "Drought, piracy and corruption are among the concerns of the day."
    asked = "We urge all parties to publish their piracy trials before the autumn."
    priority = "Piracy is the first priority of our government. Piracy ruins the ports of every coast. "
    comparison = compare(named, f"{priority}{asked}")
    (change,) = (each for each in comparison.topics if each.topic == "piracy")
    assert change.status == "moved up"
    assert _find(asked, comparison, "piracy").side == "new"


def test_nothing_is_told_in_a_language_that_was_not_measured() -> None:
    french = "La corruption est notre priorité. Nous demandons la fin de la corruption. "
    assert tracker.compare(french, f"{french} Nous condamnons la corruption.", language="fr").inside == ()


def test_evidence_is_in_its_segment() -> None:
    comparison = compare("", "We urge all parties to publish their corruption audits before the autumn.")
    for each in comparison.inside:
        side = comparison.old if each.side == "old" else comparison.new
        text = side.version.segments[each.evidence.segment].text
        assert text[each.evidence.start : each.evidence.end] == each.evidence.text


def test_every_form_of_the_report_has_it() -> None:
    comparison = compare("", "We urge all parties to publish their corruption audits before the autumn.")
    (claim,) = (each for each in comparison.inside if each.act == "asks" and "urge" in each.evidence.text)
    report = build_report(comparison, load_vocabulary(), only=frozenset({FILTER}))
    words = f"{WORDS[claim.act]} with no similar wording"
    for text in (render_terminal(report), render_html(report), render_markdown(report)):
        assert words in " ".join(text.split())
        assert "audits before the autumn" in " ".join(text.split())
    assert TITLE.upper() in render_terminal(report)
    assert json.loads(render_json(comparison))["inside"][0]["certainty"] > 0


def test_halves_are_as_drawn() -> None:
    with DRAWN.open(encoding="utf-8", newline="") as file:
        assert [tuple(row.values()) for row in csv.DictReader(file)] == draw()


def test_no_country_that_is_measured_on_is_among_those_judged() -> None:
    answers = read_answers()
    assert set(answers.values()) == set(ANSWERS)
    assert not {country for country, *_ in answers} & list_measured()
