"""Topics as lines: the largest moves between two statements, and shares or ranks over sessions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tracker.report.pictures.canvas import Canvas, line_height
from tracker.report.pictures.frame import (
    choose_every,
    choose_ticks,
    close_sheet,
    draw_legend,
    name_entry,
    open_sheet,
    spread,
)
from tracker.report.pictures.palette import (
    LABEL,
    LESS,
    LINES,
    MARGIN,
    MORE,
    ONE_COLUMN,
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
    from tracker.report.pictures.frame import Row, Sample, Table

_MOVE_LABELS: Final = 62.0
_WORDS: Final = 46.0
_GAP: Final = 3.0
_MOVE_ROW: Final = 4.0
_AROUND: Final = 52.0
"""Millimetres of the tallest page that are not rows."""
_DOT: Final = 2.2
_CROSS: Final = 1.7

_LEAST_SHARE: Final = 0.01
"""Where a scale ends on which all is nothing."""
MOST: Final = 6
"""Topics whose shares are drawn as lines; of more there is a map."""
_LABELS: Final = 50.0
_HIGH: Final = 55.0
_RANK: Final = 5.0
_FEW: Final = 14
"""Sessions that fit into one column."""
_LEAST: Final = 3.0
_PRIORITY, _OTHER = 2.0, 1.0


def draw_moves(document: Document, section: Section) -> Canvas:
    """Draw each topic as two points on one scale, before and now, with a line between them."""
    canvas, y = open_sheet(document, TWO_COLUMNS, f"{section.title.capitalize()}, {section.columns[0].head}")
    rows, left_out = _fit_rows(canvas, section.entries)
    figures = max(canvas.measure(entry.cells[0], SMALL) for entry, _ in rows)
    words = max(canvas.measure(entry.cells[-1], SMALL) for entry, _ in rows)
    left = MARGIN + max(canvas.measure(line) for _, lines in rows for line in lines) + _GAP
    right = canvas.width - MARGIN - min(words, _WORDS) - figures - 2 * _GAP
    most = max(max(entry.shares or (0.0,)) for entry, _ in rows) or _LEAST_SHARE

    def place(share: float) -> float:
        return left + (right - left) * share / most

    bottom = y + sum(_height(lines) for _, lines in rows)
    _draw_scale(canvas, {place(tick / 100): f"{tick:g}" for tick in choose_ticks(100 * most)}, y, bottom)
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
    y = draw_legend(canvas, bottom + 4.5, _explain_moves(document, [entry for entry, _ in rows]))
    return close_sheet(canvas, y, document, left_out)


def _draw_scale(canvas: Canvas, ticks: Mapping[float, str], top: float, bottom: float) -> None:
    for x, head in ticks.items():
        canvas.line([(x, top), (x, bottom)], colour=RULE, width=0.15)
        canvas.text((x, bottom + 1.8), head, SMALL, align="center", colour=QUIET)


def _is_unsure(entry: Entry) -> bool:
    """Return whether what became of a topic is not claimed."""
    return bool(entry.topic) and (not entry.kinds or "likely" in entry.kinds)


def _height(lines: Sequence[str]) -> float:
    return max(_MOVE_ROW, len(lines) * line_height(LABEL) + 1)


def _fit_rows(
    canvas: Canvas, entries: Sequence[Entry]
) -> tuple[list[tuple[Entry, list[str]]], tuple[str, ...]]:
    """Return the entries that a page holds, each with its label in lines, and what is left out."""
    rows: list[tuple[Entry, list[str]]] = []
    used = 0.0
    for entry in entries:
        first, *rest = canvas.wrap(name_entry(entry), _MOVE_LABELS)
        lines = [first, canvas.cut(" ".join(rest), _MOVE_LABELS)] if rest else [first]
        used += _height(lines)
        if used > TALLEST - _AROUND:
            return rows, (f"The {len(rows)} largest of {len(entries)} moves.",)
        rows.append((entry, lines))
    return rows, ()


def _draw_move(canvas: Canvas, entry: Entry, places: Sequence[float], y: float) -> None:
    (old, new), (before, now) = places, entry.shares or (0.0, 0.0)
    colour = MORE if now > before else LESS
    canvas.line([(old, y), (new, y)], colour=colour, width=0.6, dashed=_is_unsure(entry))
    _draw_end(canvas, (old, y), colour, hollow=True, absent=not before)
    _draw_end(canvas, (new, y), colour, hollow=False, absent=not now)


def _draw_end(canvas: Canvas, at: Place, colour: str, *, hollow: bool, absent: bool) -> None:
    if absent:
        canvas.marks([at], "x", _CROSS, colour=colour, edge=0.45)
    else:
        canvas.marks([at], "o", _DOT, colour=colour, hollow=hollow)


def _explain_moves(document: Document, rows: Sequence[Entry]) -> Iterator[tuple[Sample, str]]:
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
    if any(map(_is_unsure, rows)):
        yield (
            _sample_line(QUIET, dashed=True),
            "dashed: less sure; in brackets how likely it holds",
        )


def _sample_line(colour: str, *, dashed: bool = False) -> Sample:
    return lambda sheet, at: sheet.line(
        [(at[0] - 2.2, at[1]), (at[0] + 2.2, at[1])], colour=colour, width=0.6, dashed=dashed
    )


def draw_shares(document: Document, table: Table) -> Canvas:
    """Draw the share of a few topics, or what else is counted, from session to session."""
    rows = [row for row in table.rows if row.parts][:MOST]
    scale = table.scale
    what = ", ".join(filter(None, (scale.name[:1].upper() + scale.name[1:], scale.unit)))
    narrow = len(rows) == 1 and len(table.ticks) <= _FEW
    canvas, top = open_sheet(document, ONE_COLUMN if narrow else TWO_COLUMNS, what)
    most = scale.factor * max(part or 0.0 for row in rows for part in row.parts) or _LEAST_SHARE
    ticks = choose_ticks(most, least=0.0 if scale.unit else 1.0)
    top += 1
    bottom = top + _HIGH
    left = MARGIN + canvas.measure(f"{ticks[-1]:g}", SMALL) + 2.5
    xs, right = _spread_sessions(canvas, table, rows, left)
    for tick in ticks:
        _draw_rule(canvas, left, xs[-1], bottom - _HIGH * tick / most, f"{tick:g}", 0.15)
    ends = []
    for row, look in zip(rows, LINES, strict=False):
        points = [
            None if part is None else (x, bottom - _HIGH * scale.factor * part / most)
            for x, part in zip(xs, row.parts, strict=True)
        ]
        _draw_line(canvas, table, row, points, look)
        ends.append(next((point[1] for point in reversed(points) if point), bottom))
    places = spread(ends, _LEAST, top, bottom)
    for row, look, end, y in zip(rows, LINES, ends, places, strict=False):
        _draw_name(canvas, right, row.label, look, (end, y))
    y = _mark_sessions(canvas, bottom, table, rows, xs)
    return close_sheet(canvas, draw_legend(canvas, y, _explain(rows)), document, [document.verdict])


def draw_ranks(document: Document, table: Table) -> Canvas:
    """Draw how the topics that are most often a priority rank among each other by their shares."""
    rows = [row for row in table.rows if row.parts][: len(LINES)]
    title = f"Rank by share of the words, among the {len(rows)} topics most often a priority"
    canvas, top = open_sheet(document, TWO_COLUMNS, title)
    left = MARGIN + 5.5
    xs, right = _spread_sessions(canvas, table, rows, left)
    bottom = top + _RANK * len(rows)
    for at in range(len(rows)):
        _draw_rule(canvas, left, xs[-1], top + (at + 0.5) * _RANK, str(at + 1), 0.1)
    ranks = [_rank([row.parts[at] or 0.0 for row in rows]) for at in range(len(xs))]
    ends = []
    for number, (row, look) in enumerate(zip(rows, LINES, strict=False)):
        points = [
            None if (rank := ranks[at][number]) is None else (x, top + (rank + 0.5) * _RANK)
            for at, x in enumerate(xs)
        ]
        _draw_line(canvas, table, row, points, look)
        ends.append(points[-1])
    free = [at for at in range(len(rows)) if at not in ranks[-1]]
    for row, look, end in zip(rows, LINES, ends, strict=False):
        y = end[1] if end else top + (free.pop(0) + 0.5) * _RANK
        _draw_name(canvas, right, row.label, look, (y, y), absent=end is None)
    y = _mark_sessions(canvas, bottom, table, rows, xs)
    silent = ["In grey: no words at the last session."] if None in ends else []
    notes = ["Topics that have no words of a session have no rank at it.", *silent, document.verdict]
    return close_sheet(canvas, draw_legend(canvas, y, _explain(rows)), document, notes)


def _draw_rule(canvas: Canvas, left: float, right: float, y: float, head: str, width: float) -> None:
    canvas.line([(left - 1, y), (right, y)], colour=RULE, width=width)
    canvas.text((left - 1.8, y), head, SMALL, align="right", colour=QUIET)


def _rank(shares: Sequence[float]) -> list[int | None]:
    order = sorted(range(len(shares)), key=lambda at: (-shares[at], at))
    return [order.index(at) if share else None for at, share in enumerate(shares)]


def _spread_sessions(
    canvas: Canvas, table: Table, rows: Sequence[Row], left: float
) -> tuple[list[float], float]:
    """Return where each session stands, and where they end, with room for the names of topics behind."""
    names = max(canvas.measure(canvas.cut(row.label, _LABELS)) for row in rows)
    right = canvas.width - MARGIN - names - 8
    step = (right - left - 3) / max(len(table.ticks) - 1, 1)
    return [left + 1.5 + at * step for at in range(len(table.ticks))], right


def _draw_line(
    canvas: Canvas, table: Table, row: Row, points: Sequence[Place | None], look: tuple[str, str]
) -> None:
    """Draw a topic from session to session of a kind, its priorities larger than what is only named."""
    colour, shape = look
    for at, (one, other) in enumerate(pairwise(points)):
        if one and other and at + 1 not in table.starts:
            canvas.line([one, other], colour=colour, width=0.3)
    groups: dict[str, list[Place]] = {}
    for mark, point in zip(row.marks, points, strict=True):
        if point and mark.text.strip():
            groups.setdefault(_kind(mark.text), []).append(point)
    for kind, places in sorted(groups.items()):
        size = _OTHER if kind == "other" else _PRIORITY
        canvas.marks(places, shape, size, colour=colour, hollow=kind == "unsure")


def _kind(mark: str) -> str:
    if mark in ("d", "s"):
        return "unsure"
    return "sure" if mark in ("D", "S") or mark.isdigit() else "other"


def _draw_name(
    canvas: Canvas,
    right: float,
    label: str,
    look: tuple[str, str],
    heights: Place,
    *,
    absent: bool = False,
) -> None:
    """Write a topic's name behind the end of its line, with its mark."""
    colour, shape = look
    end, y = heights
    if not absent:
        canvas.line([(right - 1, end), (right + 2.5, y)], colour=colour, width=0.15)
    canvas.marks([(right + 4, y)], shape, _PRIORITY, colour=colour)
    canvas.text((right + 6, y), canvas.cut(label, _LABELS), LABEL, colour=QUIET if absent else colour)


def _mark_sessions(
    canvas: Canvas, bottom: float, table: Table, rows: Sequence[Row], xs: Sequence[float]
) -> float:
    """Mark each session below the lines, name as many as there is room for, and return the height below."""
    step = xs[1] - xs[0] if len(xs) > 1 else canvas.width
    widest = max(canvas.measure(each, SMALL) for tick in table.ticks for each in tick)
    every = choose_every(widest + 1, step)
    for at, (tick, x) in enumerate(zip(table.ticks, xs, strict=True)):
        named = not at % every
        canvas.line([(x, bottom + 0.5), (x, bottom + (1.7 if named else 1.1))], colour=QUIET, width=0.15)
        if all(row.parts[at] is None for row in rows):
            canvas.marks([(x, bottom - 0.6)], "x", 1.2, colour=QUIET, edge=0.2)
        if named:
            canvas.text((x, bottom + 3.3), tick.head, SMALL, align="center")
        if named and tick.under:
            canvas.text((x, bottom + 6.0), tick.under, SMALL, align="center", colour=QUIET)
    return bottom + (8.2 if any(tick.under for tick in table.ticks) else 5.5)


def _explain(rows: Sequence[Row]) -> Iterator[tuple[Sample, str]]:
    kinds = {
        _kind(mark.text) for row in rows for mark, part in zip(row.marks, row.parts, strict=True) if part
    }
    if "unsure" in kinds or "other" in kinds:
        yield (lambda sheet, at: sheet.marks([at], "o", _PRIORITY, colour=QUIET)), "a priority"
    if "unsure" in kinds:
        yield (
            (lambda sheet, at: sheet.marks([at], "o", _PRIORITY, colour=QUIET, hollow=True)),
            "hollow: less sure",
        )
    if "other" in kinds:
        yield (lambda sheet, at: sheet.marks([at], "o", _OTHER, colour=QUIET)), "small: named, no priority"
    if any(all(row.parts[at] is None for row in rows) for at in range(len(rows[0].parts))):
        yield (lambda sheet, at: sheet.marks([at], "x", 1.2, colour=QUIET, edge=0.2)), "nothing to read"
