"""The wording of a topic in the report of a comparison, the same on the terminal and in Markdown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tracker.report.comparison.words import ARROW, percent, tally
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.model.changes import Comparison, Shift
    from tracker.model.topics import Status, TopicChange, TopicReading

STATUSES: dict[Status, str] = {
    "new": "new",
    "promoted": "promoted",
    "returned": "returned",
    "up": "up",
    "kept": "kept",
    "down": "down",
    "demoted": "demoted",
    "dropped": "not repeated",
}
"""Statuses in the order of the report, as they are printed."""

STATUS_NOTES: dict[Status, str] = {
    "new": "a priority now, absent before",
    "promoted": "a higher level than before",
    "returned": "a priority now and in an earlier session, absent in the one before",
    "up": "same level, a larger share",
    "kept": "same level, about the same share",
    "down": "same level, a smaller share",
    "demoted": "a lower level than before",
    "dropped": "a priority before, absent now",
}

_UNCERTAIN: tuple[Status, ...] = (
    "new", "returned", "promoted", "up", "kept", "down", "demoted", "dropped"
)  # fmt: skip
PERHAPS: dict[Status, tuple[str, str]] = {
    status: (f"perhaps {STATUSES[status]}", "a careful reader may disagree") for status in _UNCERTAIN
}
"""Names and notes for uncertain statuses, which are listed after the findings."""
_SHARE_UNSURE = ("kept, share unsure", "same level; too few sentences to tell how its share changed")


def status_words(topic: TopicChange) -> tuple[str, str]:
    """Return the name of what became of a topic, as surely as it is known, and a note."""
    if topic.claimed:
        return STATUSES[topic.status], STATUS_NOTES[topic.status]
    return _SHARE_UNSURE if topic.share_unsure else PERHAPS[topic.status]


FINDINGS: frozenset[Status] = frozenset({"new", "returned", "promoted", "demoted", "dropped"})
"""Statuses of priorities that changed, as claimed."""


def actor_words(actors: Sequence[Shift]) -> str | None:
    """Return who is no longer named on a topic and who is named now, with their roles."""
    parts = []
    for lead, side in (("no longer named", "old"), ("named now", "new")):
        found = [(shift, getattr(shift, side)) for shift in actors]
        texts = ", ".join(
            f"{one_line(evidence.text)}{_role_words(shift)}" for shift, evidence in found if evidence
        )
        parts += [f"{lead}: {texts}"] if texts else []
    return "; ".join(parts) or None


def _role_words(shift: Shift) -> str:
    role = shift.rule.partition("actor: ")[2].partition(" (")[0]
    return f" ({role})" if role else ""


def tally_topics(comparison: Comparison) -> str:
    """Count the priorities by status: ``2 new, 1 kept, 3 not repeated``; what is perhaps so last."""
    counts = Counter(status_words(topic)[0] for topic in comparison.topics)
    perhaps = (name for name, _ in PERHAPS.values())
    return tally([(name, counts[name]) for name in (*STATUSES.values(), _SHARE_UNSURE[0], *perhaps)])


def level_words(topic: TopicChange) -> str:
    """Return a topic's level, or both levels where it changed."""
    old, new = _level(topic.old), _level(topic.new)
    if "absent" in (old, new) or old == new:
        return new if old == "absent" else old
    return f"{old} {ARROW} {new}"


def _level(reading: TopicReading | None) -> str:
    return reading.level if reading else "absent"


def sentence_words(topic: TopicChange) -> str:
    """Return how many sentences are about a topic on both sides: ``0 → 12``."""
    old, new = (len(reading.segments) if reading else 0 for reading in (topic.old, topic.new))
    return f"{old} {ARROW} {new}"


def share_words(topic: TopicChange) -> str:
    """Return a topic's share of the words on both sides: ``0 → 14.2%``."""
    old, new = (reading.share if reading else 0.0 for reading in (topic.old, topic.new))
    return f"{percent(old).removesuffix('%')} {ARROW} {percent(new)}"


def interval_words(topic: TopicChange) -> str | None:
    """Return the interval of the change of share in percentage points, where there is one."""
    if topic.difference is None:
        return None
    low, high = (f"{100 * bound:+.1f}".replace("-", "−") for bound in topic.difference)
    return f"change of share {low} to {high} points"


def coverage_words(topic: TopicChange) -> str | None:
    """Say which group's statement may cover what is not repeated, where the speaker aligns with one."""
    if topic.covered is None:
        return None
    return f"may be covered by the statement of the {one_line(topic.covered)}, with which it aligns itself"


def certainty_words(topic: TopicChange, *, everything: bool = False) -> str | None:
    """Return how certain it is what became of a topic, of one that is claimed only where all is shown.

    ``certainty 0.45``; ``certainty ~0.45`` where it was not measured.
    """
    if topic.certainty is None or ((topic.claimed or topic.share_unsure) and not everything):
        return None
    return f"certainty {certainty_figure(topic.certainty, measured=topic.measured)}"


def certainty_figure(certainty: float, *, measured: bool) -> str:
    """Return a certainty with two decimals, after ``~`` where it is approximate."""
    return f"{'' if measured else '~'}{certainty:.2f}"
