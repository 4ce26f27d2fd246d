"""Rows of marks below sessions or countries, as pictures need them: of all kinds of sessions side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracker.report.pictures.frame import name_entry

if TYPE_CHECKING:
    from tracker.report.document import Document, Span, Tick


class Row(NamedTuple):
    """A topic, or what is counted, with its figures and what it is at each place."""

    label: str
    figures: tuple[str, ...]
    marks: tuple[Span, ...]
    parts: tuple[float | None, ...]
    """The part it is there, from 0 to 1, None where nothing was read; () for figures alone."""


class Table(NamedTuple):
    """Rows, and the places above them: sessions kind by kind, each in order, or countries."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    starts: tuple[int, ...]
    """Where a kind of sessions begins."""
    sparse: bool
    note: str


def read_table(document: Document) -> Table | None:
    """Return the maps of a report as one table; None where it has none."""
    maps = [section for section in document.sections if section.ticks]
    if not maps:
        return None
    first = maps[0]
    rows = tuple(
        Row(
            name_entry(entry),
            entry.cells,
            tuple(mark for each in maps for mark in each.entries[at].marks),
            tuple(part for each in maps for part in each.entries[at].parts),
        )
        for at, entry in enumerate(first.entries)
    )
    starts, at = [], 0
    for each in maps:
        starts.append(at)
        at += len(each.ticks)
    heads = tuple(column.head for column in first.columns)
    ticks = tuple(tick for each in maps for tick in each.ticks)
    title = "; ".join(each.title for each in maps)
    return Table(title, heads, rows, ticks, tuple(starts), first.sparse, first.note)
