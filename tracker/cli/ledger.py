"""Commands on the ledger of runs: ``runs``, ``health``, ``report``, ``expect``, ``silence``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import answer, refuse_overwriting, write_answer
from tracker.errors import DecisionInvalid
from tracker.references import join_words
from tracker.report.records import encode_json, encode_rows

if TYPE_CHECKING:
    from tracker.model.ledger import Expected

Note = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="The source of the information.")]
Kind = Annotated[
    Literal[
        "add",
        "import",
        "judge",
        "snapshot",
        "review",
        "expect",
        "reextract",
        "withdraw",
        "repair",
        "groups",
    ]
    | None,
    typer.Option(help="Only runs of this kind."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(epilog="Examples: tracker runs | tracker runs 12 | tracker runs 12 --format csv")(runs)
    app.command(epilog="Example: tracker health || mail -s 'look at the archive' ana@example.org")(health)
    app.command(epilog="Example: tracker report --year 2026 --format markdown -o 2026.md")(report)
    app.command(epilog="Examples: tracker expect GBR/UNGA/80 --due 2026-10-01 --by Ana | tracker expect")(
        expect
    )
    app.command(epilog="Example: tracker silence GBR/HRC/52 --by Ana --note 'not in the list of speakers'")(
        silence
    )


def runs(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The number of one run.")] = None,
    kind: Kind = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, help="The number of latest runs to list.")
    ] = 30,
    form: options.TableFormat = "text",
) -> None:
    """List the runs that wrote to the archive, or show one.

    One run is shown with what it found at each source, and the evidence.
    """
    from tracker.report.answers import ledger as report
    from tracker.watch.health import list_runs, show_run

    archive = everywhere.archive()
    if run is not None:
        entry, checks = show_run(archive, run)
        as_csv = partial(report.checks_csv, checks)
        as_json, as_text = partial(report.run_json, entry, checks), partial(report.render_run, entry, checks)
    else:
        entries = list_runs(archive, kind, limit)
        as_csv = partial(report.runs_csv, entries)
        as_json, as_text = partial(report.runs_json, entries), partial(report.render_runs, entries)
    answer(form, as_json, as_text, as_csv=as_csv)


def health(
    streak: Annotated[
        int, typer.Option(min=1, help="Report a source after this many failures in a row.")
    ] = 2,
    form: options.ListFormat = "text",
) -> None:
    """Show the state of the sources and all concerns.

    The exit code is 1 if there is a concern.
    """
    from tracker.report.answers.ledger import health_json, render_health
    from tracker.watch.health import assess_health

    archive = everywhere.archive()
    found = assess_health(archive, options.now(), streak)
    answer(form, partial(health_json, found), partial(render_health, found))
    if found.concerns:
        raise typer.Exit(options.FINDINGS)


def report(
    year: Annotated[int, typer.Option("--year", min=1945, max=9998, help="The year, in UTC.")],
    form: Annotated[
        Literal["text", "markdown", "csv", "json"], typer.Option("--format", help="The output format.")
    ] = "text",
    output: options.Output = None,
) -> None:
    """Report one year by body.

    Counts the statements expected, captured, late and gone, the missed nights, and the decisions by person.
    """
    from tracker.report.answers.ledger import csv_year, markdown_year, render_year
    from tracker.watch.annual import report_year

    archive = everywhere.archive()
    refuse_overwriting(output, (), archive)
    found = report_year(archive, year, options.now()[:10])
    if form in {"markdown", "csv"}:
        write_answer(markdown_year(found) if form == "markdown" else csv_year(found), output)
    else:
        answer(form, partial(encode_json, found), partial(render_year, found), output=output)


def expect(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF]",
            help="The statement, such as GBR/UNGA/80.",
            autocompletion=completion.complete_reference,
        ),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who reports it.")] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="DATE", help="The day by which it is expected.")
    ] = None,
    note: Note = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw the note on it, by expect or silence.")
    ] = False,
    form: options.ListFormat = "text",
) -> None:
    """Note that a statement is expected, or list the notes.

    Without REF the notes are listed.
    """
    from tracker.report.answers.ledger import render_expectations
    from tracker.watch.annual import list_expectations, note_expectation

    archive = everywhere.archive()
    if not words:
        entries = list_expectations(archive)
        answer(
            form,
            partial(encode_rows, "expectations", entries),
            partial(render_expectations, entries),
        )
        return
    if by is None:
        raise DecisionInvalid("missing option --by NAME")
    state: Expected = "withdrawn" if withdraw else "expected"
    noted = note_expectation(archive, join_words(words), state, by, options.now(), due=due, note=note)
    write_answer(f"{noted.reference} {noted.state}" + (f" by {noted.due}" if noted.due else ""))


def silence(
    reference: options.ReferenceWords,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who reports it.")],
    note: Note = None,
) -> None:
    """Note that a country made no statement at a session."""
    from tracker.watch.annual import note_expectation

    archive = everywhere.archive()
    noted = note_expectation(archive, join_words(reference), "no statement", by, options.now(), note=note)
    write_answer(f"{noted.reference} {noted.state}")
