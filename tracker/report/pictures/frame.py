"""What every picture has around it: a title, what its marks mean, and where it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.pictures.canvas import Canvas, line_height
from tracker.report.pictures.palette import INK, LABEL, MARGIN, QUIET, SMALL, TITLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracker.report.document import Document, Entry
    from tracker.report.pictures.canvas import Place

    Sample = Callable[[Canvas, Place], None]

_CITE: Final = "Cite: "
_SAMPLE: Final = 4.5
_APART: Final = 3.5


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
