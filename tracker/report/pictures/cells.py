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


def explain_cells(
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
    return lambda canvas, at: draw_mark(canvas, [at], text, step, 3.0)
