"""``tracker batch``: many statements read and compared ahead, by several processes or machines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.cli import completion, options
from tracker.cli import output as shown
from tracker.errors import Interrupted, NotInArchive, TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY_SECONDS = 30
_SHORT_MINUTES = 2


def register(app: typer.Typer) -> None:
    """Add the command of this module to the application."""
    app.command(
        epilog="Examples: tracker batch UNGA | tracker batch UNGA --session 79"
        " | tracker batch UNGA --sessions 70-79 --countries SIDS --topics-only"
        " | tracker batch UNGA --scheduler tcp://127.0.0.1:8786"
    )(batch)


def batch(
    body: options.BodyName,
    sessions: Annotated[
        str | None,
        typer.Option(
            "--sessions",
            "--session",
            metavar="RANGE",
            help="Sessions: 79, 70-79 or 70,75; else all.",
            autocompletion=completion.complete_session,
        ),
    ] = None,
    countries: options.Countries = None,
    topics_only: Annotated[
        bool,
        typer.Option("--topics-only", help="Only topics: all that a panel needs, and much less work."),
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="How many processes of this machine; one a core if not given."),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="The scheduler of a Dask cluster, whose workers get the texts instead."
        ),
    ] = None,
    worker_timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=1,
            help="How long a cluster of which all workers have left may stay without one.",
        ),
    ] = 300,
    vocabulary: options.VocabularyFile = None,
    sure: options.Sure = 0.9,
    archive: options.Archive = options.DEFAULT_ARCHIVE,
) -> None:
    """Read and compare many statements ahead.

    Each statement is read and compared with the country's one before, as diff does. What comes of it is kept
    in derived.db, where diff, panel, timeline and compare-countries find it. Interrupted or killed, the same
    command goes on where it was. Ends in 2 where a statement failed; the others are kept.
    """
    from tracker.follow.batch import Batch
    from tracker.follow.panel import BodyStatements
    from tracker.follow.workers import count_cores, open_cluster, open_processes
    from tracker.references import find_body
    from tracker.report.layout import counted

    if scheduler and workers:
        raise TrackerError("--workers are processes of this machine, and --scheduler has its own; give one")
    known, opened = options.load_vocabulary(vocabulary, archive), options.opened(archive)
    place = find_body(body)
    held = BodyStatements(opened, place)
    wanted = held.list_wanted(held.choose(sessions), countries, sessions)
    if not wanted:
        raise NotInArchive(f"the archive has no statement at {place.id}; see: tracker list")
    opening = (
        open_cluster(scheduler, worker_timeout, shown.write_notice)
        if scheduler
        else open_processes(workers or count_cores())
    )
    done = Batch(opened, held, known, sure)
    try:
        with opening as running:
            with shown.shown_progress("reading", line_writer("reading")) as progress:
                done.read_topics(wanted, running, progress)
            with shown.shown_progress("comparing", line_writer("comparing")) as progress:
                done.compare(wanted, running, progress, topics_only=topics_only)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; {counted(done.read.done, 'statement')} read and {done.compared.done:,} compared"
            " are kept; give the same command again, which goes on"
        ) from None
    for name, why in done.failed:
        shown.write_notice(f"{name}: {why}")
    for state, count in sorted(done.left_out.items()):
        shown.write_notice(f"{count:,} not compared: {state}")
    shown.write_answer(
        f"read {counted(done.read.done, 'statement')}, {done.read.kept:,} of them before;"
        f" compared {done.compared.done:,}, {done.compared.kept:,} of them before"
    )
    if done.failed:
        raise TrackerError(f"{len(done.failed):,} failed and are named above; all else is kept")


def line_writer(what: str) -> Callable[[int, int], None]:
    """Return what writes a line now and then, with the time left at the pace since the line before."""
    before, begun = 0, time.monotonic()

    def write(done: int, total: int) -> None:
        nonlocal before, begun
        now = time.monotonic()
        if done > before and now - begun >= _EVERY_SECONDS:
            left = (now - begun) / (done - before) * (total - done) / 60
            told = f"about {left:,.0f} minutes" if left >= _SHORT_MINUTES else "less than two minutes"
            shown.write_notice(f"{what}: {done:,} of {total:,}, {told} left")
            before, begun = done, now

    return write
