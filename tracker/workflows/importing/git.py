"""``tracker import-git``: every revision of files in a git repository becomes a snapshot.

Read again, a history gives what is new in it. What was recorded before is known by its commit, and by
its bytes where the history was rewritten or the repository moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tracker.archive.git.history import Removal, read_history
from tracker.archive.git.repository import open_repository
from tracker.archive.reading.imported import CommittedFile, printable, read_kept_statements, read_noted
from tracker.archive.storing.store import name_snapshot, open_store
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.model.ledger import Check
from tracker.model.preserving import GitImportReport, ImportedRevision
from tracker.workflows.importing.add import record_bytes
from tracker.workflows.importing.attribution import attribute
from tracker.workflows.importing.known_revisions import Known, judge, statement_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.archive.git.history import FileHistory, Revision
    from tracker.archive.git.repository import Repository
    from tracker.archive.reading.imported import KeptStatement
    from tracker.archive.storing.store import Store
    from tracker.model.ledger import CheckOutcome
    from tracker.model.preserving import RevisionStatus
    from tracker.model.record import Declaration, Recorded
    from tracker.model.texts import Reference
    from tracker.workflows.importing.attribution import Attributed, Rule

BATCH = 100
"""Revisions a transaction: a stopped run loses at most this much work."""

_LFS = b"version https://git-lfs.github.com/spec/"


def import_git(
    path: Path,
    paths: Sequence[str],
    rule: Rule,
    archive: Path,
    observed: str,
    *,
    branch: str | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> GitImportReport:
    """Record the history of files, oldest revision first, each observed when its commit was made.

    ``observed`` is the instant of the import itself, ISO 8601 in UTC. A ``dry_run`` reads all and writes
    nothing. Removals are noted as outcomes (``gone``) of the file as the source. Raises
    ``RepositoryUnusable``, ``NotInArchive`` where no commit held the paths, and as ``open_store`` does.
    """
    with open_repository(path) as repository:
        history = read_history(repository, paths, branch)
        steps = _plan(repository, history, rule, archive)
        if not dry_run and any(_is_to_write(step) for step in steps):
            steps = _write(repository, steps, archive, observed, progress)
        gone = _find_gone(repository, archive, steps)
    entries = tuple(step.entry for step in steps)
    return GitImportReport(entries, tuple(map(str, gone)), tuple(_remarks(history)))


def is_faulty(brought: GitImportReport) -> bool:
    """Return whether a revision was meant to be read and could not be."""
    return any(entry.status == "skipped" for entry in brought.entries)


@dataclass(frozen=True, slots=True)
class _Step:
    """A revision or removal to import; ``entry`` is its line in the report."""

    attributed: Attributed
    entry: ImportedRevision


def _plan(repository: Repository, history: FileHistory, rule: Rule, archive: Path) -> list[_Step]:
    attributed = list(attribute(history.events, rule))
    statements = {statement_of(each.declaration.reference) for each in attributed if each.declaration}
    kept = read_kept_statements(archive, sorted(statements, key=str))
    known = Known(kept, read_noted(archive, "unchanged"), read_noted(archive, "gone"))
    known.exclude_present({(each.event.commit, printable(each.event.path)) for each in attributed})
    return [_Step(_keep_recorded_date(each, kept), judge(repository, each, known)) for each in attributed]


def _keep_recorded_date(each: Attributed, kept: Mapping[Reference, KeptStatement]) -> Attributed:
    """Drop the delivery date where the record has one: a commit must not change it."""
    said = each.declaration
    if said and said.delivered and kept[statement_of(said.reference)].delivered:
        return replace(each, declaration=replace(said, delivered=None))
    return each


def _is_to_write(step: _Step) -> bool:
    return step.entry.status in {"new", "changed", "removed"}


def _write(
    repository: Repository,
    steps: Sequence[_Step],
    archive: Path,
    observed: str,
    progress: Callable[[int, int], None],
) -> list[_Step]:
    written: list[_Step] = []
    with open_store(archive, "import") as store:
        store.begin(observed)
        for start in range(0, len(steps), BATCH):
            progress(start, len(steps))
            chunk = steps[start : start + BATCH]
            with store.batch():
                written += [_write_step(repository, store, *pair) for pair in _with_bytes(repository, chunk)]
    progress(len(steps), len(steps))
    return written


def _with_bytes(repository: Repository, steps: Sequence[_Step]) -> Iterator[tuple[_Step, bytes | None]]:
    """Yield each step with the bytes of its revision, where those are to be written."""
    blobs = [
        step.attributed.event.blob
        for step in steps
        if _is_to_write(step) and not isinstance(step.attributed.event, Removal)
    ]
    contents = repository.read_objects(blobs)
    for step in steps:
        is_read = _is_to_write(step) and not isinstance(step.attributed.event, Removal)
        yield step, next(contents) if is_read else None


def _write_step(repository: Repository, store: Store, step: _Step, data: bytes | None) -> _Step:
    event, said = step.attributed.event, step.attributed.declaration
    if said is None or not _is_to_write(step):
        return step
    if isinstance(event, Removal):
        store.note(_check(repository, step, "gone"))
        return step
    try:
        source = str(CommittedFile(str(repository.path), event.commit, event.path))
        recorded = _record(store, event, said, str(step.entry.observed), data, source)
    except (DocumentUnreadable, ReferenceInvalid) as error:
        return replace(step, entry=replace(step.entry, status="skipped", note=str(error)))
    except Withdrawn as error:
        return replace(step, entry=replace(step.entry, status="passed", note=str(error)))
    if recorded.outcome == "unchanged":
        # Without a note of it, the next import would take it for news once other bytes have followed.
        store.note(_check(repository, step, "unchanged"))
    status: RevisionStatus = "passed" if recorded.outcome == "unchanged" else recorded.outcome
    return replace(step, entry=replace(step.entry, status=status, reference=name_snapshot(recorded)))


def _record(
    store: Store, event: Revision, declaration: Declaration, observed: str, data: bytes | None, source: str
) -> Recorded:
    if data is None:
        raise DocumentUnreadable("its bytes are not in the repository, which is damaged; clone it again")
    if data.startswith(_LFS):
        raise DocumentUnreadable("it is kept in Git LFS; run: git lfs fetch --all, then import the files")
    return record_bytes(store, data, declaration, observed, event.path, source)


def _check(repository: Repository, step: _Step, outcome: CheckOutcome) -> Check:
    entry = step.entry
    source = str(CommittedFile(str(repository.path), entry.commit, entry.path))
    return Check(source, source, outcome, str(entry.observed), 0.0, entry.note, reference=entry.reference)


def _find_gone(repository: Repository, archive: Path, steps: Sequence[_Step]) -> tuple[CommittedFile, ...]:
    """Return the origins of snapshots of these statements that no branch of the repository holds now."""
    present = {step.entry.commit for step in steps}
    statements = {statement_of(step.entry.reference) for step in steps if step.entry.reference}
    kept = read_kept_statements(archive, sorted(statements, key=str)).values()
    origins = [each.origin for statement in kept for each in statement.revisions if each.origin]
    missing = [
        origin
        for origin in origins
        if origin.repository == printable(str(repository.path)) and origin.commit not in present
    ]
    if not missing:
        return ()
    reachable = set(repository.ask("rev-list", "--all").decode().split())
    return tuple(origin for origin in missing if origin.commit not in reachable)


def _remarks(history: FileHistory) -> Iterator[str]:
    for skipped in history.skipped:
        yield f"{printable(skipped.path)} is {skipped.what} and was ignored"
    if history.shallow:
        yield "the clone is shallow: older revisions are not in it; run: git fetch --unshallow"
