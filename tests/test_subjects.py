from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.subjects import Sentence, find_subjects
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.text.reading import read_text

UN = load_vocabulary()
SILENT = Sentence({}, {})


def on(*topics: str, begins: bool = False, turns: bool = False) -> Sentence:
    """Return a sentence that names topics, and likely acts on them."""
    return Sentence(dict.fromkeys(topics, 1.0), {}, begins, turns)


def lead(*sentences: Sentence) -> list[str | None]:
    """Return what each sentence is most likely on."""
    return [max(row, key=row.__getitem__) for row in find_subjects(sentences, UN)]


def test_a_subject_that_is_announced_goes_on_until_another_is() -> None:
    begins = SILENT._replace(begins=True)
    assert lead(
        on("corruption", begins=True),
        on("corruption"),
        SILENT,
        SILENT,
        on("oceans", begins=True),
        on("oceans"),
    ) == [*["corruption"] * 4, *["oceans"] * 2]
    assert lead(on("corruption", begins=True), on("corruption"), begins, SILENT)[-1] == "corruption"


def test_a_topic_in_passing_takes_no_sentence_of_the_passage_around_it() -> None:
    spoken = [on("corruption"), on("corruption"), on("corruption", "poverty"), on("corruption")]
    assert lead(*spoken) == ["corruption"] * 4


@pytest.mark.parametrize("sign", [{"begins": True}, {"turns": True}])
def test_a_paragraph_and_an_opening_make_a_turn_likelier(sign: dict[str, bool]) -> None:
    before, after = [on("corruption")] * 2, [on("oceans")] * 2
    plainly = find_subjects([*before, on("oceans", **sign), *after], UN)
    barely = find_subjects([*before, on("oceans"), *after], UN)
    assert plainly[2]["oceans"] > barely[2]["oceans"]
    assert plainly[1]["oceans"] < barely[1]["oceans"]


def test_a_narrower_topic_speaks_for_the_broader_one_too() -> None:
    narrower, broader = next((topic.id, topic.broader) for topic in UN.topics if topic.broader)
    far = next(topic.id for topic in UN.topics if topic.kind == "situation" and topic.broader != broader)
    last = find_subjects([on(broader), on(far), SILENT, on(narrower)], UN)[-1]
    assert last[broader] > last[far]


NAMED = st.dictionaries(st.sampled_from(["corruption", "oceans", "poverty"]), st.floats(-9, 9), max_size=3)


@given(st.lists(st.builds(Sentence, NAMED, NAMED, st.booleans(), st.booleans(), st.booleans()), max_size=90))
def test_each_sentence_is_on_one_topic_or_none(sentences: list[Sentence]) -> None:
    subjects = find_subjects(sentences, UN)
    assert len(subjects) == len(sentences)
    for row in subjects:
        assert sum(row.values()) == pytest.approx(1)
        assert min(row.values()) >= 0


def _time(sentences: list[Sentence]) -> float:
    start = process_time()
    find_subjects(sentences, UN)
    return process_time() - start


def test_the_time_of_a_long_text_grows_with_its_length_alone() -> None:
    topics = [topic.id for topic in UN.topics]
    taken = []
    for length in (500, 8_000):
        sentences = [on(topics[place // 9 % len(topics)]) for place in range(length)]
        taken.append(min(_time(sentences) for _ in range(3)))
    assert taken[1] < 64 * taken[0]


def test_shares_of_a_statement_sum_to_the_whole_at_most() -> None:
    text = (
        "Corruption and organised crime ruin lives. We will fight corruption, money laundering and drugs.\n\n"
        "Climate change is the challenge of our time. Oceans rise. Small islands will drown first."
    )
    readings = {reading.topic: reading for reading in read_topics(read_text(text, language="en"), UN)}
    assert sum(reading.share for reading in readings.values()) <= 1.001
    assert readings["climate-change"].share > 0.2
