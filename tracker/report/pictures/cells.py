"""The cells of a map: the mark of a level in a shade of its share, or a number; and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.pictures.palette import INK, PAPER, QUIET, SMALL, STEPS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tracker.report.document import Span
    from tracker.report.pictures.canvas import Canvas, Place
    from tracker.report.pictures.frame import Sample
    from tracker.report.pictures.table import Row

_SHADES: Final = {"shade1": 0, "shade2": 1, "shade3": 2, "shade4": 3}
"""How dark a mark is in which style, as on a terminal."""
_SHARES: Final = ("under 2%", "2% to 5%", "5% to 10%", "10% of the words or more")
_COUNTS: Final = (
    (0.5, "half of the statements or more"),
    (0.25, "a quarter"),
    (0.1, "a tenth"),
    (0.0, "fewer"),
)
_PRIORITIES: Final = {"D": "declared", "d": "declared", "S": "substantive", "s": "substantive"}
_OTHERS: Final = {
    "+": ("+", 1.5, "acknowledged"),
    ".": (".", 1.6, "mentioned"),
    "-": ("_", 1.6, "no statement"),
    "/": ("d", 1.6, "no text"),
    "x": ("x", 1.6, "withdrawn"),
}
"""What is no priority: its shape, how large it is, and what it means."""
_LIGHT: Final = 2
"""The step from which a number in it is white."""
_SQUARE: Final = 0.84


def draw_cells(
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
        draw_mark(canvas, places, text, step, min(size))


def draw_mark(canvas: Canvas, places: Sequence[Place], text: str, step: int | None, size: float) -> None:
    """Draw the mark of a level: a square for a priority, hollow where less sure, smaller signs for the rest."""
    if step is None:
        hollow = text == ":"
        shape, width, _ = ("o", 1.1, "") if hollow else _OTHERS[text]
        colour = QUIET
        if shape == ".":
            canvas.marks(places, "o", 0.8, colour=colour)
        elif hollow:
            canvas.marks(places, "o", width, colour=colour, hollow=True, edge=0.2)
        else:
            canvas.marks(places, shape, width, colour=colour, edge=0.25)
        return
    sure = text.isupper()
    wide = size * _SQUARE
    canvas.marks(places, "s", wide, colour=STEPS[step], hollow=not sure, edge=0.0 if sure else wide * 0.2)
    if text in "Dd":
        canvas.marks(places, "o", wide * 0.36, colour=PAPER if sure else STEPS[step])


def _draw_number(canvas: Canvas, at: Place, text: str, step: int | None, size: Place) -> None:
    (x, y), (wide, high) = at, size
    if step is not None:
        canvas.line([(x - wide / 2, y), (x + wide / 2, y)], colour=STEPS[step], width=high)
    canvas.text(at, text, SMALL, align="center", colour=INK if step is None or step < 1 else PAPER)


def _count_step(part: float | None) -> int | None:
    if not part:
        return None
    return len(STEPS) - 1 - next(at for at, (least, _) in enumerate(_COUNTS) if part >= least)


def explain_cells(
    marks: Collection[Span], parts: Collection[float], *, numbered: bool
) -> Iterator[tuple[Sample, str]]:
    """Yield a sample of each cell there is, with what it means."""
    if numbered:
        there = {_count_step(part) for part in parts}
        for step, (_, words) in enumerate(reversed(_COUNTS)):
            if step in there:
                yield _sample("S", step), words
        return
    there = {_SHADES[mark.style] for mark in marks if mark.text in _PRIORITIES and mark.style in _SHADES}
    found = {mark.text for mark in marks}
    for step, words in enumerate(_SHARES):
        if step in there:
            yield _sample("S", step), words
    if found & set("Dd"):
        yield _sample("D", 2), "with a dot: declared a priority"
    if found & set("ds"):
        yield _sample("s", 2), "hollow: a priority, less sure"
    for text, (_, _, words) in _OTHERS.items():
        if text in found:
            yield _sample(text, None), f"{words} only" if text in "+." else words
    if ":" in found:
        yield _sample(":", None), "mentioned only, less sure"


def _sample(text: str, step: int | None) -> Sample:
    return lambda canvas, at: draw_mark(canvas, [at], text, step, 3.0)
