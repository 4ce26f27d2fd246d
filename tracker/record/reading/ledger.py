"""The ledger, read: what every run did, the state of each source, what waits, what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.record.access import refusals, withdrawals
from tracker.record.access.withheld import Withheld
from tracker.record.ledger import admitted, checks, expectations, reviews, runs
from tracker.record.schema.connection import Record, method, open_record, translate
from tracker.record.statements.clocks import read_confirmed_day

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.ledger import Check, Expectation, Review, RunEntry, RunKind
    from tracker.model.rights import Elsewhere, Withdrawal
    from tracker.model.texts import Reference


def open_ledger(folder: Path) -> Ledger:
    """Open the ledger of the archive in a folder for reading; raises as ``open_record`` does."""
    return open_record(folder, Ledger)


class Ledger(Record):
    """An archive's ledger. Every method raises ``ArchiveUnusable`` where the file is damaged."""

    past = method(checks.read_past)
    success = method(checks.read_success)
    listed = method(checks.read_listed)
    listed_by = method(checks.read_listed_by)
    full_check = method(checks.read_full_check)
    content_type = method(checks.read_document_type)
    told = method(checks.read_told)
    untold = method(runs.read_untold)
    watch_lists = method(runs.read_watch_lists)
    other_outcome = method(checks.read_other_outcome)
    sources = method(checks.read_sources)
    state = method(checks.read_state)
    missing = method(checks.read_missing)
    elsewhere = method(checks.read_elsewhere)
    first_gone = method(checks.read_first_gone)
    captured = method(checks.read_captured)
    candidates = method(expectations.read_candidates)
    candidates_below = method(expectations.read_candidates_below)
    waiting = method(reviews.read_waiting)
    review = method(reviews.read_review)
    review_of = method(reviews.find_review)
    last_review = method(reviews.read_last)
    evidence = method(reviews.read_evidence)
    returns = method(reviews.read_returns)
    verdict = method(reviews.find_verdict)
    last_instant = method(runs.read_last_instant)
    restored = method(runs.read_restored)
    confirmed_day = method(read_confirmed_day)
    unfinished = method(withdrawals.read_unfinished)
    history = method(admitted.read_history)
    current = method(admitted.read_current)
    document = method(admitted.read_document)

    def runs(self, first: str = "", last: str = "~", kind: RunKind | None = None) -> tuple[RunEntry, ...]:
        """Return the runs that began from one instant to before another, oldest first."""
        with translate(self.path):
            return tuple(map(self._withheld().run, runs.read_runs(self.connection, first, last, kind)))

    def run(self, number: int) -> RunEntry | None:
        """Return one run by its number."""
        with translate(self.path):
            found = runs.read_run(self.connection, number)
            return found and self._withheld().run(found)

    def checks(self, run: int, *, evidence: bool = False) -> tuple[Check, ...]:
        """Return the results of a run's checks; with their exchanges where ``evidence`` is set."""
        with translate(self.path):
            found = checks.read_checks(self.connection, run, evidence=evidence)
            return tuple(map(self._withheld().check, found))

    def decided(self, first: str = "", last: str = "~") -> tuple[Review, ...]:
        """Return the documents that a person decided on, from one instant to before another."""
        with translate(self.path):
            return tuple(map(self._withheld().review, reviews.read_decided(self.connection, first, last)))

    def withdrawn(self, source: str, reference: Reference | None, document: str | None) -> Withdrawal | None:
        """Return the act by which these bytes were withdrawn, or all that a source gave for its reference."""
        with translate(self.path):
            if not refusals.has_withdrawals(self.connection):
                return None
            same = refusals.find_withdrawn_content(self.connection, reference, document)
            return same or refusals.find_withdrawn_statement(self.connection, reference, source)

    def withdrawn_elsewhere(
        self, reference: Reference | None, document: str | None, text: str | None = None
    ) -> Elsewhere | None:
        """Return where the same bytes, or a text by its SHA-256, were withdrawn as another statement."""
        with translate(self.path):
            return refusals.find_withdrawn_elsewhere(self.connection, reference, document, text)

    def withdrawn_text(self, reference: Reference | None, text: str) -> Withdrawal | None:
        """Return the act by which a text, named by its SHA-256, was withdrawn."""
        with translate(self.path):
            return refusals.find_withdrawn_content(self.connection, reference, None, text)

    def expectations(self) -> tuple[Expectation, ...]:
        """Return the latest note on each statement that is, or was, missing."""
        with translate(self.path):
            return tuple(map(self._withheld().expectation, expectations.read_expectations(self.connection)))

    def _withheld(self) -> Withheld:
        return Withheld.read(self.connection)
