"""Series: what a text names as one, the statements that it has in hand, and the sessions of these."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.references import parse_reference, read_session, resolve_session, session_sort_key
from tracker.references.bodies import match_bodies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracker.model.record import StatementEntry
    from tracker.model.texts import Reference
    from tracker.record.reading.reader import Reader

_ANYBODY = "XZZ"
"""A user-assigned code, put before a body alone so that the rest is read as that of any series."""


def parse_anybody(text: str) -> Reference:
    """Return what a text means: a reference, or of a body, or a session of it, all countries."""
    if match_bodies(re.split("[/~@]", text)[0].strip()):
        return replace(parse_reference(f"{_ANYBODY}/{text}"), country="")
    return parse_reference(text)


def parse_place(text: str) -> Reference:
    """Return the series, or the body, without a country, that a text names; raises as ``parse_series``."""
    if match_bodies(re.split("[~@]", text)[0].strip()):
        return replace(parse_series(f"{_ANYBODY}/{text}"), country="")
    return parse_series(text)


def parse_series(text: str) -> Reference:
    """Return the series that a text names; raises ``ReferenceInvalid`` where it names less or more."""
    reference = parse_reference(text)
    if reference.session is not None:
        raise ReferenceInvalid(
            f"{text} is one statement; name a series, as in {reference.country}/{reference.body}"
        )
    return reference


def preferred_editions(entries: Iterable[StatementEntry], wanted: Reference) -> tuple[Reference, ...]:
    """Return one edition of each statement, the first of the wanted kind and language, in order."""
    chosen: dict[tuple[str | None, ...], Reference] = {}
    for entry in entries:
        reference = entry.reference
        if wanted.kind in {None, reference.kind} and wanted.language in {None, reference.language}:
            chosen.setdefault((reference.country, reference.session, reference.item), reference)
    return tuple(chosen.values())


class Within(NamedTuple):
    """From which session to which, both included; None for no bound."""

    first: str | None = None
    last: str | None = None


EVER: Final = Within()


def list_editions(
    reader: Reader, series: Reference, within: Within = EVER
) -> dict[str, tuple[Reference, ...]]:
    """Return the preferred editions of a series, or of a body, by session, in order, within bounds."""
    held: dict[str, tuple[Reference, ...]] = {}
    for edition in preferred_editions(reader.statements(series.country, series.body), series):
        label = str(edition.session)
        held[label] = (*held.get(label, ()), edition)
    if not held:
        raise reader.missing(series)
    low, high = (
        None if text is None else session_sort_key(series.body, resolve_session(series.body, text).label)
        for text in within
    )
    if low and high and low > high:
        raise ReferenceInvalid(f"--from {within.first} comes after --to {within.last}; change them round")
    keys = {label: session_sort_key(series.body, label) for label in held}
    ends = sorted(held, key=keys.__getitem__)
    chosen = [
        label for label in ends if (not low or keys[label] >= low) and (not high or keys[label] <= high)
    ]
    if not chosen:
        raise NotInArchive(
            f"no statement of {series} from {within.first or 'the first'} to {within.last or 'the last'};"
            f" the archive holds sessions {ends[0]} to {ends[-1]}"
        )
    return {label: held[label] for label in chosen}


def read_year(body: str, label: str, delivered: Iterable[str | None]) -> int | None:
    """Return the year of a session: that of its statements, else the one its label gives."""
    dates = sorted(date for date in delivered if date)
    if dates and dates[0][:4].isdecimal():
        return int(dates[0][:4])
    session = read_session(body, label)
    return session.year if session else None


def session_kind(body: str, label: str) -> str:
    """Return the kind of a session; a label that no rule reads has none."""
    session = read_session(body, label)
    return session.kind if session else ""
