"""``tracker snapshot``: every source of the watch list is fetched, judged and written to the record."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive.ledger.ledger import open_ledger
from tracker.archive.schema.connection import archive_file
from tracker.archive.storing.store import open_store
from tracker.capture.watch.watch_list import WATCH_FILE, read_watch_list
from tracker.capture.web.fetch import open_client
from tracker.capture.web.pacing import steady, system_clock
from tracker.errors import ClockWrong, RepositoryUnusable
from tracker.model.ledger import RunEntry
from tracker.watch.checking import Checking, read_instant
from tracker.watch.clock import ClockCheck
from tracker.watch.requests import choose_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.capture.web.pacing import Clock
    from tracker.model.ledger import Check
    from tracker.watch.checking import Progress
    from tracker.watch.examine import Judge


# Clocks of machines that have slept, or were moved, are set back by minutes.
_SET_BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Night:
    """The result of one run of ``tracker snapshot``; a dry run has the number 0."""

    run: RunEntry
    checks: tuple[Check, ...]
    resting: int = 0
    """Sources that were not asked, since they are gone or have long been unchanged."""
    unmirrored: str = ""
    """Why the mirror could not be updated; empty where it was, or there is none."""


def snapshot(
    archive: Path,
    wanted: Sequence[str],
    judge: Judge,
    *,
    dry_run: bool = False,
    clock_is_right: bool = False,
    clock: Clock | None = None,
    progress: Progress = lambda _check, _done, _total: None,
) -> Night:
    """Check the sources that are valid today, or those that feed what is wanted, and keep anything new.

    Each check is written with its snapshot in one transaction as it arrives, so that an interrupted run
    is simply run again. A ``dry_run`` fetches and judges the same and writes nothing. A mirror that
    cannot be updated is reported in the result, since everything is recorded by then. Raises ``ClockWrong``
    where the last run was at a later time, or servers say that it is another day, unless ``clock_is_right``:
    that run's clock was wrong then, or theirs are;
    ``ArchiveLocked`` at once where another run holds the archive, ``ArchiveUnusable`` where there is none,
    ``WatchListInvalid``, and ``NotInArchive`` for what nothing feeds.
    """
    run_clock = clock or system_clock()
    started = read_instant(run_clock)
    archive_file(archive)
    watched = read_watch_list(archive / WATCH_FILE)
    run = RunEntry(0, "snapshot", None, started, None, None, __version__, watched.sha256)
    night = None
    try:
        with ExitStack() as stack:
            store = (
                None
                if dry_run
                # Rebound below: the run must not end before it began.
                else stack.enter_context(open_store(archive, "snapshot", lambda: read_instant(run_clock)))
            )
            ledger = store.ledger if store else stack.enter_context(open_ledger(archive))
            if store and not clock_is_right:
                run_clock = _keep_order(run_clock, ledger.last_instant("snapshot"))
                started = read_instant(run_clock)
            sources = choose_sources(watched, wanted, started[:10], ledger)
            client = stack.enter_context(open_client(watched.settings, release=__version__, clock=run_clock))
            clock_check = ClockCheck(run_clock, started, is_trusted=clock_is_right or dry_run)
            checking = Checking(archive, watched, wanted, ledger, store, client, judge, clock_check, progress)
            checks = checking.check_all(sources)
            if store:
                store.end()
            run = ledger.run(checking.run) or replace(run, clock=clock_check.read())
            night = Night(run, checks, checking.resting)
    except RepositoryUnusable as error:
        if night is None:
            raise
        return replace(night, unmirrored=str(error))
    return night


def _keep_order(clock: Clock, last: str | None) -> Clock:
    """Return a clock by which nothing is observed before the last run's end. Raises ``ClockWrong``.

    A wrong date in the record is worse than a missed night: what was observed when is evidence, and a missed
    night is told. Where the clock was set back by less than an hour, or the last run ended in this second,
    instants go on from that end until the clock has caught up.
    """
    now = clock.now()
    since = datetime.fromisoformat(last) if last else now
    if since - now > _SET_BACK:
        raise ClockWrong(
            f"the clock of this machine says {read_instant(clock)}, before the end of the last run, {last}:"
            " set the clock; if it is right and was wrong then: tracker snapshot --clock-is-right"
        )
    return steady(clock, since + timedelta(seconds=1) if last else since)
