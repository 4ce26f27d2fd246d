"""Commands that hand material on and take others' in: ``export-warc``, ``import-warc``, ``export-bag``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, ListFormat, complete_reference
from tracker.cli.output import shown_progress, write_answer

FOUND_FAULTS = 1
_PRIVATE = Annotated[
    bool,
    typer.Option(
        "--private", help="Take restricted and embargoed material along; what was withdrawn never leaves."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command("export-warc", epilog="Example: tracker export-warc statements.warc.gz XAA/UNGA XAA/HRC/52")(
        export_warc
    )
    app.command(
        "import-warc",
        epilog="Examples: tracker import-warc crawl.warc.gz --url 'https://a.org/79*' --as XAA/UNGA/79 |"
        " tracker import-warc crawl.warc.gz --as XAA/UNGA --session-from url --dry-run",
    )(import_warc)
    app.command("export-bag", epilog="Example: tracker export-bag /mnt/disk/statements-2026")(export_bag)


def export_warc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; packed where it ends in .gz.")],
    references: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]...",
            help="Series, statements, editions or snapshots; everything if not given.",
            autocompletion=complete_reference,
        ),
    ] = None,
    private: _PRIVATE = False,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Write kept documents with the evidence of their capture into a WARC.

    Open material only. The same record gives the same bytes.
    """
    from tracker.report.archive.mirror import exported_json, exported_line
    from tracker.workflows.export.warc import export_warc as write_warc

    made = write_warc(archive, file, references or (), private=private)
    write_answer(exported_json(made) if form == "json" else exported_line(made))


def import_warc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A WARC, packed or not.")],
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
            help="The series, or one statement; if not given, the file's own metadata names it, as an export"
            " of tracker does.",
        ),
    ] = None,
    session_from: Annotated[
        Literal["url", "date", "regex"] | None,
        typer.Option(
            help="What names a capture's session: its address, its date, or --regex. A date stands for the"
            " session that opened in its year."
        ),
    ] = None,
    regex: Annotated[
        str | None,
        typer.Option(
            help="Searched in the address; groups: country, body, session, item, date, year, kind, language."
        ),
    ] = None,
    unjudged: Annotated[
        bool,
        typer.Option("--unjudged", help="Record what looks like a login or an error, too."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what would be recorded, and write nothing.")
    ] = False,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Record the documents of a WARC, each observed when it was captured.

    Of a damaged file nothing is recorded. Run again, it records what is new.
    """
    from tracker.report.archive.imports import captures_json, render_captures
    from tracker.workflows.importing.warc import import_warc as bring_in
    from tracker.workflows.importing.warc import is_faulty
    from tracker.workflows.importing.warc_plan import read_capture_rule

    rule = read_capture_rule(as_, session_from, regex)
    with shown_progress("importing") as progress:
        brought = bring_in(
            file,
            url or (),
            rule,
            archive,
            _now(),
            judged=not unjudged,
            dry_run=dry_run,
            progress=progress,
        )
    write_answer(captures_json(brought) if form == "json" else render_captures(brought, every=dry_run))
    if is_faulty(brought):
        raise typer.Exit(FOUND_FAULTS)


def export_bag(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    private: _PRIVATE = False,
    form: ListFormat = "text",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Write documents, texts and metadata into a BagIt folder that can be read without this program.

    Open material only.
    """
    from tracker.report.archive.mirror import exported_json, exported_line
    from tracker.workflows.export.bag import export_bag as write_bag

    made = write_bag(archive, folder, _now()[:10], private=private)
    write_answer(exported_json(made) if form == "json" else exported_line(made))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
