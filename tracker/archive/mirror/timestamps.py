"""Rows about what authorities have confirmed; written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.git.repository import open_repository
from tracker.archive.mirror.branches import MAIN
from tracker.archive.record.statements import insert
from tracker.archive.schema.connection import translate
from tracker.errors import RepositoryUnusable

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.model.verifying import Timestamp


def read_tip(folder: Path) -> tuple[str, bytes]:
    """Return the commit that holds everything, and the bytes that it is made of.

    Raises ``RepositoryUnusable`` where there is none.
    """
    with open_repository(folder / MIRROR) as repository:
        tip = repository.find_commit(MAIN)
        if tip is None:
            raise RepositoryUnusable(f"{repository.path} holds nothing yet; record a statement: tracker add")
        return tip, repository.read_object(tip)


def keep_timestamp(store: Store, timestamp: Timestamp) -> None:
    """Note what an authority answered, or why it did not."""
    with store.writing.batch(), translate(store.path):
        insert(
            store.writing.connection,
            "INSERT INTO timestamps (run, tip, sha256, authority, confirmed, token, failure)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                store.writing.begin_run(timestamp.asked),
                timestamp.tip,
                timestamp.sha256,
                timestamp.authority,
                timestamp.confirmed,
                timestamp.token,
                timestamp.failure,
            ),
        )
