"""Writing to the archive: documents become snapshots, all of a transaction or nothing.

Whoever writes holds the archive's lock, from the opening of the store to its end.
"""

from __future__ import annotations

from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256 as digest
from typing import TYPE_CHECKING, Self

from tracker.archive.file.leftovers import remove_staging
from tracker.archive.file.lock import explain_making, read_clock, take_lock
from tracker.archive.file.modes import make_archive_folder, make_record_file
from tracker.archive.ledger import expectations, outcomes, reviews
from tracker.archive.ledger import expectations as candidates
from tracker.archive.ledger.admitted import find_snapshot
from tracker.archive.ledger.decisions import write_ruling
from tracker.archive.ledger.ledger import Ledger
from tracker.archive.reading.versions import Versions
from tracker.archive.record import statements
from tracker.archive.record.editions import declared_name, find_same_bytes, is_told_more
from tracker.archive.record.recording import Intake, answer_unchanged, keep_document
from tracker.archive.rights.refusals import refuse
from tracker.archive.rights.withdrawals import read_unfinished
from tracker.archive.schema.connection import (
    FILE_NAME,
    archive_file,
    check_schema,
    connect_to_read,
    connect_to_write,
    is_blank,
    translate,
)
from tracker.archive.storing.writing import Writing
from tracker.errors import ArchiveUnusable, TrackerError
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import TracebackType

    from tracker.model.decisions import Ruling
    from tracker.model.ledger import Check, Expectation, Review, RunKind, RunStatus
    from tracker.model.preserving import Mirrored
    from tracker.model.record import Declaration, Recorded
    from tracker.model.texts import Reference, Version
    from tracker.model.watching import Discovery, WatchList

PATIENCE = 5.0
"""How many seconds a writer waits for another run to end before it says that the archive is locked."""

FOREIGN_PATIENCE = 60.0
"""How many seconds a nightly run waits for another program to end its writing: nobody is there to retry."""


def create_archive(folder: Path, group: str | None = None) -> None:
    """Make an empty archive in a folder, and the folder where there is none: for its owner, or for a group.

    Raises ``ArchiveUnusable`` where there is an archive or another file already, which stays as it is, and
    where the group cannot be given.
    """
    path = folder / FILE_NAME
    if path.exists() and not is_blank(path):
        check_file(archive_file(folder))
        raise ArchiveUnusable(f"there is an archive at {folder} already; nothing was changed")
    permissions = make_archive_folder(folder, group)
    try:
        make_record_file(path, permissions)
    except OSError as error:
        raise ArchiveUnusable(explain_making(error, path)) from error
    with _connect_store(path, "record", read_clock):
        pass


def open_store(folder: Path, kind: RunKind = "record", clock: Callable[[], str] = read_clock) -> Store:
    """Take the lock of the archive in a folder, open it for writing, and bring its schema up to date.

    Use it in a ``with`` statement. ``kind`` is what the run does, for the ledger; ``clock`` says when it
    ended. Raises ``ArchiveUnusable`` where there is no archive, or one that cannot be written, and
    ``ArchiveLocked`` where another run holds it: for more than five seconds, or at all for ``snapshot``.
    """
    path = archive_file(folder)
    # Read first: another program's database must not be put into WAL mode.
    check_file(path)
    return _connect_store(path, kind, clock)


class Store:
    """An archive open for writing. Each record is a transaction, or part of a batch that is one."""

    def __init__(self, writing: Writing) -> None:
        self.path = writing.path
        self.ledger = Ledger(writing.path, writing.connection)
        """What was noted so far, read on the same connection."""
        self.versions = Versions(writing.path, writing.connection)
        """What was read in documents so far, likewise."""
        self.writing = writing
        """Its transactions and its run, for those parts of the archive that write rows of their own."""
        self._connection = writing.connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The error on its way tells more than one met in closing.
        with suppress(TrackerError) if error else nullcontext():
            self.close(_tell_status(error))

    def close(self, status: RunStatus = "complete") -> None:
        """Note how the run ended, close the file, and give the lock up.

        Everything is moved into the one file before, so that it opens on read-only media. A mirror is
        brought up to date; raises ``RepositoryUnusable`` where it cannot be, and what was recorded is kept.
        """
        self.writing.close(status)

    def batch(self) -> AbstractContextManager[None]:
        """Make one transaction of all that is recorded inside; an error undoes all of it.

        Inside another batch, only what was recorded inside this one. Raises ``ArchiveLocked`` where
        another program, which knows no lock of ours, has been writing for more than five seconds.
        """
        return self.writing.batch()

    def begin(self, started: str, watched: WatchList | None = None) -> int:
        """Note that the run has begun, with the watch list it read, and return its number.

        ``started`` is an ISO 8601 instant with its offset. Runs that only write now and then begin by
        themselves, with the first thing they write.
        """
        with self.batch():
            return self.writing.begin_run(_to_utc(started), watched)

    def end(self) -> None:
        """Note that the run is complete; what comes after belongs to another run."""
        self.writing.end_run("complete")

    def update_mirror(self) -> Mirrored:
        """Bring the mirror up to date, and make it where there is none; one that is there follows each run.

        Raises ``RepositoryUnusable`` where git is missing or refuses, or the mirror is of another record.
        """
        return self.writing.update_mirror()

    def known(self, declaration: Declaration, sha256: str) -> Recorded | None:
        """Answer ``unchanged`` where the bytes are an edition's latest snapshot and nothing new is said.

        Cheap, so that a document need not be extracted to be told. Writes nothing. Raises ``Withdrawn`` as
        ``record`` does.
        """
        with translate(self.path):
            refuse(self.writing, declaration.reference, sha256)
            statement = statements.find_statement(self._connection, declaration.reference)
            if statement is None:
                return None
            name = declared_name(declaration)
            editions = statements.find_editions(self._connection, statement)
            edition = find_same_bytes(editions, name, sha256)
            if edition is None or is_told_more(edition, name):
                return None
            if statements.is_news(self._connection, statement, edition.snapshot, declaration):
                return None
        return answer_unchanged(declaration, edition)

    def record(
        self,
        declaration: Declaration,
        data: bytes,
        version: Version,
        observed: str,
        raw: str,
        source: str | None,
    ) -> Recorded:
        """Keep a document as the next snapshot of the edition it belongs to, unless it is the latest.

        ``observed`` is an ISO 8601 instant with its offset, ``raw`` the extractor's own output, and
        ``source`` the file or address that was read. What the declaration says about the statement is
        filled in, or amends what was said before, whether or not the bytes are new.

        Raises ``Withdrawn`` where the same bytes or text were withdrawn, and in an import where all was.
        """
        instant = _to_utc(observed)
        printable = source.encode("utf-8", "backslashreplace").decode() if source else None
        intake = Intake(declaration, data, digest(data).hexdigest(), version, raw, instant, printable)
        with self.batch(), translate(self.path):
            refuse(self.writing, declaration.reference, intake.sha256, digest_text(version.text))
            return keep_document(self._connection, intake, lambda: self.writing.begin_run(instant))

    def decide(self, rulings: Iterable[Ruling]) -> None:
        """Keep what people decided: all of it, or nothing; what was decided before stays.

        ``decided`` is an ISO 8601 instant with its offset. The sides of a unit are snapshots of the
        archive, with their editions.
        """
        with self.batch(), translate(self.path):
            for ruling in rulings:
                instant = _to_utc(ruling.decision.decided)
                write_ruling(self._connection, ruling, instant, self.writing.begin_run(instant))

    def note(self, *checks: Check) -> None:
        """Note what checks came to; in one batch with its snapshot, where one made one."""
        with self.batch(), translate(self.path):
            for check in checks:
                self._write_check(check)

    def quarantine(self, check: Check, data: bytes, media_type: str) -> None:
        """Keep bytes that were not accepted, apart from all snapshots, until a person decides on them.

        ``check`` has their SHA-256. Bytes of this source that were decided on before stay decided.
        """
        with self.batch(), translate(self.path):
            reviews.write_document(self._connection, str(check.sha256), data, media_type)
            outcome = self._write_check(check)
            reviews.write_review(self._connection, outcome, check.source, str(check.sha256))

    def settle(self, review: Review, snapshot: Recorded | None) -> None:
        """Note how a person decided on a quarantined document; its verdict, person, instant and reason.

        ``snapshot`` is what recording it came to, where it was accepted; do both in one batch. A link that
        nobody has named is not fetched again where its document is rejected; of one that has a reference,
        other bytes may still be the statement.
        """
        with self.batch(), translate(self.path):
            reviews.settle_review(
                self._connection,
                review,
                self.writing.begin_run(_to_utc(str(review.decided))),
                None if snapshot is None else find_snapshot(self._connection, name_snapshot(snapshot)),
            )
            if snapshot is None and review.reference is None:
                candidates.refuse_candidate(self._connection, review.address)
            elif snapshot:
                candidates.name_candidate(self._connection, review.address, snapshot.reference)

    def remember(self, discoveries: Iterable[Discovery], found: str) -> None:
        """Remember the links that an index led to; those that are known stay as they are."""
        with self.batch(), translate(self.path):
            for discovery in discoveries:
                candidates.write_candidate(self._connection, self.writing.begin_run(found), discovery, found)

    def expect(self, expectation: Expectation) -> None:
        """Note what a person says of a statement that is not there."""
        with self.batch(), translate(self.path):
            run = self.writing.begin_run(expectation.noted)
            expectations.write_expectation(self._connection, run, expectation)

    def _write_check(self, check: Check) -> int:
        snapshot = find_snapshot(self._connection, check.snapshot) if check.snapshot else None
        run = self.writing.begin_run(check.observed)
        return outcomes.write_check(self._connection, run, check, snapshot)


def _tell_status(error: BaseException | None) -> RunStatus:
    if error is None:
        return "complete"
    return "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"


def name_snapshot(recorded: Recorded) -> Reference:
    """Return the reference of the snapshot that was recorded."""
    return replace(recorded.reference, snapshot=recorded.snapshot)


def _connect_store(path: Path, kind: RunKind, clock: Callable[[], str]) -> Store:
    is_nightly = kind == "snapshot"
    lock = take_lock(path.parent, 0 if is_nightly else PATIENCE)
    try:
        writing = Writing(path, connect_to_write(path), lock, kind, clock)
    except BaseException:
        lock.release()
        raise
    try:
        if is_nightly:
            writing.wait_for_others(FOREIGN_PATIENCE)
        writing.migrate()
        writing.update_triggers()
        writing.mark_interrupted()
        remove_staging(path.parent)
        if kind != "withdraw" and read_unfinished(writing.connection):
            from tracker.archive.storing.carrying_out import complete_and_tell  # noqa: PLC0415 (seldom needed)

            complete_and_tell(writing, clock())
    except BaseException:
        writing.abandon()
        raise
    return Store(writing)


def check_file(path: Path) -> None:
    """Raise ``ArchiveUnusable`` where a file is no archive that this release can write to."""
    with closing(connect_to_read(path)) as connection:
        check_schema(connection, path)


def _to_utc(instant: str) -> str:
    """Return an instant to the second in UTC. Raises ``ValueError`` where its offset is missing."""
    moment = datetime.fromisoformat(instant)
    if moment.tzinfo is None:
        raise ValueError(f"{instant} has no offset from UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
