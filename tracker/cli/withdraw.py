"""The command by which material is withdrawn, destroyed, or opened again: ``withdraw``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, ListFormat, ReferenceText
from tracker.cli.output import terminal_width, write_answer
from tracker.errors import DecisionInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.rights import Act

REFUSED = 1


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(
        epilog="Examples: tracker withdraw XAA/UNGA/79 --reason 'names a witness' --authority 'a court'"
        " | tracker withdraw XAA/UNGA/79@2 --reason 'names a witness' --authority 'a court' --destroy"
        " | tracker withdraw XAA/UNGA/79 --lift --reason 'decision reversed' --authority 'a court'"
    )(withdraw)


def withdraw(
    reference: ReferenceText,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; it is shown wherever the material was.")
    ],
    authority: Annotated[
        str, typer.Option("--authority", metavar="NAME", help="On whose word: an office, a court, a letter.")
    ],
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who enters it.")] = None,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="Destroy it: bytes and text are gone for good.")
    ] = False,
    lift: Annotated[bool, typer.Option("--lift", help="Open again what was withdrawn.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --destroy: do not ask.")] = False,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Withdraw a statement, an edition or a snapshot: it is kept, and shown to nobody.

    No command shows it, the mirror's public branch and exports leave it out, and a nightly run does not
    bring it back. --destroy takes bytes and text out of the record and of the mirror's history; digests,
    sizes, dates, and who decided why are left. tracker/docs/rights.md tells what that cannot reach.
    """
    from tracker.model.rights import Ruled
    from tracker.report.archive.rights import change_json, render_change
    from tracker.workflows.keep.withdraw import change

    act = _read_act(destroy=destroy, lift=lift)
    if act == "destroy" and not yes:
        _ask(archive, reference)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    changed = change(archive, act, reference, Ruled(reason, authority, now, by or None))
    write_answer(change_json(changed) if form == "json" else render_change(changed, width=terminal_width()))


def _read_act(*, destroy: bool, lift: bool) -> Act:
    if destroy and lift:
        raise DecisionInvalid("--destroy or --lift? What is destroyed cannot be opened again")
    return "destroy" if destroy else "lift" if lift else "withdraw"


def _ask(archive: Path, reference: str) -> None:
    from tracker.report.archive.rights import question
    from tracker.report.safe import one_line
    from tracker.workflows.keep.withdraw import describe

    asked = one_line(question(describe(archive, "destroy", reference)))
    if not sys.stdin.isatty():
        raise DecisionInvalid(f"{asked} Nobody is there to ask; to do it: --yes")
    if not typer.confirm(f"{asked} Destroy it?"):
        raise typer.Exit(REFUSED)
