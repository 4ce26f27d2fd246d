"""Each term of the shipped vocabulary names its topic in every form that a text may have it in."""

from __future__ import annotations

import pytest

from tests.inflecting import inflect
from tests.thorough import some
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.comparing.topics.vocabulary.stems import stem

UN = load_vocabulary()

WORDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "en": (
        ("gas", "gases"),
        ("virus", "viruses"),
        ("house", "houses"),
        ("crisis", "crises"),
        ("analysis", "analyses"),
        ("veto", "vetoes"),
        ("woman", "women"),
        ("man", "men"),
        ("child", "children"),
        ("life", "lives"),
        ("shelf", "shelves"),
        ("half", "halves"),
        ("wife", "wives"),
        ("thief", "thieves"),
        ("fisherman", "fishermen"),
        ("Hutu", "Hutus"),
        ("Tutsi", "Tutsis"),
        ("flu", "flus"),
        ("programme", "programmes", "program", "programs"),
        ("defence", "defences", "defense"),
        ("centre", "centres", "center"),
        ("organise", "organises", "organize"),
    ),
    "fr": (
        ("loi", "lois"),
        ("mine", "mines"),
        ("réseau", "réseaux"),
        ("national", "nationaux", "nationale", "nationales"),
        ("ukrainien", "ukrainiennes"),
        ("industriel", "industrielle"),
        ("dangereux", "dangereuses"),
        ("actif", "actives"),
    ),
    "es": (("paz", "paces"), ("mar", "mares"), ("país", "países"), ("vía", "vías"), ("enlace", "enlaces")),
    "ru": (("газ", "газов", "газами"), ("международный", "международных"), ("война", "войны", "войну")),
    "ar": (("منظمة", "منظمات", "والمنظمات"), ("سلام", "السلام", "بالسلام")),
}


@pytest.mark.parametrize("language", WORDS)
def test_the_forms_of_a_word_have_one_stem(language: str) -> None:
    for forms in WORDS[language]:
        assert len({stem(form, language) for form in forms}) == 1, forms


def named(text: str, language: str) -> set[str]:
    return {mention.topic for mention in match_topics([text], UN, language=language)[0]}


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh"])
def test_a_term_names_in_each_of_its_forms_what_it_names(language: str) -> None:
    lost = [
        (topic.id, form)
        for topic, term in some(
            50, [(topic, term) for topic in UN.topics for term in topic.terms.get(language, ())]
        )
        if topic.id in named(term, language)
        for form in inflect(term, language)
        if topic.id not in named(form, language)
    ]
    assert lost == []


def test_greenhouse_gases_are_what_greenhouse_gas_is() -> None:
    assert (
        named("Greenhouse gases must fall.", "en") == named("The greenhouse gas", "en") == {"climate-change"}
    )
