"""``tracker datasette-metadata``: what a browser of databases is told about the record."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Output
from tracker.cli.output import refuse_overwriting, tell, write_answer


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(
        epilog="Example: tracker datasette-metadata -o metadata.json;"
        " datasette -i snapshots/tracker.db -m metadata.json (from 1.0 on: -c metadata.json too)"
    )(datasette_metadata)


def datasette_metadata(
    database: Annotated[
        str, typer.Option(metavar="NAME", help="The name of the file that is served, without its ending.")
    ] = "tracker",
    output: Output = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Describe tables, columns, units and questions for Datasette, as JSON (which is YAML too).

    Says on standard error whether the record holds what is closed to the public: do not publish it then,
    but one that was rebuilt from the public mirror.
    """
    from tracker.report.comparison.words import counted
    from tracker.report.json_text import encode_json
    from tracker.workflows.keep.datasette import describe_record

    if output:
        refuse_overwriting(output, (), archive)
    metadata, closed = describe_record(archive, database)
    write_answer(encode_json(metadata), output)
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
        tell(
            f"{archive} holds {held}: serve it to yourself alone; what is open to all is in its"
            " public mirror (tracker mirror push, tracker rebuild)"
        )
