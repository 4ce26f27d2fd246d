"""Commands for the nightly run: ``snapshot``, with its notifications, and ``schedule``."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from tracker.cli import options
from tracker.cli.output import shown_progress, write_answer, write_notice
from tracker.errors import ArchiveLocked, TrackerError
from tracker.references import gather_references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.model.ledger import Check
    from tracker.workflows.watch.notify import Recipients
    from tracker.workflows.watch.snapshot import Night

GOOD_OUTCOMES = ("new", "changed", "unchanged", "moved")
NEVER = "never"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker snapshot | tracker snapshot GBR/UNGA --dry-run"
        " | tracker snapshot --quiet --summary night.json --fail-on gone,quarantined"
    )(snapshot)
    app.command(epilog="Examples: tracker schedule cron --at 02:30 | tracker schedule systemd")(schedule)


def snapshot(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF...]", help="References or ids of sources; all sources if not given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the summary to this file, as JSON.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOMES",
            help="Outcomes that set the exit code to 1, separated by commas, or 'never';"
            " by default all but new, changed, unchanged and moved.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch and check, but write nothing.")] = False,
    clock_is_right: Annotated[
        bool,
        typer.Option("--clock-is-right", help="Run though the last run was later: its clock was wrong."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only failures.")] = False,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            envvar="TRACKER_NOTIFY",
            help="Where apprise reports what is new or failed (pip install 'tracker[notify]').",
        ),
    ] = None,
    heartbeat: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="TRACKER_HEARTBEAT",
            help="Requested when the exit code is 0; URL/fail is requested otherwise.",
        ),
    ] = None,
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Check the watched sources and keep what is new.

    Only one run at a time writes to the archive; the exit code is 75 while another one does.
    """
    from tracker.capture.admit.admission import admit
    from tracker.report.json_text import encode_json
    from tracker.workflows.watch.notify import Recipients, check_recipients
    from tracker.workflows.watch.snapshot import snapshot as take_snapshots

    failing = read_outcomes(fail_on)
    named = gather_references(wanted or [])
    recipients = Recipients(tuple(notify or ()), heartbeat)
    check_recipients(recipients)
    try:
        with _shown_checks(failing, quiet=quiet) as progress:
            night = take_snapshots(
                archive, named, admit, dry_run=dry_run, clock_is_right=clock_is_right, progress=progress
            )
    except ArchiveLocked:
        # The run that holds the archive reports.
        raise
    except TrackerError as error:
        if summary:
            write_answer(encode_json({"exit_code": error.exit_code, "error": str(error)}), summary)
        _notify(recipients, "tracker snapshot failed", str(error), is_well=False)
        raise
    failed = [check for check in night.checks if check.outcome in failing]
    _show(night, failed, as_json=as_json, quiet=quiet, summary=summary)
    _notify_night(recipients, night, failed)
    if failed or night.unmirrored:
        raise typer.Exit(options.FINDINGS)


def read_outcomes(text: str | None) -> frozenset[str]:
    """Return the outcomes that count as findings. Raises ``TrackerError`` for an unknown one."""
    from tracker.model.ledger import CheckOutcome

    known = get_args(CheckOutcome)
    if text is None:
        return frozenset(known) - set(GOOD_OUTCOMES)
    if text == NEVER:
        return frozenset()
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise TrackerError(f"--fail-on {word}: expected one of {', '.join(known)}, or {NEVER} alone")
    return frozenset(words)


@contextmanager
def _shown_checks(failing: frozenset[str], *, quiet: bool) -> Iterator[Callable[[Check, int, int], None]]:
    """Yield a function that shows each check: as a progress bar on a terminal, otherwise as a log line."""
    from tracker.report.archive.runs import check_line

    def log(check: Check, _done: int, _total: int) -> None:
        if check.outcome in failing or not quiet:
            sys.stderr.write(check_line(check) + "\n")
            sys.stderr.flush()

    if quiet or not sys.stderr.isatty():
        yield log
        return
    with shown_progress("checking") as advance:
        yield lambda _check, done, total: advance(done, total)


def _show(night: Night, failed: list[Check], *, as_json: bool, quiet: bool, summary: Path | None) -> None:
    from tracker.report.archive.runs import check_line, counts_line, run_json

    code = options.FINDINGS if failed or night.unmirrored else 0
    trouble = {"unmirrored": night.unmirrored} if night.unmirrored else {}
    wanted = bool(summary or as_json)
    encoded = run_json(night.run, night.checks, evidence=False, exit_code=code, **trouble) if wanted else ""
    for line in trouble.values():
        write_notice(line)
    if summary:
        write_answer(encoded, summary)
    if as_json:
        write_answer(encoded)
    elif not quiet:
        is_logged = not sys.stderr.isatty()
        lines = (
            [] if is_logged else [check_line(each) for each in night.checks if each.outcome != "unchanged"]
        )
        write_answer("\n".join([*lines, counts_line(night.checks)]))


def _notify_night(recipients: Recipients, night: Night, failed: list[Check]) -> None:
    from tracker.report.archive.runs import check_line, counts_line

    news = [check for check in night.checks if check.outcome != "unchanged"]
    text = "\n".join(check_line(check) for check in news)
    title = f"tracker: {counts_line(night.checks)}" if news or night.unmirrored else ""
    lines = [line for line in (text, night.unmirrored) if line]
    _notify(recipients, title, "\n".join(lines), is_well=not (failed or night.unmirrored))


def _notify(recipients: Recipients, title: str, text: str, *, is_well: bool) -> None:
    from tracker.workflows.watch.notify import send_heartbeat, send_message

    warnings = send_message(recipients, title, text) if title else ()
    for warning in (*warnings, *send_heartbeat(recipients, is_well=is_well)):
        write_notice(warning)


def schedule(
    scheduler: Annotated[
        Literal["cron", "systemd", "github"], typer.Argument(metavar="WHERE", help="cron, systemd or github.")
    ],
    at: Annotated[
        str, typer.Option(metavar="TIME", help="The local time of the machine; on GitHub UTC.")
    ] = "02:30",
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Print a schedule for nightly snapshots.

    Prints a crontab line, systemd units, or a GitHub workflow. Set the addresses for --notify and
    --heartbeat in the environment: TRACKER_NOTIFY, TRACKER_HEARTBEAT.
    """
    from tracker.workflows.watch.schedule import Nightly, read_time, write_schedule

    nightly = Nightly(_program(), archive, *read_time(at))
    write_answer(write_schedule(scheduler, nightly, Path.cwd()))


def _program() -> tuple[str, ...]:
    """Return the command line that starts this program from any folder."""
    beside = shutil.which("tracker", path=str(Path(sys.executable).parent))
    return (beside,) if beside else (sys.executable, "-m", "tracker")
