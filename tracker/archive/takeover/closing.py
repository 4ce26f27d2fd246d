"""What one side closed or destroyed, carried on to what the other side had of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.rights.destruction import destroy_rows
from tracker.model.verifying import Step

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from tracker.model.rights import Act

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

# What a nightly run does not bring back (see refusals) is not to be open by coming from the other side. It is
# kept: that it should be destroyed, too, nobody has ordered.
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
SELECT ?3, reference, decided, authority, reason, person, iif(?3 = 'destroy', NULL, decided), ?2
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
    steps = [
        *_extend(connection, "destroy", connection.execute(_DESTROYED), run),
        *_extend(connection, "withdraw", connection.execute(_WITHDRAWN, [first]), run),
    ]
    connection.execute("UPDATE withdrawals SET completed = NULL WHERE act = 'destroy' AND run >= ?", [first])
    destroy_rows(connection)
    return tuple(steps)


def _extend(
    connection: sqlite3.Connection, act: Act, found: Iterable[tuple[int, str, int]], run: int
) -> Iterator[Step]:
    again: dict[int, int | None] = {}
    for snapshot, name, number in list(found):
        if number not in again:
            again[number] = connection.execute(_AGAIN, [number, run, act]).lastrowid
        connection.execute(_CONCERNED, [again[number], snapshot])
        did = "destroyed" if act == "destroy" else "withdrawn"
        yield Step(did=True, what=name, how=f"{did} by the act that concerns the same on the other side")
