"""Commands that look back through a series: ``trace``, ``blame``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tracker.cli.options import (
    DEFAULT_ARCHIVE,
    Archive,
    Colour,
    ListFormat,
    Output,
    ReferenceText,
    complete_reference,
)
from tracker.cli.output import terminal_width, wants_colour, write_answer


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Example: tracker trace GBR/UNGA 'responsibility to protect' --from 60")(trace)
    app.command(epilog="Example: tracker blame GBR/CCPCJ/31")(blame)


def trace(
    series: Annotated[
        str,
        typer.Argument(
            metavar="SERIES", help="A series such as GBR/UNGA.", autocompletion=complete_reference
        ),
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A phrase or a sentence.")],
    first: Annotated[
        str | None, typer.Option("--from", metavar="SESSION", help="Begin with this session.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="SESSION", help="End with this session.")
    ] = None,
    form: ListFormat = "text",
    output: Output = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Follow a phrase or a sentence through all sessions of a series.

    When it was first said and last, each wording with its edits against the one before, and the sessions
    that did not say it. Exact: the same words, but for case, quotes and dashes. Loose: similar ones,
    with how alike they are, 0 to 1.
    """
    from tracker.report.series.biography import biography_json, render_biography
    from tracker.workflows.follow.trace import trace_series

    biography = trace_series(archive, series, text, first, last)
    write_answer(
        biography_json(biography)
        if form == "json"
        else render_biography(biography, width=terminal_width(), color=wants_colour(color, output)),
        output,
    )


def blame(
    reference: ReferenceText,
    through: Annotated[
        Literal["auto", "sessions", "snapshots"],
        typer.Option(help="Look back through these; auto: snapshots where there are earlier ones."),
    ] = "auto",
    everything: Annotated[bool, typer.Option("--all", help="Every sentence on a line of its own.")] = False,
    form: ListFormat = "text",
    output: Output = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show for each sentence of a statement since when it has been said in these words.

    And which earlier wording it came from, where a sentence was reworded. It looks back through the
    sessions of the same kind before, or the snapshots of the same edition.
    """
    from tracker.report.series.origins import attribution_json, render_attribution
    from tracker.workflows.follow.trace import blame_statement

    attribution = blame_statement(archive, reference, through)
    write_answer(
        attribution_json(attribution)
        if form == "json"
        else render_attribution(
            attribution, width=terminal_width(), color=wants_colour(color, output), everything=everything
        ),
        output,
    )
