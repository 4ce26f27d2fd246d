"""From an extractor's output to clean text: one paragraph a line, nothing of the page, and a way back."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.text.characters import clean_characters, drop_emphasis, drop_page_breaks
from tracker.text.hyphens import mend_cut_words
from tracker.text.joining import joint, read_layout
from tracker.text.lines import Line, part_rules, read_lines
from tracker.text.numbering import collapse_blanks, drop_numbering
from tracker.text.spans import Replacement, compose, rewrite, span_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.model.texts import SpanMap
    from tracker.text.spans import Stretch

    Step = Callable[[str], Iterator[Replacement]]

_TAIL = 300
"""So many characters tell how a line ends, and that it is too long to be a heading or a salutation."""


def normalize(raw: str) -> tuple[str, SpanMap]:
    """Return the clean text and the map from it to ``raw``.

    Paragraphs and headings are parted by a blank line, items of a list by a line break; words and
    sentences cut by lines, pages or blank lines are whole. Letters are never changed but for broken
    encoding and ligatures. ``normalize(normalize(raw)[0])[0] == normalize(raw)[0]``.
    """
    text, stretches = _clean(raw, _STEPS)
    while True:
        # What one pass joined may show the next one another cut; each pass shortens the text.
        again, changed = _clean(text, _STEPS_AGAIN)
        if again == text:
            return text, span_map(stretches)
        text, stretches = again, compose(changed, stretches)


def _clean(text: str, steps: Sequence[Step]) -> tuple[str, list[Stretch]]:
    stretches: list[Stretch] = []
    for step in steps:
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


def _lay_out(text: str, *, again: bool) -> Iterator[Replacement]:
    """Yield what stands between lines, each weighed against the one before it.

    ``again`` weighs it against all that was joined before it: line by line, a thousand short ones behind a
    cut one would take a thousand passes.
    """
    lines = read_lines(text)
    if not lines:
        yield Replacement(0, len(text), "")
        return
    layout, sofar = read_layout(text, lines), lines[0]
    yield Replacement(0, lines[0].start, "")
    for before, after in pairwise(lines):
        hyphen, between = joint(sofar, after, layout)
        yield Replacement(before.end - hyphen, after.start, between)
        sofar = _run_on(sofar, hyphen, between, after) if again and "\n" not in between else after
    yield Replacement(lines[-1].end, len(text), "")


def _run_on(sofar: Line, hyphen: int, between: str, after: Line) -> Line:
    joined = sofar.text[: len(sofar.text) - hyphen] + between + after.text
    return Line(sofar.start, after.end, joined[-_TAIL:].lstrip(), sofar.gap)


def _steps(*, again: bool) -> tuple[Step, ...]:
    return (
        clean_characters,
        drop_numbering,
        drop_emphasis,
        collapse_blanks,
        part_rules,
        partial(_lay_out, again=again),
        drop_page_breaks,
        mend_cut_words,
    )


_STEPS, _STEPS_AGAIN = _steps(again=False), _steps(again=True)
