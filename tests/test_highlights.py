"""The largest changes of a revision come first in every form of its report, with the words that show them."""

from __future__ import annotations

import json

import pytest

import tracker
from tests.comparisons import version
from tracker.comparing.highlights import find_highlights
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.report.comparison.build import build_report
from tracker.report.formats import Asked, render_comparison
from tracker.report.layout import cut_middle
from tracker.report.render.terminal import render_terminal
from tracker.report.render.word import summarize

OLD = (
    "Terms of Orrin Maps LLC\n\nLast updated: 3 May 2024\n\n"
    "You may use our maps on your own devices. Orrin Maps LLC looks after the servers. We keep your searches "
    "for 90 days. You may close your account at any time.\n\n"
    "We welcome questions about these terms. Orrin Maps LLC answers within a week. Write to us by letter."
)
CLAUSE = (
    "You grant us a lasting licence to sell the routes that your device records to insurers and to"
    " employers, and you may not withdraw it. Insurers may keep them."
)
NEW = (
    OLD.replace(" LLC", "")
    .replace("3 May 2024", "9 June 2026")
    .replace("90 days", "24 months")
    .replace("at any time.", f"at any time. {CLAUSE}")
)
LEAD = "The Board met on Monday. It heard the Treasurer."


def show(old: str, new: str, form: str = "text") -> str:
    return str(render_comparison(Asked(tracker.compare(old, new), load_vocabulary()), form))


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_new_clause_stands_before_a_changed_name_and_a_new_date(form: str) -> None:
    shown = " ".join(show(OLD, NEW, form).split())
    shown = shown[shown.index("New, 2 sentences") :]
    places = [shown.index(words) for words in ("You grant us a lasting licence", "24 months", "9 June 2026")]
    assert places == sorted(places)


def test_the_comment_of_a_word_file_tells_the_same_first() -> None:
    comparison = tracker.compare(OLD, NEW)
    _, first, second, *_ = summarize(build_report(comparison, load_vocabulary()))
    assert "You grant us a lasting licence" in first
    assert "[-90 days-]{+24 months+}" in second


def test_json_has_the_same_order_with_reasons() -> None:
    read = json.loads(show(OLD, NEW, "json"))
    changes = {each["id"]: each for each in read["changes"]}
    first, second, *rest = read["highlights"]
    assert {changes[name]["operation"] for name in first["changes"]} == {"new"}
    assert len(first["changes"]) == 2
    assert first["reasons"][:2] == ["words", "binds"]
    assert "figure" in second["reasons"]
    assert all(each["weight"] <= second["weight"] for each in rest)


def test_new_sentences_of_one_clause_are_one_entry() -> None:
    shown = show(OLD, NEW)
    assert "New, 2 sentences" in shown
    assert "Insurers may keep them." in " ".join(shown.split())


STANCES = [
    ("en", "We do not support a second court.", "We support a second court.", "reversed: negation removed"),
    ("en", "We welcome a second court.", "We do not welcome a second court.", "reversed: negation added"),
    ("en", "We support a second court.", "We oppose a second court.", "reversed: “support” → “oppose”"),
    ("en", "We keep our gates open.", "We have closed our gates.", "reversed: “open” → “closed”"),
    ("fr", "Nous n’appuyons pas ce plan.", "Nous appuyons ce plan.", "reversed: negation removed"),
    ("es", "Apoyamos el plan del puerto.", "No apoyamos el plan del puerto.", "reversed: negation added"),
    ("ru", "Мы не поддерживаем план порта.", "Мы поддерживаем план порта.", "reversed: negation removed"),
    ("ar", "نحن لا نؤيد خطة الميناء.", "نحن نؤيد خطة الميناء.", "reversed: negation removed"),
    ("zh", "我们支持扩建港口。", "我们反对扩建港口。", "reversed: “支持” → “反对”"),
]


@pytest.mark.parametrize(("language", "old", "new", "said"), STANCES)
def test_a_stance_that_is_reversed_leads_and_says_so(language: str, old: str, new: str, said: str) -> None:
    comparison = tracker.compare(f"{OLD}\n\n{old}", f"{NEW}\n\n{new}", language=language, encoder=None)
    report = build_report(comparison, load_vocabulary())
    lead = next(each for each in comparison.changes if "negation" in {shift.axis for shift in each.shifts})
    assert lead.id in comparison.highlights[0].changes + comparison.highlights[1].changes
    assert f"Reworded, {said}, ¶" in render_terminal(report)
    assert not [caveat for caveat in comparison.caveats if "stronger or weaker" in caveat]


def test_of_two_sessions_nothing_is_ranked() -> None:
    old, new = "Cod is dear. Nets are torn.", "Trains run late. Bridges rust away."
    assert tracker.compare(old, new).highlights == ()


def weigh(old: str, new: str) -> float:
    """Return the greatest weight of a change between two texts that begin alike."""
    return tracker.compare(f"{LEAD} {old}", f"{LEAD} {new}").highlights[0].weight


HEAVIER = [
    ("The fee is 20 crowns.", "The fee is 40 crowns.", "The fee is 21 crowns."),
    ("Members should pay the fee.", "Members must pay the fee.", "Members should pay this fee."),
    ("The hall is open.", "The hall is open. Nobody shall smoke in it.", "The hall is open to all."),
    (
        "The hall is open.",
        "The hall is open. It closes at midnight in winter.",
        "The hall is open.\n\nMidnight in winter",
    ),
    (
        "Recalling the fire, we close the hall.",
        "Recalling the fire, we close the hall of mirrors.",
        "Recalling the great fire,\n\nwe close the hall.",
    ),
]


@pytest.mark.parametrize(("old", "heavy", "light"), HEAVIER)
def test_what_says_more_weighs_more(old: str, heavy: str, light: str) -> None:
    assert weigh(old, heavy) > weigh(old, light)


def test_a_word_that_comes_in_everywhere_is_no_news_anywhere() -> None:
    places = [f"Section {word} of Orrin is long." for word in ("one", "two", "three", "four", "five", "six")]
    old, new = "\n\n".join(places), "\n\n".join(places).replace("Orrin", "Brenn")
    once = "\n\n".join((places[0].replace("Orrin", "Brenn"), *places[1:]))
    renamed, lone = (tracker.compare(old, other).highlights for other in (new, once))
    assert max(each.weight for each in renamed) < lone[0].weight / 2


def test_neighbours_that_have_no_counterpart_are_joined_within_a_paragraph() -> None:
    comparison = tracker.compare(
        "We fish. We farm.", "We fish. We farm. Foxes sleep. Owls hunt.\n\nBears dance."
    )
    places = {change.id: change.new for change in comparison.changes}
    joined = {tuple(sorted(places[name][0] for name in each.changes)) for each in comparison.highlights}
    assert joined == {(2, 3), (4,)}


def test_no_changes_have_no_highlights() -> None:
    same = version(["We fish.", "We farm."])
    assert find_highlights(same, same, ()) == ()


def test_other_signs_for_the_same_are_no_edit_on_the_screen() -> None:
    old = "We pay the members' fees within 14 days of a notice."
    new = old.replace("'", "’").replace("14", "7")
    shown = " ".join(show(f"{LEAD} {old}", f"{LEAD} {new}").split())
    assert "members’ fees within [-14-]{+7+} days" in shown


def test_shifts_of_changes_that_are_shown_are_not_named_again() -> None:
    assert "FIGURES" not in show(f"{LEAD} The fee is 20 crowns.", f"{LEAD} The fee is 40 crowns.")


def test_a_long_clause_keeps_its_beginning_and_its_end() -> None:
    text = " ".join((*(f"word{number}" for number in range(90)), "unless the court allows it."))
    cut = cut_middle(text, 120)
    assert cut.startswith("word0 word1 ")
    assert cut.endswith("unless the court allows it.")
    assert len(cut) <= 120
    assert cut_middle("short enough", 120) == "short enough"


def test_the_screen_has_its_lines_and_a_blank_before_what_is_named() -> None:
    old = " ".join(
        f"Rule {number} says that the hall is open to all who pay {number} crowns." for number in range(9, 60)
    )
    new = old.replace(" crowns", "0 crowns").replace("open", "shown")
    report = build_report(tracker.compare(old, new), load_vocabulary())
    screen = render_terminal(report).splitlines()
    assert len(screen) <= 44
    named = next(at for at, row in enumerate(screen) if row.startswith("FIGURES"))
    assert not screen[named - 1]


SUBJECT = " ".join(
    f"The lighthouse keepers of {town} oil the lighthouse lamps." for town in ("Orle", "Tesh", "Velle")
)


def test_what_is_near_the_subject_weighs_more() -> None:
    near, far = (
        tracker.compare(SUBJECT, f"{SUBJECT} The {who} rest in March.", encoder=None).highlights[0].weight
        for who in ("lighthouse keepers", "parish keepers")
    )
    assert near > far


@pytest.mark.parametrize(("towns", "has_room"), [(3, True), (20, False)])
def test_what_was_kept_leaves_its_room_to_edits(towns: int, *, has_room: bool) -> None:
    kept = " ".join(f"Climate change threatens the {place} of our country." for place in ("coasts", "farms"))
    names = [f"{letter}ell{letter.lower()}m" for letter in "BCDFGHJKLMNPQRSTVWXZ"][:towns]
    old, new = (
        " ".join([kept, *(f"The mayor of {name} will open a new mill in {month}." for name in names)])
        for month in ("March", "June")
    )
    shown = show(old, new)
    assert ("KEPT" in shown, "more: --all" in shown) == (has_room, not has_room)
    assert "Kept" in show(old, new, "markdown")
