from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.running import ROOT
from tracker.comparing.topics.cues import load_cues, ready
from tracker.comparing.topics.needed import find_needed
from tracker.text.reading import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

NEEDED: Mapping[str, tuple[str, ...] | None] = {
    r"\bpriorit(?:y|ies)\b": ("priorit",),
    r"(?:we|i) (?:focus(?:ed)?|concentrate[sd]?) on": ("concentrate", "focus"),
    r"(?:abc|defg)h": ("abc", "defg"),
    r"ab?cdef": ("cdef",),
    r"colou?r": ("colo",),
    r"abc{0,2}def": ("def",),
    r"abc+ x": ("abc",),
    r"\.abc": (".abc",),
    r"(?:longer)?abc": ("abc",),
    r"(?:longer){0,2}abc": ("abc",),
    r"(?!longer)abc(?=longer)(?<!longer)": ("abc",),
    r"[longer]abc.": ("abc",),
    r"longer|ab": None,
    r"(?:longer)?": None,
    r"(?:longer|)": None,
    r"\w+": None,
}


@pytest.mark.parametrize("pattern", NEEDED)
def test_what_each_match_holds(pattern: str) -> None:
    assert find_needed(pattern) == NEEDED[pattern]


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh"])
def test_no_cue_is_met_where_nothing_of_what_it_needs_is(language: str) -> None:
    cues = load_cues(language, ("Xanadu", "United Kingdom", "France"))
    known = 0
    for path in sorted((ROOT / "seeds").rglob("*.md")):
        for segment in read_text(path.read_text("utf-8")).segments:
            text = ready(segment.text)
            for name, cue in cues.tables.items():
                needed = cue.needed
                held = needed is None or any(each in text for each in needed)
                known += needed is not None
                assert held or not cue.pattern.search(text), (name, text)
    assert known or language == "zh"
