"""Each situation walked over the shared speeches, 1970 to 2023: none is a priority before it began."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from tests.shared_data import require
from tracker.comparing.pipeline import text_side
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.diff.compare import side_priorities
from tracker.text.reading import read_text

FIRST, LAST = 1970, 2023
MET = 60
"""Situations that some country has for a priority, at least."""


def test_no_situation_is_a_priority_before_it_began() -> None:
    vocabulary = load_vocabulary()
    since = {topic.id: topic.since for topic in vocabulary.topics if topic.since}
    years: dict[str, set[int]] = defaultdict(set)
    for path in sorted(file for name in ("ungdc", "ungdc_more") for file in require(name).glob("*/*.txt")):
        session, year = path.stem.split("_")[:2]
        if FIRST <= int(year) <= LAST:
            text = read_text(path.read_text(encoding="utf-8-sig", errors="replace"))
            side = replace(text_side(path.stem, text), country=path.parent.name, body="UNGA", session=session)
            for topic in side_priorities(side, vocabulary) & since.keys():
                years[topic].add(int(year))
    early = {topic: sorted(year for year in met if year < since[topic]) for topic, met in years.items()}
    assert {topic: met for topic, met in early.items() if met} == {}
    assert len(years) >= MET
