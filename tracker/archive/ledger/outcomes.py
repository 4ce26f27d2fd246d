"""Rows about what each check of each source came to, with the evidence; written once, never changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracker.archive.record.encoding import read_reference
from tracker.archive.record.statements import insert
from tracker.archive.schema.connection import fetch_row
from tracker.model.ledger import Check
from tracker.model.texts import Reference
from tracker.model.watching import Exchange, Validators

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

_ENCODER = json.JSONEncoder(separators=(",", ":"))
_NAME = "statements.country, statements.body, statements.session, item, editions.kind, editions.language"

_CHECKS = f"""
SELECT outcomes.id, outcomes.source, address, outcome, outcomes.observed, seconds, cause, detail, reference,
    outcomes.url, http_status, sha256, size, announced, etag, last_modified,
    {_NAME}, ordinal
FROM outcomes
LEFT JOIN snapshots ON snapshots.id = outcomes.snapshot
LEFT JOIN editions ON editions.id = snapshots.edition
LEFT JOIN statements ON statements.id = editions.statement
"""  # noqa: S608 (names from the list above)

_COLUMNS = (
    "run, source, outcome, cause, observed, seconds, address, reference, snapshot, url, http_status,"
    " sha256, size, announced, etag, last_modified, detail"
)


def write_check(connection: sqlite3.Connection, run: int, check: Check, snapshot: int | None) -> int:
    """Write what a check came to, with its exchanges, and return its id."""
    outcome = insert(
        connection,
        f"INSERT INTO outcomes ({_COLUMNS}) VALUES ({', '.join('?' * 17)})",  # noqa: S608 (our names)
        (
            run,
            check.source,
            check.outcome,
            check.cause,
            check.observed,
            round(check.seconds, 3),
            check.address,
            str(check.reference) if check.reference else None,
            snapshot,
            check.url,
            check.http_status,
            check.sha256,
            check.size,
            check.announced,
            check.validators.etag,
            check.validators.last_modified,
            check.detail,
        ),
    )
    connection.executemany(
        "INSERT INTO exchanges (outcome, ordinal, requested, url, status, request_headers, headers)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        _exchange_rows(outcome, check.exchanges),
    )
    return outcome


def select_checks(connection: sqlite3.Connection, clause: str, values: Sequence[object]) -> tuple[Check, ...]:
    """Return the checks that a clause of our own picks and orders, without their exchanges."""
    rows = connection.execute(f"{_CHECKS} {clause}", values).fetchall()
    return tuple(_read_check(connection, row) for row in rows)


def read_checks(connection: sqlite3.Connection, run: int, *, evidence: bool = False) -> tuple[Check, ...]:
    """Return what a run's checks came to, in the order in which they did; exchanges where asked for."""
    rows = connection.execute(f"{_CHECKS} WHERE outcomes.run = ? ORDER BY outcomes.id", [run]).fetchall()
    return tuple(_read_check(connection, row, evidence=evidence) for row in rows)


def read_check(connection: sqlite3.Connection, outcome: int) -> Check:
    """Return one check with its exchanges, by an id that the record itself gave."""
    row = fetch_row(connection, f"{_CHECKS} WHERE outcomes.id = ?", [outcome])
    return _read_check(connection, row, evidence=True)


def read_past(connection: sqlite3.Connection, source: str, limit: int) -> tuple[Check, ...]:
    """Return the latest checks of a source, newest first."""
    clause = "WHERE outcomes.source = ? ORDER BY outcomes.id DESC LIMIT ?"
    return select_checks(connection, clause, [source, limit])


def read_content_type(connection: sqlite3.Connection, outcome: int) -> str | None:
    """Return the ``Content-Type`` of the last answer to a check, by its id; None where there was none."""
    exchanges = _read_exchanges(connection, outcome)
    return exchanges[-1].content_type if exchanges else None


def _exchange_rows(outcome: int, exchanges: Iterable[Exchange]) -> Iterator[tuple[object, ...]]:
    for ordinal, exchange in enumerate(exchanges, 1):
        yield (
            outcome,
            ordinal,
            exchange.requested,
            exchange.url,
            exchange.status,
            _write_headers(exchange.request_headers),
            _write_headers(exchange.headers),
        )


def _write_headers(headers: Iterable[tuple[str, str]]) -> str:
    return _ENCODER.encode(tuple(headers))


def _read_headers(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in json.loads(text))


def _read_exchanges(connection: sqlite3.Connection, outcome: int) -> tuple[Exchange, ...]:
    rows = connection.execute(
        "SELECT requested, url, request_headers, status, headers FROM exchanges WHERE outcome = ?"
        " ORDER BY ordinal",
        [outcome],
    )
    return tuple(
        Exchange(requested, url, _read_headers(sent), status, _read_headers(headers))
        for requested, url, sent, status, headers in rows
    )


def _read_check(connection: sqlite3.Connection, row: tuple[Any, ...], *, evidence: bool = False) -> Check:
    id_, source, address, outcome, observed, seconds, cause, detail, reference, *rest = row
    url, http_status, sha256, size, announced, etag, last_modified, *snapshot = rest
    return Check(
        source,
        address,
        outcome,
        observed,
        seconds,
        cause,
        detail,
        read_reference(reference) if reference else None,
        Reference(*snapshot) if snapshot[0] else None,
        url,
        http_status,
        sha256,
        size,
        announced,
        Validators(etag, last_modified),
        _read_exchanges(connection, id_) if evidence else (),
    )
