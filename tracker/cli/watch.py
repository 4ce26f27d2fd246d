"""Commands for the nightly run: ``snapshot``, with its heartbeat, and ``schedule``."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from tracker.cli import completion, everywhere, options
from tracker.cli.output import shown_progress, terminal_width, wants_colour, write_answer, write_notice
from tracker.errors import ArchiveLocked, TrackerError
from tracker.references import gather_references

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from tracker.model.health import News
    from tracker.model.ledger import Check
    from tracker.model.watching import Admission, Arrival, History
    from tracker.watch.snapshot import Night

NEVER = "never"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the application."""
    app.command(
        epilog="Examples: tracker snapshot | tracker snapshot GBR/UNGA --dry-run"
        " | tracker snapshot --quiet --summary night.json --fail-on gone,quarantined"
    )(snapshot)
    app.command(epilog="Examples: tracker schedule cron --at 05:15 | tracker schedule systemd")(schedule)


def snapshot(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REF...]",
            help="References or ids of sources; all sources if not given.",
            autocompletion=completion.complete_source,
        ),
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
            " by default all but new, changed, unchanged and moved. A failure counts on its first night,"
            " or where REF is given.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Fetch and check, but write nothing.")] = False,
    clock_is_right: Annotated[
        bool,
        typer.Option("--clock-is-right", help="Run though the last run, or the servers, say otherwise."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only findings and warnings.")] = False,
    heartbeat: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="TRACKER_HEARTBEAT",
            help="Requested when the exit code is 0 or 1; URL/fail is requested otherwise.",
        ),
    ] = None,
    heartbeat_on_findings: Annotated[
        bool,
        typer.Option("--heartbeat-on-findings", help="Request URL/fail of --heartbeat with exit code 1 too."),
    ] = False,
) -> None:
    """Check the watched sources and keep what is new.

    Name pages with tracker sources add; tracker schedule prints what checks them each night. Only one run at
    a time writes to the archive; the exit code is 75 while another one does.
    """
    from tracker.capture.watch_list import WATCH_FILE
    from tracker.report.records import encode_json
    from tracker.watch.heartbeat import check_heartbeat
    from tracker.watch.news import gather_news
    from tracker.watch.snapshot import snapshot as take_snapshots

    archive = everywhere.archive()
    if not dry_run and (archive / WATCH_FILE).exists():
        archive = options.begun()
    failing = read_outcomes(fail_on)
    named = gather_references(wanted or [])
    check_heartbeat(heartbeat)
    try:
        with _shown_checks(quiet=quiet) as progress:
            night = take_snapshots(
                archive, named, _judge, dry_run=dry_run, clock_is_right=clock_is_right, progress=progress
            )
        news = gather_news(archive, night.run.id, night.checks)
    except ArchiveLocked:  # the run that holds it reports
        raise
    except Exception as error:
        is_expected = isinstance(error, TrackerError)
        code = error.exit_code if isinstance(error, TrackerError) else options.CRASHED
        text = str(error) if is_expected else f"{type(error).__name__}: {error}"
        if summary:
            write_answer(encode_json({"exit_code": code, "error": text}), summary)
        _send(heartbeat, is_well=False)
        raise
    failed = find_failed(night.checks, failing, None if named else news)
    code = options.FINDINGS if failed or night.unmirrored else 0
    _show(_Summary(night, news, failed, code), as_json=as_json, quiet=quiet, summary=summary)
    _send(heartbeat, is_well=not (code and heartbeat_on_findings))
    if code:
        raise typer.Exit(code)


def _judge(arrival: Arrival, history: History) -> Admission:
    from tracker.capture.admit.admission import admit

    return admit(arrival, history)


def read_outcomes(text: str | None) -> frozenset[str]:
    """Return the outcomes that count as findings. Raises ``TrackerError`` for an unknown one."""
    from tracker.model.ledger import GOOD_OUTCOMES, CheckOutcome

    known = get_args(CheckOutcome)
    if text is None:
        return frozenset(known) - GOOD_OUTCOMES
    if text == NEVER:
        return frozenset()
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in known:
            raise TrackerError(f"--fail-on {word}: expected one of {', '.join(known)}, or {NEVER} alone")
    return frozenset(words)


def find_failed(
    checks: Sequence[Check], failing: Collection[str], news: Sequence[News] | None = None
) -> tuple[Check, ...]:
    """Return the checks that are findings; with ``news``, failures that were reported before are none."""
    from tracker.model.ledger import GOOD_OUTCOMES

    failed = [check for check in checks if check.outcome in failing]
    if news is None:
        return tuple(failed)
    printed = {each.check.source for each in news}
    return tuple(each for each in failed if each.outcome in GOOD_OUTCOMES or each.source in printed)


@contextmanager
def _shown_checks(*, quiet: bool) -> Iterator[Callable[[Check, int, int], None]]:
    """Yield a function that shows each check: as a progress bar on a terminal, otherwise as a log line."""
    from tracker.report.answers.ledger import check_line

    def log(check: Check, _done: int, _total: int) -> None:
        if not quiet:
            sys.stderr.write(check_line(check) + "\n")
            sys.stderr.flush()

    if quiet or not sys.stderr.isatty():
        yield log
        return
    with shown_progress("checking") as advance:
        yield lambda _check, done, total: advance(done, total)


@dataclass(frozen=True, slots=True)
class _Summary:
    """A night, its news, the checks that are findings, and the exit code."""

    night: Night
    news: tuple[News, ...]
    failed: tuple[Check, ...]
    code: int


def _show(printed: _Summary, *, as_json: bool, quiet: bool, summary: Path | None) -> None:
    from tracker.report.answers.ledger import check_line, describe_clock, night_line

    night = printed.night
    encoded = _encode(printed) if summary or as_json else ""
    if night.unmirrored:
        write_notice(night.unmirrored)
    if night.run.clock and night.run.clock.is_contradicted:
        write_notice(f"{describe_clock(night.run.clock)}; what this night kept is dated by it")
    if summary:
        write_answer(encoded, summary)
    if as_json:
        write_answer(encoded)
    elif not quiet:
        write_answer(night_line(night.checks, printed.news, night.resting, night.run.clock))
        if printed.news:
            from tracker.report.answers.news import render_news

            write_answer(render_news(printed.news, width=terminal_width(), color=wants_colour()))
    if quiet:  # mailed by cron, and read in journals: nothing of what is closed is quoted
        named = {check.source for check in printed.failed}
        also = [e for e in printed.news if e.severity != "note" and e.check.source not in named]
        sys.stderr.write("".join(check_line(check) + "\n" for check in printed.failed))
        if also:
            from tracker.report.answers.news import write_message

            sys.stderr.write(write_message(also))


def _encode(printed: _Summary) -> str:
    from tracker.report.answers.ledger import run_json
    from tracker.report.answers.news import news_fields

    night = printed.night
    trouble = {"unmirrored": night.unmirrored} if night.unmirrored else {}
    news = [*map(news_fields, printed.news)]
    more = {"exit_code": printed.code, "resting": night.resting, "news": news, **trouble}
    return run_json(night.run, night.checks, evidence=False, **more)


def _send(heartbeat: str | None, *, is_well: bool) -> None:
    from tracker.watch.heartbeat import send_heartbeat

    if heartbeat and (warning := send_heartbeat(heartbeat, is_well=is_well)):
        write_notice(warning)


def schedule(
    scheduler: Annotated[
        Literal["cron", "systemd", "github"], typer.Argument(metavar="WHERE", help="cron, systemd or github.")
    ],
    at: Annotated[
        str, typer.Option(metavar="TIME", help="The local time of the machine; on GitHub UTC.")
    ] = "04:30",
) -> None:
    """Print a schedule for nightly snapshots.

    Prints a crontab line, systemd units, or a GitHub workflow. Set the address for --heartbeat in the
    environment: TRACKER_HEARTBEAT.
    """
    from tracker.watch.schedule import (
        SAFE_HOUR,
        Nightly,
        name_closed,
        read_time,
        write_schedule,
    )

    archive = everywhere.archive()
    nightly = Nightly(_program(), archive, *read_time(at))
    write_answer(write_schedule(scheduler, nightly, Path.cwd()))
    if scheduler != "github" and nightly.hour < SAFE_HOUR:
        write_notice(f"{at} is among the hours that a machine may skip when clocks go forward; 04:30 is not")
    if scheduler == "github" and (closed := name_closed(archive)):
        write_notice(f"the workflow will push nothing while these are not open: {', '.join(closed)}")


def _program() -> tuple[str, ...]:
    """Return the command line that starts this program from any folder."""
    beside = shutil.which("tracker", path=str(Path(sys.executable).parent))
    return (beside,) if beside else (sys.executable, "-m", "tracker")
