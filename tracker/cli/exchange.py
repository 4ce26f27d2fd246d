"""Commands that exchange with other programs: imports of git and WARC, exports, Datasette's description."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import line_writer, refuse_overwriting, shown_progress, write_answer, write_notice
from tracker.references import gather_references
from tracker.report.records import encode_json, write_json

if TYPE_CHECKING:
    from tracker.model.preserving import Exported

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
    exports = options.add_group(app, "export", "Export the archive for other archives and programs.")
    exports.command("warc", epilog="Example: tracker export warc statements.warc.gz XAA/UNGA XAA/HRC/52")(
        export_warc
    )
    exports.command(
        "corpus",
        epilog="Examples: tracker export corpus unga.csv UNGA | tracker export corpus all.parquet"
        " | tracker export corpus french.jsonl XAA/UNGA/79~fr",
    )(export_corpus)
    exports.command(
        "sentences",
        epilog="Examples: tracker export sentences sentences.parquet"
        " | tracker export sentences xaa.csv XAA/UNGA XAA/HRC",
    )(export_sentences)
    exports.command(
        "tables",
        epilog="Examples: tracker export tables tables | tracker export tables unga UNGA --all-editions",
    )(export_tables)
    exports.command(
        "replication",
        epilog="Example: tracker diff GBR/UNGA 78 79 --format json -o gbr.json;"
        " tracker export replication paper.zip gbr.json",
    )(export_replication)
    exports.command("bag", epilog="Example: tracker export bag /mnt/disk/statements-2026")(export_bag)


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
) -> None:
    """Record every revision of files in a git repository.

    A revision is observed at the time of its commit. Renames are followed and removals noted. A second run
    records only what is new.
    """
    from tracker.exchange.attribution import GIT_SOURCES, read_rule
    from tracker.exchange.git_import import import_git as read_in
    from tracker.exchange.git_import import is_faulty
    from tracker.report.answers.imports import render_revisions

    archive = everywhere.archive()
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
) -> None:
    """Record the documents of a WARC.

    A document is observed at the time of its capture. Nothing is recorded from a damaged file. A second run
    records only what is new.
    """
    from tracker.capture.watch_list import WATCH_FILE, read_watch_list
    from tracker.errors import ReferenceInvalid
    from tracker.exchange.attribution import WARC_SOURCES, read_rule
    from tracker.exchange.warc_import import WarcSaid, is_faulty
    from tracker.exchange.warc_import import import_warc as read_in
    from tracker.report.answers.imports import render_captures

    archive = everywhere.archive()
    if watched and (as_ or session_from or regex):
        raise ReferenceInvalid(
            "--watched says whose all captures are; leave out --as, --session-from and --regex"
        )
    rule = read_rule(as_, session_from, regex, WARC_SOURCES)
    listed = read_watch_list(archive / WATCH_FILE) if watched else None
    said = WarcSaid(url or (), rule, listed, is_judged=not unjudged)
    with shown_progress("importing") as progress:
        imported = read_in(file, said, archive, options.now(), dry_run=dry_run, progress=progress)
    write_answer(encode_json(imported) if form == "json" else render_captures(imported, every=dry_run))
    if is_faulty(imported):
        raise typer.Exit(options.FINDINGS)


def datasette_metadata(
    database: Annotated[
        str, typer.Option(metavar="NAME", help="The name of the served file, without its ending.")
    ] = "tracker",
    output: options.Output = None,
) -> None:
    """Describe the record for Datasette, as JSON.

    Describes tables, columns, units and example queries. A warning on standard error says whether the record
    holds material that is closed to the public: publish a record rebuilt from the public mirror instead.
    """
    from tracker.keep.datasette import describe_record
    from tracker.report.layout import counted

    archive = everywhere.archive()
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


TableFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A new file that ends in .csv, .jsonl or .parquet.")
]
AllEditions = Annotated[
    bool,
    typer.Option(
        "--all-editions", help="Every language and kind of text of a statement, not only the preferred one."
    ),
]
References = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[REF]...",
        help="Series, statements, editions or snapshots; a body (UNGA) or its session (UNGA/79) for all"
        " countries; everything if not given.",
        autocompletion=completion.complete_reference,
    ),
]


def export_warc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; compressed if it ends in .gz.")],
    references: References = None,
    form: options.ListFormat = "text",
) -> None:
    """Export documents with capture evidence as a WARC.

    Only open material, with --private all. The same record gives the same bytes.
    """
    from tracker.exchange.warc_export import export_warc as write_warc

    archive = everywhere.archive()
    made = write_warc(archive, file, gather_references(references or []), private=everywhere.is_private())
    _answer(made, form)


def export_corpus(
    file: TableFile,
    references: References = None,
    all_editions: AllEditions = False,
    form: options.ListFormat = "text",
) -> None:
    """Export the texts as a table for readtext, quanteda and pandas.

    One row for each statement: the current text of its preferred edition, or of the language and kind that
    REF names. Columns: doc_id, text, country, body, session, year, kind, language, speaker. Only open
    material. The same record gives the same bytes.
    """
    from tracker.exchange.corpus import export_corpus as write_corpus

    opened, wanted = options.opened(), gather_references(references or [])
    with shown_progress("exporting", line_writer("exporting")) as progress:
        made = write_corpus(
            opened, file, wanted, every=all_editions, private=everywhere.is_private(), progress=progress
        )
    _answer(made, form)


def export_sentences(
    file: TableFile,
    references: References = None,
    all_editions: AllEditions = False,
    vocabulary: options.VocabularyFile = None,
    form: options.ListFormat = "text",
) -> None:
    """Export the sentences as a table, each with its topics.

    One row for each sentence, heading and item of the texts that export corpus takes. Topics, the words that
    name them and their levels have semicolons between. What tracker batch has read is not read again. Only
    open material. The same record gives the same bytes.
    """
    from tracker.exchange.corpus import export_sentences as write_sentences

    known, opened = options.load_vocabulary(vocabulary, keeps=True), options.opened()
    wanted = gather_references(references or [])
    with shown_progress("exporting", line_writer("exporting")) as progress:
        made = write_sentences(
            opened,
            file,
            wanted,
            known,
            every=all_editions,
            private=everywhere.is_private(),
            progress=progress,
        )
    _answer(made, form)


def export_tables(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    references: References = None,
    all_editions: AllEditions = False,
    vocabulary: options.VocabularyFile = None,
    sure: options.Sure = 0.9,
    form: options.ListFormat = "text",
) -> None:
    """Export all tables as Parquet, for DuckDB, pandas and R.

    Statements, sentences and topics of the texts that export corpus takes; topic changes, changes and shifts
    of neighbouring statements that tracker batch, or a diff, has compared. With a README, a data dictionary
    and a Frictionless data package. Only open material.
    """
    from tracker.exchange.tables import export_tables as write_tables
    from tracker.report.layout import counted

    known, opened = options.load_vocabulary(vocabulary, keeps=True), options.opened()
    wanted = gather_references(references or [])
    with shown_progress("exporting", line_writer("exporting")) as progress:
        made, missing = write_tables(
            opened,
            folder,
            wanted,
            known,
            sure=sure,
            every=all_editions,
            private=everywhere.is_private(),
            progress=progress,
        )
    _answer(made, form)
    if missing:
        commands = "; ".join(f"tracker batch {shlex.quote(body)}" for body in sorted(missing))
        write_notice(
            f"{counted(missing.total(), 'pair')} of neighbours not compared yet: topic changes, changes and"
            f" shifts lack them; to compare them: {commands}; then export again"
        )


def export_bag(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    form: options.ListFormat = "text",
) -> None:
    """Export documents and metadata as a BagIt folder.

    It also holds the texts and can be read without this program. Only open material.
    """
    from tracker.exchange.bag import export_bag as write_bag

    archive = everywhere.archive()
    made = write_bag(archive, folder, options.now()[:10], private=everywhere.is_private())
    _answer(made, form)


def export_replication(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new zip file.")],
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT...", help="Comparisons as diff --format json wrote them.")
    ],
    vocabulary: options.VocabularyFile = None,
    form: options.ListFormat = "text",
) -> None:
    """Export comparisons with all that they rest on as a zip.

    With documents, texts, vocabulary, methods, citations, releases and digests; tracker reproduce reads it.
    Only open material; of the rest, digests. The same input gives the same bytes.
    """
    from tracker.exchange.replication import export_replication as write_zip

    session = options.opened(trusts_derived=False)
    made = write_zip(file, reports, session, vocabulary, private=everywhere.is_private())
    _answer(made, form)


def _answer(made: Exported, form: str) -> None:
    from tracker.report.answers.copies import exported_line

    write_answer(encode_json(made) if form == "json" else exported_line(made))
