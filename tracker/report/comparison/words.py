"""The wording that every form of the report shares, so that terminal and Markdown say the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from tracker.changes.shifts import AXES
from tracker.model.changes import Operation
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tracker.model.changes import Change, Comparison, Shift
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import Status, TopicChange, TopicReading, Vocabulary

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
    "kept": "same level; its change of share may be chance",
    "down": "same level, a smaller share",
    "demoted": "a lower level than before",
    "dropped": "a priority before, absent now",
}

_DISAGREE = "a careful reader may disagree"
PERHAPS: dict[Status, tuple[str, str]] = {
    "new": ("perhaps new", _DISAGREE),
    "returned": ("perhaps returned", _DISAGREE),
    "promoted": ("perhaps promoted", _DISAGREE),
    "up": ("perhaps up", _DISAGREE),
    "kept": ("perhaps kept", _DISAGREE),
    "down": ("perhaps down", _DISAGREE),
    "demoted": ("perhaps demoted", _DISAGREE),
    "dropped": ("perhaps not repeated", _DISAGREE),
}
"""What is told apart from the findings, and why."""

FINDINGS: frozenset[Status] = frozenset({"new", "returned", "promoted", "demoted", "dropped"})
"""Statuses of priorities that changed, as claimed."""

OPERATIONS: tuple[Operation, ...] = get_args(Operation)
FILTERS: tuple[str, ...] = tuple(dict.fromkeys((*STATUSES, *OPERATIONS, "moved", *AXES)))
"""What a report may be narrowed to."""

LANGUAGES = {
    "en": "English",
    "fr": "French",
    "es": "Spanish",
    "ru": "Russian",
    "ar": "Arabic",
    "zh": "Chinese",
    "und": "language unknown",
}

HEADINGS = {
    "topics": "priorities",
    "wording": "shifts of wording",
    "facts": "figures, dates and names",
    "sentences": "sentences",
    "phrases": "phrases that one side uses far more",
}

INTERVALS = "Intervals (95%, Holm) cover cutting and matching of sentences, not sampling."
NO_PRIORITIES = "No topic of the vocabulary is a priority on either side."
HIDDEN_SENTENCES = "Sentences without a partner are not listed, since most have none"
DIGEST = 12
"""How many characters of a digest are printed."""

MORE = "--all"
ARROW = "→"
NO_DIFFERENCE = "No difference: the same sentences in the same words and order."


def side_facts(side: Side) -> tuple[str, ...]:
    """Return what is known about one side, the name first, each fact on one line."""
    speaker = ", ".join(part for part in (side.speaker, side.post) if part)
    facts = (
        side.name,
        speaker or side.title,
        side.delivered,
        kind_words(side),
        LANGUAGES.get(side.version.language, side.version.language),
        size_words(side),
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


def verdict(comparison: Comparison) -> str:
    """Say how the two texts relate, in one sentence."""
    if is_unchanged(comparison):
        return NO_DIFFERENCE
    how = (
        "Different texts, compared by topic"
        if comparison.genre == "session"
        else "Compared sentence by sentence"
    )
    return f"{how}: {aligned_words(comparison)} of the sentences correspond."


def aligned_words(comparison: Comparison) -> str:
    """Return the share of sentences that have a partner, in whole per cent; nearly all is not all."""
    value = 100 * comparison.aligned
    if 0 < value < 1:
        return "under 1%"
    return "over 99%" if 99 < value < 100 else f"{value:.0f}%"  # noqa: PLR2004 (nearly, but not, all)


def is_unchanged(comparison: Comparison) -> bool:
    """Tell whether both sides hold the same sentences in the same words and order.

    What a person calls kept may be in other words, and is a difference.
    """
    return all(
        change.operation == "kept"
        and not change.moved
        and (not change.decided or all(edit.kind == "kept" for edit in change.edits))
        for change in comparison.changes
    )


def provenance_words(comparison: Comparison, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Say what the comparison rests on, by digest."""
    source = comparison.provenance
    return (
        f"tracker {source.release}, encoder {source.encoder}",
        f"topics {one_line(vocabulary.name)} {source.vocabulary[:DIGEST]}",
        f"texts {source.old_text[:DIGEST]} {ARROW} {source.new_text[:DIGEST]}",
        *([f"phrases {_prior_words(source.prior)}"] if source.prior != "none" else []),
    )


def _prior_words(prior: str) -> str:
    """Return a prior's name with the head of its digest; a flat one has none."""
    name, _, digest = prior.rpartition(" ")
    return f"{name} {digest[:DIGEST]}" if name else prior


def actor_words(actors: Sequence[Shift]) -> str | None:
    """Return who is no longer named on a topic and who is named now, with their roles."""
    parts = []
    for lead, side in (("no longer named", "old"), ("named now", "new")):
        found = [(shift, getattr(shift, side)) for shift in actors]
        told = ", ".join(
            f"{one_line(evidence.text)}{_role_words(shift)}" for shift, evidence in found if evidence
        )
        parts += [f"{lead}: {told}"] if told else []
    return "; ".join(parts) or None


def _role_words(shift: Shift) -> str:
    role = shift.rule.partition("actor: ")[2].partition(" (")[0]
    return f" ({role})" if role else ""


def tally_topics(comparison: Comparison) -> str:
    """Count the priorities by status: ``2 new, 1 kept, 3 not repeated``; what is perhaps so last."""
    counts = Counter(topic.status for topic in comparison.topics if topic.claimed)
    doubts = Counter(topic.status for topic in comparison.topics if not topic.claimed)
    perhaps = ((name, doubts[status]) for status, (name, _) in PERHAPS.items())
    return _tally([*((STATUSES[status], counts[status]) for status in STATUSES), *perhaps])


def tally_changes(comparison: Comparison) -> str:
    """Count the changes by operation, and those that moved."""
    counts = Counter(change.operation for change in comparison.changes)
    moved = sum(change.moved for change in comparison.changes)
    return _tally([*((name, counts[name]) for name in OPERATIONS), ("moved", moved)]) or "none"


def tally_shifts(shifts: Iterable[Shift]) -> str:
    """Count shifts by direction: ``2 weaker, 1 stronger``."""
    return _tally(Counter(shift.direction for shift in shifts).most_common())


def _tally(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts if count)


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


def certainty_words(topic: TopicChange) -> str | None:
    """Return how certain a claim is that is only perhaps so: ``certainty 0.45``."""
    return None if topic.claimed or topic.certainty is None else f"certainty {topic.certainty:.2f}"


def shift_words(shift: Shift) -> str:
    """Return the words on both sides, and for figures and dates the difference."""
    old, new = (quoted(one_line(side.text)) if side else "nothing" for side in (shift.old, shift.new))
    return f"{old} {ARROW} {new}" + (f", {one_line(shift.amount)}" if shift.amount else "")


def none_words(only: Collection[str]) -> str:
    """Say that a narrowed report is empty."""
    return f"None of these: {', '.join(name for name in FILTERS if name in only)}."


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


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 word``, ``1,204 words``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
