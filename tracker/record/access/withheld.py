"""What was withdrawn, and what around it is hidden from everybody: quotes of it in what the ledger tells.

Those quotes are what somebody typed, and what was noted of its contents. References, digests, sizes, dates,
addresses, and who decided why, stay.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from tracker.errors import ReferenceInvalid
from tracker.model.ledger import TOLD_CAUSES
from tracker.model.texts import Reference
from tracker.record.access.withdrawals import OPEN_REVIEWS, read_given_elsewhere, read_withdrawn_documents
from tracker.record.schema.rows import fetch_column, has_table
from tracker.references import parse_reference

if TYPE_CHECKING:
    import sqlite3

    from tracker.model.ledger import Check, Expectation, Review, RunEntry

_SNAPSHOTS = """
SELECT country, body, session, item, kind, language, ordinal FROM standing_withdrawals
JOIN snapshots ON snapshots.id = snapshot
JOIN editions ON editions.id = edition
JOIN statements ON statements.id = statement
"""

_STATEMENTS = """
SELECT statements.id, country, body, session, item FROM statements
JOIN editions ON editions.statement = statements.id
JOIN snapshots ON snapshots.edition = editions.id
GROUP BY statements.id HAVING count(*) = sum(snapshots.id IN (SELECT snapshot FROM standing_withdrawals))
"""
"""Those of which everything was withdrawn."""

_RUNS = f"""
WITH gone AS (SELECT snapshot FROM standing_withdrawals WHERE snapshot IS NOT NULL),
    whole AS ({_STATEMENTS})
SELECT run FROM snapshots WHERE id IN gone
UNION SELECT run FROM decisions WHERE old_snapshot IN gone OR new_snapshot IN gone
UNION SELECT run FROM amendments WHERE statement IN (SELECT id FROM whole)
UNION SELECT run FROM reviews WHERE document IN (SELECT document FROM standing_withdrawals)
    AND id NOT IN ({OPEN_REVIEWS})
UNION SELECT run FROM expectations JOIN whole USING (country, body, session)
    WHERE expectations.item IS whole.item
"""  # noqa: S608 (a query of ours)
"""In which somebody recorded it, said more of it, or decided on it: what was typed may quote it."""

_ASKING = """
WITH gone AS (SELECT snapshot FROM standing_withdrawals WHERE snapshot IS NOT NULL)
SELECT run FROM requests WHERE old_snapshot IN gone OR new_snapshot IN gone
"""


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was withdrawn, as the rows around it name it."""

    snapshots: frozenset[Reference]
    statements: frozenset[Reference]
    """Those of which nothing is left to read."""
    documents: frozenset[str]
    runs: frozenset[int]
    elsewhere: frozenset[tuple[str, str]] = frozenset()
    """Sources that gave such a document for another statement, with the document."""

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Self:
        """Return what is withdrawn in a record."""
        if not connection.execute("SELECT 1 FROM standing_withdrawals LIMIT 1").fetchone():
            return cls(frozenset(), frozenset(), frozenset(), frozenset())
        return cls(
            frozenset(Reference(*name) for name in connection.execute(_SNAPSHOTS)),
            frozenset(Reference(*name) for _, *name in connection.execute(_STATEMENTS)),
            read_withdrawn_documents(connection),
            frozenset((*fetch_column(connection, _RUNS), *_find_asking(connection))),
            read_given_elsewhere(connection),
        )

    def run(self, entry: RunEntry) -> RunEntry:
        """Return a run, with only the name of its command where the rest may quote withdrawn material.

        The reason of a withdrawal is meant to be read.
        """
        if not entry.command or not self.may_quote(entry.id, entry.kind, entry.command):
            return entry
        return replace(entry, command=name_command(entry.command))

    def may_quote(self, run: int, kind: str | None, command: str) -> bool:
        """Return whether a run's command may quote what was withdrawn."""
        if kind == "withdraw":
            return False
        return run in self.runs or bool(self.statements and self.statements & _read_named(command))

    def check(self, check: Check) -> Check:
        """Return a check without what it noted of contents, and without what servers said of them."""
        is_ours = check.snapshot in self.snapshots or self._is_ours(check.source, check.sha256)
        if not is_ours or check.cause in TOLD_CAUSES:
            return check
        exchanges = tuple(replace(each, headers=()) for each in check.exchanges)
        return replace(check, detail="", exchanges=exchanges)

    def review(self, review: Review) -> Review:
        """Return a review without what it quotes."""
        is_ours = self._is_ours(review.source, review.sha256)
        return replace(review, detail="", reason=None) if is_ours else review

    def _is_ours(self, source: str, document: str | None) -> bool:
        return document in self.documents and (source, document) not in self.elsewhere

    def expectation(self, each: Expectation) -> Expectation:
        """Return a note on a statement without its words."""
        return replace(each, note=None) if each.reference in self.statements else each


def _find_asking(connection: sqlite3.Connection) -> tuple[int, ...]:
    """Return the runs in which a second reader was asked about it."""
    return fetch_column(connection, _ASKING) if has_table(connection, "requests") else ()


def _read_named(command: str) -> frozenset[Reference]:
    """Return the statements that the words of a command name."""
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return frozenset(filter(None, map(_read_statement, words)))


def _read_statement(word: str) -> Reference | None:
    try:
        found = parse_reference(word)
    except ReferenceInvalid:
        return None
    return Reference(found.country, found.body, found.session, found.item)


def name_command(command: str) -> str:
    """Return the name of a command without what was typed behind it."""
    words = command.split()
    return command if words[2:] in ([], ["..."]) else " ".join([*words[:2], "..."])
