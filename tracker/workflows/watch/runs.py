"""``tracker runs``: what each run did, and what it found at every source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.ledger.ledger import open_ledger
from tracker.errors import NotInArchive

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.ledger import Check, RunEntry, RunKind


def list_runs(archive: Path, kind: RunKind | None = None, limit: int | None = None) -> tuple[RunEntry, ...]:
    """Return the runs of the archive, of one kind where it is named, the latest ``limit``, oldest first."""
    with open_ledger(archive) as ledger:
        entries = ledger.runs(kind=kind)
    return entries if limit is None else entries[-limit:]


def show_run(archive: Path, run: int | None) -> tuple[RunEntry, tuple[Check, ...]]:
    """Return one run, the latest snapshot where none is named, with its checks and their evidence.

    Raises ``NotInArchive`` where there is no such run.
    """
    with open_ledger(archive) as ledger:
        entry = ledger.run(run) if run is not None else next(iter(ledger.runs(kind="snapshot")[-1:]), None)
        if entry is None:
            name = "no run yet" if run is None else f"no run {run}"
            raise NotInArchive(f"{name} in {ledger.path}; tracker runs lists them")
        return entry, ledger.checks(entry.id, evidence=True)
