"""Statements read and compared before pages show them, by processes; what is kept takes no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive import ArchiveSession
from tracker.comparing.topics.vocabulary.load import load_vocabulary
from tracker.errors import ReferenceInvalid
from tracker.follow.batch import Batch
from tracker.follow.panel import BodyStatements
from tracker.follow.workers import open_processes
from tracker.model.topics import SURE
from tracker.references import find_body

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    Show = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]
    """Shows that something is being done, and how far it is."""


def compare_ahead(place: Path, jobs: int, show: Show) -> list[tuple[str, str]]:
    """Compare each statement of an open copy with the one before it, and keep what comes of it.

    Returns what could not be read or compared, each with the reason.
    """
    failed: list[tuple[str, str]] = []
    with (
        ArchiveSession(place, derived_beside=place.parent) as archive,
        open_processes(jobs) as workers,
    ):
        for body in sorted({entry.reference.body for entry in archive.reader.statements()}):
            try:
                held = BodyStatements(archive, find_body(body))
            except ReferenceInvalid:
                # A body of the archive's own is in no table of ours; its pages compare for themselves.
                continue
            wanted = held.list_wanted(held.choose(None), None, None)
            batch = Batch(archive, held, load_vocabulary(), SURE)
            with show(f"reading {body}") as progress:
                batch.read_topics(wanted, workers, progress)
            with show(f"comparing {body}") as progress:
                batch.compare(wanted, workers, progress, topics_only=False)
            failed += batch.failed
    return failed
