"""What ``import-git`` and ``import-warc`` print: counts, and a line for each that needs a word."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from tracker.model.preserving import CaptureStatus
from tracker.report.comparison.words import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.model.preserving import (
        GitImportReport,
        ImportedCapture,
        ImportedRevision,
        RevisionStatus,
        WarcImportReport,
    )

_ORDER: tuple[RevisionStatus, ...] = ("new", "changed", "known", "rewritten", "passed", "removed", "skipped")
_HINTS = {"rewritten": "from a history that was rewritten", "passed": "same bytes as the revision before"}
_ALWAYS_TOLD = frozenset({"skipped", "removed"})
_WRITTEN = frozenset({"new", "changed"})
_MOST_GONE = 10
_COMMIT = 10


def render_revisions(brought: GitImportReport, *, every: bool = False) -> str:
    """Return the counts, then what was skipped, removed or taken for granted; ``every`` lists all."""
    return "\n".join(map(one_line, _lines(brought, every=every)))


def _lines(brought: GitImportReport, *, every: bool) -> Iterator[str]:
    yield _counts(brought)
    for entry in brought.entries:
        if every or entry.status in _ALWAYS_TOLD or (entry.note and entry.status in _WRITTEN):
            yield _line(entry)
    yield from brought.remarks
    if brought.gone:
        number = counted(len(brought.gone), "recorded revision")
        yield f"{number} no longer in the repository, which was rewritten; they stay in the record:"
        yield from brought.gone[:_MOST_GONE]
        if len(brought.gone) > _MOST_GONE:
            yield f"... and {len(brought.gone) - _MOST_GONE:,} more (--format json lists all)"


def _counts(brought: GitImportReport) -> str:
    counts = Counter(entry.status for entry in brought.entries)
    parts = [
        f"{counts[status]:,} {status}{f' ({_HINTS[status]})' if status in _HINTS else ''}"
        for status in _ORDER
        if counts[status] or status in {"new", "changed", "known"}
    ]
    return f"{counted(len(brought.entries), 'revision')}: {', '.join(parts)}"


def _line(entry: ImportedRevision) -> str:
    what = f"{entry.reference} " if entry.reference else ""
    place = f"{(entry.observed or '')[:10]} {entry.commit[:_COMMIT]}:{entry.path}"
    note = f" ({entry.note})" if entry.note else ""
    return f"{entry.status} {what}{place} {entry.subject}{note}"


_STATUSES: tuple[CaptureStatus, ...] = get_args(CaptureStatus)
_LONGEST_URL = 200


def render_captures(brought: WarcImportReport, *, every: bool = False) -> str:
    """Return the counts, what was skipped, and what was ignored and why; ``every`` lists all."""
    return "\n".join(map(one_line, _capture_lines(brought, every=every)))


def _capture_lines(brought: WarcImportReport, *, every: bool) -> Iterator[str]:
    counts = Counter(entry.status for entry in brought.entries)
    parts = ", ".join(f"{counts[status]:,} {status}" for status in _STATUSES)
    yield f"{counted(len(brought.entries), 'capture')}: {parts}"
    for entry in brought.entries:
        if every or entry.status == "skipped":
            yield _capture_line(entry)
    for why, number in sorted(brought.passed.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"ignored: {counted(number, 'record')} {why}"


def _capture_line(entry: ImportedCapture) -> str:
    what = f"{entry.reference} " if entry.reference else ""
    url = entry.url if len(entry.url) <= _LONGEST_URL else f"{entry.url[:_LONGEST_URL]}..."
    note = f" ({entry.note})" if entry.note else ""
    return f"{entry.status} {what}{entry.observed} {url} at byte {entry.offset:,}{note}"
