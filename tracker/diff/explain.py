"""``tracker diff --explain``: why one change, or one topic, was judged as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.comparing.alignment.align import acceptance, weigh_candidates
from tracker.comparing.pipeline import side_names, side_vocabulary
from tracker.comparing.topics.certainty import load_certainty
from tracker.comparing.topics.reading import read_evidence, weigh_reading
from tracker.diff.derive import cache_vectors, choose_derived
from tracker.references.change_ids import find_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.archive import ArchiveSession
    from tracker.model.changes import Candidate, Change, Comparison
    from tracker.model.texts import Side
    from tracker.model.topics import Topic, Vocabulary
    from tracker.report.comparison.findings import SideWeights
    from tracker.text.encoder import Encoder


def explain_topics(
    comparison: Comparison, topics: Sequence[Topic], vocabulary: Vocabulary
) -> list[tuple[SideWeights, SideWeights]]:
    """Return for topics, by side, what it does with each, and the sentences that say so, likeliest first."""
    old, new = (_weigh_side(side, vocabulary) for side in (comparison.old, comparison.new))
    return [(old.get(topic.id, (None, ())), new.get(topic.id, (None, ()))) for topic in topics]


def _weigh_side(side: Side, vocabulary: Vocabulary) -> dict[str, SideWeights]:
    weights, dated = load_certainty(), side_vocabulary(side, vocabulary)
    return {
        reading.topic: (
            weigh_reading(reading, weights.estimate(evidence), measured=bool(evidence.name)),
            weights.priority.weigh_sentences(evidence)[:SHOWN],
        )
        for reading, evidence in read_evidence(side.version, dated, own_names=side_names(side))
    }


SHOWN = 5
"""How many candidates, or sentences of a side, are kept, the most probable first."""


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
