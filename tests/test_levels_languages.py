"""What single sentences do with a topic in the languages of the UN, cue by cue."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tracker.text.reading import read_text
from tracker.topics.reading import read_topics
from tracker.topics.vocabulary.load import load_vocabulary

TABLE = tomllib.loads((Path(__file__).parent / "data/levels_languages.toml").read_text(encoding="utf-8"))
CASES = [
    (language, level, text, topics.split())
    for language, levels in TABLE.items()
    for level, sentences in levels.items()
    for text, topics in sentences.items()
]


@pytest.mark.parametrize(("language", "level", "text", "topics"), CASES)
def test_a_sentence_gives_its_topics_a_level(language: str, level: str, text: str, topics: list[str]) -> None:
    version = read_text(text, language=language)
    levels = {reading.topic: reading.level for reading in read_topics(version, load_vocabulary())}
    assert {levels.get(topic) for topic in topics} == {level}
    if level == "declared":
        assert sorted(topic for topic in levels if levels[topic] == level) == topics
