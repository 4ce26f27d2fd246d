"""Since when each sentence of a statement has been said in these words, on the terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from tracker import __version__
from tracker.model.tracing import AttributedSegment, AttributionTable, EarlierWording
from tracker.report.comparison.passages import read_edits
from tracker.report.comparison.provenance import cite
from tracker.report.comparison.sentences import CONTEXT
from tracker.report.comparison.words import place, places, quoted, side_details, side_facts
from tracker.report.document import Document, Entry, Named, Quote, Redline, Section, Span
from tracker.report.layout import DIGEST, MORE, Line, columns, counted, draw, line, mark_edits, shorten, wrap
from tracker.report.records import encode_json
from tracker.report.safe import one_line
from tracker.report.series.biography import likeness_words, session_label
from tracker.text.identity import digest_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.model.texts import Side
    from tracker.model.tracing import Attribution, Origin
    from tracker.report.document import Style

_INDENT = "  "
_WORTH_FOLDING = 3


def render_attribution(
    attribution: Attribution, *, width: int = 80, color: bool = False, everything: bool = False
) -> str:
    """Return a line for each segment: since when, how often, where it stands and how it begins.

    Below a segment that was reworded stands what it came from, with the edits. Runs of segments that came
    from nothing before are one line, unless ``everything`` is shown.
    """
    side = attribution.sides[-1]
    labels = [_label(attribution, number) for number in range(len(attribution.sides))]
    lines = [
        *wrap([Span(" · ".join(side_facts(side)), "bold")], width),
        *wrap(_summary(attribution, labels), width),
        line(),
    ]
    widest = max((columns(labels[origin.first]) for origin in attribution.origins), default=0)
    for is_new, group in groupby(attribution.origins, key=lambda origin: _is_new(attribution, origin)):
        origins = list(group)
        if is_new and not everything and len(origins) >= _WORTH_FOLDING:
            lines.append(_fold(attribution, origins, labels, widest))
        else:
            lines += [row for each in origins for row in _show(attribution, each, labels, widest, width)]
    lines += [line(), *wrap([Span(_legend(attribution), "dim")], width)]
    return draw(lines, color=color)


def build_attribution(attribution: Attribution) -> Document:
    """Return each segment with when it was first said in these words, or what it was reworded from."""
    side, what = attribution.sides[-1], attribution.through[:-1]
    labels = [_label(attribution, number) for number in range(len(attribution.sides))]
    entries = tuple(_tell(attribution, each, labels) for each in attribution.origins)
    legend = (
        f"Before each: the earliest {what} with these words, apart from case, quotes and dashes; ×n: how"
        f" many have them. Other wordings were searched in the {attribution.reach} before the first."
    )
    digest = digest_text(side.version.text)
    read = f"looked back from {labels[-1]} to {labels[0]}"
    return Document(
        title=f"{one_line(side.name)}: since when each sentence has been said",
        sides=(Named(labels[-1], side_details(side)),),
        cautions=(),
        verdict=_summary(attribution, labels),
        sections=(Section("sentences", entries),),
        closing=(legend, cite(f"{one_line(side.name)} ({digest[:DIGEST]}), {read}", __version__)),
        whole=True,
        provenance=(f"tracker {__version__}", f"text {digest}"),
    )


def _tell(attribution: Attribution, origin: Origin, labels: Sequence[str]) -> Entry:
    segment = attribution.sides[-1].version.segments[origin.segment]
    style: Style = "bold" if origin.first < len(attribution.sides) - 1 else "plain"
    times = f" ×{origin.said}" if origin.said > 1 else ""
    claim = (Span(labels[origin.first], style), Span(f"{times}  {place(segment)}"))
    said = Quote("", one_line(segment.text))
    if origin.earlier is None:
        return Entry(claim, evidence=(said,))
    notes = (Span(f"from {labels[origin.earlier]}, {likeness_words(origin.confidence)}", "dim"),)
    earlier = Quote("", one_line(_earlier_text(attribution.sides[origin.earlier], origin)))
    shown = (Redline(read_edits(origin.edits)),) if _is_edited(origin) else (said, earlier)
    return Entry(claim, notes=notes, evidence=shown)


def attribution_json(attribution: Attribution) -> str:
    """Return an attribution as JSON that ``attribution.schema.json`` describes, a row for each segment."""
    names = tuple(side.name for side in attribution.sides)
    return encode_json(
        AttributionTable(
            reference=names[-1],
            through=attribution.through,
            reach=attribution.reach,
            read=names,
            segments=tuple(_attributed(attribution, origin) for origin in attribution.origins),
        )
    )


def _attributed(attribution: Attribution, origin: Origin) -> AttributedSegment:
    segment = attribution.sides[-1].version.segments[origin.segment]
    earlier = None
    if origin.earlier is not None:
        side = attribution.sides[origin.earlier]
        earlier = EarlierWording(
            side.name, origin.earlier_segments, _earlier_text(side, origin), origin.confidence, origin.edits
        )
    first = attribution.sides[origin.first].name
    return AttributedSegment(
        segment.ordinal, segment.paragraph, segment.text, first, origin.said, reworded_from=earlier
    )


def _earlier_text(side: Side, origin: Origin) -> str:
    return " ".join(side.version.segments[at].text for at in origin.earlier_segments)


def _label(attribution: Attribution, number: int) -> str:
    side = attribution.sides[number]
    return session_label(side) if attribution.through == "sessions" else f"@{side.snapshot}"


def _summary(attribution: Attribution, labels: list[str]) -> str:
    origins, last = attribution.origins, len(attribution.sides) - 1
    kinds = Counter(
        "new" if _is_new(attribution, origin) else "older" if origin.first < last else "reworded"
        for origin in origins
    )
    if not last:
        return f"The archive has no earlier {attribution.through[:-1]}."
    through = "snapshot" if attribution.through == "snapshots" else "earlier statement"
    return (
        f"Looked back through {counted(last, through)}, from {labels[0]}."
        f" Of {counted(len(origins), 'segment')}, {kinds['older']} said before in the same words,"
        f" {kinds['reworded']} reworded, {kinds['new']} with no earlier wording."
    )


def _legend(attribution: Attribution) -> str:
    what = attribution.through[:-1]
    return (
        f"First column: the earliest {what} with these words, apart from case, quotes and dashes; ×n: how"
        f" many have them. [-was-]{{+is+}}: reworded from the {what} named, with the confidence of the link;"
        f" other wordings were searched in the {attribution.reach} before the first."
    )


def _is_new(attribution: Attribution, origin: Origin) -> bool:
    return origin.earlier is None and origin.first == len(attribution.sides) - 1


def _fold(attribution: Attribution, origins: Sequence[Origin], labels: list[str], widest: int) -> Line:
    segments = [attribution.sides[-1].version.segments[origin.segment] for origin in origins]
    label = labels[-1]
    text = f"{label}{' ' * (widest - columns(label))}     {places(segments, ())}"
    return line(f"{text}  {len(origins)} segments with no earlier wording: {MORE}", "dim")


def _show(
    attribution: Attribution, origin: Origin, labels: list[str], widest: int, width: int
) -> Iterator[Line]:
    segment = attribution.sides[-1].version.segments[origin.segment]
    label = labels[origin.first]
    times = f"×{origin.said}" if origin.said > 1 else ""
    lead = f"{label}{' ' * (widest - columns(label))} {times:<4}{place(segment):<5}"
    text = shorten(one_line(segment.text), width - columns(lead))
    is_old = origin.first < len(attribution.sides) - 1
    yield (Span(lead, "bold" if is_old else "plain"), Span(text))
    if origin.earlier is not None:
        indent = " " * (widest + 1) + _INDENT
        source = f"from {labels[origin.earlier]}, {likeness_words(origin.confidence)}: "
        pieces = mark_edits(read_edits(origin.edits, CONTEXT)) if _is_edited(origin) else ()
        quote = (
            ()
            if pieces
            else (Span(quoted(one_line(_earlier_text(attribution.sides[origin.earlier], origin)))),)
        )
        yield from wrap([Span(source, "dim"), *pieces, *quote], width, indent, indent)


def _is_edited(origin: Origin) -> bool:
    return any(edit.kind != "kept" for edit in origin.edits)
