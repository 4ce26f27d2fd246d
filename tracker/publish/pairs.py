"""Statements and pairs of them: what they are called in paths, and which of all pairs are compared."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.model.texts import Reference
from tracker.publish.routes import NotThere
from tracker.references import parse_reference, same_kind, session_sort_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracker.record.reading.reader import Reader

BETWEEN: Final = ".."
"""What stands between both in a path: ``GBR/UNGA/78..79``."""
_PARTS: Final = 2
"""Slashes in a reference with its country and its body."""
_TWO: Final = "A comparison is of two statements, as in GBR/UNGA/78..79."


class Pair(NamedTuple):
    """Two statements of one series: of sessions by country, body and session, of one item with that too."""

    old: Reference
    new: Reference


def name_statement(reference: Reference) -> str:
    """Return what the page of a statement is called, whichever its edition."""
    return str(reference.statement)


def name_pair(old: Reference, new: Reference) -> str:
    """Return what a comparison is called: the new side without its series where that is the old one's."""
    return f"{old}{BETWEEN}{str(new).removeprefix(f'{old.country}/{old.body}/')}"


def read_pair(text: str) -> Pair:
    """Return both statements that a name means.

    Raises ``NotThere`` where it means no two statements, ``ReferenceInvalid`` where one cannot be read.
    """
    first, between, second = text.partition(BETWEEN)
    if not between:
        raise NotThere(_TWO)
    old = parse_reference(first)
    is_whole = second.partition("~")[0].count("/") >= _PARTS
    new = parse_reference(second if is_whole else f"{old.country}/{old.body}/{second}")
    if old.session is None or new.session is None:
        raise NotThere(_TWO)
    return Pair(old, new)


def list_neighbours(reader: Reader) -> tuple[Pair, ...]:
    """Return each statement with the country's one before it, at the latest session of the same kind.

    Where a country has several statements at a session, those on one item are paired. Two sessions between
    which something was withdrawn are not.
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


def _list_sessions(references: Iterator[Reference]) -> list[tuple[str, frozenset[str | None]]]:
    """Return the sessions of a series, in order, each with the items on which there are statements.

    Where there is one alone, the session's name means it, and its item is of no account.
    """
    return [
        (label, items if len(items) > 1 else frozenset({None}))
        for label, some in groupby(references, lambda each: str(each.session))
        for items in [frozenset(each.item for each in some)]
    ]


def _pair(
    country: str, body: str, sessions: Sequence[tuple[str, frozenset[str | None]]], withdrawn: set[str]
) -> Iterator[Pair]:
    for at, (new, items) in enumerate(sessions):
        before = next((each for each in reversed(sessions[:at]) if same_kind(body, each[0], new)), None)
        if before and not _has_between(body, before[0], new, withdrawn):
            for item in sorted(items & before[1], key=str):
                old = Reference(country, body, before[0], item)
                yield Pair(old, Reference(country, body, new, item))


def _has_between(body: str, old: str, new: str, labels: set[str]) -> bool:
    first, last = session_sort_key(body, old), session_sort_key(body, new)
    return any(first < session_sort_key(body, each) < last and same_kind(body, each, new) for each in labels)
