"""What the rules call stronger, weaker, raised, later, and where they hold their tongue."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.comparisons import version
from tests.running import ROOT
from tracker.comparing.alignment.align import align
from tracker.comparing.changes import describe_changes
from tracker.model.changes import AXES, Link, Shift
from tracker.text.reading import read_text

MINI = Path(__file__).parent / "data" / "policy_mini"


def find(old: str, new: str, language: str = "en") -> tuple[Shift, ...]:
    sides = version([old], language=language), version([new], language=language)
    (change,) = describe_changes(*sides, [Link((0,), (0,), 0.9, "likeness")])
    return change.shifts


def brief(shift: Shift) -> tuple[str, str, str, str | None]:
    return shift.axis, shift.direction, shift.rule.split(" (")[0], shift.amount


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "We will fund the centre.",
            "We intend to fund the centre.",
            ("strength", "weaker", "modality: will > intend to", None),
        ),
        (
            "We intend to fund the centre.",
            "We will fund the centre.",
            ("strength", "stronger", "modality: will > intend to", None),
        ),
        (
            "We will establish a new national centre.",
            "We are considering establishing a new national centre.",
            ("strength", "weaker", "modality: will > are considering", None),
        ),
        (
            "States should report each year.",
            "States must report each year.",
            ("strength", "stronger", "modality: must > should", None),
        ),
        (
            "We call on all States to act.",
            "We demand all States to act.",
            ("strength", "stronger", "requests: demand > call on", None),
        ),
        (
            "We urge all States to sign the Treaty.",
            "We urge all States to consider signing the Treaty.",
            ("strength", "weaker", "action: sign > consider signing", None),
        ),
        (
            "We support the Court.",
            "We firmly support the Court.",
            ("strength", "stronger", "modifier: firmly", None),
        ),
        (
            "We will report on progress.",
            "We will report on progress, where appropriate.",
            ("strength", "weaker", "condition: where appropriate", None),
        ),
        (
            "We gave £10.5 million to the fund.",
            "We gave £12 million to the fund.",
            ("figure", "raised", "money", "+£1.5 million (+14%)"),
        ),
        (
            "We gave £500,000 to the fund.",
            "We gave £1 million to the fund.",
            ("figure", "raised", "money", "+£500,000 (+100%)"),
        ),
        (
            "Some 40 per cent of us live there.",
            "Some 35% of us live there.",
            ("figure", "lowered", "percent", "-5 percentage points"),
        ),
        (
            "We trained 1,200 police officers there.",
            "We trained 900 police officers there.",
            ("figure", "lowered", "count", "-300 (-25%)"),
        ),
        (
            "For three years the war has gone on.",
            "For four years the war has gone on.",
            ("figure", "raised", "count", "+1 (+33%)"),
        ),
        (
            "The centre opens on 5 May 2024 in the capital.",
            "The centre opens on 1 May 2024 in the capital.",
            ("date", "earlier", "date", "-4 days"),
        ),
    ],
)
def test_one_shift(old: str, new: str, expected: tuple[str, str, str, str | None]) -> None:
    assert [brief(shift) for shift in find(old, new)] == [expected]


@pytest.mark.parametrize(
    ("old", "new", "fact", "strength"),
    [
        (
            "We will reach net zero by 2050.",
            "We will reach net zero by 2060.",
            ("date", "later", "deadline", "+10 years"),
            "weaker",
        ),
        (
            "We will close the last plant by 2030.",
            "We will close the last plant.",
            ("date", "removed", "deadline", None),
            "weaker",
        ),
        (
            "We will close the last plant.",
            "We will close the last plant by 2030.",
            ("date", "added", "deadline", None),
            "stronger",
        ),
        (
            "We will give 5 million euros to the fund.",
            "We will give 8 million euros to the fund.",
            ("figure", "raised", "money", "+3 million euros (+60%)"),
            "stronger",
        ),
    ],
)
def test_what_is_promised_sooner_or_more_of_is_stronger(
    old: str, new: str, fact: tuple[str, str, str, str | None], strength: str
) -> None:
    target = ("strength", strength, f"target: {fact[2]}", None)
    assert [brief(shift) for shift in find(old, new)] == [target, fact]


def test_an_amount_that_is_not_what_is_promised_is_no_strength() -> None:
    said = "We will see to it that, when a storm costs us {} per cent of our product, we have insurance."
    assert [brief(shift)[0] for shift in find(said.format(30), said.format(20))] == ["figure"]


def test_words_of_another_language_negate_nothing() -> None:
    assert find("No reira, tend koutou katoa.", "Nd reira, tend koutou katoa.") == ()
    assert brief(*find("No State of the region is safe.", "A State of the region is safe."))[0] == "negation"


def test_less_is_more_below_a_limit() -> None:
    old, new = "We will keep warming below 2 per cent.", "We will keep warming below 1 per cent."
    assert [brief(shift)[0] for shift in find(old, new)] == ["figure"]


@pytest.mark.parametrize(
    ("old", "new", "language", "expected"),
    [
        (
            "Nous avons versé 10,5 millions d'euros au fonds.",
            "Nous avons versé 12 millions d'euros au fonds.",
            "fr",
            ("figure", "raised", "money", "+1.5 millions d'euros (+14%)"),
        ),
        (
            "Nous encourageons tous les États à agir.",
            "Nous exhortons tous les États à agir.",
            "fr",
            ("strength", "stronger", "requests: exhortons > encourageons", None),
        ),
        (
            "Alentamos a todos los Estados a actuar.",
            "Instamos a todos los Estados a actuar.",
            "es",
            ("strength", "stronger", "requests: instamos > alentamos", None),
        ),
    ],
)
def test_other_languages(
    old: str, new: str, language: str, expected: tuple[str, str, str, str | None]
) -> None:
    assert [brief(shift) for shift in find(old, new, language)] == [expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # published scales disagree on these two
        ("We urge all States to sign the Treaty.", "We call on all States to sign the Treaty."),
        ("We support the Court.", "We support the Court (see A/PV.707)."),
        ("We support the Court (see A/PV.707).", "We support the Court (see A/PV.708)."),
        # another object of counting
        ("We trained 1,200 police officers there.", "We trained 900 young nurses there."),
        ("We firmly support the Court.", "We support the Court firmly."),
        ("Guarantee the full independence of the courts.", "Guarantee fully the independence of the courts."),
        ("Peace will come.", "Schools intend to open in every village of the land."),
    ],
)
def test_abstains(old: str, new: str) -> None:
    assert find(old, new) == ()


@pytest.mark.parametrize(
    ("old", "new", "language"),
    [
        ("We speak at the 79th session.", "We speak at the 78th session.", "en"),
        ("We speak at the 2nd session.", "We speak at the 22nd session.", "en"),
        ("Nous parlons à la 2e session.", "Nous parlons à la 3e session.", "fr"),
        ("Hablamos en la 2.ª sesión.", "Hablamos en la 3.ª sesión.", "es"),
    ],
)
def test_a_place_in_a_row_is_no_figure(old: str, new: str, language: str) -> None:
    assert find(old, new, language) == ()


def test_evidence_stands_where_it_says() -> None:
    old = version(["We act.", "We will give 5 million euros by 2025, and we firmly support it."])
    new = version(["We act.", "We intend to give 8 million euros by 2026.", "We support it."])
    (change, *_) = describe_changes(
        old, new, [Link((1,), (1, 2), 0.9, "likeness"), Link((0,), (0,), 1.0, "equal")]
    )[1:]
    assert {shift.axis for shift in change.shifts} == {"strength", "figure", "date"}
    for shift in change.shifts:
        for side, evidence in ((old, shift.old), (new, shift.new)):
            if evidence:
                assert side.segments[evidence.segment].text[evidence.start : evidence.end] == evidence.text


def test_the_shifts_of_the_small_policy_pair() -> None:
    old, new = (read_text((MINI / name).read_text()) for name in ("old.txt", "new.txt"))
    links = align([segment.text for segment in old.segments], [segment.text for segment in new.segments])
    changes = {change.old: change for change in describe_changes(old, new, links)}
    for entry in json.loads((MINI / "gold.json").read_text())["ops"]:
        if "strength" not in entry or "paraphrase" in entry.get("note", ""):
            continue
        shifts = changes[tuple(place - 1 for place in entry["old"])].shifts
        strength = [shift for shift in shifts if shift.axis == "strength"]
        assert [shift.direction for shift in strength] == ["weaker"] * len(entry["evidence"])
        assert [mark(shift) for shift in strength] == entry["evidence"]
        slots = [(s.old.text, s.new.text) for s in shifts if s.axis != "strength" and s.old and s.new]
        assert slots == [(slot["old"], slot["new"]) for slot in entry.get("slots", [])]


def mark(shift: Shift) -> str:
    if shift.old and shift.new:
        return f"{shift.old.text} -> {shift.new.text}"
    return f"-{shift.old.text}" if shift.old else f"+{shift.new.text}" if shift.new else ""


def test_every_table_of_shifts_belongs_to_an_axis() -> None:
    tables = {path.name for path in (ROOT / "tracker/comparing/passages").glob("*.toml")}
    assert tables == {table for axis in AXES.values() for table in axis.tables}
