"""Runs of text as they are laid out: quotations cut around their marks, edits in marks, lists of names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.report.document import Span
from tracker.report.layout import (
    ELLIPSIS,
    MORE,
    WIDE,
    columns,
    find_beginning,
    is_narrow,
    line,
    shorten,
    wrap,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracker.report.document import Quote, Style
    from tracker.report.layout import Line

_REST = rf"[^\s{WIDE}]+"
"""What of a word stands behind a mark that ends within it."""
_AROUND: Final = 3
"""Columns of quotation mark and ellipses about words that are cut out."""
_ENOUGH: Final = 60
"""Columns of a quotation that rests on no one of its words, from which a reader knows what it is about."""
_EDITS: dict[Style, tuple[str, str]] = {"deleted": ("[-", "-]"), "inserted": ("{+", "+}")}


def cut_quote(quote: Quote, width: int) -> tuple[Span, ...]:
    """Return what fits of a quotation, in quotation marks, with the words it rests on in their style.

    The first of these are shown whole, however narrow it is.
    """
    text, width = quote.text, max(width, least_width(quote))
    first, last = _find_shown(quote)
    begin = find_beginning(text, first, width - 1, last)
    opened = f"“{ELLIPSIS if begin else ''}"
    shown = shorten(text[begin:], width - len(opened))
    end = len(shown) - (len(shown) < len(text) - begin)
    spans, at = [Span(opened)], 0
    for first, last in quote.marks:
        if begin <= first and last - begin <= end:
            spans += [Span(shown[at : first - begin]), Span(shown[first - begin : last - begin], "match")]
            at = last - begin
    return (*spans, Span(f"{shown[at:]}”"))


def least_width(quote: Quote) -> int:
    """Return the columns that a quotation needs to show the words it rests on whole, or enough of it."""
    if not quote.marks:
        return min(len(quote.text) + _AROUND, _ENOUGH)
    return columns(quote.text[slice(*_find_shown(quote))]) + _AROUND


def _find_shown(quote: Quote) -> tuple[int, int]:
    """Return where the first words that a quotation rests on begin, and where the last of them ends."""
    if not quote.marks:
        return 0, 0
    first, last = quote.marks[0]
    rest = re.compile(r"\S+" if is_narrow(quote.text) else _REST).match(quote.text, last)
    return first, rest.end() if rest else last


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
        # Too many even if each line was full: to break them all takes three times as long.
        if rows is not None and columns(" ".join(named.split())) > rows * (width + 1):
            continue
        lines = wrap((*lead, Span(named)), width, indent, "    ")
        if rows is None or len(lines) <= rows:
            return lines
    return (line(shorten(indent + "".join(span.text for span in (*lead, Span(names[0]))), width)),)
