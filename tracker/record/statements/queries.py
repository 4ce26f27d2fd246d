"""The SQL that readers share: joins, order, how a reference narrows it; and names, in SQL and read back."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from tracker.model.facts import NAMES, TABLES
from tracker.model.texts import Reference, TextKind
from tracker.record.schema.rows import fetch_value

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

_KINDS = {str(kind): kind for kind in get_args(TextKind)}

ITEM_ORDER = "length(item), item, editions.position"
ORDER = f"statements.country, statements.body, sessions.sort, sessions.label, {ITEM_ORDER}"

ALL_EDITIONS = """
FROM statements
JOIN sessions ON sessions.body = statements.body AND sessions.label = statements.session
JOIN editions ON editions.statement = statements.id
"""
"""Those too of which everything was withdrawn."""

_IS_READABLE = "EXISTS (SELECT 1 FROM readable_snapshots WHERE edition = editions.id)"
EDITIONS = f"{ALL_EDITIONS} AND {_IS_READABLE}"

_CURRENT = """
JOIN readable_snapshots AS snapshots ON snapshots.edition = editions.id
JOIN versions ON versions.id = (SELECT max(id) FROM versions WHERE snapshot = snapshots.id)
"""
SNAPSHOTS = f"{ALL_EDITIONS}{_CURRENT}"

# Asked for the id of the version alone, SQLite tries every snapshot: 3 ms of 11,000.
IS_OF_VERSION = "snapshots.id = (SELECT snapshot FROM versions WHERE id = ?)"

# CROSS JOIN keeps the search first; left to choose, SQLite tries every segment against the query.
FOUND = """
FROM segments_fts
CROSS JOIN segments ON segments.id = segments_fts.rowid
CROSS JOIN versions ON versions.id = segments.version
    AND versions.id = (SELECT max(id) FROM versions AS other WHERE other.snapshot = versions.snapshot)
CROSS JOIN readable_snapshots AS snapshots ON snapshots.id = versions.snapshot
JOIN editions ON editions.id = snapshots.edition
JOIN statements ON statements.id = editions.statement
JOIN sessions ON sessions.body = statements.body AND sessions.label = statements.session
"""

NAME = "statements.country, statements.body, statements.session, item, editions.kind, editions.language"

LATEST = (
    "snapshots.ordinal ="
    " (SELECT max(ordinal) FROM readable_snapshots AS other WHERE other.edition = editions.id)"
)

STATEMENT_NAME = "country || '/' || body || '/' || session || ifnull('/' || item, '')"
EDITION_NAME = f"{STATEMENT_NAME} || '~' || ifnull(kind || '.', '') || editions.language"
SNAPSHOT_NAME = f"{EDITION_NAME} || '@' || ordinal"
"""How people name a statement, an edition and a snapshot, as SQL expressions."""

WITH_STATEMENTS = "JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement"
"""What joins snapshots with the tables of their names."""

Condition = tuple[str, object]


def select_facts(connection: sqlite3.Connection, names: Sequence[str] = NAMES) -> str:
    """Return facts as the columns of a query; null where a record lacks one until it is written again."""
    rows = (row for table in TABLES for row in connection.execute(f"PRAGMA table_info({table})"))
    held = {name for _, name, *_ in rows}
    return ", ".join(name if name in held else f"NULL AS {name}" for name in names)


def narrow(conditions: list[Condition]) -> tuple[str, list[object]]:
    """Return conditions as they follow on a ``WHERE`` clause, and the values that they compare with."""
    return "".join(f" AND {sql}" for sql, _ in conditions), [value for _, value in conditions]


def find_statement(connection: sqlite3.Connection, reference: Reference) -> int | None:
    """Return the id of the statement that a reference names; an item left out names the one without."""
    found: int | None = fetch_value(
        connection,
        "SELECT id FROM statements WHERE country = ? AND body = ? AND session = ? AND ifnull(item, '') = ?",
        [reference.country, reference.body, reference.session, reference.item or ""],
    )
    return found


def join_snapshot(snapshot: str) -> str:
    """Return the joins that find the name of a snapshot, whose id, or NULL, an expression gives."""
    return f"""
LEFT JOIN snapshots ON snapshots.id = {snapshot}
LEFT JOIN editions ON editions.id = snapshots.edition
LEFT JOIN statements ON statements.id = editions.statement
"""


def series_is(country: str | None, body: str | None, session: str | None) -> list[Condition]:
    """Narrow to a country, a body and a session, as far as they are named."""
    pairs = (("statements.country", country), ("statements.body", body), ("statements.session", session))
    return [(f"{column} = ?", value) for column, value in pairs if value]


def statement_is(reference: Reference) -> list[Condition]:
    """Narrow to the statements of a reference."""
    item: list[Condition] = [("item = ?", reference.item)] if reference.item else []
    return [*series_is(reference.country, reference.body, reference.session), *item]


def edition_is(reference: Reference) -> list[Condition]:
    """Narrow to the kind and language of a reference, as far as they are named."""
    pairs = (("editions.kind = ?", reference.kind), ("editions.language = ?", reference.language))
    return [(sql, value) for sql, value in pairs if value]


def snapshot_is(reference: Reference) -> list[Condition]:
    """Narrow to the snapshot of a reference: the one of its ordinal, or those observed by its date."""
    match reference.snapshot:
        case None:
            return []
        case int(ordinal):
            return [("ordinal = ?", ordinal)]
        case date:
            # ISO instants sort as text, and "~" after all of their characters: a day includes its hours.
            return [("observed < ?", f"{date}~")]


def narrow_to(reference: Reference) -> tuple[str, list[object]]:
    """Narrow to the snapshots of a reference; returned as by ``narrow``."""
    return narrow([*statement_is(reference), *edition_is(reference), *snapshot_is(reference)])


def read_name(columns: Sequence[Any]) -> Reference | None:
    """Return a snapshot's reference from the columns of its name; None where a join found none."""
    return Reference(*columns) if columns[0] else None


def read_reference(text: str) -> Reference:
    """Read a reference that was written by ``str``, without a snapshot.

    Nothing is looked up in it: a night reads one for each source, and ``parse_reference`` takes 0.2 ms.
    """
    path, _, edition = text.partition("~")
    country, body, *rest = path.split("/")
    session, item = (*rest, None, None)[:2]
    first, _, second = edition.partition(".")
    kind = _KINDS.get(first)
    return Reference(country, body, session, item, kind, (second if kind else first) or None)
