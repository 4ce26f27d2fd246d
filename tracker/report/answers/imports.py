"""What imports print: counts, and a line for each file, revision or capture that needs a word."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, get_args

from tracker.model.preserving import CaptureStatus, FolderImport
from tracker.references import session_sort_key
from tracker.report.layout import counted, draw, lay_table
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracker.model.preserving import (
        GitImportReport,
        ImportedCapture,
        ImportedFile,
        ImportedRevision,
        RevisionStatus,
        TableImport,
        TableUse,
        WarcImportReport,
    )

_SHOWN_EACH = 3
"""Files, or lines of a table, that are named for one reason to skip them."""
_SHOWN_REASONS = 8
_UNCLEAR = "unclear"
_WIDTH = 80


def render_folder(imported: FolderImport, *, every: bool = False) -> str:
    """Return the pattern if it was found, the counts, what was skipped, and the kinds that were inferred.

    Of what was skipped for the same reason a few are named; ``every`` names all, and what was not skipped.
    """
    return "\n".join(_folder_lines(imported, every=every))


def render_table(imported: TableImport, *, every: bool = False) -> str:
    """Return the columns that were read, the counts, what was left out and why, and the kinds inferred."""
    return "\n".join(_table_import_lines(imported, every=every))


def _table_import_lines(imported: TableImport, *, every: bool) -> Iterator[str]:
    read = ", ".join(
        name if name == column else f"{name}={one_line(shlex.quote(column))}"
        for name, column in imported.columns.items()
    )
    yield f"columns read: {read}"
    yield from _entry_lines(imported, "row", every=every)


def _entry_lines(imported: FolderImport | TableImport, what: str, *, every: bool) -> Iterator[str]:
    """Yield the counts of an import, what of it needs a word, and the kinds that were inferred."""
    counts = imported.counts
    parts = [f"{counts[status]:,} {status}" for status in ("new", "changed", "unchanged")]
    left_out = counts["skipped"] + counts["passed"]
    yield f"{counted(len(imported.entries), what)}: {', '.join(parts)}, {left_out:,} skipped"
    for entry in imported.entries:
        if every and entry.reference and not entry.note:
            yield f"  {entry.status} {entry.reference} {one_line(entry.path)}"
        if entry.elsewhere:
            yield f"  {one_line(entry.path)} has the same text as {' and '.join(entry.elsewhere)}"
    yield from _skipped(((entry.note, entry.path) for entry in imported.entries if entry.note), every=every)
    if isinstance(imported, FolderImport) and imported.table:
        yield from _table_lines(imported.table, every=every)
    if any(entry.is_kind_inferred for entry in imported.entries):
        yield "kinds of text, inferred by session (to declare them: --kind, such as --kind verbatim:70-74):"
        yield from _kind_rows(imported.entries)


def _folder_lines(imported: FolderImport, *, every: bool) -> Iterator[str]:
    files = counted(len(imported.entries), "file")
    if imported.is_found:
        pattern = one_line(shlex.quote(imported.pattern))
        yield f"pattern found: --pattern {pattern} fits {imported.fits:,} of {files}"
    yield from _entry_lines(imported, "file", every=every)


def _skipped(reasons: Iterable[tuple[str, str]], *, every: bool) -> Iterator[str]:
    """Yield a line for each place that was skipped; for each reason a few, and the number of others."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for reason, place in reasons:
        by_reason[reason].append(place)
    ordered = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    for reason, places in ordered if every else ordered[:_SHOWN_REASONS]:
        named = places if every else places[:_SHOWN_EACH]
        yield from (f"  skipped {one_line(place)}: {one_line(reason)}" for place in named)
        if len(places) > len(named):
            rest = f"{len(places) - len(named):,} more, {len(places):,} in all"
            yield f"  ... and {rest}, for this reason (--dry-run names all)"
    if not every and len(ordered) > _SHOWN_REASONS:
        others = sum(len(places) for _, places in ordered[_SHOWN_REASONS:])
        yield f"  ... and {others:,} more for other reasons (--dry-run names all)"


def _table_lines(table: TableUse, *, every: bool) -> Iterator[str]:
    parts = f"{table.used:,} used, {table.elsewhere:,} not about these files, {len(table.skipped):,} skipped"
    without = f"; no row for {counted(table.without, 'statement')}" if table.without else ""
    yield f"{counted(table.rows, 'row')} of {one_line(table.path)}: {parts}{without}"
    yield from _skipped(((reason, f"line {line:,}") for line, reason in table.skipped), every=every)


def _kind_rows(entries: Iterable[ImportedFile]) -> Iterator[str]:
    """Yield a table of kinds by session; sessions in a row that have the same kinds share a line."""
    by_session: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in entries:
        if entry.reference and entry.status not in {"skipped", "passed"}:
            where = entry.reference.body, entry.reference.session or ""
            by_session[where][entry.reference.kind or _UNCLEAR] += 1
    total = sum(by_session.values(), Counter[str]())
    kinds = sorted(total, key=lambda kind: (kind == _UNCLEAR, -total[kind]))
    ordered = sorted(by_session.items(), key=lambda item: session_sort_key(*item[0]))
    head = ("session", *kinds, "")
    rows = []
    for _, group in groupby(ordered, key=lambda item: sorted(item[1])):
        (first, counts), *others = group
        label = f"{first[1]}-{others[-1][0][1]}" if others else first[1]
        counts = sum((each for _, each in others), counts)
        rows.append((label, *(f"{counts[kind]:,}" if counts[kind] else "-" for kind in kinds), ""))
    table = lay_table(head, rows, _WIDTH, tuple(range(1, len(head))))
    return (f"  {draw([line], color=False).rstrip()}" for line in table)


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
    """Return the counts, what was skipped, and what was ignored and why.

    ``every`` lists all but what is unchanged: of a crawl of many nights that is nearly everything.
    """
    return "\n".join(map(one_line, _capture_lines(brought, every=every)))


def _capture_lines(brought: WarcImportReport, *, every: bool) -> Iterator[str]:
    counts = Counter(entry.status for entry in brought.entries)
    parts = ", ".join(f"{counts[status]:,} {status}" for status in _STATUSES)
    yield f"{counted(len(brought.entries), 'capture')}: {parts}"
    for entry in brought.entries:
        if entry.note or entry.status == "skipped" or (every and entry.status != "unchanged"):
            yield _capture_line(entry)
    for why, number in sorted(brought.passed.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"ignored: {counted(number, 'record')} {why}"


def _capture_line(entry: ImportedCapture) -> str:
    what = f"{entry.reference} " if entry.reference else ""
    url = entry.url if len(entry.url) <= _LONGEST_URL else f"{entry.url[:_LONGEST_URL]}..."
    note = f" ({entry.note})" if entry.note else ""
    return f"{entry.status} {what}{entry.observed} {url} at byte {entry.offset:,}{note}"
