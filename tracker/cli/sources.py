"""Commands on the watch list: ``sources add``, ``list``, ``check`` and ``accept``."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Colour, ListFormat
from tracker.cli.output import terminal_width, wants_colour, write_answer
from tracker.errors import WatchListInvalid

FOUND = 1
REFUSED = 1

Access = Literal["open", "restricted", "embargoed"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application, under ``sources``."""
    sources = typer.Typer(
        name="sources",
        help="What is watched: the archive's watch.toml.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    sources.command(
        epilog="Examples: tracker sources add https://www.example.org/79 --as XAA/UNGA/79~prepared.en"
        " | tracker sources add https://www.example.org/speeches --index"
        r" --links 'unga-(?P<session>\d+)' --as 'XAA/UNGA/{session}'"
    )(add)
    sources.command("list", epilog="Example: tracker sources list --format json")(list_sources)
    sources.command(epilog="Example: tracker sources check xaa-unga-79")(check)
    sources.command(epilog="Example: tracker sources accept --yes")(accept)
    app.add_typer(sources)


def add(
    address: Annotated[str, typer.Argument(help="A URL, or a path relative to the archive's folder.")],
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="REF", help="The edition it feeds; for an index, the rule of its links."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What to call it; after the reference, if not given.")
    ] = None,
    index: Annotated[
        bool, typer.Option("--index", help="A page, feed or sitemap that leads to more.")
    ] = False,
    links: Annotated[
        str | None, typer.Option(help="For an index: the regular expression of addresses to follow.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="For an index: the regular expression of the texts of links.")
    ] = None,
    selector: Annotated[str | None, typer.Option(help="A CSS selector of the main text.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A CSS selector of what to leave out.")] = None,
    language: Annotated[
        str | None, typer.Option(help="The language, where the reference names none.")
    ] = None,
    valid_from: Annotated[str | None, typer.Option(help="The first day to look at it.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="The last day to look at it.")] = None,
    pace: Annotated[
        float | None, typer.Option(help="The least seconds between requests to its host.")
    ] = None,
    rights: Annotated[str | None, typer.Option(help="Its licence, or who holds the rights.")] = None,
    access: Annotated[Access | None, typer.Option(help="Who may see it.")] = None,
    open_from: Annotated[
        str | None, typer.Option(help="With --access embargoed: the first day on which it is open.")
    ] = None,
    min_words: Annotated[int | None, typer.Option(help="Fewer words at first are put aside.")] = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Add a source to the watch list; what is there, comments too, stays as it is."""
    from tracker.report.safe import one_line
    from tracker.workflows.watch.sources import watch

    keys: dict[str, object] = {
        "kind": "index" if index else None,
        "reference": as_,
        "links": links,
        "text": text,
        "selector": selector,
        "remove": remove or None,
        "language": language,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "pace": pace,
        "rights": rights,
        "access": access,
        "open_from": open_from,
        "min_words": min_words,
    }
    source = watch(archive, address, {key: value for key, value in keys.items() if value is not None}, name)
    feeds = source.rule or source.reference or "links to be named in: tracker review"
    write_answer(one_line(f"{source.id} is watched: {source.address} feeds {feeds}"))


def list_sources(
    form: ListFormat = "text", color: Colour = "auto", archive: Archive = DEFAULT_ARCHIVE
) -> None:
    """List what is watched, in the order of the list."""
    from tracker.report.archive.health import render_sources, sources_json
    from tracker.workflows.watch.sources import list_sources as read

    sources = read(archive)
    write_answer(
        sources_json(sources)
        if form == "json"
        else render_sources(sources, width=terminal_width(), color=wants_colour(color))
    )


def check(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE...]", help="Names of sources, or references; all by default."),
    ] = None,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show what would be captured, and store nothing.

    Sources are fetched, indexes followed and texts judged as a nightly run would. The exit code is 1
    where a source failed or its text would be put aside.
    """
    from tracker.capture.admit.admission import admit
    from tracker.cli.output import shown_progress
    from tracker.cli.snapshots import read_outcomes
    from tracker.report.archive.runs import check_line, counts_line, run_json
    from tracker.workflows.watch.snapshot import snapshot

    with shown_progress("checking") as advance:
        night = snapshot(
            archive,
            wanted or [],
            admit,
            dry_run=True,
            progress=lambda _check, done, total: advance(done, total),
        )
    lines = [*map(check_line, night.checks), counts_line(night.checks)]
    write_answer(run_json(night.run, night.checks) if form == "json" else "\n".join(lines))
    failing = read_outcomes(None)
    if any(each.outcome in failing for each in night.checks):
        raise typer.Exit(FOUND)


def accept(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Accept the watch list that came with a mirror, once it is shown what it reaches.

    tracker rebuild puts it in as watch.received.toml, and nothing is fetched by it: it may name hosts inside
    your network (allow_private) that the open web cannot reach. Accepted, it becomes watch.toml.
    """
    from tracker.report.archive.health import render_received
    from tracker.report.safe import one_line
    from tracker.workflows.watch.sources import accept as obey
    from tracker.workflows.watch.sources import read_received

    received = read_received(archive)
    write_answer(render_received(received))
    if not yes:
        if not sys.stdin.isatty():
            raise WatchListInvalid(f"{received.path}: nobody is there to ask; to accept it: --yes")
        if not typer.confirm("Accept it?"):
            raise typer.Exit(REFUSED)
    obey(archive)
    write_answer(one_line(f"{received.path} is accepted: it is watch.toml now"))
