from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.errors import VocabularyInvalid

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.running import Ran

TURTLE = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ex: <https://example.org/themes/> .

ex:water a skos:Concept ;
    skos:prefLabel "Water"@en, "Eau"@fr, "Wasser"@de ;
    skos:scopeNote "Fresh water, not the sea."@en ;
    skos:narrower ex:rivers .
ex:rivers a skos:Concept ;
    skos:prefLabel "Rivers"@en-GB ;
    skos:altLabel "watercourses"@en, "fleuves"@fr ;
    skos:hiddenLabel "rivres"@en ;
    skos:broader <https://example.org/areas/law> .
<https://example.org/areas/law> a skos:Concept ; skos:prefLabel "Law" ; skos:altLabel "watercourses"@en .
<https://example.org/other/law> a skos:Concept ; skos:prefLabel "Laws of war"@en .
<https://example.org/codes/> a skos:Concept ; skos:notation "04.1" ; skos:prefLabel "Codes"@en .
"""
XML = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
  <skos:Concept rdf:about="https://example.org/themes#water">
    <skos:prefLabel xml:lang="en">Water</skos:prefLabel>
    <skos:altLabel xml:lang="ru">вода</skos:altLabel>
  </skos:Concept>
</rdf:RDF>
"""


@pytest.fixture
def themes(tmp_path: Path) -> Path:
    path = tmp_path / "themes.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    return path


def test_concepts_become_topics_with_labels_by_language(themes: Path) -> None:
    topics = {topic.id: topic for topic in load_vocabulary(themes).topics}
    assert list(topics) == ["law", "04.1", "law-2", "rivers", "water"]
    water, rivers = topics["water"], topics["rivers"]
    assert (water.label, water.scope_note) == ("Water", "Fresh water, not the sea.")
    assert water.terms == {"en": ("Water",), "fr": ("Eau",)}
    assert rivers.terms == {"en": ("Rivers", "rivres", "watercourses"), "fr": ("fleuves",)}
    assert topics["law"].terms == {"en": ("watercourses",), "und": ("Law",)}


def test_a_label_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "themes.ttl"
    path.write_text(f'{TURTLE}ex:water skos:altLabel ex:label, [ skos:notation "1" ] .', encoding="utf-8")
    assert load_vocabulary(path).topics[-1].terms == {"en": ("Water",), "fr": ("Eau",)}


def test_of_several_broader_concepts_the_first_counts(themes: Path) -> None:
    topics = {topic.id: topic.broader for topic in load_vocabulary(themes).topics}
    assert topics == {"water": None, "rivers": "law", "law": None, "law-2": None, "04.1": None}


def test_a_term_of_two_concepts_names_both(themes: Path) -> None:
    (found,) = match_topics(["Watercourses must flow."], load_vocabulary(themes))
    assert {(mention.topic, mention.term) for mention in found} == {
        ("law", "Watercourses"),
        ("rivers", "Watercourses"),
    }


def test_rdf_xml_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "themes.rdf"
    path.write_text(XML, encoding="utf-8")
    (topic,) = load_vocabulary(path).topics
    assert (topic.id, topic.terms) == ("water", {"en": ("Water",), "ru": ("вода",)})


def test_an_encoding_that_nobody_knows_is_named(tmp_path: Path) -> None:
    path = tmp_path / "themes.rdf"
    path.write_text('<?xml version="1.0" encoding="TTF-8"?>' + XML.partition("?>")[2], encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match="unknown encoding: TTF-8; save it as UTF-8"):
        load_vocabulary(path)


def test_the_order_of_a_graph_does_not_change_the_digest(tmp_path: Path, themes: Path) -> None:
    lines = TURTLE.split(" .\n")
    turned = tmp_path / "turned.ttl"
    turned.write_text(" .\n".join([*lines[:2], *reversed(lines[2:-1]), ""]), encoding="utf-8")
    assert load_vocabulary(turned).digest == load_vocabulary(themes).digest


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("this is no turtle", "not valid turtle"),
        ("", "holds no topic"),
        (
            TURTLE.partition("ex:water")[0] + 'ex:a a skos:Concept ; skos:prefLabel "Wort"@de .',
            "no prefLabel",
        ),
        (
            TURTLE.partition("ex:water")[0]
            + 'ex:a a skos:Concept ; skos:prefLabel "A" ; skos:broader ex:b .'
            + 'ex:b a skos:Concept ; skos:prefLabel "B" ; skos:broader ex:a .',
            "broader leads back",
        ),
    ],
)
def test_a_fault_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "faulty.ttl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match=message) as caught:
        load_vocabulary(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_rdflib_the_extra_is_named(themes: Path, tmp_path: Path, tracker: Callable[..., Ran]) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "rdflib.py").write_text("raise ImportError", encoding="utf-8")
    ran = tracker("list", "--topics", "--vocabulary", themes, PYTHONPATH=str(tmp_path / "without"))
    assert (ran.code, ran.out) == (2, "")
    assert "-m pip install 'rdflib" in ran.err
    assert ran.err.count("\n") == 1
