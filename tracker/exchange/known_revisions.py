"""Which revisions of a history are in the record already: by their commit, or only by their bytes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tracker.archive.git.history import Removal
from tracker.archive.reading.imported import printable
from tracker.errors import DocumentUnreadable
from tracker.model.preserving import ImportedRevision
from tracker.text.identity import digest_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from tracker.archive.git.history import Revision
    from tracker.archive.git.repository import Repository
    from tracker.archive.reading.imported import CommittedFile, KeptStatement
    from tracker.exchange.attribution import Attributed
    from tracker.model.preserving import RevisionStatus
    from tracker.model.texts import Reference

Place = tuple[str, str]
"""A commit and a path."""


class Known:
    """What the record has of the statements in a history; each snapshot is matched once."""

    def __init__(
        self,
        kept: Mapping[Reference, KeptStatement],
        unchanged: Iterable[CommittedFile],
        removals: Iterable[CommittedFile],
        present: AbstractSet[Place],
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


def judge(repository: Repository, each: Attributed, known: Known) -> ImportedRevision:
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
    statement = statement_of(each.declaration.reference)
    if observed is None:
        return replace(entry, status="skipped", note="its commit dates are invalid")
    if isinstance(event, Removal):
        where = f"moved to {printable(event.moved_to)}" if event.moved_to else "removed"
        return replace(entry, status=known.judge_removal(event, statement), note=where)
    try:
        return replace(entry, status=known.judge_revision(repository, event, statement, is_same=each.is_same))
    except DocumentUnreadable as error:
        return replace(entry, status="skipped", note=str(error))


def statement_of(reference: Reference) -> Reference:
    """Return the statement of an edition or snapshot."""
    return replace(reference, kind=None, language=None, snapshot=None)


def _take(spare: Counter[str], key: str) -> bool:
    if spare[key] <= 0:
        return False
    spare[key] -= 1
    return True
