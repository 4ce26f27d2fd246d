"""Commands under ``export``: what leaves the archive, for other archives and for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracker.cli import completion, options
from tracker.cli.output import write_answer
from tracker.references import gather_references
from tracker.report.json_text import encode_json

Private = Annotated[
    bool,
    typer.Option("--private", help="Include restricted and embargoed material, never what is withdrawn."),
]
References = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[REF]...",
        help="Series, statements, editions or snapshots; everything if not given.",
        autocompletion=completion.complete_reference,
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    exports = options.add_group(app, "export", "Export the archive for other archives and programs.")
    exports.command("warc", epilog="Example: tracker export warc statements.warc.gz XAA/UNGA XAA/HRC/52")(
        export_warc
    )
    exports.command("bag", epilog="Example: tracker export bag /mnt/disk/statements-2026")(export_bag)


def export_warc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; compressed if it ends in .gz.")],
    references: References = None,
    private: Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export documents with capture evidence as a WARC.

    Only open material. The same record gives the same bytes.
    """
    from tracker.report.archive.mirror import exported_line
    from tracker.workflows.export.warc import export_warc as write_warc

    made = write_warc(archive, file, gather_references(references or []), private=private)
    write_answer(encode_json(made) if form == "json" else exported_line(made))


def export_bag(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    private: Private = False,
    form: options.ListFormat = "text",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Export documents and metadata as a BagIt folder.

    It also holds the texts and can be read without this program. Only open material.
    """
    from tracker.report.archive.mirror import exported_line
    from tracker.workflows.export.bag import export_bag as write_bag

    made = write_bag(archive, folder, options.now()[:10], private=private)
    write_answer(encode_json(made) if form == "json" else exported_line(made))
