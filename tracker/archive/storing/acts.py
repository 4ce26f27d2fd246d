"""Withdrawing, destroying and opening again: each a transaction, which the archive's own copies follow.

An act counts at once. What a destruction has to do yet is told in ``destroying``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive.file.mirror_paths import MIRROR
from tracker.archive.rights.copies import read_copies
from tracker.archive.rights.destruction import destroy_rows
from tracker.archive.rights.targets import describe_scope, find_sharing, find_targets
from tracker.archive.rights.withdrawals import read_last, read_standing, read_withdrawal, write_withdrawal
from tracker.archive.schema.connection import translate
from tracker.archive.storing.carrying_out import check_reach, complete_destruction
from tracker.errors import DecisionInvalid
from tracker.model.rights import RightsChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracker.archive.rights.targets import Target
    from tracker.archive.storing.store import Store
    from tracker.model.rights import Act, Ruled, Scope
    from tracker.model.texts import Reference

_Standing = dict[tuple[int | None, str], "Act"]

_CHANGES: Mapping[Act, tuple[Act | None, ...]] = {
    "withdraw": (None,),
    "destroy": (None, "withdraw"),
    "lift": ("withdraw",),
}
"""What an act changes: what is open, or stands under another act."""


class Rights:
    """What an open store does about the rights in its material; the archive is held meanwhile."""

    def __init__(self, store: Store) -> None:
        self._writing = store.writing
        self._connection = store.writing.connection
        self._path = store.path
        self._mirror = store.path.parent / MIRROR

    def describe(self, act: Act, reference: Reference) -> Scope:
        """Return what an act would be about; raises what doing it would."""
        with translate(self._path):
            targets, standing = self._find(act, reference)
            return self._scope(reference, targets, standing)

    def change(self, act: Act, reference: Reference, ruled: Ruled) -> RightsChange:
        """Do an act and all that follows from it; the mirror's branches follow when the store is closed.

        Done again, it changes nothing. Raises ``DecisionInvalid`` where it cannot be done, and as
        ``find_targets`` does; ``HistoriesApart`` before anything is destroyed; ``ArchiveLocked`` and
        ``RepositoryUnusable`` where a copy could not follow.
        """
        if act == "destroy":
            check_reach(self._writing)
        with self._writing.batch(), translate(self._path):
            targets, standing = self._find(act, reference)
            number, is_new = self._decide(act, str(reference), ruled, targets, standing)
            if act == "destroy" and is_new:
                destroy_rows(self._connection)
        carried = complete_destruction(self._writing, ruled.decided, looks_again=act == "destroy")
        with translate(self._path):
            return RightsChange(
                read_withdrawal(self._connection, number),
                self._scope(reference, targets, read_standing(self._connection)),
                is_new,
                self._mirror.exists(),
                carried.rewritten,
                carried.completed,
                carried.removed,
                read_copies(self._path.parent, carried.documents) if act == "destroy" else (),
            )

    def _find(self, act: Act, reference: Reference) -> tuple[tuple[Target, ...], _Standing]:
        targets, standing = find_targets(self._connection, reference), read_standing(self._connection)
        if act == "lift" and all(_is(each, standing, "destroy") for each in targets):
            raise DecisionInvalid(f"{reference} was destroyed, and nothing is left to open")
        if act == "destroy":
            others = find_sharing(self._connection, targets)
            for other in others:
                if (other.snapshot, other.document) not in standing:
                    raise DecisionInvalid(
                        f"{reference} shares its bytes with {other.reference}, which is open;"
                        f" withdraw that first: tracker withdraw {other.reference}"
                    )
            targets = (*targets, *others)
        return targets, standing

    def _decide(
        self, act: Act, reference: str, ruled: Ruled, targets: Sequence[Target], standing: _Standing
    ) -> tuple[int, bool]:
        """Write an act on what it changes, and return its number; where that is nothing, the latest one's."""
        concerned = [each for each in targets if _stands(each, standing) in _CHANGES[act]]
        if not concerned:
            last = read_last(self._connection, targets)
            if last is None:
                raise DecisionInvalid(f"{reference} is not withdrawn")
            return last, False
        run = self._writing.begin_run(ruled.decided)
        completed = None if act == "destroy" else ruled.decided
        number = write_withdrawal(self._connection, act, reference, ruled, run, concerned, completed)
        return number, True

    def _scope(self, reference: Reference, targets: Sequence[Target], standing: _Standing) -> Scope:
        destroyed = sum(each.snapshot is not None and _is(each, standing, "destroy") for each in targets)
        return describe_scope(self._connection, reference, targets, destroyed)


def _stands(target: Target, standing: _Standing) -> Act | None:
    return standing.get((target.snapshot, target.document))


def _is(target: Target, standing: _Standing, act: Act) -> bool:
    return _stands(target, standing) == act
