"""What is removed from each row when material is destroyed; the same in the record and its mirror. Pure."""

from __future__ import annotations

import json
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from tracker.record.access.withheld import name_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tracker.preservation.mirror.row_files import Row

    Header = tuple[str, str]

GONE = "destroyed"
"""The text of a column that must not be empty."""


_PLAIN = frozenset({"date", "age", "content-length", "last-modified"})
"""Of the headers of requests and answers, those that quote nothing."""

_ANY = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Destroyed:
    """Everything of which only digests are left; numbers are those of rows."""

    snapshots: frozenset[int]
    documents: frozenset[str]
    statements: frozenset[int]
    """Those of which a snapshot was destroyed: a title that was read out of a document may be of that one."""
    wholly: frozenset[int]
    """Of those, the ones of which nothing else is left."""
    sources: frozenset[str]
    """Which gave any of it: what was noted of their documents may quote it."""
    addresses: frozenset[str]
    runs: frozenset[int]
    """In which somebody recorded it or decided on it: what was typed may quote it."""
    outcomes: frozenset[int] = frozenset()
    """Checks of its sources: a server's headers may hold a document's title."""
    names: frozenset[tuple[str, str, str, str | None]] = frozenset()
    """Country, body, session and item of the statements: a note on one that is expected may quote it."""
    _: KW_ONLY
    last: int = _ANY
    """The run that removed it last: what was recorded in a later one stays as it is."""
    later_titles: frozenset[tuple[int, str]] = frozenset()
    """Titles that statements were given in a later run."""


def scrub(table: str, row: Row, gone: Destroyed) -> Row:
    """Return a row without what quotes destroyed material: itself where it does not.

    A row of the public branch may lack columns.
    """
    rule = _RULES.get(table)
    run = row.get("run")
    is_later = isinstance(run, int) and run > gone.last
    changed = rule(row, gone) if rule and not is_later else {}
    changed = {name: value for name, value in changed.items() if name in row and row[name] != value}
    return {**row, **changed} if changed else row


def _statement(row: Row, gone: Destroyed) -> Row:
    is_whole = row["id"] in gone.wholly
    if not is_whole and not (row["id"] in gone.statements and row.get("title_inferred")):
        return {}
    if (row["id"], row.get("title")) in gone.later_titles:
        return {}
    return {"title": None, "title_inferred": 0}


def _amendment(row: Row, gone: Destroyed) -> Row:
    is_of_title = row["statement"] in gone.wholly and row["field"] == "title"
    if not is_of_title and not (row["statement"] in gone.statements and row["field"] == "guessed title"):
        return {}
    return {"earlier": "", "later": GONE}


def _outcome(row: Row, gone: Destroyed) -> Row:
    is_ours = row.get("snapshot") in gone.snapshots or row.get("sha256") in gone.documents
    had_bytes = row.get("sha256") is not None and row.get("source") in gone.sources
    return {"detail": "", "etag": None} if (is_ours or had_bytes) and row.get("cause") != "withdrawn" else {}


def _review(row: Row, gone: Destroyed) -> Row:
    return {"reason": GONE} if row["document"] in gone.documents and row.get("verdict") else {}


def _decision(row: Row, gone: Destroyed) -> Row:
    old, new = (row[f"{side}_snapshot"] in gone.snapshots for side in ("old", "new"))
    return {
        **({"old_segments": "[]"} if old else {}),
        **({"new_segments": "[]"} if new else {}),
        **({"note": None} if old or new else {}),
    }


def _run(row: Row, gone: Destroyed) -> Row:
    command = row.get("command")
    return {"command": name_command(str(command))} if row["id"] in gone.runs and command else {}


def _candidate(row: Row, gone: Destroyed) -> Row:
    return {"text": GONE} if row["address"] in gone.addresses else {}


def _exchange(row: Row, gone: Destroyed) -> Row:
    if row["outcome"] not in gone.outcomes:
        return {}
    return {name: _keep_plain(str(row[name])) for name in ("request_headers", "headers") if name in row}


def _expectation(row: Row, gone: Destroyed) -> Row:
    name = tuple(row.get(part) for part in ("country", "body", "session", "item"))
    return {"note": GONE} if name in gone.names and row.get("note") else {}


def _keep_plain(headers: str) -> str:
    return json.dumps(keep_plain(json.loads(headers)), ensure_ascii=False)


def keep_plain(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Return the headers, pairs of name and value, that say no more than when, and how much."""
    return tuple(pair for pair in headers if str(pair[0]).lower() in _PLAIN)


_RULES: Mapping[str, Callable[[Row, Destroyed], Row]] = {
    "statements": _statement,
    "amendments": _amendment,
    "outcomes": _outcome,
    "reviews": _review,
    "decisions": _decision,
    "runs": _run,
    "candidates": _candidate,
    "exchanges": _exchange,
    "expectations": _expectation,
}

SCRUBBED = tuple(_RULES)
"""Tables whose rows stay without what they quote; rows that belong to a snapshot are removed."""
