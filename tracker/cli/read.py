"""Commands that read the archive: ``list``, ``log``, ``show``, ``search``, ``bodies``, ``cite``."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import answer, refuse_overwriting, write_answer
from tracker.errors import TrackerError

Country = Annotated[
    str | None, typer.Option(help="Only this country.", autocompletion=completion.complete_country)
]
BodyName = Annotated[
    str | None, typer.Option(help="Only this body.", autocompletion=completion.complete_body)
]
FirstYear = Annotated[
    str | None,
    typer.Option("--from", metavar="YEAR", help="The first year; with --body a session will do."),
]
LastYear = Annotated[str | None, typer.Option("--to", metavar="YEAR", help="The last year, or session.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command("list", epilog="Example: tracker list GBR/UNGA")(list_statements)
    app.command(epilog="Example: tracker log GBR/CCPCJ/31")(log)
    app.command(epilog="Example: tracker show GBR/CCPCJ/31@1")(show)
    app.command(
        epilog="Examples: tracker search 'loss AND damage' --body UNGA --from 2015 --order oldest"
        " | tracker search '\"two-state solution\"' --country France --page 2"
    )(search)
    app.command(epilog="Example: tracker bodies")(bodies)
    app.command(
        epilog="Examples: tracker cite GBR/UNGA/79 --words 'net zero' | tracker cite '#3f2a9c' |"
        " tracker cite GBR/UNGA 78 --format bibtex -o speeches.bib"
    )(cite)


def list_statements(
    place: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]",
            help="A country, a body, a series or a statement.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    country: Country = None,
    body: BodyName = None,
    form: options.TableFormat = "text",
    output: options.Output = None,
) -> None:
    """List the editions in the archive, one per line."""
    from tracker.keep.read import list_statements as read
    from tracker.report.answers.listing import list_csv, list_json, render_list

    archive = everywhere.archive()
    refuse_overwriting(output, (), archive)
    found = read(options.opened(), options.joined(place) if place else None, country, body)
    as_csv, as_json = partial(list_csv, *found), partial(list_json, *found)
    answer(form, as_json, partial(render_list, *found), as_csv=as_csv, output=output)


def log(
    reference: options.ReferenceWords,
    versions: Annotated[
        bool,
        typer.Option("--versions", help="Show all text versions of each snapshot, see tracker reextract."),
    ] = False,
    form: options.ListFormat = "text",
) -> None:
    """Show the snapshots behind a reference, oldest first."""
    from tracker.keep.read import log_snapshots, log_versions
    from tracker.report.answers import listing, rereading

    named = options.joined(reference)
    if versions:
        found = log_versions(options.opened(), named)
        as_json, as_text = partial(rereading.versions_json, found), partial(rereading.render_versions, found)
    else:
        entries = log_snapshots(options.opened(), named)
        as_json, as_text = partial(listing.log_json, entries), partial(listing.render_log, entries)
    answer(form, as_json, as_text)


def show(
    reference: options.ReferenceWords,
    raw: Annotated[bool, typer.Option("--raw", help="Show the extracted text before cleaning.")] = False,
    form: options.TableFormat = "text",
    output: options.Output = None,
) -> None:
    """Show a statement or a file in numbered paragraphs.

    CSV has one row per sentence, heading or item.
    """
    from tracker.keep.read import read_raw, read_statement
    from tracker.report.answers.statement import render_statement, statement_csv, statement_json
    from tracker.report.safe import visible

    archive = everywhere.archive()
    named = options.joined(reference)
    refuse_overwriting(output, [named], archive)
    if raw:
        if form != "text":
            raise TrackerError(f"--raw has no {form} format")
        write_answer(visible(read_raw(options.opened(), named)), output)
        return
    side = read_statement(options.opened(), named)
    as_csv, as_json = partial(statement_csv, side), partial(statement_json, side)
    answer(form, as_json, partial(render_statement, side), as_csv=as_csv, output=output)


def search(
    query: Annotated[str, typer.Argument(help='Words, "a phrase", AND, OR, NOT, prefix*.')],
    country: Country = None,
    body: BodyName = None,
    session: Annotated[
        str | None, typer.Option(help="Only this session.", autocompletion=completion.complete_session)
    ] = None,
    first: FirstYear = None,
    last: LastYear = None,
    language: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    order: Annotated[
        Literal["best", "oldest", "newest"], typer.Option(help="Which passages come first.")
    ] = "best",
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="The passages on a page.")
    ] = 20,
    page: Annotated[int, typer.Option(min=1, max=1_000_000, help="The page to show.")] = 1,
    form: options.ListFormat = "text",
) -> None:
    """Find passages in the latest snapshot of every edition."""
    from tracker.keep.read import read_scope
    from tracker.keep.read import search as find
    from tracker.report.answers.listing import hits_json, render_hits

    scope = read_scope(country, body, session, language, first, last)
    found = find(options.opened(), query, scope, order=order, limit=limit, page=page)
    answer(form, partial(hits_json, found), partial(render_hits, found))


def bodies() -> None:
    """List the bodies that references may name."""
    from tracker.references.bodies import bodies as known

    widest = max(len(body.id) for body in known())
    write_answer("\n".join(f"{body.id:<{widest}}  {body.name}" for body in known()))


def cite(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="REF|ID",
            help="Statements, as in GBR/UNGA/79, or the id of a change that a report has shown.",
            autocompletion=completion.complete_reference,
        ),
    ],
    said: Annotated[
        str | None, typer.Option("--words", metavar="TEXT", help="Quote the sentence that has these words.")
    ] = None,
    paragraph: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Quote this paragraph, as show numbers it.")
    ] = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="OLD NEW", help="The comparison that an id is from, where several showed it."),
    ] = None,
    form: Annotated[
        Literal["text", "bibtex", "csl", "ris"],
        typer.Option("--format", help="The output format; csl is CSL-JSON, as Zotero and Pandoc read it."),
    ] = "text",
    output: options.Output = None,
) -> None:
    """Cite statements, or the passages of a change, with address, capture and digest."""
    from tracker.exchange.cite import cite as find
    from tracker.report.answers import citing

    archive = everywhere.archive()
    refuse_overwriting(output, (), archive)
    found = find(words, options.opened(), said=said, paragraph=paragraph, pair=pair)
    forms = {
        "text": citing.render_citations,
        "bibtex": citing.render_bibtex,
        "csl": citing.citations_csl,
        "ris": citing.render_ris,
    }
    write_answer(forms[form](found), output)
