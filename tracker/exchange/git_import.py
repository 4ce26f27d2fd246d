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
from tracker.errors import DocumentUnreadable, ReferenceInvalid, Withdrawn
from tracker.exchange.add import Item, import_items, record_bytes, show_nothing
from tracker.exchange.attribution import (
    ParsedReference,
    find_sessions,
    find_statement,
    only_date,
    sessions_of_date,
    settle_session,
)
from tracker.model.facts import check_date
from tracker.model.ledger import Check
from tracker.model.preserving import GitImportReport, ImportedRevision
from tracker.model.record import Declaration
from tracker.preservation.git.history import Removal, Revision, read_history
from tracker.preservation.git.repository import open_repository
from tracker.preservation.git.streams import read_trailers
from tracker.record.reading.imported import CommittedFile, printable, read_kept_statements, read_noted
from tracker.references import find_body, parse_reference, resolve_session
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from tracker.exchange.add import Progress
    from tracker.exchange.attribution import Rule
    from tracker.model.ledger import CheckOutcome
    from tracker.model.preserving import RevisionStatus
    from tracker.model.texts import Reference
    from tracker.preservation.git.history import FileHistory
    from tracker.preservation.git.repository import Repository
    from tracker.record.reading.imported import KeptStatement
    from tracker.record.storing.store import Store

GIT_SOURCES = ("path", "subject", "date", "trailer", "regex")
"""What may name the session of a revision."""
_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True, slots=True)
class GitSaid:
    """What a user says of the revisions in a repository."""

    paths: Sequence[str]
    """Files, folders and patterns, from its top."""
    rule: Rule
    branch: str | None = None
    """A branch, tag or commit, other than the current."""


def import_git(
    path: Path,
    said: GitSaid,
    archive: Path,
    observed: str,
    *,
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
        history = read_history(repository, said.paths, said.branch)
        items = _plan(repository, history, said.rule, archive)
        entries = import_items(items, len(items), archive, progress, started=observed, dry_run=dry_run)
        gone = _find_gone(repository, archive, entries)
    return GitImportReport(entries, tuple(map(str, gone)), tuple(_remarks(history)))


def is_faulty(brought: GitImportReport) -> bool:
    """Return whether a revision to import could not be read."""
    return any(entry.status == "skipped" for entry in brought.entries)


def _plan(
    repository: Repository, history: FileHistory, rule: Rule, archive: Path
) -> tuple[Item[ImportedRevision], ...]:
    attributed = list(_attribute(history.events, rule))
    statements = {name_statement(each.declaration.reference) for each in attributed if each.declaration}
    kept = read_kept_statements(archive, sorted(statements, key=str))
    present = {(each.event.commit, printable(each.event.path)) for each in attributed}
    known = _Known(kept, read_noted(archive, "unchanged"), read_noted(archive, "gone"), present)
    judged = [(each.event, each.declaration, _judge(repository, each, known)) for each in attributed]
    blobs = [event.blob for event, _, entry in judged if isinstance(event, Revision) and _is_news(entry)]
    recorder = _Recorder(str(repository.path), repository.read_objects(blobs), kept, repository.check_overall)
    return tuple(Item(entry, recorder.plan(event, said, entry)) for event, said, entry in judged)


@dataclass(frozen=True, slots=True)
class _Attributed:
    """A revision or removal with its statement, or a ``note`` why it has none."""

    event: Revision | Removal
    declaration: Declaration | None
    note: str = ""
    is_same: bool = False
    """The file was only renamed: the statement's text is the one before."""


def _attribute(events: Iterable[Revision | Removal], rule: Rule) -> Iterator[_Attributed]:
    """Yield each revision with its statement; one that names none continues the revision before it.

    A removal belongs to the statement whose text the file had last. Only the first revision of a
    statement declares its delivery date: a later correction has its own date.
    """
    last: dict[str, Reference] = {}
    dated: set[Reference] = set()
    for event in events:
        if isinstance(event, Removal):
            held = last.pop(event.path, None)
            yield _Attributed(event, Declaration(held) if held else None)
            continue
        parsed = find_statement(rule, f"{event.path}\n{event.made.message}", partial(_read, event, rule))
        before = last.get(event.was) or last.get(event.path)
        reference = parsed.reference or (None if parsed.note else before)
        if reference is None:
            yield _Attributed(event, None, parsed.note or _names_none(rule))
            continue
        note = "" if parsed.reference else f"{_names_none(rule)}: taken to continue {before}"
        delivered = parsed.delivered if parsed.reference and reference not in dated else None
        if delivered:
            dated.add(reference)
        is_same = event.is_rename_alone and reference == last.get(event.was)
        last[event.path] = reference
        yield _Attributed(event, Declaration(reference, delivered=delivered), note, is_same)


def _names_none(rule: Rule) -> str:
    what = {"regex": "nothing matches the expression", "trailer": "there is no trailer"}
    return what.get(rule.session_from or "", f"its {rule.session_from} names no session")


def _parse_path(revision: Revision, rule: Rule) -> ParsedReference:
    stem = revision.path.rpartition(".")[0] or revision.path
    if rule.within is None:
        return ParsedReference(_reference_at_end(stem))
    name = stem.rpartition("/")[2].replace("_", " ").replace(".", " ")
    return settle_session(rule.within, find_sessions(find_body(rule.within.body), name), None)


def _reference_at_end(stem: str) -> Reference | None:
    """Return the statement that the last parts of a path name: ``GBR/HRC/52/item-4``, ``GBR/UNGA/79``."""
    parts = stem.split("/")
    for length in (4, 3):
        try:
            found = parse_reference("/".join(parts[-length:])) if len(parts) >= length else None
        except ReferenceInvalid:
            continue
        if found and found.session:
            return found
    return None


def _parse_subject(revision: Revision, rule: Rule) -> ParsedReference:
    series = rule.series
    body, subject = find_body(series.body), revision.made.subject
    written = only_date(subject)
    labels = find_sessions(body, subject) or (sessions_of_date(body, written) if written else ())
    return settle_session(series, labels, written)


def _parse_date(revision: Revision, rule: Rule) -> ParsedReference:
    series, authored = rule.series, revision.made.authored
    if authored is None:
        return ParsedReference(note="its author date is invalid")
    return settle_session(series, sessions_of_date(find_body(series.body), authored[:10]), authored[:10])


def _parse_trailer(revision: Revision, rule: Rule) -> ParsedReference:
    trailers = read_trailers(revision.made.message)
    delivered = trailers.get("delivered") or trailers.get("date")
    written = check_date(delivered) if delivered else None
    if named := trailers.get("statement"):
        return ParsedReference(parse_reference(named), written)
    label = trailers.get("session")
    if not label or rule.within is None:
        return ParsedReference()
    return ParsedReference(
        replace(rule.within, session=resolve_session(rule.within.body, label).label), written
    )


_READERS: Mapping[str | None, Callable[[Revision, Rule], ParsedReference]] = {
    "path": _parse_path,
    "subject": _parse_subject,
    "date": _parse_date,
    "trailer": _parse_trailer,
}


def _read(revision: Revision, rule: Rule) -> ParsedReference:
    return _READERS[rule.session_from](revision, rule)


def _judge(repository: Repository, each: _Attributed, known: _Known) -> ImportedRevision:
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


def _take(spare: Counter[str], key: str) -> bool:
    if spare[key] <= 0:
        return False
    spare[key] -= 1
    return True


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
