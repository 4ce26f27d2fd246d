"""Commands on the ledger of runs: ``status``, ``expect``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import answer, refuse_overwriting, write_answer
from tracker.errors import DecisionInvalid, TrackerError
from tracker.references import join_words
from tracker.report.records import encode_json, encode_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.ledger import Expected, RunKind

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
    typer.Option(help="Only runs of this kind, listed."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker status || mail -s 'look at the archive' ana@example.org"
        " | tracker status --runs --kind snapshot | tracker status 12 --format csv"
        " | tracker status --year 2026 --format markdown -o 2026.md"
    )(status)
    app.command(
        epilog="Examples: tracker expect GBR/UNGA/80 --due 2026-10-01 --by Ana | tracker expect"
        " | tracker expect GBR/HRC/52 --none --by Ana --note 'not in the list of speakers'"
    )(expect)


def status(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The number of one run.")] = None,
    runs: Annotated[bool, typer.Option("--runs", help="List the runs that wrote to the archive.")] = False,
    kind: Kind = None,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, help="With --runs: how many of the latest.")
    ] = 30,
    year: Annotated[
        int | None,
        typer.Option("--year", min=1945, max=9998, help="Report this year by body, in UTC."),
    ] = None,
    streak: Annotated[
        int, typer.Option(min=1, help="Report a source after this many failures in a row.")
    ] = 2,
    form: Annotated[
        Literal["text", "markdown", "csv", "json"],
        typer.Option("--format", help="The output format; csv of runs and years, markdown of years."),
    ] = "text",
    output: options.Output = None,
) -> None:
    """Show the state of the sources and all concerns, the runs, or a year.

    Without RUN, --runs and --year the exit code is 1 if there is a concern. One run is shown with what it
    found at each source, and the evidence. A year has by body the statements expected, captured, late and
    gone, the missed nights, and the decisions by person.
    """
    asked = {"RUN": run is not None, "--runs": runs or kind is not None, "--year": year is not None}
    named = [name for name, is_asked in asked.items() if is_asked]
    if named[1:]:
        raise TrackerError(f"{named[0]} and {named[1]} are two questions; ask one")
    unfit = {"markdown"} if named[:1] != ["--year"] else set()
    if form in (unfit if named else {"markdown", "csv"}):
        raise TrackerError(f"{named[0] if named else 'status'} has no {form} format")
    if output and year is None:
        raise TrackerError(
            "-o goes with --year; runs and concerns quote what was typed, and stay on the terminal"
        )
    archive = everywhere.archive()
    refuse_overwriting(output, (), archive)
    if year is not None:
        _show_year(archive, year, form, output)
    elif named:
        _show_runs(archive, run, kind, limit, form)
    else:
        from tracker.report.answers.ledger import health_json, render_health
        from tracker.watch.health import assess_health

        found = assess_health(archive, options.now(), streak)
        answer(form, partial(health_json, found), partial(render_health, found))
        if found.concerns:
            raise typer.Exit(options.FINDINGS)


def _show_runs(archive: Path, run: int | None, kind: RunKind | None, limit: int, form: str) -> None:
    from tracker.report.answers import ledger as report
    from tracker.watch.health import list_runs, show_run

    if run is not None:
        entry, checks = show_run(archive, run)
        as_csv = partial(report.checks_csv, checks)
        as_json, as_text = partial(report.run_json, entry, checks), partial(report.render_run, entry, checks)
    else:
        entries = list_runs(archive, kind, limit)
        as_csv = partial(report.runs_csv, entries)
        as_json, as_text = partial(report.runs_json, entries), partial(report.render_runs, entries)
    answer(form, as_json, as_text, as_csv=as_csv)


def _show_year(archive: Path, year: int, form: str, output: Path | None) -> None:
    from tracker.report.answers.ledger import csv_year, markdown_year, render_year
    from tracker.watch.annual import report_year

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
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw the note on it.")] = False,
    none: Annotated[
        bool, typer.Option("--none", help="Note that the country made no statement there.")
    ] = False,
    form: options.ListFormat = "text",
) -> None:
    """Note that a statement is expected, or was never made; or list the notes.

    Without REF the notes are listed.
    """
    from tracker.report.answers.ledger import render_expectations
    from tracker.watch.annual import list_expectations, note_expectation

    if none and (withdraw or due):
        raise DecisionInvalid(f"--none takes no {'--withdraw' if withdraw else '--due'}")
    if not words:
        if none:
            raise DecisionInvalid("--none takes a statement: tracker expect REF --none --by NAME")
        entries = list_expectations(everywhere.archive())
        answer(
            form,
            partial(encode_rows, "expectations", entries),
            partial(render_expectations, entries),
        )
        return
    if by is None:
        raise DecisionInvalid("missing option --by NAME")
    state: Expected = "withdrawn" if withdraw else "no statement" if none else "expected"
    noted = note_expectation(options.begun(), join_words(words), state, by, options.now(), due=due, note=note)
    write_answer(f"{noted.reference} {noted.state}" + (f" by {noted.due}" if noted.due else ""))
