"""The Typer application and the options that stand before a command."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tracker import __version__
from tracker.cli import code as judging
from tracker.cli import compare as comparing
from tracker.cli import exchange as exchanging
from tracker.cli import follow as following
from tracker.cli import keep as preserving
from tracker.cli import ledger, snapshots, topics
from tracker.cli import prove as verifying
from tracker.cli import publish as publishing
from tracker.cli import read as reading
from tracker.cli import reextract as rereading
from tracker.cli import review as reviewing
from tracker.cli import sources as watching
from tracker.cli import start as adding
from tracker.cli import trace as tracing
from tracker.cli import withdraw as withdrawing
from tracker.cli.options import ARCHIVE_VARIABLE

app = typer.Typer(
    name="tracker",
    help="Snapshots national statements at UN bodies and reports what changed between them.",
    epilog="Try: tracker demo",
    no_args_is_help=True,
    # Rich help costs 90 ms at every start; a traceback is a bug and is shown as it is.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tracker {__version__}")
        raise typer.Exit


@app.callback()
def _before_command(
    archive: Annotated[str | None, typer.Option(help="The archive's folder, for any command.")] = None,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the release and stop.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    if archive:
        os.environ[ARCHIVE_VARIABLE] = archive


for module in (
    comparing,
    reading,
    tracing,
    following,
    judging,
    adding,
    topics,
    snapshots,
    reviewing,
    ledger,
    watching,
    rereading,
    preserving,
    verifying,
    publishing,
    exchanging,
    withdrawing,
):
    module.register(app)
