"""Strength, figures and deadlines in French and Spanish, as a person who reads both would judge them."""

from __future__ import annotations

import pytest

from tests.test_shifts import find

PAIRS = [
    (
        "fr",
        "La France soutiendra la création du fonds.",
        "La France envisage de soutenir la création du fonds.",
        "weaker",
    ),
    (
        "fr",
        "Nous demandons instamment aux États de ratifier le traité.",
        "Nous invitons les États à ratifier le traité.",
        "weaker",
    ),
    (
        "fr",
        "Nous avons l’intention de doubler notre contribution.",
        "Nous doublerons notre contribution.",
        "stronger",
    ),
    (
        "fr",
        "Nous appelons les parties à respecter la trêve.",
        "Nous exigeons des parties de respecter la trêve.",
        "stronger",
    ),
    (
        "fr",
        "Les États devraient respecter le droit humanitaire.",
        "Les États doivent respecter le droit humanitaire.",
        "stronger",
    ),
    ("fr", "Nous condamnons cette agression.", "Nous déplorons cette agression.", "weaker"),
    ("fr", "Nous soutiendrons pleinement cette initiative.", "Nous soutiendrons cette initiative.", "weaker"),
    (
        "fr",
        "Nous augmenterons notre aide.",
        "Nous augmenterons notre aide si les conditions budgétaires le permettent.",
        "weaker",
    ),
    (
        "fr",
        "Nous réclamons un cessez-le-feu dans la région.",
        "Nous réclamons un cessez-le-feu immédiat dans la région.",
        "stronger",
    ),
    (
        "es",
        "España apoyará la creación del fondo.",
        "España considera apoyar la creación del fondo.",
        "weaker",
    ),
    (
        "es",
        "Instamos a los Estados a ratificar el tratado.",
        "Invitamos a los Estados a ratificar el tratado.",
        "weaker",
    ),
    (
        "es",
        "Tenemos la intención de duplicar nuestra contribución.",
        "Duplicaremos nuestra contribución.",
        "stronger",
    ),
    (
        "es",
        "Los Estados deberían respetar el derecho humanitario.",
        "Los Estados deben respetar el derecho humanitario.",
        "stronger",
    ),
    ("es", "Condenamos enérgicamente esta agresión.", "Condenamos esta agresión.", "weaker"),
    ("es", "Lamentamos esta agresión.", "Condenamos esta agresión.", "stronger"),
    ("es", "Pedimos el cese de las hostilidades.", "Exigimos el cese de las hostilidades.", "stronger"),
    (
        "es",
        "Aumentaremos nuestra ayuda.",
        "Aumentaremos nuestra ayuda cuando las circunstancias lo permitan.",
        "weaker",
    ),
]


@pytest.mark.parametrize(("language", "old", "new", "direction"), PAIRS)
def test_the_direction_is_found_either_way(language: str, old: str, new: str, direction: str) -> None:
    other = {"weaker": "stronger", "stronger": "weaker"}[direction]
    assert _directions(old, new, language) == {direction}
    assert _directions(new, old, language) == {other}


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("fr", "Nous espérons que la paix reviendra.", "Nous croyons que la paix reviendra."),
        ("fr", "Nous soutiendrons ce fonds.", "Nous ne soutiendrons pas ce fonds."),
        ("fr", "Nous exhortons le Nord à ratifier le traité.", "Nous invitons le Sud à ratifier le traité."),
        ("es", "Esperamos que vuelva la paz.", "Creemos que volverá la paz."),
        ("es", "Apoyaremos este fondo.", "No apoyaremos este fondo."),
        ("es", "Instamos al Norte a ratificar el tratado.", "Invitamos al Sur a ratificar el tratado."),
    ],
)
def test_nothing_is_said_where_it_does_not_compare(language: str, old: str, new: str) -> None:
    assert _directions(old, new, language) == set()


@pytest.mark.parametrize(
    ("language", "old", "new", "expected"),
    [
        (
            "fr",
            "Nous verserons 5 millions d’euros.",
            "Nous verserons 3 millions d’euros.",
            ("figure", "lowered", "-2 millions d’euros (-40%)"),
        ),
        (
            "es",
            "Aportaremos 3 millones de euros.",
            "Aportaremos 5 millones de euros.",
            ("figure", "raised", "+2 millones de euros (+67%)"),
        ),
        (
            "fr",
            "Nous atteindrons cet objectif avant 2030.",
            "Nous atteindrons cet objectif dès que possible.",
            ("date", "loosened", None),
        ),
        (
            "es",
            "Alcanzaremos este objetivo antes de 2030.",
            "Alcanzaremos este objetivo lo antes posible.",
            ("date", "loosened", None),
        ),
    ],
)
def test_figures_and_deadlines(
    language: str, old: str, new: str, expected: tuple[str, str, str | None]
) -> None:
    assert [(shift.axis, shift.direction, shift.amount) for shift in find(old, new, language)] == [expected]


def _directions(old: str, new: str, language: str) -> set[str]:
    return {shift.direction for shift in find(old, new, language) if shift.axis == "strength"}
