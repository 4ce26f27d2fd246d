"""``tracker withdraw``: material is closed, destroyed on order, or opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.archive import open_store
from tracker.errors import DecisionInvalid
from tracker.preservation.withdrawal import Rights
from tracker.references import parse_reference

if TYPE_CHECKING:
    from pathlib import Path

    from tracker.model.rights import Act, RightsChange, Ruled, Scope


def describe(archive: Path, act: Act, text: str) -> Scope:
    """Return what an act on a reference would be about, and write nothing; raises as ``change`` does."""
    reference = parse_reference(text)
    with open_store(archive) as store:
        return Rights(store).describe(act, reference)


def change(archive: Path, act: Act, text: str, ruled: Ruled) -> RightsChange:
    """Withdraw, destroy or open what a reference names: a statement, an edition or one snapshot.

    The act counts at once; a destruction is then carried on through the archive's own copies, and where it
    was cut short, the same call brings it to its end. Raises ``DecisionInvalid`` where it cannot be done,
    ``ReferenceInvalid`` and ``NotInArchive``, ``ArchiveLocked``, ``ArchiveUnusable`` and
    ``RepositoryUnusable`` where a copy cannot follow.
    """
    reference = parse_reference(text)
    for name, value in (("--reason", ruled.reason), ("--authority", ruled.authority)):
        if not value.strip():
            raise DecisionInvalid(f"{name} is empty; the record keeps who ordered a withdrawal, and why")
    with open_store(archive, "withdraw") as store:
        return Rights(store).change(act, reference, ruled)
