"""Words and phrases that one text uses far more than another."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from importlib.resources import files
from math import log, sqrt
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.comparisons import VOCABULARY, session, version
from tests.reports import render, render_markdown
from tests.thorough import examples
from tracker.comparing.topics import phrasing
from tracker.comparing.topics.emerging import (
    FLAT,
    LEAST,
    WEIGHT,
    Prior,
    compare_phrases,
    load_prior,
    name_prior,
    score_uses,
)
from tracker.comparing.topics.phrasing import PhrasePlace, Stems, Use, Uses, read_uses, stem_phrase
from tracker.comparing.topics.vocabulary.stems import find_words
from tracker.diff.notebook import compare as compare_texts
from tracker.model.phrases import PAIR, PhraseChange
from tracker.model.topics import Topic, Vocabulary
from tracker.report.comparison.build import render_json

if TYPE_CHECKING:
    from tracker.model.changes import Comparison

RIVERS = Vocabulary("rivers", (Topic("rivers", "Rivers", terms={"en": ("river", "river basin")}),))

FILLER = (
    "The Assembly heard a report about markets, harvests and schools.",
    "Teachers asked for books, lamps and tables.",
)


def compare(
    old: tuple[str, ...], new: tuple[str, ...], *, language: str = "en", own: tuple[str, ...] = ()
) -> dict[str, PhraseChange]:
    before, after = (version((*FILLER, *each), language=language) for each in (old, new))
    return {change.phrase: change for change in compare_phrases(before, after, RIVERS, own)}


def find_phrases(text: str, own: tuple[Stems, ...] = ()) -> tuple[Use, ...]:
    return phrasing.find_phrases(text, find_words(text, "en"), "en", own)


# What is a phrase ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the protection of civilians", {"protection of civilians", "protection", "civilians"}),
        ("the high seas treaty", {"seas treaty", "treaty"}),
        ("guard-rails, and sandboxes", {"guard-rails", "sandboxes"}),
        ("Russia's occupation", {"Russia's occupation", "occupation"}),
    ],
)
def test_phrases_of_a_text(text: str, expected: set[str]) -> None:
    assert expected <= {text[use.start : use.end] for use in find_phrases(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Mr. President",
        "Thank you, Madam President.",
        "the General Assembly of the United Nations",
        "in 2024 and 2025",
        "quickly and surely",
        "we should have done it",
        "international",
        "funded",
    ],
)
def test_house_style_figures_and_grammar_are_no_phrases(text: str) -> None:
    assert find_phrases(text) == ()


def test_a_phrase_crosses_no_mark() -> None:
    keys = {use.key for use in find_phrases("We speak of turbines. Harbours matter.")}
    assert keys == {stem_phrase(word, "en") for word in ("turbine", "harbour", "matter")} - {("matter",)}


def test_own_names_are_no_part_of_a_phrase() -> None:
    own = tuple(stem_phrase(name, "en") for name in ("United Kingdom", "British"))
    texts = "The United Kingdom and British harbours"
    assert {texts[use.start : use.end] for use in find_phrases(texts, own)} == {"harbours"}


def test_chinese_has_no_phrases_and_says_so() -> None:
    chinese = version(("中国支持多边主义。",) * 9, language="zh")
    assert compare_phrases(chinese, chinese, RIVERS) == ()
    assert name_prior("zh") == "none"


# The score -------------------------------------------------------------------------------------------


def uses(words: int, **counts: int) -> Uses:
    return Uses(words, {(key,): [PhrasePlace(0, 0, 0, 1)] * count for key, count in counts.items()})


def test_the_score_is_that_of_monroe_and_others() -> None:
    prior = Prior("made-up", "", 5000, {"lamp": 10})
    old, new = uses(1000, lamp=2), uses(1500, lamp=12)
    expected = WEIGHT * (10 + 14) / (5000 + 2500)
    one, other = 2 + expected, 12 + expected
    ratio = log(other / (1500 + WEIGHT - other)) - log(one / (1000 + WEIGHT - one))
    assert score_uses(old, new, prior)[("lamp",)] == round(ratio / sqrt(1 / one + 1 / other), 4)


def test_common_words_need_more_than_rare_ones() -> None:
    common = Prior("made-up", "", 100_000, {"lamp": 1000})
    old, new = uses(2000), uses(2000, lamp=9)
    assert score_uses(old, new, common)[("lamp",)] < score_uses(old, new, FLAT)[("lamp",)]


def test_a_series_that_likes_a_word_less_than_others_takes_to_it_in_no_short_text() -> None:
    prior = Prior("made-up", "", 100_000, {"lamp": 500})
    scores = score_uses(uses(200_000, lamp=200), uses(2000, lamp=2), prior)
    assert abs(scores[("lamp",)]) < 1


@given(st.integers(0, 40), st.integers(0, 40), st.integers(100, 5000), st.integers(100, 5000))
def test_the_score_turns_with_the_sides(one: int, other: int, few: int, many: int) -> None:
    there = score_uses(uses(few, lamp=one), uses(many, lamp=other), load_prior("en"))
    back = score_uses(uses(many, lamp=other), uses(few, lamp=one), load_prior("en"))
    assert {key: -score for key, score in there.items()} == back


# What is told ----------------------------------------------------------------------------------------

FRONTIER = "The frontier models of the laboratories alarm us."


def test_what_emerges_and_what_vanishes() -> None:
    found = compare(("Turbines rust in the harbour.",) * 14, (FRONTIER,) * 14)
    assert found["frontier models"].status == "emerging"
    assert {change.status for change in found.values()} == {"emerging", "vanished"}
    for change in found.values():
        assert abs(change.score) >= PAIR.score
        assert max(change.old, change.new) >= PAIR.uses
        assert change.text == (change.status == "emerging")


def test_of_phrases_inside_one_another_one_is_told() -> None:
    told = [phrase.split() for phrase in compare((), (FRONTIER,) * 14)]
    assert sum("frontier" in words for words in told) == 1


def test_it_is_quoted_by_a_segment_that_uses_it() -> None:
    new = version((*FILLER, *(FRONTIER,) * 14))
    found = compare_phrases(version(FILLER), new, RIVERS)
    assert found
    for change in found:
        assert change.phrase in new.segments[change.segment].text


def test_what_a_topic_covers_is_marked() -> None:
    found = compare((), ("Each river basin needs a commission of fishermen.",) * 14)
    topics = {phrase: change.topic for phrase, change in found.items()}
    assert any(topic == "rivers" for phrase, topic in topics.items() if "river" in phrase)
    assert all(topic is None for phrase, topic in topics.items() if "river" not in phrase)


def test_the_same_text_twice_tells_nothing() -> None:
    assert compare((FRONTIER,) * 14, (FRONTIER,) * 14) == {}


def test_thanks_and_titles_do_not_count() -> None:
    thanks = ("I congratulate the President on his election as our wise helmsman.",) * 14
    assert compare((), thanks) == {}


def test_between_languages_nothing_is_told() -> None:
    old = version(("Nous parlons des fleuves.",) * 9, language="fr")
    assert compare_phrases(old, version((FRONTIER,) * 14), RIVERS) == ()


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        ("fr", "Les turbines rouillent dans le port.", "turbines"),
        ("es", "Las turbinas fallan en cada puerto.", "turbinas"),
        ("ru", "Турбины ржавеют.", "Турбины"),
        ("ar", "التوربينات معطلة.", "التوربينات"),
    ],
)
def test_other_languages_have_a_flat_prior(language: str, sentence: str, expected: str) -> None:
    old, new = (version((each,) * 40, language=language) for each in ("1 2 3 4 5.", sentence))
    told = " ".join(change.phrase for change in compare_phrases(old, new, RIVERS))
    assert expected in told
    assert name_prior(language) == "flat"


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.text(max_size=60), max_size=6), st.lists(st.text(max_size=60), max_size=6))
def test_any_texts_compare_and_the_same_ones_alike(old: list[str], new: list[str]) -> None:
    before, after = (version([text or "x" for text in each] or ["x"]) for each in (old, new))
    assert compare_phrases(before, after, RIVERS) == compare_phrases(before, after, RIVERS)


# The prior that ships --------------------------------------------------------------------------------


def test_the_prior_is_named_small_and_holds_no_sentence() -> None:
    data = files("tracker.comparing.topics").joinpath("prior.en.tsv.gz").read_bytes()
    assert len(data) < 1_000_000
    rows = gzip.decompress(data).decode().splitlines()[1:]
    assert max(len(row.partition("\t")[2].split(" ")) for row in rows) <= 4
    assert name_prior("en").startswith("UN General Debate Corpus")
    assert len(name_prior("en").rpartition(" ")[2]) == 64


def test_the_prior_knows_common_words_by_the_stems_of_today() -> None:
    prior = load_prior("en")
    for phrase in ("peace", "crises", "climate change", "rule of law"):
        assert prior.uses[" ".join(stem_phrase(phrase, "en"))] > 1000
    assert prior.expect(stem_phrase("peace", "en"), 0, 0) > LEAST
    assert prior.expect(("frobnicator",), 0, 0) == LEAST


def test_uses_of_a_text_in_chinese_are_none() -> None:
    assert read_uses({0: version(("中国支持多边主义。",), language="zh")}).words == 0


# In the report of a comparison -----------------------------------------------------------------------


def with_phrases() -> Comparison:
    """Return the comparison of two sessions in which two phrases stand out and a topic covers one."""
    phrases = (
        PhraseChange("global dialogue", "emerging", 0, 9, 2.4123, None, 1, 1),
        PhraseChange("AI", "emerging", 0, 12, 2.9, "climate", 0, 1),
        PhraseChange("just | peace", "vanished", 8, 0, -2.1, None, 1, 0),
    )
    before = session()
    return replace(
        before, phrases=phrases, provenance=replace(before.provenance, prior=f"made-up {'ef' * 32}")
    )


def test_the_terminal_gives_them_one_line_the_most_telling_first() -> None:
    rows = render(with_phrases(), VOCABULARY).splitlines()
    assert "WORDS IN ALL FORMS: “AI” 0 → 12 · “global dialogue” 0 → 9 · “just | peace” 8 → 0" in rows
    assert len(rows) <= 44


def test_everything_quotes_each_and_names_topic_threshold_and_prior() -> None:
    report = render(with_phrases(), VOCABULARY, everything=True)
    assert "“AI” 0 → 12, z +2.9, topic climate" in report
    assert "new ¶1 “We propose a *global dialogue* on it.”" in report
    assert "old ¶2 “We call for a just peace in Ukraine.”" in report
    assert "|z| of 1.96" in report
    assert "phrases made-up efefefefefef" in report


def test_markdown_names_each() -> None:
    report = render_markdown(with_phrases(), VOCABULARY)
    assert "“global dialogue” 0 → 9" in report
    assert "just \\| peace" in report


def test_json_has_them_all_as_the_schema_says() -> None:
    schema = json.loads(
        (files("tracker.report.comparison") / "comparison.schema.json").read_text(encoding="utf-8")
    )
    data = json.loads(render_json(with_phrases()))
    Draft202012Validator(schema).validate(data)
    assert [phrase["phrase"] for phrase in data["phrases"]] == ["global dialogue", "AI", "just | peace"]


def test_a_narrowed_report_has_none() -> None:
    assert "WORDS IN" in render(with_phrases(), VOCABULARY)
    assert "WORDS IN" not in render(with_phrases(), VOCABULARY, only={"new"})


def test_two_speeches_are_compared_by_phrases_and_a_revision_is_not() -> None:
    old, new = " ".join(["Our bridges rust in the valley."] * 40), " ".join([FRONTIER] * 40)
    comparison = compare_texts(old, new, language="en", encoder=None)
    assert comparison.genre == "session"
    assert {"frontier models", "bridges"} & {phrase.phrase for phrase in comparison.phrases}
    assert comparison.provenance.prior == name_prior("en")
    revision = compare_texts(old, f"{old} {FRONTIER}", language="en", encoder=None)
    assert (revision.genre, revision.phrases, revision.provenance.prior) == ("revision", (), "none")


@pytest.mark.parametrize(("alone", "phrase"), [(5, "lamp oil"), (6, "lamp")])
def test_a_longer_phrase_speaks_for_a_shorter_one_that_is_mostly_inside_it(alone: int, phrase: str) -> None:
    found = compare((), ("Now lamp oil.",) * 9 + ("Now lamps.",) * alone)
    assert {each for each in found if each.startswith("lamp")} == {phrase}


@pytest.mark.parametrize(("times", "told"), [(1, False), (2, True)])
def test_a_phrase_counts_from_two_uses(times: int, told: bool) -> None:
    old, new = version(FILLER * 1000), version(("Now lamp oil.",) * times)
    emerging = [each.phrase for each in compare_phrases(old, new, RIVERS, ()) if each.status == "emerging"]
    assert emerging == ["lamp oil"] * told


@pytest.mark.parametrize(("inside", "topic"), [(11, "rivers"), (10, None)])
def test_the_last_twenty_uses_tell_which_topic_names_a_phrase(inside: int, topic: str | None) -> None:
    sentences = ("Now basin.",) * 30 + ("Now river basin.",) * inside
    assert compare((), sentences)["basin"].topic == topic
