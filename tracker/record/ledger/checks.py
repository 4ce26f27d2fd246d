"""Rows about checks of sources, with their evidence: written once, repeated, and how long nobody looked.

An ``unchanged`` outcome stays a source's latest as long as each check after it is the same in every column
but the instant. Every such check is a row of ``repeats``, which says in which run and when.
"""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tracker.model.ledger import GOOD_OUTCOMES, READ_ELSEWHERE, TOLD_CAUSES, Check
from tracker.model.texts import Reference
from tracker.model.watching import Exchange, Validators
from tracker.record.schema.rows import fetch_column, fetch_row, fetch_value, insert, pick
from tracker.record.statements.queries import NAME, join_snapshot, read_name, read_reference

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from tracker.model.health import SourceState
    from tracker.model.ledger import CheckOutcome
    from tracker.model.record import Checked


_ENCODER = json.JSONEncoder(separators=(",", ":"))

_LAST_OBSERVED = """ifnull(
    (SELECT observed FROM repeats WHERE outcome = outcomes.id ORDER BY run DESC LIMIT 1), outcomes.observed
)"""
"""When a row of ``outcomes`` was last observed."""

_OUTCOME = ("source", "address", "outcome", "observed", "cause", "detail")
_ANSWER = ("url", "http_status", "sha256", "size", "announced")
"""Columns that are named like the parts of a ``Check``."""

_CHECKS = f"""
SELECT outcomes.id, reference, etag, last_modified,
    outcomes.source, address, outcomes.outcome, %s, %s, cause, detail,
    outcomes.url, http_status, sha256, size, announced,
    {NAME}, ordinal
FROM outcomes
{join_snapshot("outcomes.snapshot")}
"""  # noqa: S608 (our own text)
_OF_RUN = _CHECKS % ("outcomes.observed", "outcomes.seconds")
_AGAIN = _CHECKS % ("repeats.observed", "repeats.seconds") + "JOIN repeats ON repeats.outcome = outcomes.id"

_GOOD = "outcomes.outcome IN ('new', 'changed', 'unchanged', 'moved')"

# What a person accepted since was there, and so was what may not be kept; a form to log in was not.
_TOLD = "('{}')".format("', '".join(TOLD_CAUSES))
_FOUND = f"""
found.source = outcomes.source AND (
    ({_GOOD.replace("outcomes", "found", 1)} AND found.cause <> '{READ_ELSEWHERE}')
    OR found.cause IN {_TOLD} OR EXISTS (
        SELECT 1 FROM reviews
        WHERE reviews.source = found.source AND reviews.document = found.sha256 AND verdict = 'accept'
    )
)
"""  # noqa: S608 (our own text)
"""Whether a check met the text of its source."""

_FIRST_GONE = f"""
WHERE outcomes.outcome = 'gone' AND outcomes.observed >= ? AND outcomes.observed < ?
AND NOT EXISTS (
    SELECT 1 FROM outcomes AS earlier
    WHERE earlier.source = outcomes.source AND earlier.outcome = 'gone' AND earlier.id < outcomes.id
    AND earlier.id > ifnull(
        (SELECT max(found.id) FROM outcomes AS found WHERE found.id < outcomes.id AND {_FOUND}), 0
    )
)
ORDER BY outcomes.id
"""  # noqa: S608 (our own text)

_MISSING = f"""
WHERE outcomes.source = ? AND http_status IN (SELECT value FROM json_each(?))
AND outcomes.id > ifnull((SELECT max(found.id) FROM outcomes AS found WHERE {_FOUND}), 0)
ORDER BY outcomes.id
"""  # noqa: S608 (our own text)

_LAST_GIVEN = """
SELECT outcomes.id, edition FROM outcomes JOIN snapshots ON snapshots.id = outcomes.snapshot
WHERE outcomes.source = ? ORDER BY outcomes.id DESC LIMIT 1
"""
_OTHER_GIVERS = """
SELECT DISTINCT outcomes.source FROM outcomes JOIN snapshots ON snapshots.id = outcomes.snapshot
WHERE edition = ? AND outcomes.source <> ? ORDER BY outcomes.source
"""

_LISTED = f"""
SELECT id FROM outcomes WHERE source = ?1 AND address = ?2 AND reference IS NULL AND {_GOOD}
AND sha256 IN (SELECT sha256 FROM documents WHERE bytes IS NOT NULL)
ORDER BY %s LIMIT 1
"""  # noqa: S608 (our own text)
_LAST_LISTED = _LISTED % "id DESC"
_LISTED_BY = _LISTED % "CASE WHEN substr(observed, 1, 10) <= ?3 THEN -id ELSE id END"

_FULL = f"""
SELECT runs.id, %s.observed FROM outcomes %s JOIN runs ON runs.id = %s.run
WHERE source = ? AND watch_list IN (SELECT value FROM json_each(?)) AND sha256 IS NOT NULL AND {_GOOD}
ORDER BY outcomes.id DESC, runs.id DESC LIMIT 1
"""  # noqa: S608 (our own text)
_FULL_CHECKS = (
    _FULL % ("outcomes", "", "outcomes"),
    _FULL % ("repeats", "JOIN repeats ON repeats.outcome = outcomes.id", "repeats"),
)

_CAPTURED = """
SELECT country, body, session, item, min(observed) AS captured FROM statements
JOIN editions ON editions.statement = statements.id
JOIN snapshots ON snapshots.edition = editions.id
GROUP BY statements.id HAVING captured >= ? AND captured < ? ORDER BY captured, statements.id
"""


def write_check(connection: sqlite3.Connection, run: int, check: Check, snapshot: int | None) -> int:
    """Write the result of a check with its exchanges, or that it is the one before again; return its id."""
    row = {
        "run": run,
        "seconds": round(check.seconds, 3),
        "reference": str(check.reference) if check.reference else None,
        "snapshot": snapshot,
        **pick(check, *_OUTCOME, *_ANSWER),
        **pick(check.validators, "etag", "last_modified"),
    }
    if repeated := _write_repeat(connection, row, check.exchanges):
        return repeated
    outcome = insert(connection, "outcomes", **row)
    for ordinal, exchange in enumerate(check.exchanges, 1):
        insert(
            connection,
            "exchanges",
            outcome=outcome,
            ordinal=ordinal,
            **pick(exchange, "requested", "url", "status"),
            request_headers=_ENCODER.encode(exchange.request_headers),
            headers=_ENCODER.encode(exchange.headers),
        )
    return outcome


def _select_checks(
    connection: sqlite3.Connection, clause: str, values: Sequence[object]
) -> tuple[Check, ...]:
    """Return the checks that a clause selects and orders, observed when they were last repeated."""
    query = _CHECKS % (_LAST_OBSERVED, "outcomes.seconds")
    rows = connection.execute(f"{query} {clause}", values).fetchall()
    return tuple(_read_check(connection, row) for row in rows)


def read_checks(connection: sqlite3.Connection, run: int, *, evidence: bool = False) -> tuple[Check, ...]:
    """Return the results of a run's checks, repeats last; with their exchanges where ``evidence`` is set."""
    query = f"{_OF_RUN} WHERE outcomes.run = ? ORDER BY outcomes.id"
    rows = connection.execute(query, [run]).fetchall()
    checks = tuple(_read_check(connection, row, evidence=evidence) for row in rows)
    return checks + _read_repeats(connection, "WHERE repeats.run = ? ORDER BY repeats.id", run)


def read_check(connection: sqlite3.Connection, outcome: int) -> Check:
    """Return one check with its exchanges, by an id that the record itself gave."""
    row = fetch_row(connection, f"{_OF_RUN} WHERE outcomes.id = ?", [outcome])
    return _read_check(connection, row, evidence=True)


def read_repeated(connection: sqlite3.Connection, outcome: int) -> tuple[Check, ...]:
    """Return one check with its exchanges, and after it those that only repeated it."""
    again = _read_repeats(connection, "WHERE repeats.outcome = ? ORDER BY repeats.id", outcome)
    return read_check(connection, outcome), *again


def _read_repeats(connection: sqlite3.Connection, clause: str, value: int) -> tuple[Check, ...]:
    return tuple(_read_check(connection, row) for row in connection.execute(f"{_AGAIN} {clause}", [value]))


def read_past(connection: sqlite3.Connection, source: str, limit: int) -> tuple[Check, ...]:
    """Return the latest checks of a source, newest first."""
    clause = "WHERE outcomes.source = ? ORDER BY outcomes.id DESC LIMIT ?"
    return _select_checks(connection, clause, [source, limit])


def read_told(connection: sqlite3.Connection, source: str, run: int | None, limit: int) -> tuple[Check, ...]:
    """Return the latest checks of a source up to a run, or of all runs, newest first."""
    clause = "WHERE outcomes.source = ? AND outcomes.run <= coalesce(?, outcomes.run)"
    return _select_checks(connection, f"{clause} ORDER BY outcomes.id DESC LIMIT ?", [source, run, limit])


def read_content_type(connection: sqlite3.Connection, outcome: int) -> str | None:
    """Return the ``Content-Type`` of the last answer to a check, by its id; None where there was none."""
    exchanges = _read_exchanges(connection, outcome)
    return exchanges[-1].content_type if exchanges else None


def read_document_type(connection: sqlite3.Connection, sha256: str, source: str) -> str | None:
    """Return the ``Content-Type`` with which a document came first, from this source if it ever did.

    Of a check that met what was withdrawn no such header is kept.
    """
    query = "SELECT id FROM outcomes WHERE sha256 = ? ORDER BY cause = 'withdrawn', source <> ?, id LIMIT 1"
    found = fetch_column(connection, query, [sha256, source])
    return read_content_type(connection, int(found[0])) if found else None


def read_sources(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the ids of all sources that were ever checked."""
    return fetch_column(connection, "SELECT DISTINCT source FROM outcomes ORDER BY source")


def read_state(connection: sqlite3.Connection, source: str) -> SourceState | None:
    """Return the state of a source; None where it was never checked."""
    from tracker.model.health import SourceState  # noqa: PLC0415 (3 ms that a night does not take)

    last = read_past(connection, source, 1)
    if not last:
        return None
    latest = (
        f"SELECT id, {_LAST_OBSERVED} FROM outcomes WHERE source = ? AND {_GOOD} ORDER BY id DESC LIMIT 1"  # noqa: S608 (our own text)
    )
    found, succeeded = connection.execute(latest, [source]).fetchone() or (0, None)
    # By the number of the check: one by a clock that was wrong may have an earlier date.
    failures, since = fetch_row(
        connection,
        "SELECT count(*), (SELECT observed FROM outcomes WHERE source = ?1 AND id > ?2 ORDER BY id LIMIT 1)"
        " FROM outcomes WHERE source = ?1 AND id > ?2",
        [source, found],
    )
    waiting = "SELECT count(*) FROM reviews WHERE source = ? AND verdict IS NULL"
    return SourceState(last[0], succeeded, failures, since, fetch_value(connection, waiting, [source]))


def read_other_outcome(connection: sqlite3.Connection, source: str, outcome: CheckOutcome) -> str | None:
    """Return when a check of a source last came to another outcome than this; None where none did."""
    other = "FROM outcomes WHERE source = ? AND outcome <> ? ORDER BY id DESC LIMIT 1"
    when: str | None = fetch_value(connection, f"SELECT {_LAST_OBSERVED} {other}", [source, outcome])
    return when


def read_first_gone(connection: sqlite3.Connection, first: str, last: str) -> tuple[Check, ...]:
    """Return the checks, from one instant to before another, that first confirmed a source as gone."""
    return _select_checks(connection, _FIRST_GONE, [first, last])


def read_missing(connection: sqlite3.Connection, source: str, statuses: Collection[int]) -> tuple[Check, ...]:
    """Return the checks, oldest first, by which a server said that a source is missing, since it was found.

    Neither other failures nor what else was met at the address, a form to log in, count as finding it.
    """
    return _select_checks(connection, _MISSING, [source, json.dumps(sorted(statuses))])


def read_elsewhere(connection: sqlite3.Connection, source: str) -> Check | None:
    """Return the check by which the statement that a source gave last is read from another source today.

    That is another link of the same index, or a source that was asked for the first time after this one last
    gave the statement. One that gave it all along beside this one has not taken its place.
    """
    found = connection.execute(_LAST_GIVEN, [source]).fetchone()
    if found is None:
        return None
    last, edition = found
    index, mark, _ = source.partition(":")
    for other in fetch_column(connection, _OTHER_GIVERS, [edition, source]):
        (check,) = read_past(connection, other, 1)
        first = fetch_value(connection, "SELECT min(id) FROM outcomes WHERE source = ?", [other])
        has_followed = first > last or (mark and other.startswith(f"{index}:"))
        if has_followed and check.snapshot and check.outcome in GOOD_OUTCOMES:
            return check
    return None


def read_success(connection: sqlite3.Connection, source: str) -> Check | None:
    """Return the last successful check of a source; None where there was none."""
    clause = f"WHERE outcomes.source = ? AND {_GOOD} ORDER BY outcomes.id DESC LIMIT 1"
    return next(iter(_select_checks(connection, clause, [source])), None)


def read_full_check(connection: sqlite3.Connection, source: str, watch_lists: Sequence[str]) -> str | None:
    """Return when a source was last downloaded whole, without an error, under watch lists (by SHA-256)."""
    values = [source, json.dumps(watch_lists)]
    # By the number of the run: a later one may have an earlier date, where a clock was wrong.
    found = [row for query in _FULL_CHECKS for row in connection.execute(query, values)]
    return str(max(found)[1]) if found else None


def read_captured(connection: sqlite3.Connection, first: str, last: str) -> tuple[tuple[Reference, str], ...]:
    """Return the statements first captured from one instant to before another, with when that was."""
    rows = connection.execute(_CAPTURED, [first, last])
    return tuple((Reference(*name), captured) for *name, captured in rows)


def read_listed(connection: sqlite3.Connection, source: str, address: str) -> Check | None:
    """Return the last check of an index at an address that was in order and whose bytes are kept."""
    outcome = fetch_value(connection, _LAST_LISTED, [source, address])
    return read_check(connection, outcome) if outcome else None


def read_listed_by(connection: sqlite3.Connection, source: str, address: str, day: str) -> Check | None:
    """Return what ``read_listed`` returned on a day (ISO), or else the first such check after it."""
    outcome = fetch_value(connection, _LISTED_BY, [source, address, day])
    return read_check(connection, outcome) if outcome else None


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
    id_, reference, etag, last_modified, *rest = row
    names = reference and read_reference(reference), read_name(rest[12:])
    exchanges = _read_exchanges(connection, id_) if evidence else ()
    return Check(*(*rest[:7], *names, *rest[7:12], Validators(etag, last_modified), exchanges))


REPEATED: Final = "unchanged"
"""The only outcome that is repeated: every failure and every change has a row and evidence of its own."""

_TIMED = frozenset({"run", "observed", "seconds"})
"""Columns of an outcome that differ from night to night."""

_LATEST = "SELECT id FROM outcomes WHERE source = ? ORDER BY id DESC LIMIT 1"

_WAY = "SELECT url, status FROM exchanges WHERE outcome = ? ORDER BY ordinal"


def _write_repeat(
    connection: sqlite3.Connection, row: Mapping[str, object], exchanges: Sequence[Exchange]
) -> int | None:
    """Write a check as a repeat of its source's latest; return that one's id, or None where it is none.

    ``row`` has the values of ``outcomes``. Of the requests the addresses and statuses must be the same.
    """
    if row["outcome"] != REPEATED:
        return None
    latest: int | None = fetch_value(connection, _LATEST, [row["source"]])
    same = " AND ".join(f"{name} IS ?" for name in row if name not in _TIMED)
    values = [value for name, value in row.items() if name not in _TIMED]
    if not fetch_value(connection, f"SELECT 1 FROM outcomes WHERE id = ? AND {same}", [latest, *values]):  # noqa: S608 (our names)
        return None
    if [tuple(way) for way in connection.execute(_WAY, [latest])] != [
        (each.url, each.status) for each in exchanges
    ]:
        return None
    insert(connection, "repeats", outcome=latest, **{name: row[name] for name in sorted(_TIMED)})
    return latest


_SOURCES = "SELECT DISTINCT source FROM outcomes WHERE snapshot = ?"

_SEEN = """
SELECT outcomes.observed, snapshot, run, sha256 IS NOT NULL FROM outcomes
WHERE source = :source AND snapshot IS NOT NULL
UNION ALL
SELECT repeats.observed, snapshot, repeats.run, sha256 IS NOT NULL FROM outcomes
JOIN repeats ON repeats.outcome = outcomes.id WHERE source = :source AND snapshot IS NOT NULL
ORDER BY 1
"""
_CORRECTED = "SELECT id, started FROM runs WHERE kind = 'snapshot' AND command LIKE '%--clock-is-right%'"


def read_checked(connection: sqlite3.Connection, snapshot: int) -> Checked | None:
    """Return how often a snapshot was found by checks; None for one that no source gave.

    The longest gap is that between two checks of one source that both found a text, the second of them
    this one: what was published in between was seen by nobody.
    """
    from tracker.model.record import Checked  # noqa: PLC0415 (7 ms that a night does not take)

    corrected = connection.execute(_CORRECTED).fetchall()
    found: list[str] = []
    misdated: list[str] = []
    in_full, gaps = 0, [0]
    for source in fetch_column(connection, _SOURCES, [snapshot]):
        seen, wrong = [], []
        for observed, given, run, is_full in connection.execute(_SEEN, {"source": source}):
            in_full += is_full and given == snapshot
            if any(later > run and started < observed for later, started in corrected):
                wrong.append((observed, given))
            else:
                seen.append((observed, given))
        misdated += [observed for observed, given in wrong if given == snapshot]
        found += [observed for observed, given in seen if given == snapshot]
        gaps += [_days(before, now) for (before, _), (now, given) in pairwise(seen) if given == snapshot]
    number = len(found) + len(misdated)
    return Checked(number, in_full, max(found or misdated), max(gaps), len(misdated)) if number else None


def _days(before: str, now: str) -> int:
    return (date.fromisoformat(now[:10]) - date.fromisoformat(before[:10])).days
