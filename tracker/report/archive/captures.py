"""What ``import-warc`` prints: how many captures came to what, and a line for each that needs a word."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, get_args

from tracker.model.preserving import CaptureStatus
from tracker.report.comparison.words import counted
from tracker.report.json_text import encode_json
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.preserving import BroughtCapture, BroughtCaptures

_STATUSES: tuple[CaptureStatus, ...] = get_args(CaptureStatus)
_LONGEST_URL = 200


def render_captures(brought: BroughtCaptures, *, every: bool = False) -> str:
    """Return the counts, what was skipped, and what was passed over and why; ``every`` lists all."""
    return "\n".join(map(one_line, _lines(brought, every=every)))


def captures_json(brought: BroughtCaptures) -> str:
    """Return all captures as JSON, oldest first, references as text."""
    entries = [
        {**asdict(entry), "reference": str(entry.reference) if entry.reference else None}
        for entry in brought.entries
    ]
    return encode_json({"entries": entries, "passed": dict(brought.passed)})


def _lines(brought: BroughtCaptures, *, every: bool) -> Iterator[str]:
    counts = Counter(entry.status for entry in brought.entries)
    told = ", ".join(f"{counts[status]:,} {status}" for status in _STATUSES)
    yield f"{counted(len(brought.entries), 'capture')}: {told}"
    for entry in brought.entries:
        if every or entry.status == "skipped":
            yield _line(entry)
    for why, number in sorted(brought.passed.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"passed over: {counted(number, 'record')} {why}"


def _line(entry: BroughtCapture) -> str:
    what = f"{entry.reference} " if entry.reference else ""
    url = entry.url if len(entry.url) <= _LONGEST_URL else f"{entry.url[:_LONGEST_URL]}..."
    note = f" ({entry.note})" if entry.note else ""
    return f"{entry.status} {what}{entry.observed} {url} at byte {entry.offset:,}{note}"
