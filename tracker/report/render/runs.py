"""Runs of text as they are laid out: quotations cut around their marks, edits in marks, lists of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker.report.document import Span
from tracker.report.layout import ELLIPSIS, MORE, find_beginning, line, shorten, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.report.document import Quote, Style
    from tracker.report.layout import Line

_EDITS: dict[Style, tuple[str, str]] = {"deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


def cut_quote(quote: Quote, width: int) -> tuple[Span, ...]:
    """Return what fits of a quotation, in quotation marks, with the words it rests on in their style."""
    text = quote.text
    begin = find_beginning(text, quote.marks[0][0] if quote.marks else 0, width)
    opened = f"“{ELLIPSIS if begin else ''}"
    shown = shorten(text[begin:], width - len(opened))
    end = len(shown) - (len(shown) < len(text) - begin)
    spans, at = [Span(opened)], 0
    for first, last in quote.marks:
        if begin <= first and last - begin <= end:
            spans += [Span(shown[at : first - begin]), Span(shown[first - begin : last - begin], "match")]
            at = last - begin
    return (*spans, Span(f"{shown[at:]}”"))


def star_matches(runs: tuple[Span, ...]) -> tuple[Span, ...]:
    """Put asterisks about the words that a quotation rests on, which stay when colour is lost."""
    return tuple(Span(f"*{run.text}*", "match") if run.style == "match" else run for run in runs)


def mark_edits(runs: Sequence[Span]) -> tuple[Span, ...]:
    """Return runs in the marks of wdiff, ``[-old-]{+new+}``, which stay when colour is lost."""
    return tuple(
        Span(run.text.join(_EDITS[run.style]), run.style) if run.style in _EDITS else run for run in runs
    )


def lay_names(
    indent: str, lead: tuple[Span, ...], names: Sequence[str], width: int, rows: int | None
) -> Sequence[Line]:
    """Name as many as so many lines hold, and count the others."""
    for number in range(len(names), 0, -1):
        left = len(names) - number
        named = " · ".join([*names[:number], *([f"{left} more: {MORE}"] if left else [])])
        lines = wrap((*lead, Span(named)), width, indent, "    ")
        if rows is None or len(lines) <= rows:
            return lines
    return (line(shorten(indent + "".join(span.text for span in (*lead, Span(names[0]))), width)),)
