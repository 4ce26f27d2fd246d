"""Statements with the one before each, as pages compare them: of any two there are too many."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tracker.model.texts import Reference
from tracker.references import same_kind, session_sort_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.record.reading.reader import Reader


class Pair(NamedTuple):
    """Two statements of one series, by country, body and session alone."""

    old: Reference
    new: Reference


def list_neighbours(reader: Reader) -> tuple[Pair, ...]:
    """Return each statement with the country's one before it, at the latest session of the same kind.

    A session at which a country has several statements, none of them its own, has no pair, nor have two
    sessions between which something was withdrawn.
    """
    withdrawn: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in reader.withdrawn():
        withdrawn[entry.reference.country, entry.reference.body].add(str(entry.reference.session))
    series = groupby(
        (entry.reference for entry in reader.statements()), lambda each: (each.country, each.body)
    )
    return tuple(
        pair
        for (country, body), references in series
        for pair in _pair(country, body, _list_sessions(references), withdrawn[country, body])
    )


def _list_sessions(references: Iterator[Reference]) -> list[tuple[str, bool]]:
    """Return the sessions of a series, in order, each with whether its name alone means one statement."""
    return [
        (label, None in items or len(items) == 1)
        for label, some in groupby(references, lambda each: str(each.session))
        for items in [{each.item for each in some}]
    ]


def _pair(
    country: str, body: str, sessions: Sequence[tuple[str, bool]], withdrawn: set[str]
) -> Iterator[Pair]:
    for at, (new, is_one) in enumerate(sessions):
        before = next((each for each in reversed(sessions[:at]) if same_kind(body, each[0], new)), None)
        if is_one and before and before[1] and not _has_between(body, before[0], new, withdrawn):
            yield Pair(Reference(country, body, before[0]), Reference(country, body, new))


def _has_between(body: str, old: str, new: str, labels: set[str]) -> bool:
    first, last = session_sort_key(body, old), session_sort_key(body, new)
    return any(first < session_sort_key(body, each) < last and same_kind(body, each, new) for each in labels)
