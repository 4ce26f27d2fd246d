"""What single sentences do with a topic in the languages of the UN, cue by cue."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.running import ROOT
from tracker.comparing.topics.cues import load_cues, plain, ready
from tracker.comparing.topics.reading import read_topics
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.text.reading import read_text

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


CUES = tomllib.loads((ROOT / "tracker/comparing/topics/cues.toml").read_text(encoding="utf-8"))
APART = {"self", "shortest", "generic"}
SPEAKERS = {
    "en": (("the United States", "The United States of America", "US"), r"\b[Ww]e\b"),
    "fr": (("la Côte d’Ivoire", "Ivoirien"), r"\b[Nn]ous\b"),
    "es": (("Perú", "República del Perú"), r"\b[Nn]osotros\b"),
    "ru": (("Россия", "Российская Федерация"), r"\b[Мм]ы\b"),
    "ar": (("مصر", "جمهورية مصر العربية"), r"\bنحن\b"),
    "zh": (("中国", "中华人民共和国"), "我们"),
}


@pytest.mark.parametrize("language", SPEAKERS)
def test_cues_match_what_they_would_one_by_one_and_with_the_names_of_each_speaker(language: str) -> None:
    names, we = SPEAKERS[language]
    texts = [text for sentences in TABLE[language].values() for text in sentences]
    texts += [re.sub(we, name, text) for text in texts for name in names]
    cues = load_cues(language, names)
    longest = sorted((plain(name) for name in names), key=len, reverse=True)
    speaker = "|".join((*(f"(?:the )?{re.escape(name)}" for name in longest), CUES["self"][language]))
    met = 0
    for name in CUES.keys() - APART:
        rows = CUES[name].get(language, "(?!)")
        source = rows if isinstance(rows, str) else "|".join(rows)
        alone = re.compile(source.replace("{self}", f"(?:{speaker})"), re.IGNORECASE)
        for text in texts:
            expected = tuple(match.span() for match in alone.finditer(plain(text)))
            assert cues.find_all(name, ready(text)) == expected, (name, text)
            assert cues.find(name, ready(text)) == bool(expected)
            met += bool(expected)
    assert met > len(texts) / 2


def test_cues_are_written_in_small_letters() -> None:
    rows = [row for table in CUES.values() for rows in table.values() for row in rows]
    assert [row for row in rows if (small := re.sub(r"\\.", "", row)) != small.lower()] == []


@pytest.mark.parametrize(
    ("own", "text", "found"),
    [
        (("Niger",), "Nigeria calls for peace.", ()),
        (("Niger",), "İzmir heard it: Niger calls for peace.", ("niger calls",)),
        (("Türkiye",), "TÜRKİYE CALLS FOR PEACE, AND TÜRKİYE WILL HELP.", ("türkiye calls", "türkiye will ")),
        (("US",), "The US, which calls us, will act; it must.", ()),
        (("Chad",), "Chadian youth and the Chad call for peace.", ("the chad call",)),
        (("Chad",), "We call on Chad: Chad calls on us.", ("we call", "chad calls")),
    ],
)
def test_whole_names_of_the_speaker_speak_as_we_does(
    own: tuple[str, ...], text: str, found: tuple[str, ...]
) -> None:
    small = ready(text)
    assert len(small) == len(text)
    spans = load_cues("en", own).find_all("commit", small)
    assert tuple(small[start:end] for start, end in spans) == found
