"""What is found of a sentence is found once, however many stages of a comparison ask for it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.diff.notebook import compare
from tracker.text.identity import fold, fold_sentence
from tracker.text.joining import joint
from tracker.text.reading import normalize
from tracker.text.tokens import _tokenize_once, tokenize

if TYPE_CHECKING:
    from types import FrameType

SEEDS = Path(__file__).parents[1] / "seeds" / "xaa"


def count_calls(old: str, new: str) -> tuple[Counter[str], Counter[str], set[str]]:
    """Return how often which text is folded and cut into tokens, and the sentences of both texts."""
    folded, cut = Counter[str](), Counter[str]()
    watched = {fold.__code__: folded, tokenize.__code__: cut}

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code in watched:
            watched[frame.f_code][frame.f_locals["text"]] += 1

    fold_sentence.cache_clear()
    _tokenize_once.cache_clear()
    sys.setprofile(note)
    try:
        compared = compare(old, new, encoder=None)
    finally:
        sys.setprofile(None)
    sides = compared.old.version, compared.new.version
    return folded, cut, {segment.text for side in sides for segment in side.segments}


def test_a_sentence_is_folded_and_cut_once() -> None:
    old, new = (next(SEEDS.glob(f"XAA_{name}.md")).read_text("utf-8") for name in ("30_*", "31_*"))
    folded, cut, sentences = count_calls(old, new)
    assert sentences <= folded.keys()
    assert {text: number for text, number in folded.items() if number > 1} == {}
    assert sentences & cut.keys()
    assert {text: number for text, number in cut.items() if text in sentences and number > 1} == {}


def test_what_is_between_two_lines_is_found_once() -> None:
    raw = "\n".join(
        f"We will dou-\nble our support for fund {number}, as we\nsaid.\n" for number in range(20)
    )
    asked = Counter[tuple[str, str, int]]()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is joint.__code__:
            before, after = frame.f_locals["before"], frame.f_locals["after"]
            asked[before.text, after.text, after.gap] += 1

    sys.setprofile(note)
    try:
        clean, _ = normalize(raw)
    finally:
        sys.setprofile(None)
    assert "We will double our support for fund 7, as we said." in clean
    assert {pair: number for pair, number in asked.items() if number > 1} == {}
