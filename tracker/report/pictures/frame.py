"""What pictures share: a sheet with title, legend and source, the table of a map, ticks, room for labels."""

from __future__ import annotations

from itertools import pairwise
from math import floor, log10
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.report.pictures.canvas import Canvas, line_height
from tracker.report.pictures.palette import INK, LABEL, MARGIN, QUIET, SMALL, TITLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracker.report.document import Document, Entry, Scale, Span, Tick
    from tracker.report.pictures.canvas import Place

    Sample = Callable[[Canvas, Place], None]

_CITE: Final = "Cite: "
_SAMPLE: Final = 4.5
_APART: Final = 3.5

_STEPS = (1, 2, 5, 10)


def write_lines(
    canvas: Canvas, y: float, text: str, size: float, *, bold: bool = False, colour: str = INK
) -> float:
    """Write a text in as many lines as it takes, and return the height below them."""
    for line in canvas.wrap(text, canvas.width - 2 * MARGIN, size, bold=bold):
        y += line_height(size)
        canvas.text((MARGIN, y - line_height(size) / 2), line, size, bold=bold, colour=colour)
    return y


def open_sheet(document: Document, width: float, subtitle: str) -> tuple[Canvas, float]:
    """Return a sheet with its title, and the height below it."""
    canvas = Canvas(width)
    y = write_lines(canvas, MARGIN, document.title, TITLE, bold=True)
    return canvas, write_lines(canvas, y + 0.5, subtitle, LABEL, colour=QUIET) + 2


def draw_legend(canvas: Canvas, y: float, items: Iterable[tuple[Sample, str]]) -> float:
    """Draw a sample of each mark beside what it means, and return the height below them."""
    x, step = MARGIN, line_height(LABEL) + 0.4
    top, y = y, y + step / 2
    for draw, words in items:
        width = _SAMPLE + 1 + canvas.measure(words, SMALL)
        if x > MARGIN and x + width > canvas.width - MARGIN:
            x, y = MARGIN, y + step
        draw(canvas, (x + _SAMPLE / 2, y))
        canvas.text((x + _SAMPLE + 1, y), words, SMALL)
        x += width + _APART
    return y + step / 2 if x > MARGIN else top


def close_sheet(canvas: Canvas, y: float, document: Document, notes: Sequence[str] = ()) -> Canvas:
    """Write what is to be known, and the source, and cut the sheet below."""
    y += 1
    for note in (*(f"! {caution}" for caution in document.cautions), *notes):
        y = write_lines(canvas, y, note, SMALL, colour=QUIET)
    canvas.finish(write_lines(canvas, y, f"Source: {find_source(document)}.", SMALL, colour=QUIET) + MARGIN)
    return canvas


def find_source(document: Document) -> str:
    """Return the texts, the release and the vocabulary, as the report asks to cite them."""
    cited = next(line.removeprefix(_CITE) for line in document.closing if line.startswith(_CITE))
    return cited.partition("; ¶")[0]  # a picture quotes no paragraph


def name_entry(entry: Entry) -> str:
    """Return what an entry is about: the label of a topic."""
    return "".join(span.text for span in entry.claim)


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
    scale: Scale
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
    return Table(
        title=title,
        heads=heads,
        rows=rows,
        ticks=ticks,
        starts=tuple(starts),
        sparse=first.sparse,
        scale=first.scale,
        note=first.note,
    )


def choose_ticks(most: float, count: int = 5, least: float = 0.0) -> tuple[float, ...]:
    """Return round numbers at one distance, ``least`` or more, from zero to ``most`` or just below it."""
    rough = max(most / count, least)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in _STEPS if factor * power >= rough * 0.999)
    return tuple(round(step * at, 6) for at in range(floor(most / step + 1e-9) + 1))


def choose_every(width: float, step: float) -> int:
    """Return of how many places in a row one can have a label of a width, so that none touch."""
    return next((every for every in (1, 2, 5, 10, 20, 50) if every * step >= width), 100)


def spread(wanted: Sequence[float], least: float, top: float, bottom: float) -> list[float]:
    """Return places near the wanted ones, at least so far from each other, between top and bottom."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = [0.0] * len(wanted)
    height = top
    for at in order:
        places[at] = height = max(wanted[at], height)
        height += least
    limit = bottom
    for at in reversed(order):
        places[at] = limit = min(places[at], limit)
        limit -= least
    shift = max(0.0, top - min(places, default=top))
    for before, after in pairwise(order):
        places[after] = max(places[after], places[before] + least)
    return [place + shift for place in places]
