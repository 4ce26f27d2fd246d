"""``tracker import-git``: every revision of files in a git repository becomes a snapshot.

Read again, a history gives what is new in it. What was recorded before is known by its commit, and by
its bytes where the history was rewritten or the repository moved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.archive.git.history import Removal, read_history
from tracker.archive.git.repository import open_repository
from tracker.archive.reading.imported import CommittedFile, printable, read_kept_statements, read_noted
from tracker.archive.storing.store import name_snapshot
from tracker.errors import DocumentUnreadable, Withdrawn
from tracker.model.ledger import Check
from tracker.model.preserving import GitImportReport
from tracker.workflows.importing.add import record_bytes
from tracker.workflows.importing.attribution import attribute
from tracker.workflows.importing.engine import Item, show_nothing, write_items
from tracker.workflows.importing.known_revisions import Known, judge, statement_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tracker.archive.git.history import FileHistory, Revision
    from tracker.archive.git.repository import Repository
    from tracker.archive.reading.imported import KeptStatement
    from tracker.archive.storing.store import Store
    from tracker.model.ledger import CheckOutcome
    from tracker.model.preserving import ImportedRevision, RevisionStatus
    from tracker.model.record import Declaration
    from tracker.model.texts import Reference
    from tracker.workflows.importing.attribution import Attributed, Rule
    from tracker.workflows.importing.engine import Progress

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
    progress: Progress = show_nothing,
) -> GitImportReport:
    """Record the history of files, oldest revision first, each observed when its commit was made.

    ``observed`` is the instant of the import itself, ISO 8601 in UTC. A ``dry_run`` reads all and writes
    nothing. Removals are noted as outcomes (``gone``) of the file as the source. Raises
    ``RepositoryUnusable``, ``NotInArchive`` where no commit held the paths, and as ``open_store`` does.
    """
    with open_repository(path) as repository:
        history = read_history(repository, paths, branch)
        steps = _plan(repository, history, rule, archive)
        entries = tuple(step.entry for step in steps)
        if not dry_run and any(_is_to_write(step) for step in steps):
            items = _read_items(repository, steps)
            entries = write_items(items, len(steps), archive, progress, started=observed)
        gone = _find_gone(repository, archive, entries)
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


def _read_items(repository: Repository, steps: Sequence[_Step]) -> Iterator[Item[ImportedRevision]]:
    """Yield each step as an item, with the bytes of its revision where those are to be written."""
    changes = [step for step in steps if _is_to_write(step)]
    blobs = [step.attributed.event.blob for step in changes if not isinstance(step.attributed.event, Removal)]
    contents = repository.read_objects(blobs)
    for step in steps:
        event, said = step.attributed.event, step.attributed.declaration
        if said is None or not _is_to_write(step):
            yield Item(step.entry)
        elif isinstance(event, Removal):
            yield Item(step.entry, partial(_note, repository, step.entry, "gone"))
        else:
            yield Item(step.entry, partial(_record, repository, step.entry, event, said, next(contents)))


def _record(
    repository: Repository,
    entry: ImportedRevision,
    event: Revision,
    said: Declaration,
    data: bytes | None,
    store: Store,
) -> ImportedRevision:
    if data is None:
        raise DocumentUnreadable("its bytes are not in the repository, which is damaged; clone it again")
    if data.startswith(_LFS):
        raise DocumentUnreadable("it is kept in Git LFS; run: git lfs fetch --all, then import the files")
    source = str(CommittedFile(str(repository.path), event.commit, event.path))
    try:
        recorded = record_bytes(store, data, said, str(entry.observed), event.path, source)
    except Withdrawn as error:
        return replace(entry, status="passed", note=str(error))
    if recorded.outcome == "unchanged":
        # Without a note of it, the next import would take it for news once other bytes have followed.
        _note(repository, entry, "unchanged", store)
    status: RevisionStatus = "passed" if recorded.outcome == "unchanged" else recorded.outcome
    return replace(entry, status=status, reference=name_snapshot(recorded))


def _note(
    repository: Repository, entry: ImportedRevision, outcome: CheckOutcome, store: Store
) -> ImportedRevision:
    source = str(CommittedFile(str(repository.path), entry.commit, entry.path))
    store.note(
        Check(source, source, outcome, str(entry.observed), 0.0, entry.note, reference=entry.reference)
    )
    return entry


def _find_gone(
    repository: Repository, archive: Path, entries: Sequence[ImportedRevision]
) -> tuple[CommittedFile, ...]:
    """Return the origins of snapshots of these statements that no branch of the repository holds now."""
    present = {entry.commit for entry in entries}
    statements = {statement_of(entry.reference) for entry in entries if entry.reference}
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
