"""Options and arguments that several commands share, and their completion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tracker.errors import TrackerError

ARCHIVE_VARIABLE = "TRACKER_ARCHIVE"
DEFAULT_ARCHIVE = Path("snapshots")


def complete_reference(context: typer.Context, incomplete: str) -> list[str]:
    """Offer the series and statements of the archive; one that cannot be read offers none."""
    from tracker.workflows.read import list_statements

    try:
        entries, _ = list_statements(context.params.get("archive") or DEFAULT_ARCHIVE)
    except TrackerError:
        return []
    statements = {f"{e.reference.country}/{e.reference.body}/{e.reference.session}" for e in entries}
    series = {statement.rpartition("/")[0] for statement in statements}
    offers = series if incomplete.count("/") < 2 else statements  # noqa: PLR2004 (a statement has two slashes)
    return sorted(offer for offer in offers if offer.startswith(incomplete))


Archive = Annotated[
    Path,
    typer.Option(envvar=ARCHIVE_VARIABLE, help="The archive's folder.", show_default=True, file_okay=True),
]
ReferenceText = Annotated[
    str,
    typer.Argument(metavar="REF", help="A reference such as GBR/UNGA/79.", autocompletion=complete_reference),
]
Operands = Annotated[
    list[str],
    typer.Argument(
        metavar="OLD [NEW]",
        help="References, a series and its sessions, or files.",
        autocompletion=complete_reference,
    ),
]
Colour = Annotated[
    Literal["auto", "always", "never"], typer.Option("--color", help="Colour, and marks for edits.")
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file instead of the terminal.")
]
ListFormat = Annotated[Literal["text", "json"], typer.Option("--format", help="The form of the answer.")]
VocabularyFile = Annotated[
    Path | None, typer.Option("--vocabulary", help="A vocabulary of your own, TOML, CSV or SKOS.")
]
