"""The wording that every form of the report shares, so that terminal and Markdown say the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from tracker.model.changes import Operation
from tracker.model.topics import PRIORITIES
from tracker.report.layout import counted
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.model.changes import Change, Comparison, Shift
    from tracker.model.decisions import Decision
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import TopicChange

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
LANGUAGES = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "ar": "Arabic",
    "zh": "Chinese",
    "und": "language unknown",
}

INTERVALS = "Changes of share: 95% intervals; up and down corrected over topics (Holm)."
NO_PRIORITIES = "No topic of the vocabulary is a priority on either side."
MUCH_ALIGNED = 0.5
"""The aligned share below which the sentences of one side only are a list of nearly all of them."""

ARROW = "→"
NO_DIFFERENCE = "No difference: the same sentences in the same words and order."


def side_facts(side: Side) -> tuple[str, ...]:
    """Return what is known about one side, the name first, each fact on one line."""
    return (one_line(side.name), *side_details(side))


def side_details(side: Side, title: str = "") -> tuple[str, ...]:
    """Return what is known about one side beside its name; below a title what that leaves open."""
    speaker = ", ".join(part for part in (side.speaker, side.post) if part)
    plain = title and side.version.language == "en"
    facts = (
        speaker or side.title,
        side.delivered if side.delivered and side.delivered not in title else None,
        size_words(side),
        kind_words(side),
        None if plain else LANGUAGES.get(side.version.language, side.version.language),
        side.on_behalf_of and f"on behalf of {side.on_behalf_of}",
    )
    return tuple(one_line(fact) for fact in facts if fact)


def kind_words(side: Side) -> str:
    """Return the kind of a side's text, marked where it was inferred."""
    if side.kind is None:
        return "kind unknown"
    return f"{side.kind} (inferred)" if side.kind_inferred else side.kind


def size_words(side: Side) -> str:
    """Return a side's length in words, in characters for Chinese."""
    return counted(side.version.words, "character" if side.version.language == "zh" else "word")


def side_labels(comparison: Comparison) -> tuple[str, str]:
    """Return what the two sides are called in leads: their sessions, or old and new."""
    old, new = comparison.old.session, comparison.new.session
    return (old, new) if old and new and old != new else ("old", "new")


def verdict(comparison: Comparison) -> str:
    """Say how the two texts relate, in one sentence."""
    if is_unchanged(comparison):
        return NO_DIFFERENCE
    if comparison.aligned >= MUCH_ALIGNED:
        return f"Compared sentence by sentence: {aligned_words(comparison)} of the sentences correspond."
    old, new = (len(side.version.segments) for side in (comparison.old, comparison.new))
    linked = {index for change in comparison.changes if change.new for index in change.old}
    number = f"{len(linked):,}" if linked else "None"
    has = "have" if len(linked) > 1 else "has"
    return (
        f"{number} of {old:,} sentences {has} a counterpart among {new:,}: topics are compared, not wording."
    )


def aligned_words(comparison: Comparison) -> str:
    """Return the share of sentences that have a partner, in whole per cent; nearly all is not all."""
    value = 100 * comparison.aligned
    if 0 < value < 1:
        return "under 1%"
    return "over 99%" if 99 < value < 100 else f"{value:.0f}%"  # noqa: PLR2004 (nearly, but not, all)


def is_unchanged(comparison: Comparison) -> bool:
    """Return whether both sides hold the same sentences in the same words and order.

    What a person calls kept may be in other words, and is a difference.
    """
    return all(
        change.operation == "kept"
        and not change.moved
        and (not change.decided or all(edit.kind == "kept" for edit in change.edits))
        for change in comparison.changes
    )


def tally_changes(comparison: Comparison) -> str:
    """Count the changes by operation, and those that moved."""
    counts = Counter(change.operation for change in comparison.changes)
    moved = sum(change.moved for change in comparison.changes)
    return tally([*((name, counts[name]) for name in OPERATIONS), ("moved", moved)]) or "none"


def tally_shifts(shifts: Iterable[Shift]) -> str:
    """Count shifts by direction: ``2 weaker, 1 stronger``."""
    return tally(Counter(shift.direction for shift in shifts).most_common())


def tally(counts: Iterable[tuple[str, int]]) -> str:
    """Return the counts above zero: ``2 new, 1 kept``."""
    return ", ".join(f"{count:,} {name}" for name, count in counts if count)


def shift_words(shift: Shift) -> str:
    """Return the words on both sides, and for figures and dates the difference."""
    old, new = (quoted(one_line(side.text)) if side else "nothing" for side in (shift.old, shift.new))
    return f"{old} {ARROW} {new}" + (f", {one_line(shift.amount)}" if shift.amount else "")


def tell_shift(shift: Shift) -> str:
    """Return what stands beside a passage of a shift in it: its axis, its direction, and the words."""
    return f"{shift.axis} {shift.direction}: {shift_words(shift)}"


def change_words(change: Change) -> str:
    """Return what happened to a change's sentences: ``reworded``, ``split, moved``."""
    if not change.moved:
        return change.operation
    return "moved" if change.operation == "kept" else f"{change.operation}, moved"


def place(segment: Segment) -> str:
    """Return where a segment stands, by our count of paragraphs: ``¶7``."""
    return f"¶{segment.paragraph}"


def places(old: Sequence[Segment], new: Sequence[Segment]) -> str:
    """Return where segments stand, by paragraph: ``¶3 → ¶4-5``, and one side alone as ``¶3``."""
    return f" {ARROW} ".join(_paragraphs(side) for side in (old, new) if side)


def _paragraphs(segments: Sequence[Segment]) -> str:
    paragraphs = [segment.paragraph for segment in segments]
    first, last = min(paragraphs), max(paragraphs)
    return f"¶{first}" if first == last else f"¶{first}-{last}"


def quoted(text: str) -> str:
    """Put a text in quotation marks; marks inside stay as they are."""
    return f"“{text}”"


def percent(share: float) -> str:
    """Return a share in per cent with one decimal, or ``0%`` for none at all."""
    return f"{100 * share:.1f}%" if share else "0%"


def decision_words(decision: Decision) -> str:
    """Say who decided what and when, what had been judged before, and who disagrees."""
    of_axis = "" if decision.question in {"sentences", "level"} else f"{decision.question} "
    words = f"judged by {one_line(decision.person)}, {decision.decided[:10]}: {of_axis}{decision.code}"
    if decision.said != decision.code and decision.verdict != "withdraw":
        words += f" (was {decision.said})"
    if decision.against:
        words += f"; disagreement: {', '.join(one_line(each) for each in decision.against)}"
    return words


def list_decisions(comparison: Comparison) -> tuple[Decision, ...]:
    """Return the human decisions that a comparison applies, each once."""
    of_changes = {id(decision): decision for change in comparison.changes for decision in change.decided}
    return (*of_changes.values(), *(level.decision for level in comparison.levels))


def topic_decisions(topic: TopicChange) -> tuple[Decision, ...]:
    """Return what people decided about a topic, the old side first."""
    sides = [reading and reading.decided for reading in (topic.old, topic.new)]
    return tuple(decision for decision in (*sides, topic.absent) if decision)


def decisions_summary(comparison: Comparison) -> str:
    """Say how many human decisions a comparison applies, whose they are, and how many are disputed.

    Topics that are no priority because of a decision follow. Empty where nobody decided anything.
    """
    decisions = list_decisions(comparison)
    if not decisions:
        return ""
    people = ", ".join(dict.fromkeys(one_line(decision.person) for decision in decisions))
    disputed = sum(bool(decision.against) for decision in decisions)
    words = f"{counted(len(decisions), 'human decision')} ({people})"
    words += f", {disputed:,} disputed" if disputed else ""
    topics = {topic.topic for topic in comparison.topics}
    gone = [
        one_line(level.label)
        for level in comparison.levels
        if level.topic not in topics and level.decision.said in PRIORITIES
    ]
    return words + (f"; no priority by decision: {', '.join(dict.fromkeys(gone))}" if gone else "")


def is_human_decision(shift: Shift) -> bool:
    """Return whether a person decided on a shift; its rule then names the person."""
    return shift.rule.startswith("person: ")
