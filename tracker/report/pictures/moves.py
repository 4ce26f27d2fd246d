"""The largest moves: what part of the words each topic was, and what it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.pictures.canvas import Canvas, line_height
from tracker.report.pictures.frame import choose_ticks, close_sheet, draw_legend, name_entry, open_sheet
from tracker.report.pictures.palette import (
    LABEL,
    LESS,
    MARGIN,
    MORE,
    QUIET,
    RULE,
    SMALL,
    TALLEST,
    TWO_COLUMNS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tracker.report.document import Document, Entry, Section
    from tracker.report.pictures.canvas import Place
    from tracker.report.pictures.frame import Sample

_LABELS: Final = 62.0
_WORDS: Final = 46.0
_GAP: Final = 3.0
_ROW: Final = 4.0
_AROUND: Final = 52.0
"""Millimetres of the tallest page that are not rows."""
_DOT: Final = 2.2
_CROSS: Final = 1.7


def draw_moves(document: Document, section: Section) -> Canvas:
    """Draw each topic as two points on one scale, before and now, with a line between them."""
    canvas, y = open_sheet(document, TWO_COLUMNS, f"{section.title.capitalize()}, {section.columns[0].head}")
    rows, left_out = _fit_rows(canvas, section.entries)
    figures = max(canvas.measure(entry.cells[0], SMALL) for entry, _ in rows)
    words = max(canvas.measure(entry.cells[-1], SMALL) for entry, _ in rows)
    left = MARGIN + max(canvas.measure(line) for _, lines in rows for line in lines) + _GAP
    right = canvas.width - MARGIN - min(words, _WORDS) - figures - 2 * _GAP
    ticks = choose_ticks(100 * max(max(entry.shares or (0.0,)) for entry, _ in rows))

    def place(share: float) -> float:
        return left + (right - left) * 100 * share / ticks[-1]

    bottom = y + sum(_height(lines) for _, lines in rows)
    _draw_scale(canvas, {place(tick / 100): f"{tick:g}" for tick in ticks}, y, bottom)
    for entry, lines in rows:
        middle = y + _height(lines) / 2
        for at, line in enumerate(lines):
            height = middle + (at - (len(lines) - 1) / 2) * line_height(LABEL)
            canvas.text((left - _GAP, height), line, align="right")
        _draw_move(canvas, entry, [place(share) for share in entry.shares or ()], middle)
        canvas.text((right + _GAP + figures, middle), entry.cells[0], SMALL, align="right")
        said = canvas.cut(entry.cells[-1], _WORDS, SMALL)
        canvas.text((right + 2 * _GAP + figures, middle), said, SMALL)
        y += _height(lines)
    y = draw_legend(canvas, bottom + 4.5, _explain(document, [entry for entry, _ in rows]))
    return close_sheet(canvas, y, document, left_out)


def _draw_scale(canvas: Canvas, ticks: Mapping[float, str], top: float, bottom: float) -> None:
    for x, head in ticks.items():
        canvas.line([(x, top), (x, bottom)], colour=RULE, width=0.15)
        canvas.text((x, bottom + 1.8), head, SMALL, align="center", colour=QUIET)


def is_unsure(entry: Entry) -> bool:
    """Return whether what became of a topic is not claimed."""
    return bool(entry.topic) and (not entry.kinds or "perhaps" in entry.kinds)


def _height(lines: Sequence[str]) -> float:
    return max(_ROW, len(lines) * line_height(LABEL) + 1)


def _fit_rows(
    canvas: Canvas, entries: Sequence[Entry]
) -> tuple[list[tuple[Entry, list[str]]], tuple[str, ...]]:
    """Return the entries that a page holds, each with its label in lines, and what is left out."""
    rows: list[tuple[Entry, list[str]]] = []
    used = 0.0
    for entry in entries:
        first, *rest = canvas.wrap(name_entry(entry), _LABELS)
        lines = [first, canvas.cut(" ".join(rest), _LABELS)] if rest else [first]
        used += _height(lines)
        if used > TALLEST - _AROUND:
            return rows, (f"The {len(rows)} largest of {len(entries)} moves.",)
        rows.append((entry, lines))
    return rows, ()


def _draw_move(canvas: Canvas, entry: Entry, places: Sequence[float], y: float) -> None:
    (old, new), (before, now) = places, entry.shares or (0.0, 0.0)
    colour = MORE if now > before else LESS
    canvas.line([(old, y), (new, y)], colour=colour, width=0.6, dashed=is_unsure(entry))
    _draw_end(canvas, (old, y), colour, hollow=True, absent=not before)
    _draw_end(canvas, (new, y), colour, hollow=False, absent=not now)


def _draw_end(canvas: Canvas, at: Place, colour: str, *, hollow: bool, absent: bool) -> None:
    if absent:
        canvas.marks([at], "x", _CROSS, colour=colour, edge=0.45)
    else:
        canvas.marks([at], "o", _DOT, colour=colour, hollow=hollow)


def _explain(document: Document, rows: Sequence[Entry]) -> Iterator[tuple[Sample, str]]:
    old, new = (side.label for side in document.sides)
    yield lambda sheet, at: _draw_end(sheet, at, QUIET, hollow=True, absent=False), f"{old}, before"
    yield lambda sheet, at: _draw_end(sheet, at, QUIET, hollow=False, absent=False), f"{new}, now"
    ends = [entry.shares or (0.0, 0.0) for entry in rows]
    if any(not share for pair in ends for share in pair):
        yield lambda sheet, at: _draw_end(sheet, at, QUIET, hollow=True, absent=True), "no words"
    for colour, words, is_so in (
        (MORE, "more", any(new > old for old, new in ends)),
        (LESS, "less", any(new <= old for old, new in ends)),
    ):
        if is_so:
            yield _sample_line(colour), words
    if any(map(is_unsure, rows)):
        yield (
            _sample_line(QUIET, dashed=True),
            "dashed: less sure; in brackets how likely it holds",
        )


def _sample_line(colour: str, *, dashed: bool = False) -> Sample:
    return lambda sheet, at: sheet.line(
        [(at[0] - 2.2, at[1]), (at[0] + 2.2, at[1])], colour=colour, width=0.6, dashed=dashed
    )
