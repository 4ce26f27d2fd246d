"""The wording of a topic in the report of a comparison, the same on the terminal and in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from tracker.model.topics import PRIORITIES, Level
from tracker.report.comparison.words import ARROW, percent
from tracker.report.safe import one_line
from tracker.topics.certainty import find_threshold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model.topics import Status, TopicChange

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

SHARE_UNSURE: Final = "kept, share unsure"
"""What a topic is called whose level is sure, and of which too few sentences tell how its share changed."""

OWN_SITUATION: Final = (
    "own situation: what it says of that as we and our land is not counted, so that no change is told"
)
"""What is said of a situation of the speaker's own country, which is counted where its terms name it."""

OLD_SIDE: frozenset[Status] = frozenset({"down", "demoted", "dropped"})
"""Statuses of which the old side shows more."""


def level_words(topic: TopicChange) -> str:
    """Return a topic's level, or both levels where it changed."""
    old, new = level_names(topic)
    if "absent" in (old, new) or old == new:
        return new if old == "absent" else old
    return f"{old} {ARROW} {new}"


def level_names(topic: TopicChange) -> tuple[str, str]:
    """Return a topic's level on both sides."""
    old, new = (reading.level if reading else "absent" for reading in (topic.old, topic.new))
    return old, new


def kinds_of_topic(topic: TopicChange) -> tuple[str, ...]:
    """Return by which words of ``--only`` a report is narrowed to a topic."""
    if topic.claimed:
        return (topic.outcome,)
    return () if topic.unclear else (topic.outcome, "perhaps")


def sentence_words(topic: TopicChange) -> str:
    """Return how many sentences are about a topic on both sides: ``0 → 12``."""
    old, new = (len(reading.segments) if reading else 0 for reading in (topic.old, topic.new))
    return f"{old} {ARROW} {new}"


def share_words(topic: TopicChange) -> str:
    """Return a topic's share of the words on both sides, in per cent: ``0 → 14.2``."""
    return f" {ARROW} ".join(percent(share).removesuffix("%") for share in shares(topic))


def share_change(topic: TopicChange) -> float:
    """Return the new share of the words less the old one, with four decimals."""
    old, new = shares(topic)
    return round(new - old, 4)


def shares(topic: TopicChange) -> tuple[float, float]:
    """Return a topic's share of the words on both sides."""
    old, new = (reading.share if reading else 0.0 for reading in (topic.old, topic.new))
    return old, new


def rank_moves(topics: Iterable[TopicChange]) -> list[TopicChange]:
    """Return topics by how much their share of the words changed, the largest first."""
    return sorted(topics, key=lambda topic: (-abs(share_change(topic)), topic.label))


def status_mark(topic: TopicChange, sure: float) -> str:
    """Return a topic's status, with a question mark and its certainty where it is not claimed."""
    if topic.status:
        return STATUSES[topic.status]
    if topic.share_unsure:
        return SHARE_UNSURE
    if topic.possible is None:
        return "unclear"
    return f"{STATUSES[topic.possible]}? {certainty_mark(topic, sure)}".rstrip()


def is_barred(topic: TopicChange, sure: float) -> bool:
    """Return whether something keeps from being claimed what is as certain as claims are."""
    return bool(topic.possible and not topic.share_unsure and _bar(topic, sure))


def certainty_mark(topic: TopicChange, sure: float) -> str:
    """Return how certain a status is, briefly: ``(.53)``, and ``(~.53)`` where that was not measured.

    One as certain as claims are has the reason behind it: ``(.86, in passing)``.
    """
    if topic.certainty is None:
        return ""
    why = _bar(topic, sure)
    chance = chance_mark(topic.certainty, measured=topic.measured)
    return f"{chance[:-1]}, {why})" if why else chance


def chance_mark(chance: float, *, measured: bool) -> str:
    """Return how likely something is, briefly, as ``certainty_mark`` does."""
    return f"({certainty_figure(chance, measured=measured)})".replace("0.", ".")


def _bar(topic: TopicChange, sure: float) -> str:
    """Return what keeps from being claimed what is as certain as claims are; "" where it is less certain.

    Changes of rank need more than others for as many of them to be true.
    """
    certainty, least = topic.outcome_certainty or 0.0, _least(topic, sure)
    if not topic.measured or certainty < min(least, find_threshold("new", sure)):
        return ""
    if certainty < least:
        return f"short of {chance_mark(least, measured=True)[1:-1]}"
    levels = {side.level for side in (topic.old, topic.new) if side}
    return "in passing" if levels & PRIORITIES else "only mentioned"


def _least(topic: TopicChange, sure: float) -> float:
    return find_threshold(topic.outcome, sure)


def unclaimed_words(topic: TopicChange, sure: float) -> str | None:
    """Say why a topic's status is not claimed; None where it is, or where certainty was not measured."""
    if topic.claimed or not topic.measured:
        return None
    if topic.share_unsure:
        return "of so few sentences its share may as well have halved or doubled"
    if topic.goes_against_share:
        return f"by its levels {STATUSES[topic.outcome]}, against the change of its share, and not sure"
    least = chance_mark(_least(topic, sure), measured=True)[1:-1]
    reasons = {
        "in passing": f"as sure as what is claimed (from {least}); but the other side names it in passing",
        "only mentioned": f"as sure as what is claimed (from {least}); but it is a priority on neither side",
    }
    return reasons.get(_bar(topic, sure), f"less sure than what is claimed (from {least})")


def rank_topics(topics: Iterable[TopicChange]) -> list[TopicChange]:
    """Return topics strongest first, on the side that matters: the old one where less is made of it now."""
    return sorted(topics, key=_weakness)


def _weakness(topic: TopicChange) -> tuple[int, float, str]:
    sides = (topic.old, topic.new) if topic.outcome in OLD_SIDE else (topic.new, topic.old)
    reading = sides[0] or sides[1]
    if reading is None:
        return len(get_args(Level)), 0.0, topic.label
    return get_args(Level).index(reading.level), -round(reading.share, 4), topic.label


def interval_words(topic: TopicChange) -> str | None:
    """Return the interval of the change of share in percentage points, where there is one."""
    if topic.difference is None:
        return None
    # Added to a zero, what rounds to none below it has no sign of its own.
    low, high = (f"{round(100 * bound, 1) + 0.0:+.1f}".replace("-", "−") for bound in topic.difference)
    return f"change of share {low} to {high} points"


def coverage_words(topic: TopicChange) -> str | None:
    """Say which group's statement may cover what is not repeated, where the speaker aligns with one."""
    if topic.covered is None:
        return None
    return f"may be covered by the statement of the {one_line(topic.covered)}, with which it aligns itself"


def certainty_words(topic: TopicChange) -> str | None:
    """Return how certain a claim is: ``certainty 0.95``; of what is not claimed its mark says it."""
    if topic.certainty is None or not (topic.claimed or topic.share_unsure):
        return None
    return f"certainty {certainty_figure(topic.certainty, measured=topic.measured)}"


def certainty_figure(certainty: float, *, measured: bool) -> str:
    """Return a certainty with two decimals, after ``~`` where it is approximate."""
    return f"{'' if measured else '~'}{certainty:.2f}"
