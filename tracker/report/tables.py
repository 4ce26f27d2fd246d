"""Rows laid out in columns as wide as what they hold, or written as CSV that a spreadsheet only reads."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from tracker.inputs.formats import guard
from tracker.report.layout import columns, line, shorten
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracker.report.layout import Line

_GAP = "  "


def lay_table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], width: int, right: tuple[int, ...]
) -> Iterator[Line]:
    """Lay out rows in columns as wide as what they hold; the last column is shortened to the width."""
    table = [head, *(tuple(one_line(cell) for cell in row) for row in rows)]
    sizes = [max(columns(row[at]) for row in table) for at in range(len(head) - 1)]
    for number, row in enumerate(table):
        cells = [
            _pad(cell, size, to_right=at in right)
            for at, (cell, size) in enumerate(zip(row, sizes, strict=False))
        ]
        start = _GAP.join(cells) + _GAP
        yield line(start + shorten(row[-1], max(width - columns(start), 1)), "plain" if number else "bold")


def _pad(cell: str, size: int, *, to_right: bool) -> str:
    blanks = " " * (size - columns(cell))
    return blanks + cell if to_right else cell + blanks


def write_csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with a line of headings; what is None is empty, each cell on one line.

    A number stays one, and a text is never a formula. Every table that leaves us in CSV is written here.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else guard(one_line(str(value)))
