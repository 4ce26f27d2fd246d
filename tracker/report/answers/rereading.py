"""What ``reextract`` and ``log --versions`` print: what another reading of the same bytes changes."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from tracker.report.answers.coding import ruling_fields, ruling_words
from tracker.report.comparison.words import ARROW
from tracker.report.document import Span
from tracker.report.layout import Line, counted, draw, line, shorten, tally, wrap
from tracker.report.records import encode_json, encode_rows, plain_fields
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.record import Reread, RereadStatus, VersionEntry

_HINTS: dict[RereadStatus, str] = {
    "extraction": "a different text from the same bytes",
    "same": "as before",
    "skipped": "",
    "unverifiable": "kept as it was",
    "unreadable": "kept as it was",
}
_MOST = 5
_ELSEWHERE = "the same sentences, in other paragraphs or places"
_DRY_RUN = "nothing was written (--dry-run)"
_NOTHING_TO_DO = "nothing to do: the archive holds no snapshot"


def render_reread(
    found: Sequence[Reread], *, dry_run: bool = False, width: int = 80, color: bool = False
) -> str:
    """Return the counts, then each snapshot that is read otherwise, or was not read, with the reason."""
    parts = (row for each in found if each.status != "same" for row in _reread(each, width))
    note = [line(_DRY_RUN, "dim")] if dry_run else []
    return draw([line(counts_line(found), "bold"), *parts, *note], color=color)


def counts_line(found: Sequence[Reread]) -> str:
    """Return the number of snapshots by status: ``3 snapshots: 1 extraction (...), 2 same (as before)``."""
    if not found:
        return _NOTHING_TO_DO
    counts = Counter(each.status for each in found)
    parts = ((f"{status} ({hint})" if hint else status, counts[status]) for status, hint in _HINTS.items())
    return f"{counted(len(found), 'snapshot')}: {tally(parts)}"


def reread_json(found: Sequence[Reread], *, dry_run: bool = False) -> str:
    """Return it as JSON: counts, and all snapshots but those that are read as before."""
    return encode_json(
        {
            "dry_run": dry_run,
            "snapshots": len(found),
            "counts": dict(Counter(each.status for each in found)),
            "entries": [_fields(each) for each in found if each.status != "same"],
        }
    )


def render_versions(entries: Sequence[VersionEntry], *, width: int = 80, color: bool = False) -> str:
    """Return the versions of each snapshot, oldest first; all but the first come of extraction alone."""
    groups = groupby(entries, key=lambda each: each.reference)
    rows = (row for reference, some in groups for row in _versions(str(reference), list(some), width))
    return draw(rows, color=color)


def versions_json(entries: Sequence[VersionEntry]) -> str:
    """Return versions as JSON, in the order given."""
    groups = groupby(entries, key=lambda each: each.reference)
    return encode_rows(
        "versions",
        [
            {**plain_fields(entry), "cause": _cause(number)}
            for _, some in groups
            for number, entry in enumerate(some)
        ],
    )


def _reread(each: Reread, width: int) -> Iterator[Line]:
    name = one_line(f"{each.status} {each.reference}")
    if each.status != "extraction":
        yield from wrap([Span(f"{name}:", "bold"), Span(f" {one_line(each.reason)}")], width, "", "  ")
        return
    before, after = each.sentences
    changed = f"{len(each.gone):,} removed, {len(each.come):,} added"
    sizes = f"{before:,} {ARROW} {counted(after, 'sentence')}, {changed}"
    yield from wrap([Span(f"{name}:", "bold"), Span(f" {sizes}")], width, "", "  ")
    yield from _extractors(each, width)
    if not (each.gone or each.come):
        yield line(f"  {_ELSEWHERE}")
    for sign, sentences in (("-", each.gone), ("+", each.come)):
        yield from _sentences(sign, sentences, width)
    yield from _decisions(each, width)


def _extractors(each: Reread, width: int) -> Iterator[Line]:
    if each.was == each.now:
        yield from wrap(f"read by {one_line(each.was or '')}, cut by other rules", width, "  ", "    ")
        return
    for lead, extractor in (("was", each.was), ("now", each.now)):
        yield from wrap(f"{lead} {one_line(extractor or '')}", width, "  ", "      ")


def _sentences(sign: str, sentences: Sequence[str], width: int) -> Iterator[Line]:
    for text in sentences[:_MOST]:
        yield line(f"  {sign} {shorten(one_line(text), width - 4)}")
    if len(sentences) > _MOST:
        yield line(f"  {sign} {len(sentences) - _MOST:,} more (--json lists all)", "dim")


def _decisions(each: Reread, width: int) -> Iterator[Line]:
    if each.followed:
        verb = "applies" if each.followed == 1 else "apply"
        yield line(f"  {counted(each.followed, 'human decision')} still {verb}")
    for ruling in each.lost:
        yield from wrap(f"no longer found: {ruling_words(ruling)}", width, "  ", "    ")


def _versions(reference: str, entries: Sequence[VersionEntry], width: int) -> Iterator[Line]:
    yield line(one_line(reference), "bold")
    for number, entry in enumerate(entries):
        facts = (
            f"{entry.made}  {_cause(number)}",
            entry.extractor,
            counted(entry.words, "word"),
            f"tracker {entry.release}",
            *(f"the same by {extractor}" for extractor in entry.confirmed),
        )
        yield from wrap(" · ".join(map(one_line, facts)), width, "  ", "    ")


def _cause(number: int) -> str:
    return "extraction" if number else "capture"


def _fields(each: Reread) -> dict[str, object]:
    return {
        "reference": each.reference,
        "status": each.status,
        "was": each.was,
        "now": each.now,
        "reason": each.reason,
        "sentences_before": each.sentences[0],
        "sentences_after": each.sentences[1],
        "gone": each.gone,
        "come": each.come,
        "decisions_followed": each.followed,
        "decisions_lost": [ruling_fields(ruling) for ruling in each.lost],
    }
