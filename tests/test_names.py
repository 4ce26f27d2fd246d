"""Who and what is named, how many are meant, what is denied, and when."""

from __future__ import annotations

import pytest

from tests.test_shifts import find

Brief = tuple[str, str, str | None, str | None, str]


@pytest.mark.parametrize(
    ("old", "new", "language", "expected"),
    [
        (
            "We condemn the attacks by Alandia on the port.",
            "We condemn the attacks on the port.",
            "en",
            [("name", "removed", "Alandia", None, "actor: condemned")],
        ),
        (
            "We thank Alandia and Belandia for this work.",
            "We thank Alandia for this work.",
            "en",
            [("name", "removed", "Belandia", None, "actor: thanked")],
        ),
        (
            "We thank the Forest Council for its work here.",
            "We thank the Water Council for its work here.",
            "en",
            [("name", "changed", "Forest Council", "Water Council", "actor: thanked")],
        ),
        (
            "We recall resolution 1325 (2000) and its aims.",
            "We recall resolution 2250 (2015) and its aims.",
            "en",
            [("name", "changed", "resolution 1325 (2000)", "resolution 2250 (2015)", "instrument")],
        ),
        (
            "We recall A/RES/78/1 and its aims.",
            "We recall A/RES/79/4 and its aims.",
            "en",
            [("name", "changed", "A/RES/78/1", "A/RES/79/4", "instrument")],
        ),
        (
            "France will fund the centre this year.",
            "Germany intends to fund the centre this year.",
            "en",
            [("name", "changed", "France", "Germany", "actor")],
        ),
        (
            "We will work on this with civil society.",
            "We will work on this.",
            "en",
            [("name", "removed", "civil society", None, "actor")],
        ),
        (
            "Nous condamnons les attaques de Alandia contre le port.",
            "Nous condamnons les attaques contre le port.",
            "fr",
            [("name", "removed", "Alandia", None, "actor: condemned")],
        ),
        (
            "We call on all States to act.",
            "We call on States concerned to act.",
            "en",
            [
                ("scope", "narrower", "all", None, "whole: all"),
                ("scope", "narrower", None, "concerned", "part: concerned"),
            ],
        ),
        (
            "Most States have signed it.",
            "All States have signed it.",
            "en",
            [("scope", "wider", "Most", "All", "quantity: all > most")],
        ),
        (
            "Quelques États ont signé.",
            "La plupart des États ont signé.",
            "fr",
            [("scope", "wider", "Quelques", "La plupart des", "quantity: la plupart des > quelques")],
        ),
        (
            "Instamos a todos los Estados a actuar.",
            "Instamos a algunos Estados a actuar.",
            "es",
            [("scope", "narrower", "todos los", "algunos", "quantity: todos los > algunos")],
        ),
        (
            "We will fund the centre.",
            "We will not fund the centre.",
            "en",
            [("negation", "added", None, "not", "negation: not")],
        ),
        (
            "Nous ne financerons pas le centre.",
            "Nous financerons le centre.",
            "fr",
            [("negation", "removed", "ne financerons pas", None, "negation: ne")],
        ),
        (
            "No financiaremos el centro.",
            "Financiaremos el centro.",
            "es",
            [("negation", "removed", "No", None, "negation: no")],
        ),
        (
            "We will close the plant by 2030.",
            "We will close the plant as soon as possible.",
            "en",
            [("date", "loosened", "by 2030", "as soon as possible", "deadline: date > open")],
        ),
        (
            "Cerraremos la central lo antes posible.",
            "Cerraremos la central para 2030.",
            "es",
            [("date", "tightened", "lo antes posible", "para 2030", "deadline: open > date")],
        ),
        (
            "We will close the plant by 2030.",
            "We will close the plant no later than next year.",
            "en",
            [("date", "changed", "by 2030", "no later than next year", "deadline: date > relative")],
        ),
    ],
)
def test_what_is_said_of_an_edit(old: str, new: str, language: str, expected: list[Brief]) -> None:
    found = [
        (s.axis, s.direction, s.old and s.old.text, s.new and s.new.text, s.rule.split(" (")[0])
        for s in find(old, new, language)
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # one actor, written otherwise
        ("We support the Organization of Forest States here.", "We support the OFS here."),
        ("We support Alandia and Belandia here.", "We support Belandia and Alandia here."),
        # an editor's insertion
        ("We support the Court (see A/PV.707).", "We support the Court."),
        # the words of one side's beginning are large because they begin
        ("Schools matter to all of us.", "Hospitals matter to all of us."),
    ],
)
def test_nothing_is_said_of_what_names_nobody_else(old: str, new: str) -> None:
    assert find(old, new) == ()


def test_a_paraphrase_keeps_its_deadline_and_says_no_more() -> None:
    (shift,) = find(
        "We call on the Forest Council to convene a conference by 2025.",
        "A meeting of all parties should be organised by its head no later than next year.",
    )
    assert (shift.axis, shift.direction) == ("date", "changed")
    assert shift.old is not None
    assert shift.new is not None
    assert (shift.old.text, shift.new.text) == ("by 2025", "no later than next year")
