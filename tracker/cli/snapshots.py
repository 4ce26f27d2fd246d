"""``tracker snapshot``: the nightly run, how it is shown, and who is told of it."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from tracker.cli.options import DEFAULT_ARCHIVE, Archive
from tracker.cli.output import shown_progress, tell, write_answer
from tracker.errors import ArchiveLocked, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracker.model.ledger import Check
    from tracker.workflows.watch.notify import Audience
    from tracker.workflows.watch.snapshot import Night

DONE, FOUND_FAULTS = 0, 1
WELL = ("new", "changed", "unchanged", "moved")
NEVER = "never"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker snapshot | tracker snapshot GBR/UNGA --dry-run"
        " | tracker snapshot --quiet --summary night.json --fail-on gone,quarantined"
    )(snapshot)


def snapshot(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(metavar="[REF...]", help="References, or ids of sources; all sources by default."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the summary to this file, as JSON.")
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOMES",
            help="Outcomes that make the exit code 1, with commas between, or 'never';"
            " by default all but new, changed, unchanged and moved.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch and judge, but write nothing.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what failed.")] = False,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            envvar="TRACKER_NOTIFY",
            help="Where apprise sends word of what is new or failed (pip install 'tracker[notify]').",
        ),
    ] = None,
    heartbeat: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="TRACKER_HEARTBEAT",
            help="Asked for when the exit code is 0, and /fail below it otherwise.",
        ),
    ] = None,
    archive: Archive = DEFAULT_ARCHIVE,
) -> None:
    """Find, fetch and judge what the watch list names, and keep what is new.

    One run at a time: while another holds the archive, the exit code is 75.
    """
    from tracker.workflows.watch.notify import Audience, check_audience

    failing = read_outcomes(fail_on)
    audience = Audience(tuple(notify or ()), heartbeat)
    check_audience(audience)
    try:
        night = _take(archive, wanted or [], failing, dry_run=dry_run, quiet=quiet)
    except ArchiveLocked:
        # The run that holds the archive will tell.
        raise
    except TrackerError as error:
        _write_trouble(summary, error)
        _tell(audience, "tracker snapshot failed", str(error), is_well=False)
        raise
    failed = [check for check in night.checks if check.outcome in failing]
    _show(night, failed, as_json=as_json, quiet=quiet, summary=summary)
    _tell_night(audience, night, failed)
    if failed or night.unmirrored:
        raise typer.Exit(FOUND_FAULTS)


def read_outcomes(text: str | None) -> frozenset[str]:
    """Return the outcomes that count as findings. Raises ``TrackerError`` for a word that is none."""
    from tracker.model.ledger import CheckOutcome

    known = get_args(CheckOutcome)
    if text is None:
        return frozenset(known) - set(WELL)
    if text == NEVER:
        return frozenset()
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise TrackerError(f"--fail-on {word}: there are {', '.join(known)}, or {NEVER} alone")
    return frozenset(words)


def _take(archive: Path, wanted: list[str], failing: frozenset[str], *, dry_run: bool, quiet: bool) -> Night:
    from tracker.capture.admit.admission import admit
    from tracker.workflows.watch.snapshot import snapshot as take

    with _told_checks(failing, quiet=quiet) as progress:
        return take(archive, wanted, admit, dry_run=dry_run, progress=progress)


@contextmanager
def _told_checks(failing: frozenset[str], *, quiet: bool) -> Iterator[Callable[[Check, int, int], None]]:
    """Yield what is told of each check: a bar on a terminal, a line of a log otherwise."""
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

    code = FOUND_FAULTS if failed or night.unmirrored else DONE
    trouble = {"unmirrored": night.unmirrored} if night.unmirrored else {}
    wanted = bool(summary or as_json)
    encoded = run_json(night.run, night.checks, evidence=False, exit_code=code, **trouble) if wanted else ""
    for line in trouble.values():
        tell(line)
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


def _write_trouble(summary: Path | None, error: TrackerError) -> None:
    from tracker.report.json_text import encode_json

    if summary:
        write_answer(encode_json({"exit_code": error.exit_code, "error": str(error)}), summary)


def _tell_night(audience: Audience, night: Night, failed: list[Check]) -> None:
    from tracker.report.archive.runs import check_line, counts_line

    news = [check for check in night.checks if check.outcome != "unchanged"]
    text = "\n".join(check_line(check) for check in news)
    title = f"tracker: {counts_line(night.checks)}" if news or night.unmirrored else ""
    lines = [line for line in (text, night.unmirrored) if line]
    _tell(audience, title, "\n".join(lines), is_well=not (failed or night.unmirrored))


def _tell(audience: Audience, title: str, text: str, *, is_well: bool) -> None:
    from tracker.workflows.watch.notify import send_heartbeat, send_message

    warnings = send_message(audience, title, text) if title else ()
    for warning in (*warnings, *send_heartbeat(audience, is_well=is_well)):
        tell(warning)
