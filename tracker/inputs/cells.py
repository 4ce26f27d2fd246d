"""Cells of a table in CSV, of which a spreadsheet computes none.

A text that begins like a formula is one to a spreadsheet, and may send what stands beside it to a stranger
(CWE-1236; https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe before it says that it is
text. One that was there before gets another one, so that reading takes exactly one away. Pure.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""With the wide forms of East Asian typing, which some programs take for the plain ones."""


def guard(text: str) -> str:
    """Return a text as a cell has it."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(cell: str) -> str:
    """Return the text of a cell that ``guard`` wrote; of others the text itself."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
