"""``--plot``: a picture of what a command reports, beside the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.cli.output import refuse_overwriting, write_bytes, write_notice
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracker.report.document import Document
    from tracker.report.pictures.draw import Kind


def check_picture(
    plot: Path | None, output: Path | None, inputs: Iterable[str | Path | None], archive: Path
) -> None:
    """Raise ``TrackerError`` before anything is read where a picture could not be written to this file."""
    if plot is None:
        return
    from tracker.report.pictures.canvas import need_matplotlib
    from tracker.report.pictures.draw import FORMS

    if plot.suffix.lower().lstrip(".") not in FORMS:
        raise TrackerError(f"--plot {plot}: a picture's name ends in .svg, .png or .pdf")
    refuse_overwriting(plot, [*inputs, output], archive)
    need_matplotlib()


def write_picture(document: Document, kind: Kind, plot: Path) -> None:
    """Write a picture of a report to a file that was checked; say so where there is nothing to draw."""
    from tracker.report.pictures.draw import draw_picture

    drawn = draw_picture(document, kind, plot.suffix.lower().lstrip("."))
    if drawn is None:
        write_notice(f"{plot}: nothing to draw, so no picture was written")
    else:
        write_bytes(drawn, plot)


def choose_lines(topics: int, *, ranks: bool = False) -> Kind:
    """Return what to draw of topics over sessions, as the picture's own module decides."""
    from tracker.report.pictures.draw import choose_kind

    return choose_kind(topics, ranks=ranks)
