"""Spreadsheets in Office Open XML (``.xlsx``): the first sheet as rows of text, within bounds."""

from __future__ import annotations

import re
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from tracker.inputs.extras import install_words
from tracker.inputs.zips import BAD_ZIP, BEGINNING, unpack_zip

if TYPE_CHECKING:
    from collections.abc import Iterator

_OLDER: Final = b"\xd0\xcf\x11\xe0"
"""How a spreadsheet begins that is older, or locked with a password: a compound file of Microsoft's."""
_WORKBOOK: Final = "xl/workbook.xml"
_READ: Final = (".xml", ".rels")
"""How the members end that hold text and where it stands."""
_MOST_MEMBERS, _MOST_UNPACKED, _MOST_CELLS = 2000, 256 * 1024**2, 5_000_000
"""Bounds. That of the speakers in the General Debate has 14 members, 4 MB and 76,000 cells."""
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,4})(\d{1,9})["']""")
"""Where a cell or a row of a sheet stands: ``r="B7"``, ``r="7"``."""
_LETTERS: Final = 26


def is_spreadsheet(data: bytes) -> bool:
    """Tell whether a file is a spreadsheet by its first bytes."""
    return data.startswith((BEGINNING, _OLDER))


def read_sheet(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the first sheet that hold anything, each with its number, counted from 1.

    Cells are text: whole numbers without a point, dates by ISO 8601. Raises ``ValueError`` with the reason
    for what is no such spreadsheet, or a damaged one, or one beyond the bounds above, and where the library
    that reads it is not installed.
    """
    if data.startswith(_OLDER):
        raise ValueError(
            "an old spreadsheet, or one with a password; save it as .xlsx without one, or as CSV"
        )
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 (an extra)
    except ImportError:
        raise ValueError(
            f"reading a spreadsheet needs python-calamine; save the table as CSV, or {install_words('xlsx')}"
        ) from None
    try:
        # Unpacked by us: what else is in the file, such as pictures and programs, is not even looked at.
        plain = _unpack(data)
        with CalamineWorkbook.from_filelike(plain) as workbook:
            rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (*BAD_ZIP, CalamineError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(f"no spreadsheet that can be read: {reason}; save it as .xlsx, or as CSV") from None
    for number, row in enumerate(rows, start=1):
        cells = list(map(_write, row))
        if any(cells):
            yield number, cells


def _unpack(data: bytes) -> BytesIO:
    with ZipFile(BytesIO(data)) as package:
        members = package.infolist()
    if _WORKBOOK not in {member.filename for member in members}:
        raise ValueError(f"it has no {_WORKBOOK}")
    if not {ZIP_STORED, ZIP_DEFLATED}.issuperset(member.compress_type for member in members):
        raise ValueError("it is packed in a way that is not read here")
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
        raise ValueError(f"it has over {_MOST_MEMBERS:,} members, or over {_MOST_UNPACKED // 1024**2} MB")
    plain = unpack_zip(data, _READ)
    with ZipFile(plain) as package:
        for member in package.infolist():
            _check_size(member.filename, package.read(member))
    plain.seek(0)
    return plain


def _check_size(name: str, xml: bytes) -> None:
    """Refuse a sheet that is larger than it looks: one cell in a corner makes the library fill all others."""
    if b"\0" in xml:
        raise ValueError(f"{name} is not in UTF-8")
    width = height = 0
    for letters, digits in set(_PLACE.findall(xml)):
        width, height = max(width, _read_column(letters)), max(height, int(digits))
    if max(1, width) * height > _MOST_CELLS:
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
