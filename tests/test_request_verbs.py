"""A verb of request or stance begins no name, and is ranked: verbs by objects by numbering, six languages."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.test_shifts import find
from tests.thorough import some
from tracker.comparing.passages.terms import load_terms
from tracker.comparing.shifts.requests import grade_request

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clause(NamedTuple):
    """Verbs from the weakest to the strongest with what follows each, objects, and the rest of a clause."""

    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    rest: str


NUMBERS = {"en": ("", "2. ", "(a) ", "OP6. ", "XII. "), "ar": ("", "2 - ", "(ب) "), "zh": ("", "4. ", "(b) ")}
USUAL = ("", "2. ", "b) ", "XII. ")
REQUESTS = {
    "en": Clause(
        ("Invites {}", "Encourages {}", "Requests {}", "Strongly urges {}", "Demands that {}"),
        ("Member States", "States Parties", "Alandia", "the Secretary-General", "all vessels"),
        "to close the northern harbour;",
    ),
    "fr": Clause(
        ("Invite {}", "Encourage {}", "Prie {}", "Exhorte {}", "Exige de {}"),
        ("les États Membres", "l’Alandie", "la Secrétaire générale", "tous les navires"),
        "à fermer le port du nord ;",
    ),
    "es": Clause(
        ("Invita a {}", "Alienta a {}", "Pide a {}", "Insta a {}", "Exige a {}"),
        ("los Estados Miembros", "Alandia", "la Secretaria General", "todos los buques"),
        "que cierren el puerto del norte;",
    ),
    "ru": Clause(
        ("Предлагает {}", "Рекомендует {}", "Поручает {}"),
        ("государствам-членам", "Аландии", "Генеральному секретарю", "всем судам"),
        "закрыть северную гавань;",
    ),
    "ar": Clause(
        ("تدعو {}", "تطلب إلى {}", "تحث {}", "تطالب {}"),
        ("الدول الأعضاء", "ألانديا", "الأمين العام", "جميع السفن"),
        "إغلاق الميناء الشمالي؛",
    ),
    "zh": Clause(
        ("邀请{}", "鼓励{}", "请{}", "敦促{}", "要求{}"),
        ("会员国", "缔约国", "秘书长", "各国船只"),
        "关闭北部港口；",
    ),
}
STANCES = {
    "en": Clause(
        ("Notes {}", "Regrets {}", "Deplores {}", "Condemns {}"),
        ("Alandia’s closure", "the closure by Member States", "the closure"),
        "of the northern harbour;",
    ),
    "fr": Clause(
        ("Regrette {}", "Déplore {}", "Condamne {}"),
        ("la fermeture par l’Alandie", "la fermeture par les États Membres"),
        "du port du nord ;",
    ),
    "es": Clause(
        ("Lamenta {}", "Deplora {}", "Condena {}"),
        ("el cierre por Alandia", "el cierre por los Estados Miembros"),
        "del puerto del norte;",
    ),
    "ru": Clause(
        ("Выражает сожаление по поводу решения {}", "Осуждает решение {}"),
        ("Аландии", "государств-членов"),
        "закрыть северную гавань;",
    ),
    "ar": Clause(
        ("تأسف لإغلاق {}", "تستنكر إغلاق {}", "تدين إغلاق {}"),
        ("ألانديا", "الدول الأعضاء"),
        "الميناء الشمالي؛",
    ),
    "zh": Clause(("对{}表示遗憾；", "谴责{}；"), ("会员国关闭北部港口", "关闭北部港口"), ""),
}


def _list_lines() -> Iterator[tuple[str, str, str, str]]:
    """Yield language, old, new and direction: each two verbs of a clause before each object and number."""
    for table in (REQUESTS, STANCES):
        for language, clause in table.items():
            numbers = NUMBERS.get(language, USUAL)
            for (old, new), named, number in product(
                permutations(range(len(clause.verbs)), 2), clause.objects, numbers
            ):
                before, after = (
                    f"{number}{clause.verbs[at].format(named)} {clause.rest}".strip() for at in (old, new)
                )
                yield language, before, after, "stronger" if new > old else "weaker"


LINES = list(_list_lines())


def test_the_table_is_large() -> None:
    assert len(LINES) >= 400
    assert {language for language, *_ in LINES} == {"en", "fr", "es", "ru", "ar", "zh"}


@pytest.mark.parametrize("language", REQUESTS)
def test_a_verb_begins_no_name_and_has_its_rank(language: str) -> None:
    wrong = []
    for _, old, new, direction in some(100, [line for line in LINES if line[0] == language]):
        shifts = find(old, new, language)
        told = {shift.direction for shift in shifts if shift.axis == "strength"}
        others = [shift for shift in shifts if shift.axis != "strength"]
        if told != {direction} or others:
            wrong.append((old, new, direction, sorted(told), [shift.axis for shift in others]))
    assert wrong == []


ACTS = {"en": "to ratify the treaty;", "fr": "à ratifier le traité ;", "es": "que ratifiquen el tratado;"}
"""What is asked, in the languages in which it is graded."""


@pytest.mark.parametrize("language", ACTS)
def test_what_a_verb_asks_is_graded(language: str) -> None:
    named = REQUESTS[language].objects[0]
    lines = [f"{verb.format(named)} {ACTS[language]}" for verb in REQUESTS[language].verbs]
    assert [line for line in lines if grade_request(line, language) is None] == []


@pytest.mark.parametrize("language", ACTS)
def test_what_gives_the_role_of_who_is_asked_is_a_verb_of_asking(language: str) -> None:
    roles, verbs = (
        {term.split()[0] for term in load_terms(file, table, language)}
        for file, table in (("names.toml", "asked"), ("requests.toml", "asking"))
    )
    assert roles <= verbs
