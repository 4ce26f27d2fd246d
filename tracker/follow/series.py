"""Series: what a text names as one, the statements that it has in hand, and the sessions of these."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.errors import NotInArchive, ReferenceInvalid
from tracker.references import parse_reference, read_bound, read_session, read_year, session_sort_key
from tracker.references.bodies import match_bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
    """From where to where, both included, as a person wrote it: sessions, or years; None for no bound."""

    first: str | None = None
    last: str | None = None

    def __str__(self) -> str:
        return f"from {self.first or 'the first'} to {self.last or 'the last'}"


EVER: Final = Within()


def choose_sessions(body: str, within: Within, delivered: Mapping[str, Sequence[str | None]]) -> list[str]:
    """Return the sessions within bounds, in order, of those with the dates on which was spoken there.

    Raises ``ReferenceInvalid`` for what is no session and no year, and for bounds the wrong way round.
    """
    first, last = (None if text is None else read_bound(body, text) for text in within)

    def compare(label: str, bound: int | str) -> int:
        """Return -1 where a session is before a bound, 1 where it is after it: by year, or in their order."""
        if isinstance(bound, int):
            year = read_year(body, label, delivered[label]) or 0
            return (year > bound) - (year < bound)
        one, other = session_sort_key(body, label), session_sort_key(body, bound)
        return (one > other) - (one < other)

    if (isinstance(first, int) and isinstance(last, int) and first > last) or (
        isinstance(first, str) and isinstance(last, str) and compare(first, last) > 0
    ):
        raise ReferenceInvalid(f"--from {within.first} comes after --to {within.last}; change them round")
    return [
        label
        for label in sorted(delivered, key=partial(session_sort_key, body))
        if (first is None or compare(label, first) >= 0) and (last is None or compare(label, last) <= 0)
    ]


def list_editions(
    reader: Reader, series: Reference, within: Within = EVER
) -> dict[str, tuple[Reference, ...]]:
    """Return the preferred editions of a series, or of a body, by session, in order, within bounds."""
    entries = reader.statements(series.country, series.body)
    delivered = {entry.reference: entry.delivered for entry in entries}
    by_session: dict[str, tuple[Reference, ...]] = {}
    for edition in preferred_editions(entries, series):
        label = str(edition.session)
        by_session[label] = (*by_session.get(label, ()), edition)
    if not by_session:
        raise reader.missing(series)
    dates = {label: [delivered[each] for each in editions] for label, editions in by_session.items()}
    chosen = choose_sessions(series.body, within, dates)
    if not chosen:
        every = choose_sessions(series.body, EVER, dates)
        raise NotInArchive(
            f"no statement of {series} {within}; the archive holds sessions {every[0]} to {every[-1]}"
        )
    return {label: by_session[label] for label in chosen}


def session_kind(body: str, label: str) -> str:
    """Return the kind of a session; a label that no rule reads has none."""
    session = read_session(body, label)
    return session.kind if session else ""
