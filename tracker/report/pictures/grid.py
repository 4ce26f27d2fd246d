"""A map of topics by sessions or countries: how much of the words, at which level, and how sure."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from tracker.report.pictures.canvas import Canvas
from tracker.report.pictures.cells import draw_cells, explain_cells
from tracker.report.pictures.frame import close_sheet, draw_legend, open_sheet
from tracker.report.pictures.palette import (
    LABEL,
    MARGIN,
    ONE_COLUMN,
    QUIET,
    RULE,
    SMALL,
    TALLEST,
    TWO_COLUMNS,
)
from tracker.report.pictures.scale import choose_every

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.report.document import Document
    from tracker.report.pictures.table import Row, Table

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


class _Layout:
    """Where everything stands: the places cut into bands that fit the width, one below the other."""

    def __init__(self, canvas: Canvas, table: Table, *, numbered: bool, everything: bool) -> None:
        labels = [canvas.cut(row.label, _LABELS) for row in table.rows]
        self.figures = _measure_figures(canvas, table)
        wide = max(canvas.measure(mark.text, SMALL) + 1.2 for row in table.rows for mark in row.marks)
        least = wide if numbered else _NARROW
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
        heads = [canvas.measure(each, SMALL) for tick in table.ticks for each in tick]
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


def choose_width(table: Table) -> float:
    """Return one column where all places and labels fit into it, else two."""
    trial = Canvas(ONE_COLUMN)
    labels = max(trial.measure(row.label) for row in table.rows) + 6 * len(table.heads) + 2 * _GAP
    numbers = [mark.text for row in table.rows for mark in row.marks if mark.text.isdigit()]
    step = max((trial.measure(number, SMALL) + 2 * _GAP for number in numbers), default=_NARROW)
    fits = labels + len(table.ticks) * step < ONE_COLUMN - 2 * MARGIN
    return ONE_COLUMN if fits else TWO_COLUMNS


def draw_map(document: Document, table: Table) -> Canvas:
    """Draw each topic as a row of marks, the strongest first."""
    numbered = any(mark.text.isdigit() for row in table.rows for mark in row.marks)
    what = "number of statements" if numbered else "share of the words and level"
    canvas, y = open_sheet(document, choose_width(table), f"{table.title.capitalize()}: {what}")
    layout = _Layout(canvas, table, numbered=numbered, everything=document.whole)
    for band in layout.bands:
        y = _draw_band(canvas, y, table, layout, band, numbered=numbered)
    marks = [mark for row in layout.rows for mark in row.marks]
    parts = [part for row in layout.rows for part in row.parts if part]
    legend = explain_cells(marks, parts, numbered=numbered)
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
    draw_cells(canvas, rows, places, heights, (layout.step, _ROW) if numbered else (size, size))
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
