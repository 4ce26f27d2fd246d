"""``tracker snapshot``: every source of the watch list is fetched, judged and written to the record."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.archive import open_store
from tracker.capture.watch_list import WATCH_FILE, read_watch_list
from tracker.capture.web.fetch import fetch_all, open_client
from tracker.capture.web.pacing import system_clock
from tracker.errors import ClockWrong, RepositoryUnusable
from tracker.model.ledger import RunEntry
from tracker.model.watching import CHALLENGE, FetchFailed
from tracker.record.reading.ledger import open_ledger
from tracker.watch.clock import ClockCheck, keep_order, read_instant
from tracker.watch.examine import (
    OTHER_SOURCE,
    Examined,
    examine,
    examine_failure,
)
from tracker.watch.requests import choose_sources, is_among, known_sources, plan_requests, retirement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tracker.capture.web.fetch import Client
    from tracker.capture.web.pacing import Clock
    from tracker.model.ledger import Check
    from tracker.model.watching import Discovery, Fetched, Source, WatchList
    from tracker.record.reading.ledger import Ledger
    from tracker.record.storing.store import Store
    from tracker.watch.examine import Judge, LastChecks

    Progress = Callable[[Check, int, int], None]
    """Is told each check when it is safe on disk, how many are, and how many there will be."""


_MOST, _SECONDS = 250, 1.0
"""The most checks without anything to keep, and the most seconds of them, that share a transaction.

On loopback 1,000 of them take half a second; each alone, they would wait 1,000 times for the disk.
"""


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
    watched = read_watch_list(archive / WATCH_FILE)
    run = RunEntry(
        id=0,
        kind="snapshot",
        command=None,
        started=started,
        ended=None,
        status=None,
        release=__version__,
        watch_list=watched.sha256,
    )
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
                run_clock = keep_order(run_clock, ledger.last_instant("snapshot"))
                started = read_instant(run_clock)
            sources = choose_sources(watched, wanted, started[:10], ledger)
            client = stack.enter_context(open_client(watched.settings, release=__version__, clock=run_clock))
            clock_check = ClockCheck(run_clock, started, sources, is_trusted=clock_is_right or dry_run)
            checking = _Checking(
                archive=archive,
                watched=watched,
                wanted=wanted,
                ledger=ledger,
                store=store,
                client=client,
                judge=judge,
                clock=clock_check,
                progress=progress,
            )
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


class _Journal:
    """Writes checks and then reports them; without a store it only reports."""

    def __init__(
        self, store: Store | None, report: Callable[[Check], None], monotonic: Callable[[], float]
    ) -> None:
        self.checks: list[Check] = []
        """All checks written to disk, in order."""
        self._store = store
        self._report = report
        self._monotonic = monotonic
        self._pending: list[Check] = []
        self._flushed = monotonic()

    def write(self, examined: Examined) -> None:
        """Keep a check: at once with a snapshot or a quarantined document, otherwise in a later batch."""
        if examined.arrival or examined.quarantined or examined.listed:
            self.flush()
            self._acknowledge([self._keep(examined)])
            return
        self._pending.append(examined.check)
        if len(self._pending) >= _MOST or self._monotonic() - self._flushed >= _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is pending, in one transaction."""
        pending, self._pending = self._pending, []
        self._flushed = self._monotonic()
        if self._store and pending:
            self._store.note(*pending)
        self._acknowledge(pending)

    def _acknowledge(self, checks: list[Check]) -> None:
        for check in checks:
            self.checks.append(check)
            self._report(check)

    def _keep(self, examined: Examined) -> Check:
        if self._store is None:
            return examined.check
        fetched = examined.quarantined or examined.listed
        if fetched is None:
            return self._record(self._store, examined)
        media_type = (fetched.media_type or "application/octet-stream").partition(";")[0].strip()
        self._store.keep(examined.check, fetched.data or b"", media_type)
        return examined.check

    def _record(self, store: Store, examined: Examined) -> Check:
        from tracker.exchange.add import declare_arrival, record_arrival  # noqa: PLC0415 (as in watch.examine)

        arrival, check = examined.arrival, examined.check
        if arrival is None or arrival.source.reference is None:
            raise ValueError(f"{check.source} has nothing to record")
        with store.batch():
            declared = declare_arrival(arrival, arrival.source.reference)
            recorded = record_arrival(store, arrival, declared, check.observed)
            is_change = recorded.outcome == "changed" and check.cause not in {OTHER_SOURCE, CHALLENGE}
            check = replace(
                check,
                outcome=recorded.outcome,
                snapshot=recorded.at_snapshot,
                announced=(check.announced or "silent") if is_change else None,
            )
            store.note(check)
            store.challenge(examined.challenged)
        return check


@dataclass(slots=True)
class _Checking:
    """One run: what it was given, and what it still has to check; without a store nothing is written."""

    archive: Path
    watched: WatchList
    wanted: Sequence[str]
    ledger: Ledger
    store: Store | None
    client: Client
    judge: Judge
    clock: ClockCheck
    progress: Progress
    resting: int = 0
    """Sources that were not asked, since they are gone or have long been unchanged."""
    run: int = 0
    """The number of the run, which begins once its clock is settled; 0 before, and without a store."""
    _transaction: ExitStack = field(default_factory=ExitStack)
    _queue: dict[str, Source] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _missing: list[tuple[Source, FetchFailed, LastChecks]] = field(default_factory=list)
    _is_clock_noted: bool = False
    _journal: _Journal = field(init=False)

    def __post_init__(self) -> None:
        self._journal = _Journal(self.store, self._report, self.client.clock.monotonic)

    def check_all(self, sources: Sequence[Source]) -> tuple[Check, ...]:
        """Check sources, all links that indexes among them have had, and those that they have today.

        Raises ``ClockWrong`` where the servers' clocks are another day; then nothing is kept, or what was
        kept before they said so is marked.
        """
        try:
            with self._transaction:
                return self._check_all(sources)
        except ClockWrong as error:
            raise self._mark(error) from None

    def _mark(self, error: ClockWrong) -> ClockWrong:
        """Keep what hosts say beside what was kept before they said it; return the error that tells so."""
        if not (self.store and self.run and self.ledger.run(self.run)):
            return error
        self.store.note_clock(self.clock.read(), self._now())
        return ClockWrong(f"{error}; what run {self.run} kept before is marked: clock not confirmed")

    def _check_all(self, sources: Sequence[Source]) -> tuple[Check, ...]:
        self._add(sources)
        for source in sources:
            if source.is_index:
                self._add(known_sources(source, self.watched, self.ledger, self.wanted))
        while self._queue:
            batch, self._queue = self._queue, {}
            self._check(batch)
        # What is missing at one address may have been met at another in this very night.
        self._journal.flush()
        for source, failed, before in self._missing:
            self._journal.write(self._examine(source, failed, before))
        self._begin()
        self._journal.flush()
        if self.store and not self._is_clock_noted:
            self.store.note_clock(self.clock.read(), self._now())
        return tuple(self._journal.checks)

    def _report(self, check: Check) -> None:
        self.progress(check, len(self._journal.checks), len(self._seen) - self.resting)

    def _add(self, sources: Iterable[Source]) -> None:
        for source in sources:
            if source.id not in self._seen:
                self._seen.add(source.id)
                self._queue[source.id] = source

    def _check(self, batch: Mapping[str, Source]) -> None:
        day, everything = self._now()[:10], bool(self.wanted)
        asked = plan_requests(batch.values(), self.watched, self.ledger, day, everything=everything)
        self.resting += len(batch) - len(asked.due)
        results = fetch_all(
            asked.due.values(),
            self.client,
            folder=self.archive,
            validators=asked.validators,
            unconditional=asked.unconditional,
        )
        for result in self.clock.settle(results, asked.due):
            self._begin()
            source, before = batch[result.source], asked.before[result.source]
            if isinstance(result, FetchFailed) and result.outcome == "gone":
                self._missing.append((source, result, before))
            else:
                self._journal.write(self._examine(source, result, before))

    def _begin(self) -> None:
        """Begin the run in the record, unless it has begun.

        Where the few hosts there are contradict the clock, all of the night is one transaction: a host that
        a link leads to may settle that it is wrong.
        """
        if self.store is None or self.run:
            return
        if self.clock.is_doubtful:
            self._transaction.enter_context(self.store.batch())
        self.run = self.store.begin(self.clock.started, self.watched)
        reading = self.clock.read()
        if reading.is_confirmed:
            self.store.note_clock(reading, self._now())
            self._is_clock_noted = True

    def _examine(self, source: Source, result: Fetched | FetchFailed, before: LastChecks) -> Examined:
        if isinstance(result, FetchFailed):
            return Examined(examine_failure(source, result, self.ledger, self._now()))
        if source.is_index:
            return self._follow(source, result, before)
        return examine(source, result, before, self.ledger, self.judge, self._now())

    def _follow(self, index: Source, fetched: Fetched, before: LastChecks) -> Examined:
        """Remember the links of an index, and check new ones on the same night."""
        from tracker.watch.indexes import examine_index  # noqa: PLC0415 (where there is an index)

        found = examine_index(index, fetched, before, self.ledger, self._now())
        self._add(found.nested)
        self._remember_links(index, found.unseen)
        return found.examined

    def _remember_links(self, index: Source, unseen: Sequence[Discovery]) -> None:
        if self.store and unseen:
            self.store.remember(unseen, self._now())
        from tracker.capture.links import source_of  # noqa: PLC0415 (as above)

        is_retired = retirement(self.watched)
        sources = (source_of(link, index) for link in unseen)
        self._add(each for each in sources if is_among(each, self.wanted, index) and not is_retired(each))

    def _now(self) -> str:
        return read_instant(self.client.clock)
