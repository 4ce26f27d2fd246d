"""Rows of marks below their ticks, in blocks where there are more ticks than columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.report.document import Span
from tracker.report.layout import columns, line, shorten
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.report.document import Entry, Section, Tick
    from tracker.report.layout import Line

_INDENT: Final = "  "
_LABELS: Final = (36, 20, 17)
"""Columns for what the rows are called, the fewer where all ticks then stand beside each other."""
_OF_BLOCKS: Final = 20
"""Columns for that where they do not."""
_STEPS: Final = (1, 2, 5, 10, 20, 50)
_NO_NUMBER: Final = ("", "-", "/")


def lay_marks(section: Section, entries: Sequence[Entry], width: int) -> Iterator[Line]:
    """Yield each entry's label, its cells and its marks, below lines that name the ticks."""
    marks = [mark.text for entry in section.entries for mark in entry.marks]
    size = max(map(columns, marks), default=1)
    sizes = [max(columns(entry.cells[at]) for entry in section.entries) for at in range(len(section.columns))]
    if len(sizes) > 1:  # the head of a single one runs on above the labels
        sizes = [max(size, columns(each.head)) for size, each in zip(sizes, section.columns, strict=True)]
    fixed = len(_INDENT) + sum(1 + each for each in sizes) + 1
    longest = max(columns(_label(entry)) for entry in section.entries)
    label, cell, most = _plan(section, size, longest, width - fixed)
    numbers = all(mark.isdecimal() or mark in _NO_NUMBER for mark in marks)
    for start in range(0, len(section.ticks), most):
        block = section.ticks[start : start + most]
        yield from _lay_ticks(section, block, (label + fixed, cell, width), to_right=numbers)
        for entry in entries:
            name = shorten(_label(entry), label)
            lead = f"{_INDENT}{name}{' ' * (label - columns(name))}"
            lead += "".join(f" {each:>{room}}" for each, room in zip(entry.cells, sizes, strict=True)) + " "
            yield (Span(lead), *_space(entry.marks[start : start + most], cell, to_right=numbers))


def _label(entry: Entry) -> str:
    return one_line("".join(span.text for span in entry.claim))


def _plan(section: Section, size: int, longest: int, room: int) -> tuple[int, int, int]:
    """Return the columns of labels and of a tick, and how many ticks stand in a block."""
    ticks = len(section.ticks)
    heads = max(columns(text) for tick in section.ticks for text in (tick.head, tick.under))
    named = max(size, heads) + 1
    sizes = {named, 3, size + 1, size} if section.sparse else {named + 1, named}
    cells = sorted((each for each in sizes if each >= size), reverse=True)
    for most in _LABELS:
        label = min(longest, most)
        for cell in cells:
            if ticks * cell <= room - label:
                return label, cell, ticks
    label = min(longest, _OF_BLOCKS)
    blocks = -(-ticks // max(1, (room - label) // cell))
    return label, cell, -(-ticks // blocks)


def _lay_ticks(
    section: Section, ticks: Sequence[Tick], room: tuple[int, int, int], *, to_right: bool
) -> Iterator[Line]:
    """Yield a line of heads and one of what is under them, of every fifth, say, where there is no room."""
    start, cell, width = room
    lines = [text for text in ([tick.head for tick in ticks], [tick.under for tick in ticks]) if any(text)]
    longest = max(columns(text) for texts in lines for text in texts) + 1
    step = next((step for step in _STEPS if step * cell >= longest), _STEPS[-1]) if section.sparse else 1
    heads = " ".join(column.head for column in section.columns)
    for number, texts in enumerate(lines):
        row = f"{heads:>{start - 1}}" if number == len(lines) - 1 else ""
        for at in range(len(ticks)):
            place = ticks[at].head
            size = columns(texts[at])
            from_left = start + at * cell + (cell - 1 - size if to_right else 0)
            if (int(place) if place.isdecimal() else at) % step == 0 and from_left + size <= width:
                row = f"{row:<{from_left}}{texts[at]}"
        yield line(row, "dim")


def _space(marks: Sequence[Span], cell: int, *, to_right: bool) -> Iterator[Span]:
    """Yield marks as wide as a tick; the shade of one runs on to its neighbour, but for a blank."""
    for mark in marks:
        left = cell - columns(mark.text)
        if to_right:
            yield from (Span(" " * (left - 1)), mark, Span(" "))
        else:
            shaded = max(0, left - 1)
            yield from (Span(mark.text + " " * shaded, mark.style), Span(" " * (left - shaded)))
