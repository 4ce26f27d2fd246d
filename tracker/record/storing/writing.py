"""One run's writing: its transactions, its row in the ledger, and the lock it holds."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Protocol

from tracker.model.verifying import Step
from tracker.record.ledger import runs
from tracker.record.lock import describe_lost_log, find_lost_log, read_command, take_lock
from tracker.record.schema.connection import connect_to_write, refuse_parts, translate
from tracker.record.schema.migrations import is_current, migrate
from tracker.record.statements.memberships import fill_groups
from tracker.record.storing import guarding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tracker.model.ledger import RunKind, RunStatus
    from tracker.model.watching import WatchList
    from tracker.record.lock import Holder, Lock
    from tracker.record.schema.expected import SchemaPart


LOCK_TIMEOUT = 5.0
"""How many seconds a writer waits for another run to end before it reports that the archive is locked."""

FOREIGN_TIMEOUT = 60.0
"""How many seconds a nightly run waits for another program to end its writing: nobody is there to retry."""


class Follower(Protocol):
    """What follows a record, such as its copies: each writing asks it at four moments.

    A module with these functions is one.
    """

    def check(self, writing: Writing) -> None:
        """Before anything is written: raise where nothing may be."""

    def prepare(self, writing: Writing) -> None:
        """As soon as the schema is this release's: make sure that what is written will be seen."""

    def resume(self, writing: Writing) -> None:
        """Before the command's own work: finish what an earlier one has begun and not ended."""

    def follow(self, writing: Writing) -> None:
        """After a complete run, of which all is committed: raise where it cannot be followed."""


def open_writing(path: Path, kind: RunKind, clock: Callable[[], str], follower: Follower) -> Writing:
    """Take the lock of an archive, open its file, and bring its schema up to date.

    Raises what the follower does, with nothing written where that is before it.
    """
    is_nightly = kind == "snapshot"
    lost = find_lost_log(path.parent, path)
    lock = take_lock(path.parent, 0 if is_nightly else LOCK_TIMEOUT)
    try:
        writing = Writing(path, connect_to_write(path), lock, kind, clock)
    except BaseException:
        lock.release()
        raise
    try:
        if is_nightly:
            # Other programs know no lock of ours.
            writing.execute(f"PRAGMA busy_timeout = {int(FOREIGN_TIMEOUT * 1000)}")
        refuse_parts(writing.connection, path)
        parts = writing.check_whole()
        follower.check(writing)
        writing.restore_parts(parts)
        writing.migrate()
        follower.prepare(writing)
        writing.mark_interrupted()
        writing.note_restored()
        if lost:
            writing.note_lost_log(lost)
        follower.resume(writing)
    except BaseException:
        writing.abandon()
        raise
    return writing


class Writing:
    """A connection whose transactions are begun by name, and the run that they belong to."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, lock: Lock, kind: RunKind, clock: Callable[[], str]
    ) -> None:
        self.path = path
        self.connection = connection
        self._lock = lock
        self.kind = kind
        self.clock = clock
        self.noticed: list[str] = []
        """What another program did to the record, as it was found at the opening: who follows tells it."""
        self.restored: list[SchemaPart] = []
        """Parts of the schema that were gone, or others, at the opening, and were made again."""
        self.mirror_commits = 0
        """By how many commits the mirror has followed so far."""
        self.is_migrated = False
        """Whether an older schema was brought up to date at the opening."""
        self._run: int | None = None
        self._torn: BaseException | None = None

    def check_whole(self) -> Mapping[SchemaPart, str]:
        """Return what makes the parts of the schema that are gone, or are not as the program makes them.

        Raises ``ArchiveUnusable`` where nothing can be written, or rows that others name were deleted.
        """
        with translate(self.path):
            lost = guarding.check_tables(self.connection, self.path)
            guarding.check_numbers(self.connection, self.path)
        return lost

    def restore_parts(self, lost: Mapping[SchemaPart, str]) -> None:
        """Make again what is the program's own; an altered table stays as it is, and is told each time."""
        tables = [part for part in lost if part[0] == "table"]
        if tables:
            named = guarding.name_parts(tables)
            self.noticed.append(
                f"{self.path.name}: another program changed {named}: not as tracker makes it; to mend it:"
                f" {guarding.MEND}"
            )
        parts = {part: sql for part, sql in lost.items() if part not in tables}
        if parts:
            with self.batch(), translate(self.path):
                guarding.restore_parts(self.connection, parts)
            self.restored += parts

    def note_restored(self) -> None:
        """Keep in the ledger what was made again, and have it told."""
        if self.restored:
            named = guarding.name_parts(self.restored)
            with self.batch(), translate(self.path):
                step = runs.write_restored(self.connection, self.begin_run(self.clock()), named)
            self.noticed.append(f"{self.path.name}: {step.what}; {step.how}")

    def migrate(self) -> None:
        """Apply the changes of the schema that the file lacks, all or none."""
        with translate(self.path):
            if is_current(self.connection):
                return
        self.is_migrated = True
        # A table that others refer to can be replaced only while foreign keys are not enforced.
        self.execute("PRAGMA foreign_keys = OFF")
        with self.batch(), translate(self.path):
            migrate(self.connection)
        self.execute("PRAGMA foreign_keys = ON")

    def mark_interrupted(self) -> None:
        """Mark running runs as interrupted: the lock is ours."""
        with translate(self.path):
            if not runs.has_unfinished(self.connection):
                return
        with self.batch(), translate(self.path):
            runs.mark_interrupted(self.connection)

    def note_lost_log(self, holder: Holder) -> None:
        """Keep that the log of a run that was killed is gone, and log it: the lock names another run now."""
        import logging  # noqa: PLC0415 (seldom needed)

        step = Step(did=False, what=f"{self.path.name}-wal", how=describe_lost_log(holder))
        with self.batch(), translate(self.path):
            runs.write_steps(self.connection, self.begin_run(self.clock()), [step])
        logging.getLogger("tracker").warning("tracker: %s: %s", step.what, step.how)

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Make one transaction of what is written inside, or of a part of it; see ``Store.batch``."""
        begun, torn, is_nested = self._run, self._torn, self.connection.in_transaction
        self.execute("SAVEPOINT batch" if is_nested else "BEGIN IMMEDIATE")
        try:
            yield
            self._check_whole()
            self.execute("RELEASE batch" if is_nested else "COMMIT")
            self._lock.touch()
        except BaseException:
            # The row of a run that began inside is gone with the rest, and what was torn.
            self._run, self._torn = begun, torn
            # A full disk has SQLite roll back by itself.
            if self.connection.in_transaction:
                self.execute(*(("ROLLBACK TO batch", "RELEASE batch") if is_nested else ("ROLLBACK",)))
            raise

    def _check_whole(self) -> None:
        if self._torn:
            raise self._torn

    @contextmanager
    def part(self) -> Iterator[None]:
        """Make what is written inside a part of the batch around it, or a batch where there is none.

        Unlike a batch in a batch it has no savepoint, at each of which the full-text index is written out: a
        tenth of the time of an import. So an error that leaves a part half written undoes the batch around
        it, whoever catches it.
        """
        if not self.connection.in_transaction:
            with self.batch():
                yield
            return
        before = self.connection.total_changes
        try:
            yield
        except BaseException as error:
            if self.connection.total_changes != before:
                self._torn = error
            raise

    def begin_run(self, instant: str, watched: WatchList | None = None) -> int:
        """Return the number of the run, which begins when this is first called."""
        with translate(self.path):
            if self._run is None:
                self._run = runs.write_run(self.connection, self.kind, read_command(), instant, watched)
            elif watched:
                # What was noticed at the opening has begun it.
                runs.write_watched(self.connection, self._run, watched)
        return self._run

    def end_run(self, status: RunStatus) -> None:
        """Note how the run ended, if it wrote anything; a complete one leaves no packaged group out."""
        if self._run is not None:
            run, self._run = self._run, None
            with self.batch(), translate(self.path):
                if status == "complete":
                    fill_groups(self.connection, run)
                runs.end_run(self.connection, run, status, self.clock())

    def close(self, status: RunStatus, follower: Follower) -> None:
        """Note how the run ended, let it be followed, move all into the one file, and release the lock.

        Raises what the follower does; what was recorded is kept.
        """
        try:
            with closing(self.connection):
                self.end_run(status)
                try:
                    if status == "complete":
                        follower.follow(self)
                finally:
                    self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._lock.release()

    def abandon(self) -> None:
        """Close the file as it is and release the lock; what was committed is kept."""
        self.connection.close()
        self._lock.release()

    def execute(self, *commands: str) -> None:
        """Run commands that return nothing."""
        with translate(self.path):
            for command in commands:
                self.connection.execute(command)
