"""Commands for who writes a paper: ``cite`` and ``reproduce``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from tracker.cli import completion, options
from tracker.cli.output import answer, refuse_overwriting, write_answer


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker cite GBR/UNGA/79 --words 'net zero' | tracker cite '#3f2a9c' |"
        " tracker cite GBR/UNGA 78 --format bibtex -o speeches.bib"
    )(cite)
    app.command(epilog="Examples: tracker reproduce comparison.json | tracker reproduce paper.zip")(reproduce)


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
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Cite statements, or the passages of a change, with address, capture and digest."""
    from tracker.exchange.cite import cite as find
    from tracker.report.archive import citing

    refuse_overwriting(output, (), archive)
    found = find(words, options.opened(archive), said=said, paragraph=paragraph, pair=pair)
    forms = {
        "text": citing.render_citations,
        "bibtex": citing.render_bibtex,
        "csl": citing.citations_csl,
        "ris": citing.render_ris,
    }
    write_answer(forms[form](found), output)


def reproduce(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A comparison as diff --format json wrote it, or a replication zip.",
        ),
    ],
    vocabulary: options.VocabularyFile = None,
    form: options.ListFormat = "text",
    color: options.Colour = "auto",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Compute a comparison, or a replication zip, again and name what differs.

    Of a zip the other files are checked too, against what was computed and the digests in their names. Ends
    with 0 where all comes out the same, with 1 where something differs.
    """
    from tracker.exchange.reproducing import reproduce as compute
    from tracker.report.comparison.provenance import render_reproduced, reproduced_json

    # What was kept would be read again, not computed.
    found = compute(file, options.opened(archive, trusts_derived=False), vocabulary)
    answer(form, partial(reproduced_json, found), partial(render_reproduced, found), color=color)
    raise typer.Exit(0 if found.is_same else options.FINDINGS)
