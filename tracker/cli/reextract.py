"""``tracker reextract``: what was kept is read again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Colour, complete_reference
from tracker.cli.output import shown_progress, terminal_width, wants_colour, write_answer

FOUND_FAULTS = 1


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(
        epilog="Examples: tracker reextract --dry-run | tracker reextract GBR/UNGA"
        " | tracker log GBR/UNGA/79 --versions"
    )(reextract)


def reextract(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF...]",
            help="Series, statements or snapshots; all by default.",
            autocompletion=complete_reference,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be read otherwise, and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Read kept documents again, by today's extractors and the selectors of today's watch list.

    What is read otherwise becomes a new version of the same snapshot, and the latest one counts; none is
    lost (tracker log REF --versions). The statements are as they were, so no other command calls it a
    change. Exit code 1 where a document that was read before cannot be read now; its version stays.
    """
    from tracker.report.archive.rereading import render_reread, reread_json
    from tracker.workflows.keep.reextract import is_faulty
    from tracker.workflows.keep.reextract import reextract as read_again

    with shown_progress("reading") as progress:
        found = read_again(archive, wanted or [], _now(), dry_run=dry_run, progress=progress)
    write_answer(
        reread_json(found, dry_run=dry_run)
        if as_json
        else render_reread(found, dry_run=dry_run, width=terminal_width(), color=wants_colour(color))
    )
    if is_faulty(found):
        raise typer.Exit(FOUND_FAULTS)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
