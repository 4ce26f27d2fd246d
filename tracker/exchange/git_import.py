"""``tracker import`` of a repository: every revision of files in a git repository becomes a snapshot.

A second import records only what is new. What was recorded before is known by its commit, or by its bytes
where the history was rewritten or the repository moved.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracker.comparing.decisions.rulings import name_statement
from tracker.errors import DocumentUnreadable, Withdrawn
from tracker.exchange.add import Item, import_items, record_bytes, show_nothing
from tracker.exchange.attribution import attribute
from tracker.model.ledger import Check
from tracker.model.preserving import GitImportReport, ImportedRevision
from tracker.preservation.git.history import Removal, Revision, read_history
from tracker.preservation.git.repository import open_repository
from tracker.record.reading.imported import CommittedFile, printable, read_kept_statements, read_noted
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from tracker.exchange.add import Progress
    from tracker.exchange.attribution import Attributed, Rule
    from tracker.model.ledger import CheckOutcome
    from tracker.model.preserving import RevisionStatus
    from tracker.model.record import Declaration
    from tracker.model.texts import Reference
    from tracker.preservation.git.history import FileHistory
    from tracker.preservation.git.repository import Repository
    from tracker.record.reading.imported import KeptStatement
    from tracker.record.storing.store import Store


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
    ``RepositoryUnusable``, also where the repository takes far more time than its size on the disk allows:
    the batches that were recorded are kept then. Raises ``NotInArchive`` where no commit has the paths, and
    as ``open_store`` does.
    """
    with open_repository(path, bounded=True) as repository:
        history = read_history(repository, paths, branch)
        items = _plan(repository, history, rule, archive)
        entries = import_items(items, len(items), archive, progress, started=observed, dry_run=dry_run)
        gone = _find_gone(repository, archive, entries)
    return GitImportReport(entries, tuple(map(str, gone)), tuple(_remarks(history)))


def is_faulty(brought: GitImportReport) -> bool:
    """Return whether a revision to import could not be read."""
    return any(entry.status == "skipped" for entry in brought.entries)


def _plan(
    repository: Repository, history: FileHistory, rule: Rule, archive: Path
) -> tuple[Item[ImportedRevision], ...]:
    attributed = list(attribute(history.events, rule))
    statements = {name_statement(each.declaration.reference) for each in attributed if each.declaration}
    kept = read_kept_statements(archive, sorted(statements, key=str))
    present = {(each.event.commit, printable(each.event.path)) for each in attributed}
    known = _Known(kept, read_noted(archive, "unchanged"), read_noted(archive, "gone"), present)
    judged = [(each.event, each.declaration, _judge(repository, each, known)) for each in attributed]
    blobs = [event.blob for event, _, entry in judged if isinstance(event, Revision) and _is_news(entry)]
    recorder = _Recorder(str(repository.path), repository.read_objects(blobs), kept, repository.check_overall)
    return tuple(Item(entry, recorder.plan(event, said, entry)) for event, said, entry in judged)


def _is_news(entry: ImportedRevision) -> bool:
    return entry.status in {"new", "changed", "removed"}


@dataclass(frozen=True, slots=True)
class _Recorder:
    """Records revisions of one repository, in the order in which their contents come."""

    repository: str
    contents: Iterator[bytes | None]
    kept: Mapping[Reference, KeptStatement]
    check_overall: Callable[[], None]

    def plan(
        self, event: Revision | Removal, said: Declaration | None, entry: ImportedRevision
    ) -> Callable[[Store], ImportedRevision] | None:
        """Return how a revision or removal is written; None for one that is not."""
        if said is None or not _is_news(entry):
            return None
        if isinstance(event, Removal):
            return partial(self._note, entry, "gone")
        return partial(self._record, event, said, entry)

    def _record(
        self, event: Revision, said: Declaration, entry: ImportedRevision, store: Store
    ) -> ImportedRevision:
        self.check_overall()
        data = next(self.contents)
        if data is None:
            raise DocumentUnreadable("its bytes are not in the repository, which is damaged; clone it again")
        if data.startswith(_LFS):
            raise DocumentUnreadable("it is kept in Git LFS; run: git lfs fetch --all, then import the files")
        if self.kept[name_statement(said.reference)].delivered:
            # A commit must not change the delivery date.
            said = replace(said, delivered=None)
        source = str(CommittedFile(self.repository, event.commit, event.path))
        try:
            recorded = record_bytes(store, data, said, str(entry.observed), event.path, source)
        except Withdrawn as error:
            return replace(entry, status="passed", note=str(error))
        reference = recorded.at_snapshot
        if recorded.outcome != "unchanged":
            return replace(entry, status=recorded.outcome, reference=reference)
        # Without this note, the next import would take it as new once other bytes have followed.
        return replace(self._note(entry, "unchanged", store), status="passed", reference=reference)

    def _note(self, entry: ImportedRevision, outcome: CheckOutcome, store: Store) -> ImportedRevision:
        source = str(CommittedFile(self.repository, entry.commit, entry.path))
        store.note(
            Check(source, source, outcome, str(entry.observed), 0.0, entry.note, reference=entry.reference)
        )
        return entry


def _find_gone(
    repository: Repository, archive: Path, entries: Sequence[ImportedRevision]
) -> tuple[CommittedFile, ...]:
    """Return the origins of snapshots of these statements that no branch of the repository has now."""
    present = {entry.commit for entry in entries}
    statements = {name_statement(entry.reference) for entry in entries if entry.reference}
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


_Place = tuple[str, str]
"""A commit and a path."""


class _Known:
    """What the record has of the statements in a history; each snapshot is matched once."""

    def __init__(
        self,
        kept: Mapping[Reference, KeptStatement],
        unchanged: Iterable[CommittedFile],
        removals: Iterable[CommittedFile],
        present: AbstractSet[_Place],
    ) -> None:
        """``present`` are the revisions of the history; other snapshots may be known by their bytes."""
        self._kept = kept
        self._unchanged = {(origin.commit, origin.path) for origin in unchanged}
        self._removals = [(origin.commit, origin.path) for origin in removals]
        self._commits = {
            (reference, each.origin.commit, each.origin.path)
            for reference, statement in kept.items()
            for each in statement.revisions
            if each.origin
        }
        self._spare = {
            reference: Counter(
                each.sha256
                for each in statement.revisions
                if each.origin is None or (each.origin.commit, each.origin.path) not in present
            )
            for reference, statement in kept.items()
        }
        self._spare_removals = Counter(place[1] for place in self._removals if place not in present)
        self._last: dict[Reference, str] = {}
        self._begun: set[Reference] = set()

    def judge_removal(self, event: Removal, statement: Reference) -> RevisionStatus:
        """Return whether a removal is in the record, from this commit or from one that was rewritten."""
        self._last.pop(statement, None)
        path = printable(event.path)
        if (event.commit, path) in self._removals:
            return "known"
        return "rewritten" if _take(self._spare_removals, path) else "removed"

    def judge_revision(
        self, repository: Repository, event: Revision, statement: Reference, *, is_same: bool
    ) -> RevisionStatus:
        """Return whether a revision is in the record; its bytes are read only if that may show it."""
        place = event.commit, printable(event.path)
        before, self._last[statement] = self._last.get(statement), event.blob
        if (statement, *place) in self._commits:
            return "known"
        if is_same or before == event.blob or place in self._unchanged:
            return "passed"
        spare = self._spare[statement]
        if spare and _take(spare, digest_bytes(repository.read_object(event.blob))):
            return "rewritten"
        is_begun = statement in self._begun or self._kept[statement].revisions
        self._begun.add(statement)
        return "changed" if is_begun else "new"


def _judge(repository: Repository, each: Attributed, known: _Known) -> ImportedRevision:
    """Return the entry of a revision or removal: *new*, *changed* and *removed* are still to be written."""
    event = each.event
    observed = event.made.committed or event.made.authored
    entry = ImportedRevision(
        "new", event.commit, printable(event.path), observed, event.made.subject, note=each.note
    )
    if each.declaration is None:
        if isinstance(event, Removal):
            return replace(entry, status="passed", note="removed; no revision of it had a statement")
        return replace(entry, status="skipped")
    entry = replace(entry, reference=each.declaration.reference)
    statement = name_statement(each.declaration.reference)
    if observed is None:
        return replace(entry, status="skipped", note="its commit dates are invalid")
    if isinstance(event, Removal):
        where = f"moved to {printable(event.moved_to)}" if event.moved_to else "removed"
        return replace(entry, status=known.judge_removal(event, statement), note=where)
    try:
        return replace(entry, status=known.judge_revision(repository, event, statement, is_same=each.is_same))
    except DocumentUnreadable as error:
        return replace(entry, status="skipped", note=str(error))


def _take(spare: Counter[str], key: str) -> bool:
    if spare[key] <= 0:
        return False
    spare[key] -= 1
    return True
