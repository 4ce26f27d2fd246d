"""Dates as references write them: a year, a month or a day."""

from __future__ import annotations

import re
from datetime import date

_PARTIAL = re.compile(r"((?:19|20|21)[0-9]{2})(?:-([0-9]{2}))?(?:-([0-9]{2}))?")


def is_partial_date(text: str) -> bool:
    """Tell whether a text is ``2024``, ``2024-05`` or ``2024-05-20``, and on the calendar.

    Years run from 1900 to 2199.
    """
    match = _PARTIAL.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return False
    return True
