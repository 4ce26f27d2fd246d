"""The commands that prove the archive: ``verify`` and ``timestamp``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Colour
from tracker.cli.output import shown_progress, terminal_width, wants_colour, write_answer

FOUND_FAULTS = 1


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Examples: tracker verify | tracker verify --repair | tracker verify --json")(verify)
    app.command(epilog="Example: tracker timestamp https://tsa.example.org/tsr")(timestamp)


def verify(
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Mend what one copy proves of the other; the record is copied before."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")] = False,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Check every document, text, segment and row, and the mirror beside them; exit code 1 for faults.

    Every digest is computed again, every file of the mirror compared with what the record would write, and
    git checks its objects and history. Faults that were mended count as faults.
    """
    from tracker.report.archive.verified import render_repaired, render_verified, repaired_json, verified_json
    from tracker.workflows.keep.verify import repair as repair_archive
    from tracker.workflows.keep.verify import verify as verify_archive

    instant = _now()
    width, colour = terminal_width(), wants_colour(color)
    with shown_progress("verifying") as progress:
        repaired = repair_archive(archive, instant, progress) if repair else None
        verified = repaired.before if repaired else verify_archive(archive, instant, progress)
    if repaired:
        text = repaired_json(repaired) if as_json else render_repaired(repaired, width=width, color=colour)
    else:
        text = verified_json(verified) if as_json else render_verified(verified, width=width, color=colour)
    write_answer(text)
    if verified.faults:
        raise typer.Exit(FOUND_FAULTS)


def timestamp(
    authority: Annotated[str, typer.Argument(metavar="URL", help="Of an authority after RFC 3161.")],
    seconds: Annotated[
        float, typer.Option("--timeout", min=1, help="How many seconds to wait for it.")
    ] = 10.0,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Have an authority sign that the latest commit of the mirror is there by now; exit code 1 if it did not.

    It sees the digest of the commit and nothing else. The commit names all that the archive holds, and those
    before it. tracker verify checks what was signed.
    """
    from tracker.report.archive.verified import timestamp_line
    from tracker.workflows.keep.verify import timestamp as ask

    kept = ask(archive, authority, _now(), seconds)
    write_answer(timestamp_line(kept))
    if kept.failure:
        raise typer.Exit(FOUND_FAULTS)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
