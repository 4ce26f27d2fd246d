"""Commands that read other programs' formats: imports of git and WARC; and Datasette's description."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from tracker.cli import completion, options
from tracker.cli.output import refuse_overwriting, shown_progress, write_answer, write_notice
from tracker.report.records import encode_json, write_json

GitSession = Annotated[
    Literal["path", "subject", "date", "trailer", "regex"] | None,
    typer.Option(
        help="What names the session: the path, the commit's subject, the author's date, a trailer"
        " (Session:, Statement:), or --regex. A date means the session that opened in its year."
    ),
]
GitRegex = Annotated[
    str | None,
    typer.Option(
        help="Matched in path and message; groups: country, body, session, item, date, year, kind, language."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        "import-git",
        epilog="Examples: tracker import-git ~/texts --path uk/31.md --as GBR/CCPCJ/31 |"
        " tracker import-git ~/texts --path uk.md --as GBR/CCPCJ --session-from subject --dry-run",
    )(import_git)
    app.command(
        "import-warc",
        epilog="Examples: tracker import-warc crawl.warc.gz --url 'https://a.org/79*' --as XAA/UNGA/79 |"
        " tracker import-warc crawl.warc.gz --as XAA/UNGA --session-from url --dry-run |"
        " tracker import-warc crawl.warc.gz --watched --dry-run",
    )(import_warc)
    app.command(
        epilog="Example: tracker datasette-metadata -o metadata.json;"
        " datasette -i snapshots/tracker.db -m metadata.json (from 1.0 on: -c metadata.json too)"
    )(datasette_metadata)


def import_git(
    repository: Annotated[Path, typer.Argument(metavar="REPO", help="A git repository, bare or not.")],
    path: Annotated[
        list[str], typer.Option(help="A file, a folder or a pattern such as 'uk/*.md', from the top of REPO.")
    ],
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="SERIES",
            help="The series or one statement; taken from paths if not given.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    session_from: GitSession = None,
    regex: GitRegex = None,
    branch: Annotated[
        str | None, typer.Option(help="A branch, tag or commit; the current branch if not given.")
    ] = None,
    dry_run: options.ImportDryRun = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Record every revision of files in a git repository.

    A revision is observed at the time of its commit. Renames are followed and removals noted. A second run
    records only what is new.
    """
    from tracker.exchange.attribution import GIT_SOURCES, read_rule
    from tracker.exchange.git_import import import_git as read_in
    from tracker.exchange.git_import import is_faulty
    from tracker.report.archive.imports import render_revisions

    rule = read_rule(as_, session_from, regex, GIT_SOURCES)
    with shown_progress("importing") as progress:
        imported = read_in(
            repository, path, rule, archive, options.now(), branch=branch, dry_run=dry_run, progress=progress
        )
    write_answer(encode_json(imported) if form == "json" else render_revisions(imported, every=dry_run))
    if is_faulty(imported):
        raise typer.Exit(options.FINDINGS)


def import_warc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A WARC, compressed or not.")],
    url: Annotated[
        list[str] | None,
        typer.Option(
            help="Only captures of this address, or of a pattern such as 'https://example.org/79/*'."
        ),
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="SERIES",
            help="The series or one statement; if not given, taken from the metadata that tracker exports.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    session_from: Annotated[
        Literal["url", "date", "regex"] | None,
        typer.Option(
            help="What names the session: the address, the date, or --regex. A date means the session that"
            " opened in its year."
        ),
    ] = None,
    regex: Annotated[
        str | None,
        typer.Option(
            help="Matched in the address; groups: country, body, session, item, date, year, kind, language."
        ),
    ] = None,
    watched: Annotated[
        bool,
        typer.Option(
            "--watched", help="Sort by the addresses and rules of the watch list, instead of by --as."
        ),
    ] = False,
    unjudged: Annotated[
        bool, typer.Option("--unjudged", help="Also record what looks like a login or error page.")
    ] = False,
    dry_run: options.ImportDryRun = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Record the documents of a WARC.

    A document is observed at the time of its capture. Nothing is recorded from a damaged file. A second run
    records only what is new.
    """
    from tracker.capture.watch_list import WATCH_FILE, read_watch_list
    from tracker.errors import ReferenceInvalid
    from tracker.exchange.attribution import WARC_SOURCES, read_rule
    from tracker.exchange.warc_import import import_warc as read_in
    from tracker.exchange.warc_import import is_faulty
    from tracker.report.archive.imports import render_captures

    if watched and (as_ or session_from or regex):
        raise ReferenceInvalid(
            "--watched says whose all captures are; leave out --as, --session-from and --regex"
        )
    rule = read_rule(as_, session_from, regex, WARC_SOURCES)
    with shown_progress("importing") as progress:
        imported = read_in(
            file,
            url or (),
            rule,
            archive,
            options.now(),
            watched=read_watch_list(archive / WATCH_FILE) if watched else None,
            judged=not unjudged,
            dry_run=dry_run,
            progress=progress,
        )
    write_answer(encode_json(imported) if form == "json" else render_captures(imported, every=dry_run))
    if is_faulty(imported):
        raise typer.Exit(options.FINDINGS)


def datasette_metadata(
    database: Annotated[
        str, typer.Option(metavar="NAME", help="The name of the served file, without its ending.")
    ] = "tracker",
    output: options.Output = None,
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Describe the record for Datasette, as JSON.

    Describes tables, columns, units and example queries. A warning on standard error says whether the record
    holds material that is closed to the public: publish a record rebuilt from the public mirror instead.
    """
    from tracker.keep.datasette import describe_record
    from tracker.report.layout import counted

    refuse_overwriting(output, (), archive)
    metadata, closed = describe_record(archive, database)
    write_answer(write_json(metadata), output)
    if closed:
        held = ", ".join(
            counted(number, noun)
            for number, noun in (
                (closed.snapshots, "closed snapshot"),
                (closed.documents, "closed document"),
                (closed.sources, "closed source"),
            )
            if number
        )
        write_notice(
            f"{archive} holds {held}: do not publish it; its public mirror holds only open material"
            " (tracker mirror push, tracker rebuild)"
        )
