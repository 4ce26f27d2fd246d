"""The table of the priorities of two statements, as a paper has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.comparison import naming
from tracker.report.comparison import words as wording
from tracker.report.render.latex import write_table

if TYPE_CHECKING:
    from tracker.model.changes import Comparison
    from tracker.model.topics import TopicChange, Vocabulary


def render_latex(comparison: Comparison, vocabulary: Vocabulary) -> str:
    """Return each topic that is a priority on either side, or may be: levels, shares, what became of it."""
    old, new = wording.side_labels(comparison)
    return write_table(
        f"Priorities of {naming.title_words(comparison)}",
        "llrrl",
        ("Topic", old, new, f"{old}, %", f"{new}, %", "Change"),
        (_cells(topic, comparison.provenance.sure) for topic in wording.rank_topics(comparison.topics)),
        (
            "Levels and shares of the words; ?: less sure, with its certainty.",
            *(f"Caution: {caveat}" for caveat in comparison.caveats),
            naming.citation(comparison, vocabulary),
        ),
    )


def _cells(topic: TopicChange, sure: float) -> tuple[str, ...]:
    shares = (wording.percent(share).removesuffix("%") for share in wording.shares(topic))
    return topic.label, *wording.level_names(topic), *shares, wording.status_mark(topic, sure)
