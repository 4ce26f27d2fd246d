"""The ledger, read: what every run did, where each source stands, what waits, what is expected."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from tracker.archive.ledger import admitted as kept
from tracker.archive.ledger import expectations, outcomes, reviews, runs
from tracker.archive.ledger import expectations as candidates
from tracker.archive.ledger import source_states as standing
from tracker.archive.rights import refusals, withdrawals
from tracker.archive.rights.withheld import Withheld
from tracker.archive.schema.connection import archive_file, check_schema, connect_to_read, translate
from tracker.errors import ArchiveUnusable

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from tracker.model.ledger import (
        Check,
        DiscoveredLink,
        Expectation,
        Review,
        RunEntry,
        RunKind,
        SourceState,
    )
    from tracker.model.rights import Withdrawal
    from tracker.model.texts import Reference
    from tracker.model.watching import History, Kept


@contextmanager
def open_ledger(folder: Path) -> Iterator[Ledger]:
    """Open the ledger of the archive in a folder for reading.

    Raises ``ArchiveUnusable`` where there is no archive, or it is damaged or of another release.
    """
    path = archive_file(folder)
    with closing(connect_to_read(path)) as connection:
        check_schema(connection, path)
        check_ledger(connection, path)
        yield Ledger(path, connection)


def check_ledger(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``ArchiveUnusable`` where the file has no ledger yet."""
    with translate(path):
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'outcomes'").fetchone():
            return
    raise ArchiveUnusable(f"{path} has no ledger: an older release wrote it; tracker snapshot gives it one")


class Ledger:
    """An archive's ledger. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def runs(self, first: str = "", last: str = "~", kind: RunKind | None = None) -> tuple[RunEntry, ...]:
        """Return the runs that began from one instant to before another, oldest first."""
        with translate(self.path):
            return tuple(map(self._withheld().run, runs.read_runs(self._connection, first, last, kind)))

    def run(self, number: int) -> RunEntry | None:
        """Return one run by its number."""
        with translate(self.path):
            found = runs.read_run(self._connection, number)
            return found and self._withheld().run(found)

    def checks(self, run: int, *, evidence: bool = False) -> tuple[Check, ...]:
        """Return what the checks of a run came to; with their exchanges where the evidence is asked for."""
        with translate(self.path):
            found = outcomes.read_checks(self._connection, run, evidence=evidence)
            return tuple(map(self._withheld().check, found))

    def past(self, source: str, limit: int) -> tuple[Check, ...]:
        """Return the latest checks of a source, newest first."""
        with translate(self.path):
            return outcomes.read_past(self._connection, source, limit)

    def success(self, source: str) -> Check | None:
        """Return the last check by which a source was well."""
        with translate(self.path):
            return standing.read_success(self._connection, source)

    def full_check(self, source: str, watch_list: str) -> str | None:
        """Return when a source last gave all its bytes and was well, under the watch list of a digest."""
        with translate(self.path):
            return standing.read_full_check(self._connection, source, watch_list)

    def sources(self) -> tuple[str, ...]:
        """Return the ids of all sources that were ever checked."""
        with translate(self.path):
            return standing.read_sources(self._connection)

    def state(self, source: str) -> SourceState | None:
        """Return where a source stands; None where it was never checked."""
        with translate(self.path):
            return standing.read_state(self._connection, source)

    def first_gone(self, first: str, last: str) -> tuple[Check, ...]:
        """Return the checks, from one instant to before another, that first confirmed a source as gone."""
        with translate(self.path):
            return standing.read_first_gone(self._connection, first, last)

    def captured(self, first: str, last: str) -> tuple[tuple[Reference, str], ...]:
        """Return the statements first captured from one instant to before another, with when that was."""
        with translate(self.path):
            return standing.read_captured(self._connection, first, last)

    def candidates(self, index: str) -> tuple[DiscoveredLink, ...]:
        """Return the links that an index ever led to."""
        with translate(self.path):
            return candidates.read_candidates(self._connection, index)

    def candidates_below(self, index: str) -> tuple[DiscoveredLink, ...]:
        """Return the links that an index ever led to, itself or through indexes it names."""
        with translate(self.path):
            return candidates.read_candidates_below(self._connection, index)

    def waiting(self) -> tuple[Review, ...]:
        """Return the documents that wait for a person, oldest first."""
        with translate(self.path):
            return reviews.read_waiting(self._connection)

    def decided(self, first: str = "", last: str = "~") -> tuple[Review, ...]:
        """Return the documents that a person decided on, from one instant to before another."""
        with translate(self.path):
            return tuple(map(self._withheld().review, reviews.read_decided(self._connection, first, last)))

    def review(self, number: int) -> Review | None:
        """Return one document that was not accepted, by its number."""
        with translate(self.path):
            return reviews.read_review(self._connection, number)

    def review_of(self, source: str, sha256: str) -> Review | None:
        """Return the review of these very bytes from this source."""
        with translate(self.path):
            return reviews.find_review(self._connection, source, sha256)

    def last_review(self, source: str) -> Review | None:
        """Return the latest review of a document from a source."""
        with translate(self.path):
            return reviews.read_last(self._connection, source)

    def evidence(self, review: int) -> Check:
        """Return the check by which a document that was not accepted came, with its exchanges."""
        with translate(self.path):
            return reviews.read_evidence(self._connection, review)

    def returns(self, review: int) -> tuple[str, ...]:
        """Return when the bytes of a review came again from the same source, oldest first."""
        with translate(self.path):
            return reviews.read_returns(self._connection, review)

    def verdict(self, source: str, sha256: str) -> str | None:
        """Return how a person decided on these very bytes from this source: accept, reject or None."""
        with translate(self.path):
            return reviews.find_verdict(self._connection, source, sha256)

    def withdrawn(self, source: str, reference: Reference | None, document: str | None) -> Withdrawal | None:
        """Return the act by which these bytes were withdrawn, or all that a source gave for its reference."""
        with translate(self.path):
            if not refusals.is_anything_withdrawn(self._connection):
                return None
            same = refusals.find_same(self._connection, reference, document)
            return same or refusals.find_place(self._connection, reference, source)

    def withdrawn_text(self, reference: Reference | None, text: str) -> Withdrawal | None:
        """Return the act by which a text, named by its SHA-256, was withdrawn."""
        with translate(self.path):
            return refusals.find_same(self._connection, reference, None, text)

    def unfinished(self) -> tuple[Withdrawal, ...]:
        """Return the withdrawals that were cut short, oldest first."""
        with translate(self.path):
            return withdrawals.read_unfinished(self._connection)

    def history(self, source: str, reference: Reference | None, document: str, text: str) -> History:
        """Return what is kept that an arriving document is judged by; see ``kept.read_history``."""
        with translate(self.path):
            return kept.read_history(self._connection, source, reference, document, text)

    def current(self, source: str, reference: Reference | None) -> Kept | None:
        """Return the latest snapshot of the edition that a source feeds."""
        with translate(self.path):
            return kept.read_current(self._connection, source, reference)

    def document(self, sha256: str) -> bytes:
        """Return the bytes that have this digest."""
        with translate(self.path):
            return kept.read_document(self._connection, sha256)

    def expectations(self) -> tuple[Expectation, ...]:
        """Return the latest note on each statement that is, or was, not there."""
        with translate(self.path):
            return tuple(map(self._withheld().expectation, expectations.read_expectations(self._connection)))

    def _withheld(self) -> Withheld:
        return Withheld.read(self._connection)
