"""Names and dates as people write them: a country with its name beside its code, a day by its month."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.references import read_year
from tracker.report.comparison.provenance import name_body, name_country
from tracker.report.comparison.words import LANGUAGE_NAMES
from tracker.report.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?")
_INSTANT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2})(?::[0-9.]+)?Z")


class Named(NamedTuple):
    """A country or a body: its code, and its name in full."""

    code: str
    name: str

    @property
    def has_name(self) -> bool:
        """Whether it has a name beside its code."""
        return self.name != self.code


def country_words(code: str) -> Named:
    """Return a country with its name; one that no table holds is named by its code."""
    return Named(one_line(code), name_country(code))


def body_words(code: str) -> Named:
    """Return a body with its name; one that no table holds is named by its code."""
    return Named(one_line(code), name_body(code))


def date_words(date: str | None) -> str:
    """Return an EDTF date written out: ``20 May 2024``, ``May 2024``, ``2024``; others as they are."""
    if date is None:
        return ""
    found = _DATE.fullmatch(date)
    if found is None or not 1 <= int(found[2]) <= len(_MONTHS):
        return one_line(date)
    day = f"{int(found[3])} " if found[3] else ""
    return f"{day}{_MONTHS[int(found[2]) - 1]} {found[1]}"


def instant_words(instant: str) -> str:
    """Return an instant in UTC as it is written out: ``20 May 2024, 10:00 UTC``."""
    found = _INSTANT.fullmatch(instant)
    return f"{date_words(found[1])}, {found[2]} UTC" if found else one_line(instant)


def day_words(instant: str) -> str:
    """Return the day of an instant as it is written out."""
    return date_words(instant[:10])


def language_words(code: str) -> str:
    """Return the name of a language; of one that has none here, its code."""
    return LANGUAGE_NAMES.get(code, one_line(code))


def session_year(body: str, label: str, delivered: Iterable[str | None] = ()) -> str:
    """Return the year of a session, where it is known and its label does not say it; "" elsewhere."""
    year = read_year(body, label, delivered)
    return str(year) if year and str(year) not in label else ""


def span_words(years: Iterable[int | None]) -> str:
    """Return the first and the last of some years: ``1970 to 2024``; "" where none is known."""
    known = sorted({year for year in years if year})
    return " to ".join(map(str, dict.fromkeys((known[0], known[-1])))) if known else ""
