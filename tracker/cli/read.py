"""Commands that read the archive: ``list``, ``log``, ``show``, ``search``, ``cite``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
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


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        "list",
        epilog="Examples: tracker list GBR/UNGA | tracker list --bodies | tracker list --groups --at 1990"
        " | tracker list --groups EU --at 2019 | tracker list --topics --vocabulary codebook.csv"
        " | tracker list --topics corruption",
    )(list_statements)
    app.command(epilog="Example: tracker log GBR/CCPCJ/31")(log)
    app.command(epilog="Example: tracker show GBR/CCPCJ/31@1")(show)
    app.command(
        epilog="Examples: tracker search 'loss AND damage' --body UNGA --from 2015 --order oldest"
        " | tracker search '\"two-state solution\"' --country France --page 2"
    )(search)
    app.command(
        epilog="Examples: tracker cite GBR/UNGA/79 --words 'net zero' | tracker cite '#3f2a9c' |"
        " tracker cite GBR/UNGA 78 --format bibtex -o speeches.bib"
    )(cite)


def complete_listed(context: typer.Context, incomplete: str) -> list[str]:
    """Offer groups behind ``--groups``, topics behind ``--topics``, and references elsewhere."""
    if context.params.get("groups"):
        return completion.complete_group(context, incomplete)
    if context.params.get("topics"):
        return completion.complete_topic(context, incomplete)
    return completion.complete_reference(context, incomplete)


def list_statements(
    place: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]",
            help="A country, a body, a series or a statement; with --groups a group, with --topics a topic.",
            autocompletion=complete_listed,
        ),
    ] = None,
    bodies: Annotated[
        bool, typer.Option("--bodies", help="List the bodies that references may name.")
    ] = False,
    groups: Annotated[
        bool, typer.Option("--groups", help="List groups of countries, or the members of one.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="DATE", help="With --groups: the members on this date, as 2015-09."),
    ] = None,
    topics: Annotated[
        bool, typer.Option("--topics", help="List the topics of a vocabulary as a tree, or show one.")
    ] = False,
    vocabulary: options.VocabularyFile = None,
    form: options.TableFormat = "text",
    output: options.Output = None,
) -> None:
    """List the editions in the archive, one per line; or bodies, groups, topics.

    --groups: the archive's own groups come before those that come with the program; CSV has one row for each
    member. --topics: the vocabulary that comes with the program, or your own; its CSV (English terms) can be
    edited and used with --vocabulary.
    """
    asked = {"--bodies": bodies, "--groups": groups, "--topics": topics}
    named = [name for name, is_asked in asked.items() if is_asked]
    what, archive = " ".join(place or ()), everywhere.archive()
    given = {
        "REF": what and bodies,
        "--at": at and not groups,
        "--vocabulary": vocabulary and not topics,
        "format": form != "text" and bodies,
    }
    if unfit := [*named[1:], *(name for name, is_unfit in given.items() if is_unfit)]:
        raise TrackerError(f"{' '.join(['list', *named[:1]])} takes no {unfit[0]}; see: tracker list -h")
    refuse_overwriting(output, [vocabulary], archive)
    if bodies:
        _list_bodies(output)
    elif groups:
        _list_groups(what, at, form, output)
    elif topics:
        _list_topics(what, vocabulary, form, output)
    else:
        from tracker.keep.read import list_statements as read
        from tracker.report.answers.listing import list_csv, list_json, render_list

        found = read(options.opened(), options.joined(place) if place else None)
        as_csv, as_json = partial(list_csv, *found), partial(list_json, *found)
        answer(form, as_json, partial(render_list, *found), as_csv=as_csv, output=output)


def _list_bodies(output: Path | None) -> None:
    """List the bodies that references may name, those of the archive's own table among them."""
    from tracker.references.bodies import bodies, own_bodies

    own = {body.id for body in own_bodies().bodies}
    widest = max(len(body.id) for body in bodies())
    lines = (f"{body.id:<{widest}}  {body.name}{' (bodies.toml)' * (body.id in own)}" for body in bodies())
    write_answer("\n".join(lines), output)


def _list_groups(name: str, at: str | None, form: str, output: Path | None) -> None:
    """List the groups whose members are known, or the members of one with their dates."""
    from tracker.follow.groups import known_groups, name_group, narrow_members, read_date
    from tracker.report.records import encode_json, encode_rows
    from tracker.report.series.panels import groups_csv, render_group, render_groups

    date = read_date(at) if at else None
    all_groups = [name_group(options.opened(), name)] if name else known_groups(options.opened()).values()
    found = tuple(narrow_members(group, date) if date else group for group in all_groups)
    as_json = partial(encode_json, found[0]) if name else partial(encode_rows, "groups", found)
    as_text = (
        partial(render_group, found[0], at)
        if name
        else partial(render_groups, found, date or options.now()[:10])
    )
    answer(form, as_json, as_text, as_csv=partial(groups_csv, found), output=output)


def _list_topics(name: str, vocabulary: Path | None, form: str, output: Path | None) -> None:
    """List the topics of a vocabulary, or show one: terms, hints, near misses, note, learned weights."""
    from tracker.comparing.topics.vocabulary.naming import find_topic
    from tracker.report.answers.vocabulary import render_topic, render_topics, topics_csv
    from tracker.report.records import encode_json, encode_rows

    known = options.load_vocabulary(vocabulary)
    if not name:
        as_csv, as_json = partial(topics_csv, known), partial(encode_rows, "topics", known.topics)
        answer(form, as_json, partial(render_topics, known), as_csv=as_csv, output=output)
        return
    if form == "csv":
        raise TrackerError("one topic has no csv format; list --topics has")
    topic = find_topic(known, name)
    answer(form, partial(encode_json, topic), partial(render_topic, topic, known), output=output)


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
    first: options.First = None,
    last: options.Last = None,
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
