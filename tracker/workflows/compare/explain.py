"""``tracker diff --explain``: why one change was judged as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.alignment.align import acceptance, weigh_candidates
from tracker.workflows.code.shown import find_change
from tracker.workflows.compare.derive import cache_vectors, choose_derived

if TYPE_CHECKING:
    from tracker.archive.session import ArchiveSession
    from tracker.model.changes import Candidate, Change, Comparison
    from tracker.text.encoder import Encoder

SHOWN = 5
"""How many candidates are kept, the most probable first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A change, what else was weighed for its segments, and from which probability a link is accepted."""

    change: Change
    candidates: tuple[Candidate, ...]
    accept: float
    accept_move: float


def explain(
    comparison: Comparison, name: str, encoder: Encoder | None, archive: ArchiveSession
) -> Explanation:
    """Explain the change whose id begins with ``name``; raises as ``find_change`` does.

    Vectors that the ``archive`` holds for its own statements are not computed again.
    """
    change = find_change(comparison, name)
    old, new = (
        [segment.text for segment in side.version.segments] for side in (comparison.old, comparison.new)
    )
    derived = choose_derived(archive, comparison.old, comparison.new)
    candidates = weigh_candidates(old, new, cache_vectors(encoder, derived))
    near = [
        candidate
        for candidate in candidates
        if set(candidate.old) & set(change.old) or set(candidate.new) & set(change.new)
    ]
    return Explanation(change, tuple(near[:SHOWN]), *acceptance(encoder))
