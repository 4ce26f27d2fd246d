"""Commands that publish: ``serve`` and ``site``."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import everywhere, options
from tracker.cli.output import line_writer, shown_progress, write_answer, write_notice
from tracker.errors import DecisionInvalid, TrackerError
from tracker.inputs.extras import install_words

if TYPE_CHECKING:
    from collections.abc import Sequence

PORT = 8400


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Examples: tracker serve | tracker serve --judge --as Ana --as Ben")(serve)
    app.command(
        epilog="Examples: tracker site pages | tracker site pages --base https://example.org/statements/"
    )(site)


def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on this machine; 0 takes one that is free.")
    ] = PORT,
    judge: Annotated[bool, typer.Option("--judge", help="Let people decide there.")] = False,
    people: Annotated[
        list[str] | None,
        typer.Option("--as", metavar="NAME", help="With --judge: who decides; repeatable."),
    ] = None,
) -> None:
    """Show the archive in a browser on this machine.

    The pages have what is open to all and no more. With --judge each person has an address at which to
    decide what is claimed and unsure. Ctrl-C ends it.
    """
    names = _check_people(people or [], judge=judge)
    from tracker.publish.open_copy import prepare_open_copy

    try:
        from tracker.publish.serve import serve as serve_pages
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"starlette", "uvicorn"}:
            raise
        raise TrackerError(f"serve needs Starlette and uvicorn; {install_words('serve')}") from error
    archive = everywhere.archive()
    with shown_progress("copying what is open") as progress:
        prepare_open_copy(archive, progress)
    serve_pages(archive, port, partial(write_answer, paged=False), names, write_notice)


def _check_people(people: Sequence[str], *, judge: bool) -> tuple[str, ...]:
    """Return who decides; raises ``DecisionInvalid`` where nobody is named, or somebody twice."""
    from tracker.model.decisions import Coder

    known = os.environ.get(options.PERSON_VARIABLE)
    names = people or ([known] if judge and known else [])
    if people and not judge:
        raise DecisionInvalid("--as goes with --judge: tracker serve --judge --as Ana")
    if judge and not names:
        raise DecisionInvalid("--judge takes who decides: tracker serve --judge --as Ana --as Ben")
    if len({*names}) < len(names):
        raise DecisionInvalid("--as names somebody twice")
    return tuple(Coder(name, options.now()).person for name in names)


def site(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A folder that is empty or was made by this command.")
    ],
    base: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The address where the pages will be: for feeds, a sitemap, and search in all words.",
        ),
    ] = None,
) -> None:
    """Write the pages of the archive to files, or bring those that are there up to date.

    They have what is open to all and no more. Nothing is written where nothing changed. What is no longer in
    the archive is removed; a file that somebody else has changed is named, and nothing is written.
    """
    from tracker.follow.workers import count_cores
    from tracker.publish.pages.feed import load_writer
    from tracker.publish.site import build_site, read_base
    from tracker.report.layout import counted

    load_writer()  # before any page: each leads to a feed
    built = build_site(
        everywhere.archive(),
        out,
        read_base(base) if base else None,
        lambda what: shown_progress(what, line_writer(what)),
        count_cores(),
    )
    for path, why in built.failed:
        write_notice(f"{path}: {why}")
    write_answer(
        f"{out}: {counted(built.files, 'file')}; written {built.written:,}, removed {built.removed:,}"
        + f"; failed {len(built.failed):,}" * bool(built.failed)
    )
    if built.failed:
        raise typer.Exit(options.FINDINGS)
