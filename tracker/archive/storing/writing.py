"""One run's writing: its transactions, its row in the ledger, and the lock it holds."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tracker.archive.file.leftovers import finish_rewrite, remove_staging
from tracker.archive.file.lock import describe_lost_log, find_lost_log, read_command, take_lock
from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.ledger import runs
from tracker.archive.mirror.pending import has_current_triggers, is_mirrored, read_mirrored, update_triggers
from tracker.archive.mirror.proofs import write_steps
from tracker.archive.mirror.refs import is_at
from tracker.archive.record.memberships import fill_groups
from tracker.archive.rights.withdrawals import read_unfinished
from tracker.archive.schema.connection import connect_to_write, refuse_parts, translate
from tracker.archive.schema.migrations import is_current, migrate, read_applied
from tracker.errors import RecordEdited, RepositoryUnusable, WatchListInvalid
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracker.archive.file.lock import Holder, Lock
    from tracker.model.ledger import RunKind, RunStatus
    from tracker.model.preserving import Mirrored
    from tracker.model.watching import WatchList


LOCK_TIMEOUT = 5.0
"""How many seconds a writer waits for another run to end before it reports that the archive is locked."""

FOREIGN_TIMEOUT = 60.0
"""How many seconds a nightly run waits for another program to end its writing: nobody is there to retry."""


def open_writing(path: Path, kind: RunKind, clock: Callable[[], str]) -> Writing:
    """Take the lock of an archive, open its file, bring its schema up to date, and finish destructions.

    Raises ``HistoriesApart``, with nothing written, where the mirror has runs that the record does not.
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
        writing.check_joined()
        writing.migrate()
        writing.update_triggers()
        writing.mark_interrupted()
        if lost:
            writing.note_lost_log(lost)
        remove_staging(path.parent)
        if kind != "withdraw" and read_unfinished(writing.connection):
            from tracker.archive.storing.acts import complete_and_log  # noqa: PLC0415 (seldom needed)

            complete_and_log(writing, clock())
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
        self._clock = clock
        self._run: int | None = None
        self._torn: BaseException | None = None

    def check_joined(self) -> None:
        """Raise ``HistoriesApart`` where the mirror has runs that the record does not: that one is older."""
        mirror = self.path.parent / MIRROR
        finish_rewrite(mirror)
        with translate(self.path):
            if not mirror.exists() or not read_applied(self.connection):
                return
            mirrored = read_mirrored(self.connection)
            if mirrored and mirrored.main and is_at(mirror, mirrored.main):
                return
            from tracker.archive.mirror.divergence import check_joined  # noqa: PLC0415 (after a crash)

            check_joined(self.connection, self.path.parent)

    def migrate(self) -> None:
        """Apply the changes of the schema that the file lacks, all or none."""
        with translate(self.path):
            if is_current(self.connection):
                return
        # A table that others refer to can be replaced only while foreign keys are not enforced.
        self.execute("PRAGMA foreign_keys = OFF")
        with self.batch(), translate(self.path):
            migrate(self.connection)
        self.execute("PRAGMA foreign_keys = ON")

    def update_triggers(self) -> None:
        """Make sure that only our own triggers act on what is written; see ``pending.update_triggers``."""
        with translate(self.path):
            if has_current_triggers(self.connection, self.path):
                return
        with self.batch(), translate(self.path):
            update_triggers(self.connection, self.path)

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
            write_steps(self.connection, self.begin_run(self._clock()), [step])
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
        if self._run is None:
            with translate(self.path):
                self._run = runs.write_run(self.connection, self.kind, read_command(), instant, watched)
        return self._run

    def end_run(self, status: RunStatus) -> None:
        """Note how the run ended, if it wrote anything; a complete one leaves no packaged group out."""
        if self._run is not None:
            run, self._run = self._run, None
            with self.batch(), translate(self.path):
                if status == "complete":
                    fill_groups(self.connection, run)
                runs.end_run(self.connection, run, status, self._clock())

    def close(self, status: RunStatus) -> None:
        """Note how the run ended, update the mirror, move everything into the one file, and release the lock.

        Raises ``RepositoryUnusable`` where the mirror cannot follow; what was recorded is kept.
        """
        try:
            with closing(self.connection):
                self.end_run(status)
                try:
                    if status == "complete":
                        self._bring_mirror_along()
                finally:
                    self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._lock.release()

    def reopen(self) -> Writing:
        """Open the file again, which another has replaced, under the same lock and for the same run."""
        return Writing(self.path, connect_to_write(self.path), self._lock, self.kind, self._clock)

    def show_life(self) -> None:
        """Show others that the holder of the lock lives."""
        self._lock.touch(wrote=False)

    def abandon(self) -> None:
        """Close the file as it is and release the lock; what was committed is kept."""
        self.connection.close()
        self._lock.release()

    def update_mirror(self) -> Mirrored:
        """Bring the mirror up to date, and make it where there is none; raises as ``archive.mirror`` does."""
        from tracker.archive.mirror.update import update_mirror  # noqa: PLC0415 (not every archive has a mirror)

        with translate(self.path):
            return update_mirror(self.connection, self.path.parent)

    def _bring_mirror_along(self) -> None:
        with translate(self.path):
            if not (self.path.parent / MIRROR).exists() or is_mirrored(self.connection):
                return
        try:
            self.update_mirror()
        except RecordEdited as error:
            raise RecordEdited(f"{error} (what this command did is recorded and mirrored)") from error
        except (RepositoryUnusable, WatchListInvalid) as error:
            raise type(error)(
                f"{error} (everything is recorded, but not yet mirrored; when that is fixed, run:"
                " tracker mirror update)"
            ) from error

    def execute(self, *commands: str) -> None:
        """Run commands that return nothing."""
        with translate(self.path):
            for command in commands:
                self.connection.execute(command)
