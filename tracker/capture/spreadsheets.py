"""Spreadsheets in Office Open XML (``.xlsx``): the first sheet as rows of text, read in the sandbox.

The library makes the rectangle of all cells, with a text of its own for each: 235 KB, in which all cells have
the same text of the table of texts, took 1.48 GB. What it takes is held where it runs.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from tracker.capture.sandbox.process import ask
from tracker.capture.sandbox.protocol import SPREADSHEET
from tracker.errors import DocumentUnreadable, ReaderStopped
from tracker.inputs.extras import install_words
from tracker.inputs.zips import BAD_ZIP, BEGINNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OLDER: Final = b"\xd0\xcf\x11\xe0"
"""How a spreadsheet begins that is older, or locked with a password: a compound file of Microsoft's."""
_WORKBOOK: Final = "xl/workbook.xml"
_SHEETS: Final = "xl/worksheets/"
_MOST_MEMBERS, _MOST_UNPACKED, _MOST_CELLS, _MOST_TEXT = 2000, 256 * 1024**2, 5_000_000, 32 * 1024**2
"""Bounds. That of the speakers in the General Debate has 14 members, 4 MB, 76,000 cells, 900 KB of text."""
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})(\d{1,9})["']""")
"""Where a cell or a row of a sheet stands: ``r="B7"``, ``r="7"``."""
_LONGEST_PLACE: Final = 64
_STEP: Final = 256 * 1024
_LETTERS: Final = 26


def is_spreadsheet(data: bytes) -> bool:
    """Tell whether a file is a spreadsheet by its first bytes."""
    return data.startswith((BEGINNING, _OLDER))


def find_rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet that hold anything, each with its number, counted from 1.

    Cells are text: whole numbers without a point, dates by ISO 8601. Raises ``DocumentUnreadable`` with the
    reason for what is no such spreadsheet, or a damaged one, or one beyond its bounds, and where the library
    that reads it is not installed.
    """
    if data.startswith(_OLDER):
        raise DocumentUnreadable(
            "an old spreadsheet, or one with a password; save it as .xlsx without one, or as CSV"
        )
    if find_spec("python_calamine") is None:
        raise DocumentUnreadable(
            f"reading a spreadsheet needs python-calamine; save the table as CSV, or {install_words('xlsx')}"
        )
    try:
        rows = ask("spreadsheet", {"reading": "spreadsheet"}, data, SPREADSHEET)
    except ReaderStopped as stopped:
        raise DocumentUnreadable(f"{stopped.cause}; save the table as CSV") from None
    for row in rows:
        number, *cells = json.loads(row or "[0]")
        yield number, cells


def read_sheet(data: bytes) -> Iterator[str]:
    """Yield what ``find_rows`` does, each row as a list in JSON, without the limits of a sandbox.

    Raises ``DocumentUnreadable`` and ``MemoryError``.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    length = 0
    try:
        _check(data)
        with CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            for number, row in enumerate(workbook.get_sheet_by_index(0).iter_rows(), start=1):
                cells = list(map(_write, row))
                if any(cells):
                    line = json.dumps([number, *cells], ensure_ascii=False)
                    length += len(line)
                    if length > _MOST_TEXT:
                        raise ValueError(f"it has over {_MOST_TEXT // 1024**2} MB of text")
                    yield line
    except (*BAD_ZIP, CalamineError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DocumentUnreadable(
            f"no spreadsheet that can be read: {reason}; save it as .xlsx, or as CSV"
        ) from None


def _check(data: bytes) -> None:
    """Refuse what is no spreadsheet, or larger than it looks. Raises ``ValueError``."""
    with ZipFile(BytesIO(data)) as package:
        members = package.infolist()
        if _WORKBOOK not in {member.filename for member in members}:
            raise ValueError(f"it has no {_WORKBOOK}")
        if not {ZIP_STORED, ZIP_DEFLATED}.issuperset(member.compress_type for member in members):
            raise ValueError("it is packed in a way that is not read here")
        if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
            raise ValueError(f"it has over {_MOST_MEMBERS:,} members, or over {_MOST_UNPACKED // 1024**2} MB")
        for member in members:
            if member.filename.startswith(_SHEETS):
                with package.open(member) as sheet:
                    _check_size(member.filename, iter(partial(sheet.read, _STEP), b""))


def _check_size(name: str, parts: Iterable[bytes]) -> None:
    """Refuse a sheet in which one cell in a corner makes the library fill all others.

    Cells that do not say where they stand are not counted: the bound of memory holds them.
    """
    width = height = 1
    before = b""
    for part in parts:
        if b"\0" in part:
            raise ValueError(f"{name} is not in UTF-8")
        for letters, digits in _PLACE.findall(before + part):
            width, height = max(width, _read_column(letters)), max(height, int(digits))
        before = part[-_LONGEST_PLACE:]
    if width * height > _MOST_CELLS:
        raise ValueError(f"{name} has {height:,} rows of {width:,} cells, over {_MOST_CELLS:,} in all")


def _read_column(letters: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + letter - ord("A") + 1
    return number


def _write(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
