"""The texts of a table, one a row: what an extractor of a document with many statements reads, and where.

The output for the whole table is the texts of its column, parted by blank lines; a row's part is its text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.capture.tables import TABLE_FORMATS, read_table_rows
from tracker.errors import DocumentUnreadable
from tracker.model.texts import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BETWEEN: Final = "\n\n"
_NAME: Final = re.compile(r"(?P<format>[a-z]+) column=(?P<column>.+)", re.DOTALL)


def name_table_extractor(table: str, column: str) -> str:
    """Return the name of what reads a column of a table: its configuration is the column."""
    return f"{table} column={column}"


def is_table_extractor(name: str) -> bool:
    """Tell whether an extractor reads a column of a table."""
    match = _NAME.fullmatch(name)
    return match is not None and match["format"] in TABLE_FORMATS


def read_table_text(data: bytes, extractor: str) -> str:
    """Return the texts of a whole column again, by the name of what read it.

    Raises ``DocumentUnreadable`` where the table cannot be read.
    """
    match = _NAME.fullmatch(extractor)
    if match is None:
        raise DocumentUnreadable(f"{extractor} reads no table")
    try:
        rows = read_table_rows(data, TABLE_FORMATS[match["format"]])
        return _BETWEEN.join(clean_cell(cells.get(match["column"], "")) for _, cells in rows)
    except ValueError as error:
        raise DocumentUnreadable(str(error)) from error


def clean_cell(text: str) -> str:
    """Return a cell's text as it is read: without the mark that begins a file."""
    return text.removeprefix("\ufeff")


def place_rows(texts: Iterable[str]) -> Iterator[Place]:
    """Yield where each row's text stands in the output for the whole table."""
    at = 0
    for number, text in enumerate(texts, start=1):
        yield Place(number, at, at + len(text))
        at += len(text) + len(_BETWEEN)
