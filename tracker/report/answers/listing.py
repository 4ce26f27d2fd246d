"""What ``list``, ``log`` and ``search`` print: editions, snapshots, and passages that were found."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

from tracker.model.clock_readings import CLOCK_UNCONFIRMED
from tracker.model.record import SnapshotEntry, StatementEntry
from tracker.model.rights import WithdrawnEntry, WithdrawnSnapshot
from tracker.report.answers.rights import withdrawal_fields
from tracker.report.document import Span
from tracker.report.layout import DIGEST, Line, counted, draw, excerpt, lay_table, line, wrap
from tracker.report.records import encode_rows, plain_fields, write_csv
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.record import Checked, Hit, SearchPage
    from tracker.model.texts import Reference

MATCH_START, MATCH_END = "\x02", "\x03"

_MATCH = re.compile(f"{MATCH_START}([^{MATCH_END}]*){MATCH_END}")
_SNIPPET_LINES = 3
_PARTS = ("country", "body", "session", "item", "kind", "language")
_FACTS = tuple(each.name for each in fields(StatementEntry) if each.name != "reference")
"""Columns of a list in CSV, beside the reference as a whole: its parts, and the fields of an edition."""


def render_list(
    entries: Sequence[StatementEntry],
    withdrawn: Sequence[WithdrawnEntry] = (),
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return a table of editions: reference, date, words, snapshots, and who spoke where there is room.

    Those of which everything was withdrawn follow, each with when, on whose authority and why.
    """
    if not entries and withdrawn:
        return draw(_withdrawn(withdrawn, width), color=color)
    if not entries:
        return draw([line("No statement here; record one: tracker add FILE --as GBR/CCPCJ/31")], color=color)
    head = ("statement", "date", "words", "snapshots", "speaker or title")
    rows = [
        (
            f"{entry.reference}{'?' * entry.kind_inferred}",
            entry.delivered or "",
            f"{entry.words:,}",
            f"{entry.snapshots:,}",
            ", ".join(part for part in (entry.speaker, entry.post) if part) or entry.title or "",
        )
        for entry in entries
    ]
    table = [*lay_table(head, rows, width, right=(2, 3))]
    if any(entry.kind_inferred for entry in entries):
        table += wrap([Span("?: the kind was inferred from the text", "dim")], width)
    return draw([*table, *_withdrawn(withdrawn, width)], color=color)


def _withdrawn(entries: Sequence[WithdrawnEntry], width: int) -> Iterator[Line]:
    for entry in entries:
        yield from wrap([Span(one_line(f"{entry.reference}  {entry.withdrawal}"), "dim")], width, "", "  ")


def render_log(
    entries: Sequence[SnapshotEntry | WithdrawnSnapshot], *, width: int = 80, color: bool = False
) -> str:
    """Return snapshots, two lines each: which and when, then what was received and how it was read.

    A withdrawn snapshot is shown with when it was withdrawn, by which authority and why.
    """
    return draw((row for entry in entries for row in _log_entry(entry, width)), color=color)


def _log_entry(entry: SnapshotEntry | WithdrawnSnapshot, width: int) -> Iterator[Line]:
    is_doubtful = isinstance(entry, SnapshotEntry) and entry.clock_confirmed is False
    doubt = f", {CLOCK_UNCONFIRMED}" if is_doubtful else ""
    yield (
        Span(one_line(str(entry.reference)), "bold"),
        Span(f"  observed {one_line(entry.observed)}{doubt}"),
    )
    facts = (f"sha256 {entry.sha256[:DIGEST]}", counted(entry.size, "byte"), *_facts(entry))
    yield from wrap(" · ".join(one_line(fact) for fact in facts if fact), width, "  ", "  ")


def _facts(entry: SnapshotEntry | WithdrawnSnapshot) -> tuple[str, ...]:
    if isinstance(entry, WithdrawnSnapshot):
        return entry.media_type, str(entry.withdrawal)
    return (
        counted(entry.words, "word"),
        entry.media_type,
        f"read by {entry.extractor}",
        f"from {entry.source}" if entry.source else "",
        "kind inferred from the text" if entry.kind_inferred else "",
        _checked(entry.checked) if entry.checked else "",
        "challenged: tracker review" if entry.challenged else "",
    )


def _checked(checked: Checked) -> str:
    """Say how often a snapshot was found; an edit inside the gap was seen late, or never.

    A server that says "unchanged" is believed, and may be wrong: only what came in full was seen.
    """
    unseen = checked.times - checked.in_full
    until = f" until {checked.last[:10]}" if checked.times > 1 else ""
    full = f"seen in full {_often(checked.in_full)}" if checked.in_full else "never seen in full"
    found = f"{full}, unchanged by the server's word {_often(unseen)}," if unseen else ""
    found = found or f"checked {_often(checked.times)}"
    gap, wrong = checked.longest_gap_days, checked.by_wrong_clock
    dated = "" if wrong == checked.times else f"{wrong:,} of them "
    return (
        f"{found}{until}"
        + (f", longest gap {counted(gap, 'day')}" if gap else "")
        + (f", {dated}by a clock that was wrong" if wrong else "")
    )


def _often(number: int) -> str:
    return "once" if number == 1 else f"{number:,} times"


def render_hits(page: SearchPage, *, width: int = 80, color: bool = False) -> str:
    """Return how much was found, then each passage with its place and date, matches between asterisks."""
    if not page.passages:
        return draw([line("Nothing found.")], color=color)
    last = page.first + len(page.hits) - 1
    count = (
        f"{counted(page.passages, 'passage')} in {counted(page.statements, 'statement')} by {page.countries}"
        f" {'country' if page.countries == 1 else 'countries'}"
    )
    if len(page.hits) < page.passages:
        count += f": {page.first:,} to {last:,}"
    if last < page.passages:
        count += f"; more: --page {last // page.limit + 1}"
    return draw(
        [*wrap(count, width), line(), *(row for hit in page.hits for row in _hit(hit, width))], color=color
    )


def _hit(hit: Hit, width: int) -> Iterator[Line]:
    date = f"  {one_line(hit.delivered)}" if hit.delivered else ""
    yield (Span(f"{hit.reference} ¶{hit.paragraph}", "bold"), Span(date, "dim"))
    text, matches = _read_snippet(hit.snippet)
    for start, end in reversed(matches):
        text = f"{text[:start]}*{text[start:end]}*{text[end:]}"
    first = matches[0][0] if matches else 0
    shown = excerpt(one_line(text), first, _SNIPPET_LINES * (width - 4) - width // 4)
    parts = re.split(r"(\*[^*]+\*)", shown)
    spans = [Span(part, "match" if number % 2 else "plain") for number, part in enumerate(parts)]
    yield from wrap(spans, width, "  ", "  ")


def _read_snippet(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a snippet's text without the marks of its matches, and where the matches stand in it."""
    text, matches, end = "", [], 0
    for match in _MATCH.finditer(snippet):
        text += snippet[end : match.start()]
        matches.append((len(text), len(text) + len(match[1])))
        text, end = text + match[1], match.end()
    return text + snippet[end:], tuple(matches)


def list_json(entries: Sequence[StatementEntry], withdrawn: Sequence[WithdrawnEntry] = ()) -> str:
    """Return editions as JSON, in the order given, then those that were withdrawn."""
    return encode_rows("statements", [*map(_entry_fields, entries), *map(_entry_fields, withdrawn)])


def list_csv(entries: Sequence[StatementEntry], withdrawn: Sequence[WithdrawnEntry] = ()) -> str:
    """Return one row for each edition; of a withdrawn one, the last column says when and why."""
    rows: list[list[object]] = [
        [each.reference, *_named(each.reference), *(getattr(each, name) for name in _FACTS), None]
        for each in entries
    ]
    blank = [None] * len(_FACTS)
    rows += [[each.reference, *_named(each.reference), *blank, each.withdrawal] for each in withdrawn]
    return write_csv(("reference", *_PARTS, *_FACTS, "withdrawn"), rows)


def _named(reference: Reference) -> Iterator[object]:
    return (getattr(reference, name) for name in _PARTS)


def log_json(entries: Sequence[SnapshotEntry | WithdrawnSnapshot]) -> str:
    """Return snapshots as JSON, in the order given; those withdrawn have not been read."""
    return encode_rows("snapshots", [_entry_fields(entry) for entry in entries])


def _entry_fields(
    entry: StatementEntry | WithdrawnEntry | SnapshotEntry | WithdrawnSnapshot,
) -> dict[str, object]:
    """Return an entry's fields, and last how it was withdrawn; null for what is open."""
    if isinstance(entry, WithdrawnEntry | WithdrawnSnapshot):
        fields = {**plain_fields(entry), "withdrawn": withdrawal_fields(entry.withdrawal)}
        del fields["withdrawal"]
        return fields
    return {**plain_fields(entry), "withdrawn": None}


def hits_json(page: SearchPage) -> str:
    """Return passages as JSON, in their order, each with its number and of how many.

    ``matches`` are offsets into ``text``.
    """
    return encode_rows(
        "passages",
        [
            _hit_fields(hit) | {"number": page.first + at, "of": page.passages}
            for at, hit in enumerate(page.hits)
        ],
    )


def _hit_fields(hit: Hit) -> dict[str, object]:
    text, matches = _read_snippet(hit.snippet)
    fields = {**plain_fields(hit), "text": text, "matches": matches}
    del fields["snippet"]
    return fields
