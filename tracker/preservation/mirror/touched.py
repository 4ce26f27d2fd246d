"""Whether another program has changed what was mirrored, as far as triggers tell: a glance, no proof."""

from __future__ import annotations

import re
import sqlite3
from typing import Final

TOUCHED: Final = (
    "another program has changed the record: dates or texts may be wrong; run: tracker verify; where that"
    " finds nothing, the change was undone: tracker mirror update"
)
"""What whoever reads the record is told."""

_MARKED = """
SELECT content, (SELECT max(id) FROM runs) FROM unmirrored
JOIN mirror_commits ON mirror_commits.name = substr(unmirrored.name, 1, 40)
WHERE unit = 'tips' AND EXISTS (SELECT 1 FROM unmirrored WHERE unit NOT IN ('tips', 'closed', 'archive'))
LIMIT 1
"""
_UNGUARDED = """
SELECT 1 FROM unmirrored WHERE unit = 'tips' AND NOT EXISTS (
    SELECT 1 FROM main.sqlite_master WHERE type = 'trigger' AND name GLOB 'unmirrored_*'
)
"""
_NOTED = "SELECT 1 FROM edits WHERE person IS NULL LIMIT 1"
_RUN = re.compile(rb"^Run: (\d{1,18})$", re.MULTILINE)


def is_touched(connection: sqlite3.Connection) -> bool:
    """Tell whether another program has changed a row since, or before the mirror was last written.

    Or has taken away all triggers that would tell.

    Where the record is older, or damaged, nothing is told: that is for ``verify``.
    """
    try:
        is_unguarded = connection.execute(_UNGUARDED).fetchone() is not None
        return is_unguarded or _is_marked(connection) or _is_noted(connection)
    except sqlite3.Error:
        return False


def _is_marked(connection: sqlite3.Connection) -> bool:
    """Tell whether a row was changed since the mirror had all of them, though no run has been since.

    What people may edit is of the archive as a whole, and does not count. Where a run is not mirrored yet its
    own changes look the same, so that nothing is told.
    """
    content, last = connection.execute(_MARKED).fetchone() or (b"", None)
    runs = _RUN.findall(content) if isinstance(content, bytes) else []
    return bool(runs) and isinstance(last, int) and last <= int(runs[-1])


def _is_noted(connection: sqlite3.Connection) -> bool:
    """Tell whether a change stands that an update of the mirror has noted, and that nobody has accepted."""
    if connection.execute(_NOTED).fetchone() is None:
        return False
    from tracker.preservation.mirror.edits import list_open  # noqa: PLC0415 (7 ms, once something was noted)
    from tracker.record.schema.units import read_tables  # noqa: PLC0415 (as above)

    return any(list_open(connection, read_tables(connection)))
