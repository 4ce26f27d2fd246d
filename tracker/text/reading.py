"""From an extractor's output to a version: clean text, its language, and its sentences, headings and items.

Clean text has one paragraph a line, no page furniture, and a map back to what was read.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.model.texts import Segment, Version
from tracker.text.boundaries import sentence_ends
from tracker.text.characters import (
    clean_characters,
    drop_emphasis,
    drop_page_breaks,
    repair_apostrophes,
    repair_cut_words,
)
from tracker.text.detection import detect_language
from tracker.text.joining import Joints, pauses_with_ellipses, read_layout
from tracker.text.lines import TextLine, is_heading, item_marker, read_lines, split_rules
from tracker.text.slips import Habits, reads_commas_as_stops
from tracker.text.spans import Replacement, compose, rewrite, span_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tracker.model.texts import SegmentKind, SpanMap
    from tracker.text.spans import Stretch

    Step = Callable[[str], Iterator[Replacement]]


def read_text(
    raw: str, *, extractor: str = "text", media_type: str = "text/plain", language: str | None = None
) -> Version:
    """Read an extractor's output into a version; ``language`` is detected where it is not given.

    An empty text gives a version without segments.
    """
    clean, spans = normalize(raw)
    language = language or detect_language(clean)
    return Version(clean, language, cut(clean, language), spans, extractor, media_type)


def segment(text: str, *, language: str | None = None) -> tuple[Segment, ...]:
    """Return the segments of a text as ``read_text`` reads it."""
    return read_text(text, language=language).segments


# Cleaning ----------------------------------------------------------------------------------------------

_TAIL = 300
"""So many characters tell how a line ends, and that it is too long to be a heading or a salutation."""


def normalize(raw: str) -> tuple[str, SpanMap]:
    """Return the clean text and the map from it to ``raw``.

    Paragraphs and headings are separated by a blank line, items of a list by a line break; words and
    sentences cut by lines, pages or blank lines are whole. Letters are never changed but for broken
    encoding and ligatures. ``normalize(normalize(raw)[0])[0] == normalize(raw)[0]``.
    """
    joints = Joints()
    text, stretches = _clean(raw, _steps(joints, again=False))
    steps = _steps(joints, again=True)
    while True:
        # What one pass joined may show the next one another cut; each pass shortens the text. What is between
        # two lines that were looked at is known.
        again, changed = _clean(text, steps)
        if again == text:
            return text, span_map(stretches)
        text, stretches = again, compose(changed, stretches)


def _clean(text: str, steps: Sequence[Step]) -> tuple[str, list[Stretch]]:
    stretches: list[Stretch] = []
    for step in steps:
        replacements = [each for each in step(text) if text[each.start : each.end] != each.new]
        if not replacements and stretches:
            continue
        text, changed = rewrite(text, replacements)
        stretches = compose(changed, stretches) if stretches else changed
    return text, stretches


def _steps(joints: Joints, *, again: bool) -> tuple[Step, ...]:
    return (
        clean_characters,
        repair_apostrophes,
        drop_numbering,
        drop_emphasis,
        _collapse_blanks,
        split_rules,
        partial(_lay_out, joints=joints, again=again),
        drop_page_breaks,
        repair_cut_words,
    )


def _lay_out(text: str, joints: Joints, *, again: bool) -> Iterator[Replacement]:
    """Yield what goes between lines, each compared with the one before it.

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
        hyphen, between = joints.find(sofar, after, layout)
        yield Replacement(before.end - hyphen, after.start, between)
        sofar = _run_on(sofar, hyphen, between, after) if again and "\n" not in between else after
    yield Replacement(lines[-1].end, len(text), "")


def _run_on(sofar: TextLine, hyphen: int, between: str, after: TextLine) -> TextLine:
    joined = sofar.text[: len(sofar.text) - hyphen] + between + after.text
    return TextLine(sofar.start, after.end, joined[-_TAIL:].lstrip(), sofar.gap)


# A line break first: the search is six times as fast as with ^ and re.MULTILINE.
_NUMBER = re.compile(r"\n[ \t]*(\d{1,3})(\.?)(\s+)(?=\S)")
_HEADING = re.compile(r"\n(?:#{1,6}[ \t]+)+(?=\S)")
_BLANKS = re.compile("  +")
_LARGE = 10
"""A speaker's own list seldom starts here; a meeting's numbering is past it within minutes."""
_MANY = 8
_STEP = 3
"""Numbers missed in between, by recognition or at the end of a page."""
_LONG = 80
_OPEN = 3
"""Runs that may go on at once: a numbering, a list in it, a list in that."""


def drop_numbering(text: str) -> Iterator[Replacement]:
    """Yield what takes paragraph numbers away, and the tabs and heading marks.

    Numbers are furniture where a tab follows most of them, where they run on from ten or more (the
    numbering of a meeting), and where they count most paragraphs of a text: one paragraph more would
    change every sentence after it. The numbers of a resolution's clauses or of a list stay.
    """
    lined = "\n" + text
    marks = [*_numbers_of_the_page(lined), *_HEADING.finditer(lined)]
    done = 0
    for match in sorted(marks, key=re.Match.start):
        start, end = match.start(), match.end() - 1
        yield from _tabs(text, done, start)
        yield Replacement(start, end, "")
        done = end
    yield from _tabs(text, done, len(text))


def _numbers_of_the_page(lined: str) -> list[re.Match[str]]:
    found = list(_NUMBER.finditer(lined))
    if not found:
        return []
    long = sum(len(line) > _LONG for line in lined.split("\n"))
    dotted = _runs(match for match in found if match[2])
    bare = _runs(match for match in found if not match[2] and "\n" not in match[3])
    dropped = [
        *(run for run in dotted if _is_numbering(run) or _counts(run, lined, long)),
        *(run for run in bare if _counts(run, lined, long)),
    ]
    return [match for run in dropped for match in run]


def _runs(numbers: Iterable[re.Match[str]]) -> list[list[re.Match[str]]]:
    """Return the runs of numbers that count up; a run goes on after a list inside it."""
    runs: list[list[re.Match[str]]] = []
    for match in numbers:
        for run in reversed(runs[-_OPEN:]):
            if 0 < int(match[1]) - int(run[-1][1]) <= _STEP:
                run.append(match)
                break
        else:
            runs.append([match])
    return runs


def _is_numbering(run: list[re.Match[str]]) -> bool:
    """Say whether tabs follow most numbers of a run, or it continues the numbering of a meeting."""
    has_tabs = sum("\t" in match[3] for match in run) * 2 > len(run)
    return has_tabs or (len(run) > 1 and int(run[0][1]) >= _LARGE)


def _counts(run: list[re.Match[str]], lined: str, long: int) -> bool:
    """Say whether a run counts most of a text's ``long`` paragraphs, and not clauses that end in ``;``."""
    if len(run) < _MANY or int(run[0][1]) > _STEP:
        return False
    lines = (lined[match.end() :].partition("\n")[0] for match in run)
    clauses = sum(line.rstrip().endswith((";", ",")) for line in lines)
    return clauses * 2 < len(run) and len(run) * 2 >= long


def _tabs(text: str, start: int, end: int) -> Iterator[Replacement]:
    at = text.find("\t", start, end)
    while at >= 0:
        yield Replacement(at, at + 1, " ")
        at = text.find("\t", at + 1, end)


def _collapse_blanks(text: str) -> Iterator[Replacement]:
    """Yield the removal of all but one of the blanks in a row."""
    for match in _BLANKS.finditer(text):
        yield Replacement(match.start() + 1, match.end(), "")


# Cutting -----------------------------------------------------------------------------------------------

_LINE = re.compile(r"(\n\n)?([^\n]+)")
_SPAN = re.compile(r"\S(?:.*\S)?", re.DOTALL)


def cut(clean: str, language: str) -> tuple[Segment, ...]:
    """Cut a clean text into segments, in order and together holding all that is not blank.

    A line by itself without a clause or an end is a heading; a line with a marker is an item where it
    is one sentence. Paragraphs count from 1.
    """
    habits = Habits(pauses_with_ellipses(clean), reads_commas_as_stops(clean))
    segments: list[Segment] = []
    paragraph = 0
    for line in _LINE.finditer(clean):
        paragraph += line.group(1) is not None or paragraph == 0
        spans = list(_spans(clean, line.start(2), line.end(2), language, habits))
        kind = _kind(line.group(2)) if len(spans) == 1 else "sentence"
        for start, end in spans:
            segments.append(Segment(len(segments), kind, paragraph, start, end, clean[start:end]))
    return tuple(segments)


def _spans(clean: str, start: int, end: int, language: str, habits: Habits) -> Iterator[tuple[int, int]]:
    line = clean[start:end]
    at = 0
    for stop in (*sentence_ends(line, language, habits), len(line)):
        span = _SPAN.search(line, at, stop)
        if span:
            yield start + span.start(), start + span.end()
        at = stop


def _kind(line: str) -> SegmentKind:
    if item_marker(line):
        return "item"
    return "heading" if is_heading(line) else "sentence"
