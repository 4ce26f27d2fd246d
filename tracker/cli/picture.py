"""``--plot``: a picture of what a command reports, beside the report."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tracker.cli.output import refuse_overwriting, write_bytes, write_notice
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary
    from tracker.report.document import Document
    from tracker.report.pictures.draw import Kind


def check_outputs(
    output: Path | None,
    plot: Path | None,
    inputs: Iterable[str | Path | None],
    archive: Path,
    form: str,
    *,
    ranks: bool = False,
) -> None:
    """Raise ``TrackerError`` before anything is read where a report or a picture could not be written."""
    inputs = [*inputs]
    refuse_overwriting(output, inputs, archive, form)
    if plot is None:
        if ranks:
            raise TrackerError("--ranks is a picture; name a file for it: --plot ranks.svg")
        return
    from tracker.report.pictures.canvas import need_matplotlib
    from tracker.report.pictures.draw import FORMS

    if _form(plot) not in FORMS:
        raise TrackerError(f"--plot {plot}: the ending names the format; end it in .svg, .png or .pdf")
    refuse_overwriting(plot, [*inputs, output], archive)
    need_matplotlib()


def write_picture(plot: Path | None, build: Callable[[], Document], kind: Kind) -> None:
    """Write a picture of a report where one is asked for; say so where there is nothing to draw."""
    if plot is None:
        return
    from tracker.report.pictures.draw import draw_picture

    if drawn := draw_picture(build(), kind, _form(plot)):
        write_bytes(drawn, plot)
    else:
        write_notice(f"{plot}: there is nothing to draw, and no picture was written")


def write_moves(
    plot: Path | None,
    comparison: Comparison,
    vocabulary: Vocabulary,
    everything: bool,
    only: frozenset[str],
    topic: str | None,
) -> None:
    """Write a picture of the largest moves between two statements where one is asked for."""
    if plot is None:
        return
    from tracker.comparing.topics.vocabulary.naming import find_topics
    from tracker.report.comparison.build import build_moves

    topics = find_topics(vocabulary, topic) if topic else ()
    build = partial(build_moves, comparison, vocabulary, everything=everything, only=only, topics=topics)
    write_picture(plot, build, "moves")


def _form(plot: Path) -> str:
    return plot.suffix.lower().lstrip(".")
