"""Histories that were put aside, as an older release did with runs that the record had not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import DOCUMENTS
from tracker.archive.mirror.parting import TAKE_OVER, name_command
from tracker.archive.mirror.tree import list_tree
from tracker.errors import RepositoryUnusable
from tracker.model.verifying import Finding

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tracker.archive.git.repository import Repository
    from tracker.archive.verify.notes import Notes

REPLACED = "refs/replaced/"


def check_replaced(
    connection: sqlite3.Connection, repository: Repository, notes: Notes, folder: Path
) -> None:
    """Note each history that was put aside and holds documents which the record does not."""
    kept = {name for (name,) in connection.execute("SELECT sha256 FROM documents")}
    for ref in repository.ask("for-each-ref", "--format=%(refname)", REPLACED).decode().split():
        try:
            files = list(list_tree(repository, ref, (DOCUMENTS,)))
        except RepositoryUnusable:
            continue  # Its objects are damaged, which is told for itself.
        names = {path.rpartition("/")[2] for path, _ in files if not path.endswith(".json")}
        lacking = len(names - kept)
        if lacking:
            meaning = f"it was put aside, and holds documents that the record does not, {lacking:,} of them"
            remedy = f"to have them in the record: {name_command(f'{TAKE_OVER} {ref}', folder)}"
            notes.find(Finding("unverifiable", "history", ref, "mirror.git", meaning, remedy))
