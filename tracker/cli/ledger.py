"""Commands about the ledger: ``runs``, ``health``, ``report``, ``expect``, ``silence``, ``schedule``."""

from __future__ import annotations

import shutil
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive, Colour, ListFormat, Output
from tracker.cli.output import refuse_overwriting, terminal_width, wants_colour, write_answer

if TYPE_CHECKING:
    from tracker.model.ledger import Expected

FOUND_CONCERNS = 1
_TABULAR = Annotated[Literal["text", "json", "csv"], typer.Option("--format", help="The form of the answer.")]
_ANNUAL = Annotated[
    Literal["text", "markdown", "csv", "json"], typer.Option("--format", help="The form of the answer.")
]
_BY = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]
_NOTE = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="How it is known.")]
_KIND = Annotated[
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
        "timestamp",
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
    app.command(epilog="Examples: tracker schedule cron --at 02:30 | tracker schedule systemd")(schedule)


def runs(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The number of one run.")] = None,
    kind: _KIND = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, the latest.")] = 30,
    form: _TABULAR = "text",
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """List the runs that wrote to the archive, or show what one found at each source, with the evidence."""
    from tracker.report.archive import runs as shown
    from tracker.workflows.watch.health import list_runs, show_run

    if run is not None:
        entry, checks = show_run(archive, run)
        forms = {
            "json": partial(shown.run_json, entry, checks),
            "csv": partial(shown.checks_csv, checks),
            "text": partial(
                shown.render_run, entry, checks, width=terminal_width(), color=wants_colour(color)
            ),
        }
    else:
        entries = list_runs(archive, kind, limit)
        forms = {
            "json": partial(shown.runs_json, entries),
            "csv": partial(shown.runs_csv, entries),
            "text": partial(shown.render_runs, entries, width=terminal_width(), color=wants_colour(color)),
        }
    write_answer(forms[form]())


def health(
    streak: Annotated[
        int, typer.Option(min=1, help="After so many failures in a row a source is a concern.")
    ] = 2,
    form: ListFormat = "text",
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Show where every source stands and what a person should look at; exit code 1 if there is anything."""
    from tracker.report.archive.health import health_json, render_health
    from tracker.workflows.watch.health import assess_health

    found = assess_health(archive, _now(), streak)
    write_answer(
        health_json(found)
        if form == "json"
        else render_health(found, width=terminal_width(), color=wants_colour(color))
    )
    if found.concerns:
        raise typer.Exit(FOUND_CONCERNS)


def report(
    year: Annotated[int, typer.Option("--year", min=1945, max=9998, help="The year, by UTC.")],
    form: _ANNUAL = "text",
    output: Output = None,
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Report a year by body: expected, captured, late and gone; the nights missed; who decided on what."""
    from tracker.report.archive.annual import csv_year, json_year, markdown_year, render_year
    from tracker.workflows.watch.annual import report_year

    if output:
        refuse_overwriting(output, (), archive)
    found = report_year(archive, year, _now()[:10])
    forms = {"markdown": markdown_year, "csv": csv_year, "json": json_year}
    write_answer(
        forms[form](found)
        if form in forms
        else render_year(found, width=terminal_width(), color=wants_colour(color, output)),
        output,
    )


def expect(
    reference: Annotated[
        str | None, typer.Argument(metavar="[REF]", help="The statement, such as GBR/UNGA/80.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who says so.")] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="DATE", help="The day by which it is expected.")
    ] = None,
    note: _NOTE = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Take back what was noted of it, here or by silence.")
    ] = False,
    form: ListFormat = "text",
    color: Colour = "auto",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Note that a statement is expected and not yet published; without REF list what is noted."""
    from tracker.errors import DecisionInvalid
    from tracker.report.archive.health import expectations_json, render_expectations
    from tracker.workflows.watch.annual import list_expectations, note_expectation

    if reference is None:
        entries = list_expectations(archive)
        write_answer(
            expectations_json(entries)
            if form == "json"
            else render_expectations(entries, width=terminal_width(), color=wants_colour(color))
        )
        return
    if by is None:
        raise DecisionInvalid(f"who says that of {reference}? add --by NAME")
    state: Expected = "withdrawn" if withdraw else "expected"
    noted = note_expectation(archive, reference, state, by, _now(), due=due, note=note)
    write_answer(f"{noted.reference} {noted.state}" + (f" by {noted.due}" if noted.due else ""))


def silence(
    reference: Annotated[str, typer.Argument(metavar="REF", help="The statement, such as GBR/HRC/52.")],
    by: _BY,
    note: _NOTE = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Note that a country made no statement at a session, and who says so."""
    from tracker.workflows.watch.annual import note_expectation

    noted = note_expectation(archive, reference, "no statement", by, _now(), note=note)
    write_answer(f"{noted.reference} {noted.state}")


def schedule(
    scheduler: Annotated[
        Literal["cron", "systemd", "github"],
        typer.Argument(metavar="WHERE", help="cron, systemd or github."),
    ],
    at: Annotated[
        str, typer.Option(metavar="TIME", help="When, of the machine's clock; on GitHub UTC.")
    ] = "02:30",
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Print what makes a machine take snapshots every night: a crontab line, units, or a workflow.

    Addresses for --notify and --heartbeat belong into the environment: TRACKER_NOTIFY, TRACKER_HEARTBEAT.
    """
    from tracker.workflows.watch.schedule import Nightly, read_time, write_schedule

    nightly = Nightly(_program(), archive, *read_time(at))
    write_answer(write_schedule(scheduler, nightly, Path.cwd()))


def _program() -> tuple[str, ...]:
    """Return the words that start this program from anywhere."""
    beside = shutil.which("tracker", path=str(Path(sys.executable).parent))
    return (beside,) if beside else (sys.executable, "-m", "tracker")


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
