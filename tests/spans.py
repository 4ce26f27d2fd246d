"""Passages of a clean text found again in what an extractor read, by the span map of a version."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.model.texts import Run, SpanMap


def find_raw(spans: SpanMap, start: int, end: int) -> tuple[int, int]:
    """Return the smallest raw span that covers ``clean[start:end]``.

    Raises ``ValueError`` where the span is empty or outside the clean text.
    """
    first_touched = bisect_right(spans.runs, start, key=lambda run: run.clean_end)
    touched = spans.runs[first_touched : bisect_left(spans.runs, end, key=lambda run: run.clean_start)]
    if not touched or start >= end:
        raise ValueError(f"no raw text behind {start}:{end}")
    first, last = touched[0], touched[-1]
    return _raw_offset(first, start, first.raw_start), _raw_offset(last, end, last.raw_end)


def _raw_offset(run: Run, clean: int, otherwise: int) -> int:
    if run.clean_end - run.clean_start != run.raw_end - run.raw_start:
        return otherwise
    return run.raw_start + min(max(clean, run.clean_start), run.clean_end) - run.clean_start
