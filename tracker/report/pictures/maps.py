"""A map of topics by sessions or countries: how much of the words, at which level, and how sure."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from tracker.report.pictures.canvas import Canvas
from tracker.report.pictures.frame import choose_every, close_sheet, draw_legend, open_sheet
from tracker.report.pictures.palette import (
    INK,
    LABEL,
    MARGIN,
    ONE_COLUMN,
    PAPER,
    QUIET,
    RULE,
    SMALL,
    STEPS,
    TALLEST,
    TWO_COLUMNS,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.report.document import Document, Span
    from tracker.report.pictures.canvas import Place
    from tracker.report.pictures.frame import Row, Sample, Table

_LABELS: Final = 56.0
_ROW: Final = 3.1
_NARROW, _WIDE = 2.9, 5.0
_GAP: Final = 2.0
_AROUND: Final = 50.0
"""Millimetres of the tallest page that are neither rows nor heads."""
_USUAL: Final = 30
"""Rows where not everything is asked for."""
_APART: Final = 2.0
"""Between two kinds of sessions."""

_SHADES: Final = {"shade1": 0, "shade2": 1, "shade3": 2, "shade4": 3}
"""How dark a mark is in which style, as on a terminal."""
_SHARES: Final = ("under 2%", "2% to 5%", "5% to 10%", "10% of the words or more")
_COUNTED: Final = (0.0, 0.1, 0.25, 0.5)
"""The part of the statements from which a number has which step."""
_COUNTS: Final = ("under 10%", "10% to 25%", "25% to 50%", "half of the statements or more")
_PRIORITIES: Final = "DSds"
_OTHERS: Final = {
    "+": ("+", 1.5, "acknowledged only"),
    ".": (".", 0.8, "mentioned only"),
    ":": ("o", 1.1, "mentioned only, less sure"),
    "-": ("_", 1.6, "no statement"),
    "/": ("d", 1.6, "no text"),
    "x": ("x", 1.6, "withdrawn"),
}
"""What is no priority: its shape, how large it is, and what it means."""
_SQUARE: Final = 0.84


class _Layout:
    """Where everything stands: the places cut into bands that fit the width, one below the other."""

    def __init__(self, canvas: Canvas, table: Table, *, numbered: bool, everything: bool) -> None:
        labels = [canvas.cut(row.label, _LABELS) for row in table.rows]
        self.figures = _measure_figures(canvas, table)
        wide = max(canvas.measure(mark.text, SMALL) + 1.2 for row in table.rows for mark in row.marks)
        heads = [canvas.measure(each, SMALL) for tick in table.ticks for each in tick]
        least = max(wide, max(heads) + 1) if numbered else _NARROW
        self.left = (
            MARGIN + max(map(canvas.measure, labels)) + sum(each + _GAP for each in self.figures) + _GAP
        )
        room = canvas.width - MARGIN - self.left - _APART * (len(table.starts) - 1)
        bands = ceil(len(table.ticks) / (room // least))
        self.per_band = ceil(len(table.ticks) / bands)
        self.step = min(room / self.per_band, least * 1.6 if numbered else _WIDE)
        self.bands = [
            range(first, min(first + self.per_band, len(table.ticks)))
            for first in range(0, len(table.ticks), self.per_band)
        ]
        self.every = choose_every(max(heads) + 1, self.step) if table.sparse else 1
        self.upright = not table.sparse and max(heads) + 0.8 > self.step
        self.head = (
            max(heads) + 1.5 if self.upright else 6.2 if any(tick.under for tick in table.ticks) else 3.5
        )
        fit = int(((TALLEST - _AROUND) / bands - self.head - 2) // _ROW)
        self.rows = table.rows[: max(1, fit if everything else min(fit, _USUAL))]
        self.labels = labels[: len(self.rows)]

    def place(self, table: Table, band: range, at: int) -> float:
        """Return where the middle of a place lies from the left."""
        kinds = sum(band.start < start <= at for start in table.starts)
        return self.left + (at - band.start + 0.5) * self.step + kinds * _APART


def _measure_figures(canvas: Canvas, table: Table) -> list[float]:
    """Return the width of each column of figures; the head of the first has room above the labels."""
    return [
        max(
            canvas.measure(text, SMALL)
            for text in ([head] if at else []) + [row.figures[at] for row in table.rows]
        )
        for at, head in enumerate(table.heads)
    ]


def _choose_width(table: Table) -> float:
    """Return one column where all places and labels fit into it, else two."""
    trial = Canvas(ONE_COLUMN)
    labels = max(trial.measure(row.label) for row in table.rows) + 6 * len(table.heads) + 2 * _GAP
    numbers = [mark.text for row in table.rows for mark in row.marks if mark.text.isdigit()]
    heads = [f"{head} " for tick in table.ticks for head in tick] if numbers else []
    step = max((trial.measure(text, SMALL) + 2 * _GAP for text in (*numbers, *heads)), default=_NARROW)
    fits = labels + len(table.ticks) * step < ONE_COLUMN - 2 * MARGIN
    return ONE_COLUMN if fits else TWO_COLUMNS


def draw_map(document: Document, table: Table) -> Canvas:
    """Draw each topic as a row of marks, the strongest first."""
    numbered = any(mark.text.isdigit() for row in table.rows for mark in row.marks)
    what = "number of statements" if numbered else "share of the words and level"
    canvas, y = open_sheet(document, _choose_width(table), f"{table.title.capitalize()}: {what}")
    layout = _Layout(canvas, table, numbered=numbered, everything=document.whole)
    for band in layout.bands:
        y = _draw_band(canvas, y, table, layout, band, numbered=numbered)
    marks = [mark for row in layout.rows for mark in row.marks]
    parts = [part for row in layout.rows for part in row.parts if part]
    legend = _explain_cells(marks, parts, numbered=numbered)
    y = draw_legend(canvas, y + 1, legend)
    notes = [f"{table.note.capitalize()}."] if numbered else []
    notes.append(document.verdict)
    drawn, there = (sum(bool(row.parts) for row in rows) for rows in (layout.rows, table.rows))
    if drawn < there:
        notes.append(f"The {drawn} topics that are most often a priority, of {there}.")
    return close_sheet(canvas, y, document, notes)


def _draw_band(
    canvas: Canvas, y: float, table: Table, layout: _Layout, band: range, *, numbered: bool
) -> float:
    y += layout.head
    _draw_heads(canvas, y, table, layout, band)
    right = layout.place(table, band, band[-1]) + layout.step / 2
    for row, label in zip(layout.rows, layout.labels, strict=True):
        y += _ROW
        middle = y - _ROW / 2
        x = layout.left - _GAP
        canvas.line([(layout.left, y), (right, y)], colour=RULE, width=0.1)
        for width, figure in zip(reversed(layout.figures), reversed(row.figures), strict=True):
            canvas.text((x, middle), figure, SMALL, align="right", colour=QUIET)
            x -= width + _GAP
        canvas.text((x, middle), label, LABEL, align="right")
    top = y - _ROW * len(layout.rows)
    places = [layout.place(table, band, at) for at in band]
    heights = [top + (at + 0.5) * _ROW for at in range(len(layout.rows))]
    rows: Sequence[Row] = [
        row._replace(marks=row.marks[band.start : band.stop], parts=row.parts[band.start : band.stop])
        for row in layout.rows
    ]
    size = min(layout.step, _ROW)
    _draw_cells(canvas, rows, places, heights, (layout.step, _ROW) if numbered else (size, size))
    return y + 2


def _draw_heads(canvas: Canvas, y: float, table: Table, layout: _Layout, band: range) -> None:
    x = layout.left - _GAP
    for width, head in zip(reversed(layout.figures), reversed(table.heads), strict=True):
        canvas.text((x, y - 1.6), head, SMALL, align="right", colour=QUIET)
        x -= width + _GAP
    for at in band:
        if (at - band.start) % layout.every:
            continue
        tick, x = table.ticks[at], layout.place(table, band, at)
        if layout.upright:
            canvas.text((x, y - 0.6), tick.head, SMALL, upright=True, colour=QUIET)
            continue
        lower = y - 1.7
        if tick.under:
            canvas.text((x, lower), tick.under, SMALL, align="center", colour=QUIET)
            lower -= 2.7
        canvas.text((x, lower), tick.head, SMALL, align="center")
        if layout.every > 1:
            canvas.line([(x, y - 0.5), (x, y)], colour=QUIET, width=0.15)


def _draw_cells(
    canvas: Canvas, rows: Sequence[Row], xs: Sequence[float], ys: Sequence[float], size: Place
) -> None:
    """Draw all cells, those that look alike at once."""
    alike: dict[tuple[str, int | None], list[Place]] = {}
    for row, y in zip(rows, ys, strict=True):
        for at, (mark, x) in enumerate(zip(row.marks, xs, strict=True)):
            if mark.text.isdigit():
                step = _count_step(row.parts[at] if row.parts else None)
                _draw_number(canvas, (x, y), mark.text, step, size)
            elif mark.text.strip():
                step = _SHADES.get(mark.style) if mark.text in _PRIORITIES else None
                alike.setdefault((mark.text, step), []).append((x, y))
    for (text, step), places in sorted(alike.items(), key=str):
        _draw_mark(canvas, places, text, step, min(size))


def _draw_mark(canvas: Canvas, places: Sequence[Place], text: str, step: int | None, size: float) -> None:
    """Draw the mark of a level: a square for a priority, hollow where less sure, else a smaller sign."""
    if step is None:
        shape, width, _ = _OTHERS[text]
        canvas.marks(
            places, "o" if shape == "." else shape, width, colour=QUIET, hollow=shape == "o", edge=0.2
        )
        return
    sure = text.isupper()
    wide = size * _SQUARE
    canvas.marks(places, "s", wide, colour=STEPS[step], hollow=not sure, edge=0.0 if sure else wide * 0.2)
    if text in "Dd":
        canvas.marks(places, "o", wide * 0.36, colour=PAPER if sure else STEPS[step])


def _draw_number(canvas: Canvas, at: Place, text: str, step: int | None, size: Place) -> None:
    (x, y), (wide, high) = at, size
    if step is not None:
        half = wide / 2 - 0.15
        canvas.line([(x - half, y), (x + half, y)], colour=STEPS[step], width=high - 0.3)
    canvas.text(at, text, SMALL, align="center", colour=INK if step is None or step < 1 else PAPER)


def _count_step(part: float | None) -> int | None:
    if not part:
        return None
    return max(at for at, least in enumerate(_COUNTED) if part >= least)


def _explain_cells(
    marks: Collection[Span], parts: Collection[float], *, numbered: bool
) -> Iterator[tuple[Sample, str]]:
    """Yield a sample of each cell there is, with what it means."""
    styles = {mark.style for mark in marks if mark.text in _PRIORITIES}
    steps = {_count_step(part) for part in parts} if numbered else {_SHADES.get(style) for style in styles}
    for step, words in enumerate(_COUNTS if numbered else _SHARES):
        if step in steps:
            yield _sample("S", step), words
    found = {mark.text for mark in marks if not numbered}
    for texts, words in (("Dd", "with a dot: declared a priority"), ("ds", "hollow: a priority, less sure")):
        if there := sorted(found & set(texts)):
            yield _sample("D" if texts[0] == "D" else there[-1], 2), words
    for text, (_, _, words) in _OTHERS.items():
        if text in found:
            yield _sample(text, None), words


def _sample(text: str, step: int | None) -> Sample:
    return lambda canvas, at: _draw_mark(canvas, [at], text, step, 3.0)
