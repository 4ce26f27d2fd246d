"""Situations have years: before one began, its words are names of places and people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tracker.comparing.pipeline import side_vocabulary, text_side
from tracker.comparing.topics.vocabulary.load import date_vocabulary, load_vocabulary
from tracker.diff.compare import side_topics
from tracker.errors import VocabularyInvalid
from tracker.record.derived.answers import Derived
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.texts import Side

UN = load_vocabulary()
OWN = """
[water]
label = "Water"
en = "river"
[spill]
label = "The spill at Tavor"
kind = "situation"
since = 2003
en = "Tavor; spill"
"""
TEXT = (
    "A statement on rivers.\n\nWe condemn what was done at Tavor. Tavor must be heard."
    " The river must be cleaned."
)


def list_topics(side: Side, path: Path, derived: Derived | None = None) -> list[str]:
    return [each.topic for each in side_topics(side, load_vocabulary(path), derived)]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_a_situation_is_met_from_its_year_on(own: Path) -> None:
    undated = text_side("made-up", read_text(TEXT, language="en"))
    walk = {
        year: list_topics(replace(undated, body="UNGA", session=str(year - 1945)), own)
        for year in range(1970, 2024)
    }
    assert {year for year, topics in walk.items() if "spill" in topics} == set(range(2003, 2024))
    assert all("water" in topics for topics in walk.values())


def test_the_day_of_delivery_goes_before_the_session(own: Path) -> None:
    side = replace(text_side("made-up", read_text(TEXT, language="en")), body="UNGA", session="57")
    assert "spill" not in list_topics(side, own)
    assert "spill" in list_topics(replace(side, delivered="2003-02-01"), own)


def test_where_no_year_is_known_all_are_met(own: Path) -> None:
    side = text_side("made-up", read_text(TEXT, language="en"))
    assert "spill" in list_topics(side, own)
    assert "spill" in list_topics(replace(side, body="Nobody", session="first"), own)


def test_answers_kept_for_one_year_are_none_for_another(own: Path) -> None:
    derived = Derived()
    side = replace(text_side("made-up", read_text(TEXT, language="en")), body="UNGA", session="40")
    assert "spill" not in list_topics(side, own, derived)
    assert "spill" in list_topics(replace(side, session="70"), own, derived)


@pytest.mark.parametrize("year", ['"2003"', "true", "1799", "2200", "2003.5"])
def test_a_year_is_a_whole_number(own: Path, year: str) -> None:
    own.write_text(OWN.replace("2003", year), encoding="utf-8")
    with pytest.raises(VocabularyInvalid, match=r"spill.since: expected a year from 1800 to 2199"):
        load_vocabulary(own)


def test_the_year_is_part_of_the_digest(own: Path) -> None:
    digest = load_vocabulary(own).digest
    own.write_text(OWN.replace("2003", "2004"), encoding="utf-8")
    assert load_vocabulary(own).digest != digest


def test_a_vocabulary_without_years_stays_the_same_object(own: Path) -> None:
    own.write_text(OWN.replace("since = 2003\n", ""), encoding="utf-8")
    vocabulary = load_vocabulary(own)
    assert date_vocabulary(vocabulary, 1970) is vocabulary


def test_every_shipped_situation_has_a_year() -> None:
    assert [topic.id for topic in UN.topics if (topic.kind == "situation") != (topic.since is not None)] == []
    side = replace(text_side("made-up", read_text(TEXT, language="en")), body="UNGA", session="25")
    assert side_vocabulary(side, UN).year == 1970
