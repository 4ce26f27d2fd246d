"""A country that is a host, a partner, a home or one of many is named, and no situation is."""

from __future__ import annotations

import re

import pytest

from tracker.comparing.topics.mentions import find_mentions
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import HINT
from tracker.inputs.compiled import read_packaged
from tracker.text.reading import read_text

UN = load_vocabulary()

ASIDE = (
    "The summit was held in Harare, Zimbabwe, in June.",
    "We welcome the initiative that Haiti will host next year.",
    "We have a trade agreement with Georgia.",
    "I greet my colleague from Cuba.",
    "The Yemeni delegation spoke before us.",
    "The conference will be held in Baku (Azerbaijan).",
    "The bank holds its annual meeting in Haiti.",
    "We work together with our two neighbours, Albania and Serbia.",
    "The earthquake that struck Afghanistan was felt far away.",
    "We thank Austria, Chile, Ghana, Namibia, Norway and Portugal.",
)
MEANT = (
    "The people of Zimbabwe must be free.",
    "Haiti must not be forgotten.",
    "The war in Georgia has to end.",
    "The embargo against Cuba must be lifted.",
    "We work with Yemen for peace.",
    "The conflicts in Syria, Yemen, Libya and Sudan go on.",
    "Namibia, Angola, Mozambique and Zambia suffer from raids.",
)


def list_situations(sentence: str, language: str = "en") -> list[tuple[str, bool]]:
    version = read_text(f"A statement follows here.\n\n{sentence}", language=language)
    rows = find_mentions(version, UN, ())
    return [
        (each.topic, each.confidence > HINT)
        for row in rows
        for each in row
        if each.topic.startswith("situation-")
    ]


@pytest.mark.parametrize("sentence", ASIDE)
def test_a_bystander_is_a_hint_and_no_term(sentence: str) -> None:
    found = list_situations(sentence)
    assert found
    assert not any(counts for _, counts in found)


@pytest.mark.parametrize("sentence", MEANT)
def test_a_country_in_trouble_counts(sentence: str) -> None:
    assert any(counts for _, counts in list_situations(sentence))


def test_other_languages_have_their_own_words() -> None:
    assert list_situations("Le sommet tenu en Haïti fut bref.", "fr") == [("situation-haiti", False)]
    assert list_situations("La cumbre celebrada en Cuba fue breve.", "es") == [("situation-cuba", False)]
    assert list_situations("Haïti ne doit pas être oubliée.", "fr") == [("situation-haiti", True)]


def test_each_pattern_of_the_table_stands_alone() -> None:
    for table in read_packaged("tracker.comparing.topics", "bystanders.toml").values():
        assert set(table) == {"before", "after"}
        for pattern in (*table["before"], *table["after"]):
            assert not re.compile(pattern).groups, pattern
            assert not re.match(pattern, ""), pattern


@pytest.mark.parametrize("part", ["Aa Bb ", "Aa, Bb, ", "Cuba, Aa, ", "held in "])
def test_words_far_from_a_name_are_not_looked_at(part: str) -> None:
    near, far = (list_situations(f"{part * much}Cuba, Haiti and Yemen.")[-2:] for much in (200, 8_000))
    assert [topic for topic, _ in near] == ["situation-haiti", "situation-yemen"]
    assert far == near
