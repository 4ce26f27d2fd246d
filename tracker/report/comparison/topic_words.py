"""The wording of a topic in the report of a comparison, the same on the terminal and in Markdown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from tracker.model.topics import Level
from tracker.report.comparison.words import ARROW, percent, tally
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


def unclaimed_words(comparison: Comparison, status: Status) -> tuple[str, str]:
    """Return the name and the note for topics of a status that is not claimed."""
    is_fitted = comparison.provenance.unfitted is None
    return _SHARE_UNSURE if status == "kept" and is_fitted else PERHAPS[status]


OLD_SIDE: frozenset[Status] = frozenset({"down", "demoted", "dropped"})
"""Statuses of which the old side shows more."""

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
    counts = Counter(topic.status for topic in comparison.topics if topic.claimed)
    doubts = Counter(topic.status for topic in comparison.topics if not topic.claimed)
    perhaps = ((unclaimed_words(comparison, status)[0], doubts[status]) for status in PERHAPS)
    return tally([*((STATUSES[status], counts[status]) for status in STATUSES), *perhaps])


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
    """Return a topic's share of the words on both sides, in per cent: ``0 → 14.2``."""
    shares = (reading.share if reading else 0.0 for reading in (topic.old, topic.new))
    return f" {ARROW} ".join(percent(share).removesuffix("%") for share in shares)


def share_change(topic: TopicChange) -> float:
    """Return the new share of the words less the old one, with four decimals."""
    old, new = (reading.share if reading else 0.0 for reading in (topic.old, topic.new))
    return round(new - old, 4)


def rank_moves(topics: Iterable[TopicChange]) -> list[TopicChange]:
    """Return topics by how much their share of the words changed, the largest first."""
    return sorted(topics, key=lambda topic: (-abs(share_change(topic)), topic.label))


def status_words(topic: TopicChange) -> str:
    """Return a topic's status, with a question mark and its certainty where it is not claimed."""
    name = STATUSES[topic.status]
    return name if topic.claimed else f"{name}? {certainty_mark(topic)}".rstrip()


def certainty_mark(topic: TopicChange) -> str:
    """Return how certain a status is, briefly: ``(.53)``; nothing where that is not known."""
    return "" if topic.certainty is None else f"({topic.certainty:.2f})".replace("0.", ".")


def rank_topics(topics: Iterable[TopicChange]) -> list[TopicChange]:
    """Return topics strongest first, on the side that matters: the old one where less is made of it now."""
    return sorted(topics, key=_weakness)


def _weakness(topic: TopicChange) -> tuple[int, float, str]:
    sides = (topic.old, topic.new) if topic.status in OLD_SIDE else (topic.new, topic.old)
    reading = sides[0] or sides[1]
    if reading is None:
        return len(get_args(Level)), 0.0, topic.label
    return get_args(Level).index(reading.level), -round(reading.share, 4), topic.label


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


def certainty_words(topic: TopicChange) -> str | None:
    """Return how certain a claim is that is only perhaps so: ``certainty 0.45``."""
    return None if topic.claimed or topic.certainty is None else f"certainty {topic.certainty:.2f}"
