"""The message where the archive has nothing for a reference: the last part that it has, and what else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from tracker.record.schema.rows import fetch_column

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from tracker.model.texts import Reference

_SHOWN = 12
"""How many names are listed before the rest is only counted: two lines of a terminal."""

_OF_COUNTRY = "(country = ?1 OR ?1 = '')"
"""A reference to a body alone has no country."""
_STATEMENT = f"{_OF_COUNTRY} AND statements.body = ?2 AND (session = ?3 OR ?3 IS NULL)"
_EDITIONS = "FROM statements JOIN editions ON editions.statement = statements.id"


def describe_nearest(connection: sqlite3.Connection, reference: Reference) -> str:
    """Return one line on what is missing and on what there is at that place instead."""
    for describe in (_country, _body, _session, _item, _edition, _snapshot):
        line = describe(connection, reference)
        if line:
            return line
    return f"nothing in the archive for {reference}"


def list_in_order(labels: Sequence[str]) -> str:
    """Return labels in words: runs of numbers as ``70 to 79``, long lists cut short."""
    spans: list[list[str]] = []
    for before, label in pairwise(["", *labels]):
        if spans and _follows(before, label):
            spans[-1].append(label)
        else:
            spans.append([label])
    names = [name for span in spans for name in _shorten(span)]
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _shorten(span: list[str]) -> list[str]:
    return [f"{span[0]} to {span[-1]}"] if span[2:] else span


def _follows(before: str, label: str) -> bool:
    return before.isdecimal() and label.isdecimal() and int(label) == int(before) + 1


def _country(connection: sqlite3.Connection, reference: Reference) -> str:
    countries = _names(connection, "SELECT DISTINCT country FROM statements ORDER BY country")
    if not countries:
        return f"nothing for {reference}: the archive is empty; add a statement with: tracker add"
    if reference.country in {"", *countries}:
        return ""
    return (
        f"nothing by {reference.country} in the archive; there are statements by {list_in_order(countries)}"
    )


def _body(connection: sqlite3.Connection, reference: Reference) -> str:
    query = f"SELECT DISTINCT body FROM statements WHERE {_OF_COUNTRY} ORDER BY body"  # noqa: S608 (constants)
    bodies = _names(connection, query, reference.country)
    if reference.body in {"", *bodies}:
        return ""
    by = f" by {reference.country}" * bool(reference.country)
    return f"nothing{by} at {reference.body} in the archive; it has {list_in_order(bodies)}"


def _session(connection: sqlite3.Connection, reference: Reference) -> str:
    query = (
        "SELECT DISTINCT sessions.label FROM statements JOIN sessions"  # noqa: S608 (constants)
        " ON sessions.body = statements.body AND sessions.label = statements.session"
        f" WHERE {_OF_COUNTRY} AND (statements.body = ?2 OR ?2 = '') ORDER BY sessions.sort, sessions.label"
    )
    labels = _names(connection, query, reference.country, reference.body)
    if reference.session is None or reference.session in labels:
        return ""
    word = "sessions" if labels[1:] else "session"
    series = replace(reference.statement, session=None, item=None)
    return f"{str(series) or 'the archive'} has {word} {list_in_order(labels)}; no {reference.session}"


def _item(connection: sqlite3.Connection, reference: Reference) -> str:
    query = f"SELECT item FROM statements WHERE {_STATEMENT} ORDER BY length(item), item"  # noqa: S608 (constants)
    items = _names(connection, query, reference.country, reference.body, reference.session)
    if reference.item is None or reference.item in items:
        return ""
    place = f"{reference.country}/{reference.body}/{reference.session}"
    named = [item for item in items if item]
    there = list_in_order(named) if named else "one statement, without an item"
    return f"{place} has {there}; no {reference.item}"


def _edition(connection: sqlite3.Connection, reference: Reference) -> str:
    editions = _editions(connection, reference)
    if any(_fits(reference, kind, language) for _, kind, language in editions):
        return ""
    there = list(
        dict.fromkeys(".".join(part for part in (kind, language) if part) for _, kind, language in editions)
    )
    wanted = ".".join(part for part in (reference.kind, reference.language) if part)
    return f"{reference.statement} has {list_in_order(there)}; no {wanted}"


def _snapshot(connection: sqlite3.Connection, reference: Reference) -> str:
    fitting = [id_ for id_, *name in _editions(connection, reference) if _fits(reference, *name)]
    query = "SELECT min(observed), max(ordinal) FROM snapshots WHERE edition = ?"
    first, last = connection.execute(query, fitting[:1]).fetchone()
    place = reference.edition
    if isinstance(reference.snapshot, str):
        return f"{place} was first observed at {first}; nothing by {reference.snapshot}"
    count = "one snapshot" if last == 1 else f"{last} snapshots"
    return f"{place} has {count}; no @{reference.snapshot}"


def _editions(connection: sqlite3.Connection, reference: Reference) -> list[tuple[int, str | None, str]]:
    query = f"SELECT editions.id, kind, language {_EDITIONS} WHERE {_STATEMENT}"
    values = [reference.country, reference.body, reference.session]
    if reference.item:
        query, values = f"{query} AND item = ?4", [*values, reference.item]
    return connection.execute(f"{query} ORDER BY length(item), item, position", values).fetchall()


def _fits(reference: Reference, kind: str | None, language: str | None) -> bool:
    return reference.kind in {None, kind} and reference.language in {None, language}


def _names(connection: sqlite3.Connection, query: str, *values: str | None) -> list[str]:
    return list(fetch_column(connection, query, values))
