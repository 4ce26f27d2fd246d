"""The entries of the terminal's report: a topic, a shift or a change, each a few lines with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.report.comparison import topic_words
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import mark_edits, read_edits, select_passages
from tracker.report.comparison.selection import cite_changes, name_actors
from tracker.report.layout import WHOLE, Line, Span, columns, excerpt, line, shorten, spread, wrap
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.model.changes import Change, Comparison
    from tracker.model.decisions import Decision
    from tracker.model.topics import TopicChange
    from tracker.report.comparison.passages import Quotation
    from tracker.report.comparison.selection import ShiftRow

CONTEXT = 6
"""Words kept on each side of an edit where not everything is shown."""

_INDENT = "  "
_DEEPER = "    "


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said in a few lines, the evidence for it, and a name for it where it is left out."""

    name: str
    claim: tuple[Line, ...]
    evidence: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """The widths of the two columns of numbers."""

    sentences: int
    share: int


def measure_numbers(topics: Iterable[TopicChange]) -> Numbers:
    """Return columns wide enough for all topics and for their headings."""
    sizes = [
        (columns(topic_words.sentence_words(topic)), columns(topic_words.share_words(topic)))
        for topic in topics
    ]
    return Numbers(max([9, *(size for size, _ in sizes)]), max([10, *(size for _, size in sizes)]))


def number_heading(numbers: Numbers) -> str:
    """Return the headings of the columns."""
    return f"{'sentences':>{numbers.sentences}}  {'% of words':>{numbers.share}}"


def show_topic(
    comparison: Comparison, topic: TopicChange, numbers: Numbers, width: int, rows: int | None
) -> Entry:
    """Return a topic with level, counts and shares on one line, and the passages that show it below.

    A quotation fills ``rows`` lines at most; None shows all passages in full, and the interval.
    """
    sentences, share = topic_words.sentence_words(topic), topic_words.share_words(topic)
    counts = f"{sentences:>{numbers.sentences}}  {share:>{numbers.share}}"
    label, level = one_line(topic.label), topic_words.level_words(topic)
    left = f"{_INDENT}{label}, {level}"
    if columns(left + counts) + 2 <= width:
        lines = [spread(left, counts, width)]
    else:
        lines = [*wrap(f"{label},", width, _INDENT, _INDENT), spread(f"{_INDENT}{level}", counts, width)]
    lines.extend(_show_decisions(wording.topic_decisions(topic), width))
    certainty = topic_words.certainty_words(topic, everything=rows is None)
    for note in (certainty, topic_words.coverage_words(topic)):
        lines.extend(wrap([Span(note, "dim")], width, _DEEPER, _DEEPER) if note else ())
    passages = select_passages(comparison, topic, everything=rows is None)
    evidence = [row for passage in passages for row in _quote(passage, width, rows)]
    if rows != 1 and (actors := name_actors(comparison, topic)):
        evidence.extend(
            wrap(actors if rows is None else shorten(actors, width - len(_DEEPER)), width, _DEEPER, _DEEPER)
        )
    interval = topic_words.interval_words(topic)
    if interval and (rows is None or topic.status in {"up", "down"}):
        evidence.append(line(f"{_DEEPER}{interval}"))
    return Entry(label, tuple(lines), tuple(evidence))


def _show_decisions(decisions: Iterable[Decision], width: int) -> Iterator[Line]:
    for decision in decisions:
        yield from wrap([Span(wording.decision_words(decision), "bold")], width, _DEEPER, _DEEPER)


def _quote(passage: Quotation, width: int, rows: int | None) -> tuple[Line, ...]:
    """Return a quotation on so many lines at most, shortened between words; lines break raggedly."""
    text, lead = one_line(passage.text), Span(f"{passage.lead} ", "dim")
    room = WHOLE if rows is None else rows * (width - len(_DEEPER)) - columns(lead.text) - 2
    lines = wrap([lead, Span(wording.quoted(shorten(text, room)))], width, _DEEPER, _DEEPER)
    while rows is not None and len(lines) > rows:
        room -= 1
        lines = wrap([lead, Span(wording.quoted(shorten(text, room)))], width, _DEEPER, _DEEPER)
    return lines


def show_shift(row: ShiftRow, width: int, *, context: bool, rule: bool) -> Entry:
    """Return a shift with the words on both sides and where they stand.

    With ``context`` the sentence that holds them now (or held them) follows, with ``rule`` what decided.
    """
    words = wording.shift_words(row.shift)
    sides = [(segment,) if segment else () for segment in (row.old, row.new)]
    where = f"{wording.places(*sides)} {row.source}".strip()
    lead = f"{_INDENT}{row.shift.direction:<9}"
    if columns(lead + words + where) + 2 <= width:
        lines = [spread(lead + words, where, width)]
    else:
        lines = [*wrap(words, width, lead, " " * len(lead)), line(" " * len(lead) + where)]
    evidence = [*_show_context(row, width)] if context else []
    if rule:
        evidence.extend(wrap([Span(f"by {one_line(row.shift.rule)}", "dim")], width, _DEEPER, _DEEPER))
    return Entry(words, tuple(lines), tuple(evidence))


def _show_context(row: ShiftRow, width: int) -> Iterator[Line]:
    when, segment, evidence = ("now", row.new, row.shift.new) if row.new else ("was", row.old, row.shift.old)
    if segment is None:
        return
    lead = f"{_DEEPER}{when} "
    before = one_line(segment.text[: evidence.start] if evidence else "")
    text = excerpt(one_line(segment.text), len(before), width - columns(lead) - 2)
    yield (Span(lead, "dim"), Span(wording.quoted(text)))


def show_rest(left_out: Sequence[Entry], width: int, *, beside: bool = True) -> Line:
    """Return one line that counts and names the entries left out, ``beside`` shown ones or alone."""
    more = " more" if beside else ""
    lead = f"{_INDENT}{len(left_out)}{more}: {wording.MORE}"
    names = "; ".join(entry.name for entry in left_out if entry.name)
    room = width - len(lead) - 3
    return (Span(lead), Span(f" ({shorten(names, room)})" if names else "", "dim"))


def show_changes(
    comparison: Comparison, changes: Sequence[Change], width: int, *, everything: bool
) -> tuple[Entry, ...]:
    """Return changes with what happened, where, their id, and the sentences with their edits marked."""
    cited = cite_changes(comparison)
    return tuple(
        Entry("", tuple(_show_change(comparison, change, cited[change.id], width, everything)))
        for change in changes
    )


def _show_change(
    comparison: Comparison, change: Change, cited: str, width: int, everything: bool
) -> Iterator[Line]:
    old = [comparison.old.version.segments[index] for index in change.old]
    new = [comparison.new.version.segments[index] for index in change.new]
    yield (
        Span(f"{_INDENT}{wording.change_words(change)}", "bold"),
        Span(f"  {wording.places(old, new)}  "),
        Span(cited, "dim"),
    )
    yield from _show_decisions(change.decided, width)
    if old and new and (change.operation != "kept" or change.decided):
        pieces = read_edits(change.edits, None if everything else CONTEXT)
        yield from wrap(mark_edits(pieces), width, _DEEPER, _DEEPER)
    else:
        text = " ".join(segment.text for segment in new or old)
        room = 2 * (width - len(_DEEPER)) - len(_DEEPER)
        shown = one_line(text) if everything else shorten(one_line(text), room)
        yield from wrap(wording.quoted(shown), width, _DEEPER, _DEEPER)
