"""Dates as people declare them: EDTF, so that a year or a month alone is one."""

from __future__ import annotations

import re
from datetime import date

from tracker.errors import ReferenceInvalid

_EDTF = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?[?~%]?")


def check_date(text: str) -> str:
    """Return a date as it is written: EDTF level 0, with level 1's marks of doubt.

    A day, a month or a year: ``2022-05-16``, ``2022-05``, ``2022``.

    Raises ``ReferenceInvalid`` for what is no date, or not in the calendar.
    """
    match = _EDTF.fullmatch(text)
    try:
        if match:
            year, month, day = (int(part or 1) for part in match.groups())
            date(year, month, day)
            return text
    except ValueError:
        pass
    raise ReferenceInvalid(f"no date {text!r}; write 2022-05-16, 2022-05 or 2022")
