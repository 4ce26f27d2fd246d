from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.archives import version_of
from tests.deciding import level
from tracker.comparing.topics.learning import (
    Coded,
    code_rulings,
    learn_topics,
    read_csv,
    read_jsonl,
    resolve_codes,
)
from tracker.comparing.topics.regression import apply_weights, fit_lasso, gather_features
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.comparing.topics.vocabulary.matching import match_topics
from tracker.comparing.topics.vocabulary.taught import format_model, make_model, model_path, teach
from tracker.errors import TrackerError, VocabularyInvalid
from tracker.model.topics import Topic, TopicWeights, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

RIVERS = Topic("rivers", "Rivers", terms={"en": ("river",)})
PRISONS = Topic("prisons", "Prisons", terms={"en": ("prison",)})
TRADE = Topic("trade", "Trade", terms={"en": ("trade",)})
MADE_UP = Vocabulary("made-up", (RIVERS, PRISONS, TRADE), overlap=True)

WEIGHTS = make_model(
    "en",
    0.5,
    (
        TopicWeights("rivers", -4.0, {"dam": 5.0, "salmon": 6.0, "toy dam": -9.0}, {"rivers": 3.0}),
        TopicWeights("prisons", -4.0, {"cell": 5.0}, {"prisons": 6.0, "rivers": -1.0}),
    ),
)
TAUGHT = teach(MADE_UP, WEIGHTS)

NAMED: tuple[tuple[str, list[tuple[str, str, str]]], ...] = (
    ("We build a dam.", [("rivers", "dam", "learned")]),
    ("We sell a toy dam.", []),
    ("The river rises.", []),
    ("A dam on the river.", [("rivers", "river", "term")]),
    ("Each prison has cells.", [("prisons", "prison", "term")]),
    ("Dams, salmon and cells.", [("rivers", "salmon", "learned"), ("prisons", "cells", "learned")]),
    ("We trade.", [("trade", "trade", "term")]),
    ("We thank you.", []),
)


@pytest.mark.parametrize(("sentence", "expected"), NAMED)
def test_a_taught_topic_is_named_by_its_weights(sentence: str, expected: list[tuple[str, str, str]]) -> None:
    (found,) = match_topics([sentence], TAUGHT)
    assert [(mention.topic, mention.term, mention.method) for mention in found] == expected
    assert all(sentence[mention.start : mention.end] == mention.term for mention in found)


def test_the_confidence_is_the_probability_and_the_threshold_is_kept() -> None:
    (found,) = match_topics(["A dam for the salmon."], TAUGHT)
    assert [mention.confidence for mention in found] == [round(1 / (1 + np.exp(-7.0)), 4)]
    lenient = teach(MADE_UP, make_model("en", 0.01, WEIGHTS.topics))
    (found,) = match_topics(["We thank you."], lenient)
    assert [(mention.topic, mention.term) for mention in found] == [
        ("prisons", "We thank you."),
        ("rivers", "We thank you."),
    ]


def test_another_language_than_the_taught_one_is_read_by_terms() -> None:
    terms = replace(PRISONS, terms={"en": ("prison",), "fr": ("prison",)})
    taught = teach(Vocabulary("two", (terms,)), WEIGHTS)
    for language, named in (("en", ["learned"]), ("fr", [])):
        (found,) = match_topics(["cell"], taught, language=language)
        assert [mention.method for mention in found] == named


@given(st.text(max_size=80))
def test_offsets_are_exact_for_any_text(sentence: str) -> None:
    (found,) = match_topics([sentence], TAUGHT)
    assert all(sentence[mention.start : mention.end] == mention.term for mention in found)
    assert [mention.start for mention in found] == sorted(mention.start for mention in found)


def _coded(count: int) -> list[Coded]:
    """Make units in which dams mean rivers though no term says so, and toy rivers do not."""
    chance = random.Random(7)  # noqa: S311 (made-up sentences)
    said = {"dam": ("rivers",), "toy river": (), "prison": ("prisons",), "river": ("rivers",), "meeting": ()}
    words = ["soon", "again", "with others", "in the north", "by law", "at once", "this year"]
    units = []
    for _ in range(count):
        theme = chance.choice(sorted(said))
        text = f"{chance.choice(words)} we will discuss the {theme} {chance.choice(words)}"
        units.append(Coded(f"{text} {chance.randrange(count)}", said[theme]))
    return units


def test_what_terms_miss_is_learned_and_what_misleads_unlearned() -> None:
    lesson = learn_topics(_coded(300), MADE_UP, "en")
    taught = teach(MADE_UP, lesson.model)
    asked = ("dam", "toy river", "river", "prison", "meeting on trade")
    rows = match_topics([f"now we will discuss the {theme}" for theme in asked], taught)
    assert [[mention.topic for mention in row] for row in rows] == [
        ["rivers"],
        [],
        ["rivers"],
        ["prisons"],
        ["trade"],
    ]
    figures = {topic.topic: topic for topic in lesson.topics}
    assert set(figures) == {"rivers", "prisons"}
    assert figures["rivers"].terms.recall is not None
    assert figures["rivers"].terms.recall < 0.7
    assert lesson.taught.f1 > 0.95 > lesson.terms.f1


def test_a_little_coding_does_not_unlearn_the_terms() -> None:
    units = [Coded(f"nothing of note {number}", ()) for number in range(60)]
    lesson = learn_topics([*units, Coded("the prison", ("prisons",))], MADE_UP, "en")
    (found,) = match_topics(["A prison"], teach(MADE_UP, lesson.model))
    assert [mention.topic for mention in found] == ["prisons"]


def test_the_same_units_teach_the_same_model() -> None:
    lessons = [learn_topics(_coded(120), MADE_UP, "en") for _ in range(2)]
    assert lessons[0] == lessons[1]


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(TrackerError, match="39 coded units are too few"):
        learn_topics(_coded(39), MADE_UP, "en")
    with pytest.raises(TrackerError, match="none of the coded units has a code"):
        learn_topics([Coded("the prison", ())] * 40, MADE_UP, "en")


def test_published_figures_are_found_again() -> None:
    """Which units are held out rests on their words alone; a fourth of them is coded wrongly."""
    units = [
        Coded(unit.text, () if number % 4 == 0 else unit.topics) for number, unit in enumerate(_coded(60))
    ]
    lesson = learn_topics(units, MADE_UP, "en")
    assert (lesson.taught.both, lesson.taught.named, lesson.taught.coded) == (20, 23, 26)


def test_units_that_are_all_alike_make_one_fold() -> None:
    lesson = learn_topics([Coded("the prison", ("prisons",))] * 40, MADE_UP, "en")
    assert [(topic.terms.recall, topic.taught.recall) for topic in lesson.topics] == [(1.0, 1.0)]


@given(st.lists(st.tuples(st.sets(st.sampled_from("abcde")), st.booleans()), min_size=1, max_size=40))
@example([(set(), True)] * 5 + [({"a"}, False)] * 2 + [({"a"}, True)] * 2)
def test_no_weight_could_be_moved_to_lessen_the_loss(units: list[tuple[set[str], bool]]) -> None:
    penalty = 1.0
    features = gather_features([sorted(names) for names, _ in units], 1)
    labels = np.array([label for _, label in units])
    bias, weights = fit_lasso(features, labels, penalty)
    rest = labels - 1 / (1 + np.exp(-apply_weights(features, bias, weights)))
    for place, name in enumerate(features.names):
        slope = rest[features.holders(place)].sum()
        if name in weights:
            assert slope == pytest.approx(np.sign(weights[name]) * penalty, abs=0.2)
        else:
            assert abs(slope) <= penalty * 1.05


VOCABULARY = '[rivers]\nlabel = "Rivers of law"\nen = "river"\n'


def _write_taught(folder: Path) -> Path:
    path = folder / "mine.toml"
    path.write_text(VOCABULARY, encoding="utf-8")
    model = make_model("en", 0.5, WEIGHTS.topics[:1])
    model_path(path).write_text(format_model(model, load_vocabulary(path), {}), encoding="utf-8")
    return path


def test_a_model_beside_the_vocabulary_is_used_and_changes_its_digest(tmp_path: Path) -> None:
    path = _write_taught(tmp_path)
    taught = load_vocabulary(path)
    assert taught.model == make_model("en", 0.5, WEIGHTS.topics[:1])
    model_path(path).unlink()
    assert taught.digest != load_vocabulary(path).digest


def test_the_model_of_other_terms_is_refused(tmp_path: Path) -> None:
    path = _write_taught(tmp_path)
    path.write_text(VOCABULARY.replace("river", "stream"), encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match="learned for other topics or terms") as caught:
        load_vocabulary(path)
    assert str(model_path(path)) in str(caught.value)


@pytest.mark.parametrize("damage", ["{", "[]", '{"format": "another"}', "drop", "rename"])
def test_a_damaged_model_is_an_expected_failure(tmp_path: Path, damage: str) -> None:
    path = _write_taught(tmp_path)
    content = json.loads(model_path(path).read_text(encoding="utf-8"))
    if damage == "drop":
        del content["topics"]["rivers"]["bias"]
        damage = json.dumps(content)
    if damage == "rename":
        content["topics"]["forests"] = content["topics"].pop("rivers")
        damage = json.dumps(content)
    model_path(path).write_text(damage, encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match=r"mine\.model\.json"):
        load_vocabulary(path)


def test_coded_units_are_read_from_both_forms() -> None:
    lines = '{"text": "One", "codes": ["rivers", "Prisons"], "by": "Ana"}\n\n{"text": "Two", "codes": []}\n'
    table = "by,text,codes\nAna,One,rivers; PRISONS\nAna,Two,\n"
    for rows in (read_jsonl(lines, "a.jsonl"), read_csv(table, "a.csv")):
        assert resolve_codes(rows, MADE_UP) == (Coded("One", ("rivers", "prisons")), Coded("Two", ()))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "a.jsonl, line 1: not valid JSON"),
        ('{"text": "One"}', "a.jsonl, line 1: expected"),
        ('\n["One"]', "a.jsonl, line 2: expected"),
        ('{"text": "One", "codes": ["forests"]}', "a.jsonl, line 1: 'forests' is no topic"),
    ],
)
def test_a_fault_in_coded_units_is_named_with_its_line(text: str, message: str) -> None:
    with pytest.raises(TrackerError) as caught:
        resolve_codes(read_jsonl(text, "a.jsonl"), MADE_UP)
    assert message in str(caught.value)


def test_decisions_on_topics_are_coded_sentences() -> None:
    spoken = version_of("The salmon must return.\nThe river of time flows on.\nWe met.")
    rulings = (
        level("rivers", "substantive", quoted=(spoken, (0, 2))),
        level("rivers", "absent", quoted=(spoken, (1,)), day=2),
        level("forests", "declared", quoted=(spoken, (2,)), day=3),
    )
    assert code_rulings(rulings, MADE_UP, "en") == (Coded("The river of time flows on.", ()),)
    kept = code_rulings(rulings[:1], MADE_UP, "en")
    assert kept == (Coded("The salmon must return.", ("rivers",)), Coded("We met.", ("rivers",)))


def test_of_equally_good_thresholds_the_highest_is_taken() -> None:
    coded = [
        Coded(f"The {word} rests, boat {place}.", (topic,))
        for place in range(40)
        for word, topic in (("dam", "rivers"), ("cell", "prisons"))
    ]
    assert learn_topics(coded, MADE_UP, "en").model.threshold == 0.5


def test_runs_of_three_words_weigh_and_longer_ones_do_not() -> None:
    words = {"big old dam": 9.0, "two big old dam": -9.0}
    model = make_model("en", 0.5, (TopicWeights("rivers", -4.0, words, {}),))
    (found,) = match_topics(["Two big old dams."], teach(MADE_UP, model))
    assert [mention.topic for mention in found] == ["rivers"]
