"""Probabilities of claims: what raises and lowers them, and what is told apart as perhaps so."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from importlib import import_module, resources
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparisons import VOCABULARY, change, comparison, reading, session, side, topic
from tests.reports import render, render_markdown
from tests.thorough import few, long
from tracker.comparing.alignment.weights import LEXICAL, read_weights
from tracker.comparing.topics.associations import PmiScores, load_associations
from tracker.comparing.topics.certainty import (
    SENTENCE_FEATURES,
    TOPIC_FEATURES,
    AnySentence,
    Likelihood,
    TopicEvidence,
    find_chance,
    find_measured,
    load_certainty,
)
from tracker.comparing.topics.evidence import Absences
from tracker.comparing.topics.reading import LIKELY, read_evidence, read_topics
from tracker.comparing.topics.statuses import ReadText, compare_topics, find_aligned, find_priorities
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.notebook import compare
from tracker.model.decisions import Decision
from tracker.model.topics import CHOICES, STATUSES, SURE, Topic, TopicReading, Vocabulary
from tracker.report.comparison.build import render_json, render_stat
from tracker.report.comparison.words import unclaimed_words
from tracker.text.encoder import DEFAULT
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tracker.model.changes import Comparison
    from tracker.model.topics import Level, Status, TopicChange

UN = load_vocabulary()
FILLER = "The harbour was quiet in the morning. Boats came in before noon. Nobody spoke about the weather. "
MUCH = (
    "We will end piracy on our coast. We call on all States to prosecute piracy. "
    "Piracy must be stopped, and we will send two ships against piracy. "
)
LEVELS_APART: tuple[Level, ...] = ("mentioned", "substantive")
PROBABILITIES = st.floats(0, 1, allow_nan=False)


def _read(text: str) -> dict[str, TopicReading]:
    return {each.topic: each for each in read_topics(read_text(text, language="en"), UN)}


def _compare(old: str, new: str) -> dict[str, TopicChange]:
    sides = [read_text(text, language="en") for text in (old, new)]
    readings = [read_topics(each, UN) for each in sides]
    before, after = map(ReadText, sides, readings)
    changes, _ = compare_topics(before, after, UN)
    return {each.topic: each for each in changes}


@long
def test_a_release_has_measured_all_topics() -> None:
    assert load_associations().vocabulary == UN.digest, (
        "count again: python -m tests.benchmarks.make_associations"
    )
    assert find_measured(UN, "en") == {topic.id for topic in UN.topics}, (
        "fit again: python -m tests.benchmarks.fit_certainty"
    )


def test_what_more_is_asked_to_be_true_of_is_claimed_from_a_higher_certainty() -> None:
    weights = load_certainty()
    for status in STATUSES:
        strict, usual, lax = (weights.find_threshold(status, sure) for sure in CHOICES)
        assert 1 > strict >= usual >= lax >= weights.perhaps > 0
    assert weights.find_threshold("new", min(CHOICES)) < weights.find_threshold("new", max(CHOICES))


def test_each_status_is_claimed_from_a_certainty_of_its_own() -> None:
    """Less is told as more is; nothing else is chosen together."""
    least = {status: load_certainty().find_threshold(status, SURE) for status in STATUSES}
    assert least["less"] == least["more"]
    assert {each.claimed_as for each in STATUSES.values()} == STATUSES.keys() - {"less"}
    assert len({least["new"], least["not repeated"], least["moved up"], least["moved down"]}) == 4
    assert max(least["more"], least["kept"]) < least["new"]


def _turn_around(text: str) -> str:
    """Return a file of weights with each table's lines from the last to the first."""
    tables = [table.rstrip("\n").split("\n") for table in text.split("\n\n")]
    return "\n\n".join("\n".join([table[0], *reversed(table[1:])]) for table in tables)


@pytest.mark.parametrize(
    ("package", "name", "load"),
    [
        ("tracker.comparing.alignment", "alignment.toml", partial(read_weights.__wrapped__, LEXICAL)),
        ("tracker.comparing.alignment", "alignment.toml", partial(read_weights.__wrapped__, DEFAULT.weights)),
        ("tracker.comparing.topics", "certainty.toml", load_certainty.__wrapped__),
    ],
)
def test_weights_are_read_by_name_and_all_names_must_be_known(
    package: str, name: str, load: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = resources.files(package).joinpath(name).read_text("utf-8")
    loaded, turned = load(), _turn_around(shipped)
    assert turned != shipped
    monkeypatch.setattr(import_module(package), "__file__", str(tmp_path / "__init__.py"))

    def read(text: str) -> object:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return load()

    assert read(turned) == loaded
    first = r"(?m)^(length|lengths|gap) = "
    for other in (re.sub(first, r"unheard_of_\1 = 1.0\n\1 = ", shipped), re.sub(first + ".*", "", shipped)):
        with pytest.raises(ValueError, match=r"not the names of these weights: \['(unheard_of|length|gap)"):
            read(other)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (FILLER, f"{FILLER}There is piracy, we hear."),
        (f"{FILLER}He said that piracy had ended.", f"{FILLER}We will end piracy on our coast."),
        (f"{FILLER}We will end piracy on our coast.", FILLER + MUCH),
    ],
)
def test_more_evidence_is_more_likely_a_priority(less: str, more: str) -> None:
    def likelihood(text: str) -> float:
        found = _read(text).get("piracy")
        absences = Absences(read_text(text, language="en"), UN, 17)
        return (
            (found.priority or 0.0)
            if found
            else load_certainty().estimate(absences.describe("piracy")).priority
        )

    assert likelihood(less) < likelihood(more)


@given(st.lists(st.tuples(*[st.floats(-5, 5)] * len(SENTENCE_FEATURES)), max_size=6))
def test_a_declared_topic_is_a_priority_which_is_there(rows: list[tuple[float, ...]]) -> None:
    found = load_certainty().estimate(
        TopicEvidence(tuple(rows), (0.7, 0.7, *[0.0] * (len(TOPIC_FEATURES) - 2)))
    )
    assert 0 <= found.declared <= found.priority <= found.presence <= 1
    assert sum(found.levels) == pytest.approx(1)


@given(PROBABILITIES, PROBABILITIES, PROBABILITIES)
def test_a_claim_is_surer_the_likelier_the_priority_and_the_absence(
    one: float, two: float, there: float
) -> None:
    low, high = sorted((one, two))
    rate = partial(load_certainty().rate, "new", unnamed=True)
    absent, present = Likelihood(0.0, there), Likelihood(there, 1.0)
    assert rate(absent, Likelihood(low, 1.0)) <= rate(absent, Likelihood(high, 1.0))
    assert rate(Likelihood(0.0, high), present) <= rate(Likelihood(0.0, low), present)


@given(*[st.tuples(PROBABILITIES, PROBABILITIES, PROBABILITIES).map(sorted)] * 2)
def test_the_statuses_of_two_texts_share_out_what_is_possible(one: list[float], two: list[float]) -> None:
    old, new = (Likelihood(each[1], each[2], each[0]) for each in (one, two))
    chances = [
        find_chance(status, old, new) for status in ("new", "not repeated", "moved up", "moved down", "kept")
    ]
    neither = (1 - old.priority) * (1 - new.priority)
    assert sum(chances) + neither == pytest.approx(1)
    assert find_chance("not repeated", new, old) == pytest.approx(chances[0])
    assert find_chance("moved down", new, old) == pytest.approx(chances[2])


def test_much_said_on_one_side_alone_is_claimed_and_a_single_sentence_is_perhaps_so() -> None:
    assert _compare(FILLER, FILLER + MUCH)["piracy"].claimed
    assert _compare(FILLER + MUCH, FILLER)["piracy"].claimed
    single = _compare(FILLER, f"{FILLER}Piracy is known.")["piracy"]
    assert (single.outcome, single.claimed) == ("new", False)
    assert single.certainty is not None
    assert single.certainty < load_certainty().find_threshold("new", SURE)


def test_a_topic_is_less_surely_absent_where_its_words_stand_together() -> None:
    def presence(text: str) -> float:
        return (
            load_certainty()
            .estimate(Absences(read_text(text, language="en"), UN, 60).describe("piracy"))
            .presence
        )

    assert presence(f"{FILLER}Armed men at sea robbed the pirated maritime fleet.") > presence(FILLER)
    assert presence(FILLER) == presence(f"{FILLER}The weather was fine.")


def test_a_sentence_in_the_company_of_its_topic_is_likelier_a_priority() -> None:
    def likelihood(text: str) -> float:
        return _read(FILLER + text)["piracy"].priority or 0.0

    at_sea, in_books = (
        f"We heard of piracy {where}." for where in ("and armed robbery at sea", "in old books")
    )
    assert likelihood(at_sea) > likelihood(in_books)


def test_words_weigh_for_the_topics_whose_company_they_keep() -> None:
    scores = PmiScores([{"maritime", "gulf"}, {"maritime"}, {"qwerty"}])
    both, one, none = (scores.find_near("piracy", place)[0] for place in range(3))
    assert both > one > none
    assert PmiScores([{"qwerty"}]).find_near("piracy", 0) == PmiScores([{"oat"}]).find_near("piracy", 0)


def test_a_mention_that_became_a_priority_is_claimed_as_far_as_both_are_sure() -> None:
    mention = f"{FILLER}He said that piracy had ended."
    for old, new, status in ((mention, FILLER + MUCH, "moved up"), (FILLER + MUCH, mention, "moved down")):
        moved = _compare(old, new)["piracy"]
        assert moved.outcome == status
        assert moved.certainty is not None
        assert moved.claimed == (moved.certainty >= load_certainty().find_threshold("moved up", SURE))
    rate = partial(load_certainty().rate, "moved up")
    sure, doubtful = Likelihood(0.9, 0.9), Likelihood(0.5, 0.9)
    passing, absent = Likelihood(0.1, 0.9), Likelihood(0.0, 0.1)
    assert rate(passing, sure) > rate(passing, doubtful) > rate(absent, doubtful)


def test_a_weak_word_on_the_other_side_does_not_take_a_sure_claim_away() -> None:
    named, much = (read_text(text, language="en") for text in (f"{FILLER}There is piracy.", FILLER + MUCH))
    (strong,) = (each for each in read_topics(much, UN) if each.topic == "piracy")
    strong = replace(strong, priority=0.97, presence=0.99)
    (mention,) = (each for each in read_topics(named, UN) if each.topic == "piracy")
    for presence, claimed in ((0.01, True), (0.45, False)):
        faint = replace(mention, priority=0.0, presence=presence)
        (found,), _ = compare_topics(ReadText(named, [faint]), ReadText(much, [strong]), UN)
        assert (found.outcome, found.claimed) == ("new", claimed)
        assert found.passing is not None
        assert found.passing.text == "piracy"


def test_what_is_kept_is_as_sure_as_both_of_its_levels() -> None:
    kept = _compare(FILLER + MUCH, FILLER + MUCH)["piracy"]
    assert (kept.outcome, kept.claimed or kept.share_unsure) == ("kept", True)
    rate = partial(load_certainty().rate, "kept")
    sure, doubtful, declared = Likelihood(0.9, 0.9), Likelihood(0.6, 0.9), Likelihood(0.9, 0.9, 0.8)
    assert rate(sure, sure) > rate(sure, doubtful) > rate(doubtful, doubtful)
    assert rate(declared, declared) > rate(sure, declared)


def test_of_what_both_texts_say_word_for_word_the_level_is_the_same() -> None:
    text = f"{FILLER}We will end piracy on our coast. We heard of piracy off Somalia. "
    other = text.replace("end", "stop").replace("heard", "read")
    (word_for_word, reworded) = (_compare(text, new)["piracy"].certainty or 0.0 for new in (text, other))
    assert word_for_word > 0.99 > reworded
    some, rate = Likelihood(0.5, 0.9), load_certainty().rate
    orders: dict[Status, int] = {"kept": 1, "moved up": -1, "new": -1}
    for status, order in orders.items():
        sureness = [rate(status, some, some, same=same) for same in (0.0, 0.5, 1.0)]
        assert sureness == sorted(sureness, reverse=order < 0)


def test_what_the_other_text_says_in_almost_the_same_words_has_one_level() -> None:
    texts = [f"{FILLER}We will end piracy along the whole of our {side} coast." for side in ("east", "west")]
    versions = [read_text(text, language="en") for text in texts]
    readings = [
        [replace(each, level=level, priority=chance) for each in read_topics(version, UN)]
        for version, level, chance in zip(versions, LEVELS_APART, (0.2, 0.9), strict=True)
    ]
    before, after = map(ReadText, versions, readings)
    changes, _ = compare_topics(before, after, UN)
    (found,) = (each for each in changes if each.topic == "piracy")
    assert (found.outcome, found.old and found.old.level) == ("kept", "substantive")


@pytest.mark.parametrize(
    ("chances", "outcome", "levels"),
    [
        ((0.3, 0.9), "moved up", ("mentioned", "substantive")),
        ((0.9, 0.3), "moved down", ("substantive", "mentioned")),
        ((0.9, 0.9), "kept", ("substantive", "substantive")),
    ],
)
def test_levels_are_those_that_are_likeliest_together(
    chances: tuple[float, float], outcome: Status, levels: tuple[Level, Level]
) -> None:
    texts = (FILLER + MUCH, f"{FILLER}We shall stop pirates wherever they sail, and patrol against pirates.")
    sides = []
    for text, chance in zip(texts, chances, strict=True):
        version = read_text(text, language="en")
        (reading,) = (each for each in read_topics(version, UN) if each.topic == "piracy")
        changed = replace(reading, level="substantive", priority=chance, presence=0.95, declaration=0.0)
        sides.append(ReadText(version, [changed]))
    (found,), _ = compare_topics(sides[0], sides[1], UN)
    assert found.outcome in ({"more", "kept", "less"} if outcome == "kept" else {outcome})
    assert tuple(side and side.level for side in (found.old, found.new)) == levels
    old, new = (ReadText(each.version, [replace(each.readings[0], measured=False)]) for each in sides)
    (found,), _ = compare_topics(old, new, UN)
    assert tuple(side and side.level for side in (found.old, found.new)) == ("substantive", "substantive")


def test_a_topic_is_back_only_to_what_it_surely_was() -> None:
    (reading,) = (each for each in read_topics(read_text(FILLER + MUCH), UN) if each.topic == "piracy")
    decided = Decision("R. Reader", "2026-01-05T12:00:00Z", "level", "relabel", "mentioned", "substantive")
    cases = [
        (replace(reading, priority=0.9), True),
        (replace(reading, priority=0.6), False),
        (replace(reading, priority=0.6, measured=False), True),
        (replace(reading, priority=0.6, decided=decided), True),
        (replace(reading, priority=0.9, level="mentioned"), False),
    ]
    for each, there in cases:
        assert find_priorities([each]) == ({"piracy"} if there else frozenset())


def test_a_term_of_wide_use_says_less_of_its_topic() -> None:
    weak, strong = "good-governance: institution", "good-governance: good governance"
    names = (0.0,) * len(SENTENCE_FEATURES)
    shows = AnySentence(
        -1.0,
        names,
        (0.0,) * len(TOPIC_FEATURES),
        {},
        {weak: -1.5},
        {},
        -5.0,
        (0.0,) * len(TOPIC_FEATURES),
        {},
    )
    chances = [
        shows.probability(
            TopicEvidence((names,), (0.0,) * len(TOPIC_FEATURES), places=(0,), terms=(frozenset({term}),))
        )
        for term in (weak, strong)
    ]
    assert chances[0] < chances[1]
    text = f"{FILLER}Our institutions work. Good governance is our aim."
    (found,) = (
        evidence for each, evidence in read_evidence(read_text(text), UN) if each.topic == "good-governance"
    )
    assert frozenset({strong}) in found.terms
    with_words = TopicEvidence((names,), (), words=(frozenset(),), places=(0,), terms=(frozenset({weak}),))
    shows = shows._replace(topic=())
    assert ("“institution” names it", -1.5) in shows.weigh_sentences(with_words)[0].reasons


def test_a_doubtful_level_makes_kept_doubtful_and_not_only_its_share() -> None:
    other = "We shall stop pirates wherever they sail, and patrol against pirates."
    old, new = (read_text(FILLER + text, language="en") for text in (MUCH, other))
    readings = [
        [
            replace(each, level="substantive", priority=0.52, presence=0.95, declaration=0.0)
            for each in read_topics(version, UN)
        ]
        for version in (old, new)
    ]
    shipped = load_certainty()
    stricter = {name: each._replace(constant=each.constant - 3) for name, each in shipped.families.items()}
    weights = shipped._replace(families=stricter)
    changes, _ = compare_topics(ReadText(old, readings[0]), ReadText(new, readings[1]), UN, weights=weights)
    (found,) = (each for each in changes if each.topic == "piracy")
    assert STATUSES[found.outcome].family == "kept"
    assert (found.claimed, found.share_unsure) == (False, False)


@pytest.mark.parametrize("status", ["new", "moved up", "kept"])
def test_less_sure_and_more_is_claimed(status: str) -> None:
    mention = f"{FILLER}He said that piracy had ended. "
    old = {"new": FILLER, "moved up": mention, "kept": FILLER + MUCH}[status]
    sides = [read_text(text, language="en") for text in (old, FILLER + MUCH)]
    claimed = []
    for sure in CHOICES:
        readings = [read_topics(each, UN) for each in sides]
        before, after = map(ReadText, sides, readings)
        (found,), _ = compare_topics(before, after, UN, sure=sure)
        claimed.append(found.claimed or found.share_unsure)
    assert claimed == sorted(claimed)
    assert claimed[-1]


def test_measured_are_the_topics_of_the_shipped_vocabulary_in_english(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(EDITED, encoding="utf-8")
    every = frozenset(topic.id for topic in UN.topics)
    assert find_measured(UN, "en") == every
    assert find_measured(UN, "fr") == frozenset()
    assert find_measured(load_vocabulary(tmp_path / "mine.toml"), "en") == every - {"piracy"}
    assert find_measured(replace(UN, overlap=not UN.overlap), "en") == frozenset()


def test_of_other_topics_and_languages_certainty_is_approximate_and_nothing_of_a_topic_counts() -> None:
    own, other = (
        Vocabulary(name, (Topic(name, "Piracy", terms={"und": ("piracy", "piraterie")}),))
        for name in ("piracy", "robbery-at-sea")
    )
    french = read_text("Nous condamnons la piraterie. La piraterie doit cesser.", language="fr")
    english = read_text(MUCH, language="en")
    for version, vocabulary in ((french, UN), (english, own)):
        found = read_topics(version, vocabulary)
        assert found
        assert not [each for each in found if each.priority is None or each.measured]
    known, unknown = (read_topics(english, vocabulary) for vocabulary in (own, other))
    assert [replace(each, topic="") for each in known] == [replace(each, topic="") for each in unknown]
    assert read_topics(english, UN)[0].measured


TEXTS = {
    "en": (FILLER + MUCH, f"{FILLER}We will end corruption. Corruption must be punished, and we condemn it."),
    "fr": (
        "Le port était calme. Nous condamnons la piraterie. La piraterie doit cesser en mer.",
        "Le port était calme. Nous luttons contre la corruption. Il faut punir la corruption.",
    ),
}


OWN = """
[piracy]
label = "Piracy"
en = "piracy"
fr = "piraterie"

[corruption]
label = "Corruption"
en = "corruption"
fr = "corruption"
"""
SHIPPED = "\n".join(
    each.read_text("utf-8")
    for each in sorted(
        (files("tracker.comparing.topics.vocabulary") / "vocabularies" / "un").iterdir(), key=str
    )
    if each.is_file()
)
EDITED = SHIPPED.replace("en = 'piracy; ", "en = 'piracy; piracy by canoe; ")


@pytest.mark.parametrize(
    ("vocabulary", "language", "measured", "reason"),
    few(
        2,
        (EDITED, "en", {"corruption"}, "names topics, and other words name some of these"),
        (SHIPPED, "fr", set(), "was measured on texts in en, not in fr"),
        (OWN, "en", set(), "with the topics of the shipped vocabulary, not with these"),
        (OWN, "fr", set(), "not with these, and on texts in en, not in fr"),
    ),
    ids=few(2, "one term edited", "the shipped one in French", "a user's own", "a user's own in French"),
)
def test_where_certainty_was_not_measured_it_is_approximate_and_nothing_claimed(
    tmp_path: Path, vocabulary: str, language: str, measured: set[str], reason: str
) -> None:
    (tmp_path / "mine.toml").write_text(vocabulary, encoding="utf-8")
    held = load_vocabulary(tmp_path / "mine.toml")
    found = compare(*TEXTS[language], language=language, vocabulary=held, encoder=None)
    assert {each.topic: each.outcome for each in found.topics} == {
        "corruption": "new",
        "piracy": "not repeated",
    }
    assert {each.topic for each in found.topics if each.measured} == measured
    assert {each.topic for each in found.topics if each.claimed} == measured
    assert found.provenance.unmeasured is not None
    assert reason in found.provenance.unmeasured
    data = json.loads(render_json(found))
    assert data["provenance"]["unmeasured"] == found.provenance.unmeasured
    assert {each["topic"] for each in data["topics"] if each["measured"]} == measured
    for report in (render(found, UN, width=1000), render_markdown(found, UN)):
        (caveat,) = (row for row in report.splitlines() if "certainties are approximate" in row)
        assert reason in caveat
        unclaimed = next(each for each in found.topics if not each.claimed)
        mark = f"({unclaimed.outcome_certainty:.2f})".replace("0.", ".")
        assert f"likely {unclaimed.outcome} {mark}" in report


def test_where_certainty_was_measured_claims_stand_and_no_caveat_does(tmp_path: Path) -> None:
    (tmp_path / "copied.toml").write_text(SHIPPED, encoding="utf-8")
    found = compare(*TEXTS["en"], language="en", encoder=None)
    copied = compare(
        *TEXTS["en"], language="en", encoder=None, vocabulary=load_vocabulary(tmp_path / "copied.toml")
    )
    assert copied == found
    assert {each.topic for each in found.topics if each.claimed} == {"corruption", "piracy"}
    assert found.provenance.unmeasured is None
    assert not [each for each in found.caveats if "claimed" in each]


def test_what_is_kept_or_moves_by_share_is_only_possible_too() -> None:
    much = " ".join(f"Nous mettrons fin à la piraterie sur la côte numéro {number}." for number in range(40))
    little = f"La piraterie doit cesser. Nous condamnons la piraterie.\n\n{'Le port était calme. ' * 60}"
    for old, new, status in ((little, much, "more"), (much, little, "less"), (little, little, "kept")):
        found = compare(old, new, language="fr", encoder=None)
        told = {each.topic: (each.outcome, each.claimed) for each in found.topics}
        assert told == {"piracy": (status, False)}
        assert f"likely {status} (" in render(found, UN, everything=True)


def test_a_language_on_one_side_alone_is_enough_for_doubt() -> None:
    old, new = (read_text(TEXTS[tongue][at], language=tongue) for at, tongue in enumerate(("en", "fr")))
    before, after = (ReadText(each, read_topics(each, UN)) for each in (old, new))
    changes, _ = compare_topics(before, after, UN)
    assert changes
    assert not [each for each in changes if each.claimed or each.measured or each.certainty is None]


def test_what_people_decided_on_both_sides_is_claimed_whatever_the_language() -> None:
    versions = [read_text(text, language="fr") for text in TEXTS["fr"]]
    decided = Decision("R. Reader", "2026-01-05T12:00:00Z", "level", "relabel", "declared", "mentioned")
    readings = [
        (TopicReading("piracy", level, (1,), 5, 0.3, 1, "person: R. Reader", decided),)
        for level in ("substantive", "declared")
    ]
    before, after = map(ReadText, versions, readings)
    (change,), _ = compare_topics(before, after, UN)
    assert (change.outcome, change.claimed) == ("moved up", True)
    (change,), _ = compare_topics(
        ReadText(versions[0], readings[0]),
        ReadText(versions[1], [replace(readings[1][0], decided=None)]),
        UN,
    )
    assert (change.outcome, change.claimed) == ("moved up", False)


def test_the_sentence_that_most_likely_shows_a_priority_is_explained_first() -> None:
    text = "We hear of piracy from others. " + FILLER + MUCH
    (found,) = (evidence for each, evidence in read_evidence(read_text(text), UN) if each.topic == "piracy")
    weighed = load_certainty().priority.weigh_sentences(found)
    chances = [each.probability for each in weighed]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1]
    assert weighed[-1].segment == 0


def test_each_feature_of_a_sentence_has_words_of_its_own() -> None:
    words = list(SENTENCE_FEATURES.values())
    assert len(set(words)) == len(words)
    assert not set(words) & set(SENTENCE_FEATURES)
    assert max(map(len, words)) < 50


@pytest.mark.parametrize(
    ("level", "certainty", "mark", "why"),
    [
        ("mentioned", 0.86, "(.86)", "but it is a priority on neither side"),
        ("substantive", 0.51, "(.51)", "less sure than what is claimed (from ."),
        ("substantive", 0.86, "(.86)", "but second readers disagree about it"),
    ],
)
def test_a_status_as_sure_as_claims_says_why_it_is_none(
    level: Level, certainty: float, mark: str, why: str
) -> None:
    held = session()
    unsure = replace(
        topic("Debt", "not repeated", reading(level, [0], 0.2), None),
        outcome_certainty=certainty,
        measured=True,
        claimed=False,
    )
    assert why in str(unclaimed_words(unsure, held.provenance.sure))
    assert f"not repeated {mark}" in render(replace(held, topics=(unsure,)), VOCABULARY)


def test_a_list_of_names_is_seen() -> None:
    text = f"{FILLER}We met partners from Kenya, Haiti, Norway and Chile. We will stand with Haiti."
    names = list(SENTENCE_FEATURES).index("names")
    read = read_evidence(read_text(text, language="en"), UN)
    (evidence,) = (each for reading, each in read if reading.topic == "situation-haiti")
    assert [row[names] for row in evidence.sentences] == [1.0, 0.0]


def test_a_mention_that_is_likely_a_priority_is_one_and_its_rule_says_so() -> None:
    text = f"{FILLER * 20}Piracy and armed robbery at sea remain an urgent threat to our trade."
    found = _read(text)["piracy"]
    assert (found.level == "substantive") == found.rule.startswith(LIKELY)


@pytest.mark.parametrize(
    ("text", "language", "group"),
    [
        ("Norland aligns itself with the statement of the European Union.", "en", "European Union"),
        (
            "We associate ourselves with the statement by Cuba on behalf of the Group of 77 and China.",
            "en",
            "Group of 77 and China",
        ),
        (
            "We align ourselves with the statement of the African Group, and add this.",
            "en",
            "African Group",
        ),
        (
            "Ma délégation s’associe à la déclaration faite au nom de l’Union européenne.",
            "fr",
            "Union européenne",
        ),
        ("Mi país se suma a la declaración pronunciada en nombre del Grupo de Río.", "es", "Grupo de Río"),
        ("We stand with the people of Haiti and welcome the statement of the Council.", "en", None),
        ("Мы присоединяемся к заявлению Европейского союза.", "ru", None),
    ],
)
def test_the_group_a_speaker_aligns_with_is_found(text: str, language: str, group: str | None) -> None:
    assert find_aligned(read_text(text, language=language)) == group


def test_what_is_not_repeated_may_be_covered_by_a_group() -> None:
    new = f"Norland aligns itself with the statement of the European Union. {FILLER}"
    assert _compare(FILLER + MUCH, new)["piracy"].covered == "European Union"
    assert _compare(FILLER + MUCH, FILLER)["piracy"].covered is None


def _doubtful() -> Comparison:
    held = comparison(
        side("a", ["One."]),
        side("b", ["Two."]),
        change("dropped", [0], [], "-One."),
        change("new", [], [0], "+Two."),
        genre="session",
    )
    sure = topic("Piracy", "not repeated", reading("substantive", [0], 0.5), None)
    doubtful = topic("Oceans", "new", None, reading("substantive", [0], 0.5))
    return replace(
        held,
        topics=(
            replace(sure, outcome_certainty=0.9, covered="European Union"),
            replace(doubtful, outcome_certainty=0.55, measured=True, claimed=False),
        ),
    )


def test_every_report_says_what_is_only_likely() -> None:
    terminal = render(_doubtful(), VOCABULARY, width=120)
    markdown = render_markdown(_doubtful(), VOCABULARY)
    for report in (terminal, markdown):
        assert "new (.55)" in report
        assert "may be covered by the statement of the European Union, with which it aligns itself" in report
    assert "NOT REPEATED: a priority before, absent now\n  Piracy" in terminal
    assert "likely" in render_stat(_doubtful())
