"""Commands under ``export``: what leaves the archive, for other archives and for other programs."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import completion, options
from tracker.cli.batch import line_writer
from tracker.cli.output import shown_progress, write_answer, write_notice
from tracker.references import gather_references
from tracker.report.records import encode_json

if TYPE_CHECKING:
    from tracker.model.preserving import Exported

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


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
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


def export_warc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; compressed if it ends in .gz.")],
    references: References = None,
    private: options.Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export documents with capture evidence as a WARC.

    Only open material. The same record gives the same bytes.
    """
    from tracker.exchange.warc_export import export_warc as write_warc

    made = write_warc(archive, file, gather_references(references or []), private=private)
    _answer(made, form)


def export_corpus(
    file: TableFile,
    references: References = None,
    all_editions: AllEditions = False,
    private: options.Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export the texts as a table for readtext, quanteda and pandas.

    One row for each statement: the current text of its preferred edition, or of the language and kind that
    REF names. Columns: doc_id, text, country, body, session, year, kind, language, speaker. Only open
    material. The same record gives the same bytes.
    """
    from tracker.exchange.corpus import export_corpus as write_corpus

    opened, wanted = options.opened(archive), gather_references(references or [])
    with shown_progress("exporting", line_writer("exporting")) as progress:
        made = write_corpus(opened, file, wanted, every=all_editions, private=private, progress=progress)
    _answer(made, form)


def export_sentences(
    file: TableFile,
    references: References = None,
    all_editions: AllEditions = False,
    vocabulary: options.VocabularyFile = None,
    private: options.Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export the sentences as a table, each with its topics.

    One row for each sentence, heading and item of the texts that export corpus takes. Topics, the words that
    name them and their levels have semicolons between. What tracker batch has read is not read again. Only
    open material. The same record gives the same bytes.
    """
    from tracker.exchange.corpus import export_sentences as write_sentences

    known, opened = options.load_vocabulary(vocabulary, archive), options.opened(archive)
    wanted = gather_references(references or [])
    with shown_progress("exporting", line_writer("exporting")) as progress:
        made = write_sentences(
            opened, file, wanted, known, every=all_editions, private=private, progress=progress
        )
    _answer(made, form)


def export_tables(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    references: References = None,
    all_editions: AllEditions = False,
    vocabulary: options.VocabularyFile = None,
    sure: options.Sure = 0.9,
    private: options.Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export all tables as Parquet, for DuckDB, pandas and R.

    Statements, sentences and topics of the texts that export corpus takes; topic changes, changes and shifts
    of neighbouring statements that tracker batch, or a diff, has compared. With a README, a data dictionary
    and a Frictionless data package. Only open material.
    """
    from tracker.exchange.tables import export_tables as write_tables
    from tracker.report.layout import counted

    known, opened = options.load_vocabulary(vocabulary, archive), options.opened(archive)
    wanted = gather_references(references or [])
    with shown_progress("exporting", line_writer("exporting")) as progress:
        made, missing = write_tables(
            opened, folder, wanted, known, sure=sure, every=all_editions, private=private, progress=progress
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
    private: options.Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export documents and metadata as a BagIt folder.

    It also holds the texts and can be read without this program. Only open material.
    """
    from tracker.exchange.bag import export_bag as write_bag

    made = write_bag(archive, folder, options.now()[:10], private=private)
    _answer(made, form)


def export_replication(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new zip file.")],
    reports: Annotated[
        list[Path], typer.Argument(metavar="REPORT...", help="Comparisons as diff --format json wrote them.")
    ],
    vocabulary: options.VocabularyFile = None,
    private: options.Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export comparisons with all that they rest on as a zip.

    With documents, texts, vocabulary, methods, citations, releases and digests; tracker reproduce reads it.
    Only open material; of the rest, digests. The same input gives the same bytes.
    """
    from tracker.exchange.replication import export_replication as write_zip

    session = options.opened(archive, trusts_derived=False)
    made = write_zip(file, reports, session, vocabulary, private=private)
    _answer(made, form)


def _answer(made: Exported, form: str) -> None:
    from tracker.report.archive.copies import exported_line

    write_answer(encode_json(made) if form == "json" else exported_line(made))
