"""From an extractor's output to clean text: one paragraph a line, nothing of the page, and a way back."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.text.characters import clean_characters, drop_emphasis, drop_page_breaks
from tracker.text.hyphens import mend_cut_words
from tracker.text.joining import joint, read_layout
from tracker.text.lines import part_rules, read_lines
from tracker.text.numbering import collapse_blanks, drop_numbering
from tracker.text.spans import Replacement, compose, rewrite, span_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.texts import SpanMap
    from tracker.text.spans import Stretch


def normalize(raw: str) -> tuple[str, SpanMap]:
    """Return the clean text and the map from it to ``raw``.

    Paragraphs and headings are parted by a blank line, items of a list by a line break; words and
    sentences cut by lines, pages or blank lines are whole. Letters are never changed but for broken
    encoding and ligatures. ``normalize(normalize(raw)[0])[0] == normalize(raw)[0]``.
    """
    text, stretches = _clean(raw)
    while True:
        # What one pass joined may show the next one another cut; each pass shortens the text.
        again, changed = _clean(text)
        if again == text:
            return text, span_map(stretches)
        text, stretches = again, compose(changed, stretches)


def _clean(text: str) -> tuple[str, list[Stretch]]:
    stretches: list[Stretch] = []
    for step in _STEPS:
        replacements = [
            replacement
            for replacement in step(text)
            if text[replacement.start : replacement.end] != replacement.new
        ]
        if not replacements and stretches:
            continue
        text, changed = rewrite(text, replacements)
        stretches = compose(changed, stretches) if stretches else changed
    return text, stretches


def _lay_out(text: str) -> Iterator[Replacement]:
    lines = read_lines(text)
    if not lines:
        yield Replacement(0, len(text), "")
        return
    layout = read_layout(text, lines)
    yield Replacement(0, lines[0].start, "")
    for before, after in pairwise(lines):
        hyphen, between = joint(before, after, layout)
        yield Replacement(before.end - hyphen, after.start, between)
    yield Replacement(lines[-1].end, len(text), "")


_STEPS = (
    clean_characters,
    drop_numbering,
    drop_emphasis,
    collapse_blanks,
    part_rules,
    _lay_out,
    drop_page_breaks,
    mend_cut_words,
)
