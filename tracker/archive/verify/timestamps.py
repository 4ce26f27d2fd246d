"""What authorities have confirmed of the mirror's history: each token against the commit that it is about."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from tracker.archive.verify.notes import RESTORE, fault
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3

    from tracker.archive.git.repository import Repository
    from tracker.archive.verify.means import JudgeToken
    from tracker.archive.verify.notes import Notes

_WHERE = "tracker.db, table timestamps"


def check_timestamps(
    connection: sqlite3.Connection, repository: Repository, judge: JudgeToken, notes: Notes
) -> None:
    """Check every token that was kept."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'timestamps'").fetchone():
        return
    rows = connection.execute("SELECT tip, sha256, authority, token FROM timestamps WHERE token IS NOT NULL")
    for tip, digest, authority, token in rows:
        notes.look("timestamps")
        what = f"time-stamp of commit {tip[:12]} by {authority}"
        content = repository.read_whole(tip)
        if content is None:
            meaning = "the commit is not in the mirror: a history that was begun anew, or rewritten by order"
            notes.find(Finding("unverifiable", "timestamps", what, _WHERE, meaning))
            continue
        standing, meaning = judge(bytes(token), content)
        if sha256(content).hexdigest() != digest:
            standing, meaning = "fault", "the row names another digest than the commit has"
        if standing == "fault":
            notes.find(fault("timestamps", what, _WHERE, meaning, RESTORE))
        elif standing == "unverifiable":
            remedy = "put the certificates of the authorities that you trust into timestamp-roots.pem"
            notes.find(Finding("unverifiable", "timestamps", what, _WHERE, meaning, remedy))
