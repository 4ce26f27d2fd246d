"""``tracker snapshot``: every source of the watch list is fetched, judged and written to the record."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive.ledger.ledger import open_ledger
from tracker.archive.schema.connection import archive_file
from tracker.archive.storing.store import open_store
from tracker.capture.watch.watch_list import WATCH_FILE, read_watch_list
from tracker.capture.web.fetch import open_client
from tracker.capture.web.pacing import system_clock
from tracker.errors import RepositoryUnusable
from tracker.model.ledger import RunEntry
from tracker.workflows.watch.checking import Checking, read_instant
from tracker.workflows.watch.questions import choose_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tracker.capture.web.pacing import Clock
    from tracker.model.ledger import Check
    from tracker.workflows.watch.checking import Progress
    from tracker.workflows.watch.examine import Judge


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
    clock: Clock | None = None,
    progress: Progress = lambda _check, _done, _total: None,
) -> Night:
    """Check the sources that are valid today, or those that feed what is wanted, and keep anything new.

    Each check is written with its snapshot in one transaction as it arrives, so that an interrupted run
    is simply run again. A ``dry_run`` fetches and judges the same and writes nothing. A mirror that
    cannot be updated is reported in the result, since everything is recorded by then. Raises
    ``ArchiveLocked`` at once where another run holds the archive, ``ArchiveUnusable`` where there is none,
    ``WatchListInvalid``, and ``NotInArchive`` for what nothing feeds.
    """
    clock = clock or system_clock()
    started = read_instant(clock)
    archive_file(archive)
    watched = read_watch_list(archive / WATCH_FILE)
    run = RunEntry(0, "snapshot", None, started, None, None, __version__, watched.sha256)
    night = None
    try:
        with ExitStack() as stack:
            store = (
                None
                if dry_run
                else stack.enter_context(open_store(archive, "snapshot", partial(read_instant, clock)))
            )
            ledger = store.ledger if store else stack.enter_context(open_ledger(archive))
            sources = choose_sources(watched, wanted, started[:10], ledger)
            number = store.begin(started, watched) if store else 0
            client = stack.enter_context(open_client(watched.settings, release=__version__, clock=clock))
            checking = Checking(archive, watched, wanted, ledger, store, client, judge, progress)
            checks = checking.check_all(sources)
            if store:
                store.end()
            night = Night(ledger.run(number) or run, checks, checking.resting)
    except RepositoryUnusable as error:
        if night is None:
            raise
        return replace(night, unmirrored=str(error))
    return night
