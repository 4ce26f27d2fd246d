"""Writing to the archive: documents become snapshots, all of a transaction or nothing.

Whoever writes holds the archive's lock, from the opening of the store to its end.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256 as digest
from typing import TYPE_CHECKING, Self

from tracker.errors import ArchiveUnusable, TrackerError
from tracker.record.access.refusals import refuse_withdrawn
from tracker.record.ledger import checks, decisions, expectations, reviews
from tracker.record.ledger.admitted import find_snapshot
from tracker.record.lock import describe_write_error, read_clock
from tracker.record.modes import make_archive_folder, make_record_file
from tracker.record.reading.ledger import Ledger
from tracker.record.reading.versions import Versions
from tracker.record.schema.connection import FILE_NAME, Record, archive_file, is_blank, open_record, translate
from tracker.record.statements.clocks import write_reading
from tracker.record.statements.memberships import write_group
from tracker.record.storing.writing import Writing, open_writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tracker.comparing.decisions.opinions import Measured
    from tracker.model.clock_readings import ClockReading
    from tracker.model.decisions import Request, Ruling, SecondReader
    from tracker.model.ledger import Check, Expectation, Review, RunKind, RunStatus
    from tracker.model.record import Declaration, Part, Recorded
    from tracker.model.texts import Reference, Version
    from tracker.model.watching import Discovery, WatchList
    from tracker.record.storing.writing import Follower
    from tracker.references.groups import Group


def create_archive(folder: Path, follower: Follower, group: str | None = None) -> None:
    """Make an empty archive in a folder, and the folder where there is none: for its owner, or for a group.

    Raises ``ArchiveUnusable`` where there is an archive or another file already, which stays as it is, and
    where the group cannot be given.
    """
    path = folder / FILE_NAME
    if path.exists() and not is_blank(path):
        open_record(folder, Record).close()
        raise ArchiveUnusable(f"there is an archive at {folder} already; nothing was changed")
    permissions = make_archive_folder(folder, group)
    try:
        make_record_file(path, permissions)
    except OSError as error:
        raise ArchiveUnusable(describe_write_error(error, path)) from error
    Store(open_writing(path, "record", read_clock, follower), follower).close()


def open_store(
    folder: Path, follower: Follower, kind: RunKind = "record", clock: Callable[[], str] = read_clock
) -> Store:
    """Take the lock of the archive in a folder, open it for writing, and bring its schema up to date.

    Use it in a ``with`` statement. ``kind`` is what the run does, for the ledger; ``clock`` says when it
    ended. Raises ``ArchiveUnusable`` where there is no archive, or one that cannot be written,
    ``ArchiveLocked`` where another run holds it: for more than five seconds, or at all for ``snapshot``; and
    what the follower raises.
    """
    # Read first: another program's database must not be put into WAL mode.
    open_record(folder, Record).close()
    return Store(open_writing(archive_file(folder), kind, clock, follower), follower)


class Store:
    """An archive open for writing. Each record is a transaction, or part of a batch that is one."""

    def __init__(self, writing: Writing, follower: Follower) -> None:
        self.path = writing.path
        self.ledger = Ledger(writing.path, writing.connection)
        """What was noted so far, read on the same connection."""
        self.versions = Versions(writing.path, writing.connection)
        """What was read in documents so far, on the same connection."""
        self.writing = writing
        """Its transactions and its run, for those parts of the archive that write rows of their own."""
        self._connection = writing.connection
        self._follower = follower

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            self.close()
            return
        # The first error says more than one from closing.
        with suppress(TrackerError):
            self.close("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")

    def close(self, status: RunStatus = "complete") -> None:
        """Note how the run ended, close the file, and release the lock.

        Everything is moved into the one file before, so that it opens on read-only media. Raises what the
        follower does; what was recorded is kept.
        """
        self.writing.close(status, self._follower)

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

    def note_clock(self, reading: ClockReading, noted: str) -> None:
        """Keep what servers said of the clock of the run."""
        with self.batch(), translate(self.path):
            write_reading(self._connection, self.writing.begin_run(noted), reading)

    def end(self) -> None:
        """Note that the run is complete; what comes after belongs to another run."""
        self.writing.end_run("complete")

    def known(self, declaration: Declaration, sha256: str, part: str | None = None) -> Recorded | None:
        """Answer ``unchanged`` where the bytes are an edition's latest snapshot and nothing new is said.

        ``part`` is the digest of the text of a part of them. Cheap: the document need not be extracted.
        Writes nothing. Raises ``Withdrawn`` as ``record`` does.
        """
        from tracker.record.statements.recording import find_unchanged  # noqa: PLC0415 (as in ``keep``)

        with translate(self.path):
            refuse_withdrawn(self.writing, declaration.reference, sha256)
            return find_unchanged(self._connection, declaration, sha256, part)

    def record(
        self,
        declaration: Declaration,
        data: bytes,
        version: Version,
        observed: str,
        raw: str,
        source: str | None,
        part: Part | None = None,
    ) -> Recorded:
        """Keep a document as the next snapshot of the edition it belongs to, unless it is the latest.

        ``observed`` is an ISO 8601 instant with its offset, ``raw`` the extractor's own output, and
        ``source`` the file or address that was read. What the declaration says about the statement is
        filled in, or amends what was said before, whether or not the bytes are new. Of a ``part`` of the
        document ``version`` and ``raw`` are those of the part alone, and it is the latest where its text is.

        Raises ``Withdrawn`` where the same bytes or text were withdrawn, and in an import where all was.
        """
        from tracker.record.statements.recording import Intake, keep_document  # noqa: PLC0415 (as in ``keep``)

        instant = _to_utc(observed)
        printable = source.encode("utf-8", "backslashreplace").decode() if source else None
        sha256, place = (part.document, part.place) if part else (digest(data).hexdigest(), None)
        intake = Intake(declaration, data, sha256, version, raw, instant, printable, place)
        with self.writing.part(), translate(self.path):
            refuse_withdrawn(self.writing, declaration.reference, intake.sha256, version.text)
            return keep_document(self._connection, intake, lambda: self.writing.begin_run(instant))

    def decide(self, rulings: Iterable[Ruling]) -> None:
        """Keep what people decided: all of it, or nothing; what was decided before stays.

        ``decided`` is an ISO 8601 instant with its offset. The sides of a unit are snapshots of the
        archive, with their editions.
        """
        with self.batch(), translate(self.path):
            for ruling in rulings:
                instant = _to_utc(ruling.decision.decided)
                decisions.write_ruling(self._connection, ruling, instant, self.writing.begin_run(instant))

    def keep_answers(self, requests: Iterable[Request]) -> None:
        """Keep what second readers were asked and answered: all of it, or nothing."""
        with self.batch(), translate(self.path):
            for request in requests:
                instant = _to_utc(request.asked)
                decisions.write_request(self._connection, request, instant, self.writing.begin_run(instant))

    def keep_measured(self, reader: SecondReader, measured: Iterable[Measured], instant: str) -> None:
        """Keep how a second reader answered where others coded; what was measured before stays."""
        with self.batch(), translate(self.path):
            decisions.write_measured(self._connection, reader, measured, self.writing.begin_run(instant))

    def note(self, *checks: Check) -> None:
        """Write the results of checks; in one batch with the snapshot, where one was made."""
        with self.batch(), translate(self.path):
            for check in checks:
                self._write_check(check)

    def keep(self, check: Check, data: bytes, media_type: str) -> None:
        """Keep bytes that are no snapshot: of an index, or for a review, unless that was decided before."""
        # 10 ms, and most nights bring nothing.
        from tracker.record.statements.recording import write_document  # noqa: PLC0415

        with self.batch(), translate(self.path):
            write_document(self._connection, str(check.sha256), data, media_type)
            outcome = self._write_check(check)
            if check.outcome == "quarantined":
                reviews.write_review(self._connection, outcome, check.source, str(check.sha256))

    def challenge(self, snapshots: Iterable[Reference]) -> None:
        """Put snapshots before a person, since a text that looks more like a statement took their place."""
        with self.batch(), translate(self.path):
            for each in snapshots:
                reviews.challenge_snapshot(self._connection, find_snapshot(self._connection, each))

    def settle(self, review: Review, snapshot: Reference | None) -> None:
        """Note how a person decided on a quarantined document; its verdict, person, instant and reason.

        ``snapshot`` is what it was recorded as, where it was accepted; do both in one batch. A link that
        nobody has named is not fetched again where its document is rejected; of one that has a reference,
        other bytes may still be the statement.
        """
        with self.batch(), translate(self.path):
            reviews.settle_review(
                self._connection,
                review,
                self.writing.begin_run(_to_utc(str(review.decided))),
                find_snapshot(self._connection, snapshot) if snapshot else None,
            )
            if snapshot is None and review.reference is None:
                expectations.refuse_candidate(self._connection, review.address)
            elif snapshot:
                expectations.name_candidate(self._connection, review.address, snapshot.edition)

    def remember(self, discoveries: Iterable[Discovery], found: str) -> None:
        """Remember the links that an index led to; those that are known stay as they are."""
        with self.batch(), translate(self.path):
            for discovery in discoveries:
                expectations.write_candidate(
                    self._connection, self.writing.begin_run(found), discovery, found
                )

    def expect(self, expectation: Expectation) -> None:
        """Note what a person says of a statement that is not there."""
        with self.batch(), translate(self.path):
            run = self.writing.begin_run(expectation.noted)
            expectations.write_expectation(self._connection, run, expectation)

    def keep_groups(self, groups: Iterable[Group], noted: str) -> None:
        """Keep groups with all their members, in the place of what was kept of them before."""
        with self.batch(), translate(self.path):
            for group in groups:
                write_group(self._connection, self.writing.begin_run(noted), group)

    def _write_check(self, check: Check) -> int:
        snapshot = find_snapshot(self._connection, check.snapshot) if check.snapshot else None
        run = self.writing.begin_run(check.observed)
        return checks.write_check(self._connection, run, check, snapshot)


def _to_utc(instant: str) -> str:
    """Return an instant to the second in UTC. Raises ``ValueError`` where its offset is missing."""
    moment = datetime.fromisoformat(instant)
    if moment.tzinfo is None:
        raise ValueError(f"{instant} has no offset from UTC")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
