from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.running import OLD
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.errors import VocabularyInvalid
from tracker.model.topics import Topic, Vocabulary
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from pathlib import Path

TOML = """
[torture]
label = "Torture"
en = "torture; OPCAT"

[detention]
label = "Detention"
en = "detention; OPCAT; Convention against Torture"
near_misses.en = "detention pond"

[treaties]
label = "Treaties"
en = "ratify; convention"
"""

CASES: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    ("Ratify OPCAT.", [("treaties", "Ratify"), ("torture", "OPCAT"), ("detention", "OPCAT")]),
    (
        "The Convention against Torture",
        [("detention", "Convention against Torture"), ("treaties", "Convention"), ("torture", "Torture")],
    ),
    ("A detention pond for those in detention", [("detention", "detention")]),
)


@pytest.fixture
def overlapping(tmp_path: Path) -> Vocabulary:
    path = tmp_path / "mine.toml"
    path.write_text(f"overlap = true\n{TOML}", encoding="utf-8")
    return load_vocabulary(path)


@pytest.mark.parametrize(("sentence", "expected"), CASES)
def test_where_terms_may_overlap_each_topic_is_met_on_its_own(
    overlapping: Vocabulary, sentence: str, expected: list[tuple[str, str]]
) -> None:
    (found,) = match_topics([sentence], overlapping)
    assert [(mention.topic, mention.term) for mention in found] == expected


def test_elsewhere_a_shared_term_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    for start in ("", "overlap = false\n"):
        path.write_text(f"{start}{TOML}", encoding="utf-8")
        with pytest.raises(VocabularyInvalid, match="term 'OPCAT' also names 'torture'"):
            load_vocabulary(path)


def test_overlap_is_true_or_false_and_part_of_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    digests = set()
    for start in ("", "overlap = false\n", "overlap = true\n"):
        path.write_text(f'{start}[a]\nlabel = "A"\nen = "word"\n', encoding="utf-8")
        digests.add(load_vocabulary(path).digest)
    assert len(digests) == 2
    path.write_text('overlap = "yes"\n[a]\nlabel = "A"\n', encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match="key overlap: expected true or false"):
        load_vocabulary(path)


def test_topics_of_the_same_words_are_treated_alike(overlapping: Vocabulary) -> None:
    version = read_text("Our priority is the Convention against Torture.\n\nWe will fund OPCAT this year.")
    levels = {
        reading.topic: (reading.level, reading.segments) for reading in read_topics(version, overlapping)
    }
    assert levels == {
        "torture": ("declared", (0, 1)),
        "detention": ("declared", (0, 1)),
        "treaties": ("declared", (0,)),
    }


@given(st.lists(st.sampled_from([*"abcd"]), max_size=12), st.booleans())
def test_mentions_are_in_order_and_of_one_topic_do_not_overlap(words: list[str], overlap: bool) -> None:
    topics = (
        Topic("one", "One", terms={"en": ("a", "a b", "b c d")}),
        Topic("two", "Two", terms={"en": ("b", "c d", "a b c d")}, near_misses={"en": ("d b",)}),
    )
    vocabulary = Vocabulary("two", topics, overlap)
    (found,) = match_topics([" ".join(words)], vocabulary)
    assert [mention.start for mention in found] == sorted(mention.start for mention in found)
    for place, mention in enumerate(found):
        for later in found[place + 1 :]:
            if not overlap or later.topic == mention.topic:
                assert mention.end <= later.start


def test_a_whole_comparison_survives_overlaps(overlapping: Vocabulary) -> None:
    readings = read_topics(read_text(f"{OLD}\n\nWe ratify OPCAT, torture ends, detention ends."), overlapping)
    assert {reading.topic for reading in readings} == {"torture", "detention", "treaties"}
