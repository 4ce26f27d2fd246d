"""Text read into a version: cleaned, its language detected, cut into sentences, headings and items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracker.model.texts import Segment, Version
from tracker.text.boundaries import sentence_ends
from tracker.text.detection import detect_language
from tracker.text.joining import pauses_with_ellipses
from tracker.text.lines import is_heading, item_marker
from tracker.text.normalize import normalize
from tracker.text.slips import Habits, reads_commas_as_stops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.texts import SegmentKind

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
