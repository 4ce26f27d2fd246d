"""Sentences that changed: which are reported, in which order, redlines, shifts, and why one is judged so."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.comparing.decisions.applied import METHOD
from tracker.errors import TrackerError
from tracker.model.changes import AXES, Change, list_shifts, place_shift
from tracker.model.topics import STATUSES
from tracker.report.comparison import words as wording
from tracker.report.comparison.passages import cut_edits, quote, read_edits
from tracker.report.document import Entry, Quote, Redline, Section, Sentence, Span
from tracker.report.layout import (
    ELLIPSIS,
    Line,
    columns,
    counted,
    cut_middle,
    draw,
    fits,
    line,
    mark_edits,
    shorten,
    wrap,
)
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tracker.model.changes import Axis, Candidate, Comparison, Shift
    from tracker.model.texts import Segment, Side
    from tracker.model.topics import Counterpart
    from tracker.report.redline import SideName

FILTERS: tuple[str, ...] = tuple(
    dict.fromkeys((*STATUSES, *wording.OPERATIONS, "moved", *AXES, wording.LIKELY, "inside", "phrases"))
)
"""What a report may be narrowed to."""
_OF_COUNTRIES = tuple(status for status, entry in STATUSES.items() if entry.gains)
"""And one of many countries, of which only what became of topics is told."""
WORDING_AXES, FACT_AXES = (
    tuple(name for name, axis in AXES.items() if axis.about == about) for about in ("wording", "facts")
)
_QUIET = frozenset({"kept", "typographic"})
_ONE_SIDED = frozenset({"new", "dropped"})
SHORTEST_ID = 7

CONTEXT: Final = 8
"""Words kept on each side of an edit where not everything is shown."""
PASSAGE: Final = 300
"""Columns of a passage of one side there: four lines of a terminal, and all of most sentences."""
_NAME: Final = "name"

_INDENT, _DEEPER = "  ", "    "


class ShiftRow(NamedTuple):
    """A shift with where it was found: a change, or the counterparts of a topic."""

    shift: Shift
    source: str
    """``#`` and the change's id where it is cited, else the topic's label."""
    old: Segment | None
    new: Segment | None
    change: str = ""
    topic: str = ""
    """The id of either, where it was found."""


def read_filters(texts: Collection[str], *, by_country: bool = False) -> frozenset[str]:
    """Return what a report is to be narrowed to, named with commas between; raises ``TrackerError``."""
    known = _OF_COUNTRIES if by_country else FILTERS
    words = frozenset(word.strip() for text in texts for word in text.split(",") if word.strip())
    if unknown := sorted(words - frozenset(known)):
        raise TrackerError(f"--only {unknown[0]}: expected one of {', '.join(known)}")
    return words


def select_shifts(
    comparison: Comparison, axes: Collection[Axis], only: Collection[str] = ()
) -> tuple[ShiftRow, ...]:
    """Return the shifts on some axes, those of changes first, then those of counterparts, in text order.

    What several of them tell of the same words is told once.
    """
    cited = cite_changes(comparison)
    labels = {topic.topic: topic.label for topic in comparison.topics}
    return tuple(
        _make_row(comparison, shift, holder, cited, labels)
        for holder, shift in list_shifts(comparison)
        if shift.axis in axes and (not only or shift.axis in only)
    )


def select_changes(
    comparison: Comparison, *, everything: bool = False, only: Collection[str] = ()
) -> tuple[Change, ...]:
    """Return the changes whose sentences are shown, in the order given.

    Of two different texts none are shown unless asked for: everything, or an operation that is not
    also a status. Where less than half aligns, what is new or dropped, and always what was kept, is shown
    only where everything or it is asked for. What people decided about is always shown.
    """
    # Asked for by name: that alone. Of two different texts a word that is a status too means topics.
    if only:
        of_sentences = everything or comparison.genre == "revision"
        asked = set(only) if of_sentences else set(only) - STATUSES.keys()
        return tuple(c for c in comparison.changes if c.operation in asked or (c.moved and "moved" in asked))
    # Two different texts: nearly all of their sentences are new or dropped, which says nothing.
    if comparison.genre == "session" and not everything:
        return tuple(change for change in comparison.changes if change.decided)
    # Two versions of a text: all that happened, and of versions far apart not what one side has alone.
    quiet = _QUIET if comparison.aligned >= wording.MUCH_ALIGNED else _QUIET | _ONE_SIDED
    return tuple(c for c in comparison.changes if everything or _is_news(c, quiet))


def _is_news(change: Change, quiet: Collection[str]) -> bool:
    return change.moved or bool(change.decided) or change.operation not in quiet


def kinds_of_change(change: Change) -> tuple[str, ...]:
    """Return by which words of ``--only`` a report is narrowed to a change."""
    axes = dict.fromkeys(shift.axis for shift in change.shifts)
    return (change.operation, *(["moved"] if change.moved else []), *axes)


def none_words(only: Collection[str]) -> str:
    """Say that a narrowed report is empty."""
    return f"None of these: {', '.join(name for name in FILTERS if name in only)}."


def is_revision(comparison: Comparison) -> bool:
    """Return whether so much aligns that the edits lead the report, and not the topics."""
    return comparison.genre == "revision" and comparison.aligned >= wording.MUCH_ALIGNED


def hides_sentences(comparison: Comparison) -> bool:
    """Return whether sentences that have no counterpart are listed only where they are asked for."""
    return not wording.is_unchanged(comparison) and (
        comparison.genre == "session" or comparison.aligned < wording.MUCH_ALIGNED
    )


def cite_changes(comparison: Comparison) -> dict[str, str]:
    """Return for each change's id a ``#`` prefix of seven characters, or more where another begins so."""
    ids = sorted({change.id for change in comparison.changes})
    lengths = dict.fromkeys(ids, SHORTEST_ID)
    for one, other in pairwise(ids):
        needed = _common(one, other) + 1
        lengths[one], lengths[other] = max(lengths[one], needed), max(lengths[other], needed)
    return {name: f"#{name[:length]}" for name, length in lengths.items()}


def _common(one: str, other: str) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _make_row(
    comparison: Comparison,
    shift: Shift,
    holder: Change | Counterpart,
    cited: Mapping[str, str],
    labels: Mapping[str, str],
) -> ShiftRow:
    old, new = place_shift(comparison, holder, shift)
    if isinstance(holder, Change):
        return ShiftRow(shift, cited[holder.id], old, new, change=holder.id)
    return ShiftRow(shift, labels.get(holder.topic, holder.topic), old, new, topic=holder.topic)


def show_changes(
    comparison: Comparison, changes: Sequence[Change], *, everything: bool, led: int = 0
) -> Iterator[Section]:
    """Yield the sentences that changed, each with what happened to it, where, and its id.

    Where not everything is asked for, they stand in the order of the highlights, and those that a highlight
    joins are one entry, each text no longer than shows it. So many as ``led`` stand in the lead already.
    """
    if not changes:
        return
    cited = cite_changes(comparison)
    groups = [(change,) for change in changes] if everything else _rank(comparison, changes)[led:]
    entries = (_show_change(comparison, group, cited, everything=everything) for group in groups)
    tally = wording.tally_changes(comparison)
    leads = is_revision(comparison) and not everything
    note = f"{tally}; largest first" if leads else tally
    yield Section("sentences", tuple(entries), note=note, rows=1 if leads else 2, beside=leads)


def lead_changes(comparison: Comparison, most: int) -> Iterator[Sentence]:
    """Yield a sentence on each of the changes that weigh most between two versions, as the list has them."""
    cited = cite_changes(comparison)
    for group in _rank(comparison, select_changes(comparison))[:most]:
        entry = _show_change(comparison, group, cited, everything=False)
        what, where, name = (span.text.strip() for span in entry.claim)
        said = f"{what[:1].upper()}{what[1:]}"
        opening = (Span(said, "bold"), Span(f", {where} "), Span(name, "dim"), Span(" "))
        judged = (Span(f" ({note.text})", "bold") for note in entry.notes)
        changes = tuple(change.id for change in group)
        yield Sentence((*opening, *entry.evidence, *judged), changes=changes)


def _rank(comparison: Comparison, changes: Sequence[Change]) -> list[tuple[Change, ...]]:
    """Join changes as the highlights do, in their order; what is in none comes last."""
    left = {change.id: change for change in changes}
    joined = [
        tuple(left.pop(name) for name in highlight.changes if name in left)
        for highlight in comparison.highlights
    ]
    return [*filter(None, joined), *((change,) for change in left.values())]


def _show_change(
    comparison: Comparison, group: Sequence[Change], cited: Mapping[str, str], *, everything: bool
) -> Entry:
    """Return a change, or changes that stand together, that which weighs most before the others."""
    first = group[0]
    old, new = (
        [side.version.segments[at] for at in sorted(at for each in group for at in getattr(each, name))]
        for name, side in (("old", comparison.old), ("new", comparison.new))
    )
    number = [counted(len(group), "sentence")] if len(group) > 1 else []
    words = ", ".join((wording.change_words(first), *_list_ways(group), *number))
    claim = (
        Span(words, "bold"),
        Span(f"  {wording.places(old, new)}  "),
        Span(f"{cited[first.id]}", "dim"),
    )
    notes = tuple(Span(wording.decision_words(decision), "bold") for decision in first.decided)
    return Entry(
        claim,
        notes=notes,
        evidence=(_show_text(comparison, group, everything=everything),),
        change=first.id,
        kinds=tuple(dict.fromkeys(kind for each in group for kind in kinds_of_change(each))),
    )


def _list_ways(group: Sequence[Change]) -> Iterator[str]:
    """Yield which ways changes went: stronger, wider, reversed; else figure lowered, date later."""
    shifts = [shift for change in group for shift in change.shifts if shift.axis != _NAME]
    worded = [shift for shift in shifts if shift.axis in WORDING_AXES]
    yield from dict.fromkeys(map(wording.tell_way, worded or shifts))


def _show_text(comparison: Comparison, group: Sequence[Change], *, everything: bool) -> Quote | Redline:
    """Return the redline of what is on both sides; what is on one, or was kept, is quoted."""
    first = group[0]
    if first.old and first.new and (first.operation != "kept" or first.decided):
        return Redline(read_edits(first.edits) if everything else cut_edits(first.edits, CONTEXT))
    name: SideName = "new" if first.new else "old"
    side = comparison.new if name == "new" else comparison.old
    places = [at for change in group for at in (change.new or change.old)]
    return _quote_segments(side, name, places, None if everything else PASSAGE)


def _quote_segments(side: Side, name: SideName, places: Sequence[int], width: int | None) -> Quote:
    """Return segments to quote, in the order of the text.

    Of more than ``width`` columns the one that begins them is chosen, then those at the first of the places;
    a long one has no middle.
    """
    texts = {at: one_line(side.version.segments[at].text) for at in places}
    if width is not None and not fits(" ".join(texts.values()), width):
        texts = _choose(texts, width)
    parts = (texts.get(at, ELLIPSIS) for at in sorted(places))
    shown = " ".join(part for part, same in groupby(parts) for _ in ([1] if part == ELLIPSIS else same))
    return Quote("", shown, at=(name, min(places)))


def _choose(texts: Mapping[int, str], width: int) -> dict[int, str]:
    """Return which texts have so many columns together: the one that begins them, and the first ones."""
    begins, heaviest = min(texts), next(iter(texts))
    chosen = {begins: cut_middle(texts[begins], width if begins == heaviest else width // 2)}
    for at, text in texts.items():
        left = width - sum(columns(each) for each in chosen.values())
        if at not in chosen and (at == heaviest or fits(text, left)):
            chosen[at] = cut_middle(text, left)
    return chosen


def show_shifts(
    comparison: Comparison, *, context: bool, everything: bool, only: Collection[str] = ()
) -> Iterator[Section]:
    """Yield what became stronger or weaker, and the figures, dates and names that changed.

    With ``context`` the sentence that holds the words follows each; elsewhere its redline is in the report.
    Between sessions figures and dates are named alone, unless everything is asked for, and names only where
    they are: two sentences tell nothing of what the whole of a speech names.
    """
    revision = is_revision(comparison)
    facts = [axis for axis in FACT_AXES if revision or everything or only or axis != _NAME]
    title = "figures, dates and names" if _NAME in facts else "figures and dates"
    if not revision:
        title += " in sentences that correspond"
    for heading, axes in (("wording", WORDING_AXES), (title, facts)):
        rows = select_shifts(comparison, axes, only)
        # Named alone: what the redlines of a revision show, and the facts of two sessions.
        named = not (only or everything) and (revision or axes is facts)
        if revision and named:
            rows = _rank_shifts(comparison, rows)
        if rows:
            entries = (_show_shift(comparison, row, context=context, rule=everything) for row in rows)
            note = wording.tally_shifts(row.shift for row in rows)
            yield Section(
                heading,
                tuple(entries),
                note=note,
                rows=1,
                most=0 if named else None,
                rest=1 if revision else 2,
                tight=revision and axes is facts,
            )


def _rank_shifts(comparison: Comparison, rows: Sequence[ShiftRow]) -> tuple[ShiftRow, ...]:
    """Order shifts as the highlights are that hold them, names behind all others."""
    places = {name: at for at, each in enumerate(comparison.highlights) for name in each.changes}
    return tuple(sorted(rows, key=lambda row: (row.shift.axis == _NAME, places.get(row.change, len(places)))))


def _show_shift(comparison: Comparison, row: ShiftRow, *, context: bool, rule: bool) -> Entry:
    words = wording.shift_words(row.shift)
    sides = [(segment,) if segment else () for segment in (row.old, row.new)]
    where = f"{wording.places(*sides)} {row.source}".strip()
    claim = (Span(wording.name_direction(row.shift), "bold"), Span(f"  {words}  "), Span(where, "dim"))
    shown_rule = rule or wording.is_human_decision(row.shift)
    notes = (Span(f"by {one_line(row.shift.rule)}", "dim"),) if shown_rule else ()
    brief = words if row.shift.axis in FACT_AXES else f"{wording.name_direction(row.shift)} {words}"
    return Entry(
        claim,
        notes=notes,
        evidence=_quote_shift(comparison, row) if context else (),
        brief=brief,
        topic=row.topic,
        change=row.change,
        kinds=(row.shift.axis,),
    )


def _quote_shift(comparison: Comparison, row: ShiftRow) -> tuple[Quote, ...]:
    """Return the sentence that holds the words now, or held them."""
    name, segment, evidence = (
        ("new", row.new, row.shift.new) if row.new else ("old", row.old, row.shift.old)
    )  # fmt: skip
    if segment is None:
        return ()
    marked = (evidence.start, evidence.end) if evidence else None
    return (quote(comparison, "new" if name == "new" else "old", segment.ordinal, marked),)


def render_explanation(
    comparison: Comparison,
    change: Change,
    candidates: Sequence[Candidate],
    thresholds: tuple[float, float],
    *,
    width: int = 80,
    color: bool = False,
) -> str:
    """Return the explanation of one change as text of ``width`` columns.

    ``candidates`` are those that share a segment with the change, the most probable first; ``thresholds`` the
    probabilities from which a link is accepted in its place or as said again, and out of order.
    """
    lines = [
        *_explain_change(comparison, change, width),
        *_explain_link(change, thresholds, width),
        *_list_candidates(comparison, change, candidates, width),
        *_explain_shifts(change, width),
    ]
    return draw(lines, color=color)


def _explain_change(comparison: Comparison, change: Change, width: int) -> Iterator[Line]:
    yield (
        Span(
            f"#{change.id}  {wording.change_words(change)}  {_where(comparison, change.old, change.new)}",
            "bold",
        ),
    )
    yield from wrap(mark_edits(read_edits(change.edits)), width, _DEEPER, _DEEPER)
    for decision in change.decided:
        yield from wrap([Span(wording.decision_words(decision), "bold")], width, _INDENT, _DEEPER)


def _explain_link(change: Change, thresholds: tuple[float, float], width: int) -> Iterator[Line]:
    accept, accept_move = thresholds
    if change.method == METHOD:
        said = "linked by a person"
    elif change.old and change.new:
        said = f"linked by {change.method}, probability {change.confidence:.4f}"
    else:
        said = "unaligned: no candidate was accepted, or a more probable link took its segment"
    rule = (
        f"a link is accepted from {accept:.2f} in its place or as said again,"
        f" from {accept_move:.2f} out of order"
    )
    yield line()
    yield from wrap(f"{said}; {rule}.", width)


def _list_candidates(
    comparison: Comparison, change: Change, candidates: Sequence[Candidate], width: int
) -> Iterator[Line]:
    yield line()
    if not candidates:
        yield line("No candidates were scored: equal segments are linked first, and others share too little.")
    else:
        yield line("Candidates, in place, out of order and said again:", "bold")
    for each in candidates:
        taken = "taken" if (each.old, each.new) == (change.old, change.new) else ""
        figures = f"{each.in_place:.4f}  {each.moved:.4f}  {each.again:.4f}"
        yield line(f"{_INDENT}{figures}  {_where(comparison, each.old, each.new)}  {taken}".rstrip())
        for sign, side, indexes in (("-", comparison.old, each.old), ("+", comparison.new, each.new)):
            text = " ".join(one_line(side.version.segments[index].text) for index in indexes)
            yield line(f"{_DEEPER}{sign} {wording.quoted(shorten(text, width - 8))}", "dim")


def _explain_shifts(change: Change, width: int) -> Iterator[Line]:
    if change.shifts:
        yield line()
        yield line("Shifts, each by its rule:", "bold")
    for shift in change.shifts:
        words = f"{shift.axis}, {wording.name_direction(shift)}: {wording.shift_words(shift)}"
        yield from wrap(f"{words}; by {one_line(shift.rule)}", width, _INDENT, _DEEPER)


def _where(comparison: Comparison, old: Sequence[int], new: Sequence[int]) -> str:
    def segments(indexes: Sequence[int], pool: Sequence[Segment]) -> list[Segment]:
        return [pool[index] for index in indexes]

    return wording.places(
        segments(old, comparison.old.version.segments), segments(new, comparison.new.version.segments)
    )
