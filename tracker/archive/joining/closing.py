"""What one side closed or destroyed, carried on to what the other side had of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.destruction import destroy_rows
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

_NAME = (
    "country || '/' || body || '/' || session || ifnull('/' || item, '') || '~'"
    " || ifnull(kind || '.', '') || editions.language || '@' || ordinal"
)

_DESTROYED = f"""
SELECT snapshots.id, {_NAME}, (
    SELECT max(withdrawal) FROM standing_withdrawals AS acts
    WHERE acts.document = snapshots.document AND act = 'destroy'
) AS found
FROM snapshots JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
WHERE found IS NOT NULL AND snapshots.id NOT IN (
    SELECT snapshot FROM standing_withdrawals WHERE act = 'destroy' AND snapshot IS NOT NULL
)
"""  # noqa: S608 (our own text)

# What a nightly run does not bring back (see refusals) is not to be open by coming from the other side.
_WITHDRAWN = f"""
SELECT readable.id, {_NAME}, coalesce((
    SELECT max(withdrawal) FROM standing_withdrawals AS acts WHERE acts.document = readable.document
    OR acts.text IN (SELECT sha256 FROM versions WHERE versions.snapshot = readable.id)
), (
    SELECT max(withdrawal) FROM standing_withdrawals AS acts JOIN snapshots AS others
    ON others.id = acts.snapshot AND others.edition = readable.edition
    WHERE NOT EXISTS (SELECT 1 FROM readable_snapshots AS kept WHERE kept.edition = readable.edition
        AND (kept.run < ?1) = (others.run < ?1))
)) AS found
FROM readable_snapshots AS readable
JOIN editions ON editions.id = edition JOIN statements ON statements.id = statement
WHERE found IS NOT NULL
"""  # noqa: S608 (our own text)

_AGAIN = """
INSERT INTO withdrawals (act, reference, decided, authority, reason, person, completed, run)
SELECT act, reference, decided, authority, reason, person, iif(act = 'destroy', NULL, decided), ?2
FROM withdrawals WHERE id = ?1
"""

_CONCERNED = """
INSERT INTO withdrawn (withdrawal, snapshot, document, text, words)
SELECT ?1, snapshots.id, document, sha256, words FROM snapshots
LEFT JOIN versions ON versions.snapshot = snapshots.id WHERE snapshots.id = ?2
"""


def close_again(connection: sqlite3.Connection, first: int, run: int) -> tuple[Step, ...]:
    """Withdraw and destroy what is open and was closed by an act of the other side, by that act once more.

    ``first`` is the first run that was taken over, ``run`` the run that does this. What was destroyed is in
    no row then; its destruction counts as begun, so that the copies follow.
    """
    steps = [*_extend(connection, _DESTROYED, first, run), *_extend(connection, _WITHDRAWN, first, run)]
    connection.execute("UPDATE withdrawals SET completed = NULL WHERE act = 'destroy' AND run >= ?", [first])
    destroy_rows(connection)
    return tuple(steps)


def _extend(connection: sqlite3.Connection, query: str, first: int, run: int) -> Iterator[Step]:
    values = [first] if "?1" in query else []
    again: dict[int, int | None] = {}
    for snapshot, name, act in connection.execute(query, values).fetchall():
        if act not in again:
            again[act] = connection.execute(_AGAIN, [act, run]).lastrowid
        connection.execute(_CONCERNED, [again[act], snapshot])
        (did,) = connection.execute("SELECT act FROM withdrawals WHERE id = ?", [act]).fetchone()
        told = "destroyed" if did == "destroy" else "withdrawn"
        yield Step(did=True, what=name, how=f"{told} by the act that concerns the same on the other side")
