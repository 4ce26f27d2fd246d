"""The wording that every form of the report shares: of sides, changes, shifts, decisions, and of topics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, get_args

from tracker.comparing.topics.certainty import find_threshold
from tracker.comparing.topics.shares import find_least
from tracker.model.changes import Operation, count_changes
from tracker.model.facts import tell_facts
from tracker.model.languages import LANGUAGES
from tracker.model.topics import PRIORITIES, STATUSES, Level
from tracker.report.layout import counted, tally
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tracker.model.changes import Change, Comparison, Direction, Shift
    from tracker.model.decisions import Decision, Opinion
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import Status, TopicChange

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
LANGUAGE_NAMES: Final[Mapping[str, str]] = {
    **{language: entry.name for language, entry in LANGUAGES.items()},
    "und": "language unknown",
}
NO_PRIORITIES = "No topic of the vocabulary is a priority on either side."
MUCH_ALIGNED = 0.5
"""The aligned share below which the sentences of one side only are a list of nearly all of them."""
MUCH_CEREMONY = 0.1
"""The share of the sentences from which it is told that they are greetings and formulas of the other text."""
ARROW = "→"
_LEAST_SHARE: Final = 0.005
"""A share that is rounded to none and is one."""
NO_SESSIONS: Final = ("old", "new")
"""What sides are called that sessions do not tell from each other."""
_DEADLINES: Final[Mapping[Direction, str]] = {
    "added": "new",
    "removed": "gone",
    "loosened": "vaguer",
    "tightened": "more exact",
}
"""Where a deadline goes, in plain words."""
_COUNTED: Final = frozenset({"figure", "date"})
"""Axes whose direction says what it is of: ``figure lowered``, ``date later``."""
_REVERSED: Final = "reversed"
"""What is said of a sentence that denies what it affirmed, or the reverse."""
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
        None if plain else LANGUAGE_NAMES.get(side.version.language, side.version.language),
        *tell_facts(side),
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
    return (old, new) if old and new and old != new else NO_SESSIONS


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
    said = f"{number} of {old:,} sentences {has} a counterpart among {new:,}"
    return f"{said}: compared by topic. {ceremony_words(comparison)}".rstrip()


def ceremony_words(comparison: Comparison) -> str:
    """Say how many sentences of the new text are greetings and formulas of the old one; "" for few."""
    names = frozenset(comparison.ceremony)
    kept = sum(len(change.new) for change in comparison.changes if change.id in names)
    is_much = kept and kept >= MUCH_CEREMONY * len(comparison.new.version.segments)
    return f"Greetings and formulas: {counted(kept, 'sentence')} kept." if is_much else ""


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
    return tally(count_changes(comparison.changes)) or "none"


def tally_shifts(shifts: Iterable[Shift]) -> str:
    """Count shifts by direction: ``2 weaker, 1 stronger``."""
    return tally(Counter(map(name_direction, shifts)).most_common())


def name_direction(shift: Shift) -> str:
    """Return where a shift goes in plain words: a deadline that was added is new."""
    if shift.axis == "negation":
        return _REVERSED
    return _DEADLINES.get(shift.direction, shift.direction) if shift.axis == "date" else shift.direction


def tell_way(shift: Shift) -> str:
    """Return what stands beside an operation, of what is turned with the reason.

    ``stronger``, ``figure lowered``, ``reversed: negation removed``, ``reversed: “open” → “closed”``.
    """
    if shift.axis in _COUNTED:
        return f"{shift.axis} {name_direction(shift)}"
    if shift.axis != "negation":
        return name_direction(shift)
    reason = shift_words(shift) if shift.old and shift.new else f"negation {shift.direction}"
    return f"{_REVERSED}: {reason}"


def shift_words(shift: Shift) -> str:
    """Return the words on both sides, and for figures and dates the difference."""
    old, new = (quoted(one_line(side.text)) if side else "nothing" for side in (shift.old, shift.new))
    return f"{old} {ARROW} {new}" + (f", {one_line(shift.amount)}" if shift.amount else "")


def tell_shift(shift: Shift) -> str:
    """Return what stands beside a passage of a shift in it: its axis, its direction, and the words."""
    return f"{shift.axis} {name_direction(shift)}: {shift_words(shift)}"


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
    """Return a share in whole per cent, as precisely as it is known: ``0%`` for none, ``<1%`` up to half."""
    return "<1%" if 0 < share <= _LEAST_SHARE else f"{100 * share:.0f}%"


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


def opinion_words(comparison: Comparison, topic: str) -> Iterator[str]:
    """Say of each second reader what it answered about a topic on both sides, and whether that weighs.

    Of a person it is said on which side she was not sure.
    """
    readers: dict[tuple[str, str], dict[str, Opinion]] = {}
    for each in comparison.opinions:
        if each.topic == topic:
            readers.setdefault((each.coder, each.kind), {})[each.side] = each
    labels = dict(zip(("old", "new"), side_labels(comparison), strict=True))
    for (coder, kind), said in readers.items():
        latest = max(said.values(), key=lambda each: each.answered)
        words = f"read by {one_line(coder)}, {latest.answered[:10]}"
        if kind == "person":
            yield f"{words}: not sure about {' and '.join(labels[side] for side in labels if side in said)}"
        else:
            levels = ((said[side].level or "not sure") if side in said else "not asked" for side in labels)
            yield f"{words}: {f' {ARROW} '.join(levels)} ({_weight_words(latest)})"


def opinions_summary(comparison: Comparison) -> Iterator[str]:
    """Say of each second reader about how many topics it answered, and what that weighs.

    Of a person it is said of how many she was not sure: what she was sure of are decisions.
    """
    topics: dict[tuple[str, str], set[str]] = {}
    latest: dict[str, Opinion] = {}
    for each in comparison.opinions:
        topics.setdefault((each.coder, each.kind), set()).add(each.topic)
        latest[each.coder] = each
    for (coder, kind), about in topics.items():
        name, number = one_line(coder), counted(len(about), "topic")
        if kind == "person":
            yield f"{name} was not sure about {number}."
        else:
            yield f"{name} answered about {number}: {_weight_words(latest[coder])}."


def _weight_words(opinion: Opinion) -> str:
    if opinion.alpha is None:
        return "it weighs nothing, as it was not measured to agree with careful readers"
    return f"weighed: agrees with careful readers to {opinion.alpha:.2f}".replace(" 0.", " .")


def list_weighed(comparison: Comparison, topic: str | None = None) -> tuple[str, ...]:
    """Return the second readers whose answers weigh in a comparison, or in what it says of one topic."""
    return tuple(
        dict.fromkeys(
            one_line(each.coder) for each in comparison.opinions if each.odds and topic in {None, each.topic}
        )
    )


def is_human_decision(shift: Shift) -> bool:
    """Return whether a person decided on a shift; its rule then names the person."""
    return shift.rule.startswith("person: ")


LIKELY: Final = "likely"
"""What stands before a status that is not claimed, and narrows a report to these; the one word for doubt."""
NO_CHANGE: Final = "no change is told"
"""What is said of a topic of which nothing is told."""
OWN_SITUATION: Final = (
    "own situation: words such as we and our land do not count as naming it, so no change is told"
)
"""What is said of a situation of the speaker's own country, which is counted where its terms name it."""
OLD_SIDE: Final = frozenset(each for each, entry in STATUSES.items() if entry.gains < 0)
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
    return () if topic.unclear else (topic.outcome, LIKELY)


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


def status_mark(topic: TopicChange) -> str:
    """Return a topic's status, which is *likely* with its certainty where it is not claimed; "" for none.

    What is kept is the level: beside it stand shares, which may differ by less than readers call a change.
    """
    if topic.unclear:
        return ""
    mark = topic.outcome if topic.claimed else likely_words(topic.outcome, topic.certainty)
    return f"{mark}, same level" if topic.outcome == "kept" else mark


def likely_words(status: Status, certainty: float | None) -> str:
    """Return a status that is not claimed: ``likely new (.55)``."""
    return f"{LIKELY} {status} {chance_mark(certainty)}".rstrip()


def chance_mark(chance: float | None) -> str:
    """Return how likely something is, briefly: ``(.53)``; "" where nothing tells."""
    return "" if chance is None else f"({chance:.2f})".replace("0.", ".")


def unclaimed_words(topic: TopicChange, sure: float) -> str | None:
    """Say why a topic's status is not claimed; None where it is, or where certainty was not measured."""
    if topic.claimed or not topic.measured:
        return None
    if topic.share_unsure:
        return "its level is sure; whether its share rose, fell or stayed is not"
    if topic.goes_against_share:
        return f"its levels say {topic.outcome}, its share the opposite, so that it is not sure"
    least = find_threshold(topic.outcome, sure)
    mark = chance_mark(least)[1:-1]
    if (topic.outcome_certainty or 0.0) >= least:
        some = any(side and side.level in PRIORITIES for side in (topic.old, topic.new))
        why = "second readers disagree about it" if some else "it is a priority on neither side"
        return f"as sure as what is claimed (from {mark}); but {why}"
    return f"less sure than what is claimed (from {mark})"


def rank_topics(topics: Iterable[TopicChange]) -> list[TopicChange]:
    """Return topics strongest first, on the side that matters: the old one where less is made of it now."""
    return sorted(topics, key=_weakness)


def _weakness(topic: TopicChange) -> tuple[int, float, str]:
    sides = (topic.old, topic.new) if topic.outcome in OLD_SIDE else (topic.new, topic.old)
    reading = sides[0] or sides[1]
    if reading is None:
        return len(get_args(Level)), 0.0, topic.label
    return get_args(Level).index(reading.level), -round(reading.share, 4), topic.label


def coverage_words(topic: TopicChange) -> str | None:
    """Say which group's statement may cover what is not repeated, where the speaker aligns with one."""
    if topic.covered is None:
        return None
    return f"may be covered by the statement of the {one_line(topic.covered)}, with which it aligns itself"


def certainty_words(topic: TopicChange, sure: float) -> str | None:
    """Return how certain a claim is, and from where on it is claimed: ``certainty 0.95, claimed from 0.64``.

    Where a change of share is claimed, that of its levels and that of the change stand apart. Of what is
    not claimed its mark says it.
    """
    if not topic.claimed or topic.outcome_certainty is None:
        return None
    levels = _certain_from(topic.outcome_certainty, find_threshold(topic.outcome, sure))
    if topic.share_certainty is None:
        return f"certainty {levels}"
    share = _certain_from(topic.share_certainty, find_least(topic.outcome, sure))
    return f"certainty of its levels {levels}; of the change of share {share}"


def _certain_from(certainty: float, least: float) -> str:
    return f"{certainty:.2f}, claimed from {least:.2f}"
