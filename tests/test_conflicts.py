"""A conflict is named by its two sides in either order, in each language, and by the place it is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.thorough import some
from tracker.comparing.topics.vocabulary.files import read_draft
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.errors import VocabularyInvalid

UN = load_vocabulary()
OWN = """
[border]
label = "The border"
en = "frontier"
parties.en = "Ruritania, Ruritanian; Laurania, Lauranian"
"""
NAMED = {
    "en": {
        "The Kuwait-Iraq dispute must end.": "situation-kuwait",
        "The Iraqi–Kuwaiti crisis has begun.": "situation-kuwait",
        "They fought in the Persian Gulf war.": "situation-kuwait",
        "A conflict in the Persian Gulf helps nobody.": "situation-kuwait",
        "We regret the hostilities between Iraq and Iran.": "situation-iran-iraq-war",
        "The controversy between Venezuela and Guyana is old.": "situation-guyana-essequibo",
        "The Turkish-Greek dispute is a matter of law.": "situation-aegean",
        "No war between Libya and Chad was declared.": "situation-chad",
    },
    "fr": {
        "Le différend entre le Guatemala et le Belize demeure.": "situation-belize",
        "La crise entre le Koweït et l’Iraq s’aggrave.": "situation-kuwait",
    },
    "es": {
        "La guerra entre el Iraq y el Irán continúa.": "situation-iran-iraq-war",
        "La controversia entre Chile y Bolivia sigue abierta.": "situation-bolivia-sea",
    },
    "ru": {
        "О войне между Ираком и Ираном говорят все.": "situation-iran-iraq-war",
        "Мы не видим конца конфликта между Кувейтом и Ираком.": "situation-kuwait",
    },
    "ar": {
        "يستمر النزاع بين الكويت والعراق": "situation-kuwait",
        "انتهت الحرب بين العراق وإيران": "situation-iran-iraq-war",
    },
    "zh": {
        "科威特与伊拉克之间的争端仍未解决。": "situation-kuwait",
        "巴基斯坦和印度冲突令人不安。": "situation-kashmir",
    },
}
UNNAMED = (
    "A peaceful climate among nations is what we want.",
    "It gave the world a stable climate of confidence.",
    "The principle of equal rights and obligations holds for all members.",
    "We respect the sovereign rights of small States.",
    "They reaffirmed the equal rights of men and women and of nations large and small.",
)


def name(text: str, language: str = "en") -> set[str]:
    return {mention.topic for mention in match_topics([text], UN, language=language)[0]}


@pytest.mark.parametrize("language", NAMED)
def test_a_conflict_is_named_by_its_sides_and_its_place(language: str) -> None:
    assert {text: name(text, language) for text in NAMED[language]} == {
        text: {topic} for text, topic in NAMED[language].items()
    }


@pytest.mark.parametrize("text", UNNAMED)
def test_what_states_have_and_what_is_between_them_names_no_theme(text: str) -> None:
    assert name(text) & {"climate-change", "human-rights-domain", "gender-equality"} == set()


def test_what_people_have_names_its_theme_all_the_same() -> None:
    assert name("A stable climate is what islands need.") == {"climate-change"}
    assert name("We defend the human rights of all peoples and the equal rights of women.") == {
        "human-rights-domain",
        "gender-equality",
    }


def read_terms(text: str) -> dict[str, tuple[str, ...]]:
    return dict(read_draft(Path("own.toml"), text.encode()).placed[0][0].terms)


def test_the_sides_become_terms_name_by_name_in_either_order() -> None:
    terms = set(read_terms(OWN)["en"])
    assert terms >= {
        "frontier",
        "Ruritania-Laurania war",
        "dispute between Laurania and Ruritania",
        "Lauranian-Ruritanian conflict",
    }
    assert not any("Ruritanian" in term and "Laurania " in f"{term} " for term in terms)


@pytest.mark.parametrize("sides", ["'A, B; C'", "'A'", "'A; B; C'", "'A, ; B, C'", "['A', 'B']"])
def test_two_sides_have_as_many_names_each(sides: str) -> None:
    own = OWN.replace('"Ruritania, Ruritanian; Laurania, Lauranian"', sides)
    with pytest.raises(VocabularyInvalid, match=r"border.parties.en: expected two sides"):
        read_terms(own)


def test_sides_are_given_in_a_language_that_has_forms() -> None:
    with pytest.raises(VocabularyInvalid, match=r"border.parties.und: unknown language"):
        read_terms(OWN.replace("parties.en", "parties.und"))


def test_the_rule_names_what_it_makes() -> None:
    made = [
        (topic.id, language, term)
        for topic in UN.topics
        for language, terms in topic.terms.items()
        for term in some(20, terms)
        if " between " in term or " entre " in term or " между " in term
    ]
    assert [each for each in made if each[0] not in name(each[2], each[1])] == []
