"""Commands on the watch list: ``sources add``, ``list``, ``check``, ``close`` and ``accept``."""

from __future__ import annotations

import shlex
from functools import partial
from typing import Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import answer, confirm, shown_progress, write_answer
from tracker.errors import TrackerError, WatchListInvalid
from tracker.references import gather_references
from tracker.report.safe import one_line

Access = Literal["open", "restricted", "embargoed"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application, under ``sources``."""
    sources = options.add_group(app, "sources", "Manage the watch list of the archive, watch.toml.")
    sources.command(
        epilog="Examples: tracker sources add https://www.example.org/79 --as XAA/UNGA/79~prepared.en"
        " | tracker sources add https://www.example.org/speeches --index"
        r" --links 'unga-(?P<session>\d+)' --as 'XAA/UNGA/{session}'"
        " | tracker sources add own.pdf --as XAA/UNGA/79 --access restricted"
    )(add)
    sources.command("list", epilog="Example: tracker sources list --format json")(list_sources)
    sources.command(epilog="Example: tracker sources check xaa-unga-79")(check)
    sources.command(
        epilog="Example: tracker sources close xaa-speeches:3f2a9c0d1e5b --by Ana --reason 'taken down'"
    )(close)
    sources.command(epilog="Example: tracker sources accept --yes")(accept)


def add(
    address: Annotated[str, typer.Argument(help="A URL, or a path relative to the archive's folder.")],
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="REF",
            help="The statement there, such as GBR/UNGA/79; for an index, the rule for its links.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its name; made from the reference if not given.")] = None,
    index: Annotated[
        bool, typer.Option("--index", help="A page, feed or sitemap with links to documents.")
    ] = False,
    links: Annotated[
        str | None, typer.Option(help="For an index: a regular expression for addresses to follow.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="For an index: a regular expression for the texts of links.")
    ] = None,
    exclude: Annotated[
        str | None, typer.Option(help="For an index: a regular expression for addresses to leave alone.")
    ] = None,
    selector: Annotated[str | None, typer.Option(help="A CSS selector for the main text.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A CSS selector for parts to leave out.")] = None,
    language: Annotated[str | None, typer.Option(help="The language, if the reference names none.")] = None,
    valid_from: Annotated[str | None, typer.Option(help="The first day to check it.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="The last day to check it.")] = None,
    pace: Annotated[
        float | None, typer.Option(help="The minimum seconds between requests to its host.")
    ] = None,
    rights: Annotated[str | None, typer.Option(help="Its licence or its rights holder.")] = None,
    access: Annotated[Access | None, typer.Option(help="Who may see it.")] = None,
    open_from: Annotated[
        str | None, typer.Option(help="With --access embargoed: the first open day.")
    ] = None,
    min_words: Annotated[int | None, typer.Option(help="Quarantine a first text with fewer words.")] = None,
    min_links: Annotated[
        int | None, typer.Option(help="For an index: with so many links it is in order.")
    ] = None,
) -> None:
    """Add a source to the watch list.

    The rest of the file, comments included, stays as it is.
    """
    from tracker.watch.sources import describe, watch

    if as_ is None and not index:
        named = shlex.join(["tracker", "sources", "add", address, "--as", "GBR/UNGA/79"])
        raise TrackerError(f"missing option --as, the statement there; for example: {named}")
    keys: dict[str, object] = {
        "kind": "index" if index else None,
        "reference": as_,
        "links": links,
        "text": text,
        "exclude": exclude,
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
        "min_links": min_links,
    }
    table = {key: value for key, value in keys.items() if value is not None}
    source = describe(everywhere.archive(), address, table, name)
    watch(options.begun(), source)
    feeds = source.rule or source.reference or "links to name in: tracker review"
    write_answer(one_line(f"{source.id} added: {source.address} feeds {feeds}"))


def list_sources(
    form: options.ListFormat = "text",
) -> None:
    """List the sources, in the order of the watch list."""
    from tracker.report.answers.ledger import render_sources
    from tracker.report.records import encode_rows
    from tracker.watch.sources import list_sources as read

    archive = everywhere.archive()
    watched = read(archive)
    fields = partial(encode_rows, "sources", watched.sources)
    answer(form, fields, partial(render_sources, watched))


def check(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE...]",
            help="Names of sources, or references; all if not given.",
            autocompletion=completion.complete_source,
        ),
    ] = None,
    form: options.ListFormat = "text",
) -> None:
    """Show what would be captured, and store nothing.

    Fetches sources, follows indexes and checks texts as a nightly run does. The exit code is 1 if a source
    fails or its text would be quarantined.
    """
    from tracker.capture.admit.admission import admit
    from tracker.cli.watch import read_outcomes
    from tracker.report.answers.ledger import check_line, counts_line, run_json
    from tracker.watch.snapshot import snapshot

    archive = everywhere.archive()
    with shown_progress("checking") as advance:
        night = snapshot(
            archive,
            gather_references(wanted or []),
            admit,
            dry_run=True,
            progress=lambda _check, done, total: advance(done, total),
        )
    lines = [*map(check_line, night.checks), counts_line(night.checks)]
    write_answer(run_json(night.run, night.checks) if form == "json" else "\n".join(lines))
    failing = read_outcomes(None)
    if any(each.outcome in failing for each in night.checks):
        raise typer.Exit(options.FINDINGS)


def close(
    source: Annotated[str, typer.Argument(metavar="ID", help="A source, or a link as the night names it.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it is no longer asked.")],
    superseded_by: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="What took its place; it is watched from now on.")
    ] = None,
) -> None:
    """End the watching of a source, or of one link of an index.

    The watch list says who closed it, when and why. What was captured stays.
    """
    from tracker.watch.sources import close as close_source

    archive = everywhere.archive()
    follower = close_source(archive, source, by, options.now()[:10], reason, superseded_by)
    write_answer(one_line(f"{source} closed by {by}: {reason}"))
    if follower:
        write_answer(one_line(f"{follower.id} added: {follower.address} feeds {follower.reference}"))


def accept(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Accept the watch list that came with a mirror.

    tracker rebuild saves it as watch.received.toml, and nothing is fetched from it: it may name hosts inside
    your network (allow_private) that the open web cannot reach. The command shows what the list reaches and
    asks. An accepted list becomes watch.toml.
    """
    from tracker.report.answers.ledger import render_received
    from tracker.watch.sources import accept as accept_received
    from tracker.watch.sources import read_received

    archive = everywhere.archive()
    received = read_received(archive)
    write_answer(render_received(received))
    if not yes:
        need = f"{received.path}: accepting needs a terminal to confirm, or --yes"
        confirm("Accept it?", WatchListInvalid(need))
    accept_received(archive)
    write_answer(one_line(f"accepted {received.path}; it is now watch.toml"))
