"""What became of topics, for a report: the largest moves, and each finding with the words it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.comparison import naming
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import has_close, quote_topic
from tracker.report.document import Column, Entry, Section, Span
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tracker.model.changes import Comparison
    from tracker.model.topics import Status, TopicChange

MOVES: Final = 8
"""Topics among the largest moves that have a row each where not everything is asked for."""
_MORE_MOVES: Final = 12
"""Topics that are named with their shares below them."""
UNSURE: Final = 8
"""Lines at most that tell of what is unsure, those among the largest moves included."""
_LEAST_MOVE: Final = 0.01
"""Of the words: a smaller change of share is no move."""
_MOVES = (Column("% of words"), Column("sentences"), Column("", right=False, unit="status"))
_FIGURES = (Column("", unit="% of words"), Column("", unit="sentences"))

FINDINGS: Final[dict[str, tuple[Status, ...]]] = {
    "lost rank": ("demoted",),
    "back after an absence": ("returned",),
    "gained rank": ("promoted",),
    "new": ("new",),
    "not repeated": ("dropped",),
    "more of the words": ("up",),
    "less of the words": ("down",),
}
"""Headings of what is claimed, in the order of the report, and the statuses below each."""
_NOTES: Final = {
    "lost rank": "a lower level than before",
    "gained rank": "a higher level than before",
    "new": "a priority now, absent before",
    "not repeated": "a priority before, absent now",
    "more of the words": "same level, a larger share",
    "less of the words": "same level, a smaller share",
}


def show_moves(comparison: Comparison, *, everything: bool) -> Iterator[Section]:
    """Yield the topics whose share of the words changed most, whatever their status.

    The largest have a row each; what follows is named, but for what is claimed, which has its finding.
    """
    moved = wording.rank_moves(comparison.topics)
    large = [topic for topic in moved if everything or abs(wording.share_change(topic)) >= _LEAST_MOVE]
    if large:
        further = [topic for topic in large[MOVES:] if not topic.claimed][:_MORE_MOVES]
        shown = large if everything else [*large[:MOVES], *further]
        sure = [topic for topic in shown if topic.claimed or topic.share_unsure]
        yield Section(
            "largest moves",
            tuple(_show_move(topic, comparison.provenance.sure) for topic in shown),
            columns=_MOVES,
            first=MOVES,
            most=max(MOVES, min(len(shown), len(sure) + UNSURE)),
            rest=4,
        )


def _show_move(topic: TopicChange, sure: float) -> Entry:
    label = one_line(topic.label)
    cells = (
        wording.share_words(topic),
        wording.sentence_words(topic),
        wording.status_mark(topic, sure),
    )
    doubt = "" if topic.claimed or topic.share_unsure else "?"
    brief = (
        f"{label} {cells[0]} {cells[2]}" if wording.is_barred(topic, sure) else f"{label}{doubt} {cells[0]}"
    )
    kinds, shares = wording.kinds_of_topic(topic), wording.shares(topic)
    return Entry((Span(label),), cells, brief=brief, topic=topic.topic, kinds=kinds, shares=shares)


def list_moved(sections: Iterable[Section]) -> frozenset[str]:
    """Return the labels of the topics whose figures stand among the largest moves."""
    return frozenset(entry.claim[0].text for section in sections for entry in section.entries)


def show_findings(
    comparison: Comparison, told: Collection[str], *, everything: bool, only: Collection[str] = ()
) -> Iterator[Section]:
    """Yield what is claimed by kind, the strongest first; figures that were ``told`` are not repeated."""
    for title, statuses in FINDINGS.items():
        topics = [
            topic
            for topic in wording.rank_topics(comparison.topics)
            if topic.status in statuses and (not only or topic.status in only)
        ]
        if topics:
            new_figures = any(one_line(topic.label) not in told for topic in topics)
            entries = (
                show_finding(comparison, topic, told=one_line(topic.label) in told, everything=everything)
                for topic in topics
            )
            columns = _FIGURES if new_figures else ()
            yield Section(title, tuple(entries), note=_NOTES.get(title, ""), columns=columns, first=1)


def show_finding(comparison: Comparison, topic: TopicChange, *, told: bool, everything: bool) -> Entry:
    """Return one topic with its levels, what people decided about it, and the passages that show it."""
    label = one_line(topic.label)
    claim: tuple[Span, ...] = (Span(label, "bold"), Span(f", {wording.level_words(topic)}"))
    if not topic.claimed:
        claim = (*claim, Span(f", {wording.status_mark(topic, comparison.provenance.sure)}", "dim"))
    if topic.last:
        when = naming.session_words(str(comparison.old.body), topic.last)
        claim = (*claim, Span(f", last a priority in {when}"))
    figures = () if told else (wording.share_words(topic), wording.sentence_words(topic))
    return Entry(
        claim,
        figures,
        notes=tuple(_list_notes(comparison, topic, everything=everything)),
        evidence=quote_topic(comparison, topic, everything=everything),
        brief=_name_briefly(comparison, topic),
        topic=topic.topic,
        kinds=wording.kinds_of_topic(topic),
    )


def _name_briefly(comparison: Comparison, topic: TopicChange) -> str:
    label = one_line(topic.label)
    return f"{label} {naming.session_words(str(comparison.old.body), topic.last)}" if topic.last else label


def _list_notes(comparison: Comparison, topic: TopicChange, *, everything: bool) -> Iterator[Span]:
    for decision in wording.topic_decisions(topic):
        yield Span(wording.decision_words(decision), "bold")
    if covered := wording.coverage_words(topic):
        yield Span(covered)
    if topic.closest and not topic.passing and not has_close(topic):
        yield Span(f"nothing close in {wording.side_labels(comparison)[1]}", "dim")
    if everything:
        for fact in (wording.certainty_words(topic), wording.interval_words(topic)):
            if fact:
                yield Span(fact)


def show_doubts(
    comparison: Comparison, told: Collection[str], most: int, *, everything: bool, only: Collection[str] = ()
) -> Iterator[Section]:
    """Yield what is not sure enough to be claimed, the most certain first: one line a status, or all."""
    doubts = [
        topic
        for topic in comparison.topics
        if not topic.claimed
        and topic.outcome != "kept"
        and (not only or topic.outcome in only or "perhaps" in only)
    ]
    doubts.sort(key=lambda topic: (-(topic.certainty or 0.0), topic.label))
    if everything and doubts:
        entries = (show_finding(comparison, topic, told=True, everything=True) for topic in doubts)
        yield Section("less sure", tuple(entries), note="a careful reader may disagree")
        return
    likely = [topic for topic in doubts if topic.possible]
    sure = comparison.provenance.sure
    lines = []
    for status in dict.fromkeys(topic.outcome for topic in likely):
        name = wording.STATUSES[status]
        left = [topic for topic in likely if topic.outcome == status and one_line(topic.label) not in told]
        if left:
            named = tuple(
                f"{one_line(each.label)} {wording.certainty_mark(each, sure)}".rstrip() for each in left
            )
            lines.append(Entry((Span(f"{name}?", "bold"),), names=named, brief=f"{len(left)} {name}"))
    if lines and most > 0:
        note = "in brackets how likely each holds"
        yield Section("less sure", tuple(lines), note=note, most=most)


def list_changed(comparison: Comparison) -> Iterator[Section]:
    """Yield the priorities that changed by name, one line a status: a revision has them below its edits."""
    lines = []
    for status, name in wording.STATUSES.items():
        topics = [
            topic
            for topic in wording.rank_topics(comparison.topics)
            if topic.outcome == status and not topic.unclear
        ]
        if topics and status != "kept":
            named = tuple(
                _name_with_doubt(topic, comparison.provenance.sure)
                for topic in sorted(topics, key=lambda each: not each.claimed)
            )
            lines.append(Entry((Span(name, "bold"),), names=named, brief=f"{len(topics)} {name}"))
    if lines:
        yield Section(
            "priorities that changed", tuple(lines), note="less sure where there is a question mark", first=2
        )


def _name_with_doubt(topic: TopicChange, sure: float) -> str:
    label = one_line(topic.label)
    if people := dict.fromkeys(one_line(each.person) for each in wording.topic_decisions(topic)):
        return f"{label} (judged by {', '.join(people)})"
    return label if topic.claimed else f"{label}? {wording.certainty_mark(topic, sure)}".rstrip()


def show_kept(comparison: Comparison, told: Collection[str], *, everything: bool) -> Iterator[Section]:
    """Yield the priorities that kept their level, by name, or in full where everything is asked for."""
    kept = wording.rank_topics(topic for topic in comparison.topics if topic.outcome == "kept")
    if everything and kept:
        entries = (show_finding(comparison, topic, told=True, everything=True) for topic in kept)
        yield Section("same level", tuple(entries))
        return
    names = tuple(
        _name_kept(topic, comparison.provenance.sure) for topic in kept if one_line(topic.label) not in told
    )
    if names:
        yield Section(f"same level ({len(names)})", (Entry((), names=names),), first=1, inline=True)


def _name_kept(topic: TopicChange, sure: float) -> str:
    name = one_line(topic.label) if topic.share_unsure else _name_with_doubt(topic, sure)
    return f"{name} {wording.share_words(topic)}"


def show_names(comparison: Comparison, *, everything: bool) -> Iterator[Section]:
    """Yield who and what one whole statement names and the other does not, in a line each or in full."""
    for title in ("named now", "no longer named"):
        found = [each for each in comparison.names if each.status == title]
        names = tuple(
            f"{one_line(each.name)} {each.uses}×" if everything and each.uses > 1 else one_line(each.name)
            for each in found
        )
        if names:
            yield Section(title, (Entry((), names=names),), first=1, rows=1, inline=True)


def count_unsure(comparison: Comparison, told: Collection[str]) -> int:
    """Return how many of the topics told among the largest moves are unsure."""
    return sum(
        not topic.claimed and topic.outcome != "kept" and one_line(topic.label) in told
        for topic in comparison.topics
    )
