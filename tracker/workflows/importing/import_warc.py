"""``tracker import-warc``: captures in a web archive become snapshots, each observed when it was captured.

The file is read whole first: where it is damaged, nothing of it is recorded. Read again, it gives what is
new in it. What was recorded before is known by its record's id, or by its bytes and instant.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.reading.captured import open_captured
from tracker.archive.storing.store import name_snapshot, open_store
from tracker.capture.warc.reading import open_warc
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.model.preserving import BroughtCaptures
from tracker.workflows.importing.warc_keeping import Keeping
from tracker.workflows.importing.warc_plan import plan_import
from tracker.workflows.importing.warc_survey import DAMAGED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracker.archive.storing.store import Store
    from tracker.workflows.importing.capture_rules import CaptureRule
    from tracker.workflows.importing.warc_plan import Step

    Progress = Callable[[int, int], None]
    """Told how many captures are safe on disk, and how many there are."""

BATCH = 100
"""Captures a transaction: a stopped run loses at most this much work."""


def import_warc(
    path: Path,
    urls: Sequence[str],
    rule: CaptureRule,
    archive: Path,
    observed: str,
    *,
    judged: bool = True,
    dry_run: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> BroughtCaptures:
    """Record the captures of a WARC whose addresses fit, oldest first, each with the evidence of its head.

    ``observed`` is the instant of the import itself, ISO 8601 in UTC. What shows itself to be no statement
    by the rules of the nightly run is skipped, unless ``judged`` is false or the file was exported by an
    archive such as this one and its own metadata is asked. A ``dry_run`` reads all and writes nothing.
    Raises as ``plan_import`` and ``open_store`` do.
    """
    with open_warc(path) as warc:
        with open_captured(archive) as captured:
            plan = plan_import(warc, urls, rule, captured)
        steps = plan.steps
        if not dry_run and any(step.is_to_write for step in steps):
            keeping = Keeping(warc, is_judged=judged and not rule.is_own)
            steps = _write(keeping, steps, archive, observed, progress)
    return BroughtCaptures(tuple(step.entry for step in steps), plan.passed)


def is_faulty(brought: BroughtCaptures) -> bool:
    """Tell whether a capture was meant to be read and could not be, or another record is damaged."""
    return DAMAGED in brought.passed or any(entry.status == "skipped" for entry in brought.entries)


def _write(
    keeping: Keeping, steps: Sequence[Step], archive: Path, observed: str, progress: Progress
) -> tuple[Step, ...]:
    written: list[Step] = []
    with open_store(archive, "import") as store:
        store.begin(observed)
        for start in range(0, len(steps), BATCH):
            progress(start, len(steps))
            with store.batch():
                written += [_write_step(keeping, store, step) for step in steps[start : start + BATCH]]
    progress(len(steps), len(steps))
    return tuple(written)


def _write_step(keeping: Keeping, store: Store, step: Step) -> Step:
    if step.declaration is None or not step.is_to_write:
        return step
    try:
        recorded = keeping.keep(store, step.found, step.declaration)
    except (DocumentUnreadable, ReferenceInvalid, Withdrawn) as error:
        return replace(step, entry=replace(step.entry, status="skipped", note=str(error)))
    entry = replace(step.entry, status=recorded.outcome, reference=name_snapshot(recorded))
    return replace(step, entry=entry)
