"""A picture of a report, by what was asked; the same bytes each time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from tracker.errors import TrackerError
from tracker.report.pictures.canvas import same_everywhere
from tracker.report.pictures.frame import find_source, name_entry, read_table
from tracker.report.pictures.lines import MOST, draw_moves, draw_ranks, draw_shares
from tracker.report.pictures.maps import draw_map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracker.report.document import Document
    from tracker.report.pictures.canvas import Canvas

Kind = Literal["moves", "map", "shares", "ranks"]

FORMS: Final = ("svg", "png", "pdf")
"""The endings of a file that a picture is written to."""

_TOLD: Final = 8
"""Rows that the description of a picture tells of."""


def draw_picture(document: Document, kind: Kind, form: str) -> bytes | None:
    """Return a picture of a report as SVG, PNG or PDF; None where there is nothing in it to draw.

    Raises ``TrackerError`` where no font has a character of it.
    """
    if form not in FORMS:
        raise TrackerError(f"a picture is svg, png or pdf, not {form}")
    with same_everywhere():
        canvas = compose(document, kind)
        return canvas.save(form, document.title, describe(document, kind)) if canvas else None


def compose(document: Document, kind: Kind) -> Canvas | None:
    """Return the sheet with everything drawn; None where there is nothing to draw.

    The shares of many topics are a map: so many lines cannot be told apart.
    """
    if kind == "moves":
        moves = next((each for each in document.sections if each.entries and each.entries[0].shares), None)
        return draw_moves(document, moves) if moves else None
    table = read_table(document)
    if table is None or not any(row.parts for row in table.rows):
        return None
    many = sum(bool(row.parts) for row in table.rows) > MOST
    if kind == "map" or (kind == "shares" and many):
        return draw_map(document, table)
    return (draw_shares if kind == "shares" else draw_ranks)(document, table)


def describe(document: Document, kind: Kind) -> str:
    """Say what a picture shows, for those who do not see it: what the report says of the same figures."""
    facts = _tell_moves(document) if kind == "moves" else _tell_table(document, kind)
    told = "; ".join(facts)
    return " ".join((f"{document.title}.", f"{told}.", document.verdict, f"Source: {find_source(document)}."))


def _tell_moves(document: Document) -> Iterator[str]:
    (moves,) = (each for each in document.sections if each.entries and each.entries[0].shares)
    yield f"{moves.title.capitalize()}, {moves.columns[0].head}: {len(moves.entries)} topics"
    for entry in moves.entries[:_TOLD]:
        yield ", ".join((f"{name_entry(entry)} {entry.cells[0]}", *filter(None, entry.cells[-1:])))


def _tell_table(document: Document, kind: Kind) -> Iterator[str]:
    table = read_table(document)
    if table is None:
        return
    topics = [row for row in table.rows if row.parts]
    yield f"{table.title.capitalize()}: {len(topics)} topics by {len(table.ticks)}"
    if kind == "shares":
        for row in topics:
            read = [
                (part, tick.head)
                for part, tick in zip(row.parts, table.ticks, strict=True)
                if part is not None
            ]
            if read:
                (least, first), (most, last) = min(read), max(read)
                ends = table.scale.write(least), table.scale.write(most)
                yield f"{row.label} from {ends[0]} ({first}) to {ends[1]} ({last})"
