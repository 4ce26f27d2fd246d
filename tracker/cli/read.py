"""Commands that read the archive: ``list``, ``log``, ``show``, ``search``, ``bodies``."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.options import (
    DEFAULT_ARCHIVE,
    Archive,
    Colour,
    ListFormat,
    ReferenceText,
    complete_reference,
)
from tracker.cli.output import terminal_width, wants_colour, write_answer


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command("list", epilog="Example: tracker list GBR/UNGA")(list_statements)
    app.command(epilog="Example: tracker log GBR/CCPCJ/31")(log)
    app.command(epilog="Example: tracker show GBR/CCPCJ/31@1")(show)
    app.command(epilog="Example: tracker search 'loss AND damage' --body UNGA")(search)
    app.command(epilog="Example: tracker bodies")(bodies)


def list_statements(
    series: Annotated[
        str | None,
        typer.Argument(
            metavar="[SERIES]", help="A series such as GBR/UNGA.", autocompletion=complete_reference
        ),
    ] = None,
    country: Annotated[str | None, typer.Option(help="Only this country.")] = None,
    body: Annotated[str | None, typer.Option(help="Only this body.")] = None,
    form: ListFormat = "text",
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """List what the archive holds, one edition a line."""
    from tracker.report.archive.listing import list_json, render_list
    from tracker.workflows.read import list_statements as read

    entries, withdrawn = read(archive, series, country, body)
    write_answer(
        list_json(entries, withdrawn)
        if form == "json"
        else render_list(entries, withdrawn, width=terminal_width(), color=wants_colour(color))
    )


def log(
    reference: ReferenceText,
    versions: Annotated[
        bool,
        typer.Option("--versions", help="Every reading of each snapshot, those by tracker reextract too."),
    ] = False,
    form: ListFormat = "text",
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show the snapshots behind a reference, oldest first."""
    from tracker.report.archive.listing import log_json, render_log
    from tracker.workflows.read import log_snapshots

    if versions:
        _log_versions(reference, form, color, archive)
        return
    entries = log_snapshots(archive, reference)
    write_answer(
        log_json(entries)
        if form == "json"
        else render_log(entries, width=terminal_width(), color=wants_colour(color))
    )


def _log_versions(reference: str, form: ListFormat, color: Colour, archive: Archive) -> None:
    from tracker.report.archive.rereading import render_versions, versions_json
    from tracker.workflows.read import log_versions

    entries = log_versions(archive, reference)
    write_answer(
        versions_json(entries)
        if form == "json"
        else render_versions(entries, width=terminal_width(), color=wants_colour(color))
    )


def show(
    reference: ReferenceText,
    raw: Annotated[bool, typer.Option("--raw", help="The text as the extractor gave it, uncleaned.")] = False,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show a statement, or a file, in numbered paragraphs."""
    from tracker.report.archive.listing import render_statement
    from tracker.report.safe import visible
    from tracker.workflows.read import read_raw, read_statement

    if raw:
        write_answer(visible(read_raw(archive, reference)))
    else:
        side = read_statement(archive, reference)
        write_answer(render_statement(side, width=terminal_width(), color=wants_colour(color)))


def search(
    query: Annotated[str, typer.Argument(help='Words, "a phrase", AND, OR, NOT, prefix*.')],
    country: Annotated[str | None, typer.Option(help="Only this country.")] = None,
    body: Annotated[str | None, typer.Option(help="Only this body.")] = None,
    session: Annotated[str | None, typer.Option(help="Only this session.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many passages.")] = 20,
    form: ListFormat = "text",
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Find passages in the latest snapshot of every edition."""
    from tracker.report.archive.listing import hits_json, render_hits
    from tracker.workflows.read import search as find

    hits = find(archive, query, country=country, body=body, session=session, language=language, limit=limit)
    write_answer(
        hits_json(hits)
        if form == "json"
        else render_hits(hits, width=terminal_width(), color=wants_colour(color))
    )


def bodies() -> None:
    """List the bodies that references may name."""
    from tracker.references import bodies as known

    widest = max(len(body.id) for body in known())
    write_answer("\n".join(f"{body.id:<{widest}}  {body.name}" for body in known()))
