"""The comparisons of neighbouring statements that are kept, and that may leave the archive."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from tracker.errors import ReferenceInvalid
from tracker.follow.panel import BodyStatements
from tracker.model.texts import Reference
from tracker.references import find_body
from tracker.text.encoder import DEFAULT
from tracker.workflows.compare.decided import load_decided
from tracker.workflows.compare.derive import find_comparison
from tracker.workflows.compare.diff import list_parts, load_pair, look_back

if TYPE_CHECKING:
    from tracker.archive.reading.holdings import Holdings
    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Comparison
    from tracker.model.topics import Vocabulary


class KeptPairs:
    """Finds the comparison of a statement with the one before it, as a batch or a diff has left it."""

    def __init__(
        self, archive: ArchiveSession, holdings: Holdings, vocabulary: Vocabulary, sure: float
    ) -> None:
        self._archive = archive
        self._vocabulary = vocabulary
        self._sure = sure
        self._open = {str(each.declaration.reference) for each in holdings.list()[0]}
        self._held: dict[str, BodyStatements] = {}
        self.missing: Counter[str] = Counter()
        """By body, how many pairs nobody has compared."""

    def find(self, new: Reference) -> Comparison | None:
        """Return what is kept, its sides named by full references; None where nothing is.

        What it says of topics rests on the statements before as well: where one of them may not leave the
        archive, nor does the comparison.
        """
        pair = self._find_pair(new)
        if pair is None:
            return None
        before, after, full = pair
        archive, vocabulary, derived = self._archive, self._vocabulary, self._archive.derived
        decided = load_decided(before, after, archive)
        sides = load_pair(before, after, archive)
        parts = list_parts(before, after, archive, vocabulary, DEFAULT, derived, decided, self._sure)
        comparison = find_comparison(sides, parts, derived)
        if comparison is None:
            self.missing[new.body] += 1
            return None
        old_side, new_side = replace(comparison.old, name=full), replace(comparison.new, name=str(new))
        return replace(comparison, old=old_side, new=new_side)

    def _find_pair(self, new: Reference) -> tuple[Reference, Reference, str] | None:
        """Return the two statements as a diff names them, and the full reference of the older one."""
        if new.body not in self._held:
            self._held[new.body] = BodyStatements(self._archive, find_body(new.body))
        after = Reference(new.country, new.body, new.session)
        entry, before = self._held[new.body].find(after, self._vocabulary)
        if before is None or entry.statement != str(new):
            return None
        resolve = self._archive.reader.resolve
        try:
            looked = chain(*look_back(before, after, self._archive.reader))
            rests_on = [str(resolve(each)) for each in (before, *looked)]
        except ReferenceInvalid:
            # One of the sessions looked back on has several statements: no diff compares these.
            return None
        return (before, after, rests_on[0]) if self._open.issuperset(rests_on) else None
