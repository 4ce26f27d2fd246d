"""What people decided, in words that every form of the report shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.comparison.words import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from tracker.model.changes import Comparison, Shift
    from tracker.model.decisions import Decision
    from tracker.model.topics import TopicChange

_DAY = 10
"""Characters of an instant that make its date."""


_PRIORITIES = frozenset({"declared", "substantive"})


def decision_words(decision: Decision) -> str:
    """Say who decided what and when, what had been judged before, and who disagrees."""
    of_axis = "" if decision.question in {"sentences", "level"} else f"{decision.question} "
    words = f"judged by {one_line(decision.person)}, {decision.decided[:_DAY]}: {of_axis}{decision.code}"
    if decision.said != decision.code and decision.verdict != "withdraw":
        words += f" (was {decision.said})"
    if decision.against:
        words += f"; disagreement: {', '.join(one_line(each) for each in decision.against)}"
    return words


def list_decisions(comparison: Comparison) -> tuple[Decision, ...]:
    """Return the decisions of people that a comparison follows; one that took a link apart is there once."""
    of_changes = {id(decision): decision for change in comparison.changes for decision in change.decided}
    return (*of_changes.values(), *(level.decision for level in comparison.levels))


def topic_decisions(topic: TopicChange) -> tuple[Decision, ...]:
    """Return what people decided about a topic, the old side first."""
    sides = [reading and reading.decided for reading in (topic.old, topic.new)]
    return tuple(decision for decision in (*sides, topic.absent) if decision)


def judged_words(comparison: Comparison) -> str:
    """Say how many decisions of people a comparison follows, whose, how many others dispute.

    And which topics are priorities on neither side for that reason; nothing where nobody decided anything.
    """
    decisions = list_decisions(comparison)
    if not decisions:
        return ""
    people = ", ".join(dict.fromkeys(one_line(decision.person) for decision in decisions))
    disputed = sum(bool(decision.against) for decision in decisions)
    words = f"{counted(len(decisions), 'decision')} of people ({people})"
    words += f", {disputed:,} disputed" if disputed else ""
    topics = {topic.topic for topic in comparison.topics}
    gone = [
        one_line(level.label)
        for level in comparison.levels
        if level.topic not in topics and level.decision.said in _PRIORITIES
    ]
    return words + (f"; no priority by decision: {', '.join(dict.fromkeys(gone))}" if gone else "")


def is_personal(shift: Shift) -> bool:
    """Tell whether a person decided on a shift; its rule then names the person."""
    return shift.rule.startswith("person: ")
